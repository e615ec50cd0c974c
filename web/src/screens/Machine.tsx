// This module owns the machine screen: phases, floors, and capital cost by part.
import { useMemo } from "preact/hooks";
import { rowBars, rowsHeight } from "../charts/bars.ts";
import { Chart } from "../charts/Chart.tsx";
import { type Frame, groups, meaning, type Report, type Row, rows, siteTitles, text, total } from "../data.ts";
import { format, money, share } from "../format.ts";
import { Figure } from "../parts/Figure.tsx";
import { type Col, Table } from "../parts/Table.tsx";
import { type Floor, floors } from "../shape/machine.ts";

export function Machine({ report }: { report: Report }) {
  return (
    <>
      <Phases report={report} />
      <Floors report={report} />
      <CapitalCost report={report} />
    </>
  );
}

/** Columns of a table with the dictionary's unit and meaning. */
export function columns(
  report: Report,
  table: string,
  heads: Record<string, string>,
  show: Record<string, Col["show"]> = {},
  offPaper: readonly string[] = [],
): Col[] {
  return Object.entries(heads).map(([key, head]) => {
    const { unit, description } = meaning(report, table, key);
    return { key, head, unit, help: description, show: show[key], offPaper: offPaper.includes(key) };
  });
}

/** Only those heads whose column the run has. */
export function present(report: Report, table: string, heads: Record<string, string>): Record<string, string> {
  const has = report.tables[table] ?? {};
  return Object.fromEntries(Object.entries(heads).filter(([key]) => key in has));
}

function Phases({ report }: { report: Report }) {
  const titles = siteTitles(report);
  const phases = rows(report, "phases");
  const sums = ["chips", "h100_equivalents", "it_mw", "facility_mw", "exaflops", "capex_eur"];
  const foot: Row = { site: "All", ...Object.fromEntries(sums.map((key) => [key, total(phases, key)])) };
  const heads = {
    site: "Site",
    phase: "Phase",
    operational: "In operation",
    machine: "Machine",
    chips: "Chips",
    h100_equivalents: "H100-equivalents",
    it_mw: "IT load",
    facility_mw: "Facility load",
    exaflops: "Dense 16-bit peak",
    capex_eur: "Capital cost",
  };
  return (
    <section class="block">
      <h3>What is installed, phase by phase</h3>
      <p class="lead">
        Three counts of the same thing: chips as bought, their worth in H100-equivalents (dense 16-bit peak relative to
        an H100 SXM), and the power that they need.
      </p>
      <Table
        caption="Phases of all sites"
        cols={columns(report, "phases", heads, { site: (row) => titles.get(text(row.site)) ?? text(row.site) })}
        rows={phases}
        foot={phases.length > 1 ? foot : undefined}
      />
    </section>
  );
}

function Floors({ report }: { report: Report }) {
  const found = floors(report);
  if (!found.length) return null;
  const titles = siteTitles(report);
  const missed = found.filter((floor) => !floor.met).length;
  const cols: Col[] = [
    { key: "site", head: "Site", unit: "text" },
    { key: "phase", head: "Once in operation", unit: "text" },
    { key: "operational", head: "From", unit: "date" },
    { key: "required", head: "Floor", unit: "1" },
    { key: "reached", head: "Site’s total", unit: "1" },
    { key: "met", head: "Verdict", unit: "text" },
  ];
  const shown = (floor: Floor): Row => {
    const unit = floor.unit === "MW" ? "" : " H100-equivalents";
    return {
      site: titles.get(floor.site) ?? floor.site,
      phase: floor.phase,
      operational: floor.operational,
      required: format(floor.required, floor.unit) + unit,
      reached: format(floor.reached, floor.unit) + unit,
      met: floor.met ? "✓ met" : "✕ missed",
    };
  };
  const verdict = (row: Row) => <span class={text(row.met).startsWith("✓") ? "good" : "bad"}>{text(row.met)}</span>;
  return (
    <section class="block">
      <h3>
        {missed
          ? `${missed} of ${found.length} floors set by the funder are missed`
          : `All ${found.length} floors set by the funder are met`}
      </h3>
      <Table
        caption="Floors"
        cols={cols.map((col) => (col.key === "met" ? { ...col, show: verdict } : col))}
        rows={found.map(shown)}
      />
    </section>
  );
}

const CAPEX_PARTS = [
  { key: "chips_eur", name: "Servers or racks", colour: 0 },
  { key: "network_eur", name: "Network", colour: 4 },
  { key: "building_eur", name: "Building, power, cooling", colour: 1 },
  { key: "grid_eur", name: "Grid connection", colour: 2 },
  { key: "contingency_eur", name: "Contingency", colour: -1 },
];

function CapitalCost({ report }: { report: Report }) {
  const { draw, frame, label, height } = useMemo(() => {
    const titles = siteTitles(report);
    const bySite = [...groups(rows(report, "phases"), (row) => text(row.site))];
    const names = bySite.map(([site]) => titles.get(site) ?? site);
    const series = CAPEX_PARTS.map(({ key, name, colour }) => ({
      name,
      colour,
      values: bySite.map(([, phases]) => total(phases, key)),
    }));
    const sums = series.map((part) => part.values.reduce((a, b) => a + b, 0));
    const all = sums.reduce((a, b) => a + b, 0);
    const made: Frame = {
      name: "capex-by-site",
      columns: [{ key: "site", unit: "text" }, ...CAPEX_PARTS.map(({ key }) => ({ key, unit: "EUR" }))],
      rows: names.map((name, index) => [name, ...series.map((part) => part.values[index] ?? 0)]),
    };
    return {
      draw: rowBars({ names, series, show: money }),
      frame: made,
      height: rowsHeight(names),
      label: `Capital cost of ${money(all)}: ${CAPEX_PARTS.map((part, index) => `${part.name} ${all > 0 ? share((sums[index] ?? 0) / all) : ""}`).join(", ")}.`,
    };
  }, [report]);
  return (
    <Figure
      report={report}
      id="capex"
      title="What the capital buys at each site"
      lead={label}
      unit="EUR"
      source={["phases", CAPEX_PARTS.map(({ key }) => key)]}
      how="summed over the phases of a site"
      keys={CAPEX_PARTS.map(({ name, colour }) => ({
        name,
        colour: colour < 0 ? "var(--grey)" : `var(--series-${colour})`,
      }))}
      frame={frame}
    >
      <Chart draw={draw} height={height} label={label} />
    </Figure>
  );
}
