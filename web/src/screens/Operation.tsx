// This module owns the operation screen: utilisation and queue over time, waits by class, and who gets the chip-hours.
import { useMemo } from "preact/hooks";
import { rowBars, rowsHeight } from "../charts/bars.ts";
import { Chart } from "../charts/Chart.tsx";
import { LOAD_HEIGHT, load } from "../charts/load.ts";
import { type Curve, waits } from "../charts/waits.ts";
import { amount, type Frame, frame, number, type Report, rows, text, total } from "../data.ts";
import { duration, format, large, share } from "../format.ts";
import { chosen, Pick } from "../parts/Choice.tsx";
import { Figure } from "../parts/Figure.tsx";
import type { Key } from "../parts/Legend.tsx";
import { classIndex, named } from "../parts/names.ts";
import { siteOptions } from "../parts/sites.ts";
import { Table } from "../parts/Table.tsx";
import { steps } from "../shape/hourly.ts";
import { atOnce, waitCurves } from "../shape/waits.ts";
import { columns } from "./Machine.tsx";

export function Operation({ report }: { report: Report }) {
  return (
    <>
      <Load report={report} />
      <Waits report={report} />
      <Shares report={report} />
      <Tenants report={report} />
    </>
  );
}

const MS_PER_DAY = 86_400_000;

function Load({ report }: { report: Report }) {
  const options = siteOptions(report);
  const site = chosen("load-site", options);
  const { draw, made, label, mean } = useMemo(() => {
    const found = steps(report, site);
    const shares = found.flatMap((step) => (step.utilisation_share === null ? [] : [step.utilisation_share]));
    const daily = (found[1]?.ms ?? 0) - (found[0]?.ms ?? 0) >= MS_PER_DAY;
    const table: Frame = {
      name: `utilisation-${site}`,
      columns: [
        { key: "start", unit: "text" },
        { key: "utilisation_share", unit: "share" },
        { key: "busy_chips", unit: "count" },
        { key: "capacity_chips", unit: "count" },
        { key: "queued_jobs", unit: "count" },
        { key: "queued_chips", unit: "count" },
      ],
      rows: found.map((step) => [
        new Date(step.ms).toISOString().slice(0, daily ? 10 : 16),
        step.utilisation_share,
        step.busy_chips,
        step.capacity_chips,
        step.queued_jobs,
        step.queued_chips,
      ]),
    };
    const told = shares.length
      ? `By ${daily ? "daily" : "hourly"} mean, between ${share(Math.min(...shares))} and ${share(Math.max(...shares))} of the chips are at work; at most ${large(Math.max(...found.map((step) => step.queued_chips)))} chips are waited for.`
      : "";
    return { draw: load(found), made: table, label: told, mean: daily ? "mean over days" : "mean over hours" };
  }, [report, site]);
  return (
    <Figure
      report={report}
      id="load"
      title="Utilisation and queue over time"
      lead={`${label} Drag the ends of the strip below to zoom.`}
      unit="share of chips in service (above), chips (below)"
      source={["hourly", ["busy_chips", "capacity_chips", "queued_chips"]]}
      how={mean}
      controls={<Pick name="load-site" label="Site" options={options} />}
      frame={made}
    >
      <Chart draw={draw} height={LOAD_HEIGHT} label={`Utilisation and queue over time. ${label}`} />
    </Figure>
  );
}

