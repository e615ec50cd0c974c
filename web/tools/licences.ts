// Build step: puts the licences of the bundled libraries into the page and checks that the page still has its data slot.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const MODULES = join(dirname(fileURLToPath(import.meta.url)), "..", "node_modules");
const BUNDLED = [
  "preact",
  "@preact/signals",
  "@preact/signals-core",
  "echarts",
  "zrender",
  "d3-geo",
  "d3-array",
  "internmap",
  "world-atlas",
];
const SLOT = '<script id="gortyn-data" type="application/json">null</script>';
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'";

function licence(name: string): string {
  const folder = join(MODULES, name);
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string; license: string };
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice|copyright)(\.|$)/i.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), "utf8").trim());
  if (!texts.length) throw new Error(`${name} ships no licence text`);
  return `${name} ${about.version} (${about.license})\n\n${texts.join("\n\n")}`;
}

export function licencesText(): string {
  const map = "Country shapes: Natural Earth (public domain), through the npm package world-atlas.";
  return [map, ...BUNDLED.map(licence)].join(`\n\n${"=".repeat(72)}\n\n`);
}

export function pagePlugin(): Plugin {
  return {
    name: "gortyn-page",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const page = Object.values(bundle).find((file) => file.fileName === "report.html");
        if (page?.type !== "asset") return this.error("report.html was not built");
        const html = String(page.source);
        if (html.split(SLOT).length !== 2) this.error("report.html lost its data slot");
        if (/(src|href)="(?!data:|#)[^"]/.test(html.replace(/<script[\s\S]*?<\/script>/g, ""))) {
          this.error("report.html points outside itself");
        }
        page.source = html
          .replace("<head>", `<head>\n    <meta http-equiv="Content-Security-Policy" content="${POLICY}" />`)
          .replace("</body>", () => `  <script id="licences" type="text/plain">${licencesText()}</script>\n  </body>`);
      },
    },
  };
}
