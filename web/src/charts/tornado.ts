// This module owns the tornado: how far each factor alone moves a measure away from the plan, to either side.
import { NONE } from "../format.ts";
import type { Draw } from "./Chart.tsx";
import { categoryAxis, rowNames, short, type TipItem, tip, tooltip, valueAxis } from "./style.ts";

export interface TornadoRow {
  name: string;
  low: number | null;
  high: number | null;
  /** Setting of the factor at either end, as printed. */
  settings: [string, string];
}

const ROW = 46;
export const tornadoHeight = (lines: TornadoRow[]): number => 44 + ROW * lines.length;

const STEPS = [1, 2, 2.5, 5, 10];

/** Round values of the measure between the ends, about `most` of them. */
export function ticks(low: number, high: number, most: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (STEPS.find((one) => one * power >= rough * (1 - 1e-9)) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, index) => (first + index) * step);
}

/** Bars from the plan; the axis shows the measure itself, so that the plan stands where bars begin. */
export function tornado(lines: TornadoRow[], plan: number, show: (value: number) => string): Draw {
  return ({ theme, width }) => {
    const { left, label } = rowNames(width);
    const names = lines.map(({ name, settings: [low, high] }) => `${name}\n${low} to ${high}`);
    const ends = [plan, ...lines.flatMap(({ low, high }) => [low ?? plan, high ?? plan])];
    const [least, most] = [Math.min(...ends), Math.max(...ends)];
    const room = 0.04 * (most - least || Math.abs(plan) || 1);
    const places = ticks(least - room, most + room, width < 500 ? 3 : 6).map((value) => value - plan);
    const bar = (name: string, colour: string | undefined, of: (line: TornadoRow) => number | null) => ({
      type: "bar" as const,
      name,
      data: lines.map((line) => {
        const value = of(line);
        return value === null ? null : value - plan;
      }),
      barMaxWidth: 14,
      barGap: "5%",
      itemStyle: { color: colour },
    });
    return {
      grid: { left, right: 26, top: 4, bottom: 28 },
      xAxis: {
        ...valueAxis(theme, show, { min: least - plan - room, max: most - plan + room }),
        axisTick: { show: false, customValues: places },
        axisLabel: {
          color: theme.soft,
          customValues: places,
          formatter: (value: number) => short(show(Math.abs(value + plan) < room / 1e6 ? 0 : value + plan)),
          hideOverlap: true,
        },
      },
      yAxis: categoryAxis(
        theme,
        names,
        { inverse: true, axisLine: { onZero: true, lineStyle: { color: theme.ink } } },
        label,
      ),
      tooltip: tooltip(
        theme,
        "axis",
        (items: TipItem[]) => {
          const line = lines[items[0]?.dataIndex ?? 0];
          if (!line) return "";
          const end = (value: number | null) => (value === null ? NONE : show(value));
          return tip(line.name, [
            { colour: theme.series[4], name: `Low: ${line.settings[0]}`, value: end(line.low) },
            { colour: theme.series[5], name: `High: ${line.settings[1]}`, value: end(line.high) },
            { name: "As planned", value: show(plan) },
          ]);
        },
        { type: "shadow" },
      ),
      series: [bar("Low", theme.series[4], (line) => line.low), bar("High", theme.series[5], (line) => line.high)],
    };
  };
}
