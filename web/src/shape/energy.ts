// This module owns what is made of the tables of energy: parts by site, load duration, PUE by wet bulb, waits and points.
import { amount, column, groups, number, type Report, type Row, rows, siteTitles, text, total } from "../data.ts";

const DAYS_PER_YEAR = 365;
const MS_PER_YEAR = 365.25 * 86_400_000;

/** Factor from the window to a year. */
export const perYear = (report: Report): number => DAYS_PER_YEAR / report.scenario.simulation.days;

/** Day from which waits for the grid count: that of the request, or the last day of the base year. */
export function asked(report: Report): string {
  const { programme, siting } = report.scenario;
  return siting?.requested?.slice(0, 10) ?? `${programme.base_year}-12-31`;
}

/** Years from the request to the day the connection can be used; 0 where it is there, null where no day is known. */
export function waitYears(report: Report, site: Row): number | null {
  const ready = text(site.connection_ready);
  if (!ready) return null;
  return Math.max(0, (Date.parse(ready.slice(0, 10)) - Date.parse(asked(report))) / MS_PER_YEAR);
}

/** Sum of a column over the sites where it is known, and how many those are. */
export function knownSum(sites: Row[], name: string): { sum: number; known: number } {
  const known = sites.filter((site) => number(site[name]) !== null);
  return { sum: total(known, name), known: known.length };
}

export interface Parts {
  /** Short names of the rows. */
  keys: string[];
  parts: { part: string; values: number[] }[];
}

/** A table of rows by place and part as one list of values for each part that is not nothing, in the table's order. */
export function partsOf(report: Report, table: string, place: string, value: string): Parts {
  const all = rows(report, table);
  const keys = [...new Set(all.map((row) => text(row[place])))];
  return {
    keys,
    parts: [...groups(all, (row) => text(row.part))]
      .map(([part, own]) => ({
        part,
        values: keys.map((key) =>
          total(
            own.filter((row) => text(row[place]) === key),
            value,
          ),
        ),
      }))
      .filter(({ values }) => values.some((one) => one !== 0)),
  };
}

export interface Duration {
  site: string;
  title: string;
  /** Shares of the hours, and the power that is reached in that share. */
  shares: number[];
  facility: number[];
  /** Empty where the site draws all its power from the grid. */
  grid: number[];
  connection: number | null;
}

/** Load duration curve of each site. */
export function durations(report: Report): Duration[] {
  const titles = siteTitles(report);
  const connections = new Map(rows(report, "sites").map((row) => [text(row.site), number(row.connection_mw)]));
  return [...groups(rows(report, "duration"), (row) => text(row.site))].map(([site, own]) => {
    const apart = own.some((row) => number(row.grid_mw) !== null && row.grid_mw !== row.facility_mw);
    return {
      site,
      title: titles.get(site) ?? site,
      shares: own.map((row) => amount(row.share)),
      facility: own.map((row) => amount(row.facility_mw)),
      grid: apart ? own.map((row) => amount(row.grid_mw)) : [],
      connection: connections.get(site) ?? null,
    };
  });
}

/** Highest hour over the connection, of the site where that is most. */
export function tightest(curves: Duration[]): { title: string; peak: number; connection: number } | null {
  const found = curves.flatMap(({ title, facility, grid, connection }) => {
    const peak = (grid.length ? grid : facility)[0];
    return peak !== undefined && connection ? [{ title, peak, connection }] : [];
  });
  return found.sort((a, b) => b.peak / b.connection - a.peak / a.connection)[0] ?? null;
}

export interface BulbStep {
  bulb: number;
  hours: number;
  pue: number;
  low: number;
  high: number;
}

/** PUE by steps of the wet-bulb temperature, site by site. */
export function bulbs(report: Report): { title: string; steps: BulbStep[] }[] {
  const all = groups(rows(report, "wet_bulb"), (row) => text(row.site));
  const sites = [...siteTitles(report)].filter(([site]) => all.has(site));
  return sites.map(([site, title]) => ({
    title,
    steps: (all.get(site) ?? []).map((row) => ({
      bulb: amount(row.wet_bulb_c),
      hours: amount(row.hours),
      pue: amount(row.pue),
      low: amount(row.pue_low),
      high: amount(row.pue_high),
    })),
  }));
}

/** Lots of the tender in the order of the table. */
export const lots = (report: Report): string[] => [
  ...new Set(column(report, "tender_scores", "lot").map((cell) => text(cell))),
];

export interface Points {
  site: string;
  points: number;
  most: number;
  rows: Row[];
}

/** Points of each site in a lot. */
export function pointsOf(report: Report, lot: string): Points[] {
  const own = rows(report, "tender_scores").filter((row) => text(row.lot) === lot);
  return [...groups(own, (row) => text(row.site))].map(([site, list]) => ({
    site,
    points: total(list, "points"),
    most: total(list, "most_points"),
    rows: list,
  }));
}

/** Step that brings a point at the least cost a year, of those whose cost and points are known. */
export function cheapestPoint(list: Row[]): { row: Row; each: number } | null {
  const found = list.flatMap((row) => {
    const [cost, gain] = [number(row.next_eur_per_year), number(row.next_points)];
    return cost !== null && gain !== null && gain > 0 ? [{ row, each: cost / gain }] : [];
  });
  return found.sort((a, b) => a.each - b.each)[0] ?? null;
}
