// This module owns the figures of risk: quantiles of the measures, the tornado, who bears losses, and the history of defaults.
import { useMemo } from "preact/hooks";
import { rowBars, rowsHeight } from "../charts/bars.ts";
import { Chart } from "../charts/Chart.tsx";
import { EXCEEDANCE_HEIGHT, exceedanceChart } from "../charts/exceedance.ts";
import { seriesCss } from "../charts/theme.ts";
import { tornado, tornadoHeight } from "../charts/tornado.ts";
import { dashOf } from "../charts/waits.ts";
import { amount, column, type Frame, frame, number, type Report, type Row, rows, text } from "../data.ts";
import { count, format, NONE, share } from "../format.ts";
import { chosen, Pick } from "../parts/Choice.tsx";
import { Figure } from "../parts/Figure.tsx";
import type { Key } from "../parts/Legend.tsx";
import { named } from "../parts/names.ts";
import { type Col, Table } from "../parts/Table.tsx";
import { layerTitles } from "../shape/money.ts";
import { exceedances, measureName, measureUnit, neverLose, spread, tornadoOf } from "../shape/risk.ts";
import { columns, present } from "./Machine.tsx";

/** How the draws were made, in words. */
function drawsTold(report: Report): string {
  const { risk } = report.scenario;
  return risk ? `${count(risk.draws)} draws with seed ${risk.seed}` : "over all draws";
}

const lower = (name: string): string =>
  /^[A-Z][a-z]/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;

const QUANTILES = ["p05", "p10", "p50", "p90", "p95"];

/** Quantiles as a bar: thin from P5 to P95, thick from P10 to P90, a mark at the median and one at the plan. */
function Strip({ row }: { row: Row }) {
  const found = spread(row);
  if (!found) return null;
  const percent = (name: string) => `${100 * (found.at[name] ?? 0)}%`;
  const between = (from: string, to: string) => ({
    left: percent(from),
    width: `${100 * ((found.at[to] ?? 0) - (found.at[from] ?? 0))}%`,
  });
  return (
    <span class="strip" aria-hidden="true">
      <i style={between("p05", "p95")} />
      <b style={between("p10", "p90")} />
      <u style={{ left: percent("p50") }} />
      {"plan" in found.at && <s style={{ left: percent("plan") }} />}
    </span>
  );
}

export function Quantiles({ report }: { report: Report }) {
  const listed = rows(report, "risk_measures");
  if (!listed.length) return null;
  const heads = {
    measure: "Measure",
    plan: "As planned",
    p05: "P5",
    p10: "P10",
    p50: "Median",
    p90: "P90",
    p95: "P95",
  };
  const shown = (key: string) => (row: Row) => (number(row[key]) === null ? "none" : format(row[key], text(row.unit)));
  const cols = columns(
    report,
    "risk_measures",
    { ...heads, mean: "Mean" },
    {
      measure: (row) => measureName(text(row.measure)),
      ...Object.fromEntries(["plan", ...QUANTILES, "mean"].map((key) => [key, shown(key)])),
    },
    ["p05", "p95", "mean"],
  ).map((col) => (col.key === "measure" ? col : { ...col, unit: "1" }));
  const npv = listed.find((row) => text(row.measure).startsWith("npv"));
  const strip: Col = {
    key: "spread",
    head: "P5 to P95, plan ◆",
    unit: "text",
    show: (row) => <Strip row={row} />,
    offPaper: true,
  };
  return (
    <Figure
      report={report}
      id="quantiles"
      title={
        npv
          ? `In one draw of ten the net present value is below ${format(npv.p10, "EUR")}, in one above ${format(npv.p90, "EUR")}`
          : "How the measures spread over the draws"
      }
      lead="Chip price, power price, demand, delay, failures and interest move together; P10 is what one draw of ten lies below."
      unit="as stated with each measure"
      source={["risk_measures", ["plan", "mean", ...QUANTILES]]}
      how={drawsTold(report)}
      frame={frame(report, "risk_measures", Object.keys(report.tables.risk_measures ?? {}), "risk-measures")}
    >
      <Table caption="Quantiles of the measures over the draws" cols={[...cols, strip]} rows={listed} />
    </Figure>
  );
}

