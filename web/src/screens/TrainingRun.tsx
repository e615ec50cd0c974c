// This module owns the numbers of one training run: its best strategy, and the strategies ranked by time, cost and energy.
import { type Report, type Row, rows, text } from "../data.ts";
import { format, large, seconds } from "../format.ts";
import { chosen, Pick, Switch } from "../parts/Choice.tsx";
import { named } from "../parts/names.ts";
import { Pairs } from "../parts/Pairs.tsx";
import { type Col, Table } from "../parts/Table.tsx";
import { keeping, layout, ofRun } from "../shape/training.ts";
import { columns } from "./Machine.tsx";

interface Props {
  report: Report;
  run: string;
}

const AXES_TOLD =
  "TP tensor, PP pipeline, DP data, CP context and EP expert parallelism; VP virtual stages of a pipeline stage.";

/** What the memory is called beside its use: how much the chip has, where the scenario tells. */
function memoryName(report: Report, row: Row): string {
  const machine = report.scenario.machines?.find(({ name }) => name === row.machine);
  return machine ? `Memory, of ${format(machine.memory_gb, "GB")}` : "Memory of a chip";
}

export function Best({ report, run, options }: Props & { options: { value: string; label: string }[] }) {
  const row = ofRun(report, "training", run)[0];
  if (!row) return null;
  const entries: [string, string][] = [
    ["Time of a step", typeof row.step_s === "number" ? seconds(row.step_s) : "–"],
    ["Tokens per second", typeof row.tokens_per_s === "number" ? large(row.tokens_per_s) : "–"],
    ["MFU", format(row.mfu_share, "share")],
    [memoryName(report, row), format(row.memory_gb, "GB")],
    ["Days", format(row.days, "1")],
    ["Energy", format(row.energy_mwh, "MWh")],
    ["Cost", format(row.cost_eur, "EUR")],
  ];
  return (
    <section class="block" id="best">
      <h3>{named(run)}: the best strategy</h3>
      {options.length > 1 && (
        <div class="controls">
          <Pick name="run" label="Run" options={options} />
        </div>
      )}
      <p class="strategy">{layout(row) || "–"}</p>
      <p class="lead">
        {text(row.model)} in {text(row.precision) || "the machine’s training format"}
        {keeping(row) ? `, ${keeping(row)}` : ""}. {AXES_TOLD}
      </p>
      <Pairs kind="figures small" entries={entries} />
    </section>
  );
}

const OBJECTIVES = [
  { value: "time", label: "Fastest" },
  { value: "cost", label: "Cheapest" },
  { value: "energy", label: "Least energy" },
  { value: "pareto", label: "Pareto set" },
];
const PARETO_TOLD = "No other strategy is better in one of time, cost and energy without being worse in another.";

const HEADS = {
  rank: "Rank",
  tp: "Strategy",
  recompute: "Keeps",
  step_s: "Step",
  mfu_share: "MFU",
  memory_gb: "Memory of a chip",
  cost_eur: "Cost",
  energy_mwh: "Energy",
};

export function Ranking({ report, run }: Props) {
  const known = new Set(ofRun(report, "training_top", run).map((row) => text(row.objective)));
  const options = OBJECTIVES.filter(({ value }) => known.has(value));
  const objective = chosen("objective", options);
  if (!options.length) return null;
  const found = ofRun(report, "training_top", run).filter((row) => row.objective === objective);
  const show: Record<string, Col["show"]> = {
    rank: (row) => text(row.rank),
    tp: (row) => layout(row),
    recompute: (row) => keeping(row),
    step_s: (row) => (typeof row.step_s === "number" ? seconds(row.step_s) : "–"),
  };
  const cols = columns(report, "training_top", HEADS, show).map((col) =>
    ["rank", "tp", "recompute"].includes(col.key) ? { ...col, unit: "text" } : col,
  );
  return (
    <section class="block" id="ranking">
      <h3>{named(run)}: the best strategies, ranked</h3>
      <p class="lead">
        {objective === "pareto" ? PARETO_TOLD : "Out of all that fit the chips and their memory."} {AXES_TOLD}
      </p>
      <div class="controls">
        <Switch name="objective" label="By" options={options} />
      </div>
      <Table caption={`Strategies of ${run}`} cols={cols} rows={found} />
    </section>
  );
}

export const runTitle = (run: string, title: string): string => `${named(run)}: ${title}`;

/** Row of a run in the table of runs. */
export const runRow = (report: Report, run: string): Row | undefined =>
  rows(report, "training").find((row) => row.run === run);
