// This module owns what is made of the cash flow: sums by quarter or year, the running total, and the parts of a chip-hour's cost.
import { amount, column, groups, number, type Report, type Row, rows, text, total } from "../data.ts";
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

/** A column of the cash table with the sign that it carries in the cash flow and its colour; a pale one is of its kin. */
export interface CashPart {
  key: string;
  name: string;
  sign: 1 | -1;
  colour: number;
  pale?: boolean;
}

export const CASH_PARTS: readonly CashPart[] = [
  { key: "revenue_eur", name: "Revenue", sign: 1, colour: 2 },
  { key: "heat_eur", name: "Heat sold", sign: 1, colour: 2, pale: true },
  { key: "residual_eur", name: "Residual value", sign: 1, colour: 4 },
  { key: "capex_eur", name: "Capital cost", sign: -1, colour: 0 },
  { key: "refresh_eur", name: "Chip refresh", sign: -1, colour: 0, pale: true },
  { key: "energy_eur", name: "Electricity", sign: -1, colour: 1 },
  { key: "connection_eur", name: "Grid connection fees", sign: -1, colour: 1, pale: true },
  { key: "staff_eur", name: "Staff", sign: -1, colour: 3 },
  { key: "rent_eur", name: "Rent", sign: -1, colour: 3, pale: true },
  { key: "maintenance_eur", name: "Maintenance", sign: -1, colour: 5 },
  { key: "insurance_eur", name: "Insurance", sign: -1, colour: 5, pale: true },
  { key: "tax_eur", name: "Tax", sign: -1, colour: 6 },
];

/** Parts that this run has: columns of the table with something in them. */
export const cashParts = (report: Report): CashPart[] =>
  CASH_PARTS.filter(({ key }) => column(report, "cash", key).some((cell) => amount(cell) !== 0));

/** What the euros of the cash flow are: those of one year, or of each day where prices rise. */
export const euros = (report: Report): string =>
  report.scenario.costs.inflation_rate
    ? "EUR at the prices of each quarter"
    : `EUR at prices of ${report.scenario.programme.base_year}`;

/** What a bank or a funder asks for, as one number of the table `bank_figures`. */
export function bankFigure(report: Report, figure: string): number | null {
  const index = column(report, "bank_figures", "figure").indexOf(figure);
  return number(column(report, "bank_figures", "found_value")[index]);
}

/** 2028-04-01 as 2028 Q2 or 2028. */
export function periodOf(iso: string, period: Period): string {
  const year = iso.slice(0, 4);
  return period === "year" ? year : `${year} Q${Math.floor((Number(iso.slice(5, 7)) - 1) / 3) + 1}`;
}

export interface CashStep {
  period: string;
  /** Signed parts in the order of those that the run has. */
  parts: number[];
  /** Sum of the parts. */
  net: number;
  cumulative: number;
}

export function cashSteps(report: Report, period: Period): CashStep[] {
  const shown = cashParts(report);
  let cumulative = 0;
  return [...groups(rows(report, "cash"), (row) => periodOf(text(row.quarter), period))].map(([name, quarters]) => {
    const parts = shown.map(({ key, sign }) => sign * total(quarters, key));
    const net = parts.reduce((sum, part) => sum + part, 0);
    cumulative += net;
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
    const summed = (of: (row: Row) => number) =>
      periods.map((name) => (byPeriod.get(name) ?? []).reduce((sum, row) => sum + of(row), 0));
    drawn.set(
      layer,
      summed((row) => Math.min(0, -(number(row.drawn_eur) ?? -amount(row.flow_eur)))),
    );
    received.set(
      layer,
      summed((row) => Math.max(0, number(row.received_eur) ?? amount(row.flow_eur))),
    );
  }
  return { periods, drawn, received };
}

export interface CostPart {
  /** Column of the cash table. */
  key: string;
  name: string;
  eurPerChipHour: number;
}

const QUARTERS_PER_YEAR = 4;

/** Prices in the middle of a quarter over those of the base year's first day. */
export function priceIndex(report: Report, quarter: string): number {
  const { costs, programme } = report.scenario;
  const years = Number(quarter.slice(0, 4)) + (Number(quarter.slice(5, 7)) - 1) / 12 + 1 / 8 - programme.base_year;
  return (1 + (costs.inflation_rate ?? 0)) ** years;
}

/**
 * Parts of the levelised cost of a chip-hour in euros of the base year: present value of each cost at the nominal rate
 * over chip-hours discounted at the real one. Where in its quarter a sum falls cancels out of the ratio.
 */
export function costParts(report: Report): CostPart[] {
  const cash = rows(report, "cash");
  const { discount_rate: real, inflation_rate: inflation } = report.scenario.costs;
  const nominal = (1 + real) * (1 + (inflation ?? 0)) - 1;
  const present = (rate: number, of: (row: Row) => number) =>
    cash.reduce((sum, row, quarter) => sum + of(row) / (1 + rate) ** (quarter / QUARTERS_PER_YEAR), 0);
  const hours = present(real, (row) => amount(row.delivered_chip_hours));
  if (hours <= 0) return [];
  const first = priceIndex(report, text(cash[0]?.quarter));
  return cashParts(report)
    .filter(({ key }) => key !== "revenue_eur" && key !== "tax_eur")
    .map(({ key, name, sign }) => ({
      key,
      name,
      eurPerChipHour: (-sign * present(nominal, (row) => amount(row[key]))) / hours / (inflation ? first : 1),
    }));
}
