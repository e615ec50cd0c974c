// This module owns the Lorenz curve: what the members with least have together, beside the line on which all have the same.
import { share } from "../format.ts";
import type { Draw } from "./Chart.tsx";
import { type TipItem, tip, tooltip, valueAxis } from "./style.ts";

export const LORENZ_HEIGHT = 330;

export function lorenzChart(curve: [number, number][], many: string): Draw {
  return ({ theme }) => ({
    grid: { left: 58, right: 22, top: 12, bottom: 44 },
    xAxis: {
      ...valueAxis(theme, share, { min: 0, max: 1, interval: 0.25 }),
      axisLine: { show: true, lineStyle: { color: theme.faint } },
      splitLine: { show: false },
      name: `Share of the ${many}, those with least first`,
      nameLocation: "middle" as const,
      nameGap: 28,
      nameTextStyle: { color: theme.soft },
    },
    yAxis: valueAxis(theme, share, { min: 0, max: 1, interval: 0.25 }),
    tooltip: tooltip(theme, "item", ({ dataIndex, seriesName }: TipItem) => {
      const [members, part] = curve[dataIndex] ?? [0, 0];
      return seriesName === "even"
        ? ""
        : tip(`The ${share(members)} with least`, [{ name: "have", value: `${share(part)} of the whole` }]);
    }),
    series: [
      {
        type: "line" as const,
        name: "even",
        data: [
          [0, 0],
          [1, 1],
        ],
        symbol: "none",
        silent: true,
        lineStyle: { color: theme.faint, width: 1.5, type: "dashed" as const },
      },
      {
        type: "line" as const,
        name: "has",
        data: curve,
        symbol: "circle",
        symbolSize: 7,
        lineStyle: { color: theme.series[0], width: 2.25 },
        itemStyle: { color: theme.series[0] },
        areaStyle: { color: theme.series[0], opacity: 0.12 },
      },
    ],
  });
}
