// This module owns what is made of the draws: exceedance curves, the tornado, the history of defaults, and cloud prices.
import { amount, column, groups, number, type Report, type Row, rows, text } from "../data.ts";
import { named } from "../parts/names.ts";
import { layerTitles } from "./money.ts";

export interface Exceedance {
  layer: string;
  name: string;
  /** Place of the layer in the table of layers, which is that of its colour. */
  index: number;
  /** Pairs of loss share and the share of draws in which the loss is larger, by loss; those never reached left out. */
  points: [number, number][];
}

/** Curve of each layer that loses something in some draw, most senior first. */
export function exceedances(report: Report): Exceedance[] {
  const titles = layerTitles(report);
  const order = column(report, "layers", "layer").map(text);
  return [...groups(rows(report, "layer_losses"), (row) => text(row.layer))]
    .map(([layer, own]): Exceedance => {
      const points = own
        .map((row): [number, number] => [amount(row.loss_share), amount(row.exceed_share)])
        .filter(([, exceeded]) => exceeded > 0)
        .sort((a, b) => a[0] - b[0]);
      return { layer, name: titles.get(layer) ?? layer, index: Math.max(0, order.indexOf(layer)), points };
    })
    .filter(({ points }) => points.length > 0)
    .sort((a, b) => a.index - b.index);
}

/** Layers whose loss is told and is nothing in every draw. */
export function neverLose(report: Report): string[] {
  const titles = layerTitles(report);
  const losing = new Set(exceedances(report).map(({ layer }) => layer));
  const told = [...new Set(column(report, "layer_losses", "layer").map(text))];
  return told.filter((layer) => !losing.has(layer)).map((layer) => titles.get(layer) ?? layer);
}

/** Share of the draws in which the loss is larger than `loss`: the curve is straight between its points. */
export function exceeded(points: [number, number][], loss: number): number {
  const next = points.findIndex(([at]) => at >= loss);
  if (next < 0) return 0;
  const [after, before] = [points[next], points[next - 1]];
  if (!after) return 0;
  if (!before || after[0] === before[0]) return after[1];
  return before[1] + ((after[1] - before[1]) * (loss - before[0])) / (after[0] - before[0]);
}

export interface Swing {
  factor: string;
  low: number | null;
  high: number | null;
  /** Setting of the factor at either end, in words. */
  settings: [string, string];
}

/** Effect of each factor on one measure, the widest first, and the measure as planned. */
export function tornadoOf(report: Report, measure: string): { plan: number | null; swings: Swing[] } {
  const own = rows(report, "tornado").filter((row) => text(row.measure) === measure);
  const plan = number(own.find((row) => number(row.plan) !== null)?.plan);
  const width = ({ low, high }: Swing) =>
    Math.max(low ?? -Infinity, high ?? -Infinity, plan ?? -Infinity) -
    Math.min(low ?? Infinity, high ?? Infinity, plan ?? Infinity);
  const swings = own.map(
    (row): Swing => ({
      factor: text(row.factor),
      low: number(row.low),
      high: number(row.high),
      settings: [text(row.low_setting), text(row.high_setting)],
    }),
  );
  return { plan, swings: swings.sort((a, b) => width(b) - width(a)) };
}

const MEASURES: Record<string, string> = {
  npv_eur: "Net present value",
  irr_rate: "Project IRR",
  equity_irr_rate: "Equity IRR",
  levelised_eur_per_chip_hour: "Levelised cost of a chip-hour",
  dscr_min: "Lowest DSCR",
  unpaid_eur: "Debt unpaid at the end",
  deficit_eur: "Operating deficit at the end",
  kept_back_quarters: "Quarters with cash kept back",
  delivered_chip_hours: "Chip-hours delivered",
};

export const measureName = (measure: string): string => MEASURES[measure] ?? named(measure.replaceAll("_", " "));

/** Unit of a measure: that of its own row, or of the table of quantiles. */
export function measureUnit(report: Report, measure: string): string {
  const stated = (table: string) => text(rows(report, table).find((row) => text(row.measure) === measure)?.unit);
  return stated("tornado") || stated("risk_measures") || "1";
}

/** Where the quantiles of a measure lie between the least and the largest of them and the plan, from 0 to 1. */
export function spread(row: Row): { at: Record<string, number> } | null {
  const names = ["p05", "p10", "p50", "p90", "p95"];
  const values = [...names, "plan"].flatMap((name) => number(row[name]) ?? []);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (names.some((name) => number(row[name]) === null) || !(high > low)) return null;
  return {
    at: Object.fromEntries(
      [...names, "plan"].flatMap((name) => {
        const value = number(row[name]);
        return value === null ? [] : [[name, (value - low) / (high - low)]];
      }),
    ),
  };
}

/** What is bought on a cloud: training runs and usual grants, in the order of the table. */
export const cloudUses = (report: Report): string[] => [...new Set(column(report, "cloud", "use").map(text))];

/** Prices of offers for one use, the largest saving first; those without a price left out. */
export const cloudOffers = (report: Report, use: string): Row[] =>
  rows(report, "cloud")
    .filter((row) => text(row.use) === use && number(row.saving_eur) !== null)
    .sort((a, b) => amount(b.saving_eur) - amount(a.saving_eur));

/** The newest price of each offer, in the order given. */
export function newestPrices(offers: Row[]): Row[] {
  const newest = new Map<string, string>();
  for (const row of offers) {
    const [offer, date] = [text(row.offer), text(row.date)];
    if (date > (newest.get(offer) ?? "")) newest.set(offer, date);
  }
  return offers.filter((row, index) => {
    const [offer, date] = [text(row.offer), text(row.date)];
    const same = (other: Row) => text(other.offer) === offer && text(other.date) === date;
    return date === (newest.get(offer) ?? "") && offers.findIndex(same) === index;
  });
}
