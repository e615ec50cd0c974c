// This module owns the load duration curve of a site: power reached in a share of the hours, against its connection.
import { format, share } from "../format.ts";
import type { Duration } from "../shape/energy.ts";
import type { Draw } from "./Chart.tsx";
import { type TipItem, tip, tooltip, valueAxis } from "./style.ts";

const megawatts = (value: number): string => format(value, "MW");

const ENDS = [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10];
const PARTS = 4;

/** End of an axis that holds the value and is split into round parts. */
export function niceEnd(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (ENDS.find((end) => end * power >= value * (1 - 1e-9)) ?? 10);
}

/** Curves of one site; `most` is the end of the axis, the same for all sites that stand side by side. */
export function durationChart({ shares, facility, grid, connection }: Duration, most: number): Draw {
  return ({ theme }) => {
    const line = (name: string, values: number[], colour: string, more: object = {}) => ({
      type: "line" as const,
      name,
      data: values.map((value, index) => [shares[index] ?? 0, value]),
      symbol: "none",
      lineStyle: { width: 2, color: colour, ...more },
      itemStyle: { color: colour },
    });
    const series = [
      line("Facility", facility, theme.series[0] as string),
      ...(grid.length ? [line("Drawn from the grid", grid, theme.series[5] as string, { type: [7, 4] })] : []),
    ];
    return {
      grid: { left: 62, right: 20, top: 12, bottom: 42 },
      xAxis: {
        ...valueAxis(theme, share, { min: 0, max: 1, interval: 0.25, splitLine: { show: false } }),
        axisLine: { show: true, lineStyle: { color: theme.faint } },
        name: "Share of the hours",
        nameLocation: "middle" as const,
        nameGap: 26,
        nameTextStyle: { color: theme.soft },
      },
      yAxis: valueAxis(theme, megawatts, { min: 0, max: most, interval: most / PARTS }),
      tooltip: tooltip(theme, "axis", (items: TipItem[]) => {
        const at = items[0]?.dataIndex ?? 0;
        const lines = items.map((item) => ({
          colour: item.color,
          name: item.seriesName ?? "",
          value: megawatts(Array.isArray(item.value) ? Number(item.value[1]) : 0),
        }));
        const firm = connection === null ? [] : [{ name: "Connection", value: megawatts(connection) }];
        return tip(`In ${share(shares[at] ?? 0)} of the hours at least`, [...lines, ...firm]);
      }),
      series: [
        ...series,
        ...(connection === null
          ? []
          : [
              {
                type: "line" as const,
                name: "Connection",
                data: [
                  [0, connection],
                  [1, connection],
                ],
                symbol: "none",
                silent: true,
                tooltip: { show: false },
                lineStyle: { width: 1.5, color: theme.ink, type: [2, 3] },
              },
            ]),
      ],
    };
  };
}
