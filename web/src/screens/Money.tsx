// This module owns the money screen: cash flow, the layers of capital, and what a chip-hour costs.
import { useMemo } from "preact/hooks";
import { columnBars, rowBars, rowsHeight, type Series } from "../charts/bars.ts";
import { Chart } from "../charts/Chart.tsx";
import { amount, column, type Frame, number, type Report, type Row, rows, text, total } from "../data.ts";
import { format, money, NBSP, NONE, share } from "../format.ts";
import { chosen, Switch } from "../parts/Choice.tsx";
import { Figure } from "../parts/Figure.tsx";
import { named } from "../parts/names.ts";
import { Table } from "../parts/Table.tsx";
import { CASH_PARTS, cashSteps, costParts, layerSteps, layerTitles, type Period } from "../shape/money.ts";
import { columns } from "./Machine.tsx";

export function Money({ report }: { report: Report }) {
  return (
    <>
      <Figures report={report} />
      <Cash report={report} />
      <Layers report={report} />
      <LayerFlows report={report} />
      <ChipHour report={report} />
    </>
  );
}

function Figures({ report }: { report: Report }) {
  const { summary, scenario } = report;
  const entries: [string, string][] = [
    ["Capital cost", format(summary.capex_eur, "EUR")],
    ["Budget", format(summary.budget_eur, "EUR")],
    [(summary.funding_gap_eur ?? 0) > 0 ? "Missing" : "Left over", money(Math.abs(summary.funding_gap_eur ?? 0))],
    ["Public share", format(summary.public_share, "share")],
    ["Private per public euro", format(summary.private_per_public, "EUR/EUR")],
    ["Net present value", format(summary.npv_eur, "EUR")],
    ["Internal rate of return", summary.irr_rate === null ? "none" : format(summary.irr_rate, "1/year")],
    ["Discount rate", format(scenario.costs.discount_rate, "1/year")],
    ["Levelised chip-hour", format(summary.levelised_eur_per_chip_hour, "EUR/chip-hour")],
  ];
  return (
    <dl class="figures">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const PERIODS: { value: Period; label: string }[] = [
  { value: "year", label: "Years" },
  { value: "quarter", label: "Quarters" },
];
const CASH_COLOURS = [2, 4, 0, 1, 3, 5, 6];

function Cash({ report }: { report: Report }) {
  const period = chosen("cash", PERIODS) as Period;
  const { draw, made, label } = useMemo(() => {
    const found = cashSteps(report, period);
    const series: Series[] = CASH_PARTS.map(({ name }, index) => ({
      name,
      colour: CASH_COLOURS[index] ?? index,
      values: found.map((step) => step.parts[index] ?? 0),
    }));
    series.push({ name: "Running total", colour: -1, line: true, values: found.map((step) => step.cumulative) });
    const table: Frame = {
      name: `cash-by-${period}`,
      columns: [
        { key: period, unit: "text" },
        ...CASH_PARTS.map(({ key }) => ({ key, unit: "EUR" })),
        { key: "net_eur", unit: "EUR" },
        { key: "cumulative_eur", unit: "EUR" },
      ],
      rows: found.map((step) => [step.period, ...step.parts, step.net, step.cumulative]),
    };
    const lowest = found.reduce(
      (low, step) => (step.cumulative < low.cumulative ? step : low),
      found[0] ?? { cumulative: 0, period: "" },
    );
    const end = found.at(-1);
    const told = end
      ? `The running total is lowest in ${lowest.period} with ${money(lowest.cumulative)} and ends in ${end.period} at ${money(end.cumulative)}.`
      : "";
    return {
      draw: columnBars({ names: found.map((step) => step.period), series, show: money }),
      made: table,
      label: told,
    };
  }, [report, period]);
  return (
    <Figure
      report={report}
      id="cash"
      title="Money in and money out"
      lead={`${label} Costs point down, receipts up; nothing is discounted here.`}
      unit={`EUR at prices of ${report.scenario.programme.base_year}`}
      source={["cash", [...CASH_PARTS.map(({ key }) => key), "net_eur"]]}
      how={period === "year" ? "summed by calendar year" : "by quarter"}
      keys={[
        ...CASH_PARTS.map(({ name }, index) => ({ name, colour: `var(--series-${CASH_COLOURS[index]})` })),
        { name: "Running total", colour: "var(--ink)", shape: "line" as const },
      ]}
      controls={<Switch name="cash" label="By" options={PERIODS} />}
      frame={made}
    >
      <Chart draw={draw} height={340} label={`Cash flow. ${label}`} />
    </Figure>
  );
}

const BOUGHT = ["grant", "capacity-purchase"];
const bought = (row: Row): boolean => BOUGHT.includes(text(row.kind));

function notReturned(row: Row): string {
  if (!bought(row)) return format(row.loss_eur, "EUR");
  return `${money(amount(row.amount_eur) - amount(row.paid_eur))}${NBSP}*`;
}

function Layers({ report }: { report: Report }) {
  const layers = rows(report, "layers");
  const titles = layerTitles(report);
  const heads = {
    layer: "Layer",
    kind: "Form",
    provider: "Provider",
    share: "Share",
    amount_eur: "Amount",
    return_rate: "Asked",
    paid_eur: "Received",
    irr_rate: "IRR",
    multiple: "Multiple",
    loss_eur: "Not returned",
  };
  const foot: Row = {
    layer: "All",
    share: total(layers, "share"),
    amount_eur: total(layers, "amount_eur"),
    paid_eur: total(layers, "paid_eur"),
  };
  return (
    <section class="block">
      <h3>Layers of capital</h3>
      <p class="lead">From the one that is served first to the one that bears the first loss.</p>
      <Table
        caption="Layers of capital"
        cols={columns(report, "layers", heads, {
          layer: (row) => titles.get(text(row.layer)) ?? NONE,
          kind: (row) => named(text(row.kind)),
          provider: (row) => named(text(row.provider)),
          return_rate: (row) => (bought(row) ? NONE : format(row.return_rate, "share")),
          irr_rate: (row) =>
            bought(row) ? NONE : number(row.irr_rate) === null ? "none" : share(amount(row.irr_rate)),
          multiple: (row) => (bought(row) ? NONE : `${format(row.multiple, "1")}×`),
          loss_eur: (row) => notReturned(row),
        })}
        rows={layers}
        foot={foot}
      />
      <p class="note">
        IRR and return asked are per year, in real terms. * Grants and capacity purchases are not meant to come back as
        money: the sum is the price of what they buy, not a loss.
      </p>
    </section>
  );
}

function LayerFlows({ report }: { report: Report }) {
  const period = chosen("layer-cash", PERIODS) as Period;
  const { draw, made, names, label } = useMemo(() => {
    const { periods, drawn, received } = layerSteps(report, period);
    const order = column(report, "layers", "layer").map(text);
    const layers = [...drawn.keys()].sort((a, b) => order.indexOf(a) - order.indexOf(b));
    const titles = layerTitles(report);
    const shown = (layer: string) => titles.get(layer) ?? named(layer);
    const legend = layers.map((layer, index) => ({ name: shown(layer), colour: index }));
    const bars = (flows: Map<string, number[]>) =>
      layers.map((layer, index) => ({ name: shown(layer), colour: index, values: flows.get(layer) ?? [] }));
    const table: Frame = {
      name: `layers-by-${period}`,
      columns: [
        { key: period, unit: "text" },
        ...layers.flatMap((key) =>
          [`${key}_drawn_eur`, `${key}_received_eur`].map((name) => ({ key: name, unit: "EUR" })),
        ),
      ],
      rows: periods.map((name, index) => [
        name,
        ...layers.flatMap((layer) => [drawn.get(layer)?.[index] ?? 0, received.get(layer)?.[index] ?? 0]),
      ]),
    };
    const sum = (values: number[] | undefined) => money(Math.abs((values ?? []).reduce((a, b) => a + b, 0)));
    const told = layers.map(
      (layer) => `${shown(layer)} pays ${sum(drawn.get(layer))} and receives ${sum(received.get(layer))}`,
    );
    const series = [...bars(drawn), ...bars(received)];
    return {
      draw: columnBars({ names: periods, series, show: money }),
      made: table,
      names: legend,
      label: `${told.join("; ")}.`,
    };
  }, [report, period]);
  return (
    <Figure
      report={report}
      id="layer-flows"
      title="What each layer pays and receives"
      lead="Drawdowns point down, receipts up."
      unit={`EUR at prices of ${report.scenario.programme.base_year}`}
      source={["layer_cash", ["flow_eur"]]}
      how={period === "year" ? "summed by calendar year" : "by quarter"}
      keys={names.map(({ name, colour }) => ({ name, colour: `var(--series-${colour % 7})` }))}
      controls={<Switch name="layer-cash" label="By" options={PERIODS} />}
      frame={made}
    >
      <Chart draw={draw} height={300} label={label} />
    </Figure>
  );
}

function ChipHour({ report }: { report: Report }) {
  const { draw, made, label, height } = useMemo(() => {
    const parts = costParts(report);
    const names = parts.map(({ name }) => name);
    const show = (value: number) => format(value, "EUR/chip-hour");
    const table: Frame = {
      name: "chip-hour-cost",
      columns: [
        { key: "part", unit: "text" },
        { key: "eur_per_chip_hour", unit: "EUR/chip-hour" },
      ],
      rows: parts.map(({ name, eurPerChipHour }) => [name, eurPerChipHour]),
    };
    const told = parts.map(({ name, eurPerChipHour }) => `${name} ${show(eurPerChipHour)}`).join(", ");
    const series = [
      { name: "Euros per chip-hour", colour: 0, values: parts.map(({ eurPerChipHour }) => eurPerChipHour) },
    ];
    return { draw: rowBars({ names, series, show }), made: table, label: `${told}.`, height: rowsHeight(names, 32) };
  }, [report]);
  return (
    <Figure
      report={report}
      id="chip-hour"
      title={`What makes up the ${format(report.summary.levelised_eur_per_chip_hour, "EUR/chip-hour")} of a chip-hour`}
      lead={label}
      unit="EUR/chip-hour"
      source={["cash", ["residual_eur", "delivered_chip_hours"]]}
      how={`each cost and the delivered chip-hours discounted by quarters at ${share(report.scenario.costs.discount_rate)} a year`}
      frame={made}
    >
      <Chart draw={draw} height={height} label={`Parts of the levelised cost. ${label}`} />
    </Figure>
  );
}
