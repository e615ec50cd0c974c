// Build step: cuts Natural Earth's countries (npm world-atlas) to Europe and projects them to short SVG paths.
import { createRequire } from "node:module";
import { geoPath } from "d3-geo";
import { feature } from "topojson-client";
import type { Plugin } from "vite";
import { europe } from "../src/charts/projection.ts";

const MODULE = "virtual:europe";

/** Collects a path with whole coordinates, each relative to the one before; rings that vanish are left out. */
class ShortPath {
  rings: string[] = [];
  #points: [number, number][] = [];
  beginPath(): void {}
  arc(): void {}
  moveTo(x: number, y: number): void {
    this.#points = [[Math.round(x), Math.round(y)]];
  }
  lineTo(x: number, y: number): void {
    const last = this.#points.at(-1);
    const [px, py] = [Math.round(x), Math.round(y)];
    if (!last || last[0] !== px || last[1] !== py) this.#points.push([px, py]);
  }
  closePath(): void {
    const [first, ...rest] = this.#points;
    if (!first || rest.length < 3) return;
    let [x, y] = first;
    let text = `M${x},${y}l`;
    rest.forEach(([nextX, nextY], index) => {
      text += `${index ? " " : ""}${nextX - x},${nextY - y}`;
      [x, y] = [nextX, nextY];
    });
    this.rings.push(`${text}z`);
  }
}

/** ISO 3166-1 codes of the countries that the frame shows, by their number, which is what the atlas has. */
const CODES = Object.fromEntries(
  (
    "008AL 020AD 040AT 056BE 070BA 100BG 112BY 191HR 196CY 203CZ 208DK 233EE 246FI 250FR 268GE 276DE 300GR 348HU " +
    "352IS 372IE 376IL 380IT 428LV 438LI 440LT 442LU 470MT 498MD 499ME 528NL 578NO 616PL 620PT 642RO 643RU 688RS " +
    "703SK 705SI 724ES 752SE 756CH 792TR 804UA 807MK 826GB"
  )
    .split(" ")
    .map((pair) => [pair.slice(0, 3), pair.slice(3)]),
);

/** Outline of each country, and its code where it is one of Europe's. */
export function europePaths(): { paths: string[]; codes: string[] } {
  const atlas = createRequire(import.meta.url)("world-atlas/countries-50m.json");
  const projection = europe();
  const countries = feature(atlas, atlas.objects.countries) as unknown as { features: GeoJSON.Feature[] };
  const [paths, codes]: [string[], string[]] = [[], []];
  for (const country of countries.features) {
    const short = new ShortPath();
    geoPath(projection, short as unknown as CanvasRenderingContext2D)(country);
    if (!short.rings.length) continue;
    paths.push(short.rings.join(""));
    codes.push(CODES[String(country.id).padStart(3, "0")] ?? "");
  }
  return { paths, codes };
}

export function europePlugin(): Plugin {
  return {
    name: "gortyn-europe",
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    load: (id) => {
      if (id !== `\0${MODULE}`) return undefined;
      const { paths, codes } = europePaths();
      return `export default ${JSON.stringify(paths)};\nexport const codes = ${JSON.stringify(codes)};`;
    },
  };
}
