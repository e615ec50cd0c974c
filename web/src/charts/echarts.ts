// This module owns the choice of ECharts' parts; what is not named here does not enter the page.
import { BarChart, LineChart, SankeyChart } from "echarts/charts";
import { AriaComponent, DataZoomSliderComponent, GridComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

echarts.use([
  BarChart,
  LineChart,
  SankeyChart,
  AriaComponent,
  DataZoomSliderComponent,
  GridComponent,
  TooltipComponent,
  SVGRenderer,
]);

export type { EChartsOption as Option } from "echarts";
export { echarts };
