// This module owns what is made of the claims: their values as printed, their bars and curves, and their sources.
import { short } from "../charts/style.ts";
import { type Cell, groups, number, type Report, type Row, rows, text } from "../data.ts";
import { BY_UNIT, format, NBSP } from "../format.ts";

const CURRENCIES: Record<string, string> = { EUR: "€", USD: "$" };
const SIZES: Record<string, number> = { k: 1e3, m: 1e6, bn: 1e9 };

/** At most three significant digits, and none that says nothing: 200, 20, 4, 0.643. */
export const plain = (value: number): string =>
  Number(value.toPrecision(3)).toLocaleString("en-IE", { maximumSignificantDigits: 3 }).replace("-", "\u2212\u2060");

/** A number of a claim with its unit, whatever that is: €200 bn, 25 %, 4 times, 0.94 Jain’s index. */
export function claimValue(value: Cell | undefined, unit: string): string {
  const found = number(value);
  if (found === null) return format(null, unit);
  const amount = /^(?:(bn|m|k) )?(EUR|USD)( .+)?$/.exec(unit);
  if (amount) {
    const single = found * (SIZES[amount[1] ?? ""] ?? 1);
    return short(format(single, "EUR")).replace("€", CURRENCIES[amount[2] ?? ""] ?? "") + (amount[3] ?? "");
  }
  if (unit === "1") return `${plain(found)}${NBSP}times`;
  if (unit === "%") return `${plain(found)}${NBSP}%`;
  if (unit === "year") return String(found);
  if (unit === "" || unit === "text") return plain(found);
  return unit in BY_UNIT || unit.startsWith("EUR/") ? short(format(found, unit)) : `${plain(found)}${NBSP}${unit}`;
}

/** The number at which a verdict turns, and what it counts: the unit that the words begin with goes to the number. */
export function breakEven(value: Cell | undefined, words: string): [value: string, words: string] {
  const unit = /^(?:(?:bn|m|k) )?(?:EUR|USD)\b|^%/.exec(words)?.[0] ?? "";
  return [claimValue(value, unit), words.slice(unit.length).trim()];
}

const FACT = /(?:^|\s)[a-z_]+\/[^\s/]+\/[a-z0-9_]+: /;

/** What texts say against each other, and what sources of single facts do, which name the fact first. */
export function disagreements(conflicts: string): { texts: string; facts: string } {
  const at = FACT.exec(conflicts)?.index ?? conflicts.length;
  return { texts: conflicts.slice(0, at).trim(), facts: conflicts.slice(at).trim() };
}

export interface Bar {
  label: string;
  role: string;
  value: number;
  /** Where the bar begins and how long it is, as shares of the room. */
  from: number;
  size: number;
}

export interface BarGroup {
  series: string;
  unit: string;
  bars: Bar[];
  /** Place of the claimed value, where it is one of several bars. */
  claimed: number | null;
  /** Place of zero. */
  zero: number;
}

/** Bars of one series and unit on one scale from zero. */
function barGroup(series: string, unit: string, own: Row[]): BarGroup {
  const values = own.map((row) => number(row.y) ?? 0);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const at = (value: number) => (high > low ? (value - low) / (high - low) : 0);
  const claims = own.filter((row) => text(row.role) === "claimed");
  const claimed = claims.length === 1 && own.length > 1 ? number(claims[0]?.y) : null;
  return {
    series,
    unit,
    zero: at(0),
    claimed: claimed === null ? null : at(claimed),
    bars: own.map((row, index) => ({
      label: text(row.label),
      role: text(row.role),
      value: values[index] ?? 0,
      from: Math.min(at(0), at(values[index] ?? 0)),
      size: Math.abs(at(values[index] ?? 0) - at(0)),
    })),
  };
}

export interface ClaimCurve {
  series: string;
  role: string;
  points: { x: number; y: number; label: string }[];
}

export interface ClaimPlot {
  xUnit: string;
  unit: string;
  curves: ClaimCurve[];
  /** Levels across the whole plot, as a claimed value. */
  levels: { label: string; role: string; y: number }[];
}

export interface ClaimFigure {
  bars: BarGroup[];
  plot: ClaimPlot | null;
}

/** What is drawn for a claim: rows with a place on an axis as curves, all others as bars, or as levels of the curves. */
export function claimFigure(points: Row[]): ClaimFigure {
  const valued = points.filter((row) => number(row.y) !== null);
  const placed = valued.filter((row) => number(row.x) !== null);
  const rest = valued.filter((row) => number(row.x) === null);
  const unit = text(placed[0]?.unit);
  const onPlot = (row: Row) => placed.length > 0 && text(row.unit) === unit;
  const byScale = groups(
    rest.filter((row) => !onPlot(row)),
    (row) => JSON.stringify([text(row.series), text(row.unit)]),
  );
  const curves = [...groups(placed, (row) => text(row.series))].map(
    ([series, own]): ClaimCurve => ({
      series,
      role: text(own[0]?.role),
      points: own
        .map((row) => ({ x: number(row.x) ?? 0, y: number(row.y) ?? 0, label: text(row.label) }))
        .sort((a, b) => a.x - b.x),
    }),
  );
  return {
    bars: [...byScale.values()].map((own) => barGroup(text(own[0]?.series), text(own[0]?.unit), own)),
    plot: placed.length
      ? {
          xUnit: text(placed[0]?.x_unit),
          unit,
          curves,
          levels: rest
            .filter(onPlot)
            .map((row) => ({ label: text(row.label), role: text(row.role), y: number(row.y) ?? 0 })),
        }
      : null,
  };
}

/** Rows of a table of details by the number of the claim. */
export const byClaim = (report: Report, table: string): Map<string, Row[]> =>
  groups(rows(report, table), (row) => text(row.claim));

/** Parts of a list that stands in one cell, apart by semicolons. */
export const parted = (cell: Cell | undefined): string[] =>
  text(cell)
    .split(/;\s*/)
    .map((part) => part.trim())
    .filter(Boolean);

/** Round marks of an axis between two ends. */
export function marks(low: number, high: number, most: number): number[] {
  const rough = (high - low) / Math.max(1, most);
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, index) => (first + index) * step);
}
