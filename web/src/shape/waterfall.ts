// This module owns the period-by-period waterfall: what each step paid, how debt is covered, and what debt and reserves hold.
import { amount, column, groups, number, type Report, type Row, rows, text } from "../data.ts";
import { named } from "../parts/names.ts";
import { layerTitles, type Period, periodOf } from "./money.ts";

/** Kinds of payment, as the legend groups them, in the usual order of a waterfall. */
export const PAY_GROUPS = [
  { name: "Tax", colour: 6 },
  { name: "Interest and fees", colour: 0 },
  { name: "Principal", colour: 4 },
  { name: "Reserves", colour: 1 },
  { name: "Guarantors", colour: 3 },
  { name: "Kept back", colour: -1 },
  { name: "Returns", colour: 2 },
] as const;

const GROUP_OF: Record<string, number> = {
  tax: 0,
  "guarantee-fee": 1,
  interest: 1,
  principal: 2,
  sweep: 2,
  "debt-reserve": 3,
  "operating-reserve": 3,
  "refresh-reserve": 3,
  recovery: 4,
  "lock-up": 5,
  return: 6,
  rest: 6,
};

export interface PouredStep {
  step: number;
  name: string;
  /** Index in PAY_GROUPS. */
  group: number;
  /** Paid in each period. */
  paid: number[];
}

/** What each step of the waterfall paid, in its order, by year or quarter. */
export function pouredSteps(report: Report, period: Period): { periods: string[]; steps: PouredStep[] } {
  const inTime = [...rows(report, "waterfall")].sort((a, b) => text(a.quarter).localeCompare(text(b.quarter)));
  const periods = [...new Set(inTime.map((row) => periodOf(text(row.quarter), period)))];
  const place = new Map(periods.map((name, index) => [name, index]));
  const titles = layerTitles(report);
  const steps = [...groups(inTime, (row) => text(row.step))].map(([step, payments]): PouredStep => {
    const [pay, to] = [text(payments[0]?.pay), text(payments[0]?.to)];
    const paid = periods.map(() => 0);
    for (const row of payments) {
      const at = place.get(periodOf(text(row.quarter), period)) ?? 0;
      paid[at] = (paid[at] as number) + amount(row.paid_eur);
    }
    const name = to ? `${named(pay)}: ${titles.get(to) ?? named(to)}` : named(pay);
    return { step: Number(step), name, group: GROUP_OF[pay] ?? PAY_GROUPS.length - 1, paid };
  });
  return { periods, steps: steps.sort((a, b) => a.step - b.step) };
}

/** What was paid in one period, step by step; steps without a payment are left out. */
export function pouredIn(steps: PouredStep[], index: number): { name: string; group: number; value: number }[] {
  return steps.flatMap(({ name, group, paid }) => {
    const value = paid[index] ?? 0;
    return Math.abs(value) < CENT / 2 ? [] : [{ name, group, value }];
  });
}

const CENT = 0.01;

/** First of the periods in which the most steps are paid, which shows the order best. */
export function fullestPeriod(steps: PouredStep[], periods: { value: string; index: number }[]): string {
  const counts = periods.map(({ index }) => pouredIn(steps, index).length);
  return periods[counts.indexOf(Math.max(...counts))]?.value ?? "";
}

export interface Cover {
  quarters: string[];
  dscr: (number | null)[];
  llcr: (number | null)[];
  lockUp: number | null;
  default: number | null;
}

/** Cover of the debt by quarter; null where the run has no debt service at all. */
export function coverOf(report: Report): Cover | null {
  const cash = rows(report, "cash");
  const [dscr, llcr] = ["dscr", "llcr"].map((name) => cash.map((row) => number(row[name]))) as [
    Cover["dscr"],
    Cover["llcr"],
  ];
  if (!dscr.some((value) => value !== null)) return null;
  const { fund } = report.scenario;
  return {
    quarters: cash.map((row) => periodOf(text(row.quarter), "quarter")),
    dscr,
    llcr,
    lockUp: number(fund?.lock_up_dscr),
    default: number(fund?.default_dscr),
  };
}

/** Smallest of the values with its place, or null where there is none. */
export function least(values: (number | null)[]): { value: number; index: number } | null {
  let found: { value: number; index: number } | null = null;
  values.forEach((value, index) => {
    if (value !== null && (found === null || value < found.value)) found = { value, index };
  });
  return found;
}

/** How many of the values lie below a limit. */
export const below = (values: (number | null)[], limit: number | null): number =>
  limit === null ? 0 : values.filter((value) => value !== null && value < limit - ROUNDED).length;

const ROUNDED = 5e-5; // the page holds five digits

export interface Balance {
  name: string;
  /** Index in the palette. */
  colour: number;
  values: number[];
}

/** Loans that are left at the end of each quarter, layer by layer; in one sum where the run does not tell them apart. */
export function loansLeft(report: Report): { quarters: string[]; balances: Balance[] } {
  const titles = layerTitles(report);
  const listed = rows(report, "layer_cash");
  const order = column(report, "layers", "layer").map(text);
  const found = [...groups(listed, (row) => text(row.layer))].map(([layer, own], index) => ({
    name: titles.get(layer) ?? named(layer),
    colour: order.indexOf(layer) < 0 ? index : order.indexOf(layer),
    own,
  }));
  const quarters = column(report, "cash", "quarter").map(text);
  const valuesOf = (own: Row[]) => {
    const by = new Map(own.map((row) => [text(row.quarter), amount(row.balance_eur)]));
    return quarters.map((quarter) => by.get(quarter) ?? 0);
  };
  const balances = found
    .map(({ own, ...loan }) => ({ ...loan, values: valuesOf(own) }))
    .filter(({ values }) => values.some((value) => value > CENT));
  const names = quarters.map((quarter) => periodOf(quarter, "quarter"));
  if (balances.length) return { quarters: names, balances };
  const all = column(report, "cash", "debt_eur").map(amount);
  return {
    quarters: names,
    balances: all.some((value) => value > CENT) ? [{ name: "Debt", colour: 0, values: all }] : [],
  };
}

export const RESERVES = [
  { key: "debt_reserve_eur", name: "Debt service reserve", colour: 0, sign: 1 },
  { key: "operating_reserve_eur", name: "Operating reserve", colour: 1, sign: 1 },
  { key: "refresh_reserve_eur", name: "Refresh reserve", colour: 4, sign: 1 },
  { key: "kept_eur", name: "Kept back", colour: -1, sign: 1 },
  { key: "deficit_eur", name: "Deficit carried forward", colour: 5, sign: -1 },
] as const;

/** Accounts of the project that ever hold something, at the end of each quarter; a deficit points down. */
export const reservesOf = (report: Report): (Balance & { key: string })[] =>
  RESERVES.map(({ key, name, colour, sign }) => ({
    key,
    name,
    colour,
    values: column(report, "cash", key).map((cell) => sign * amount(cell)),
  })).filter(({ values }) => values.some((value) => Math.abs(value) > CENT));
