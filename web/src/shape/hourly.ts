// This module owns what is made of the hourly table: means by day, sums by month, and one value for each hour of the window.
import { amount, type Cell, column, type Report, text } from "../data.ts";

export const ALL = "all";
const HOURS_PER_DAY = 24;
const MS_PER_HOUR = 3_600_000;
/** Windows up to this many days are shown hour by hour. */
const SHORT_DAYS = 14;

export interface Hours {
  startMs: number;
  hours: number;
  sites: string[];
  /** Rows of each site in order of the hour. */
  rowsOf: Map<string, number[]>;
}

const known = new WeakMap<Report, Hours>();

export function hoursOf(report: Report): Hours {
  const found = known.get(report);
  if (found) return found;
  const rowsOf = new Map<string, number[]>();
  const hour = column(report, "hourly", "hour");
  column(report, "hourly", "site").forEach((site, row) => {
    const name = text(site);
    const list = rowsOf.get(name) ?? [];
    list[amount(hour[row])] = row;
    rowsOf.set(name, list);
  });
  const hours = Math.max(0, ...[...rowsOf.values()].map((list) => list.length));
  const start = Date.parse(`${report.scenario.simulation.start.slice(0, 10)}T00:00:00Z`);
  const made = { startMs: start, hours, sites: [...rowsOf.keys()], rowsOf };
  known.set(report, made);
  return made;
}

/** Sum over the chosen sites of a column, hour by hour. */
export function hourlySum(report: Report, site: string, name: string): Float64Array {
  const { hours, rowsOf } = hoursOf(report);
  const values = column(report, "hourly", name);
  const sum = new Float64Array(hours);
  for (const [key, list] of rowsOf) {
    if (site !== ALL && key !== site) continue;
    list.forEach((row, hour) => {
      sum[hour] = (sum[hour] as number) + amount(values[row] as Cell);
    });
  }
  return sum;
}

/** Facility power, or price or carbon intensity (over several sites: as their energy has it), hour by hour. */
export function hourlyOf(report: Report, site: string, layer: HeatLayer): Float64Array {
  const power = hourlySum(report, site, "facility_mw");
  if (layer === "facility_mw") return power;
  if (site !== ALL) return hourlySum(report, site, layer);
  const money = layer === "price_eur_per_mwh";
  const whole = hourlySum(report, site, money ? "cost_eur" : "carbon_t");
  return whole.map((value, hour) =>
    (power[hour] as number) > 0 ? (value / (power[hour] as number)) * (money ? 1 : 1000) : Number.NaN,
  );
}

export type HeatLayer = "facility_mw" | "carbon_g_per_kwh" | "price_eur_per_mwh";

export interface Step {
  /** Start of the step. */
  ms: number;
  busy_chips: number;
  capacity_chips: number;
  /** Busy over capacity; null where nothing is in service. */
  utilisation_share: number | null;
  queued_jobs: number;
  queued_chips: number;
}

/** Means over days, or over hours where the window is short. */
export function steps(report: Report, site: string): Step[] {
  const { hours, startMs } = hoursOf(report);
  const length = hours > SHORT_DAYS * HOURS_PER_DAY ? HOURS_PER_DAY : 1;
  const names = ["busy_chips", "capacity_chips", "queued_jobs", "queued_chips"] as const;
  const sums = names.map((name) => hourlySum(report, site, name));
  const made: Step[] = [];
  for (let first = 0; first < hours; first += length) {
    const end = Math.min(hours, first + length);
    const [busy, capacity, jobs, chips] = sums.map(
      (values) => values.subarray(first, end).reduce((a, b) => a + b, 0) / (end - first),
    ) as [number, number, number, number];
    made.push({
      ms: startMs + first * MS_PER_HOUR,
      busy_chips: busy,
      capacity_chips: capacity,
      utilisation_share: capacity > 0 ? busy / capacity : null,
      queued_jobs: jobs,
      queued_chips: chips,
    });
  }
  return made;
}

export interface Month {
  month: string;
  energy_mwh: number;
  cost_eur: number;
  carbon_t: number;
}

/** Energy, cost and emissions by calendar month of the window. */
export function months(report: Report, site: string): Month[] {
  const { startMs } = hoursOf(report);
  const [power, cost, carbon] = ["facility_mw", "cost_eur", "carbon_t"].map((name) =>
    hourlySum(report, site, name),
  ) as [Float64Array, Float64Array, Float64Array];
  const found = new Map<string, Month>();
  power.forEach((mw, hour) => {
    const month = new Date(startMs + hour * MS_PER_HOUR).toISOString().slice(0, 7);
    const entry = found.get(month) ?? { month, energy_mwh: 0, cost_eur: 0, carbon_t: 0 };
    entry.energy_mwh += mw;
    entry.cost_eur += cost[hour] as number;
    entry.carbon_t += carbon[hour] as number;
    found.set(month, entry);
  });
  return [...found.values()];
}

/** Mean of hourly values by month and hour of the day: [month, hour, mean]. */
export function monthHourMeans(startMs: number, values: Float64Array): Cell[][] {
  const found = new Map<string, { sum: number; count: number }>();
  values.forEach((value, hour) => {
    if (Number.isNaN(value)) return;
    const moment = new Date(startMs + hour * MS_PER_HOUR);
    const key = `${moment.toISOString().slice(0, 7)} ${moment.getUTCHours()}`;
    const entry = found.get(key) ?? { sum: 0, count: 0 };
    entry.sum += value;
    entry.count += 1;
    found.set(key, entry);
  });
  return [...found].map(([key, { sum, count }]) => {
    const [month = "", hour] = key.split(" ");
    return [month, Number(hour), sum / count];
  });
}

/** Value that a share of the values does not exceed; NaN values are left out. */
export function quantile(values: Float64Array, share: number): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return sorted.length ? (sorted[Math.round(share * (sorted.length - 1))] as number) : Number.NaN;
}
