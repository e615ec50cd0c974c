// This module owns the map of the run's sites with the list beside it, which the overview and the energy screen show.
import { SiteMap, type Spot } from "../charts/SiteMap.tsx";
import { amount, frame, number, type Report, type Row, rows, text } from "../data.ts";
import { count, date, format, large, share } from "../format.ts";
import { chosen, Switch } from "../parts/Choice.tsx";
import { Figure } from "../parts/Figure.tsx";
import { countryName } from "../parts/names.ts";
import { Pairs } from "../parts/Pairs.tsx";
import { asked, waitYears } from "../shape/energy.ts";
import { choose, setting } from "../state.ts";

const LAYERS = [
  { value: "carbon", label: "Carbon", unit: "gCO2e/kWh", told: "carbon intensity of the electricity used" },
  { value: "price", label: "Price", unit: "EUR/MWh", told: "mean price of the electricity used" },
  { value: "pue", label: "PUE", unit: "1", told: "power usage effectiveness" },
  { value: "wait", label: "Wait for the grid", unit: "years", told: "wait for the grid connection" },
];
const OF_SITE = ["pue", "wait"];

function layerValue(report: Report, site: Row, layer: string): number | null {
  const energy = amount(site.energy_mwh);
  if (layer === "pue") return number(site.pue);
  if (layer === "wait") return waitYears(report, site);
  if (energy <= 0) return null;
  return layer === "price" ? amount(site.energy_eur) / energy : (amount(site.carbon_t) / energy) * 1000;
}

type Facts = (report: Report, site: Row) => [name: string, value: string][];

/** What is built at a site. */
export const builtFacts: Facts = (report, site) => [
  ["Facility load", format(site.facility_mw, "MW")],
  ["Grid connection", format(site.connection_mw, "MW")],
  ["PUE", format(site.pue, "1")],
  ["Capital cost", format(site.capex_eur, "EUR")],
  ["Utilisation", number(site.utilisation_share) === null ? "–" : share(amount(site.utilisation_share))],
  ["Price", format(layerValue(report, site, "price"), "EUR/MWh")],
  ["Carbon intensity", format(layerValue(report, site, "carbon"), "gCO2e/kWh")],
];

/** What a site draws, and from when. */
export const energyFacts: Facts = (report, site) => [
  ["Grid connection", format(site.connection_mw, "MW")],
  ["Connection from", format(site.connection_ready, "date")],
  ["Highest hour", format(site.peak_mw, "MW")],
  ["PUE of the window", format(site.pue_window ?? site.pue, "1")],
  ["PUE of the worst hour", format(site.peak_pue, "1")],
  ["Renewable by the hour", format(site.renewable_hourly_share, "share")],
  ["Water", format(site.water_m3, "m3")],
  ["Price", format(layerValue(report, site, "price"), "EUR/MWh")],
  ["Carbon intensity", format(layerValue(report, site, "carbon"), "gCO2e/kWh")],
];

interface Props {
  report: Report;
  id: string;
  /** Name of the colour's choice in the address. */
  layer: string;
  facts: Facts;
}

export function SitesMap({ report, id, layer: name, facts }: Props) {
  const sites = [...rows(report, "sites")].sort((a, b) => amount(b.it_mw) - amount(a.it_mw));
  const known = LAYERS.filter(({ value }) => sites.some((site) => layerValue(report, site, value) !== null));
  const layer = known.find(({ value }) => value === chosen(name, known)) ?? LAYERS[0];
  if (!layer) return null;
  const spots: Spot[] = sites.map((site) => ({
    site: text(site.site),
    title: text(site.title),
    longitude: amount(site.longitude_deg),
    latitude: amount(site.latitude_deg),
    mw: amount(site.it_mw),
    value: layerValue(report, site, layer.value),
  }));
  const selected = setting("site", spots[0]?.site ?? "");
  return (
    <Figure
      report={report}
      id={id}
      title="Where the sites are"
      lead="Area of a circle: IT load. Choose a site on the map or in the list."
      unit={`MW for the circles; ${layer.told} for the colour`}
      source={["sites", ["it_mw", layer.value === "wait" ? "connection_ready" : "pue"]]}
      how={
        layer.value === "wait"
          ? `years from ${date(asked(report))} to that day`
          : OF_SITE.includes(layer.value)
            ? undefined
            : "energy-weighted mean of the simulated window"
      }
      controls={<Switch name={name} label="Colour" options={known} />}
      frame={frame(report, "sites", Object.keys(report.tables.sites ?? {}))}
    >
      <div class="sites">
        <SiteMap
          spots={spots}
          selected={selected}
          select={(site) => choose("site", site)}
          show={(value) => format(value, layer.unit)}
          layer={layer.told}
        />
        <ol class="site-list">
          {sites.map((site) => (
            <SiteEntry
              key={text(site.site)}
              site={site}
              facts={facts(report, site)}
              open={text(site.site) === selected}
            />
          ))}
        </ol>
      </div>
    </Figure>
  );
}

function SiteEntry({ site, facts, open }: { site: Row; facts: [string, string][]; open: boolean }) {
  return (
    <li class={open ? "open" : ""}>
      <button type="button" aria-expanded={open} onClick={() => choose("site", text(site.site))}>
        {text(site.title)}, {countryName(text(site.country))}
      </button>
      <p>
        {count(amount(site.chips))} chips · {large(amount(site.h100_equivalents))} H100-equivalents ·{" "}
        {format(site.it_mw, "MW")} of IT
      </p>
      <Pairs kind="facts" entries={facts} />
    </li>
  );
}
