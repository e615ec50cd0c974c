// This module owns the plot of the Pareto set: cost across, emissions up, the choice marked.

import { amount, text } from "../data.ts";
import { digits, format } from "../format.ts";
import type { ParetoPoint } from "../shape/siting.ts";
import type { Draw } from "./Chart.tsx";
import { short, type TipItem, tip, tooltip, valueAxis } from "./style.ts";

const euros = (value: number): string => format(value, "EUR/chip-hour");

/** Places of a point as lines of a tooltip: `lulea 100,000, sines 50,000` as two. */
export function placeLines(places: string, titles: Map<string, string>): { name: string; value: string }[] {
  return places.split(", ").flatMap((place) => {
    const cut = place.lastIndexOf(" ");
    return cut < 0
      ? []
      : [{ name: titles.get(place.slice(0, cut)) ?? place.slice(0, cut), value: place.slice(cut + 1) }];
  });
}

export function paretoChart(points: ParetoPoint[], titles: Map<string, string>): Draw {
  const chosen = points.findIndex((point) => point.chosen);
  const middle = ((points[0]?.cost ?? 0) + (points.at(-1)?.cost ?? 0)) / 2;
  return ({ theme, width }) => ({
    grid: { left: 62, right: 26, top: 28, bottom: 46 },
    xAxis: {
      ...valueAxis(theme, (value) => short(euros(value)), { scale: true, splitNumber: width < 500 ? 3 : 6 }),
      splitLine: { show: false },
      axisLine: { show: true, onZero: false, lineStyle: { color: theme.faint } },
      name: "Cost per useful chip-hour",
      nameLocation: "middle" as const,
      nameGap: 28,
      nameTextStyle: { color: theme.soft },
    },
    yAxis: {
      ...valueAxis(theme, digits, { min: 0, boundaryGap: [0, "12%"] }),
      name: "kg CO₂e per chip-hour",
      nameTextStyle: { color: theme.soft, align: "left" as const, padding: [0, 0, 0, -44] },
    },
    tooltip: tooltip(theme, "item", ({ dataIndex, seriesName }: TipItem) => {
      const point = points[seriesName === "choice" ? chosen : dataIndex];
      if (!point) return "";
      return tip(point.chosen ? "The choice" : `Point ${text(point.row.point)}`, [
        { name: "Cost", value: `${euros(point.cost)} per chip-hour` },
        { name: "Emissions", value: `${format(point.carbon, "kgCO2e/chip-hour")} per chip-hour` },
        { name: "Capital cost", value: format(amount(point.row.capex_eur), "EUR") },
        ...placeLines(text(point.row.places), titles),
      ]);
    }),
    series: [
      {
        type: "line" as const,
        name: "set",
        data: points.map(({ cost, carbon }) => [cost, carbon]),
        symbol: "circle",
        symbolSize: 9,
        lineStyle: { width: 1.5, color: theme.series[0] },
        itemStyle: { color: theme.series[0] },
      },
      {
        type: "line" as const,
        name: "choice",
        data: points
          .filter((point) => point.chosen)
          .map(({ cost, carbon }) => ({
            value: [cost, carbon],
            label: {
              show: true,
              formatter: "the choice",
              position: cost > middle ? ("left" as const) : ("right" as const),
              distance: 10,
              offset: [0, cost > middle ? 10 : -10],
              color: theme.ink,
              fontWeight: 600,
            },
          })),
        symbol: "diamond",
        symbolSize: 16,
        itemStyle: { color: theme.series[5], borderColor: theme.ink, borderWidth: 1.5 },
        z: 5,
      },
    ],
  });
}
