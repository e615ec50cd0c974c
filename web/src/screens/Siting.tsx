// This module owns the siting screen: where to build, by lead figures and map, and what stood to choose.
import { SiteMap, type Spot } from "../charts/SiteMap.tsx";
import { amount, frame, number, type Report, type Row, rows, text, total } from "../data.ts";
import { count, date, digits, format, large, NONE, withDates } from "../format.ts";
import { chosen, Switch } from "../parts/Choice.tsx";
import { Figure } from "../parts/Figure.tsx";
import { countryName } from "../parts/names.ts";
import { Pairs } from "../parts/Pairs.tsx";
import { Table } from "../parts/Table.tsx";
import { choiceOf } from "../shape/siting.ts";
import { choose, setting } from "../state.ts";
import { columns, present } from "./Machine.tsx";
import { CarbonParts, CostParts, Pareto, Shadows } from "./SitingFigures.tsx";

export function Siting({ report }: { report: Report }) {
  return (
    <>
      <Lead report={report} />
      <Places report={report} />
      <Chosen report={report} />
      <CostParts report={report} />
      <CarbonParts report={report} />
      <Pareto report={report} />
      <Shadows report={report} />
      <Candidates report={report} />
    </>
  );
}

const GOALS: Record<string, string> = {
  cost: "the lowest cost per useful chip-hour",
  carbon: "the lowest emissions per useful chip-hour",
  score: "the most tender-style points",
};

function Lead({ report }: { report: Report }) {
  const sites = rows(report, "chosen_sites");
  const choice = choiceOf(report);
  const goal = GOALS[report.scenario.siting?.objective ?? "cost"];
  const sum = (name: string) => total(sites, name);
  const shown = (value: number | null, unit: string) => (value === null ? NONE : format(value, unit));
  const entries: [string, string][] = [
    ["Cost of a useful chip-hour", shown(choice.cost, "EUR/chip-hour")],
    ["Emissions of a useful chip-hour", shown(choice.carbon, "kgCO2e/chip-hour")],
    ["Tender-style points", choice.score === null ? NONE : digits(choice.score)],
    ["Capital cost", format(sum("capex_eur"), "EUR")],
    ["Chips", count(sum("chips"))],
    ["H100-equivalents", large(sum("h100_equivalents"))],
    ["Connections", format(sum("connection_mw"), "MW")],
    ["Electricity a year", format(sum("energy_mwh_per_year"), "MWh")],
    ["Emissions of it a year", format(sum("carbon_t_per_year"), "tCO2e")],
  ];
  return (
    <section class="block">
      <p class="summary">
        {count(sites.length)} of {count(rows(report, "candidates").length)} places are chosen, for {goal}:{" "}
        {sites.map((site) => `${text(site.title)} (${countryName(text(site.country))})`).join(", ")}.
      </p>
      <Pairs kind="figures" entries={entries} />
    </section>
  );
}

const LAYERS = [
  { value: "carbon_g_per_kwh", label: "Carbon", unit: "gCO2e/kWh", told: "carbon intensity of the grid" },
  { value: "price_eur_per_mwh", label: "Price", unit: "EUR/MWh", told: "mean wholesale price" },
  { value: "pue", label: "PUE", unit: "1", told: "power usage effectiveness" },
  { value: "wait_years", label: "Wait for the grid", unit: "years", told: "wait for the grid connection" },
];

