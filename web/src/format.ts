// This module owns how numbers are printed: three significant digits, a no-break space before the unit, "–" for none.
import type { Cell } from "./data.ts";

export const NBSP = "\u00a0";
export const NONE = "–";
/** Minus sign with a word joiner, so that no line ends between the sign and the number. */
const MINUS = "\u2212\u2060";

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

function round3(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(3));
}

/** The printed size of a value with its sign; what is printed as zero has none. */
const signed = (value: number, shown: string): string => (value < 0 && /[1-9]/.test(shown) ? MINUS : "") + shown;

/** Below this a number is noise of floating-point sums and printed as zero. */
const NOISE = 1e-12;

/** Three significant digits with thousands separators; never an exponent. */
export function digits(value: number): string {
  const rounded = Math.abs(value) < NOISE ? 0 : round3(Math.abs(value));
  const decimals = rounded === 0 ? 0 : Math.min(14, Math.max(0, 2 - Math.floor(Math.log10(rounded))));
  const shown = rounded.toLocaleString("en-IE", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return signed(value, shown);
}

type Steps = [number, string][];
const LARGE: Steps = [
  [1e9, "billion"],
  [1e6, "million"],
];
const SHORT: Steps = [
  [1e9, "bn"],
  [1e6, "m"],
  [1e3, "k"],
];
const SI: Steps = [
  [1e18, "E"],
  [1e15, "P"],
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

function step(value: number, steps: Steps): [number, string] {
  const size = round3(Math.abs(value));
  return steps.find(([factor]) => size >= factor) ?? [1, ""];
}

function stepped(value: number, steps: Steps, unit = ""): string {
  const [factor, word] = step(value, steps);
  const tail = word + unit;
  return digits(value / factor) + (tail ? NBSP + tail : "");
}

const CENT = 0.01;

/** Euros in billions, millions or thousands: €31.2 bn; less than half a cent is nothing. */
export function money(eur: number): string {
  return signed(eur, `€${stepped(Math.abs(eur) < CENT / 2 ? 0 : Math.abs(eur), SHORT)}`);
}

/** A whole number with all its digits, from ten million on in words. */
export function count(value: number): string {
  if (Math.abs(value) >= 1e7) return stepped(value, LARGE);
  return signed(value, Math.abs(Math.round(value)).toLocaleString("en-IE"));
}

/** A measured number: thousands with all digits of three, from a million on in words. */
export function large(value: number): string {
  return stepped(value, LARGE);
}

/** A number for an axis with little room: 400 k. */
export function brief(value: number): string {
  return stepped(value, SHORT);
}

export function share(value: number): string {
  const percent = Math.abs(value) * 100;
  const decimals = percent >= 99.95 || percent < 0.005 ? 0 : percent < 0.995 ? 2 : 1;
  const shown = percent.toLocaleString("en-IE", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return `${signed(value, shown)}${NBSP}%`;
}

/** Seconds in the unit a reader expects: 45 s, 12 min, 3 h 20 min, 2.5 days. */
export function duration(seconds: number): string {
  if (seconds < 0) return signed(seconds, duration(-seconds));
  if (seconds < 59.5) return `${Math.round(seconds)}${NBSP}s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes}${NBSP}min`;
  if (seconds < 2 * DAY_S) {
    const rest = minutes % 60;
    return `${Math.floor(minutes / 60)}${NBSP}h${rest ? `${NBSP}${rest}${NBSP}min` : ""}`;
  }
  return `${digits(seconds / DAY_S)}${NBSP}days`;
}

/** Seconds of one training step, where fractions count: 5.21 s, 34.0 ms. */
export function seconds(value: number): string {
  if (Math.abs(value) >= 2 * 60) return duration(value);
  return Math.abs(value) < 0.1 && value !== 0 ? `${digits(value * 1000)}${NBSP}ms` : `${digits(value)}${NBSP}s`;
}

/** A quantity whose unit takes SI prefixes; `held` is the factor that the number carries already. */
function si(value: number, unit: string, held: number): string {
  const [factor, prefix] = step((value || 1) * held, SI);
  return `${digits((value * held) / factor)}${NBSP}${prefix}${unit}`;
}

/** Tonnes with the words used for emissions: 12.3 kt CO₂e. */
export function tonnes(value: number): string {
  const [factor, word] = step(value, [
    [1e6, "Mt"],
    [1e3, "kt"],
  ]);
  return `${digits(value / factor)}${NBSP}${word || "t"}${NBSP}CO₂e`;
}

export const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** ISO date as 1 Jul 2028. */
export function date(iso: string): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(iso);
  return parts ? `${Number(parts[3])}${NBSP}${MONTHS[Number(parts[2]) - 1]}${NBSP}${parts[1]}` : iso;
}

/** Words with every ISO date in them as 1 Jul 2028. */
export const withDates = (words: string): string => words.replace(/\b\d{4}-\d{2}-\d{2}\b/g, date);

export function month(iso: string): string {
  const parts = /^(\d{4})-(\d{2})/.exec(iso);
  return parts ? `${MONTHS[Number(parts[2]) - 1]}${NBSP}${parts[1]}` : iso;
}

/** A whole or measured number of things: 1 quarter, 2 quarters, 7.50 months. */
function counted(value: number, noun: string): string {
  return `${Number.isInteger(value) ? count(value) : digits(value)}${NBSP}${noun}${Math.abs(value) === 1 ? "" : "s"}`;
}

/** What one thing costs, whatever it is: €120 k per start-up, €0.87 per H100-equivalent-hour. */
const priceOf = (value: number, thing: string): string => `${money(value)} per ${THINGS[thing] ?? thing}`;

const THINGS: Record<string, string> = { tCO2e: "t\u00a0CO₂e" };

export const BY_UNIT: Record<string, (value: number) => string> = {
  EUR: money,
  count,
  share,
  s: duration,
  "1/year": (value) => `${share(value)} a${NBSP}year`,
  h: (value) => duration(value * HOUR_S),
  min: (value) => (value < 120 ? `${digits(value)}${NBSP}min` : duration(value * 60)),
  days: (value) => `${digits(value)}${NBSP}days`,
  "H100-equivalents": large,
  MW: (value) => si(value, "W", 1e6),
  MWh: (value) => si(value, "Wh", 1e6),
  tCO2e: tonnes,
  FLOP: (value) => `${scientific(value)}${NBSP}FLOP`,
  "EFLOP/s": (value) => `${digits(value)}${NBSP}EFLOP/s`,
  tokens: (value) => stepped(value, [[1e12, "trillion"], ...LARGE]),
  "chip-hours": large,
  "EUR/chip-hour": (value) => signed(value, `€${digits(Math.abs(value))}`),
  "EUR/MWh": (value) => signed(value, `€${digits(Math.abs(value))}/MWh`),
  "gCO2e/kWh": (value) => `${digits(value)}${NBSP}g/kWh`,
  "EUR/year": (value) => `${money(value)} a${NBSP}year`,
  "tCO2e/year": (value) => `${tonnes(value)} a${NBSP}year`,
  "MWh/year": (value) => `${si(value, "Wh", 1e6)} a${NBSP}year`,
  "kgCO2e/chip-hour": (value) => `${digits(value)}${NBSP}kg`,
  months: (value) => counted(value, "month"),
  quarters: (value) => counted(value, "quarter"),
  years: (value) => `${digits(value)}${NBSP}${value === 1 ? "year" : "years"}`,
  m3: (value) => `${large(value)}${NBSP}m³`,
  ms: (value) => `${digits(value)}${NBSP}ms`,
  degC: (value) => `${signed(value, Math.abs(value).toFixed(1))}${NBSP}°C`,
  "EUR/EUR": (value) => `€${digits(value)}`,
  deg: (value) => signed(value, `${Math.abs(value).toFixed(2)}°`),
  "s/step": seconds,
  GB: (value) => `${digits(value)}${NBSP}GB`,
  TB: (value) => si(value, "B", 1e12),
  "Gbit/s": (value) => si(value, "bit/s", 1e9),
  "TFLOP/s": (value) => si(value, "FLOP/s", 1e12),
  "FLOP/B": (value) => `${digits(value)}${NBSP}FLOP/byte`,
  "tokens/s": (value) => `${stepped(value, [[1e12, "trillion"], ...LARGE])}${NBSP}tokens/s`,
  "1": digits,
};

/** A number with the digits that it was given, for tables of sources: 1.1699, 200 billion. */
export function exact(value: number): string {
  const [factor, word] = step(value, [[1e12, "trillion"], ...LARGE.slice(0, 1)]);
  const shown = (value / factor).toLocaleString("en-IE", { maximumSignificantDigits: 12 }).replace("-", MINUS);
  return word ? `${shown}${NBSP}${word}` : shown;
}

const POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** 3.8 × 10²⁵ */
export function scientific(value: number): string {
  if (value === 0) return "0";
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  const raised = [...String(Math.abs(exponent))].map((digit) => POWERS[Number(digit)]).join("");
  return `${digits(value / 10 ** exponent)}${NBSP}×${NBSP}10${exponent < 0 ? "⁻" : ""}${raised}`;
}

/** A cell as printed, by the unit that the dictionary gives its column. */
export function format(value: Cell | undefined, unit: string): string {
  if (value === null || value === undefined || value === "") return NONE;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return unit === "date" ? date(value) : value;
  if (!Number.isFinite(value)) return NONE;
  const shown = BY_UNIT[unit];
  if (!shown && unit.startsWith("EUR/")) return priceOf(value, unit.slice("EUR/".length));
  return (shown ?? digits)(value);
}

/** Unit as printed beside a chart or in a table's head. */
export function unitName(unit: string): string {
  const names: Record<string, string> = {
    tCO2e: "t CO₂e",
    "gCO2e/kWh": "g CO₂e/kWh",
    "1": "ratio",
    "1/year": "per year",
    "s/step": "s",
    "FLOP/B": "FLOP/byte",
    "kgCO2e/chip-hour": "kg CO₂e/chip-hour",
    "tCO2e/year": "t CO₂e/year",
    m3: "m³",
    degC: "°C",
  };
  return names[unit] ?? unit;
}
