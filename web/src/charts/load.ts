// This module owns the chart of utilisation and queue over time: two panels over one axis with a shared zoom.
import { count, share } from "../format.ts";
import type { Step } from "../shape/hourly.ts";
import type { Draw } from "./Chart.tsx";
import { type TipItem, tip, tooltip, valueAxis } from "./style.ts";

const MS_PER_DAY = 86_400_000;
const moment = new Intl.DateTimeFormat("en-IE", { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" });
const momentHour = new Intl.DateTimeFormat("en-IE", {
  timeZone: "UTC",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});

export function load(steps: Step[]): Draw {
  const hourly = steps.length > 1 && (steps[1]?.ms ?? 0) - (steps[0]?.ms ?? 0) < MS_PER_DAY;
  return ({ theme, width, paper }) => {
    const left = width < 500 ? 52 : 64;
    const axis = (index: number) => ({
      type: "time" as const,
      gridIndex: index,
      axisLine: { lineStyle: { color: theme.faint } },
      axisTick: { show: index === 1 },
      axisLabel: { show: index === 1, color: theme.soft, hideOverlap: true },
      splitLine: { show: false },
      splitNumber: width < 500 ? 3 : 8,
    });
    const name = (title: string) => ({
      name: title,
      nameLocation: "end" as const,
      nameTextStyle: { align: "left" as const, color: theme.soft, padding: [0, 0, 0, -left + 8] },
    });
    const line = (colour: string, index: number, data: (number | null)[]) => ({
      type: "line" as const,
      xAxisIndex: index,
      yAxisIndex: index,
      data: data.map((value, at) => [steps[at]?.ms, value]),
      symbol: "none",
      step: "middle" as const,
      lineStyle: { width: 1.5, color: colour },
      itemStyle: { color: colour },
      areaStyle: { color: colour, opacity: 0.18 },
    });
    const zoom = {
      xAxisIndex: [0, 1],
      type: "slider" as const,
      height: 20,
      bottom: 6,
      left,
      right: 14,
      filterMode: "none" as const,
    };
    return {
      useUTC: true,
      grid: [
        { left, right: 14, top: 26, height: 130 },
        { left, right: 14, top: 200, height: 100 },
      ],
      xAxis: [axis(0), axis(1)],
      yAxis: [
        valueAxis(theme, share, {
          gridIndex: 0,
          min: 0,
          max: 1,
          interval: 0.25,
          ...name("Chips at work, share of those in service"),
        }),
        valueAxis(theme, count, {
          gridIndex: 1,
          min: 0,
          minInterval: 1,
          splitNumber: 3,
          ...name("Chips that waiting jobs ask for"),
        }),
      ],
      axisPointer: { link: [{ xAxisIndex: "all" }] },
      tooltip: tooltip(theme, "axis", (items: TipItem[]) => {
        const step = steps[items[0]?.dataIndex ?? 0];
        if (!step) return "";
        return tip((hourly ? momentHour : moment).format(step.ms), [
          {
            colour: theme.series[0],
            name: "At work",
            value: step.utilisation_share === null ? "–" : share(step.utilisation_share),
          },
          { name: "Chips in service", value: count(step.capacity_chips) },
          { colour: theme.series[5], name: "Chips waited for", value: count(step.queued_chips) },
          { name: "Jobs waiting", value: count(step.queued_jobs) },
        ]);
      }),
      dataZoom: paper
        ? []
        : [
            {
              ...zoom,
              borderColor: theme.rule,
              fillerColor: `${theme.series[0]}26`,
              handleStyle: { color: theme.ground, borderColor: theme.faint },
              moveHandleStyle: { color: theme.faint },
              textStyle: { color: theme.soft },
              dataBackground: { lineStyle: { color: theme.faint }, areaStyle: { color: theme.rule } },
              selectedDataBackground: { lineStyle: { color: theme.series[0] }, areaStyle: { color: theme.series[0] } },
              labelFormatter: (value: number) => moment.format(value),
            },
          ],
      series: [
        line(
          theme.series[0] as string,
          0,
          steps.map((step) => step.utilisation_share),
        ),
        line(
          theme.series[5] as string,
          1,
          steps.map((step) => step.queued_chips),
        ),
      ],
    };
  };
}

export const LOAD_HEIGHT = 360;
