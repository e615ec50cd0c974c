// This module owns logarithmic axes: ends, marks at 1, 2 and 5 of each power of ten, and where a value stands between them.
import type { Theme } from "./theme.ts";

export interface LogScale {
  /** Decimal logarithms of the ends. */
  low: number;
  high: number;
  ticks: number[];
}

const MARKS = [1, 2, 5];
const NUDGE = 1e-9;

/** Scale that holds the values with a margin on both sides; `most` is how many marks there is room for. */
export function logScale(values: number[], most: number, margin = 0.12): LogScale {
  const logs = values.filter((value) => value > 0).map(Math.log10);
  const [least, largest] = logs.length ? [Math.min(...logs), Math.max(...logs)] : [0, 1];
  const room = Math.max(margin * (largest - least), 0.15);
  const [low, high] = [least - room, largest + room];
  const inside = (steps: number[], every: number) => {
    const found: number[] = [];
    for (let power = Math.floor(low); power <= high; power += 1) {
      if (power % every) continue;
      for (const step of steps) {
        const at = power + Math.log10(step);
        if (at >= low - NUDGE && at <= high + NUDGE) found.push(step * 10 ** power);
      }
    }
    return found;
  };
  const choices = [inside(MARKS, 1), inside([1, 3], 1), inside([1], 1), inside([1], 2), inside([1], 3)];
  return { low, high, ticks: choices.find((ticks) => ticks.length <= most) ?? (choices.at(-1) as number[]) };
}

/** An ECharts value axis over decimal logarithms that shows the values themselves. */
export function logAxis(theme: Theme, { low, high, ticks }: LogScale, show: (value: number) => string, more: object) {
  const places = ticks.map(Math.log10);
  const names = new Map(ticks.map((value) => [Math.log10(value).toFixed(6), show(value)]));
  return {
    type: "value" as const,
    min: low,
    max: high,
    axisLine: { show: false, onZero: false },
    axisTick: { show: false, customValues: places },
    axisLabel: {
      color: theme.soft,
      customValues: places,
      formatter: (value: number) => names.get(value.toFixed(6)) ?? "",
    },
    splitLine: { lineStyle: { color: theme.rule } },
    nameTextStyle: { color: theme.soft, align: "right" as const, padding: [0, 8, 0, 0] },
    nameMoveOverlap: false,
    ...more,
  };
}

/** Pixel of a value on an axis whose ends lie at `from` and `to`. */
export function pixel({ low, high }: LogScale, value: number, from: number, to: number): number {
  return from + ((Math.log10(value) - low) / (high - low)) * (to - from);
}
