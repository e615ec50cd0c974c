// This module owns the training screen: how long the runs take, and for one of them the best strategy and why it is best.
import { useMemo } from "preact/hooks";
import { rowBars, rowsHeight } from "../charts/bars.ts";
import { Chart } from "../charts/Chart.tsx";
import { amount, type Frame, number, type Report, rows, siteTitles, text, total } from "../data.ts";
import { count, digits, format } from "../format.ts";
import { chosen } from "../parts/Choice.tsx";
import { Figure } from "../parts/Figure.tsx";
import { named } from "../parts/names.ts";
import { type Col, Table } from "../parts/Table.tsx";
import { columns } from "./Machine.tsx";
import { Breakdown, Days, Roof, Strategies } from "./TrainingFigures.tsx";
import { Best, Ranking } from "./TrainingRun.tsx";

/** Tables that tell how one run is trained; a results folder made without them has the runs only. */
const DETAIL = ["training_breakdown", "training_map", "training_scaling", "training_roofline", "training_top"];

export function Training({ report }: { report: Report }) {
  const runs = rows(report, "training");
  const options = runs.map((row) => ({ value: text(row.run), label: named(text(row.run)) }));
  const run = chosen("run", options);
  if (!runs.length) return <p class="empty">This scenario has no training runs.</p>;
  const detailed = DETAIL.some((table) => rows(report, table).length > 0);
  const of = { report, run };
  return (
    <>
      <Runs report={report} />
      {detailed ? (
        <>
          <Best {...of} options={options} />
          <Breakdown {...of} />
          <Strategies {...of} />
          <Roof {...of} />
          <Days {...of} />
          <Ranking {...of} />
        </>
      ) : (
        <p class="note">Strategies, step times and scaling of these runs are not in this results folder.</p>
      )}
    </>
  );
}

const HEADS = {
  run: "Run",
  model: "Model",
  chips: "Chips",
  tokens: "Tokens",
  mfu_share: "MFU",
  mttf_hours: "Between interruptions",
  goodput_share: "Goodput",
  days: "Days",
  baseline_days: "Baseline days",
  energy_mwh: "Energy",
};

const two = (first: string, second: string) => (
  <>
    {first}
    {second && <small>{second}</small>}
  </>
);

/** Cells of the table that hold a second value below the first. */
function cells(report: Report): Record<string, Col["show"]> {
  const titles = siteTitles(report);
  return {
    run: (row) => named(text(row.run)),
    model: (row) => two(text(row.model), `${titles.get(text(row.site)) ?? text(row.site)}, ${text(row.machine)}`),
    chips: chipsShown(report),
    tokens: (row) => two(format(row.tokens, "tokens"), format(row.model_flops, "FLOP")),
    mfu_share: (row) => two(format(row.mfu_share, "share"), text(row.precision)),
    energy_mwh: (row) =>
      two(format(row.energy_mwh, "MWh"), number(row.cost_eur) === null ? "" : format(row.cost_eur, "EUR")),
    mttf_hours: (row) => two(format(row.mttf_hours, "h"), `checkpoint ${format(row.interval_min, "min")}`),
    days: (row) => two(digits(amount(row.days)), `computing ${digits(amount(row.compute_days))}`),
    baseline_days: (row) => two(digits(amount(row.baseline_days)), `on ${count(amount(row.baseline_chips))} chips`),
  };
}

function Runs({ report }: { report: Report }) {
  const runs = rows(report, "training");
  const { draw, frame, label, height } = useMemo(() => {
    const found = rows(report, "training");
    const names = found.map((row) => named(text(row.run)));
    const series = [
      { name: "On the chips of the run", colour: 0, values: found.map((row) => amount(row.days)) },
      { name: "On the baseline", colour: -1, values: found.map((row) => amount(row.baseline_days)) },
    ];
    const made: Frame = {
      name: "training-days",
      columns: [
        { key: "run", unit: "text" },
        { key: "days", unit: "days" },
        { key: "baseline_days", unit: "days" },
      ],
      rows: found.map((row) => [row.run ?? null, row.days ?? null, row.baseline_days ?? null]),
    };
    const told = found.map(
      (row, index) =>
        `${names[index]} takes ${digits(amount(row.days))} days, ${digits(amount(row.baseline_days))} on the baseline`,
    );
    return {
      draw: rowBars({ names, series, show: (value) => format(value, "days"), stacked: false }),
      frame: made,
      height: rowsHeight(names, 50),
      label: `${told.join("; ")}.`,
    };
  }, [report]);
  return (
    <>
      <Figure
        report={report}
        id="training-days"
        title="How long the training runs take"
        lead="Failures and checkpoints included; the baseline is the same run on the number of chips that it is compared with."
        unit="days"
        source={["training", ["days", "baseline_days"]]}
        keys={[
          { name: "On the chips of the run", colour: "var(--series-0)" },
          { name: "On the baseline", colour: "var(--grey)" },
        ]}
        frame={frame}
      >
        <Chart draw={draw} height={height} label={label} />
      </Figure>
      <section class="block">
        <h3>Training runs in numbers</h3>
        <p class="lead">
          MFU is the share of the dense peak that does the model’s own arithmetic; goodput the share of the time that is
          spent on new training steps.
        </p>
        <Table caption="Training runs" cols={columns(report, "training", HEADS, cells(report))} rows={runs} />
      </section>
    </>
  );
}

/** Chips of a run with their share of the site's H100-equivalents and power, in the proportion of the site's machine. */
function chipsShown(report: Report): Col["show"] {
  const phases = rows(report, "phases");
  return (row) => {
    const same = phases.filter((phase) => phase.site === row.site && phase.machine === row.machine);
    const part = amount(row.chips) / Math.max(1, total(same, "chips"));
    return two(
      number(row.chips) === null ? "–" : count(amount(row.chips)),
      `${format(part * total(same, "h100_equivalents"), "H100-equivalents")} H100e, ${format(part * total(same, "it_mw"), "MW")}`,
    );
  };
}
