// This module owns spans of the simulated window: zoom and pan, the marks of a time axis, and moments as text and address.
import { MONTHS } from "../format.ts";

/** Hours from the start of the window. */
export interface Span {
  from: number;
  to: number;
}

const MS_PER_HOUR = 3_600_000;
const HOURS_PER_DAY = 24;

export const length = ({ from, to }: Span): number => to - from;

/** A span of at least so many hours that lies inside the whole. */
export function inside(wanted: Span, whole: Span, least: number): Span {
  const size = Math.min(length(whole), Math.max(least, length(wanted)));
  const middle = (wanted.from + wanted.to) / 2;
  const from = Math.min(whole.to - size, Math.max(whole.from, middle - size / 2));
  return { from, to: from + size };
}

/** A span `factor` times as long; the moment `about` stays where it is on the screen. */
export function zoomed(span: Span, factor: number, about: number): Span {
  const held = Math.min(span.to, Math.max(span.from, about));
  return { from: held - (held - span.from) * factor, to: held + (span.to - held) * factor };
}

export const panned = ({ from, to }: Span, hours: number): Span => ({ from: from + hours, to: to + hours });

/** Place of a moment in a span, 0 its beginning and 1 its end. */
export const part = (hour: number, { from, to }: Span): number => (to > from ? (hour - from) / (to - from) : 0);

export interface Tick {
  hour: number;
  name: string;
}

const clock = (when: Date): string => `${String(when.getUTCHours()).padStart(2, "0")}:00`;
const dayName = (when: Date): string => `${when.getUTCDate()} ${MONTHS[when.getUTCMonth()]}`;

/** Marks every so many hours, from midnight of a first day of a year on. */
function hourly(startMs: number, span: Span, every: number): Tick[] {
  const origin = Date.UTC(new Date(startMs).getUTCFullYear(), 0, 1);
  const offset = (startMs - origin) / MS_PER_HOUR;
  const ticks: Tick[] = [];
  for (let at = Math.ceil((span.from + offset) / every) * every - offset; at <= span.to; at += every) {
    const when = new Date(startMs + at * MS_PER_HOUR);
    ticks.push({ hour: at, name: every < HOURS_PER_DAY && when.getUTCHours() ? clock(when) : dayName(when) });
  }
  return ticks;
}

/** Marks on the first day of every so many months; a January is its year, and the first mark names one. */
function monthly(startMs: number, span: Span, every: number): Tick[] {
  const first = new Date(startMs + span.from * MS_PER_HOUR);
  const ticks: Tick[] = [];
  let month = Math.floor((first.getUTCFullYear() * 12 + first.getUTCMonth()) / every) * every;
  for (;;) {
    const when = Date.UTC(Math.floor(month / 12), month % 12, 1);
    const hour = (when - startMs) / MS_PER_HOUR;
    if (hour > span.to) return ticks;
    const year = String(Math.floor(month / 12));
    const name = `${MONTHS[month % 12]}${ticks.length ? "" : ` ${year}`}`;
    if (hour >= span.from) ticks.push({ hour, name: month % 12 ? name : year });
    month += every;
  }
}

const HOUR_STEPS = [1, 3, 6, 12, 24, 48, 168, 336];
const MONTH_STEPS = [1, 3, 6, 12, 24, 60, 120, 240, 600];

/** Marks of a time axis, as many as there is room for: hours, days, months or years. */
export function timeTicks(startMs: number, span: Span, most: number): Tick[] {
  if (length(span) <= 0) return [];
  for (const every of HOUR_STEPS) {
    if (length(span) / every <= most) return hourly(startMs, span, every);
  }
  for (const every of MONTH_STEPS) {
    const ticks = monthly(startMs, span, every);
    if (ticks.length <= most) return ticks;
  }
  return monthly(startMs, span, 1200);
}

/** Round marks from 0 up to the value, about as many as asked for. */
export function valueTicks(most: number, about: number): number[] {
  if (!(most > 0)) return [0];
  const rough = most / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5].find((one) => one * power >= 0.9 * rough) ?? 10) * power;
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, index) => index * step);
}

const long = new Intl.DateTimeFormat("en-IE", {
  timeZone: "UTC",
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
});

/** A moment as read: its day, and its hour where the steps are shorter than a day. */
export function moment(startMs: number, hour: number, stepHours: number): string {
  const when = new Date(startMs + Math.floor(hour) * MS_PER_HOUR);
  return long.format(when) + (stepHours < HOURS_PER_DAY ? `, ${clock(when)} UTC` : "");
}

/** A moment as it stands in the address: 2029-07-03T14. */
export function toAddress(startMs: number, hour: number): string {
  return new Date(startMs + Math.round(hour) * MS_PER_HOUR).toISOString().slice(0, 13);
}

/** The hour that the address names, or null where it names none inside the whole. */
export function fromAddress(startMs: number, text: string, whole: Span): number | null {
  const hour = /^\d{4}-\d\d-\d\dT\d\d$/.test(text)
    ? (Date.parse(`${text}:00:00Z`) - startMs) / MS_PER_HOUR
    : Number.NaN;
  return hour >= whole.from && hour <= whole.to ? hour : null;
}

export interface Speed {
  value: string;
  label: string;
  /** Simulated hours in a second. */
  hours: number;
}

export const SPEEDS: Speed[] = [
  { value: "hour", label: "1 hour a second", hours: 1 },
  { value: "quarter-day", label: "6 hours a second", hours: 6 },
  { value: "day", label: "1 day a second", hours: 24 },
  { value: "week", label: "1 week a second", hours: 168 },
  { value: "month", label: "30 days a second", hours: 720 },
];

const PLAY_S = 90;

/** The slowest speed at which a span plays in a minute and a half, or the fastest. */
export function speedFor(span: Span): Speed {
  return (SPEEDS.find(({ hours }) => length(span) / hours <= PLAY_S) ?? SPEEDS.at(-1)) as Speed;
}
