// This module owns what is made of the tables of access: the funnel of applications, the way to the first chip-hour, what
// countries get per person, how even shares are, what isolation costs, and the curve of a reserved share.
import {
  amount,
  type Cell,
  type Frame,
  frame,
  groups,
  number,
  type Report,
  type Row,
  rows,
  text,
  total,
} from "../data.ts";
import { digits, duration } from "../format.ts";
import { countryName, named } from "../parts/names.ts";

export const ALL = "all";

/** Steps at which an application may end, in their order, with what ends it there. */
export const LOSSES = [
  { key: "open", name: "Not decided in the window", colour: -3 },
  { key: "ineligible", name: "Breaks a rule of eligibility", colour: 5 },
  { key: "refused", name: "Too weak for the review", colour: 1 },
  { key: "crowded_out", name: "Good, but no hours were left", colour: 3 },
  { key: "withdrawn", name: "Gave up waiting for hours", colour: 4 },
] as const;
export const STARTED = { name: "Admitted, a job has started", colour: 2 };
export const UNSTARTED = { name: "Admitted, no job yet", colour: 0 };

export type Grouping = "all" | "class" | "country";
const KEY = { class: "tenant_class", country: "country" } as const;

export interface Bars {
  names: string[];
  series: { name: string; colour: number; values: number[] }[];
}

const modeTitles = (report: Report): Map<string, string> =>
  new Map(rows(report, "modes").map((row) => [text(row.mode), text(row.title) || named(text(row.mode))]));

/** Printed name of a mode of access. */
export const modeTitle = (report: Report, mode: string): string => modeTitles(report).get(mode) ?? named(mode);

/** Rows of the funnel of one mode, or of all of them. */
export const funnelRows = (report: Report, mode: string): Row[] =>
  rows(report, "funnel").filter((row) => mode === ALL || text(row.mode) === mode);

/** Steps of the way: what is still in after each, and what was lost at it. */
export function funnelSteps(listed: Row[]): Bars {
  const sum = (key: string) => total(listed, key);
  const steps: { name: string; lost: string[] }[] = [
    { name: "Applied", lost: [] },
    { name: "Decided", lost: ["open"] },
    { name: "Eligible", lost: ["ineligible"] },
    { name: "Passed the review", lost: ["refused"] },
    { name: "Hours were left: admitted", lost: ["crowded_out", "withdrawn"] },
  ];
  let left = sum("applications");
  const kept = steps.map(({ lost }) => {
    left -= lost.reduce((all, key) => all + sum(key), 0);
    return left;
  });
  const started = sum("started");
  const names = [...steps.map(({ name }) => name), "A job has started"];
  const lostAt = LOSSES.map(({ key, name, colour }) => ({
    name,
    colour,
    values: names.map((_, step) => (steps[step]?.lost.includes(key) ? sum(key) : 0)),
  }));
  return {
    names,
    series: [
      { name: "Still in", colour: 2, values: [...kept, started] },
      { ...UNSTARTED, values: names.map((_, step) => (step === steps.length ? left - started : 0)) },
      ...lostAt,
    ].filter(({ values }) => values.some((value) => value > 0)),
  };
}

const MOST_GROUPS = 20;

/** Applications of each class or country by what became of them, those with most applications first. */
export function funnelGroups(listed: Row[], by: "class" | "country"): Bars {
  const found = [...groups(listed, (row) => text(row[KEY[by]]))]
    .map(([name, own]) => ({ name: by === "country" ? countryName(name) : named(name), own }))
    .sort((a, b) => total(b.own, "applications") - total(a.own, "applications"));
  const rest = found.slice(MOST_GROUPS);
  const shown = rest.length
    ? [...found.slice(0, MOST_GROUPS), { name: `${rest.length} others`, own: rest.flatMap(({ own }) => own) }]
    : found;
  const of = (key: string) => shown.map(({ own }) => total(own, key));
  const started = of("started");
  return {
    names: shown.map(({ name }) => name),
    series: [
      { ...STARTED, values: started },
      { ...UNSTARTED, values: of("admitted").map((value, index) => value - (started[index] ?? 0)) },
      ...LOSSES.map(({ key, name, colour }) => ({ name, colour, values: of(key) })),
    ].filter(({ values }) => values.some((value) => value > 0)),
  };
}

/** Bars as a table: a row for each bar, a column for each part. */
export const barsFrame = (name: string, first: string, { names, series }: Bars, unit: string): Frame => ({
  name,
  columns: [{ key: first, unit: "text" }, ...series.map((one) => ({ key: one.name, unit }))],
  rows: names.map((own, index): Cell[] => [own, ...series.map(({ values }) => values[index] ?? null)]),
});

/** Steps from the application to the first chip-hour; the holder’s own delay before the first job is none of them. */
export const STAGES = [
  { key: "cut-off", name: "To the cut-off", colour: 4 },
  { key: "decision", name: "To the decision", colour: 0 },
  { key: "grant", name: "To the first day of the grant", colour: 3 },
  { key: "queue", name: "First job in the queue", colour: 1 },
] as const;

