// This module owns the layers of capital: their terms and what comes back, and their payments over time.
import { useMemo } from "preact/hooks";
import { columnBars } from "../charts/bars.ts";
import { Chart } from "../charts/Chart.tsx";
import { seriesCss } from "../charts/theme.ts";
import { amount, column, type Frame, number, type Report, type Row, rows, text, total } from "../data.ts";
import { format, money, NBSP, NONE, share } from "../format.ts";
import { chosen, Switch } from "../parts/Choice.tsx";
import { Figure } from "../parts/Figure.tsx";
import { named } from "../parts/names.ts";
import { Table } from "../parts/Table.tsx";
import { euros, layerSteps, layerTitles, type Period } from "../shape/money.ts";
import { columns } from "./Machine.tsx";
import { PERIODS } from "./MoneyCash.tsx";

const BOUGHT = ["grant", "capacity-purchase"];
const bought = (row: Row): boolean => BOUGHT.includes(text(row.kind));
const promised = (row: Row): boolean => text(row.kind) === "guarantee";

function notReturned(row: Row): string {
  if (!bought(row)) return format(row.loss_eur, "EUR");
  return `${money(amount(row.amount_eur) - amount(row.paid_eur))}${NBSP}*`;
}

const HEADS = {
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

export function Layers({ report }: { report: Report }) {
  const layers = rows(report, "layers");
  const titles = layerTitles(report);
  const capital = layers.filter((row) => !promised(row));
  const foot: Row = {
    layer: "All",
    share: total(capital, "share"),
    amount_eur: total(capital, "amount_eur"),
    paid_eur: total(capital, "paid_eur"),
  };
  const nominal = Boolean(report.scenario.costs.inflation_rate);
  return (
    <section class="block">
      <h3>Layers of capital</h3>
      <p class="lead">From the one that is served first to the one that bears the first loss.</p>
      <Table
        caption="Layers of capital"
        cols={columns(report, "layers", HEADS, {
          layer: (row) => titles.get(text(row.layer)) ?? (text(row.layer) || NONE),
          kind: (row) => named(text(row.kind)),
          provider: (row) => named(text(row.provider)),
          return_rate: (row) => (bought(row) || promised(row) ? NONE : format(row.return_rate, "share")),
          irr_rate: (row) =>
            bought(row) || promised(row) ? NONE : number(row.irr_rate) === null ? "none" : share(amount(row.irr_rate)),
          multiple: (row) => (bought(row) || promised(row) ? NONE : `${format(row.multiple, "1")}×`),
          loss_eur: notReturned,
        })}
        rows={layers}
        foot={foot}
      />
      <p class="note">
        IRR and return asked are per year, {nominal ? "with inflation" : "in real terms"}. * Grants and capacity
        purchases are not meant to come back as money: the sum is the price of what they buy, not a loss.
        {layers.some(promised) &&
          " The amount of a guarantee is what is called in this plan; it is no source of funds."}
      </p>
    </section>
  );
}

export function LayerFlows({ report }: { report: Report }) {
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
      unit={euros(report)}
      source={[
        "layer_cash",
        "drawn_eur" in (report.tables.layer_cash ?? {}) ? ["drawn_eur", "received_eur"] : ["flow_eur"],
      ]}
      how={period === "year" ? "summed by calendar year" : "by quarter"}
      keys={names.map(({ name, colour }) => ({ name, colour: seriesCss(colour) }))}
      controls={<Switch name="layer-cash" label="By" options={PERIODS} />}
      frame={made}
    >
      <Chart draw={draw} height={300} label={label} />
    </Figure>
  );
}
