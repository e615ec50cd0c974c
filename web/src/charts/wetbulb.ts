// This module owns the chart of PUE against the wet-bulb temperature: a point for each degree, larger for more hours.
import { count, digits, format } from "../format.ts";
import type { BulbStep } from "../shape/energy.ts";
import type { Draw } from "./Chart.tsx";
import { type TipItem, tip, tooltip, valueAxis } from "./style.ts";
import { dashOf } from "./waits.ts";

const LEAST_PX = 3;
const MOST_PX = 11;

export interface BulbCurve {
  title: string;
  colour: number;
  steps: BulbStep[];
}

export function wetBulbChart(curves: BulbCurve[]): Draw {
  const most = Math.max(1, ...curves.flatMap(({ steps }) => steps.map(({ hours }) => hours)));
  return ({ theme, width }) => ({
    grid: { left: 58, right: 20, top: 26, bottom: 44 },
    xAxis: {
      ...valueAxis(theme, (value) => format(value, "degC").replace(".0", ""), {
        scale: true,
        splitNumber: width < 500 ? 4 : 8,
        splitLine: { show: false },
      }),
      axisLine: { show: true, onZero: false, lineStyle: { color: theme.faint } },
      name: "Wet-bulb temperature",
      nameLocation: "middle" as const,
      nameGap: 28,
      nameTextStyle: { color: theme.soft },
    },
    yAxis: {
      ...valueAxis(theme, digits, { scale: true }),
      axisLine: { show: false, onZero: false },
      name: "PUE",
      nameTextStyle: { color: theme.soft, align: "right" as const, padding: [0, 8, 0, 0] },
    },
    tooltip: tooltip(theme, "item", ({ dataIndex, seriesName, color }: TipItem) => {
      const step = curves.find(({ title }) => title === seriesName)?.steps[dataIndex];
      if (!step) return "";
      return tip(`${seriesName}, ${format(step.bulb, "degC")} wet bulb`, [
        { colour: color, name: "PUE of the energy", value: digits(step.pue) },
        { name: "Lowest to highest hour", value: `${digits(step.low)} to ${digits(step.high)}` },
        { name: "Hours", value: count(step.hours) },
      ]);
    }),
    series: curves.map(({ title, colour, steps }) => ({
      type: "line" as const,
      name: title,
      data: steps.map(({ bulb, pue, hours }) => ({
        value: [bulb, pue],
        symbolSize: LEAST_PX + (MOST_PX - LEAST_PX) * Math.sqrt(hours / most),
      })),
      symbol: "circle",
      lineStyle: {
        width: 1.5,
        color: theme.series[colour % theme.series.length],
        type: dashOf(colour).length ? [...dashOf(colour)] : ("solid" as const),
      },
      itemStyle: { color: theme.series[colour % theme.series.length] },
    })),
  });
}
