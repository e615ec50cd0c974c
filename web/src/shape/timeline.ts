// This module owns the timeline of operation: what chips do over time by class, the queue, failures, and the state at a moment.
import { amount, type Cell, column, type Frame, type Report } from "../data.ts";
import { classIndex } from "../parts/names.ts";
import { ALL, type Grid, gridOf, hourlySum, hoursOfStep } from "./hourly.ts";
import type { Span } from "./span.ts";

const MS_PER_HOUR = 3_600_000;
const KEYS = ["site", "hour"];

/** Series of one site, or of all together, by step of the page. */
export interface Track {
  grid: Grid;
  classes: string[];
  /** Chips at work by class; one entry for all where the run does not tell classes apart. */
  busy: Float64Array[];
  capacity: Float64Array;
  queuedJobs: Float64Array;
  queuedChips: Float64Array;
  power: Float64Array;
  /** Absent where the run does not tell them. */
  down: Float64Array | null;
  lost: Float64Array | null;
  failures: Float64Array | null;
  interrupted: Float64Array | null;
  speed: Float64Array | null;
}

/** Name of the one band of runs that do not tell classes apart. */
export const WORK = "at work";

const known = new WeakMap<Report, Map<string, Track>>();

export function track(report: Report, site: string): Track {
  const ofReport = known.get(report) ?? new Map<string, Track>();
  known.set(report, ofReport);
  const found = ofReport.get(site);
  if (found) return found;
  const grid = gridOf(report);
  const has = (name: string) => name in (report.tables.hourly ?? {});
  const sum = (name: string) => hourlySum(report, site, name);
  const told = (name: string) => (has(name) ? sum(name) : null);
  const classes = Object.keys(report.tables.hourly_classes ?? {})
    .filter((name) => !KEYS.includes(name))
    .sort((a, b) => classIndex(a) - classIndex(b));
  const made: Track = {
    grid,
    classes: classes.length ? classes : [WORK],
    busy: classes.length ? classes.map((name) => hourlySum(report, site, name, "hourly_classes")) : [sum("busy_chips")],
    capacity: sum("capacity_chips"),
    queuedJobs: sum("queued_jobs"),
    queuedChips: sum("queued_chips"),
    power: sum("facility_mw"),
    down: told("down_chips"),
    lost: told("lost_chip_hours"),
    failures: told("node_failures"),
    interrupted: told("interrupted_jobs"),
    speed: has("speed_share") ? weighted(report, site, grid) : null,
  };
  ofReport.set(site, made);
  return made;
}

/** Speed of the chips under power limits; over several sites by their chips in service. */
function weighted(report: Report, site: string, { steps, rowsOf }: Grid): Float64Array {
  const [speed, chips] = [column(report, "hourly", "speed_share"), column(report, "hourly", "capacity_chips")];
  const [above, below] = [new Float64Array(steps), new Float64Array(steps)];
  for (const [key, list] of rowsOf) {
    if (site !== ALL && key !== site) continue;
    list.forEach((row, step) => {
      const weight = amount(chips[row] as Cell);
      above[step] = (above[step] as number) + weight * amount(speed[row] as Cell);
      below[step] = (below[step] as number) + weight;
    });
  }
  return above.map((value, step) => ((below[step] as number) > 0 ? value / (below[step] as number) : 1));
}

/** A track as drawn: means and sums over equal stretches of the span. */
export interface Drawn {
  /** Hours of the beginnings of the stretches, and the end of the last. */
  edges: number[];
  /** Page steps in a stretch. */
  merged: number;
  /** Chips at work, class above class: the top of each. */
  tops: number[][];
  /** Chips at work that did what failures undid. */
  lost: number[];
  down: number[];
  capacity: number[];
  queuedChips: number[];
  failures: number[];
}

/** Sum of a series over steps of the page, each times its hours where it is a mean. */
function over(grid: Grid, series: Float64Array, first: number, end: number, mean: boolean): number {
  let [sum, hours] = [0, 0];
  for (let step = first; step < end; step += 1) {
    const own = hoursOfStep(grid, step);
    sum += (series[step] ?? 0) * (mean ? own : 1);
    hours += own;
  }
  return mean ? (hours > 0 ? sum / hours : 0) : sum;
}

const STRETCHES = [1, 2, 3, 6, 12, 24, 48, 168, 336, 672];

/** Hours of the shortest usual stretch that is whole steps and at least so many hours; beyond those, whole steps. */
export function stretch(stepHours: number, least: number): number {
  const usual = STRETCHES.find((hours) => hours >= least && hours % stepHours === 0);
  return usual ?? Math.max(1, Math.ceil(least / stepHours)) * stepHours;
}

