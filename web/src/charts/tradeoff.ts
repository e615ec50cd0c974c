// This module owns the chart of a reserved share: what start-ups get across, what the machines do of use up.
import { type Cell, number } from "../data.ts";
import { format, share } from "../format.ts";
import { costs, type TradePoint } from "../shape/access.ts";
import type { Draw } from "./Chart.tsx";
import { arrange, labelOption } from "./labels.ts";
import { short, type TipItem, tip, tooltip, valueAxis } from "./style.ts";
import { dashOf } from "./waits.ts";

export const TRADEOFF_HEIGHT = 360;
const [TOP, BOTTOM, RIGHT] = [16, 46, 26];

export interface TradeCurve {
  name: string;
  colour: number;
  points: TradePoint[];
}

/** Ends of an axis that holds the values with room on both sides, inside what a share can be. */
export function ends(values: number[]): [number, number] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(0.08 * (most - least), 0.002);
  return [Math.max(0, least - room), Math.min(1, most + room)];
}

/** What a point costs or brings, where it is measured against another. */
function bill(cost: Cell | undefined, what: string, unit: string): { name: string; value: string }[] {
  const found = number(cost);
  if (found === null) return [];
  const { verb, amount } = costs(found);
  return [{ name: verb === "costs" ? "Costs" : "Brings", value: `${format(amount, unit)} ${what}` }];
}

const SYMBOLS = ["circle", "triangle", "diamond"];

export function tradeoffChart(curves: TradeCurve[]): Draw {
  const all = curves.flatMap(({ points }) => points);
  const [x, y] = [ends(all.map(({ startups }) => startups)), ends(all.map(({ useful }) => useful))];
  return ({ theme, width }) => {
    const left = width < 500 ? 58 : 66;
    const place = (value: number, [low, high]: [number, number], from: number, to: number) =>
      from + ((value - low) / (high - low || 1)) * (to - from);
    const labels = arrange(
      all.map((point) => ({
        x: place(point.startups, x, left, width - RIGHT),
        y: place(point.useful, y, TRADEOFF_HEIGHT - BOTTOM, TOP),
        texts: [short(share(point.reserved))],
      })),
      { left: left + 2, right: width - 4, top: TOP - 8, bottom: TRADEOFF_HEIGHT - BOTTOM - 2 },
    );
    const named = new Map(all.map((point, index) => [point, labels[index]]));
    return {
      grid: { left, right: RIGHT, top: TOP, bottom: BOTTOM, outerBoundsMode: "none" as const },
      xAxis: {
        ...valueAxis(theme, share, { min: x[0], max: x[1], splitNumber: width < 500 ? 3 : 6 }),
        axisLabel: { color: theme.soft, formatter: share, hideOverlap: true, showMinLabel: false, showMaxLabel: false },
        axisLine: { show: true, onZero: false, lineStyle: { color: theme.faint } },
        splitLine: { show: false },
        name: "Share of all chip-hours that start-ups get",
        nameLocation: "middle" as const,
        nameGap: 28,
        nameTextStyle: { color: theme.soft },
      },
      yAxis: {
        ...valueAxis(theme, share, { min: y[0], max: y[1] }),
        axisLabel: { color: theme.soft, formatter: share, hideOverlap: true, showMinLabel: false, showMaxLabel: false },
      },
      tooltip: tooltip(theme, "item", ({ dataIndex, seriesName, color }: TipItem) => {
        const found = curves.find(({ name }) => name === seriesName)?.points[dataIndex];
        if (!found) return "";
        const { row } = found;
        return tip(`${seriesName}: ${share(found.reserved)} reserved`, [
          { colour: color, name: "Start-ups get", value: share(found.startups) },
          { name: "Useful work", value: share(found.useful) },
          ...bill(row.cost_chip_hours, "useful chip-hours", "chip-hours"),
          ...bill(row.cost_eur, "of revenue", "EUR"),
          { name: "Start-ups wait, P90", value: format(row.startup_wait_p90_s, "s") },
          { name: "Others wait, P90", value: format(row.other_wait_p90_s, "s") },
        ]);
      }),
      series: curves.map(({ name, colour, points }, index) => ({
        type: "line" as const,
        name,
        data: points.map((point) => ({
          value: [point.startups, point.useful],
          label: labelOption(named.get(point), theme),
        })),
        symbol: SYMBOLS[index % SYMBOLS.length],
        symbolSize: 10,
        lineStyle: {
          width: 2,
          color: theme.series[colour],
          type: dashOf(index).length ? [...dashOf(index)] : ("solid" as const),
        },
        itemStyle: { color: theme.series[colour] },
      })),
    };
  };
}
