// This module owns the figures of a choice of sites: cost and emissions by part, the Pareto set, and what limits are worth.
import { useMemo } from "preact/hooks";
import { rowBars, rowsHeight } from "../charts/bars.ts";
import { Chart } from "../charts/Chart.tsx";
import { paretoChart } from "../charts/pareto.ts";
import { seriesCss } from "../charts/theme.ts";
import { type Frame, frame, type Report, rows, text } from "../data.ts";
import { count, format, share, withDates } from "../format.ts";
import { Figure } from "../parts/Figure.tsx";
import type { Key } from "../parts/Legend.tsx";
import { carbonParts, paretoOf, placeTitles, shadows } from "../shape/siting.ts";
import { Stack } from "./EnergyFigures.tsx";

const PART_COLOURS: Record<string, number> = {
  chips: 0,
  network: 4,
  building: 1,
  grid: 2,
  energy: 5,
  maintenance: 3,
  insurance: 6,
  staff: -2,
  residual: -3,
  rent: -2,
  connection: 5,
};
/** Parts that are drawn paler than those whose colour they share. */
const PALE_PARTS = ["rent", "connection"];

export function CostParts({ report }: { report: Report }) {
  return (
    <Stack
      report={report}
      id="cost-parts"
      title="What a useful chip-hour costs at each site"
      table="cost_parts"
      place="candidate"
      titles={placeTitles(report)}
      value="cost_eur_per_chip_hour"
      unit="EUR/chip-hour"
      colours={PART_COLOURS}
      pale={PALE_PARTS}
      lead={(_, parts) => `The largest parts over all sites: ${parts} of the cost net of residual value.`}
      how="present cost over present useful chip-hours; residual value counts against the rest"
    />
  );
}

export function CarbonParts({ report }: { report: Report }) {
  const { names, series, made, draw, label } = useMemo(() => {
    const sites = rows(report, "chosen_sites");
    const parts = carbonParts(sites);
    const titles = sites.map((site) => text(site.title));
    const list = [
      { name: "Electricity", colour: 5, values: parts.electricity },
      { name: "Making chips, hosts and network", colour: 0, values: parts.making },
    ];
    const table: Frame = {
      name: "carbon-parts",
      columns: [
        { key: "site", unit: "text" },
        { key: "electricity_kg_per_chip_hour", unit: "kgCO2e/chip-hour" },
        { key: "making_kg_per_chip_hour", unit: "kgCO2e/chip-hour" },
      ],
      rows: titles.map((title, index) => [title, parts.electricity[index] ?? 0, parts.making[index] ?? 0]),
    };
    const whole = titles
      .map((title, index) => ({ title, kg: (parts.electricity[index] ?? 0) + (parts.making[index] ?? 0), index }))
      .sort((a, b) => b.kg - a.kg);
    const [most, least] = [whole[0], whole.at(-1)];
    const made = most ? share(most.kg > 0 ? (parts.making[most.index] ?? 0) / most.kg : 0) : "";
    return {
      names: titles,
      series: list,
      made: table,
      draw: rowBars({ names: titles, series: list, show: (value) => format(value, "kgCO2e/chip-hour") }),
      label:
        most && least && most !== least
          ? `From ${format(least.kg, "kgCO2e/chip-hour")} a chip-hour at ${least.title} to ${format(most.kg, "kgCO2e/chip-hour")} at ${most.title}, where making the chips is ${made} of it.`
          : most
            ? `${format(most.kg, "kgCO2e/chip-hour")} a chip-hour at ${most.title}; making the chips is ${made} of it.`
            : "",
    };
  }, [report]);
  if (!names.length) return null;
  return (
    <Figure
      report={report}
      id="carbon-parts"
      title="What a useful chip-hour emits at each site"
      lead={label}
      unit="kgCO2e/chip-hour"
      source={["chosen_sites", ["carbon_kg_per_chip_hour", "embodied_t", "useful_chip_hours"]]}
      how="making is embodied_t over useful_chip_hours, electricity the rest"
      keys={series.map(({ name, colour }): Key => ({ name, colour: seriesCss(colour) }))}
      frame={made}
    >
      <Chart draw={draw} height={rowsHeight(names)} label={`Emissions of a useful chip-hour by site. ${label}`} />
    </Figure>
  );
}

export function Pareto({ report }: { report: Report }) {
  const { points, draw, label } = useMemo(() => {
    const found = paretoOf(report);
    const [cheap, clean] = [found[0], found.at(-1)];
    const told =
      cheap && clean && cheap !== clean
        ? `From ${format(cheap.cost, "EUR/chip-hour")} and ${format(cheap.carbon, "kgCO2e/chip-hour")} a chip-hour to ${format(clean.cost, "EUR/chip-hour")} and ${format(clean.carbon, "kgCO2e/chip-hour")}: ${share(clean.cost / cheap.cost - 1)} more cost for ${share(1 - clean.carbon / cheap.carbon)} less carbon.`
        : "One choice is the best in both.";
    return {
      points: found,
      draw: paretoChart(found, placeTitles(report)),
      label: `${told}${found.some((point) => point.chosen) ? "" : " The choice itself is not among them: it follows another aim or other limits."}`,
    };
  }, [report]);
  if (!points.length) return null;
  return (
    <Figure
      report={report}
      id="pareto"
      title={`${count(points.length)} ${points.length === 1 ? "choice" : "choices"} that no other beats in both cost and carbon`}
      lead={label}
      unit="EUR/chip-hour (across), kg CO₂e/chip-hour (up)"
      source={["pareto", ["cost_eur_per_chip_hour", "carbon_kg_per_chip_hour", "places"]]}
      frame={frame(report, "pareto", Object.keys(report.tables.pareto ?? {}))}
    >
      <Chart draw={draw} height={340} label={`Pareto set of cost and emissions. ${label}`} />
    </Figure>
  );
}

const FIRST = 12;

export function Shadows({ report }: { report: Report }) {
  const { binding, slack } = shadows(report);
  if (!binding.length && !slack.length) return null;
  const list = (all: typeof binding) => (
    <ul class="words">
      {all.map((row) => (
        <li key={`${text(row.limit)} ${text(row.candidate)} ${text(row.change)}`}>{withDates(text(row.words))}</li>
      ))}
    </ul>
  );
  const rest = [...binding.slice(FIRST), ...slack];
  return (
    <Figure
      report={report}
      id="shadow"
      title="What the limits are worth"
      lead={
        binding.length
          ? `${count(binding.length)} of ${count(binding.length + slack.length)} limits bind: to move one of them makes the choice better.`
          : "No limit binds: to move any of them changes nothing."
      }
      unit="EUR/year"
      source={["shadow", ["worth_eur_per_year", "carbon_t_per_year", "words"]]}
      how="each limit moved by itself, everything chosen anew"
      frame={frame(report, "shadow", Object.keys(report.tables.shadow ?? {}))}
    >
      {list(binding.slice(0, FIRST))}
      {rest.length > 0 && (
        <details>
          <summary>
            {rest.length > slack.length ? `${count(rest.length)} more` : `${count(slack.length)} that change nothing`}
          </summary>
          {list(rest)}
        </details>
      )}
    </Figure>
  );
}