export function Tornado({ report }: { report: Report }) {
  const options = useMemo(
    () =>
      [...new Set(column(report, "tornado", "measure").map(text))].map((measure) => ({
        value: measure,
        label: measureName(measure),
      })),
    [report],
  );
  const measure = chosen("tornado", options);
  const { lines, draw, lead, label, title, made } = useMemo(() => {
    const { plan, swings } = tornadoOf(report, measure);
    const unit = measureUnit(report, measure);
    const show = (value: number) => format(value, unit);
    const found = swings.map(({ factor, settings, ...ends }) => ({
      name: named(factor),
      settings: settings.map((setting) => setting.replace(/^-/, "−") || NONE) as [string, string],
      ...ends,
    }));
    const first = found[0];
    const end = (value: number | null) => (value === null ? "none" : show(value));
    const all = frame(report, "tornado", Object.keys(report.tables.tornado ?? {}), `tornado-${measure}`);
    const place = all.columns.findIndex(({ key }) => key === "measure");
    return {
      lines: plan === null ? [] : found,
      draw: tornado(found, plan ?? 0, show),
      made: { ...all, rows: all.rows.filter((cells) => cells[place] === measure) },
      title: first
        ? `${first.name} moves this measure the most: ${lower(measureName(measure))}`
        : "What moves the plan the most",
      lead: plan === null ? "" : `Bars begin at the plan, ${show(plan)}.`,
      label: `As planned ${plan === null ? NONE : show(plan)}. ${found
        .map(({ name, low, high }) => `${name} alone: ${end(low)} to ${end(high)}`)
        .join("; ")}.`,
    };
  }, [report, measure]);
  if (!options.length) return null;
  return (
    <Figure
      report={report}
      id="tornado"
      title={title}
      lead={lead}
      unit={measureUnit(report, measure)}
      source={["tornado", ["low", "high", "plan"]]}
      how="each factor at its tenth and its ninetieth percentile, the others as planned"
      keys={[
        { name: "Factor at its P10", colour: seriesCss(4) },
        { name: "Factor at its P90", colour: seriesCss(5) },
      ]}
      controls={<Pick name="tornado" label="Measure" options={options} />}
      frame={made}
    >
      {lines.length ? (
        <Chart draw={draw} height={tornadoHeight(lines)} label={`${title}. ${label}`} />
      ) : (
        <p class="empty">The plan has no such measure.</p>
      )}
    </Figure>
  );
}

const RISK_HEADS = {
  layer: "Layer",
  attachment_share: "Loses from",
  detachment_share: "Gone at",
  loss_probability_share: "Chance of a loss",
  expected_loss_share: "Expected loss",
  loss_given_loss_share: "Loss if any",
  loss_p95_share: "Loss, P95",
  loss_p99_share: "Loss, P99",
  irr_p10_rate: "IRR, P10",
  irr_p50_rate: "IRR, median",
  irr_p90_rate: "IRR, P90",
};
const NEGLIGIBLE = 1e-3;
const IRRS = ["irr_p10_rate", "irr_p50_rate", "irr_p90_rate"];

export function LayerRisk({ report }: { report: Report }) {
  const layers = rows(report, "layers").filter((row) => number(row.loss_probability_share) !== null);
  if (!layers.length) return null;
  const titles = layerTitles(report);
  const worst = [...layers].sort((a, b) => amount(b.expected_loss_share) - amount(a.expected_loss_share))[0];
  const heads = present(report, "layers", RISK_HEADS);
  const irr = (key: string) => (row: Row) =>
    text(row.kind) === "guarantee" ? NONE : number(row[key]) === null ? "none" : share(amount(row[key]));
  return (
    <Figure
      report={report}
      id="layer-risk"
      title={
        worst && amount(worst.expected_loss_share) > NEGLIGIBLE
          ? `${share(amount(worst.expected_loss_share))} of the layer that bears most (${titles.get(text(worst.layer)) ?? text(worst.layer)}) is lost on average`
          : "No layer loses more than a thousandth of its money on average"
      }
      lead="A layer loses from the share of the capital at which it attaches and is gone at the one at which it detaches. IRR is per year."
      unit="share"
      source={["layers", Object.keys(heads).slice(1)]}
      how={drawsTold(report)}
      frame={frame(report, "layers", Object.keys(heads), "layer-risk")}
    >
      <Table
        caption="Risk and return by layer over the draws"
        cols={columns(
          report,
          "layers",
          heads,
          {
            layer: (row) => titles.get(text(row.layer)) ?? text(row.layer),
            ...Object.fromEntries(IRRS.map((key) => [key, irr(key)])),
          },
          ["loss_p95_share", "loss_given_loss_share"],
        )}
        rows={layers}
      />
    </Figure>
  );
}

