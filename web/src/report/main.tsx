// This module starts the report: reads the data that stands in the page and draws the screens.
import { render } from "preact";
import { watchPrinting } from "../charts/printing.ts";
import { themeCss } from "../charts/theme.ts";
import { type Report as Data, readReport } from "../data.ts";
import { startState } from "../state.ts";
import "../styles.css";
import { Report, screensOf } from "./Report.tsx";

const colours = document.createElement("style");
colours.textContent = themeCss();
document.head.append(colours);
watchPrinting();

async function found(): Promise<Data | null> {
  const report = readReport(document.getElementById("gortyn-data")?.textContent ?? "null");
  if (report || !import.meta.env.DEV) return report;
  const { sample } = await import("../fixtures/sample.ts");
  return sample();
}

const root = document.getElementById("report");
const report = await found();
startState(report ? (screensOf(report)[0]?.tab ?? "") : "");
if (root) {
  root.replaceChildren();
  if (report) {
    document.title = `${report.scenario.title} – Gortyn`;
    render(<Report report={report} />, root);
  } else {
    render(
      <p class="bare">
        This page holds no results yet. <code>gortyn run SCENARIO</code> writes a results folder with a report in it.
      </p>,
      root,
    );
  }
}
