// This module owns the cascade: the whole on top, and below it each part from where the one before it ends.
import { share } from "../format.ts";
import type { Draw } from "./Chart.tsx";
import { categoryAxis, rowNames, short, type TipItem, tip, tooltip, valueAxis } from "./style.ts";

export interface Rung {
  name: string;
  /** At least 0. */
  value: number;
  /** Index in the groups. */
  group: number;
}

interface Cascade {
  /** Name of the whole and, for the tooltip, of the share in it. */
  whole: string;
  shareOf: string;
  rungs: Rung[];
  /** Names and colours of the palette; -1 for grey. */
  groups: readonly { name: string; colour: number }[];
  show: (value: number) => string;
}

const ROW = 27;
export const cascadeHeight = (rungs: readonly unknown[]): number => 40 + ROW * (rungs.length + 1);

export function cascade({ whole, shareOf, rungs, groups, show }: Cascade): Draw {
  const sum = rungs.reduce((all, { value }) => all + value, 0);
  const part = (value: number) => share(sum > 0 ? value / sum : 0);
  const starts = rungs.map((_, index) => rungs.slice(0, index).reduce((all, { value }) => all + value, 0));
  const names = [whole, ...rungs.map(({ name }) => name)];
  const told = [show(sum), ...rungs.map(({ value }) => `${show(value)} · ${part(value)}`)];
  return ({ theme, width }) => {
    const { left, label } = rowNames(width);
    const rows = { inverse: true, axisLine: { show: false } };
    return {
      grid: { left, right: 116, top: 4, bottom: 28 },
      xAxis: valueAxis(theme, (value) => short(show(value)), { max: sum, splitNumber: width < 500 ? 2 : 5 }),
      yAxis: [
        categoryAxis(theme, names, rows, { ...label, lineHeight: 12 }),
        categoryAxis(theme, told, { ...rows, position: "right" as const }, { interval: 0, color: theme.ink }),
      ],
      tooltip: tooltip(theme, "item", ({ dataIndex, seriesName, value }: TipItem) => {
        const rung = rungs[dataIndex - 1];
        return rung
          ? tip(rung.name, [
              { name: groups[rung.group]?.name ?? "", value: show(rung.value) },
              { name: shareOf, value: part(rung.value) },
            ])
          : tip(whole, [{ name: seriesName ?? "", value: show(Number(value)) }]);
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
        ...groups.map(({ name, colour }, group) => ({
          type: "bar" as const,
          name,
          stack: "step",
          data: [
            rungs.filter((rung) => rung.group === group).reduce((all, { value }) => all + value, 0),
            ...rungs.map((rung) => (rung.group === group ? rung.value : 0)),
          ],
          barMaxWidth: 18,
          itemStyle: { color: colour < 0 ? theme.grey : (theme.series[colour % theme.series.length] as string) },
        })),
      ],
    };
  };
}
