// This module owns the figures of who gets what: chip-hours per person by country, how even shares are, groups side by side.
import { useMemo } from "preact/hooks";
import { rowBars, rowsHeight } from "../charts/bars.ts";
import { Chart } from "../charts/Chart.tsx";
import { CountryMap } from "../charts/CountryMap.tsx";
import { LORENZ_HEIGHT, lorenzChart } from "../charts/lorenz.ts";
import { type Frame, number, type Report, rows, text } from "../data.ts";
import { digits, large, share } from "../format.ts";
import { chosen, Switch } from "../parts/Choice.tsx";
import { Figure } from "../parts/Figure.tsx";
import { countryName, named } from "../parts/names.ts";
import { Table } from "../parts/Table.tsx";
import {
  type Between,
  evenness,
  GROUPINGS,
  giniOf,
  got,
  groupName,
  jainOf,
  lorenz,
  perPerson,
  whole,
} from "../shape/access.ts";
import { columns, present } from "./Machine.tsx";

const COUNTRY_ROW = 22;
const times = (value: number): string => `${digits(value)}×`;

export function PerPerson({ report }: { report: Report }) {
  const { found, names, draw, values, made } = useMemo(() => {
    const listed = perPerson(report);
    const shown = listed.map(({ country }) => countryName(country));
    const table: Frame = {
      name: "granted-per-person",
      columns: [
        { key: "country", unit: "text" },
        { key: "granted_chip_hours", unit: "chip-hours" },
        { key: "granted_share", unit: "share" },
        { key: "population_share", unit: "share" },
        { key: "granted_per_person_ratio", unit: "1" },
      ],
      rows: listed.map((one) => [one.country, one.granted, one.grantedShare, one.populationShare, one.ratio]),
    };
    return {
      found: listed,
      names: shown,
      draw: rowBars({
        names: shown,
        series: [{ name: "Per person", colour: 0, values: listed.map(({ ratio }) => ratio) }],
        show: times,
      }),
      values: new Map(listed.map(({ country, ratio }) => [country, ratio])),
      made: table,
    };
  }, [report]);
  if (found.length < 2) return null;
  const [most, least] = [found[0], found.at(-1)];
  const nothing = found.filter(({ granted }) => granted <= 0).length;
  return (
    <Figure
      report={report}
      id="per-person"
      title={
        most && least
          ? `Per person, ${countryName(most.country)} is granted ${digits(most.ratio)} times the mean of all countries${nothing ? `; ${nothing} of ${found.length} countries are granted nothing` : `, ${countryName(least.country)} ${digits(least.ratio)} times`}`
          : ""
      }
      lead="Admitted chip-hours per inhabitant, 1 being the mean over the countries that applied."
      unit="ratio to the mean over all inhabitants"
      source={["funnel", ["granted_chip_hours"]]}
      how="share of all that is granted over the share of the population (population_share of the table groups)"
      frame={made}
    >
      <div class="sites">
        <CountryMap
          values={values}
          nameOf={countryName}
          show={times}
          layer="granted chip-hours per person, relative to the mean"
        />
        <Chart
          draw={draw}
          height={rowsHeight(names, COUNTRY_ROW)}
          label={`Granted per person, relative to the mean: ${names.map((name, index) => `${name} ${times(found[index]?.ratio ?? 0)}`).join(", ")}.`}
        />
      </div>
    </Figure>
  );
}

