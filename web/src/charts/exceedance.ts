// This module owns the chart of losses: for each layer the share of draws that lose more, over a log axis of shares.
import { share } from "../format.ts";
import { type Exceedance, exceeded } from "../shape/risk.ts";
import type { Draw } from "./Chart.tsx";
import { logAxis, logScale } from "./log.ts";
import { short, type TipItem, tip, tooltip, valueAxis } from "./style.ts";
import { dashOf } from "./waits.ts";

export const EXCEEDANCE_HEIGHT = 330;

export function exceedanceChart(curves: Exceedance[]): Draw {
  const chances = curves.flatMap(({ points }) => points.map(([, chance]) => chance));
  const scale = { ...logScale([...chances, 1], 9, 0.04), high: 0 };
  return ({ theme, width }) => ({
    grid: { left: 66, right: 22, top: 14, bottom: 44 },
    xAxis: {
      ...valueAxis(theme, share, { min: 0, max: 1, interval: width < 500 ? 0.5 : 0.25, splitLine: { show: false } }),
      axisLine: { show: true, onZero: false, lineStyle: { color: theme.faint } },
      name: "Share of the layer that is lost",
      nameLocation: "middle" as const,
      nameGap: 28,
      nameTextStyle: { color: theme.soft },
    },
    yAxis: logAxis(theme, scale, (value) => short(share(value)), {}),
    tooltip: tooltip(theme, "axis", (items: TipItem[]) => {
      const loss = Array.isArray(items[0]?.value) ? Number(items[0].value[0]) : 0;
      return tip(
        `Lose more than ${share(loss)}`,
        curves.map(({ name, index, points }) => ({
          colour: theme.series[index % theme.series.length],
          name,
          value: `${share(exceeded(points, loss))} of the draws`,
        })),
      );
    }),
    series: curves.map(({ name, index, points }) => {
      const colour = theme.series[index % theme.series.length] as string;
      const dash = dashOf(index);
      return {
        type: "line" as const,
        name,
        symbol: points.length > 1 ? "none" : "circle",
        data: points.map(([loss, chance]) => [loss, Math.log10(chance)]),
        lineStyle: { width: 2, color: colour, type: dash.length ? [...dash] : ("solid" as const) },
        itemStyle: { color: colour },
      };
    }),
  });
}
