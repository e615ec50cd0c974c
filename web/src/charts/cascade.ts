// This module owns the bar of a step: the whole on top, and below it each part from where the one before it ends.
import { seconds, share } from "../format.ts";
import { GROUPS, type Part } from "../shape/training.ts";
import type { Draw } from "./Chart.tsx";
import { categoryAxis, rowNames, short, type TipItem, tip, tooltip, valueAxis } from "./style.ts";
import type { Theme } from "./theme.ts";

const ROW = 27;
export const cascadeHeight = (parts: Part[]): number => 40 + ROW * (parts.length + 1);

export const groupColour = (theme: Theme, group: number): string => {
  const index = GROUPS[group]?.colour ?? -1;
  return (index < 0 ? theme.grey : theme.series[index]) as string;
};

export function cascade(parts: Part[]): Draw {
  const whole = parts.reduce((sum, part) => sum + part.seconds, 0);
  const starts = parts.map((_, index) => parts.slice(0, index).reduce((sum, part) => sum + part.seconds, 0));
  const names = ["Whole step", ...parts.map(({ name }) => name)];
  const told = [seconds(whole), ...parts.map((part) => `${seconds(part.seconds)} · ${share(part.share)}`)];
  return ({ theme, width }) => {
    const { left, label } = rowNames(width);
    const rows = { inverse: true, axisLine: { show: false } };
    return {
      grid: { left, right: 116, top: 4, bottom: 28 },
      xAxis: valueAxis(theme, (value) => short(seconds(value)), { max: whole, splitNumber: width < 500 ? 2 : 5 }),
      yAxis: [
        categoryAxis(theme, names, rows, { ...label, lineHeight: 12 }),
        categoryAxis(theme, told, { ...rows, position: "right" as const }, { interval: 0, color: theme.ink }),
      ],
      tooltip: tooltip(theme, "item", ({ dataIndex, seriesName, value }: TipItem) => {
        const part = parts[dataIndex - 1];
        return part
          ? tip(part.name, [
              { name: GROUPS[part.group]?.name ?? "", value: seconds(part.seconds) },
              { name: "Share of the step", value: share(part.share) },
            ])
          : tip("Whole step", [{ name: seriesName ?? "", value: seconds(Number(value)) }]);
      }),
      series: [
        {
          type: "bar" as const,
          name: "before",
          stack: "step",
          data: [0, ...starts],
          barMaxWidth: 18,
          silent: true,
          itemStyle: { color: "transparent" },
          tooltip: { show: false },
        },
        ...GROUPS.map(({ name }, group) => ({
          type: "bar" as const,
          name,
          stack: "step",
          data: [
            parts.filter((part) => part.group === group).reduce((sum, part) => sum + part.seconds, 0),
            ...parts.map((part) => (part.group === group ? part.seconds : 0)),
          ],
          barMaxWidth: 18,
          itemStyle: { color: groupColour(theme, group) },
        })),
      ],
    };
  };
}
