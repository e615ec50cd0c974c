// This module owns what is made of the waits: the share of jobs that start at once, and how the smallest users fare.
import { amount, groups, number, type Report, rows, text } from "../data.ts";

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

/** Those whose median wait the summary names: start-ups, or the tenant with the smallest jobs where there are none. */
export function smallUsers(report: Report): SmallUsers {
  const { tenants } = report.scenario;
  const startUps = tenants.filter((tenant) => tenant.tenant_class === START_UP);
  const first = tenants.reduce(
    (least, tenant) => (tenant.job_chips < least.job_chips ? tenant : least),
    tenants[0] ?? { name: "", tenant_class: "", job_chips: 0 },
  );
  const [tenant, tenantClass] = startUps.length ? [null, START_UP] : [first.name, first.tenant_class];
  const row =
    tenant === null
      ? rows(report, "classes").find((found) => found.tenant_class === START_UP)
      : rows(report, "tenants").find((found) => found.tenant === tenant);
  const alone = tenant === null || tenants.filter((other) => other.tenant_class === tenantClass).length === 1;
  const curve = waitCurves(report).find((found) => found.tenantClass === tenantClass);
  return { tenant, tenantClass, p90: number(row?.wait_p90_s), atOnce: alone && curve ? atOnce(curve) : null };
}
