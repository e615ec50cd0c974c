// This module owns the life of one ECharts chart: drawn when its box gets a width, redrawn on a new theme, width or paper.
import { useEffect, useRef } from "preact/hooks";
import { dark } from "../state.ts";
import { echarts, type Option } from "./echarts.ts";
import { isPrinting, type Printable, printables, SHEET_WIDTH } from "./printing.ts";
import { DARK, LIGHT, type Theme } from "./theme.ts";

export type Draw = (drawing: Drawing) => Option;

export interface Drawing {
  theme: Theme;
  width: number;
  paper: boolean;
}

interface Props {
  /** What to draw; it may depend on the width. */
  draw: Draw;
  height: number | ((width: number) => number);
  /** What a reader who does not see the chart needs to know. */
  label: string;
}

const FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif";

function base(theme: Theme): Option {
  return {
    animation: false,
    color: [...theme.series],
    textStyle: { fontFamily: FONT, fontSize: 12, color: theme.soft },
    aria: { enabled: true, label: { enabled: false }, decal: { show: matchMedia("(prefers-contrast: more)").matches } },
  };
}

export function Chart({ draw, height, label }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef({ draw, height });
  latest.current = { draw, height };
  const paint = useRef<() => void>(() => {});
  const isDark = dark.value;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let chart: ReturnType<typeof echarts.init> | null = null;
    const drawAt = (width: number, theme: Theme, paper: boolean) => {
      if (width < 1) return;
      const { height: wanted, draw: option } = latest.current;
      const size = { width: Math.floor(width), height: typeof wanted === "number" ? wanted : wanted(width) };
      element.style.height = `${size.height}px`;
      if (chart) chart.resize(size);
      else chart = echarts.init(element, null, { renderer: "svg", ...size });
      chart.setOption({ ...base(theme), ...option({ theme, width: size.width, paper }) }, { notMerge: true });
      chart.getZr().flush(); // paper does not wait for the next frame
    };
    paint.current = () => {
      if (!isPrinting()) drawAt(element.clientWidth, dark.value ? DARK : LIGHT, false);
    };
    const printable: Printable = {
      print: () => drawAt(SHEET_WIDTH, LIGHT, true),
      restore: () => paint.current(),
    };
    printables.add(printable);
    const observer = new ResizeObserver(() => paint.current());
    observer.observe(element);
    return () => {
      observer.disconnect();
      printables.delete(printable);
      chart?.dispose();
    };
  }, []);

  useEffect(() => paint.current(), [isDark, draw, height]);

  return (
    <div
      class="chart"
      ref={box}
      role="img"
      aria-label={label}
      style={{ height: typeof height === "number" ? height : 320 }}
    />
  );
}
