// This module owns the chart of waits: for each class the share of its jobs that waits no longer, over a log axis of waits.
import { duration, share } from "../format.ts";
import type { Draw } from "./Chart.tsx";
import { type TipItem, tip, tooltip, valueAxis } from "./style.ts";

export interface Curve {
  name: string;
  colour: number;
  /** Pairs of wait in seconds and share of jobs that wait no longer, by wait. */
  points: [number, number][];
}

const TICKS: [number, string][] = [
  [1, "at once"],
  [10, "10 s"],
  [60, "1 min"],
  [600, "10 min"],
  [3600, "1 h"],
  [6 * 3600, "6 h"],
  [86_400, "1 day"],
  [7 * 86_400, "1 week"],
  [30 * 86_400, "30 days"],
  [365 * 86_400, "1 year"],
  [3650 * 86_400, "10 years"],
];
const DASHES = [[], [7, 4], [2, 2], [8, 3, 2, 3], [13, 4], [2, 5], [4, 2]] as const;

/** Dashes of a curve, so that it is told by more than its colour. */
export const dashOf = (colour: number): readonly number[] => DASHES[colour % DASHES.length] ?? [];

/** Place of a wait on the axis; what is below a second starts at once. */
const across = (wait: number): number => Math.log10(Math.max(1, wait));

/** Share of jobs that waits no longer, at a place of the axis: the curve is straight between its points. */
export function reached(points: [number, number][], wait: number): number {
  const next = points.findIndex(([other]) => other > wait);
  if (next < 0) return points.at(-1)?.[1] ?? 0;
  const [after, before] = [points[next], points[next - 1]];
  if (!after || !before) return 0;
  const size = across(after[0]) - across(before[0]);
  return size > 0 ? before[1] + ((after[1] - before[1]) * (across(wait) - across(before[0]))) / size : before[1];
}

/** Where the axis is read off: the wait that the pointer stands at. */
const waitOf = (item: TipItem | undefined): number => 10 ** (Array.isArray(item?.value) ? Number(item.value[0]) : 0);

export function waits(curves: Curve[]): Draw {
  const longest = Math.max(60, ...curves.flatMap((curve) => curve.points.map(([wait]) => wait)));
  const ticks = TICKS.filter((_, index) => index === 0 || (TICKS[index - 1]?.[0] ?? 0) < longest);
  const names = new Map(ticks.map(([seconds, label]) => [across(seconds).toFixed(6), label]));
  return ({ theme, width }) => {
    const every = width < 500 ? 2 : 1;
    const places = ticks.filter((_, index) => index % every === 0).map(([seconds]) => across(seconds));
    return {
      grid: { left: 64, right: 30, top: 12, bottom: 44 },
      xAxis: {
        type: "value",
        min: 0,
        max: across(ticks.at(-1)?.[0] ?? 60),
        axisTick: { show: true, customValues: places },
        axisLine: { show: true, lineStyle: { color: theme.faint } },
        axisLabel: {
          color: theme.soft,
          customValues: places,
          formatter: (value: number) => names.get(value.toFixed(6)) ?? "",
          hideOverlap: true,
        },
        splitLine: { show: false },
        name: "Wait in the queue",
        nameLocation: "middle",
        nameGap: 28,
        nameTextStyle: { color: theme.soft },
      },
      yAxis: valueAxis(theme, share, { min: 0, max: 1, interval: 0.25 }),
      tooltip: tooltip(theme, "axis", (items: TipItem[]) => {
        const wait = waitOf(items[0]);
        const title = wait < 1.5 ? "Start at once" : `Wait ${duration(wait)} or less`;
        return tip(
          title,
          curves.map((curve) => ({
            colour: theme.series[curve.colour % theme.series.length],
            name: curve.name,
            value: share(reached(curve.points, wait)),
          })),
        );
      }),
      series: curves.map((curve) => ({
        type: "line" as const,
        name: curve.name,
        symbol: "none",
        data: curve.points.map(([wait, part]) => [across(wait), part]),
        lineStyle: {
          width: 2,
          color: theme.series[curve.colour % theme.series.length],
          type: dashOf(curve.colour).length ? [...dashOf(curve.colour)] : ("solid" as const),
        },
        itemStyle: { color: theme.series[curve.colour % theme.series.length] },
      })),
    };
  };
}