function Waits({ report }: { report: Report }) {
  const {
    curves,
    keys,
    draw,
    label,
    once: startedAtOnce,
  } = useMemo(() => {
    const waited = waitCurves(report);
    const found: Curve[] = waited.map(({ tenantClass, points }) => ({
      name: named(tenantClass),
      colour: classIndex(tenantClass),
      points,
    }));
    const legend: Key[] = found.map(({ name, colour }) => ({ name, colour: `var(--series-${colour})`, shape: "line" }));
    const told = rows(report, "classes").map(
      (row) =>
        `${named(text(row.tenant_class))}: median ${format(row.wait_p50_s, "s")}, one in ten waits ${format(row.wait_p90_s, "s")} or longer`,
    );
    const once = waited.map((curve) => `${named(curve.tenantClass)} ${share(atOnce(curve))}`);
    return { curves: found, keys: legend, draw: waits(found), label: `${told.join("; ")}.`, once: once.join(", ") };
  }, [report]);
  const heads = {
    tenant_class: "Class",
    jobs: "Jobs",
    wait_p10_s: "P10",
    wait_p50_s: "Median",
    wait_p90_s: "P90",
    wait_p99_s: "P99",
    wait_mean_s: "Mean",
    bounded_slowdown_mean: "Slowdown",
  };
  return (
    <>
      <Figure
        report={report}
        id="waits"
        title="How long jobs wait, by class of tenant"
        lead={`Started at once: ${startedAtOnce}. Read across the share of a class’s jobs, and up the wait that they do not exceed; the scale is logarithmic.`}
        unit="s (axis in seconds to years)"
        source={["wait_quantiles", ["wait_s"]]}
        keys={keys}
        frame={frame(report, "wait_quantiles", ["tenant_class", "quantile_share", "wait_s"])}
      >
        {curves.length ? (
          <Chart draw={draw} height={340} label={`Waits by class. ${label}`} />
        ) : (
          <p class="empty">No job waits in this run.</p>
        )}
      </Figure>
      <section class="block">
        <Table
          caption="Queue waits by class"
          cols={columns(report, "classes", heads, { tenant_class: (row) => named(text(row.tenant_class)) })}
          rows={rows(report, "classes")}
        />
        <p class="note">Slowdown: wait plus run over run, mean over jobs; runs under ten seconds count as ten.</p>
      </section>
    </>
  );
}

function Shares({ report }: { report: Report }) {
  const { draw, keys, made, label } = useMemo(() => {
    const classes = rows(report, "classes");
    const asked = total(classes, "asked_chip_hours");
    const used = total(classes, "chip_hours");
    const series = classes.map((row) => ({
      name: named(text(row.tenant_class)),
      colour: classIndex(text(row.tenant_class)),
      values: [asked > 0 ? amount(row.asked_chip_hours) / asked : 0, used > 0 ? amount(row.chip_hours) / used : 0],
    }));
    const table: Frame = {
      name: "chip-hour-shares",
      columns: [
        { key: "tenant_class", unit: "text" },
        { key: "asked_share", unit: "share" },
        { key: "used_share", unit: "share" },
        { key: "asked_chip_hours", unit: "chip-hours" },
        { key: "chip_hours", unit: "chip-hours" },
      ],
      rows: classes.map((row, index) => [
        row.tenant_class ?? null,
        series[index]?.values[0] ?? null,
        series[index]?.values[1] ?? null,
        row.asked_chip_hours ?? null,
        row.chip_hours ?? null,
      ]),
    };
    return {
      draw: rowBars({ names: ["Asked for", "Used in the window"], series, show: share, max: 1 }),
      keys: series.map(({ name, colour }) => ({ name, colour: `var(--series-${colour})` })),
      made: table,
      label: `${series.map((one) => `${one.name} ask for ${share(one.values[0] ?? 0)} and use ${share(one.values[1] ?? 0)}`).join("; ")}.`,
    };
  }, [report]);
  return (
    <Figure
      report={report}
      id="shares"
      title="Who asks for chip-hours and who gets them"
      lead={label}
      unit="share of all chip-hours"
      source={["classes", ["asked_chip_hours", "chip_hours"]]}
      keys={keys}
      frame={made}
    >
      <Chart draw={draw} height={rowsHeight(["", ""])} label={label} />
    </Figure>
  );
}

function Tenants({ report }: { report: Report }) {
  const heads = {
    tenant: "Tenant",
    tenant_class: "Class",
    jobs: "Jobs",
    asked_chip_hours: "Asked chip-hours",
    chip_hours: "Used chip-hours",
    chip_hours_share: "Share",
    wait_p50_s: "Median wait",
    wait_p90_s: "P90 wait",
    revenue_eur: "Revenue",
  };
  return (
    <section class="block">
      <h3>Tenants</h3>
      <Table
        caption="Chip-hours, waits and revenue by tenant"
        cols={columns(report, "tenants", heads, {
          tenant: (row) => named(text(row.tenant)),
          tenant_class: (row) => named(text(row.tenant_class)),
          wait_p50_s: (row) => (number(row.wait_p50_s) === null ? "–" : duration(amount(row.wait_p50_s))),
        })}
        rows={rows(report, "tenants")}
      />
    </section>
  );
}
