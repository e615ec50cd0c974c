// This module owns the figures of the operation screen beside the replay: balance of chip-hours, waits, slowdown and goodput
// by class, and who gets the chip-hours.
import { useMemo } from "preact/hooks";
import { rowBars, rowsHeight } from "../charts/bars.ts";
import { Chart } from "../charts/Chart.tsx";
import { seriesCss } from "../charts/theme.ts";
import { type Curve, dashOf, waits } from "../charts/waits.ts";
import {
  amount,
  type Cell,
  type Frame,
  frame,
  height,
  meaning,
  number,
  type Report,
  type Row,
  rows,
  siteTitles,
  text,
  total,
} from "../data.ts";
import { count, digits, duration, format, large, share } from "../format.ts";
import { Figure } from "../parts/Figure.tsx";
import type { Key } from "../parts/Legend.tsx";
import { classColour, classIndex, named } from "../parts/names.ts";
import { type Col, Table } from "../parts/Table.tsx";
import { balance, balanceFrame, missing, PARTS } from "../shape/balance.ts";
import { atOnce, distribution, equality, waitCurves } from "../shape/waits.ts";
import { columns, present } from "./Machine.tsx";

const COLOURS: Record<(typeof PARTS)[number]["key"], number> = {
  paid_chip_hours: 0,
  lost_chip_hours: 5,
  failed_chip_hours: -2,
  idle_chip_hours: -3,
};
const EVENTS = ["node_failures", "interruptions", "preemptions", "moved_in_jobs"] as const;
/** Sums of rounded numbers may miss their whole by this. */
const ROUNDED = 1e-4;

export function Balance({ report }: { report: Report }) {
  const { sites, all } = useMemo(() => balance(report), [report]);
  const titles = siteTitles(report);
  const nameOf = (row: Row) => (row === all ? "All" : (titles.get(text(row.site)) ?? text(row.site)));
  const listed = all && sites.length > 1 ? [...sites, all] : sites;
  const { draw, title } = useMemo(() => {
    const of = (row: Row | null, key: string) =>
      row && amount(row.capacity_chip_hours) > 0 ? amount(row[key]) / amount(row.capacity_chip_hours) : 0;
    const series = PARTS.map(({ key, name }) => ({
      name,
      colour: COLOURS[key],
      values: listed.map((row) => of(row, key)),
    }));
    const parts = PARTS.map(({ key, name }) => `${share(of(all, key))} ${name.toLowerCase()}`);
    return {
      draw: rowBars({ names: listed.map(nameOf), series, show: share, max: 1 }),
      title: `Of ${large(amount(all?.capacity_chip_hours))} chip-hours of capacity, ${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`,
    };
  }, [sites, all]);
  if (!all) return null;
  const off = Math.max(...listed.map(missing));
  const unit = (key: string) => meaning(report, "operation", key).unit;
  const heads = present(report, "operation", {
    ...Object.fromEntries(PARTS.map(({ key, name }) => [key, name])),
    capacity_chip_hours: "Capacity",
    goodput_share: "Goodput",
    node_failures: "Node failures",
    interruptions: "Interruptions",
    preemptions: "Preemptions",
    moved_in_jobs: "Jobs from other sites",
  });
  const cols: Col[] = Object.entries(heads).map(([key, head]) => ({
    key,
    head,
    unit: unit(key),
    help: meaning(report, "operation", key).description,
    show: EVENTS.includes(key as (typeof EVENTS)[number]) ? (row: Row) => count(amount(row[key])) : undefined,
  }));
  return (
    <Figure
      report={report}
      id="balance"
      title={title}
      lead={
        off <= ROUNDED
          ? `Paid: work that is kept. Lost: ${PARTS[1].told}. Failed: ${PARTS[2].told}. Idle: ${PARTS[3].told}. The four add up to the capacity.`
          : `The four parts miss the capacity by ${share(off)}.`
      }
      unit="share of the capacity in chip-hours"
      source={["operation", [...PARTS.map(({ key }) => key), "capacity_chip_hours"]]}
      how="machines of a site together"
      keys={PARTS.map(({ key, name }) => ({ name, colour: seriesCss(COLOURS[key]) }))}
      frame={balanceFrame(report)}
    >
      <Chart draw={draw} height={rowsHeight(listed.map(nameOf))} label={`Balance of chip-hours. ${title}.`} />
      <Table
        caption="Balance of chip-hours by site"
        cols={[{ key: "site", head: "Site", unit: "text", show: nameOf }, ...cols]}
        rows={sites}
        foot={sites.length > 1 ? all : undefined}
      />
    </Figure>
  );
}

