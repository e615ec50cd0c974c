// This module owns what is made of the hourly table, which the page holds in steps of an hour or longer: sums over sites,
// sums by month, and the map of the hours of the day.
import { amount, type Cell, column, type Report, text } from "../data.ts";

export const ALL = "all";
const HOURS_PER_DAY = 24;
const MS_PER_HOUR = 3_600_000;

export interface Grid {
  startMs: number;
  /** Hours of the window. */
  hours: number;
  /** Hours of a step; the last may be shorter. */
  stepHours: number;
  steps: number;
  sites: string[];
  /** Rows of each site in order of the step. */
  rowsOf: Map<string, number[]>;
}

const known = new WeakMap<Report, Map<string, Grid>>();

/** Where the rows of a table by site and hour lie in time. */
export function gridOf(report: Report, table = "hourly"): Grid {
  const ofReport = known.get(report) ?? new Map<string, Grid>();
  known.set(report, ofReport);
  const found = ofReport.get(table);
  if (found) return found;
  const stepHours = report.steps?.step_hours ?? 1;
  const rowsOf = new Map<string, number[]>();
  const hour = column(report, table, "hour");
  column(report, table, "site").forEach((site, row) => {
    const name = text(site);
    const list = rowsOf.get(name) ?? [];
    list[Math.floor(amount(hour[row]) / stepHours)] = row;
    rowsOf.set(name, list);
  });
  const steps = Math.max(0, ...[...rowsOf.values()].map((list) => list.length));
  const start = Date.parse(`${report.scenario.simulation.start.slice(0, 10)}T00:00:00Z`);
  const made = {
    startMs: start,
    hours: report.steps?.hours ?? steps,
    stepHours,
    steps,
    sites: [...rowsOf.keys()],
    rowsOf,
  };
  ofReport.set(table, made);
  return made;
}

/** Hours that a step stands for. */
export function hoursOfStep({ hours, stepHours }: Grid, step: number): number {
  return Math.max(0, Math.min(stepHours, hours - step * stepHours));
}

/** How the steps of the page came about, as words under a figure. */
export function stepName(stepHours: number): string {
  if (stepHours === 1) return "hour";
  const days = stepHours / HOURS_PER_DAY;
  if (days === 1) return "day";
  if (days === 7) return "week";
  return days % 7 === 0 ? `${days / 7} weeks` : days % 1 === 0 ? `${days} days` : `${stepHours} hours`;
}

/** Sum over the chosen sites of a column, step by step. */
export function hourlySum(report: Report, site: string, name: string, table = "hourly"): Float64Array {
  const { steps, rowsOf } = gridOf(report, table);
  const values = column(report, table, name);
  const sum = new Float64Array(steps);
  for (const [key, list] of rowsOf) {
    if (site !== ALL && key !== site) continue;
    list.forEach((row, step) => {
      sum[step] = (sum[step] as number) + amount(values[row] as Cell);
    });
  }
  return sum;
}

/** What the map of hours can show, and the columns that each is made of. */
export const HEAT_COLUMNS = {
  facility_mw: ["facility_mw"],
  carbon_g_per_kwh: ["carbon_g_per_kwh", "carbon_t", "facility_mw"],
  price_eur_per_mwh: ["price_eur_per_mwh", "cost_eur", "facility_mw"],
  pue: ["facility_mw", "it_mw"],
  dry_bulb_c: ["dry_bulb_c"],
  renewable_share: ["renewable_mw", "facility_mw"],
} as const;
export type HeatLayer = keyof typeof HEAT_COLUMNS;

export interface Heat {
  /** Value of each hour of the day, column after column. */
  values: Float64Array;
  /** Days of a column; their mean is shown. */
  days: number;
}

