// This module owns the figures of energy over time: the map of hours, and the months.
import { useMemo } from "preact/hooks";
import { columnBars } from "../charts/bars.ts";
import { Chart } from "../charts/Chart.tsx";
import { HeatMap } from "../charts/HeatMap.tsx";
import { stretchName } from "../charts/Timeline.tsx";
import { type Frame, type Report, rows, total } from "../data.ts";
import { format, month } from "../format.ts";
import { chosen, Pick, Switch } from "../parts/Choice.tsx";
import { Figure } from "../parts/Figure.tsx";
import { siteOptions } from "../parts/sites.ts";
import {
  ALL,
  gridOf,
  HEAT_COLUMNS,
  type HeatLayer,
  hasLayer,
  heatOf,
  monthHourMeans,
  months,
  quantile,
} from "../shape/hourly.ts";

const HEAT: { value: HeatLayer; label: string; unit: string; over: string }[] = [
  { value: "facility_mw", label: "Facility power", unit: "MW", over: "" },
  { value: "carbon_g_per_kwh", label: "Carbon intensity", unit: "gCO2e/kWh", over: "weighted by energy" },
  { value: "price_eur_per_mwh", label: "Price", unit: "EUR/MWh", over: "weighted by energy" },
  { value: "pue", label: "PUE", unit: "1", over: "weighted by IT energy" },
  { value: "dry_bulb_c", label: "Temperature", unit: "degC", over: "their mean" },
  { value: "renewable_share", label: "Renewable share", unit: "share", over: "weighted by energy" },
];
const HOURS_PER_DAY = 24;
const MS_PER_HOUR = 3_600_000;

export function Heat({ report }: { report: Report }) {
  const options = siteOptions(report);
  const site = chosen("heat-site", options);
  const layers = HEAT.filter(({ value }) => hasLayer(report, value));
  const layer = layers.find(({ value }) => value === chosen("heat", layers)) ?? HEAT[0];
  const key = layer?.value ?? "facility_mw";
  const unit = layer?.unit ?? "MW";
  const { heat, startMs, made, means, label } = useMemo(() => {
    const found = heatOf(report, site, key);
    const start = gridOf(report).startMs;
    const whole = found.days === 1;
    const hours: Frame = {
      name: `${key}-${site}`,
      columns: [
        ...(whole
          ? [{ key: "hour_start_utc", unit: "text" }]
          : [
              { key: "first_day", unit: "text" },
              { key: "hour_of_day_utc", unit: "h of day" },
            ]),
        { key, unit },
      ],
      rows: [...found.values].map((value, place) => {
        const day = Math.floor(place / HOURS_PER_DAY) * found.days;
        const hour = place % HOURS_PER_DAY;
        const when = new Date(start + (day * HOURS_PER_DAY + hour) * MS_PER_HOUR).toISOString();
        return [...(whole ? [when.slice(0, 16)] : [when.slice(0, 10), hour]), Number.isNaN(value) ? null : value];
      }),
    };
    const table: Frame = {
      name: `${key}-${site}, mean by month and hour of day`,
      columns: [
        { key: "month", unit: "text" },
        { key: "hour_of_day_utc", unit: "h of day" },
        { key: "mean", unit },
      ],
      rows: monthHourMeans(start, found),
    };
    const [low, middle, high] = [0, 0.5, 1].map((part) => format(quantile(found.values, part), unit));
    return {
      heat: found,
      startMs: start,
      made: hours,
      means: table,
      label: `From ${low} to ${high}, median ${middle}.`,
    };
  }, [report, site, key, unit]);
  return (
    <Figure
      report={report}
      id="heat"
      title={
        heat.days === 1 ? "Every hour of the simulated window" : "Every hour of the day, over the simulated window"
      }
      lead={label}
      unit={unit}
      source={["hourly", sourceOf(report, site, key)]}
      how={`hours in UTC${site === ALL && layer?.over ? `; over all sites ${layer.over}` : ""}${heat.days === 1 ? "" : `; each column the mean of a ${stretchName(heat.days * HOURS_PER_DAY)}`}; colours end at the 1st and 99th hundredth of the hours`}
      controls={
        <>
          <Switch name="heat" label="Show" options={layers} />
          <Pick name="heat-site" label="Site" options={options} />
        </>
      }
      frame={made}
      table={means}
    >
      <HeatMap
        startMs={startMs}
        values={heat.values}
        daysEach={heat.days}
        show={(value) => format(value, unit)}
        label={`${layer?.label ?? ""} by day and hour of the day. ${label}`}
      />
    </Figure>
  );
}

/** Columns that a layer is read from: the stated one of a site, or those whose ratio is taken. */
function sourceOf(report: Report, site: string, key: HeatLayer): string[] {
  const [first, ...ratio] = HEAT_COLUMNS[key];
  return site !== ALL && key in (report.tables.hourly ?? {}) ? [key] : ratio.length > 1 ? ratio : [first, ...ratio];
}

const MONTHLY = [
  { value: "energy_mwh", label: "Energy", unit: "MWh", colour: 0, column: "facility_mw" },
  { value: "cost_eur", label: "Cost", unit: "EUR", colour: 1, column: "cost_eur" },
  { value: "carbon_t", label: "Carbon", unit: "tCO2e", colour: 2, column: "carbon_t" },
] as const;

export function Months({ report }: { report: Report }) {
  const options = siteOptions(report);
  const site = chosen("month-site", options);
  const charged = total(rows(report, "sites"), "demand_charge_eur");
  const found = useMemo(() => months(report, site), [report, site]);
  const table: Frame = useMemo(
    () => ({
      name: `months-${site}`,
      columns: [
        { key: "month", unit: "text" },
        { key: "energy_mwh", unit: "MWh" },
        { key: "cost_eur", unit: "EUR" },
        { key: "carbon_t", unit: "tCO2e" },
      ],
      rows: found.map((entry) => [entry.month, entry.energy_mwh, entry.cost_eur, entry.carbon_t]),
    }),
    [found, site],
  );
  const panels = useMemo(
    () =>
      MONTHLY.map(({ value, label, unit, colour }) => {
        const series = [{ name: label, colour, values: found.map((entry) => entry[value]) }];
        const sum = format(
          found.reduce((all, entry) => all + entry[value], 0),
          unit,
        );
        const show = (shown: number) => format(shown, unit);
        return {
          value,
          label,
          sum,
          draw: columnBars({ names: found.map((entry) => entry.month), series, show, nameShown: month }),
        };
      }),
    [found],
  );
  return (
    <Figure
      report={report}
      id="months"
      title="Energy, cost and carbon by month"
      lead={`Over the window: ${panels.map(({ label, sum }) => `${label.toLowerCase()} ${sum}`).join(", ")}.`}
      unit="MWh, EUR, t CO₂e"
      source={["hourly", MONTHLY.map(({ column }) => column)]}
      how={`summed by calendar month in UTC${charged > 0 ? "; charges on the highest hours apart" : ""}; the first and the last month may be cut by the window`}
      controls={<Pick name="month-site" label="Site" options={options} />}
      frame={table}
    >
      <div class="trio">
        {panels.map(({ value, label, sum, draw }) => (
          <div key={value}>
            <h4>{label}</h4>
            <Chart draw={draw} height={200} label={`${label} by month, ${sum} over the window.`} />
          </div>
        ))}
      </div>
    </Figure>
  );
}
