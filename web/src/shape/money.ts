// This module owns what is made of the cash flow: sums by quarter or year, the running total, and the parts of a chip-hour's cost.
import { amount, column, groups, type Report, type Row, rows, text, total } from "../data.ts";
import { named } from "../parts/names.ts";

/** One band of the flow of money. */
export interface Band {
  source: string;
  target: string;
  value: number;
}

/**
 * Bands from provider to layer to what is bought. A layer may bear the name of its provider, so each node is
 * `step:name`, with the step that the table of layers tells.
 */
export function bands(report: Report): Band[] {
  const [layers, providers] = ["layer", "provider"].map(
    (name) => new Set(column(report, "layers", name).map(text)),
  ) as [Set<string>, Set<string>];
  return rows(report, "money_flow")
    .map((row) => {
      const [source, target] = [text(row.source), text(row.target)];
      const given = providers.has(source) && layers.has(target);
      const drawn = !given && layers.has(source);
      return {
        source: `${given ? "provider" : drawn ? "layer" : "use"}:${source}`,
        target: `${given ? "layer" : "use"}:${target}`,
        value: amount(row.value_eur),
      };
    })
    .filter((band) => band.value > 0 && band.source !== band.target);
}

/**
 * Printed name of each layer. A layer that bears the name of a provider is told apart by its form: `union` as
 * Union, capacity purchase.
 */
export function layerTitles(report: Report): Map<string, string> {
  const providers = new Set(column(report, "layers", "provider").map(text));
  return new Map(
    rows(report, "layers").map((row) => {
      const [layer, form] = [text(row.layer), named(text(row.kind))];
      return [
        layer,
        providers.has(layer) ? `${named(layer)}, ${form.charAt(0).toLowerCase()}${form.slice(1)}` : named(layer),
      ];
    }),
  );
}

export type Period = "year" | "quarter";

/** Columns of the cash table with the sign that they carry in the cash flow. */
export const CASH_PARTS = [
  { key: "revenue_eur", name: "Revenue", sign: 1 },
  { key: "residual_eur", name: "Residual value", sign: 1 },
  { key: "capex_eur", name: "Capital cost", sign: -1 },
  { key: "energy_eur", name: "Electricity", sign: -1 },
  { key: "staff_eur", name: "Staff", sign: -1 },
  { key: "maintenance_eur", name: "Maintenance", sign: -1 },
  { key: "insurance_eur", name: "Insurance", sign: -1 },
] as const;

/** 2028-04-01 as 2028 Q2 or 2028. */
export function periodOf(iso: string, period: Period): string {
  const year = iso.slice(0, 4);
  return period === "year" ? year : `${year} Q${Math.floor((Number(iso.slice(5, 7)) - 1) / 3) + 1}`;
}

export interface CashStep {
  period: string;
  /** Signed parts in the order of CASH_PARTS. */
  parts: number[];
  net: number;
  cumulative: number;
}

export function cashSteps(report: Report, period: Period): CashStep[] {
  let cumulative = 0;
  return [...groups(rows(report, "cash"), (row) => periodOf(text(row.quarter), period))].map(([name, quarters]) => {
    const net = total(quarters, "net_eur");
    cumulative += net;
    const parts = CASH_PARTS.map(({ key, sign }) => sign * total(quarters, key));
    return { period: name, parts, net, cumulative };
  });
}

export interface LayerSteps {
  periods: string[];
  /** Drawdowns of each layer in each period, negative. */
  drawn: Map<string, number[]>;
  /** Receipts of each layer in each period. */
  received: Map<string, number[]>;
}

export function layerSteps(report: Report, period: Period): LayerSteps {
  const cash = rows(report, "layer_cash");
  const inTime = [...cash].sort((a, b) => text(a.quarter).localeCompare(text(b.quarter)));
  const periods = [...new Set(inTime.map((row) => periodOf(text(row.quarter), period)))];
  const [drawn, received] = [new Map<string, number[]>(), new Map<string, number[]>()];
  for (const [layer, quarters] of groups(cash, (row) => text(row.layer))) {
    const byPeriod = groups(quarters, (row) => periodOf(text(row.quarter), period));
    const flows = periods.map((name) => (byPeriod.get(name) ?? []).map((row) => amount(row.flow_eur)));
    drawn.set(
      layer,
      flows.map((all) => all.reduce((sum, flow) => sum + Math.min(0, flow), 0)),
    );
    received.set(
      layer,
      flows.map((all) => all.reduce((sum, flow) => sum + Math.max(0, flow), 0)),
    );
  }
  return { periods, drawn, received };
}

export interface CostPart {
  name: string;
  eurPerChipHour: number;
}

const QUARTERS_PER_YEAR = 4;

/**
 * Parts of the levelised cost of a chip-hour: present value of each cost over present delivered chip-hours. Where in
 * its quarter a sum falls cancels out of the ratio.
 */
export function costParts(report: Report): CostPart[] {
  const cash = rows(report, "cash");
  const rate = report.scenario.costs.discount_rate;
  const present = (of: (row: Row) => number) =>
    cash.reduce((sum, row, quarter) => sum + of(row) / (1 + rate) ** (quarter / QUARTERS_PER_YEAR), 0);
  const hours = present((row) => amount(row.delivered_chip_hours));
  if (hours <= 0) return [];
  return CASH_PARTS.filter(({ key }) => key !== "revenue_eur").map(({ key, name, sign }) => ({
    name,
    eurPerChipHour: (-sign * present((row) => amount(row[key]))) / hours,
  }));
}
