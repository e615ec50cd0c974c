// This module owns the energy screen: its lead figures, its order, and the sites side by side.
import { amount, type Report, type Row, rows, text, total } from "../data.ts";
import { count, format, NONE } from "../format.ts";
import { type Col, Table } from "../parts/Table.tsx";
import { knownSum, perYear } from "../shape/energy.ts";
import { Carbon, Costs, Durations, Parts, WetBulb } from "./EnergyFigures.tsx";
import { Heat, Months } from "./EnergyHours.tsx";
import { Swings, Tender } from "./EnergyVerdicts.tsx";
import { columns, present } from "./Machine.tsx";
import { energyFacts, SitesMap } from "./SitesMap.tsx";

export function Energy({ report }: { report: Report }) {
  return (
    <>
      <Figures report={report} />
      <SitesMap report={report} id="energy-sites" layer="site-layer" facts={energyFacts} />
      <Heat report={report} />
      <Durations report={report} />
      <Parts report={report} />
      <Costs report={report} />
      <Carbon report={report} />
      <WetBulb report={report} />
      <Swings report={report} />
      <Tender report={report} />
      <Months report={report} />
      <BySite report={report} />
    </>
  );
}

/** Lead figures: sums are those of a year, as long as the window is scaled to one. */
function Figures({ report }: { report: Report }) {
  const { summary, scenario } = report;
  const sites = rows(report, "sites");
  const year = perYear(report);
  const yearly = (name: string, unit: string) => {
    const value = summary[name];
    return value === undefined || value === null ? NONE : format(value * year, unit);
  };
  const direct = knownSum(sites, "direct_carbon_t");
  const some = direct.known < sites.length ? `, ${direct.known} of ${sites.length} sites` : "";
  const entries: [key: string, name: string, value: string][] = [
    ["pue", "PUE of the window", format(summary.pue, "1")],
    ["energy_mwh", "Energy a year", yearly("energy_mwh", "MWh")],
    ["energy_eur", "Electricity cost a year", yearly("energy_eur", "EUR")],
    ["carbon_t", "Emissions a year, location-based", yearly("carbon_t", "tCO2e")],
    ["market_carbon_t", "Emissions a year, market-based", yearly("market_carbon_t", "tCO2e")],
    ["direct", `Of power stations alone, a year${some}`, direct.known ? format(direct.sum * year, "tCO2e") : ""],
    ["embodied_t", "Making chips and buildings, once", format(summary.embodied_t, "tCO2e")],
    ["water_m3", "Water a year", yearly("water_m3", "m3")],
    ["renewable_hourly_share", "Renewable in the same hour", format(summary.renewable_hourly_share, "share")],
  ];
  const shown = entries.filter(([key, , value]) => (key === "direct" ? value !== "" : key in summary));
  return (
    <section class="block" aria-label="Energy in figures">
      <dl class="figures">
        {shown.map(([key, name, value]) => (
          <div key={key} data-figure={`energy-${key}`}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {year !== 1 && <p class="note">Scaled to a year from {count(scenario.simulation.days)} days.</p>}
    </section>
  );
}

const SUMS = ["chips", "it_mw", "facility_mw", "energy_mwh", "energy_eur", "carbon_t", "market_carbon_t", "water_m3"];
const HEADS = {
  title: "Site",
  chips: "Chips",
  it_mw: "IT load",
  facility_mw: "Facility load",
  peak_mw: "Highest hour",
  pue: "PUE",
  peak_pue: "PUE, worst hour",
  energy_mwh: "Energy",
  energy_eur: "Cost",
  carbon_t: "Emissions",
  market_carbon_t: "Market-based",
  water_m3: "Water",
  renewable_hourly_share: "Renewable by the hour",
  renewable_annual_share: "Renewable by the year",
};

const OFF_PAPER = ["chips", "facility_mw", "peak_mw", "peak_pue", "market_carbon_t", "renewable_annual_share"];

/** A site, or all of them, with price and carbon intensity of the electricity used. */
function withMeans(row: Row): Row {
  const energy = amount(row.energy_mwh);
  const per = (whole: number) => (energy > 0 ? whole / energy : null);
  return { ...row, price: per(amount(row.energy_eur)), carbon: per(amount(row.carbon_t) * 1000) };
}

function BySite({ report }: { report: Report }) {
  const sites = rows(report, "sites").map(withMeans);
  const foot = withMeans({ title: "All", ...Object.fromEntries(SUMS.map((key) => [key, total(sites, key)])) });
  const cols: Col[] = columns(report, "sites", present(report, "sites", HEADS), {}, OFF_PAPER);
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
        phases may not yet operate. Emissions are location-based and life cycle where nothing else is said.
      </p>
    </section>
  );
}
