// This module owns the look that all charts share: axes, grids and tooltips.
import type { Option } from "./echarts.ts";
import type { Theme } from "./theme.ts";

/** 2.00 bn as 2 bn and 0 MWh as 0: an axis needs no digits that say nothing. */
export function short(shown: string): string {
  if (/^[€0]+(\s|$)/.test(shown)) return "0";
  return shown.replace(/(\.\d*?)0+(?=\D|$)/, "$1").replace(/\.(?=\D|$)/, "");
}

export function valueAxis(theme: Theme, formatter: (value: number) => string, more: object = {}) {
  return {
    type: "value" as const,
    splitNumber: 4,
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: theme.soft, formatter: (value: number) => short(formatter(value)), hideOverlap: true },
    splitLine: { lineStyle: { color: theme.rule } },
    ...more,
  };
}

export function categoryAxis(theme: Theme, data: string[], more: object = {}, label: object = {}) {
  return {
    type: "category" as const,
    data,
    axisLine: { lineStyle: { color: theme.faint } },
    axisTick: { show: false },
    axisLabel: { color: theme.soft, hideOverlap: true, ...label },
    ...more,
  };
}

/** Names of rows on the left: broken into lines, never wider than a third of the chart. */
export function rowNames(width: number) {
  const left = Math.round(Math.min(190, width * 0.32));
  return { left, label: { width: left - 12, overflow: "break", interval: 0, lineHeight: 14 } };
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (raw: string): string => raw.replace(/[&<>"]/g, (sign) => ENTITIES[sign] as string);

export interface TipLine {
  colour?: string;
  name: string;
  value: string;
}

/** Content of a tooltip: a title and lines of name and value. */
export function tip(title: string, lines: TipLine[]): string {
  const shown = lines.map(({ colour, name, value }) => {
    const mark = colour ? `<i style="background:${escaped(colour)}"></i>` : "";
    return `<tr><td>${mark}${escaped(name)}</td><td>${escaped(value)}</td></tr>`;
  });
  return `<div class="tip"><b>${escaped(title)}</b><table>${shown.join("")}</table></div>`;
}

export function tooltip(
  theme: Theme,
  trigger: "axis" | "item",
  formatter: (params: never) => string,
  pointer: object = {},
): Option["tooltip"] {
  return {
    trigger,
    confine: true,
    backgroundColor: theme.ground,
    borderColor: theme.rule,
    textStyle: { color: theme.ink, fontSize: 12 },
    axisPointer: { lineStyle: { color: theme.faint }, shadowStyle: { color: theme.rule, opacity: 0.35 }, ...pointer },
    formatter: formatter as never,
  };
}

/** What ECharts hands to a tooltip's formatter, as far as it is read here. */
export interface TipItem {
  dataIndex: number;
  name: string;
  seriesName?: string;
  color?: string;
  value: unknown;
  dataType?: string;
  data: { source?: string; target?: string };
}
