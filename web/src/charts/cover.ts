// This module owns the chart of how debt is covered: DSCR and LLCR by quarter against the lines of lock-up and default.
import { digits, NONE } from "../format.ts";
import type { Cover } from "../shape/waterfall.ts";
import type { Draw } from "./Chart.tsx";
import { niceEnd } from "./duration.ts";
import { categoryAxis, type TipItem, tip, tooltip, valueAxis } from "./style.ts";

const ROOM = 1.25;

/**
 * End of the axis. Cover grows without bound as a loan runs out, so a few quarters may leave the chart: the axis holds
 * nine in ten of the values and the limits.
 */
export function coverEnd({ dscr, llcr, lockUp, default: fails }: Cover): number {
  const known = [...dscr, ...llcr].filter((value): value is number => value !== null).sort((a, b) => a - b);
  const most = known.at(-1) ?? 1;
  const usual = ROOM * (known[Math.floor(0.9 * (known.length - 1))] ?? 1);
  return niceEnd(Math.max(Math.min(most, usual), ROOM * (lockUp ?? 0), ROOM * (fails ?? 0), 1));
}

export const LOCK_UP_DASH = [7, 4] as const;
export const DEFAULT_DASH = [2, 3] as const;

export function coverChart(cover: Cover): Draw {
  const end = coverEnd(cover);
  return ({ theme, width }) => {
    const line = (name: string, values: (number | null)[], colour: string, more: object = {}, style: object = {}) => ({
      type: "line" as const,
      name,
      data: values,
      symbol: "circle",
      symbolSize: 4,
      connectNulls: false,
      lineStyle: { width: 2, color: colour, ...style },
      itemStyle: { color: colour },
      ...more,
    });
    const limit = (name: string, value: number | null, colour: string, dash: readonly number[]) =>
      value === null
        ? []
        : [
            line(
              name,
              cover.quarters.map(() => value),
              colour,
              { symbol: "none", silent: true },
              { width: 1.5, type: [...dash] },
            ),
          ];
    return {
      grid: { left: width < 500 ? 40 : 52, right: 16, top: 12, bottom: 28 },
      xAxis: categoryAxis(theme, cover.quarters),
      yAxis: valueAxis(theme, digits, { min: 0, max: end, interval: end / 4 }),
      tooltip: tooltip(theme, "axis", (items: TipItem[]) =>
        tip(
          items[0]?.name ?? "",
          items.map((item) => ({
            colour: item.color,
            name: item.seriesName ?? "",
            value: typeof item.value === "number" ? digits(item.value) : NONE,
          })),
        ),
      ),
      series: [
        line("DSCR", cover.dscr, theme.series[0] as string),
        ...(cover.llcr.some((value) => value !== null)
          ? [line("LLCR", cover.llcr, theme.series[2] as string, { symbol: "diamond" })]
          : []),
        ...limit("Lock-up", cover.lockUp, theme.series[1] as string, LOCK_UP_DASH),
        ...limit("Default", cover.default, theme.series[5] as string, DEFAULT_DASH),
      ],
    };
  };
}
