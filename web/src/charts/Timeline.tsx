// This module owns the picture of operation over time: chips by class, failures and queue, drawn once for a span; the cursor
// and what the pointer marks lie above it, so that a replay redraws nothing.
import type { ReadonlySignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import type { Report } from "../data.ts";
import { brief, count, share } from "../format.ts";
import { classColour } from "../parts/names.ts";
import { useWidth } from "../parts/width.ts";
import type { Replay } from "../screens/replay.ts";
import { moment, part, type Span, type Tick, timeTicks, valueTicks } from "../shape/span.ts";
import { type Drawn, drawn, stateAt, stepOf, type Track, WORK } from "../shape/timeline.ts";
import { short } from "./style.ts";

const CHIPS_HEIGHT = 230;
const FAILURES_HEIGHT = 34;
const QUEUE_HEIGHT = 84;
const PX_PER_STEP = 1.6;
const MOST_STEPS = 600;
const PX_PER_TICK = 64;
/** Room above the highest value. */
const HEADROOM = 1.03;
/** A pointer that moves less than this has clicked. */
const CLICK_PX = 5;

/** Points of a stepped line: each value from its edge to the next. */
function stepped(values: number[], edges: number[], span: Span, width: number, y: (value: number) => number): string {
  const x = (hour: number) => (part(hour, span) * width).toFixed(1);
  return values
    .map((value, index) => {
      const height = y(value).toFixed(1);
      return `${x(edges[index] ?? 0)},${height} ${x(edges[index + 1] ?? 0)},${height}`;
    })
    .join(" ");
}

interface Area {
  name: string;
  d: string;
  fill: string;
  decal?: number;
}

/** Colour of a class, or of all work where the run does not tell classes apart. */
export const bandColour = (name: string): string => (name === WORK ? "var(--series-0)" : classColour(name));

/** Closed areas of the upper panel, each from one stepped line up to another. */
function areas({ tops, lost, down, capacity, edges }: Drawn, found: Track, span: Span, width: number, most: number) {
  const y = (value: number) => CHIPS_HEIGHT * (1 - value / most);
  const line = (values: number[]) => stepped(values, edges, span, width, y);
  const turned = (points: string) => points.split(" ").reverse().join(" ");
  const zero = capacity.map(() => 0);
  const busy = tops.at(-1) ?? zero;
  const failed = busy.map((value, index) => value + (down[index] ?? 0));
  const between = (upper: number[], lower: number[]) => `M${line(upper)} ${turned(line(lower))}Z`;
  const bands: Area[] = tops.map((top, index) => ({
    name: found.classes[index] ?? "",
    d: between(top, tops[index - 1] ?? zero),
    fill: bandColour(found.classes[index] ?? ""),
    decal: index,
  }));
  bands.push({
    name: "idle",
    d: between(
      capacity.map((value, i) => Math.max(value, failed[i] ?? 0)),
      failed,
    ),
    fill: "var(--idle)",
  });
  if (found.down) bands.push({ name: "failed", d: between(failed, busy), fill: "var(--ink)" });
  if (found.lost) {
    const kept = busy.map((value, index) => value - (lost[index] ?? 0));
    bands.push({ name: "lost", d: between(busy, kept), fill: "url(#hatch-lost)" });
  }
  return bands;
}

export function Timeline({
  report,
  found,
  replay,
  label,
}: {
  report: Report;
  found: Track;
  replay: Replay;
  label: string;
}) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const { span, grid } = replay;
  const picture = useMemo(() => {
    const model = drawn(found, span, Math.min(MOST_STEPS, Math.max(60, Math.round(width / PX_PER_STEP))));
    const mostChips = HEADROOM * Math.max(1, ...model.capacity, ...(model.tops.at(-1) ?? []));
    const mostQueue = HEADROOM * Math.max(1, ...model.queuedChips);
    const mostFailures = Math.max(0, ...model.failures);
    return {
      model,
      mostChips,
      mostQueue,
      mostFailures,
      bands: areas(model, found, span, width, mostChips),
      waiting: `M${stepped(model.queuedChips, model.edges, span, width, (value) => QUEUE_HEIGHT * (1 - value / mostQueue))} ${width},${QUEUE_HEIGHT} 0,${QUEUE_HEIGHT}Z`,
      failures: model.failures
        .map((value, index) => {
          if (value <= 0) return "";
          const middle = part(((model.edges[index] ?? 0) + (model.edges[index + 1] ?? 0)) / 2, span) * width;
          const tall = FAILURES_HEIGHT * (Math.log1p(value) / Math.log1p(mostFailures)); // an outage dwarfs all else
          return `M${middle.toFixed(1)},${FAILURES_HEIGHT}v${(-tall).toFixed(1)}`;
        })
        .join(""),
    };
  }, [found, span.from, span.to, width]);
  const ticks = timeTicks(grid.startMs, span, Math.max(3, Math.floor(width / PX_PER_TICK)));
  const per = stretchName(picture.model.merged * grid.stepHours);
  return (
    <div class="timeline">
      <Panel name="Chips" height={CHIPS_HEIGHT} most={picture.mostChips} marks={4}>
        <div class="chart" ref={box} role="img" aria-label={label}>
          <svg
            viewBox={`0 0 ${width} ${CHIPS_HEIGHT}`}
            preserveAspectRatio="none"
            height={CHIPS_HEIGHT}
            aria-hidden="true"
          >
            <Patterns />
            <g class="bands">
              {picture.bands.map(({ name, d, fill }) => (
                <path key={name} data-band={name} d={d} style={{ fill }} />
              ))}
              {picture.bands.map(({ name, d, decal }) =>
                decal === undefined ? null : (
                  <path key={name} class="decal" d={d} fill={`url(#decal-${decal % DECALS.length})`} />
                ),
              )}
            </g>
            {ticks.map(({ hour }) => (
              <path key={hour} class="grid" d={`M${(part(hour, span) * width).toFixed(1)},0V${CHIPS_HEIGHT}`} />
            ))}
          </svg>
        </div>
      </Panel>
      {found.failures && (
        <Panel name={`Node failures per ${per}, at most ${count(picture.mostFailures)}`} height={FAILURES_HEIGHT}>
          <svg
            viewBox={`0 0 ${width} ${FAILURES_HEIGHT}`}
            preserveAspectRatio="none"
            height={FAILURES_HEIGHT}
            aria-hidden="true"
          >
            <path class="failures" d={picture.failures} />
          </svg>
        </Panel>
      )}
      <Panel name="Chips that waiting jobs ask for" height={QUEUE_HEIGHT} most={picture.mostQueue} marks={2}>
        <svg
          viewBox={`0 0 ${width} ${QUEUE_HEIGHT}`}
          preserveAspectRatio="none"
          height={QUEUE_HEIGHT}
          aria-hidden="true"
        >
          <path class="queue" d={picture.waiting} />
        </svg>
      </Panel>
      <Axis ticks={ticks} span={span} />
      <Marks report={report} replay={replay} />
    </div>
  );
}

