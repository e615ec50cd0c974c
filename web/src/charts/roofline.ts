// This module owns the roofline: what each part of a step achieves, under the roof that memory and arithmetic set it.
import { format } from "../format.ts";
import type { Roofline } from "../shape/training.ts";
import type { Draw } from "./Chart.tsx";
import { along, arrange, labelOption } from "./labels.ts";
import { logAxis, logScale, pixel } from "./log.ts";
import { short, type TipItem, tip, tooltip } from "./style.ts";

export const ROOFLINE_HEIGHT = 360;
const TOP = 30;
const BOTTOM = 46;

const flops = (tflops: number): string => format(tflops, "TFLOP/s");

/** How far below and left of the bend the picture reaches, as a factor. */
const BEFORE_BEND = 4;

export function rooflineChart({ points, peak, lower, slope }: Roofline): Draw {
  const ridge = slope === null ? null : peak / slope;
  const intensities = [...points.map(({ intensity }) => intensity), ...(ridge === null ? [] : [ridge / BEFORE_BEND])];
  const heights = [...points.flatMap(({ achieved, roof }) => [achieved, roof]), peak, peak / BEFORE_BEND];
  return ({ theme, width }) => {
    const [left, right] = [88, 16];
    const x = logScale(intensities, width < 500 ? 5 : 9);
    const y = logScale(heights, 7);
    const [first, last, floor] = [10 ** x.low, 10 ** x.high, 10 ** y.low];
    /** A roof from where the slope enters the picture to its level, and on to the right. */
    const under = (level: number): [number, number][] => {
      if (slope === null || slope * first >= level)
        return [
          [first, level],
          [last, level],
        ];
      const start = Math.max(first, floor / slope);
      return [
        [start, slope * start],
        [level / slope, level],
        [last, level],
      ];
    };
    const roof = under(peak);
    const bottom = ROOFLINE_HEIGHT - BOTTOM;
    const labels = arrange(
      points.map(({ intensity, achieved, name }) => ({
        x: pixel(x, intensity, left, width - right),
        y: pixel(y, achieved, bottom, TOP),
        texts: [name],
      })),
      { left: left + 2, right: width - 4, top: TOP, bottom: bottom - 2 },
      along(
        roof.map(([at, height]) => ({
          x: pixel(x, at, left, width - right),
          y: pixel(y, height, bottom, TOP),
        })),
      ),
    );
    const logs = (at: number[]) => at.map(Math.log10);
    return {
      grid: { left, right, top: TOP, bottom: BOTTOM, outerBoundsMode: "none" as const },
      xAxis: logAxis(theme, x, (value) => short(format(value, "1")), {
        splitLine: { show: false },
        axisLine: { show: true, onZero: false, lineStyle: { color: theme.faint } },
        name: "FLOP for each byte from memory",
        nameLocation: "middle",
        nameGap: 28,
        nameTextStyle: { color: theme.soft },
      }),
      yAxis: logAxis(theme, y, (value) => short(flops(value)), {
        name: "FLOP/s a chip",
      }),
      tooltip: tooltip(theme, "item", ({ seriesName }: TipItem) => {
        const point = points.find(({ name }) => name === seriesName);
        if (!point) return "";
        return tip(point.name, [
          { name: "Achieved", value: flops(point.achieved) },
          { name: "Its roof", value: flops(point.roof) },
          { name: "Reached of it", value: format(point.achieved / point.roof, "share") },
          { name: "Intensity", value: format(point.intensity, "FLOP/B") },
        ]);
      }),
      series: [
        ...[peak, ...lower].map((level, index) => ({
          type: "line" as const,
          name: "Roof",
          data: (index ? under(level).slice(-2) : roof).map(logs),
          symbol: "none",
          silent: true,
          lineStyle: { color: index ? theme.soft : theme.ink, width: index ? 1 : 2 },
        })),
        ...points.map((point, index) => ({
          type: "line" as const,
          name: point.name,
          z: 4,
          lineStyle: { color: theme.faint, width: 1, type: "dotted" as const },
          itemStyle: { color: theme.series[point.whole ? 5 : 0], borderColor: theme.ground, borderWidth: 1 },
          data: [
            {
              value: logs([point.intensity, point.achieved]),
              symbol: point.whole ? "diamond" : "circle",
              symbolSize: point.whole ? 14 : 11,
              label: labelOption(labels[index], theme),
            },
            {
              value: logs([point.intensity, point.roof]),
              symbol: "rect",
              symbolSize: [16, 3],
              itemStyle: { color: theme.ink, borderWidth: 0 },
            },
          ],
        })),
      ],
    };
  };
}
