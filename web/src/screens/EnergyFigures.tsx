// This module owns the figures of where energy, money and emissions go: load duration, parts by site, PUE by wet bulb.
import { useMemo } from "preact/hooks";
import { rowBars, rowsHeight } from "../charts/bars.ts";
import { Chart } from "../charts/Chart.tsx";
import { durationChart, niceEnd } from "../charts/duration.ts";
import { paleCss, seriesCss } from "../charts/theme.ts";
import { dashOf } from "../charts/waits.ts";
import { wetBulbChart } from "../charts/wetbulb.ts";
import { type Frame, frame, number, type Report, rows, siteTitles, text } from "../data.ts";
import { digits, format, money, share } from "../format.ts";
import { Figure } from "../parts/Figure.tsx";
import type { Key } from "../parts/Legend.tsx";
import { named } from "../parts/names.ts";
import { bulbs, durations, partsOf, perYear, tightest } from "../shape/energy.ts";

const GREY = -1;

export function Durations({ report }: { report: Report }) {
  const { curves, most, label } = useMemo(() => {
    const found = durations(report);
    const tight = tightest(found);
    return {
      curves: found,
      most: niceEnd(Math.max(1, ...found.flatMap(({ facility, connection }) => [facility[0] ?? 0, connection ?? 0]))),
      label: tight
        ? `The highest hour takes ${share(tight.peak / tight.connection)} of the connection of ${tight.title}, ${format(tight.peak, "MW")} of ${format(tight.connection, "MW")}${found.length > 1 ? ", more than at any other site" : ""}.`
        : "Power from the highest hour to the lowest.",
    };
  }, [report]);
  const panels = useMemo(() => curves.map((curve) => ({ curve, draw: durationChart(curve, most) })), [curves, most]);
  if (!curves.length) return null;
  const keys: Key[] = [
    { name: "Facility", colour: "var(--series-0)", shape: "line" },
    { name: "Drawn from the grid", colour: "var(--series-5)", dash: [7, 4] },
    { name: "Firm power of the connection", colour: "var(--ink)", dash: [2, 3] },
  ];
  return (
    <Figure
      report={report}
      id="duration"
      title="In how many hours how much power is drawn"
      lead={label}
      unit="MW (up), share of the hours of the simulated window (across)"
      source={["hourly", ["facility_mw", "grid_mw"]]}
      how="hours from the highest to the lowest, every two-hundredth of them"
      keys={curves.some(({ grid }) => grid.length) ? keys : keys.filter(({ name }) => !name.startsWith("Drawn"))}
      frame={frame(report, "duration", Object.keys(report.tables.duration ?? {}), "load-duration")}
    >
      <div class="trio">
        {panels.map(({ curve, draw }) => (
          <div key={curve.site}>
            <h4>{curve.title}</h4>
            <Chart
              draw={draw}
              height={220}
              label={`Load duration curve of ${curve.title}: from ${format(curve.facility[0], "MW")} in the highest hour to ${format(curve.facility.at(-1), "MW")} in the lowest; connection ${format(curve.connection, "MW")}.`}
            />
          </div>
        ))}
      </div>
    </Figure>
  );
}

const ENERGY_COLOURS: Record<string, number> = {
  chips: 0,
  host: 4,
  switches: 3,
  storage: 6,
  conversion: 1,
  distribution: 5,
  cooling: 2,
};
const COST_COLOURS: Record<string, number> = {
  wholesale: 0,
  contracts: 4,
  charges: 1,
  taxes: 3,
  "demand charge": 5,
  plants: -1,
  sold: 2,
  heat: 6,
};

interface StackProps {
  report: Report;
  id: string;
  title: string;
  table: string;
  /** Column of the places, and their printed names. */
  place: string;
  titles: Map<string, string>;
  value: string;
  unit: string;
  colours: Record<string, number>;
  /** Parts that are drawn paler than another of their colour. */
  pale?: string[];
  lead: (sum: number, parts: string) => string;
  how?: string;
}

const NONE_PALE: string[] = [];

/** Stacked rows: one for each place, one colour for each part. */
export function Stack({
  report,
  id,
  title,
  table,
  place,
  titles,
  value,
  unit,
  colours,
  pale = NONE_PALE,
  lead,
  how,
}: StackProps) {
  const { draw, names, keys, label } = useMemo(() => {
    const { keys: places, parts } = partsOf(report, table, place, value);
    const series = parts.map(({ part, values }) => ({
      name: named(part),
      colour: colours[part] ?? GREY,
      pale: pale.includes(part),
      values,
    }));
    const sums = series.map((part) => part.values.reduce((a, b) => a + b, 0));
    const all = sums.reduce((a, b) => a + b, 0);
    const largest = series
      .map(({ name }, index) => ({ name, sum: sums[index] as number }))
      .filter(({ sum }) => sum > 0)
      .sort((a, b) => b.sum - a.sum)
      .slice(0, 3);
    const told = largest.map(({ name, sum }) => `${name.toLowerCase()} ${share(all > 0 ? sum / all : 0)}`).join(", ");
    const rowNames = places.map((key) => titles.get(key) ?? key);
    return {
      names: rowNames,
      draw: rowBars({ names: rowNames, series, show: (shown) => format(shown, unit) }),
      keys: series.map(
        (part): Key => ({
          name: part.name,
          colour: part.pale ? paleCss(part.colour) : seriesCss(part.colour),
        }),
      ),
      label: lead(all, told),
    };
  }, [report, table]);
  if (!names.length) return null;
  return (
    <Figure
      report={report}
      id={id}
      title={title}
      lead={label}
      unit={unit}
      source={[table, [value]]}
      how={how}
      keys={keys}
      frame={frame(report, table, Object.keys(report.tables[table] ?? {}), id)}
    >
      <Chart draw={draw} height={rowsHeight(names)} label={`${title}. ${label}`} />
    </Figure>
  );
}

