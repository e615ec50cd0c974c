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

export function europePaths(): string[] {
  const atlas = createRequire(import.meta.url)("world-atlas/countries-50m.json");
  const projection = europe();
  const countries = feature(atlas, atlas.objects.countries) as unknown as { features: GeoJSON.Feature[] };
  const paths: string[] = [];
  for (const country of countries.features) {
    const short = new ShortPath();
    geoPath(projection, short as unknown as CanvasRenderingContext2D)(country);
    if (short.rings.length) paths.push(short.rings.join(""));
  }
  return paths;
}

export function europePlugin(): Plugin {
  return {
    name: "gortyn-europe",
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    load: (id) => (id === `\0${MODULE}` ? `export default ${JSON.stringify(europePaths())};` : undefined),
  };
}
