// This module owns what is made of the training tables: the parts of a step, the map of strategies, scaling and roofline.
import { amount, groups, number, type Report, type Row, rows, text } from "../data.ts";

/** Rows of a training table that belong to one run. */
export const ofRun = (report: Report, table: string, run: string): Row[] =>
  rows(report, table).filter((row) => text(row.run) === run);

export const GROUPS = [
  { name: "Computing", colour: 0 },
  { name: "Communication that is not hidden", colour: 1 },
  { name: "Waiting", colour: 5 },
  { name: "Optimiser, launch and other", colour: -1 },
] as const;
const [COMPUTING, COMMUNICATION, WAITING, OTHER] = [0, 1, 2, 3];

const PARTS: Record<string, { name: string; group: number }> = {
  gemm: { name: "Matrix products", group: COMPUTING },
  attention: { name: "Attention", group: COMPUTING },
  "memory-bound": { name: "Memory-bound operations", group: COMPUTING },
  recompute: { name: "Recomputation", group: COMPUTING },
  "tensor comm": { name: "Tensor-parallel exchange", group: COMMUNICATION },
  "context comm": { name: "Context-parallel exchange", group: COMMUNICATION },
  "expert comm": { name: "Expert exchange", group: COMMUNICATION },
  "pipeline comm": { name: "Between pipeline stages", group: COMMUNICATION },
  "data comm": { name: "Data-parallel exchange", group: COMMUNICATION },
  "pipeline bubble": { name: "Pipeline bubble", group: WAITING },
  jitter: { name: "Jitter", group: WAITING },
  optimiser: { name: "Optimiser", group: OTHER },
  launch: { name: "Kernel launches", group: OTHER },
};

/** Printed name and group of a part; one that is not known keeps its name. */
export function partOf(part: string): { name: string; group: number } {
  return PARTS[part] ?? { name: part.charAt(0).toUpperCase() + part.slice(1), group: OTHER };
}

export interface Part {
  part: string;
  name: string;
  group: number;
  seconds: number;
  share: number;
}

/** Parts of a step that take time, by group and within a group the longest first. */
export function breakdown(report: Report, run: string): Part[] {
  const found = ofRun(report, "training_breakdown", run).filter((row) => amount(row.seconds) > 0);
  const all = found.reduce((sum, row) => sum + amount(row.seconds), 0);
  return found
    .map((row) => {
      const seconds = amount(row.seconds);
      return { part: text(row.part), ...partOf(text(row.part)), seconds, share: seconds / all };
    })
    .sort((a, b) => a.group - b.group || b.seconds - a.seconds);
}

export interface Pair {
  tp: number;
  pp: number;
  /** Tokens per second of the best strategy with these two; null where none is possible. */
  tokensPerS: number | null;
  /** Of the best pair's tokens per second. */
  share: number | null;
  reason: string;
}

/** A row or column of the map: one degree of parallelism, or several that lie close together. */
export interface Band {
  label: string;
  values: number[];
}

export interface Cell {
  column: Band;
  row: Band;
  /** The best pair of the cell, or the first where none is possible. */
  pair: Pair;
}

export interface StrategyGrid {
  columns: Band[];
  rows: Band[];
  /** Cell of `column,row` by their labels; where no pair was looked at there is none. */
  cells: Map<string, Cell>;
  pairs: Pair[];
  best: Cell | null;
  /** The least of the cells that are possible. */
  worst: Cell | null;
}

/** More degrees than this are drawn together in bands that end at 1, 2, 3, 4, 6, 8, 12, 16, 24, 32 and so on. */
const MOST_BANDS = 16;

/** Least power of two, or one and a half of a power of two, that is not below the value. */
function bandEnd(value: number): number {
  const power = 2 ** Math.ceil(Math.log2(value));
  return value <= power * 0.75 && power > 2 ? power * 0.75 : power;
}

function bandsOf(all: number[]): Band[] {
  const values = [...new Set(all)].sort((a, b) => a - b);
  const found = groups(values, (value) => String(values.length > MOST_BANDS ? bandEnd(value) : value));
  return [...found.values()].map((held) => {
    const [first, last] = [held[0] as number, held.at(-1) as number];
    return { label: first === last ? String(first) : `${first}–${last}`, values: held };
  });
}

export const cellKey = (column: Band, row: Band): string => `${column.label},${row.label}`;

export function strategyGrid(report: Report, run: string): StrategyGrid {
  const found = ofRun(report, "training_map", run);
  const most = Math.max(0, ...found.map((row) => amount(row.tokens_per_s)));
  const pairs = found.map((row): Pair => {
    const tokensPerS = number(row.tokens_per_s);
    const share = tokensPerS === null || most <= 0 ? null : tokensPerS / most;
    return { tp: amount(row.tp), pp: amount(row.pp), tokensPerS, share, reason: text(row.reason) };
  });
  const columns = bandsOf(pairs.map(({ tp }) => tp));
  const inRows = bandsOf(pairs.map(({ pp }) => pp));
  const bandOf = (bands: Band[]) =>
    new Map(bands.flatMap((band) => band.values.map((value) => [value, band] as const)));
  const [columnOf, rowOf] = [bandOf(columns), bandOf(inRows)];
  const cells = new Map<string, Cell>();
  for (const pair of pairs) {
    const [column, row] = [columnOf.get(pair.tp) as Band, rowOf.get(pair.pp) as Band];
    const known = cells.get(cellKey(column, row));
    if (!known || (pair.share ?? -1) > (known.pair.share ?? -1)) cells.set(cellKey(column, row), { column, row, pair });
  }
  const ranked = [...cells.values()]
    .filter(({ pair }) => pair.share !== null)
    .sort((a, b) => amount(b.pair.share) - amount(a.pair.share));
  return { columns, rows: inRows, cells, pairs, best: ranked[0] ?? null, worst: ranked.at(-1) ?? null };
}

