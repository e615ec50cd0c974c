// This module owns the first screen: headline numbers, verdicts, the flow of money and the map of sites.
import { useMemo } from "preact/hooks";
import { Chart } from "../charts/Chart.tsx";
import { flow, flowHeight, levels, NARROW_LEVELS, title } from "../charts/flow.ts";
import { SiteMap, type Spot } from "../charts/SiteMap.tsx";
import { amount, column, frame, number, type Report, type Row, rows, text } from "../data.ts";
import { count, format, large, money, share } from "../format.ts";
import { chosen, Switch } from "../parts/Choice.tsx";
import { Figure } from "../parts/Figure.tsx";
import { countryName } from "../parts/names.ts";
import { VERDICT, VERDICTS, VerdictMark, verdictOf } from "../parts/Verdict.tsx";
import { bands, layerTitles } from "../shape/money.ts";
import { choose, setting } from "../state.ts";
import { Headlines } from "./Headlines.tsx";

export function Overview({ report }: { report: Report }) {
  return (
    <>
      <p class="summary">{report.scenario.summary}</p>
      <Headlines report={report} />
      <VerdictCounts report={report} />
      <MoneyFlow report={report} />
      <Sites report={report} />
    </>
  );
}

export function verdictCounts(report: Report): Map<string, number> {
  const counts = new Map<string, number>(VERDICTS.map((name) => [name, 0]));
  for (const cell of column(report, "claims", "verdict")) {
    const name = verdictOf(text(cell));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function VerdictCounts({ report }: { report: Report }) {
  const counts = verdictCounts(report);
  const all = [...counts.values()].reduce((a, b) => a + b, 0);
  if (!all) return null;
  return (
    <section class="block" aria-labelledby="verdicts-title">
      <h3 id="verdicts-title">{all} published claims, checked against this scenario</h3>
      <div class="split" aria-hidden="true">
        {VERDICTS.map((name) => (
          <i
            key={name}
            style={{ flexGrow: counts.get(name), background: VERDICT[name].colour }}
            hidden={!counts.get(name)}
          />
        ))}
      </div>
      <ul class="verdicts">
        {VERDICTS.map((name) => (
          <li key={name}>
            <a href={`#claims?verdict=${name}`}>
              <strong data-verdict={name}>{counts.get(name)}</strong> <VerdictMark name={name} />
            </a>
            <small>{VERDICT[name].told}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}

function MoneyFlow({ report }: { report: Report }) {
  const links = useMemo(() => bands(report), [report]);
  const names = useMemo(() => layerTitles(report), [report]);
  const draw = useMemo(() => flow(links, names), [links, names]);
  const largest = [...links].sort((a, b) => b.value - a.value)[0];
  const widest = largest
    ? `; the widest goes from ${title(largest.source, names)} to ${title(largest.target, names)}, ${money(largest.value)}`
    : "";
  const label = `Flow of money with ${links.length} bands${widest}.`;
  return (
    <Figure
      report={report}
      id="money-flow"
      title="Where the money comes from and where it goes"
      lead="Capital cost of all sites; the width of a band is its amount."
      unit="EUR"
      source={["money_flow", ["value_eur"]]}
      frame={frame(report, "money_flow", ["source", "target", "value_eur"])}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section class={levels(links) > NARROW_LEVELS ? "wide" : ""} aria-label="Flow of money" tabIndex={0}>
        <Chart draw={draw} height={flowHeight(links)} label={label} />
      </section>
    </Figure>
  );
}

const LAYERS = [
  { value: "carbon", label: "Carbon", unit: "gCO2e/kWh", told: "carbon intensity of the electricity used" },
  { value: "price", label: "Price", unit: "EUR/MWh", told: "mean price of the electricity used" },
  { value: "pue", label: "PUE", unit: "1", told: "power usage effectiveness" },
];

function layerValue(site: Row, layer: string): number | null {
  const energy = amount(site.energy_mwh);
  if (layer === "pue") return number(site.pue);
  if (energy <= 0) return null;
  return layer === "price" ? amount(site.energy_eur) / energy : (amount(site.carbon_t) / energy) * 1000;
}

function Sites({ report }: { report: Report }) {
  const layer = LAYERS.find(({ value }) => value === chosen("layer", LAYERS)) ?? LAYERS[0];
  if (!layer) return null;
  const sites = [...rows(report, "sites")].sort((a, b) => amount(b.it_mw) - amount(a.it_mw));
  const spots: Spot[] = sites.map((site) => ({
    site: text(site.site),
    title: text(site.title),
    longitude: amount(site.longitude_deg),
    latitude: amount(site.latitude_deg),
    mw: amount(site.it_mw),
    value: layerValue(site, layer.value),
  }));
  const selected = setting("site", spots[0]?.site ?? "");
  return (
    <Figure
      report={report}
      id="sites"
      title="Where the sites are"
      lead="Area of a circle: IT load. Choose a site on the map or in the list."
      unit={`MW for the circles; ${layer.told} for the colour`}
      source={["sites", ["it_mw", "pue"]]}
      how={layer.value === "pue" ? undefined : "energy-weighted mean of the simulated window"}
      controls={<Switch name="layer" label="Colour" options={LAYERS} />}
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
            <SiteEntry key={text(site.site)} site={site} open={text(site.site) === selected} />
          ))}
        </ol>
      </div>
    </Figure>
  );
}

function SiteEntry({ site, open }: { site: Row; open: boolean }) {
  const facts: [string, string][] = [
    ["Facility load", format(site.facility_mw, "MW")],
    ["Grid connection", format(site.connection_mw, "MW")],
    ["PUE", format(site.pue, "1")],
    ["Capital cost", format(site.capex_eur, "EUR")],
    ["Utilisation", number(site.utilisation_share) === null ? "–" : share(amount(site.utilisation_share))],
    ["Price", format(layerValue(site, "price"), "EUR/MWh")],
    ["Carbon intensity", format(layerValue(site, "carbon"), "gCO2e/kWh")],
  ];
  return (
    <li class={open ? "open" : ""}>
      <button type="button" aria-expanded={open} onClick={() => choose("site", text(site.site))}>
        {text(site.title)}, {countryName(text(site.country))}
      </button>
      <p>
        {count(amount(site.chips))} chips · {large(amount(site.h100_equivalents))} H100-equivalents ·{" "}
        {format(site.it_mw, "MW")} of IT
      </p>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}