export function Parts({ report }: { report: Report }) {
  return (
    <Stack
      report={report}
      id="energy-parts"
      title="Where the power goes"
      table="energy_parts"
      place="site"
      titles={siteTitles(report)}
      value="energy_mwh"
      unit="MWh"
      colours={ENERGY_COLOURS}
      lead={(sum, parts) => `Of ${format(sum, "MWh")} in the simulated window, the largest parts: ${parts}.`}
    />
  );
}

export function Costs({ report }: { report: Report }) {
  return (
    <Stack
      report={report}
      id="energy-costs"
      title="What the electricity costs, part by part"
      table="energy_costs"
      place="site"
      titles={siteTitles(report)}
      value="cost_eur"
      unit="EUR"
      colours={COST_COLOURS}
      lead={(sum, parts) =>
        `Of ${money(sum)} in the simulated window, net of what is sold, the largest parts: ${parts}.`
      }
    />
  );
}

const CARBON = [
  { key: "carbon_t", name: "Location-based", colour: 0, window: true },
  { key: "market_carbon_t", name: "Market-based", colour: 2, window: true },
  { key: "direct_carbon_t", name: "Power stations alone", colour: 1, window: true },
  { key: "embodied_t_per_year", name: "Making chips and buildings, over their lives", colour: 3, window: false },
] as const;
const CARBON_ROW = 70;

export function Carbon({ report }: { report: Report }) {
  const found = useMemo(() => {
    const sites = rows(report, "sites");
    const titles = siteTitles(report);
    const year = perYear(report);
    const shown = CARBON.filter(({ key }) => key in (report.tables.sites ?? {}));
    const series = shown.map(({ key, name, colour, window }) => ({
      name,
      colour,
      values: sites.map((site) => {
        const value = number(site[key]);
        return value === null ? null : value * (window ? year : 1);
      }),
    }));
    const names = sites.map((site) => titles.get(text(site.site)) ?? text(site.site));
    const made: Frame = {
      name: "carbon-by-site",
      columns: [
        { key: "site", unit: "text" },
        ...shown.map(({ key, window }) => ({ key: window ? `${key}_per_year` : key, unit: "tCO2e/year" })),
      ],
      rows: names.map((name, index) => [name, ...series.map(({ values }) => values[index] ?? null)]),
    };
    const sums = series.map(({ values }) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0));
    const unknown = series.flatMap(({ name, values }) =>
      values.includes(null) ? [`${name.charAt(0).toLowerCase()}${name.slice(1)}`] : [],
    );
    return {
      names,
      made,
      sources: shown.map(({ key }) => key as string),
      keys: series.map(({ name, colour }): Key => ({ name, colour: seriesCss(colour) })),
      draw: rowBars({ names, series, show: (value) => format(value, "tCO2e"), stacked: false }),
      label: `All sites in a year: ${series.map(({ name }, index) => `${name.toLowerCase()} ${format(sums[index], "tCO2e")}`).join(", ")}${unknown.length ? `; a missing bar is unknown (${unknown.join(", ")})` : ""}.`,
    };
  }, [report]);
  if (found.keys.length < 2) return null; // a folder of an earlier version has one count alone
  return (
    <Figure
      report={report}
      id="carbon"
      title="Emissions of a year, counted in each way"
      lead={found.label}
      unit="tCO2e/year"
      source={["sites", found.sources]}
      how={perYear(report) === 1 ? undefined : "sums of the simulated window scaled to a year"}
      keys={found.keys}
      frame={found.made}
    >
      <Chart draw={found.draw} height={rowsHeight(found.names, CARBON_ROW)} label={found.label} />
    </Figure>
  );
}

export function WetBulb({ report }: { report: Report }) {
  const { draw, keys, label } = useMemo(() => {
    const curves = bulbs(report).map(({ title, steps }, index) => ({ title, colour: index % 7, steps }));
    const highest = curves
      .flatMap(({ title, steps }) => steps.map((step) => ({ title, ...step })))
      .sort((a, b) => b.high - a.high)[0];
    return {
      draw: wetBulbChart(curves),
      keys: curves.map(({ title, colour }): Key => ({ name: title, colour: seriesCss(colour), dash: dashOf(colour) })),
      label: highest
        ? `The worst hour has a PUE of ${digits(highest.high)}, at ${highest.title} near ${format(highest.bulb, "degC")} wet bulb. A larger point stands for more hours.`
        : "",
    };
  }, [report]);
  if (!keys.length) return null;
  return (
    <Figure
      report={report}
      id="wet-bulb"
      title="How the weather moves the PUE"
      lead={label}
      unit="ratio (up), °C (across)"
      source={["hourly", ["pue", "wet_bulb_c"]]}
      how="hours of each degree of wet-bulb temperature together, weighted by IT energy"
      keys={keys}
      frame={frame(report, "wet_bulb", Object.keys(report.tables.wet_bulb ?? {}), "pue-by-wet-bulb")}
    >
      <Chart draw={draw} height={320} label={`PUE against the wet-bulb temperature. ${label}`} />
    </Figure>
  );
}