const HOURS: [number, string][] = [
  [8760, "year"],
  [168, "week"],
  [24, "day"],
  [1, "hour"],
];

/** A length of time as "day" or "3 days". */
export function stretchName(hours: number): string {
  const [size, name] = HOURS.find(([size]) => hours >= size && hours % size === 0) ?? [1, "hour"];
  return hours === size ? name : `${hours / size} ${name}s`;
}

interface PanelProps {
  name: string;
  height: number;
  /** Value at the top, and about how many marks lie below it. */
  most?: number;
  marks?: number;
  children: ComponentChildren;
}

function Panel({ name, height, most = 1, marks = 0, children }: PanelProps) {
  const ticks = marks ? valueTicks(most, marks) : [];
  const up = (value: number) => `${(value / most) * 100}%`;
  return (
    <div class="panel">
      <h4>{name}</h4>
      <div class="panel-ticks" style={{ height: `${height}px` }} aria-hidden="true">
        {ticks.map((value) => (
          <span key={value} style={{ bottom: up(value) }}>
            {short(brief(value))}
          </span>
        ))}
      </div>
      <div class="plot" style={{ height: `${height}px` }}>
        {ticks.map((value) => (
          <i key={value} class="level" style={{ bottom: up(value) }} />
        ))}
        {children}
      </div>
    </div>
  );
}

/** Beyond this share of the axis a name stands before its mark. */
const LAST = 0.97;