export function Waits({ report }: { report: Report }) {
  const { curves, keys, draw, label, title } = useMemo(() => {
    const waited = waitCurves(report);
    const found: Curve[] = waited.map((curve) => ({
      name: named(curve.tenantClass),
      colour: classIndex(curve.tenantClass),
      points: distribution(curve),
    }));
    const legend: Key[] = waited.map((curve) => ({
      name: `${named(curve.tenantClass)}: ${share(atOnce(curve))} at once`,
      colour: classColour(curve.tenantClass),
      dash: dashOf(classIndex(curve.tenantClass)),
    }));
    const told = rows(report, "classes").map(
      (row) =>
        `${named(text(row.tenant_class))}: median ${format(row.wait_p50_s, "s")}, one in ten waits ${format(row.wait_p90_s, "s")} or longer`,
    );
    const ranked = [...waited].sort((a, b) => atOnce(b) - atOnce(a));
    const [best, worst] = [ranked[0], ranked.at(-1)];
    return {
      curves: found,
      keys: legend,
      draw: waits(found),
      label: `${told.join("; ")}.`,
      title:
        best && worst && atOnce(best) > atOnce(worst)
          ? `${share(atOnce(best))} of the jobs of ${lower(best.tenantClass)} start at once, ${share(atOnce(worst))} of those of ${lower(worst.tenantClass)}`
          : best
            ? `${share(atOnce(best))} of the jobs${waited.length > 1 ? " of every class" : ""} start at once`
            : "How long jobs wait",
    };
  }, [report]);
  const heads = {
    tenant_class: "Class",
    jobs: "Jobs",
    unstarted_jobs: "Never started",
    wait_p10_s: "P10",
    wait_p50_s: "Median",
    wait_p90_s: "P90",
    wait_p99_s: "P99",
    wait_mean_s: "Mean",
    bounded_slowdown_mean: "Slowdown",
    goodput_share: "Goodput",
    lost_chip_hours: "Lost chip-hours",
    energy_mwh: "Energy",
  };
  return (
    <>
      <Figure
        report={report}
        id="waits"
        title={title}
        lead="Read up from a wait the share of a class’s jobs that waits no longer. A curve begins at the share that does not wait at all; the scale of waits is logarithmic."
        unit="share of the class’s jobs (up), wait from seconds to years (across)"
        source={["wait_quantiles", ["wait_s", "quantile_share"]]}
        keys={keys}
        frame={frame(report, "wait_quantiles", ["tenant_class", "quantile_share", "wait_s"])}
      >
        {curves.length ? (
          <Chart draw={draw} height={340} label={`Distribution of waits by class. ${label}`} />
        ) : (
          <p class="empty">No job waits in this run.</p>
        )}
      </Figure>
      <section class="block">
        <Table
          caption="Queue waits by class"
          cols={columns(report, "classes", present(report, "classes", heads), {
            tenant_class: (row) => named(text(row.tenant_class)),
          })}
          rows={rows(report, "classes")}
        />
        <p class="note">Slowdown: wait plus run over run, mean over jobs; runs under ten seconds count as ten.</p>
      </section>
    </>
  );
}

const lower = (tenantClass: string): string => {
  const name = named(tenantClass);
  return /^[A-Z][a-z]/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
};

