// This module owns the hour-of-year heatmap: a picture of one pixel for each hour, days across and hours of the day down.
import { useMemo, useState } from "preact/hooks";
import { MONTHS } from "../format.ts";
import { quantile } from "../shape/hourly.ts";
import { short } from "./style.ts";
import { MAGNITUDE_GRADIENT, magnitude } from "./theme.ts";

interface Props {
  startMs: number;
  values: Float64Array;
  show: (value: number) => string;
  label: string;
}

const HOURS_PER_DAY = 24;
const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = HOURS_PER_DAY * MS_PER_HOUR;
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

/** First days of the months of the window as shares of its width. */
function monthMarks(startMs: number, days: number): { name: string; at: number }[] {
  const marks: { name: string; at: number }[] = [];
  for (let day = 0; day < days; day += 1) {
    const when = new Date(startMs + day * MS_PER_DAY);
    if (when.getUTCDate() === 1) marks.push({ name: MONTHS[when.getUTCMonth()] ?? "", at: day / days });
  }
  if (!marks.length) marks.push({ name: MONTHS[new Date(startMs).getUTCMonth()] ?? "", at: 0 });
  const every = Math.ceil(marks.length / 13);
  return marks.filter((_, index) => index % every === 0);
}

export function HeatMap({ startMs, values, show, label }: Props) {
  const [over, setOver] = useState<number | null>(null);
  const { low, high, url } = useMemo(() => {
    const [from, to] = SCALE_ENDS.map((end) => quantile(values, end)) as [number, number];
    return { low: from, high: to, url: picture(values, from, to) };
  }, [values]);
  const days = Math.max(1, Math.ceil(values.length / HOURS_PER_DAY));
  const point = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const day = Math.floor(((event.clientX - box.left) / box.width) * days);
    const hour = day * HOURS_PER_DAY + Math.floor(((event.clientY - box.top) / box.height) * HOURS_PER_DAY);
    setOver(hour >= 0 && hour < values.length ? hour : null);
  };
  const told =
    over === null
      ? "Point at an hour to read its value."
      : `${moment.format(startMs + Math.floor(over / HOURS_PER_DAY) * MS_PER_DAY)}, ${over % HOURS_PER_DAY}–${(over % HOURS_PER_DAY) + 1} h UTC: ${show(values[over] as number)}`;
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
        {monthMarks(startMs, days).map(({ name, at }) => (
          <span key={at} style={{ left: `${at * 100}%` }}>
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
