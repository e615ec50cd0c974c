// This module owns what is made of the tables of siting: the choice in sum, its emissions by part, and the Pareto set.
import { amount, number, type Report, type Row, rows, text } from "../data.ts";

const KG_PER_T = 1000;

/** Emissions of each chosen site per useful chip-hour: of its electricity, and of making its chips. */
export function carbonParts(sites: Row[]): { electricity: number[]; making: number[] } {
  const making = sites.map((site) => {
    const hours = amount(site.useful_chip_hours);
    return hours > 0 ? (amount(site.embodied_t) * KG_PER_T) / hours : 0;
  });
  return {
    making,
    electricity: sites.map((site, index) =>
      Math.max(0, amount(site.carbon_kg_per_chip_hour) - (making[index] as number)),
    ),
  };
}

export interface Choice {
  cost: number | null;
  carbon: number | null;
  score: number | null;
}

/** Cost, emissions and points of the choice as a whole; null where the page does not hold them. */
export function choiceOf(report: Report): Choice {
  const point = rows(report, "pareto").find((row) => row.chosen === true);
  const of = (name: string) => report.summary[name] ?? number(point?.[name]);
  return { cost: of("cost_eur_per_chip_hour"), carbon: of("carbon_kg_per_chip_hour"), score: of("score") };
}

export interface ParetoPoint {
  cost: number;
  carbon: number;
  chosen: boolean;
  row: Row;
}

/** The Pareto set by cost. */
export function paretoOf(report: Report): ParetoPoint[] {
  const points = rows(report, "pareto").map((row) => ({
    cost: amount(row.cost_eur_per_chip_hour),
    carbon: amount(row.carbon_kg_per_chip_hour),
    chosen: row.chosen === true,
    row,
  }));
  return points.sort((a, b) => a.cost - b.cost);
}

/** Words on what limits are worth: those that bind by their worth, then those that do not. */
export function shadows(report: Report): { binding: Row[]; slack: Row[] } {
  const all = rows(report, "shadow");
  const worth = (row: Row) => Math.abs(amount(row.worth_eur_per_year));
  return {
    binding: all.filter((row) => row.binding === true).sort((a, b) => worth(b) - worth(a)),
    slack: all.filter((row) => row.binding !== true),
  };
}

/** Printed name of each candidate by its short name. */
export const placeTitles = (report: Report): Map<string, string> =>
  new Map(
    [...rows(report, "candidates"), ...rows(report, "chosen_sites")].map((row) => [
      text(row.candidate),
      text(row.title) || text(row.candidate),
    ]),
  );