export interface Way {
  mode: string;
  tenantClass: string;
  applications: number;
  /** Median of each stage in seconds, in the order of STAGES. */
  stages: (number | null)[];
  p10: number | null;
  p50: number | null;
  p90: number | null;
}

/** Way to the first chip-hour by mode and class, in the order of the table. */
export function ways(report: Report): Way[] {
  const byPair = groups(rows(report, "mode_waits"), (row) => `${text(row.mode)} ${text(row.tenant_class)}`);
  return [...byPair.values()]
    .map((own): Way => {
      const at = (stage: string) => own.find((row) => text(row.stage) === stage);
      const whole = at(ALL);
      return {
        mode: text(own[0]?.mode),
        tenantClass: text(own[0]?.tenant_class),
        applications: amount((whole ?? own[0])?.applications),
        stages: STAGES.map(({ key }) => number(at(key)?.wait_p50_s)),
        p10: number(whole?.wait_p10_s),
        p50: number(whole?.wait_p50_s),
        p90: number(whole?.wait_p90_s),
      };
    })
    .filter(({ p50, stages }) => p50 !== null || stages.some((stage) => stage !== null));
}

/** Median from application to first chip-hour over the modes that a class applies through, as a span; null where none is known. */
export function toFirstHour(report: Report, tenantClass: string): string | null {
  const medians = ways(report)
    .filter((way) => way.tenantClass === tenantClass)
    .flatMap(({ p50 }) => p50 ?? []);
  if (!medians.length) return null;
  const [least, most] = [duration(Math.min(...medians)), duration(Math.max(...medians))];
  return least === most ? least : `${least} to ${most}`;
}

export interface PerPerson {
  country: string;
  granted: number;
  grantedShare: number;
  populationShare: number;
  /** Granted per person over that of all countries together. */
  ratio: number;
}

/** Chip-hours granted to each country per person, relative to all countries that applied; the highest first. */
export function perPerson(report: Report): PerPerson[] {
  const population = new Map(
    rows(report, "groups")
      .filter((row) => text(row.grouping) === "country")
      .map((row) => [text(row.group), number(row.population_share)]),
  );
  const byCountry = groups(rows(report, "funnel"), (row) => text(row.country));
  const all = total(rows(report, "funnel"), "granted_chip_hours");
  return [...population]
    .flatMap(([country, populationShare]): PerPerson[] => {
      if (populationShare === null || populationShare <= 0 || all <= 0) return [];
      const own = byCountry.get(country) ?? [];
      const granted = total(own, "granted_chip_hours");
      const grantedShare = granted / all;
      return [{ country, granted, grantedShare, populationShare, ratio: grantedShare / populationShare }];
    })
    .sort((a, b) => b.ratio - a.ratio);
}

/** Lorenz curve: pairs of the share of members, those with least first, and what they have of the whole. */
export function lorenz(values: number[]): [number, number][] {
  const sorted = [...values].sort((a, b) => a - b);
  const whole = sorted.reduce((sum, value) => sum + value, 0);
  if (!sorted.length || whole <= 0) return [];
  let sum = 0;
  return [
    [0, 0],
    ...sorted.map((value, index): [number, number] => {
      sum += value;
      return [(index + 1) / sorted.length, sum / whole];
    }),
  ];
}

/** Gini coefficient: twice the area between the diagonal and the Lorenz curve. */
export function giniOf(curve: [number, number][]): number {
  const under = curve.slice(1).reduce((sum, [x, y], index) => {
    const [before, low] = curve[index] as [number, number];
    return sum + ((x - before) * (y + low)) / 2;
  }, 0);
  return 1 - 2 * under;
}

/** Jain's index: the square of the sum over the number of members times the sum of squares. */
export function jainOf(values: number[]): number {
  const [sum, squares] = [values.reduce((a, b) => a + b, 0), values.reduce((a, b) => a + b * b, 0)];
  return squares > 0 ? sum ** 2 / (values.length * squares) : 1;
}

/** Between whom something is shared, as the tables of groups and of tenants have it. */
export const GROUPINGS = [
  { value: "class", label: "Class", many: "classes" },
  { value: "country", label: "Country", many: "countries" },
  { value: "size", label: "Size of the job", many: "sizes" },
  { value: "tenant", label: "Tenant", many: "tenants" },
] as const;
export type Between = (typeof GROUPINGS)[number]["value"];

/** Printed name of a group. */
export const groupName = (grouping: string, group: string): string =>
  grouping === "country" ? countryName(group) : named(group);

export interface Got {
  name: string;
  chipHours: number;
  share: number | null;
  /** What the curve of evenness is drawn of: chip-hours, of countries those per inhabitant relative to the mean. */
  counted: number;
}

