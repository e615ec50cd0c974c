import { viteSingleFile } from "vite-plugin-singlefile";
import { defineConfig } from "vitest/config";
import { europePlugin } from "./tools/europe.ts";
import { pagePlugin } from "./tools/licences.ts";

export default defineConfig({
  plugins: [europePlugin(), viteSingleFile({ removeViteModuleLoader: true }), pagePlugin()],
  build: {
    outDir: "../src/gortyn/report/static",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: { input: "report.html" },
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
