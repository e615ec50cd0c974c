// This module owns the chart of days against chips: the model's line, the run on it, and runs that somebody published.
import { count, digits } from "../format.ts";
import type { ScalePoint } from "../shape/training.ts";
import type { Draw } from "./Chart.tsx";
import { along, arrange, labelOption } from "./labels.ts";
import { logAxis, logScale, pixel } from "./log.ts";
import { short, type TipItem, tip, tooltip } from "./style.ts";

export const SCALING_HEIGHT = 360;
const TOP = 30;
const BOTTOM = 46;
/** From this width on there is room for the names of the published runs. */
const WIDE = 620;

export interface Scaling {
  model: ScalePoint[];
  published: ScalePoint[];
  /** The run as the scenario has it. */
  own: { chips: number; days: number } | null;
}

/** Chips in the short form of an axis: 16,384 as 16.4 k. */
const chipsShown = (chips: number): string =>
  chips >= 1000 ? `${short(digits(chips / 1000))}\u00a0k` : short(digits(chips));

export function scalingChart({ model, published, own }: Scaling): Draw {
  const all = [...model, ...published, ...(own ? [own] : [])];
  const first = model[0];
  return ({ theme, width }) => {
    const [left, right] = [width < 500 ? 48 : 64, 20];
    const x = logScale(
      all.map(({ chips }) => chips),
      width < 500 ? 6 : 12,
      0.06,
    );
    const y = logScale(
      all.map(({ days }) => days),
      8,
      0.08,
    );
    const bottom = SCALING_HEIGHT - BOTTOM;
    const spots = [
      ...(own ? [{ ...own, texts: ["this run"] }] : []),
      ...published.map((point, index) => ({
        ...point,
        texts: [...(width < WIDE ? [] : [`${index + 1} ${point.label}`]), `${index + 1}`],
      })),
    ];
    const labels = arrange(
      spots.map(({ chips, days, texts }) => ({
        x: pixel(x, chips, left, width - right),
        y: pixel(y, days, bottom, TOP),
        texts,
      })),
      { left: left + 2, right: width - 4, top: TOP, bottom: bottom - 2 },
      along(
        model.map(({ chips, days }) => ({ x: pixel(x, chips, left, width - right), y: pixel(y, days, bottom, TOP) })),
      ),
    );
    const at = ({ chips, days }: { chips: number; days: number }) => [Math.log10(chips), Math.log10(days)];
    const before = own ? 1 : 0;
    const end = model.at(-1);
    return {
      grid: { left, right, top: TOP, bottom: BOTTOM, outerBoundsMode: "none" as const },
      xAxis: logAxis(theme, x, chipsShown, {
        splitLine: { show: false },
        axisLine: { show: true, onZero: false, lineStyle: { color: theme.faint } },
        name: "Chips",
        nameLocation: "middle",
        nameGap: 28,
        nameTextStyle: { color: theme.soft },
      }),
      yAxis: logAxis(theme, y, (value) => short(digits(value)), {
        name: "Days",
      }),
      tooltip: tooltip(theme, "item", ({ seriesName, dataIndex }: TipItem) => {
        const point = seriesName === "published" ? published[dataIndex] : seriesName === "own" ? own : model[dataIndex];
        if (!point) return "";
        const title =
          seriesName === "published"
            ? (published[dataIndex]?.label ?? "")
            : seriesName === "own"
              ? "This run"
              : "Model";
        return tip(title, [
          { name: "Chips", value: count(point.chips) },
          { name: "Days", value: digits(point.days) },
        ]);
      }),
      series: [
        {
          type: "line" as const,
          name: "in proportion",
          data: first && end ? [at(first), at({ chips: end.chips, days: (first.days * first.chips) / end.chips })] : [],
          symbol: "none",
          silent: true,
          lineStyle: { color: theme.faint, width: 1.25, type: "dashed" as const },
        },
        {
          type: "line" as const,
          name: "model",
          data: model.map(at),
          symbol: "circle",
          symbolSize: 5,
          lineStyle: { color: theme.series[0], width: 2 },
          itemStyle: { color: theme.series[0] },
        },
        {
          type: "line" as const,
          name: "published",
          data: published.map((point, index) => ({
            value: at(point),
            label: labelOption(labels[before + index], theme),
          })),
          symbol: "diamond",
          symbolSize: 12,
          lineStyle: { width: 0 },
          itemStyle: { color: theme.series[5], borderColor: theme.ground, borderWidth: 1 },
          z: 5,
        },
        {
          type: "line" as const,
          name: "own",
          data: own ? [{ value: at(own), label: labelOption(labels[0], theme) }] : [],
          symbol: "circle",
          symbolSize: 13,
          itemStyle: { color: theme.series[0], borderColor: theme.ink, borderWidth: 1.5 },
          z: 6,
        },
      ],
    };
  };
}
