// This module owns what is made of the waits: their distributions, the share of jobs that start at once, how the smallest
// users fare, and how alike tenants are served.
import { amount, groups, number, type Report, type Row, rows, text } from "../data.ts";
import { digits, share } from "../format.ts";

const START_UP = "start-up";

export interface Wait {
  tenantClass: string;
  /** Pairs of share of jobs and wait in seconds, by share. */
  points: [number, number][];
}

/** Quantile curves of the waits, class by class. */
export function waitCurves(report: Report): Wait[] {
  return [...groups(rows(report, "wait_quantiles"), (row) => text(row.tenant_class))]
    .map(([tenantClass, points]) => ({
      tenantClass,
      points: points
        .filter((row) => number(row.wait_s) !== null)
        .map((row): [number, number] => [amount(row.quantile_share), amount(row.wait_s)])
        .sort((a, b) => a[0] - b[0]),
    }))
    .filter((curve) => curve.points.length > 0);
}

/** Distribution function of a class's waits: pairs of wait and share that waits no longer, each wait once, from one second on. */
export function distribution({ points }: Wait): [number, number][] {
  const found: [number, number][] = [];
  for (const [part, wait] of points) {
    const at = Math.max(1, wait);
    if (found.at(-1)?.[0] === at) found.pop();
    found.push([at, part]);
  }
  return found[0]?.[0] === 1 ? found : [[1, 0], ...found];
}

/** Share of a class's jobs that wait less than a second. */
export function atOnce({ points }: Wait): number {
  return points.filter(([, wait]) => wait < 1).at(-1)?.[0] ?? 0;
}

export interface SmallUsers {
  /** Short name of the tenant with the smallest jobs; null where the start-ups are meant. */
  tenant: string | null;
  tenantClass: string;
  p90: number | null;
  /** Share of their jobs that start at once; null where the tables do not tell it for them alone. */
  atOnce: number | null;
}

/** The tenant whose jobs ask for the fewest chip-hours, of those that sent any. */
function smallest(report: Report): Report["scenario"]["tenants"][number] | undefined {
  const each = (row: Row) => amount(row.asked_chip_hours) / amount(row.jobs);
  const sent = rows(report, "tenants").filter((row) => amount(row.jobs) > 0);
  const names = sent.sort((a, b) => each(a) - each(b)).map((row) => text(row.tenant));
  const found = (name: string) => report.scenario.tenants.find((tenant) => tenant.name === name);
  return names.map(found).find((tenant) => tenant !== undefined);
}

/** Those whose median wait the summary names: start-ups, or the tenant with the smallest jobs where there are none. */
export function smallUsers(report: Report): SmallUsers {
  const { tenants } = report.scenario;
  const startUps = tenants.filter((tenant) => tenant.tenant_class === START_UP);
  const first = smallest(report) ?? tenants[0] ?? { name: "", tenant_class: "" };
  const [tenant, tenantClass] = startUps.length ? [null, START_UP] : [first.name, first.tenant_class];
  const row =
    tenant === null
      ? rows(report, "classes").find((found) => found.tenant_class === START_UP)
      : rows(report, "tenants").find((found) => found.tenant === tenant);
  const alone = tenant === null || tenants.filter((other) => other.tenant_class === tenantClass).length === 1;
  const curve = waitCurves(report).find((found) => found.tenantClass === tenantClass);
  return { tenant, tenantClass, p90: number(row?.wait_p90_s), atOnce: alone && curve ? atOnce(curve) : null };
}

/** Gini and Jain index of what tenants were served of what they asked for, and what they say; null where the run lacks them. */
export function equality(report: Report): string | null {
  const [gini, jain] = [number(report.summary.gini ?? null), number(report.summary.jain ?? null)];
  if (gini === null || jain === null) return null;
  const word = gini < 0.1 ? "nearly alike" : gini < 0.3 ? "unevenly" : "very unevenly";
  return `Of what they ask for, tenants are served ${word}: the Gini index is ${digits(gini)} (0 where all get the same share of it, 1 where one gets everything), and the Jain index ${digits(jain)}: as even as if ${share(jain)} of the tenants got the same and the rest nothing.`;
}
