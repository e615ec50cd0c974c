// This module owns the data of a report: its shape, how it is read from the page, and plain tools over its columns.

export type Cell = string | number | boolean | null;
export type Columns = Record<string, Cell[]>;
export type Row = Record<string, Cell>;
export interface Meaning {
  dtype: string;
  unit: string;
  description: string;
}

/** How the run was made, as manifest.json has it; what is not named here is not shown. */
export interface Manifest {
  gortyn: string;
  python: string;
  libraries: Record<string, string>;
  seed: number;
  scenario_sha256: string;
  tables_sha256?: Record<string, string>;
  seconds: Record<string, number>;
}

/** What the screens read of the resolved scenario; the file holds more. */
export interface Scenario {
  name: string;
  title: string;
  summary: string;
  programme: {
    name: string;
    mobilised_eur: number;
    public_eur: number;
    private_eur: number;
    budget_eur: number;
    base_year: number;
  };
  costs: { discount_rate: number; inflation_rate?: number; utilisation_share?: number | null };
  fund?: { lock_up_dscr?: number | null; default_dscr?: number };
  risk?: { draws: number; seed: number };
  tenants: {
    name: string;
    tenant_class: string;
    price_eur_per_chip_hour: number;
  }[];
  machines?: { name: string; chip?: string; memory_gb: number }[];
  operations: {
    scheduler: string;
    estimate: string;
    walltime_limit_hours: number;
    federation?: string;
    failures?: { drawn: boolean };
  };
  simulation: { start: string; days: number; seed: number };
  siting?: { requested?: string | null; objective?: string };
}

/** How finely the page shows time; a page without a word on it has every hour. */
export interface Steps {
  /** Hours of the window. */
  hours: number;
  /** Hours that one row of a site stands for; the last may stand for fewer. */
  step_hours: number;
  /** Days that one column of the map of hours stands for. */
  heat_days: number;
}

export interface Report {
  summary: Record<string, number | null>;
  manifest: Manifest;
  scenario: Scenario;
  steps?: Steps;
  /**
   * By name; `hourly` and `hourly_classes` in steps, the latter with a column for each class. `duration` and `wet_bulb`
   * are made for the page from every hour.
   */
  tables: Record<string, Columns>;
  dictionary: Record<string, Record<string, Meaning>>;
}

/** A table ready to be shown, plotted and downloaded. */
export interface Frame {
  name: string;
  columns: { key: string; unit: string }[];
  rows: Cell[][];
}

/** The report that stands in the page, or null where the page was opened without one. */
export function readReport(text: string): Report | null {
  return JSON.parse(text) as Report | null;
}

export function height(columns: Columns | undefined): number {
  return columns ? (Object.values(columns)[0]?.length ?? 0) : 0;
}

export function rows(report: Report, table: string): Row[] {
  const columns = report.tables[table];
  const names = Object.keys(columns ?? {});
  return Array.from({ length: height(columns) }, (_, index) =>
    Object.fromEntries(names.map((name) => [name, columns?.[name]?.[index] ?? null])),
  );
}

export function column(report: Report, table: string, name: string): Cell[] {
  return report.tables[table]?.[name] ?? [];
}

export function meaning(report: Report, table: string, name: string): Meaning {
  return report.dictionary[table]?.[name] ?? { dtype: "String", unit: "text", description: name };
}

export const text = (cell: Cell | undefined): string => (cell === null || cell === undefined ? "" : String(cell));
export const number = (cell: Cell | undefined): number | null =>
  typeof cell === "number" && Number.isFinite(cell) ? cell : null;
export const amount = (cell: Cell | undefined): number => number(cell) ?? 0;

export function total(items: Row[], name: string): number {
  return items.reduce((sum, row) => sum + amount(row[name]), 0);
}

export function groups<T>(items: T[], key: (item: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    const group = found.get(name);
    if (group) group.push(item);
    else found.set(name, [item]);
  }
  return found;
}

/** Columns of a table as a frame, with the units of the dictionary. */
export function frame(report: Report, table: string, names: string[], name = table): Frame {
  const columns = names.map((key) => column(report, table, key));
  return {
    name,
    columns: names.map((key) => ({ key, unit: meaning(report, table, key).unit })),
    rows: Array.from({ length: height(report.tables[table]) }, (_, index) =>
      columns.map((values) => values[index] ?? null),
    ),
  };
}

/** Printed name of each site by its short name. */
export function siteTitles(report: Report): Map<string, string> {
  return new Map(rows(report, "sites").map((row) => [text(row.site), text(row.title) || text(row.site)]));
}

/** Whether every word of the query occurs somewhere in the values. */
export function matches(query: string, values: (Cell | undefined)[]): boolean {
  const hay = values.map(text).join(" ").toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word));
}
