// This module owns the hour-of-year heatmap: one pixel for each hour, days (or means over some) across and hours of the day down.
import { useMemo, useState } from "preact/hooks";
import { quantile } from "../shape/hourly.ts";
import { timeTicks } from "../shape/span.ts";
import { short } from "./style.ts";
import { MAGNITUDE_GRADIENT, magnitude } from "./theme.ts";

interface Props {
  startMs: number;
  /** Hours of the day, column after column. */
  values: Float64Array;
  /** Days of a column. */
  daysEach: number;
  show: (value: number) => string;
  label: string;
}

const HOURS_PER_DAY = 24;
const MS_PER_DAY = HOURS_PER_DAY * 3_600_000;
const MOST_MARKS = 13;
/** The colour scale ends at these shares of the hours, so that a few odd hours do not wash out the rest. */
const SCALE_ENDS: [number, number] = [0.01, 0.99];

const moment = new Intl.DateTimeFormat("en-IE", {
  timeZone: "UTC",
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
});

function picture(values: Float64Array, low: number, high: number): string {
  const days = Math.max(1, Math.ceil(values.length / HOURS_PER_DAY));
  const canvas = document.createElement("canvas");
  canvas.width = days;
  canvas.height = HOURS_PER_DAY;
  const context = canvas.getContext("2d");
  if (!context) return "";
  const pixels = context.createImageData(days, HOURS_PER_DAY);
  values.forEach((value, hour) => {
    if (Number.isNaN(value)) return;
    const place = 4 * ((hour % HOURS_PER_DAY) * days + Math.floor(hour / HOURS_PER_DAY));
    pixels.data.set([...magnitude(high > low ? (value - low) / (high - low) : 0.5), 255], place);
  });
  context.putImageData(pixels, 0, 0);
  return canvas.toDataURL();
}

export function HeatMap({ startMs, values, daysEach, show, label }: Props) {
  const [over, setOver] = useState<number | null>(null);
  const { low, high, url } = useMemo(() => {
    const [from, to] = SCALE_ENDS.map((end) => quantile(values, end)) as [number, number];
    return { low: from, high: to, url: picture(values, from, to) };
  }, [values]);
  const days = Math.max(1, Math.ceil(values.length / HOURS_PER_DAY));
  const hours = days * daysEach * HOURS_PER_DAY;
  const marks = timeTicks(startMs, { from: 0, to: hours }, MOST_MARKS).filter(({ hour }) => hour < hours);
  const point = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const day = Math.floor(((event.clientX - box.left) / box.width) * days);
    const hour = day * HOURS_PER_DAY + Math.floor(((event.clientY - box.top) / box.height) * HOURS_PER_DAY);
    setOver(hour >= 0 && hour < values.length ? hour : null);
  };
  const told =
    over === null
      ? "Point at an hour to read its value."
      : `${daysEach > 1 ? `${daysEach} days from ` : ""}${moment.format(startMs + Math.floor(over / HOURS_PER_DAY) * daysEach * MS_PER_DAY)}, ${over % HOURS_PER_DAY}–${(over % HOURS_PER_DAY) + 1} h UTC: ${show(values[over] as number)}`;
  return (
    <div class="heat">
      <div class="heat-hours" aria-hidden="true">
        {[0, 6, 12, 18, 24].map((hour) => (
          <span key={hour} style={{ top: `${(hour / HOURS_PER_DAY) * 100}%` }}>
            {hour} h
          </span>
        ))}
      </div>
      <img src={url} alt={label} onPointerMove={point} onPointerLeave={() => setOver(null)} />
      <div class="heat-months" aria-hidden="true">
        {marks.map(({ name, hour }) => (
          <span key={hour} style={{ left: `${(hour / hours) * 100}%` }}>
            {name}
          </span>
        ))}
      </div>
      <div class="scale">
        <span>≤ {short(show(low))}</span>
        <i style={{ background: MAGNITUDE_GRADIENT }} />
        <span>≥ {short(show(high))}</span>
        <output>{told}</output>
      </div>
    </div>
  );
}