function Places({ report }: { report: Report }) {
  const layer = LAYERS.find(({ value }) => value === chosen("place-layer", LAYERS)) ?? LAYERS[0];
  if (!layer) return null;
  const sites = [...rows(report, "chosen_sites")].sort((a, b) => amount(b.connection_mw) - amount(a.connection_mw));
  const candidates = new Map(rows(report, "candidates").map((row) => [text(row.candidate), row]));
  const built = new Set(sites.map((site) => text(site.candidate)));
  const spot = (row: Row, quiet: boolean): Spot => ({
    site: text(row.candidate),
    title: text(row.title),
    longitude: amount(row.longitude_deg),
    latitude: amount(row.latitude_deg),
    mw: amount(row.connection_mw),
    value: number(row[layer.value] ?? candidates.get(text(row.candidate))?.[layer.value]),
    quiet,
  });
  const others = [...candidates.values()].filter((row) => !built.has(text(row.candidate)));
  const selected = setting("place", text(sites[0]?.candidate));
  const open = candidates.get(selected);
  return (
    <Figure
      report={report}
      id="places"
      title="Where to build, and what else stood to choose"
      lead="Numbered circles are the sites that are built, with the connection that they take; plain ones are places left out, with the power that the grid could give. Choose one to read about it."
      unit={`MW for the circles; ${layer.told} for the colour`}
      source={["candidates", ["connection_mw", layer.value]]}
      how="and table chosen_sites"
      controls={<Switch name="place-layer" label="Colour" options={LAYERS} />}
      frame={frame(report, "candidates", Object.keys(report.tables.candidates ?? {}))}
    >
      <div class="sites choice-map">
        <SiteMap
          spots={[...sites.map((row) => spot(row, false)), ...others.map((row) => spot(row, true))]}
          selected={selected}
          select={(place) => choose("place", place)}
          show={(value) => format(value, layer.unit)}
          layer={layer.told}
        />
        <div>
          <ol class="site-list">
            {sites.map((site) => (
              <li key={text(site.candidate)} class={text(site.candidate) === selected ? "open" : ""}>
                <button
                  type="button"
                  aria-expanded={text(site.candidate) === selected}
                  onClick={() => choose("place", text(site.candidate))}
                >
                  {text(site.title)}, {countryName(text(site.country))}
                </button>
                <p>
                  {count(amount(site.chips))} chips · {format(site.connection_mw, "MW")} · from{" "}
                  {format(site.operational, "date")}
                </p>
                <Facts place={candidates.get(text(site.candidate)) ?? site} />
              </li>
            ))}
          </ol>
          {open && !built.has(selected) && (
            <div class="open left-out" aria-live="polite">
              <h4>
                {text(open.title)}, {countryName(text(open.country))}
              </h4>
              <p>
                {text(open.why_not)
                  ? `Not to be had: ${withDates(text(open.why_not))}.`
                  : "It could be built; other places are better."}
              </p>
              <Facts place={open} />
            </div>
          )}
        </div>
      </div>
    </Figure>
  );
}

function Facts({ place }: { place: Row }) {
  const facts: [string, string][] = [
    ["The grid gives", format(place.connection_mw, "MW")],
    ["Connection from", format(place.energised, "date")],
    ["Wholesale price", format(place.price_eur_per_mwh, "EUR/MWh")],
    ["Carbon intensity", format(place.carbon_g_per_kwh, "gCO2e/kWh")],
    ["PUE, worst hour", `${format(place.pue, "1")}, ${format(place.peak_pue, "1")}`],
    ["Round trip", format(place.latency_ms, "ms")],
  ];
  return <Pairs kind="facts" entries={facts} />;
}

/** Columns for which paper has no room. */
const OFF_PAPER = [
  ...["peak_mw", "energised", "latency_ms", "opex_eur_per_year"],
  ...["wait_years", "charges_eur_per_mwh", "largest_chips", "earliest"],
];
const CHOSEN_HEADS = {
  title: "Site",
  country: "Country",
  chips: "Chips",
  it_mw: "IT load",
  peak_mw: "Worst hour",
  connection_mw: "Connection",
  energised: "Grid from",
  operational: "First phase",
  pue: "PUE",
  price_eur_per_mwh: "Price",
  carbon_g_per_kwh: "Carbon",
  latency_ms: "Round trip",
  capex_eur: "Capital cost",
  opex_eur_per_year: "Running cost",
  cost_eur_per_chip_hour: "Chip-hour",
  carbon_kg_per_chip_hour: "Its emissions",
  score: "Points",
};
const PHASE_HEADS = {
  candidate: "Site",
  operational: "In operation",
  chips: "Chips",
  it_mw: "IT load",
  connection_mw: "Connection",
  capex_eur: "Capital cost",
};