/** Sum over the chosen sites of a column of the map of hours, which is the hourly table itself where that has every hour. */
function heatSum(report: Report, site: string, name: string): Float64Array {
  const days = report.steps?.heat_days ?? 1;
  if (!report.tables.heat) return hourlySum(report, site, name);
  const [sites, values] = [column(report, "heat", "site"), column(report, "heat", name)];
  const [day, hour] = [column(report, "heat", "day"), column(report, "heat", "hour_of_day")];
  const columns = Math.ceil((report.steps?.hours ?? 0) / HOURS_PER_DAY / days);
  const sum = new Float64Array(columns * HOURS_PER_DAY);
  sites.forEach((key, row) => {
    if (site !== ALL && key !== site) return;
    const place = (amount(day[row]) / days) * HOURS_PER_DAY + amount(hour[row]);
    sum[place] = (sum[place] as number) + amount(values[row]);
  });
  return sum;
}

/** Whether the page has what a layer is made of, in every hour. */
export function hasLayer(report: Report, layer: HeatLayer): boolean {
  return [report.tables.hourly, report.tables.heat].every(
    (table) => !table || HEAT_COLUMNS[layer].every((name) => name in table),
  );
}

/** What is summed, what it is divided by, and the factor between their units. */
const RATIOS: Partial<Record<HeatLayer, [above: string, below: string, factor: number]>> = {
  price_eur_per_mwh: ["cost_eur", "facility_mw", 1],
  carbon_g_per_kwh: ["carbon_t", "facility_mw", 1000],
  pue: ["facility_mw", "it_mw", 1],
  renewable_share: ["renewable_mw", "facility_mw", 1],
};

/** A layer by hour of the day; over several sites a ratio is that of their sums, and a temperature the sites' mean. */
export function heatOf(report: Report, site: string, layer: HeatLayer): Heat {
  const days = report.tables.heat ? (report.steps?.heat_days ?? 1) : 1;
  const ratio = RATIOS[layer];
  const stated = layer in (report.tables.hourly ?? {});
  if (ratio && (site === ALL || !stated)) {
    const [above, below] = [ratio[0], ratio[1]].map((name) => heatSum(report, site, name)) as [
      Float64Array,
      Float64Array,
    ];
    const values = above.map((value, hour) =>
      (below[hour] as number) > 0 ? (value / (below[hour] as number)) * ratio[2] : Number.NaN,
    );
    return { values, days };
  }
  const values = heatSum(report, site, layer);
  const sites = site === ALL && layer === "dry_bulb_c" ? gridOf(report).sites.length : 1;
  return { values: sites > 1 ? values.map((value) => value / sites) : values, days };
}

export interface Month {
  month: string;
  energy_mwh: number;
  cost_eur: number;
  carbon_t: number;
}

/** Energy, cost and emissions by calendar month of the window; a step over the end of a month is split by days. */
export function months(report: Report, site: string): Month[] {
  const grid = gridOf(report);
  const [power, cost, carbon] = ["facility_mw", "cost_eur", "carbon_t"].map((name) =>
    hourlySum(report, site, name),
  ) as [Float64Array, Float64Array, Float64Array];
  const found = new Map<string, Month>();
  const piece = Math.min(grid.stepHours, HOURS_PER_DAY);
  for (let step = 0; step < grid.steps; step += 1) {
    const length = hoursOfStep(grid, step);
    for (let at = 0; at < length; at += piece) {
      const part = Math.min(piece, length - at);
      const month = new Date(grid.startMs + (step * grid.stepHours + at) * MS_PER_HOUR).toISOString().slice(0, 7);
      const entry = found.get(month) ?? { month, energy_mwh: 0, cost_eur: 0, carbon_t: 0 };
      entry.energy_mwh += (power[step] as number) * part;
      entry.cost_eur += ((cost[step] as number) * part) / length;
      entry.carbon_t += ((carbon[step] as number) * part) / length;
      found.set(month, entry);
    }
  }
  return [...found.values()];
}

/** Mean of a map of hours by month (that of a column's first day) and hour of the day: [month, hour, mean]. */
export function monthHourMeans(startMs: number, { values, days }: Heat): Cell[][] {
  const found = new Map<string, { sum: number; count: number }>();
  values.forEach((value, place) => {
    if (Number.isNaN(value)) return;
    const day = Math.floor(place / HOURS_PER_DAY) * days;
    const key = `${new Date(startMs + day * HOURS_PER_DAY * MS_PER_HOUR).toISOString().slice(0, 7)} ${place % HOURS_PER_DAY}`;
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
