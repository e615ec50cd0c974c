// This module owns the largest jobs: read from their table, chosen by site and span, and put in order of their start.
import { amount, number, type Report, rows, text } from "../data.ts";
import { ALL } from "./hourly.ts";
import type { Span } from "./span.ts";

export interface Job {
  rank: number;
  job: number;
  site: string;
  tenant: string;
  tenantClass: string;
  trainingRun: string;
  /** Hours from the start of the window; null where it did not come to it. */
  submit: number;
  eligible: number;
  start: number | null;
  end: number | null;
  nodes: number;
  chips: number;
  chipHours: number;
  lostChipHours: number;
  interruptions: number;
}

const SECONDS_PER_HOUR = 3600;

/** Times before 0 mean never. */
function hour(value: number | null): number | null {
  return value === null || value < 0 ? null : value / SECONDS_PER_HOUR;
}

export function largestJobs(report: Report): Job[] {
  return rows(report, "largest_jobs")
    .map((row) => ({
      rank: amount(row.rank),
      job: amount(row.job),
      site: text(row.site),
      tenant: text(row.tenant),
      tenantClass: text(row.tenant_class),
      trainingRun: text(row.training_run),
      submit: amount(row.submit_s) / SECONDS_PER_HOUR,
      eligible: amount(row.eligible_s ?? row.submit_s) / SECONDS_PER_HOUR,
      start: hour(number(row.start_s)),
      end: hour(number(row.end_s)),
      nodes: amount(row.nodes),
      chips: amount(row.chips),
      chipHours: amount(row.chip_hours),
      lostChipHours: amount(row.lost_chip_hours),
      interruptions: amount(row.interruptions),
    }))
    .sort((a, b) => a.rank - b.rank);
}

/** Until when a job concerns the window: its end, or for ever. */
const until = ({ end }: Job): number => end ?? Number.POSITIVE_INFINITY;

/** The largest of the jobs at a site that wait or run in a span, in order of their start; those that never start come last. */
export function shownJobs(jobs: Job[], site: string, span: Span, most: number): Job[] {
  const first = (job: Job) => job.start ?? Number.POSITIVE_INFINITY;
  return jobs
    .filter((job) => (site === ALL || job.site === site) && job.eligible < span.to && until(job) > span.from)
    .slice(0, most)
    .sort((a, b) => (first(a) === first(b) ? a.rank - b.rank : first(a) - first(b)));
}

export interface Piece {
  /** Share of the span. */
  from: number;
  to: number;
}

/** What of a stretch lies in a span, as shares of it; null where nothing does. */
export function piece(from: number, to: number, span: Span): Piece | null {
  const size = span.to - span.from;
  const [left, right] = [Math.max(from, span.from), Math.min(to, span.to)];
  return right > left && size > 0 ? { from: (left - span.from) / size, to: (right - span.from) / size } : null;
}

/** How many of the jobs wait and run at an hour. */
export function atHour(jobs: Job[], site: string, hour: number): { waiting: number; running: number } {
  const here = jobs.filter((job) => site === ALL || job.site === site);
  return {
    waiting: here.filter((job) => job.eligible <= hour && (job.start ?? Number.POSITIVE_INFINITY) > hour).length,
    running: here.filter((job) => job.start !== null && job.start <= hour && until(job) > hour).length,
  };
}
