// This module owns the figure of a reserved share: what start-ups win, and what it costs everyone.
import { useMemo } from "preact/hooks";
import { Chart } from "../charts/Chart.tsx";
import { seriesCss } from "../charts/theme.ts";
import { TRADEOFF_HEIGHT, type TradeCurve, tradeoffChart } from "../charts/tradeoff.ts";
import { dashOf } from "../charts/waits.ts";
import { number, type Report, type Row, rows, text } from "../data.ts";
import { format, share } from "../format.ts";
import { Figure } from "../parts/Figure.tsx";
import type { Key } from "../parts/Legend.tsx";
import { named } from "../parts/names.ts";
import { Table } from "../parts/Table.tsx";
import { AS_IS, ASKED_FOR, costs, NO_ENCLAVES, tradeoff, whole } from "../shape/access.ts";
import { columns, present } from "./Machine.tsx";

const DEMANDS: Record<string, { name: string; short: string; colour: number }> = {
  [AS_IS]: { name: "Demand of the scenario", short: "As it is", colour: 0 },
  [ASKED_FOR]: { name: "Start-ups ask for the reserved share", short: "As reserved", colour: 2 },
  [NO_ENCLAVES]: { name: "Without enclaves", short: "No enclaves", colour: 5 },
};

/** What a point costs or brings, in words; nothing where it is measured against none. */
function bill(row: Row): string {
  const [hours, eur] = [number(row.cost_chip_hours), number(row.cost_eur)];
  if (hours === null || eur === null) return "";
  const [work, money] = [costs(hours), costs(eur)];
  return ` and ${work.verb} ${format(work.amount, "chip-hours")} useful chip-hours and ${work.verb === money.verb ? "" : `${money.verb} `}${format(money.amount, "EUR")} of revenue`;
}

const demandName = (demand: string): string => DEMANDS[demand]?.name ?? named(demand);

export function Tradeoff({ report }: { report: Report }) {
  const { found, curves, draw, label } = useMemo(() => {
    const points = tradeoff(report);
    const made = [...points].map(
      ([demand, own]): TradeCurve => ({
        name: demandName(demand),
        colour: DEMANDS[demand]?.colour ?? 3,
        points: own,
      }),
    );
    const told = made.map(
      ({ name, points: own }) =>
        `${name}: ${own.map((point) => `${share(point.reserved)} reserved, start-ups ${share(point.startups)}, useful ${share(point.useful)}`).join("; ")}`,
    );
    return { found: points, curves: made, draw: tradeoffChart(made), label: told.join(". ") };
  }, [report]);
  if (!curves.length) {
    return (
      <section class="block">
        <h3>What a reserved share costs</h3>
        <p class="empty">This run did not vary the share that is kept for start-ups, so it cannot say what it costs.</p>
      </section>
    );
  }
  const most = (found.get(ASKED_FOR) ?? found.get(AS_IS) ?? []).at(-1);
  return (
    <Figure
      report={report}
      id="tradeoff"
      title={
        most && most.reserved > 0
          ? `${share(most.reserved)} kept for start-ups gives them ${share(most.startups)} of the chip-hours${bill(most.row)}`
          : "What a reserved share costs"
      }
      lead={`Each point is a simulation of ${format(most?.row.simulated_days ?? null, "days")} with another share of every machine kept for start-ups (printed beside it)${found.has(ASKED_FOR) ? ": once for the demand of the scenario, once with start-ups that ask for that share of all that is asked for and the others for the rest, in all as much as before" : ""}. Useful: what is left of the machines’ capacity without idle hours, lost work and the overhead of isolation.`}
      unit="share of the machines’ capacity (up), share of the chip-hours got (across)"
      source={["tradeoff", ["startup_chip_hours_share", "useful_share"]]}
      how="costs are measured against the same jobs with nothing reserved"
      keys={curves.map(({ name, colour }, index): Key => ({ name, colour: seriesCss(colour), dash: dashOf(index) }))}
      frame={whole(report, "tradeoff")}
    >
      <Chart draw={draw} height={TRADEOFF_HEIGHT} label={`Useful share against the share of start-ups. ${label}.`} />
      <Table
        caption="What a reserved share costs"
        cols={columns(
          report,
          "tradeoff",
          present(report, "tradeoff", {
            demand: "Demand",
            reserved_share: "Reserved",
            startup_chip_hours_share: "Start-ups get",
            startup_wait_p50_s: "They wait, median",
            startup_wait_p90_s: "P90",
            other_wait_p90_s: "Others wait, P90",
            occupied_chip_hours: "Occupied",
            useful_share: "Useful",
            cost_chip_hours: "Costs chip-hours",
            cost_eur: "Costs revenue",
          }),
          { demand: (row) => DEMANDS[text(row.demand)]?.short ?? named(text(row.demand)) },
        )}
        rows={rows(report, "tradeoff")}
      />
    </Figure>
  );
}
