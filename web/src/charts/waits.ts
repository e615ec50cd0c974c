// This module owns the chart of waits: for each class the wait that a share of its jobs does not exceed, on a log axis.
import { duration, share } from "../format.ts";
import type { Draw } from "./Chart.tsx";
import { type TipItem, tip, tooltip, valueAxis } from "./style.ts";

export interface Curve {
  name: string;
  colour: number;
  /** Pairs of share of jobs and wait in seconds, by share. */
  points: [number, number][];
}

const TICKS: [number, string][] = [
  [1, "≤ 1 s"],
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

const height = (wait: number): number => Math.log10(Math.max(1, wait));

/** Share of jobs that a point stands for. */
const firstOf = (item: TipItem | undefined): number => (Array.isArray(item?.value) ? Number(item.value[0]) : 0);

export function waits(curves: Curve[]): Draw {
  const longest = Math.max(60, ...curves.flatMap((curve) => curve.points.map(([, wait]) => wait)));
  const ticks = TICKS.filter((_, index) => index === 0 || (TICKS[index - 1]?.[0] ?? 0) < longest);
  const names = new Map(ticks.map(([seconds, label]) => [height(seconds).toFixed(6), label]));
  const places = ticks.map(([seconds]) => height(seconds));
  return ({ theme, width }) => ({
    grid: { left: 64, right: 22, top: 12, bottom: 44 },
    xAxis: valueAxis(theme, share, {
      min: 0,
      max: 1,
      splitNumber: width < 500 ? 4 : 10,
      splitLine: { show: false },
      axisLine: { show: true, lineStyle: { color: theme.faint } },
      name: "Share of the class’s jobs that wait no longer",
      nameLocation: "middle",
      nameGap: 28,
      nameTextStyle: { color: theme.soft },
    }),
    yAxis: {
      type: "value",
      min: 0,
      max: places.at(-1),
      axisTick: { show: false, customValues: places },
      axisLine: { show: false },
      axisLabel: {
        color: theme.soft,
        customValues: places,
        formatter: (value: number) => names.get(value.toFixed(6)) ?? "",
      },
      splitLine: { lineStyle: { color: theme.rule } },
    },
    tooltip: tooltip(theme, "axis", (items: TipItem[]) =>
      tip(
        `${share(firstOf(items[0]))} of jobs wait no longer than`,
        items.map((item) => ({
          colour: item.color,
          name: item.seriesName ?? "",
          value: duration((item.value as number[])[2] ?? 0),
        })),
      ),
    ),
    series: curves.map((curve) => ({
      type: "line" as const,
      name: curve.name,
      symbol: "none",
      data: curve.points.map(([part, wait]) => [part, height(wait), wait]),
      lineStyle: { width: 2, color: theme.series[curve.colour % theme.series.length] },
      itemStyle: { color: theme.series[curve.colour % theme.series.length] },
    })),
  });
}