export function Slowdown({ report }: { report: Report }) {
  const { panels, title, made } = useMemo(() => {
    const classes = rows(report, "classes").filter((row) => number(row.bounded_slowdown_mean) !== null);
    const names = classes.map((row) => named(text(row.tenant_class)));
    const slow = classes.map((row) => amount(row.bounded_slowdown_mean));
    const good = classes.map((row) => number(row.goodput_share));
    const worst = classes[slow.indexOf(Math.max(...slow))];
    const leastGood = good.every((value) => value !== null) ? Math.min(...(good as number[])) : null;
    const lost = leastGood === null ? undefined : classes[good.indexOf(leastGood)];
    const table: Frame = {
      name: "slowdown-goodput",
      columns: [
        { key: "tenant_class", unit: "text" },
        { key: "bounded_slowdown_mean", unit: "1" },
        ...(lost ? [{ key: "goodput_share", unit: "share" }] : []),
      ],
      rows: classes.map((row): Cell[] => [
        row.tenant_class ?? null,
        row.bounded_slowdown_mean ?? null,
        ...(lost ? [row.goodput_share ?? null] : []),
      ]),
    };
    const times = (value: number) => `${digits(value)}×`;
    const made_ = [
      {
        name: "Bounded slowdown, mean over jobs (log scale from 1, no wait)",
        draw: rowBars({
          names,
          series: [{ name: "Slowdown", colour: 0, values: slow.map((value) => Math.log10(Math.max(1, value))) }],
          show: (value) => times(10 ** value),
          whole: true,
        }),
        height: rowsHeight(names, 30),
        label: names.map((name, index) => `${name} ${times(slow[index] ?? 1)}`).join(", "),
      },
      ...(lost
        ? [
            {
              name: "Lost of all work done; goodput is the rest",
              draw: rowBars({
                names,
                series: [{ name: "Lost", colour: 5, values: (good as number[]).map((value) => 1 - value) }],
                show: share,
              }),
              height: rowsHeight(names, 30),
              label: names.map((name, index) => `${name} goodput ${share(good[index] ?? 0)}`).join(", "),
            },
          ]
        : []),
    ];
    const slowest = worst
      ? `Jobs of ${lower(text(worst.tenant_class))} take ${digits(Math.max(...slow))} times as long as they run, at the mean, the most of all classes`
      : "";
    const kept =
      lost && leastGood !== null && leastGood < 1
        ? `; ${lower(text(lost.tenant_class))} lose most, ${share(1 - leastGood)} of their work`
        : lost
          ? "; no class loses work"
          : "";
    return { panels: made_, title: slowest + kept, made: table };
  }, [report]);
  if (!made.rows.length) return null;
  return (
    <Figure
      report={report}
      id="slowdown"
      title={title}
      lead="Slowdown is wait plus run over run; runs under ten seconds count as ten."
      unit={panels.length > 1 ? "ratio; share of the chip-hours used" : "ratio"}
      source={["classes", made.columns.slice(1).map(({ key }) => key)]}
      frame={made}
    >
      <div class="trio">
        {panels.map(({ name, draw, height: tall, label }) => (
          <div key={name}>
            <h4>{name}</h4>
            <Chart draw={draw} height={tall} label={`${name}: ${label}.`} />
          </div>
        ))}
      </div>
    </Figure>
  );
}

export function Shares({ report }: { report: Report }) {
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
  const alike = equality(report);
  return (
    <Figure
      report={report}
      id="shares"
      title="Who asks for chip-hours and who gets them"
      lead={
        <>
          {label}
          {alike && <span data-figure="equality"> {alike}</span>}
        </>
      }
      unit="share of all chip-hours"
      source={["classes", ["asked_chip_hours", "chip_hours"]]}
      how={alike ? "Gini and Jain over tenants: summary.json" : undefined}
      keys={keys}
      frame={made}
    >
      <Chart draw={draw} height={rowsHeight(["", ""])} label={label} />
    </Figure>
  );
}

export function Tenants({ report }: { report: Report }) {
  if (!height(report.tables.tenants)) return null;
  const heads = {
    tenant: "Tenant",
    tenant_class: "Class",
    jobs: "Jobs",
    unstarted_jobs: "Never started",
    asked_chip_hours: "Asked chip-hours",
    chip_hours: "Used chip-hours",
    chip_hours_share: "Share",
    lost_chip_hours: "Lost chip-hours",
    goodput_share: "Goodput",
    wait_p50_s: "Median wait",
    wait_p90_s: "P90 wait",
    energy_mwh: "Energy",
    revenue_eur: "Revenue",
  };
  return (
    <section class="block">
      <h3>Tenants</h3>
      <Table
        caption="Chip-hours, waits and revenue by tenant"
        cols={columns(report, "tenants", present(report, "tenants", heads), {
          tenant: (row) => named(text(row.tenant)),
          tenant_class: (row) => named(text(row.tenant_class)),
          wait_p50_s: (row) => (number(row.wait_p50_s) === null ? "–" : duration(amount(row.wait_p50_s))),
        })}
        rows={rows(report, "tenants")}
      />
    </section>
  );
}
