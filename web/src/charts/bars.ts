// This module owns bar charts: stacked rows with names on the left, and columns over time.
import { NONE } from "../format.ts";
import type { Draw } from "./Chart.tsx";
import { categoryAxis, rowNames, type TipItem, tip, tooltip, valueAxis } from "./style.ts";

export interface Series {
  name: string;
  /** Null where there is no bar. */
  values: (number | null)[];
  /** Index in the palette of the theme; -1 for grey, -2 for ink, -3 for what is idle. */
  colour: number;
  line?: boolean;
  /** Drawn half as strong, as one that is of the kin of another with its colour. */
  pale?: boolean;
}

const PALE = 0.5;

interface Rows {
  names: string[];
  series: Series[];
  show: (value: number) => string;
  /** Largest value of the axis, where it is fixed. */
  max?: number;
  stacked?: boolean;
  /** Whether the axis has marks at whole numbers only, as one of logarithms. */
  whole?: boolean;
}

const ROW_HEIGHT = 42;
export const rowsHeight = (names: string[], perRow = ROW_HEIGHT): number => 36 + perRow * names.length;

/** Rows of bars, one above the other in the order given. */
export function rowBars({ names, series, show, max, stacked = true, whole = false }: Rows): Draw {
  return ({ theme, width }) => {
    const { left, label } = rowNames(width);
    const plain = [theme.grey, theme.ink, theme.idle];
    const colour = (index: number) =>
      (index < 0 ? plain[-1 - index] : theme.series[index % theme.series.length]) as string;
    const shown = (value: unknown) => (typeof value === "number" ? show(value) : NONE);
    return {
      grid: { left, right: 24, top: 4, bottom: 28 },
      xAxis: valueAxis(theme, show, { max, splitNumber: width < 500 ? 3 : 5, minInterval: whole ? 1 : undefined }),
      yAxis: categoryAxis(theme, names, { inverse: true, axisLine: { show: false, onZero: false } }, label),
      tooltip: tooltip(
        theme,
        "axis",
        (items: TipItem[]) =>
          tip(
            items[0]?.name ?? "",
            items.map((item) => ({ colour: item.color, name: item.seriesName ?? "", value: shown(item.value) })),
          ),
        { type: "shadow" },
      ),
      series: series.map((one) => ({
        type: "bar" as const,
        name: one.name,
        stack: stacked ? "all" : undefined,
        data: one.values,
        barMaxWidth: stacked ? 22 : 12,
        barGap: "15%",
        itemStyle: {
          color: colour(one.colour),
          opacity: one.pale ? PALE : 1,
          borderColor: theme.ground,
          borderWidth: stacked ? 0.75 : 0,
        },
      })),
    };
  };
}

interface Columns {
  names: string[];
  series: Series[];
  show: (value: number) => string;
  /** How a name is shown on the axis. */
  nameShown?: (name: string) => string;
  /** Whether a thin line parts the bars of a stack, where several have one colour. */
  edged?: boolean;
}

/** Stacked columns over time, positive parts upwards and negative ones downwards, with lines on top. */
export function columnBars({ names, series, show, nameShown = (name) => name, edged = false }: Columns): Draw {
  return ({ theme, width }) => {
    const plain = [theme.grey, theme.ink, theme.idle];
    const colour = (one: Series) =>
      (one.colour < 0 ? plain[-1 - one.colour] : theme.series[one.colour % theme.series.length]) as string;
    return {
      grid: { left: width < 500 ? 56 : 68, right: 14, top: 12, bottom: 28 },
      xAxis: categoryAxis(
        theme,
        names,
        { axisLine: { onZero: false, lineStyle: { color: theme.rule } } },
        { formatter: nameShown },
      ),
      yAxis: valueAxis(theme, show),
      tooltip: tooltip(
        theme,
        "axis",
        (items: TipItem[]) =>
          tip(
            nameShown(items[0]?.name ?? ""),
            items
              .filter((item) => item.value !== 0)
              .map((item) => ({ colour: item.color, name: item.seriesName ?? "", value: show(Number(item.value)) })),
          ),
        { type: "shadow" },
      ),
      series: series.map((one) =>
        one.line
          ? {
              type: "line" as const,
              name: one.name,
              data: one.values,
              symbol: "none",
              lineStyle: { color: colour(one), width: 2 },
              itemStyle: { color: colour(one) },
              z: 5,
            }
          : {
              type: "bar" as const,
              name: one.name,
              stack: "all",
              data: one.values,
              barMaxWidth: 34,
              barCategoryGap: "22%",
              itemStyle: {
                color: colour(one),
                opacity: one.pale ? PALE : 1,
                borderColor: theme.ground,
                borderWidth: edged ? 0.75 : 0,
              },
            },
      ),
    };
  };
}
