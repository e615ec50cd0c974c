// This module owns the energy screen: every hour of the window, the months, and the sites side by side.
import { useMemo } from "preact/hooks";
import { columnBars } from "../charts/bars.ts";
import { Chart } from "../charts/Chart.tsx";
import { HeatMap } from "../charts/HeatMap.tsx";
import { stretchName } from "../charts/Timeline.tsx";
import { amount, type Frame, type Report, type Row, rows, text, total } from "../data.ts";
import { format, month } from "../format.ts";
import { chosen, Pick, Switch } from "../parts/Choice.tsx";
import { Figure } from "../parts/Figure.tsx";
import { siteOptions } from "../parts/sites.ts";
import { type Col, Table } from "../parts/Table.tsx";
import { gridOf, type HeatLayer, heatOf, monthHourMeans, months, quantile } from "../shape/hourly.ts";
import { columns } from "./Machine.tsx";

export function Energy({ report }: { report: Report }) {
  return (
    <>
      <Heat report={report} />
      <Months report={report} />
      <BySite report={report} />
    </>
  );
}

const HEAT: { value: HeatLayer; label: string; unit: string }[] = [
  { value: "facility_mw", label: "Facility power", unit: "MW" },
  { value: "carbon_g_per_kwh", label: "Carbon intensity", unit: "gCO2e/kWh" },
  { value: "price_eur_per_mwh", label: "Price", unit: "EUR/MWh" },
];
const HOURS_PER_DAY = 24;
const MS_PER_HOUR = 3_600_000;

function Heat({ report }: { report: Report }) {
  const options = siteOptions(report);
  const site = chosen("heat-site", options);
  const layer = HEAT.find(({ value }) => value === chosen("heat", HEAT)) ?? HEAT[0];
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
      source={["hourly", [key]]}
      how={`hours in UTC${site === "all" && key !== "facility_mw" ? "; over all sites weighted by energy" : ""}${heat.days === 1 ? "" : `; each column the mean of a ${stretchName(heat.days * HOURS_PER_DAY)}`}; colours end at the 1st and 99th hundredth of the hours`}
      controls={
        <>
          <Switch name="heat" label="Show" options={HEAT} />
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

const MONTHLY = [
  { value: "energy_mwh", label: "Energy", unit: "MWh", colour: 0, column: "facility_mw" },
  { value: "cost_eur", label: "Cost", unit: "EUR", colour: 1, column: "cost_eur" },
  { value: "carbon_t", label: "Carbon", unit: "tCO2e", colour: 2, column: "carbon_t" },
] as const;

function Months({ report }: { report: Report }) {
  const options = siteOptions(report);
  const site = chosen("month-site", options);
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
      how="summed by calendar month in UTC; the first and the last month may be cut by the window"
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

/** A site, or all of them, with price and carbon intensity of the electricity used. */
function withMeans(row: Row): Row {
  const energy = amount(row.energy_mwh);
  const per = (whole: number) => (energy > 0 ? whole / energy : null);
  return { ...row, price: per(amount(row.energy_eur)), carbon: per(amount(row.carbon_t) * 1000) };
}

function BySite({ report }: { report: Report }) {
  const sites = rows(report, "sites").map(withMeans);
  const sums = ["it_mw", "facility_mw", "energy_mwh", "energy_eur", "carbon_t", "chips", "h100_equivalents"];
  const foot = withMeans({ title: "All", ...Object.fromEntries(sums.map((key) => [key, total(sites, key)])) });
  const cols: Col[] = columns(report, "sites", {
    title: "Site",
    chips: "Chips",
    h100_equivalents: "H100-equivalents",
    it_mw: "IT load",
    facility_mw: "Facility load",
    pue: "PUE",
    energy_mwh: "Energy",
    energy_eur: "Cost",
    carbon_t: "Emissions",
  });
  const price: Col = { key: "price", head: "Mean price", unit: "EUR/MWh" };
  const carbon: Col = { key: "carbon", head: "Mean intensity", unit: "gCO2e/kWh" };
  return (
    <section class="block">
      <h3>Sites side by side</h3>
      <Table
        caption="Energy, cost and emissions by site in the simulated window"
        cols={[...cols, price, carbon].map((col) =>
          col.key === "title" ? { ...col, show: (row: Row) => text(row.title) || text(row.site) } : col,
        )}
        rows={sites}
        foot={sites.length > 1 ? foot : undefined}
      />
      <p class="note">
        Loads are at full power of all phases; energy, cost and emissions are those of the simulated window, when some
        phases may not yet operate. Emissions are location-based, life cycle.
      </p>
    </section>
  );
}