export function Axis({ ticks, span }: { ticks: Tick[]; span: Span }) {
  return (
    <div class="time-axis" aria-hidden="true">
      {ticks.map(({ hour, name }) => {
        const at = part(hour, span);
        return (
          <span key={hour} class={at > LAST ? "last" : ""} style={{ left: `${at * 100}%` }}>
            {name}
          </span>
        );
      })}
    </div>
  );
}

/** Hatches of the classes for readers who ask for more contrast, and that of lost work for all. */
const DECALS = ["M0,4H8", "M4,0V8", "M0,8L8,0", "M0,0L8,8", "M2,2h2v2h-2z", "M0,4H8M4,0V8"];

function Patterns() {
  return (
    <defs>
      <pattern id="hatch-lost" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="6" height="6" class="hatch-ground" />
        <path d="M1.5,0V6" class="hatch-line" />
      </pattern>
      {DECALS.map((d, index) => (
        <pattern key={d} id={`decal-${index}`} width="8" height="8" patternUnits="userSpaceOnUse">
          <path d={d} class="decal-line" />
        </pattern>
      ))}
    </defs>
  );
}

/** The line of the moment shown. */
export function Cursor({ cursor, span }: { cursor: ReadonlySignal<number>; span: Span }) {
  const at = part(cursor.value, span);
  return at < 0 || at > 1 ? null : <i class="cursor" style={{ left: `${at * 100}%` }} />;
}

/** What lies over the panels: the cursor, and the pointer that moves it or marks a span to zoom to. */
function Marks({ report, replay }: { report: Report; replay: Replay }) {
  const { span, grid, site } = replay;
  const [over, setOver] = useState<number | null>(null);
  const [brush, setBrush] = useState<[number, number] | null>(null);
  const down = useRef<{ x: number; hour: number } | null>(null);
  const hourAt = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const rect = event.currentTarget.getBoundingClientRect();
    const along = Math.min(1, Math.max(0, (event.clientX - rect.left) / rect.width));
    return span.from + along * (span.to - span.from);
  };
  const left = (hour: number) => `${part(hour, span) * 100}%`;
  const state = over === null || brush ? null : stateAt(report, site, stepOf(grid, over));
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the slider and the buttons do the same by keyboard
    <div
      class="marks"
      onPointerDown={(event) => {
        if (event.button) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        down.current = { x: event.clientX, hour: hourAt(event) };
      }}
      onPointerMove={(event) => {
        const hour = hourAt(event);
        setOver(hour);
        const from = down.current;
        if (from && Math.abs(event.clientX - from.x) > CLICK_PX) setBrush([from.hour, hour]);
      }}
      onPointerUp={(event) => {
        const from = down.current;
        down.current = null;
        setBrush(null);
        if (!from) return;
        const hour = hourAt(event);
        if (brush) replay.show({ from: Math.min(from.hour, hour), to: Math.max(from.hour, hour) });
        else replay.seek(hour, true);
      }}
      onPointerCancel={() => {
        down.current = null;
        setBrush(null);
      }}
      onPointerLeave={() => setOver(null)}
      onDblClick={() => replay.show(replay.whole)}
    >
      <Cursor cursor={replay.cursor} span={span} />
      {brush && (
        <i
          class="brush"
          style={{ left: left(Math.min(...brush)), right: `${100 - part(Math.max(...brush), span) * 100}%` }}
        />
      )}
      {state && over !== null && (
        <>
          <i class="hair" style={{ left: left(over) }} />
          <div class={`tip floating ${part(over, span) > 0.5 ? "before" : ""}`} style={{ left: left(over) }}>
            <b>{moment(grid.startMs, stepOf(grid, over) * grid.stepHours, grid.stepHours)}</b>
            <table>
              <tbody>
                <tr>
                  <td>At work</td>
                  <td>{state.capacity > 0 ? share(state.working / state.capacity) : "–"}</td>
                </tr>
                <tr>
                  <td>Chips waited for</td>
                  <td>{count(state.queuedChips)}</td>
                </tr>
                {state.failures !== null && (
                  <tr>
                    <td>Node failures</td>
                    <td>{count(state.failures)}</td>
                  </tr>
                )}
              </tbody>
            </table>
          </div>
        </>
      )}
    </div>
  );
}
