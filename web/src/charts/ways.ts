// This module owns the chart of the way to the first chip-hour: medians of its steps stacked, the whole way as a line over them.
import { NONE } from "../format.ts";
import type { Draw } from "./Chart.tsx";
import { categoryAxis, rowNames, type TipItem, tip, tooltip, valueAxis } from "./style.ts";

export interface WayRow {
  name: string;
  /** Applications that the row rests on. */
  applications: number;
  /** Median of each stage in days. */
  stages: (number | null)[];
  p10: number | null;
  p50: number | null;
  p90: number | null;
}

interface Ways {
  rows: WayRow[];
  stages: readonly { name: string; colour: number }[];
  show: (days: number) => string;
}

const ROW = 44;
/** Room of a letter and of a line of a name, in pixels; a line is rarely full, as words are not broken. */
const [LETTER, LINE] = [8.5, 14];

/** Rows high enough for the longest name in the room that the width leaves it. */
export const waysHeight =
  (rows: WayRow[]) =>
  (width: number): number => {
    const longest = Math.max(0, ...rows.map(({ name }) => name.length));
    const lines = Math.ceil((longest * LETTER) / rowNames(width).label.width);
    return 52 + Math.max(ROW, (lines + 1) * LINE) * rows.length;
  };

export function waysChart({ rows, stages, show }: Ways): Draw {
  const told = (days: number | null) => (days === null ? NONE : show(days));
  return ({ theme, width }) => {
    const { left, label } = rowNames(width);
    // One line of pairs, broken between the rows.
    const whiskers = rows.flatMap(({ p10, p90 }, index) =>
      p10 === null || p90 === null
        ? []
        : [
            [p10, index],
            [p90, index],
            ["-", "-"],
          ],
    );
    const medians = rows.flatMap(({ p50 }, index) => (p50 === null ? [] : [[p50, index]]));
    return {
      grid: { left, right: 28, top: 6, bottom: 42 },
      xAxis: {
        ...valueAxis(theme, show, { min: 0, splitNumber: width < 500 ? 3 : 6 }),
        name: "Days from the application",
        nameLocation: "middle" as const,
        nameGap: 26,
        nameTextStyle: { color: theme.soft },
      },
      yAxis: categoryAxis(
        theme,
        rows.map(({ name }) => name),
        { inverse: true, axisLine: { show: false, onZero: false } },
        label,
      ),
      tooltip: tooltip(
        theme,
        "axis",
        (items: TipItem[]) => {
          const row = rows[items[0]?.dataIndex ?? -1] ?? rows.find(({ name }) => name === items[0]?.name);
          if (!row) return "";
          return tip(row.name, [
            ...stages.map(({ name, colour }, index) => ({
              colour: theme.series[colour],
              name,
              value: told(row.stages[index] ?? null),
            })),
            { name: "Whole way, median", value: told(row.p50) },
            { name: "Whole way, P10 to P90", value: `${told(row.p10)} to ${told(row.p90)}` },
            { name: "Applications", value: String(row.applications) },
          ]);
        },
        { type: "shadow" },
      ),
      series: [
        ...stages.map(({ name, colour }, index) => ({
          type: "bar" as const,
          name,
          stack: "all",
          data: rows.map(({ stages: own }) => own[index] ?? null),
          barMaxWidth: 18,
          itemStyle: { color: theme.series[colour], borderColor: theme.ground, borderWidth: 0.75 },
        })),
        {
          type: "line" as const,
          name: "whole",
          data: whiskers,
          symbol: "rect",
          symbolSize: [2, 12],
          lineStyle: { color: theme.ink, width: 1.75 },
          itemStyle: { color: theme.ink },
          connectNulls: false,
          silent: true,
          z: 5,
        },
        {
          type: "line" as const,
          name: "median",
          data: medians,
          symbol: "diamond",
          symbolSize: 11,
          lineStyle: { width: 0 },
          itemStyle: { color: theme.ground, borderColor: theme.ink, borderWidth: 1.75 },
          silent: true,
          z: 6,
        },
      ],
    };
  };
}
