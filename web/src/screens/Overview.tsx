// This module owns the first screen: headline numbers, verdicts, the flow of money and the map of sites.
import { useMemo } from "preact/hooks";
import { Chart } from "../charts/Chart.tsx";
import { flow, flowHeight, levels, NARROW_LEVELS, title } from "../charts/flow.ts";
import { column, frame, type Report, rows, text } from "../data.ts";
import { money } from "../format.ts";
import { Figure } from "../parts/Figure.tsx";
import { VERDICT, VERDICTS, VerdictMark, verdictOf } from "../parts/Verdict.tsx";
import { bands, layerTitles } from "../shape/money.ts";
import { Headlines } from "./Headlines.tsx";
import { builtFacts, SitesMap } from "./SitesMap.tsx";

export function Overview({ report }: { report: Report }) {
  return (
    <>
      <p class="summary">{report.scenario.summary}</p>
      <Headlines report={report} />
      <VerdictCounts report={report} />
      <MoneyFlow report={report} />
      <SitesMap report={report} id="sites" layer="layer" facts={builtFacts} />
    </>
  );
}

/** How many claims have each verdict. */
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
  const whole = rows(report, "sources_and_uses").length > 0;
  const label = `Flow of money with ${links.length} bands${widest}.`;
  return (
    <Figure
      report={report}
      id="money-flow"
      title="Where the money comes from and where it goes"
      lead={
        whole
          ? "Capital cost of all sites, fees, interest during construction and the first fill of reserves; the width of a band is its amount."
          : "Capital cost of all sites; the width of a band is its amount."
      }
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