/** What of a track lies in a span, in at most `most` stretches that begin at multiples of their length. */
export function drawn(found: Track, span: Span, most: number): Drawn {
  const { grid } = found;
  const merged = stretch(grid.stepHours, (span.to - span.from) / most) / grid.stepHours;
  const first = Math.floor(span.from / grid.stepHours / merged) * merged;
  const end = Math.min(grid.steps, Math.ceil(span.to / grid.stepHours));
  const made: Drawn = {
    edges: [],
    merged,
    tops: found.busy.map(() => []),
    lost: [],
    down: [],
    capacity: [],
    queuedChips: [],
    failures: [],
  };
  for (let at = first; at < end; at += merged) {
    const stop = Math.min(grid.steps, at + merged);
    const mean = (series: Float64Array | null) => (series ? over(grid, series, at, stop, true) : 0);
    const sum = (series: Float64Array | null) => (series ? over(grid, series, at, stop, false) : 0);
    made.edges.push(at * grid.stepHours);
    let top = 0;
    found.busy.forEach((series, index) => {
      top += mean(series);
      made.tops[index]?.push(top);
    });
    const hours = Math.min(grid.hours, stop * grid.stepHours) - at * grid.stepHours;
    made.lost.push(Math.min(top, sum(found.lost) / hours));
    made.down.push(mean(found.down));
    made.capacity.push(mean(found.capacity));
    made.queuedChips.push(mean(found.queuedChips));
    made.failures.push(sum(found.failures));
  }
  made.edges.push(Math.min(grid.hours, (made.edges.at(-1) ?? 0) + merged * grid.stepHours));
  return made;
}

/** What a site does in one step. */
export interface State {
  site: string;
  busy: number[];
  working: number;
  capacity: number;
  idle: number;
  down: number | null;
  queuedJobs: number;
  queuedChips: number;
  powerMw: number;
  speed: number | null;
  lostChipHours: number | null;
  failures: number | null;
}

export function stateAt(report: Report, site: string, step: number): State {
  const found = track(report, site);
  const at = (series: Float64Array | null): number | null => (series ? (series[step] ?? 0) : null);
  const busy = found.busy.map((series) => series[step] ?? 0);
  const working = busy.reduce((a, b) => a + b, 0);
  const capacity = found.capacity[step] ?? 0;
  const down = at(found.down);
  return {
    site,
    busy,
    working,
    capacity,
    idle: Math.max(0, capacity - working - (down ?? 0)),
    down,
    queuedJobs: found.queuedJobs[step] ?? 0,
    queuedChips: found.queuedChips[step] ?? 0,
    powerMw: found.power[step] ?? 0,
    speed: at(found.speed),
    lostChipHours: at(found.lost),
    failures: at(found.failures),
  };
}

/** Step of the page in which an hour lies. */
export function stepOf({ stepHours, steps }: Grid, hour: number): number {
  return Math.max(0, Math.min(steps - 1, Math.floor(hour / stepHours)));
}

/** The hour at which most chips are waited for, or the middle where nothing ever waits. */
export function hardest({ grid, queuedChips }: Track): number {
  const most = queuedChips.reduce((best, value) => Math.max(best, value), 0);
  return most > 0 ? queuedChips.indexOf(most) * grid.stepHours : Math.floor(grid.steps / 2) * grid.stepHours;
}

/** Share of the chips in service that are at work over the window; null where nothing is in service. */
export function working({ grid, busy, capacity }: Track): number | null {
  const hours = (series: Float64Array) => series.reduce((sum, value, step) => sum + value * hoursOfStep(grid, step), 0);
  const all = hours(capacity);
  return all > 0 ? busy.reduce((sum, series) => sum + hours(series), 0) / all : null;
}

/** Every step of a track as a table. */
export function trackFrame(found: Track, site: string): Frame {
  const { grid } = found;
  const busy = found.classes.map((name) => ({
    key: name === WORK ? "busy_chips" : `busy_chips_${name}`,
    unit: "count",
  }));
  const told = (
    [
      ["down_chips", "count", found.down],
      ["lost_chip_hours", "chip-hours", found.lost],
      ["node_failures", "count", found.failures],
      ["interrupted_jobs", "count", found.interrupted],
      ["speed_share", "share", found.speed],
    ] as const
  ).flatMap(([key, unit, series]) => (series ? [{ key, unit, series }] : []));
  const rest = [
    { key: "capacity_chips", unit: "count", series: found.capacity },
    { key: "queued_jobs", unit: "count", series: found.queuedJobs },
    { key: "queued_chips", unit: "count", series: found.queuedChips },
    { key: "facility_mw", unit: "MW", series: found.power },
    ...told,
  ];
  const daily = grid.stepHours % 24 === 0;
  return {
    name: `timeline-${site}`,
    columns: [{ key: "start_utc", unit: "text" }, ...busy, ...rest.map(({ key, unit }) => ({ key, unit }))],
    rows: Array.from({ length: grid.steps }, (_, step) => [
      new Date(grid.startMs + step * grid.stepHours * MS_PER_HOUR).toISOString().slice(0, daily ? 10 : 16),
      ...found.busy.map((series) => series[step] ?? null),
      ...rest.map(({ series }) => series[step] ?? null),
    ]),
  };
}