/** Chip-hours got by each member, most first; countries without a known population are left out. */
export function got(report: Report, between: Between): Got[] {
  const listed =
    between === "tenant"
      ? rows(report, "tenants").map((row) => ({ name: named(text(row.tenant)), row }))
      : rows(report, "groups")
          .filter((row) => text(row.grouping) === between)
          .map((row) => ({ name: groupName(between, text(row.group)), row }));
  return listed
    .map(({ name, row }): Got => {
      const [share, population] = [number(row.chip_hours_share), number(row.population_share)];
      const perInhabitant = population !== null && population > 0 ? (share ?? 0) / population : Number.NaN;
      const chipHours = amount(row.chip_hours);
      return { name, chipHours, share, counted: between === "country" ? perInhabitant : chipHours };
    })
    .filter(({ counted }) => Number.isFinite(counted))
    .sort((a, b) => b.counted - a.counted);
}

/** Gini and Jain of a quantity between groups, as the run counted them; null where it did not. */
export function evenness(report: Report, between: string, quantity: string): { gini: number; jain: number } | null {
  const row = rows(report, "evenness").find((own) => text(own.grouping) === between && text(own.quantity) === quantity);
  const [gini, jain] = [number(row?.gini), number(row?.jain)];
  return gini === null || jain === null ? null : { gini, jain };
}

export const AS_IS = "as-is";
export const NO_ENCLAVES = "no-enclaves";
export const ASKED_FOR = "asked-for";

/** A cost as a verb and an amount: one below nothing is a gain. */
export const costs = (value: number): { verb: "costs" | "brings"; amount: number } => ({
  verb: value < 0 ? "brings" : "costs",
  amount: Math.abs(value),
});

export interface TradePoint {
  reserved: number;
  startups: number;
  useful: number;
  row: Row;
}

/** Points of the trade-off by demand, each by what is reserved; those without shares left out. */
export function tradeoff(report: Report): Map<string, TradePoint[]> {
  const found = groups(
    rows(report, "tradeoff").filter(
      (row) => number(row.startup_chip_hours_share) !== null && number(row.useful_share) !== null,
    ),
    (row) => text(row.demand),
  );
  return new Map(
    [...found].map(([demand, own]) => [
      demand,
      own
        .map((row) => ({
          reserved: amount(row.reserved_share),
          startups: amount(row.startup_chip_hours_share),
          useful: amount(row.useful_share),
          row,
        }))
        .sort((a, b) => a.reserved - b.reserved),
    ]),
  );
}

/** The run as it is and the same without enclaves, both with nothing reserved; null where it lacks one of them. */
export function isolation(report: Report): { with: Row; without: Row } | null {
  const points = tradeoff(report);
  const [own, free] = [points.get(AS_IS)?.[0], points.get(NO_ENCLAVES)?.[0]];
  return own && free ? { with: own.row, without: free.row } : null;
}

/** What the hours of an enclave's nodes went into, adding up to all of them. */
export function enclaveParts(row: Row): { key: string; chipHours: number }[] {
  const [used, overhead] = [amount(row.chip_hours), amount(row.overhead_chip_hours)];
  const [idle, wanted] = [amount(row.idle_chip_hours), amount(row.idle_wanted_chip_hours)];
  return [
    { key: "work", chipHours: Math.max(0, used - overhead) },
    { key: "overhead", chipHours: overhead },
    { key: "wanted", chipHours: wanted },
    { key: "idle", chipHours: Math.max(0, idle - wanted) },
  ];
}

/** Token needs added up over the data spaces of each run. */
export function needs(report: Report): Row[] {
  const listed = rows(report, "token_needs");
  const summed = listed.filter((row) => text(row.data_space) === ALL);
  const told = new Set(summed.map((row) => text(row.run)));
  return [...summed, ...listed.filter((row) => !told.has(text(row.run)) && text(row.data_space) !== ALL)];
}

/** A table whole, as a frame. */
export const whole = (report: Report, table: string, name = table.replaceAll("_", "-")): Frame =>
  frame(report, table, Object.keys(report.tables[table] ?? {}), name);

/** Limits of a mode in chip-hours, in words. */
export function limits(row: Row, show: (value: number) => string): string {
  const [least, most] = [number(row.least_chip_hours), number(row.most_chip_hours)];
  if (least !== null && most !== null) return `${show(least)} to ${show(most)}`;
  if (most !== null) return `up to ${show(most)}`;
  return least !== null && least > 0 ? `from ${show(least)}` : "any";
}

/** How often a mode collects applications, in words. */
export function cutoffs(row: Row): string {
  const yearly = number(row.yearly_cutoffs);
  if (yearly === null) return "in order, at any time";
  if (yearly === 1) return "once a year";
  return Number.isInteger(yearly)
    ? `${yearly} a year`
    : `about ${yearly < 2 ? digits(yearly) : Math.round(yearly)} a year`;
}