export interface Reason {
  /** In the words of the first pair that it rules out. */
  reason: string;
  pairs: number;
  /** Whether the numbers in it differ from pair to pair. */
  varies: boolean;
}

/** Reasons with the number of pairs that they rule out; reasons that differ only in their numbers count as one. */
export function reasons(grid: StrategyGrid): Reason[] {
  const counts = new Map<string, Reason>();
  for (const { share, reason } of grid.pairs) {
    if (share !== null) continue;
    const kind = reason.replace(/\d[\d.,]*/g, "#");
    const entry = counts.get(kind) ?? { reason, pairs: 0, varies: false };
    entry.pairs += 1;
    entry.varies ||= entry.reason !== reason;
    counts.set(kind, entry);
  }
  return [...counts.values()].sort((a, b) => b.pairs - a.pairs);
}

export interface ScalePoint {
  chips: number;
  days: number;
  label: string;
  source: string;
}

/** Days by number of chips as the model has them, and runs that somebody published; both by number of chips. */
export function scaling(report: Report, run: string): { model: ScalePoint[]; published: ScalePoint[] } {
  const points = ofRun(report, "training_scaling", run)
    .filter((row) => amount(row.chips) > 0 && amount(row.days) > 0)
    .sort((a, b) => amount(a.chips) - amount(b.chips));
  const having = (published: boolean) =>
    points
      .filter((row) => (text(row.kind) === "published") === published)
      .map((row) => ({
        chips: amount(row.chips),
        days: amount(row.days),
        label: text(row.label),
        source: text(row.source),
      }));
  return { model: having(false), published: having(true) };
}

export interface RoofPoint {
  part: string;
  name: string;
  /** The step as a whole, not a part of it. */
  whole: boolean;
  intensity: number;
  achieved: number;
  roof: number;
}

export interface Roofline {
  points: RoofPoint[];
  /** Highest arithmetic peak, TFLOP/s. */
  peak: number;
  /** Lower peaks, of parts in another number format. */
  lower: number[];
  /** Bandwidth of the chip's memory, TB/s, and so TFLOP/s by FLOP/byte; null where no source tells it. */
  slope: number | null;
}

const WHOLE = "whole step";
/** Roofs this close are the same. */
const NEAR = 0.999;

/** Bandwidth of the memory of the chip that a run uses, from the facts of the catalogue. */
function bandwidth(report: Report, run: string): number | null {
  const machine = ofRun(report, "training", run)[0]?.machine;
  const chip = report.scenario.machines?.find(({ name }) => name === machine)?.chip;
  const fact = rows(report, "sources").find((row) => row.key === `chips/${chip}/memory_tb_per_s`);
  const value = Number(text(fact?.value) || Number.NaN);
  return value > 0 ? value : null;
}

/** Parts under their roofs, by intensity. */
export function roofline(report: Report, run: string): Roofline {
  const points = ofRun(report, "training_roofline", run)
    .map((row) => ({
      part: text(row.part),
      name: partOf(text(row.part)).name,
      whole: text(row.part) === WHOLE,
      intensity: amount(row.intensity_flop_per_byte),
      achieved: amount(row.achieved_tflops),
      roof: amount(row.roof_tflops),
    }))
    .filter((point) => point.intensity > 0 && point.achieved > 0 && point.roof > 0)
    .sort((a, b) => a.intensity - b.intensity);
  const slope = bandwidth(report, run);
  const peak = Math.max(0, ...points.map(({ roof }) => roof));
  const flat = points.filter(({ roof, intensity }) => slope === null || roof < NEAR * slope * intensity);
  const lower = [...new Set(flat.map(({ roof }) => roof))].filter((roof) => roof < NEAR * peak);
  return { points, peak, lower, slope };
}

const AXES = [
  ["tp", "TP"],
  ["pp", "PP"],
  ["dp", "DP"],
  ["cp", "CP"],
  ["ep", "EP"],
  ["vp", "VP"],
] as const;
const ALWAYS = 3;

/** A strategy in the field's short form, TP 8 · PP 16 · DP 64 · VP 4; what is 1 is left out beyond the first three. */
export function layout(row: Row): string {
  return AXES.filter(([key], place) => number(row[key]) !== null && (place < ALWAYS || amount(row[key]) > 1))
    .map(([key, name]) => `${name}\u00a0${amount(row[key])}`)
    .join(" · ");
}

/** What a strategy keeps and recomputes: microbatch 1, selective recomputation, ZeRO 1. */
export function keeping(row: Row): string {
  const words: string[] = [];
  if (number(row.microbatch) !== null) words.push(`microbatch\u00a0${amount(row.microbatch)}`);
  if (text(row.recompute)) {
    words.push(text(row.recompute) === "none" ? "no recomputation" : `${text(row.recompute)} recomputation`);
  }
  if (number(row.zero) !== null) words.push(`ZeRO\u00a0${amount(row.zero)}`);
  return words.join(", ");
}