export function Losses({ report }: { report: Report }) {
  const { curves, spared, draw, label } = useMemo(() => {
    const found = exceedances(report);
    const none = neverLose(report);
    const told = found.map(({ name, points }) => `${name} ${share(points[0]?.[1] ?? 0)}`);
    return {
      curves: found,
      spared: none,
      draw: exceedanceChart(found),
      label:
        `${found.length ? `Share of the draws in which a layer loses something: ${told.join(", ")}.` : ""} ${none.length ? `Never: ${none.join(", ")}.` : ""}`.trim(),
    };
  }, [report]);
  if (!curves.length && !spared.length) return null;
  return (
    <Figure
      report={report}
      id="losses"
      title="How often a layer loses more than a given share"
      lead={label}
      unit="share of the draws (up), share of the layer that is lost (across)"
      source={["layer_losses", ["loss_share", "exceed_share"]]}
      how={drawsTold(report)}
      keys={curves.map(({ name, index }): Key => ({ name, colour: seriesCss(index), dash: dashOf(index) }))}
      frame={frame(report, "layer_losses", Object.keys(report.tables.layer_losses ?? {}), "layer-losses")}
    >
      {curves.length ? (
        <Chart draw={draw} height={EXCEEDANCE_HEIGHT} label={`Loss distribution by layer. ${label}`} />
      ) : (
        <p class="empty">No layer loses money in any draw.</p>
      )}
    </Figure>
  );
}

const VIEWS = [
  { name: "Draws of this plan", colour: 0 },
  { name: "History of project loans, sites one by one", colour: 1 },
  { name: "The same with very many sites", colour: 3 },
];

export function History({ report }: { report: Report }) {
  const { listed, names, draw, label, made } = useMemo(() => {
    const found = rows(report, "portfolio_losses");
    const titles = layerTitles(report);
    const own = new Map(rows(report, "layers").map((row) => [text(row.layer), number(row.expected_loss_share)]));
    const shown = found.map(
      (row) => titles.get(text(row.layer)) ?? (row.layer === POOL ? "All together" : named(text(row.layer))),
    );
    const values = [
      found.map((row) => own.get(text(row.layer)) ?? null),
      found.map((row) => number(row.expected_loss_share)),
      found.map((row) => number(row.limit_expected_loss_share)),
    ];
    const series = VIEWS.map((view, index) => ({ ...view, values: values[index] ?? [] }));
    const all = frame(
      report,
      "portfolio_losses",
      Object.keys(report.tables.portfolio_losses ?? {}),
      "portfolio-losses",
    );
    const table: Frame = {
      ...all,
      columns: [...all.columns, { key: "drawn_expected_loss_share", unit: "share" }],
      rows: all.rows.map((cells, index) => [...cells, values[0]?.[index] ?? null]),
    };
    return {
      listed: found,
      names: shown,
      draw: rowBars({ names: shown, series, show: share, stacked: false }),
      made: table,
      label: `By history: ${shown.map((name, index) => `${name} ${format(values[1]?.[index], "share")}`).join(", ")}.`,
    };
  }, [report]);
  if (!listed.length) return null;
  return (
    <Figure
      report={report}
      id="history"
      title="Expected loss of each layer, by the draws and by the history of defaults"
      lead={`${label} The history lets each site default as project loans did, with correlated sites and the recovery seen; the draws follow this plan’s own cash.`}
      unit="share"
      source={["portfolio_losses", ["expected_loss_share", "limit_expected_loss_share"]]}
      keys={VIEWS.map(({ name, colour }): Key => ({ name, colour: seriesCss(colour) }))}
      frame={made}
    >
      <Chart draw={draw} height={rowsHeight(names, HISTORY_ROW)} label={`Expected loss by layer. ${label}`} />
    </Figure>
  );
}

const HISTORY_ROW = 58;
const POOL = "pool";