function Chosen({ report }: { report: Report }) {
  const sites = rows(report, "chosen_sites");
  const titles = new Map(sites.map((site) => [text(site.candidate), text(site.title)]));
  const sums = ["chips", "it_mw", "peak_mw", "connection_mw", "capex_eur", "opex_eur_per_year"];
  const foot: Row = { title: "All", ...Object.fromEntries(sums.map((key) => [key, total(sites, key)])) };
  const country = (row: Row) => countryName(text(row.country));
  return (
    <section class="block">
      <h3>What is built</h3>
      <Table
        caption="Chosen sites"
        cols={columns(report, "chosen_sites", present(report, "chosen_sites", CHOSEN_HEADS), { country }, OFF_PAPER)}
        rows={sites}
        foot={sites.length > 1 ? foot : undefined}
      />
      <h4>Phase by phase</h4>
      <Table
        caption="Phases of the chosen sites"
        cols={columns(report, "chosen_phases", present(report, "chosen_phases", PHASE_HEADS), {
          candidate: (row) => titles.get(text(row.candidate)) ?? text(row.candidate),
        })}
        rows={rows(report, "chosen_phases")}
      />
    </section>
  );
}

const CANDIDATE_HEADS = {
  title: "Place",
  country: "Country",
  why_not: "Verdict",
  connection_mw: "Grid gives",
  energised: "Grid from",
  wait_years: "Wait",
  price_eur_per_mwh: "Price",
  charges_eur_per_mwh: "Charges",
  carbon_g_per_kwh: "Carbon",
  pue: "PUE",
  latency_ms: "Round trip",
  largest_chips: "Largest size",
  earliest: "Earliest phase",
  cost_eur_per_chip_hour: "Chip-hour",
  carbon_kg_per_chip_hour: "Its emissions",
  score: "Points",
};

function Candidates({ report }: { report: Report }) {
  const all = [...rows(report, "candidates")].sort(
    (a, b) =>
      Number(b.chosen === true) - Number(a.chosen === true) ||
      (number(a.cost_eur_per_chip_hour) ?? Infinity) - (number(b.cost_eur_per_chip_hour) ?? Infinity) ||
      text(a.title).localeCompare(text(b.title)),
  );
  const ruledOut = all.filter((row) => text(row.why_not)).length;
  const soonest = all.map((row) => text(row.energised)).sort()[0];
  const verdict = (row: Row) =>
    row.chosen === true ? (
      <span class="good">✓ built</span>
    ) : text(row.why_not) ? (
      <span>✕ {withDates(text(row.why_not))}</span>
    ) : (
      "possible, not chosen"
    );
  return (
    <Figure
      report={report}
      id="candidates"
      title="All places that stood to choose"
      lead={`${count(ruledOut)} of ${count(all.length)} are ruled out by a limit of their own${soonest ? `; the first connection can be used on ${date(soonest)}` : ""}. Costs and emissions are those of the largest size that the grid carries, built as early as it allows.`}
      unit="as each column says"
      source={["candidates", Object.keys(CANDIDATE_HEADS).filter((key) => key !== "title" && key !== "country")]}
      frame={frame(report, "candidates", Object.keys(report.tables.candidates ?? {}))}
    >
      <Table
        class="third-long"
        caption="Candidates"
        cols={columns(
          report,
          "candidates",
          present(report, "candidates", CANDIDATE_HEADS),
          {
            country: (row) => countryName(text(row.country)),
            why_not: verdict,
          },
          OFF_PAPER,
        )}
        rows={all}
      />
    </Figure>
  );
}
