// This module owns the replay of operation: the moment shown, the zoom, and playing, with what of it the address holds.
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Report } from "../data.ts";
import { chosen } from "../parts/Choice.tsx";
import { siteOptions } from "../parts/sites.ts";
import { type Grid, gridOf } from "../shape/hourly.ts";
import { fromAddress, inside, length, panned, SPEEDS, type Span, speedFor, toAddress, zoomed } from "../shape/span.ts";
import { hardest, track } from "../shape/timeline.ts";
import { chooseAll, route, setting } from "../state.ts";

export interface Replay {
  grid: Grid;
  site: string;
  whole: Span;
  span: Span;
  /** Hour shown; read it only where it is drawn, since it changes with every frame of a replay. */
  cursor: ReadonlySignal<number>;
  playing: ReadonlySignal<boolean>;
  speed: string;
  /** Show an hour at once; `keep` also puts it into the address. */
  seek: (hour: number, keep: boolean) => void;
  show: (span: Span) => void;
  zoom: (factor: number) => void;
  pan: (share: number) => void;
  toggle: () => void;
}

export const SITE = "operation-site";
const [AT, FROM, TO] = ["at", "from", "to"];
/** Shortest span that can be zoomed to: a day, or as many steps as a curve needs. */
const LEAST_HOURS = 24;
const LEAST_STEPS = 12;
/** A frame never jumps by more than this. */
const FRAME_MS = 250;
/** Time between frames where the reader wants little motion. */
const CALM_MS = 500;

/** Hour while a replay runs or is dragged; null where the address has it. */
const live = signal<number | null>(null);
const playing = signal(false);

export function useReplay(report: Report): Replay {
  const site = chosen(SITE, siteOptions(report));
  const grid = gridOf(report);
  const whole = useMemo(() => ({ from: 0, to: grid.hours }), [grid]);
  const least = Math.max(LEAST_HOURS, LEAST_STEPS * grid.stepHours);
  const named = (name: string) => fromAddress(grid.startMs, setting(name, ""), whole);
  const span = inside({ from: named(FROM) ?? whole.from, to: named(TO) ?? whole.to }, whole, least);
  const start = useMemo(() => hardest(track(report, site)), [report, site]);
  const cursor = useMemo(
    () => computed(() => live.value ?? fromAddress(grid.startMs, route.value.settings[AT] ?? "", whole) ?? start),
    [grid, whole, start],
  );
  const speed = SPEEDS.find(({ value }) => value === setting("speed", "")) ?? speedFor(span);

  const seek = (hour: number, keep: boolean) => {
    const held = Math.min(whole.to - grid.stepHours, Math.max(whole.from, hour));
    live.value = held;
    if (!keep) return;
    chooseAll({ [AT]: toAddress(grid.startMs, Math.floor(held)) });
    if (!playing.value) live.value = null;
  };
  const show = (wanted: Span) => {
    const next = inside(wanted, whole, least);
    const all = length(next) >= length(whole);
    const told = (hour: number) => (all ? "" : toAddress(grid.startMs, hour));
    // The moment shown comes along where it would fall out of sight.
    const held = Math.min(next.to - grid.stepHours, Math.max(next.from, cursor.value));
    const moved = held !== cursor.value;
    chooseAll({
      [FROM]: told(next.from),
      [TO]: told(next.to),
      ...(moved ? { [AT]: toAddress(grid.startMs, held) } : {}),
    });
    if (moved) live.value = playing.value ? held : null;
  };
  const toggle = () => {
    if (!playing.value && cursor.value >= span.to - grid.stepHours) live.value = span.from;
    playing.value = !playing.value;
    if (!playing.value) seek(cursor.value, true);
  };

  const isPlaying = playing.value;
  useEffect(() => {
    if (!isPlaying) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let [frame, before, drawn] = [0, performance.now(), 0];
    const step = (now: number) => {
      if (!playing.value) return; // stopped since the last frame
      frame = requestAnimationFrame(step);
      if (calm && now - drawn < CALM_MS) return;
      drawn = now;
      const passed = Math.min(calm ? 2 * CALM_MS : FRAME_MS, Math.max(0, now - before));
      before = now;
      const hour = cursor.value + (passed / 1000) * speed.hours;
      if (hour >= whole.to - grid.stepHours) {
        playing.value = false;
        seek(hour, true);
        return;
      }
      seek(hour, false); // the address is written at the next pause: all screens follow it
      if (hour > span.to) show(panned(span, length(span)));
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, speed.hours, span.from, span.to, cursor]);

  return {
    grid,
    site,
    whole,
    span,
    cursor,
    playing,
    speed: speed.value,
    seek,
    show,
    zoom: (factor) => show(zoomed(span, factor, cursor.value)),
    pan: (share) => show(panned(span, share * length(span))),
    toggle,
  };
}