export function Lorenz({ report }: { report: Report }) {
  const options = useMemo(() => GROUPINGS.filter(({ value }) => got(report, value).length > 1), [report]);
  const between = chosen("between", [...options]) as Between;
  const { found, curve, draw, bars, made } = useMemo(() => {
    const listed = got(report, between);
    const line = lorenz(listed.map(({ counted }) => counted));
    const many = GROUPINGS.find(({ value }) => value === between)?.many ?? "members";
    const all = listed.reduce((sum, { chipHours }) => sum + chipHours, 0);
    const shares = listed.map((one) => one.share ?? (all > 0 ? one.chipHours / all : 0));
    const table: Frame = {
      name: `chip-hours-by-${between}`,
      columns: [
        { key: between, unit: "text" },
        { key: "chip_hours", unit: "chip-hours" },
        { key: "chip_hours_share", unit: "share" },
      ],
      rows: listed.map(({ name, chipHours }, index) => [name, chipHours, shares[index] ?? null]),
    };
    return {
      found: listed,
      curve: line,
      draw: lorenzChart(line, many),
      bars: rowBars({
        names: listed.map(({ name }) => name),
        series: [
          between === "country"
            ? { name: "Per inhabitant", colour: 0, values: listed.map(({ counted }) => counted) }
            : { name: "Share", colour: 0, values: shares },
        ],
        show: between === "country" ? times : share,
      }),
      made: table,
    };
  }, [report, between]);
  if (!options.length || curve.length < 2) return null;
  const many = GROUPINGS.find(({ value }) => value === between)?.many ?? "members";
  const served = between === "country" ? null : evenness(report, between, "chip-hours");
  const waits = evenness(report, between, "wait");
  const [gini, jain] = [giniOf(curve), jainOf(found.map(({ counted }) => counted))];
  const per = between === "country" ? " per inhabitant" : "";
  const top = found[0];
  return (
    <Figure
      report={report}
      id="lorenz"
      title={`Chip-hours${per} between ${many}: Gini index ${digits(gini)}, Jain’s index ${digits(jain)}`}
      lead={[
        "Gini: 0 where all get the same, 1 where one gets everything; it is the area between the dashed line and the curve over that under the dashed line. Jain: 1 where all get the same.",
        top ? `Most${per} goes to ${top.name}.` : "",
        served
          ? `Who asks for more gets more; of what they ask for, ${many} are served with a Gini index of ${digits(served.gini)} and Jain’s of ${digits(served.jain)}.`
          : "",
        waits ? `Mean waits in the queue: Gini ${digits(waits.gini)}, Jain ${digits(waits.jain)}.` : "",
      ].join(" ")}
      unit={
        between === "country"
          ? "chip-hours per inhabitant, relative to the mean"
          : "share of all chip-hours got in the window"
      }
      source={[between === "tenant" ? "tenants" : "groups", ["chip_hours"]]}
      how="each member counts as one, however large; what they are served of what they ask for is in the table evenness"
      controls={<Switch name="between" label="Between" options={[...options]} />}
      frame={made}
    >
      <div class="pair-charts">
        <Chart
          draw={draw}
          height={LORENZ_HEIGHT}
          label={`Lorenz curve of chip-hours between ${many}; Gini index ${digits(gini)}.`}
        />
        <Chart
          draw={bars}
          height={Math.max(
            160,
            rowsHeight(
              found.map(({ name }) => name),
              found.length > 8 ? COUNTRY_ROW : 34,
            ),
          )}
          label={`Chip-hours: ${found.map(({ name, chipHours }) => `${name} ${large(chipHours)}`).join(", ")}.`}
        />
      </div>
    </Figure>
  );
}

const GROUP_HEADS = {
  group: "Group",
  jobs: "Jobs",
  chip_hours: "Chip-hours",
  chip_hours_share: "Share",
  population_share: "Of the population",
  served_share: "Served",
  wait_p50_s: "Wait, median",
  wait_p90_s: "Wait, P90",
  bounded_slowdown_mean: "Slowdown",
  applications: "Applications",
  refused_share: "Refused",
};

export function Groups({ report }: { report: Report }) {
  const options = useMemo(() => {
    const told = new Set(rows(report, "groups").map((row) => text(row.grouping)));
    return GROUPINGS.filter(({ value }) => told.has(value)).map(({ value, label }) => ({ value, label }));
  }, [report]);
  const by = chosen("group", options);
  if (!options.length) return null;
  const listed = rows(report, "groups").filter((row) => text(row.grouping) === by);
  const known = Object.fromEntries(
    Object.entries(present(report, "groups", GROUP_HEADS)).filter(
      ([key]) => key === "group" || listed.some((row) => number(row[key]) !== null),
    ),
  );
  const lead = [rows(report, "evenness").length ? evennessTold(report, by) : "", "served_share" in known ? SERVED : ""];
  return (
    <Figure
      report={report}
      id="groups"
      title="Waits, shares and refusals side by side"
      lead={lead.filter(Boolean).join(" ") || undefined}
      unit="as in the head of each column"
      source={["groups", ["chip_hours", "wait_p90_s", "refused_share"]]}
      controls={<Switch name="group" label="By" options={options} />}
      frame={whole(report, "groups")}
    >
      <Table
        caption={`Waits, shares and refusals by ${by}`}
        cols={columns(report, "groups", known, { group: (row) => groupName(by, text(row.group)) })}
        rows={listed}
      />
    </Figure>
  );
}

const SERVED =
  "Served: chip-hours got over those on a machine on which every job starts at once and nothing fails; a network that slows jobs makes them hold theirs for longer, which can take it above 100 %.";

/** What Gini and Jain say between the groups, quantity by quantity. */
function evennessTold(report: Report, by: string): string {
  const listed = rows(report, "evenness").filter((row) => text(row.grouping) === by && number(row.gini) !== null);
  if (!listed.length) return "How even it is between these groups was not counted.";
  const got = by === "country" ? "Chip-hours per inhabitant" : "Chip-hours served";
  const told = (quantity: string) => (quantity === "chip-hours" ? got : named(quantity));
  const parts = listed.map(
    (row) =>
      `${told(text(row.quantity))}: Gini ${digits(number(row.gini) ?? 0)}, Jain ${digits(number(row.jain) ?? 0)}`,
  );
  return `${parts.join(". ")}.`;
}
