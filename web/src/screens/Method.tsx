// This module owns the notes on method: how each number comes about and what it leaves out, in plain words.

import type { Report } from "../data.ts";
import { count, digits, share } from "../format.ts";
import { Pairs } from "../parts/Pairs.tsx";

const SCHEDULERS: Record<string, string> = {
  easy: "first come, first served with EASY backfill: a later job may start early where it does not delay the first one in the queue",
  fcfs: "first come, first served: no job starts before one that came earlier",
  sjf: "the shortest job first",
  conservative:
    "first come, first served with conservative backfill: a later job may start early where it delays none before it",
  multifactor:
    "by a priority of age, fair share, size and quality of service, with EASY backfill: a later job may start early where it does not delay the first one in the queue",
};

const FEDERATIONS: Record<string, string> = {
  "shortest-wait": "at the site of the shortest expected wait",
  cheapest: "at the site where power is cheapest at the time",
  greenest: "at the site where power is cleanest at the time",
  "data-locality": "at the site of the shortest wait and transfer of its data",
};

/** How jobs are queued, run and counted. */
function operation({ operations, simulation }: Report["scenario"]): string {
  const where = FEDERATIONS[operations.federation ?? ""] ?? "at each site";
  const failing = operations.failures?.drawn ?? false;
  return [
    `Jobs are drawn at random for each tenant, then queued ${where}: ${SCHEDULERS[operations.scheduler] ?? operations.scheduler}.`,
    `The scheduler believes the ${operations.estimate} run time; walltimes end at ${digits(operations.walltime_limit_hours)} hours.`,
    failing
      ? "Nodes, domains, sites and jobs fail at random; a job goes on from its last checkpoint, and what it did since is lost."
      : "",
    `Waits count all jobs submitted in the window of ${simulation.days} days, also those that start after it; chip-hours count only inside it.`,
  ]
    .filter(Boolean)
    .join(" ");
}

const WATERFALL =
  " Cash pays the steps of the fund’s waterfall in their order, quarter by quarter; interest until operation begins is added to the loans.";

/** How the draws are made, where the run has some. */
function risk({ scenario, tables }: Report): [string, string][] {
  if (!scenario.risk || !tables.risk_measures?.measure?.length) return [];
  return [
    [
      "Risk",
      `${count(scenario.risk.draws)} draws with seed ${scenario.risk.seed} move chip price, power price, demand, delay, failures and interest together, by a Gaussian copula, and pass the same waterfall. A layer’s loss is what it never gets back, not what comes late or earns less than it asks for.`,
    ],
  ];
}

export function Method({ report }: { report: Report }) {
  const { costs, programme } = report.scenario;
  const notes: [string, string][] = [
    [
      "Size",
      "Chips fill whole nodes. An H100-equivalent is the dense 16-bit peak of one H100 SXM; sparse peaks and narrower number formats are never counted. Facility load is IT load times power usage effectiveness.",
    ],
    ["Operation", operation(report.scenario)],
    [
      "Training runs",
      "Arithmetic of the model over what the chips deliver, then failures and checkpoints: days are days of computing over goodput. Waiting in the queue is not part of them.",
    ],
    [
      "Energy and carbon",
      "Power follows the chips at work, hour by hour; cooling follows the wet-bulb and dry-bulb temperature of the hour. Prices, carbon intensities and weather are those of the scenario’s files; without one, yearly means of the country and monthly normals of the nearest station are spread over the hours by published shapes, in each site’s local standard time; the window itself runs in UTC. Emissions are location-based and life cycle where nothing else is said; market-based ones count contracts with certificates first and the residual mix for the rest; making chips and buildings is counted apart.",
    ],
    [
      "Money",
      `${costs.inflation_rate ? `Euros at the prices of each quarter, which rise by ${share(costs.inflation_rate)} a year` : `Real euros of ${programme.base_year}`}, by quarters. The simulated window stands for every year of a site’s life, scaled by the chips installed${costs.utilisation_share === null || costs.utilisation_share === undefined ? "" : `, with ${share(costs.utilisation_share)} of chip-hours paid as the scenario sets`}. Levelised cost is the present value of costs, net of residual value, over the present delivered chip-hours at ${share(costs.discount_rate)} a year${costs.inflation_rate ? " above inflation" : ""}.${WATERFALL}`,
    ],
    ...risk(report),
    [
      "Claims",
      "A claim holds, holds only if a named condition is met, or fails, under the model, chip and baseline named beside it; what is about the past is held to the record. What nothing could settle is not checkable, with what it would take.",
    ],
  ];
  return (
    <section class="block">
      <h3>How the numbers come about</h3>
      <Pairs kind="method" entries={notes} />
    </section>
  );
}
