// This module owns the figures of admission: the funnel of applications, the way to the first chip-hour, who is refused.
import { useMemo } from "preact/hooks";
import { rowBars, rowsHeight } from "../charts/bars.ts";
import { Chart } from "../charts/Chart.tsx";
import { seriesCss } from "../charts/theme.ts";
import { waysChart, waysHeight } from "../charts/ways.ts";
import { amount, number, type Report, rows, text, total } from "../data.ts";
import { count, digits, duration, large, share } from "../format.ts";
import { chosen, Pick, Switch } from "../parts/Choice.tsx";
import { Figure } from "../parts/Figure.tsx";
import type { Key } from "../parts/Legend.tsx";
import { named } from "../parts/names.ts";
import {
  ALL,
  barsFrame,
  evenness,
  funnelGroups,
  funnelRows,
  funnelSteps,
  type Grouping,
  groupName,
  modeTitle,
  STAGES,
  ways,
  whole,
} from "../shape/access.ts";

const BY: { value: Grouping; label: string }[] = [
  { value: "all", label: "All, step by step" },
  { value: "class", label: "Class" },
  { value: "country", label: "Country" },
];
const GROUP_ROW = 26;
const DAY_S = 86_400;

export function Funnel({ report }: { report: Report }) {
  const modes = useMemo(
    () => [
      { value: ALL, label: "All modes" },
      ...[...new Set(rows(report, "funnel").map((row) => text(row.mode)))].map((mode) => ({
        value: mode,
        label: modeTitle(report, mode),
      })),
    ],
    [report],
  );
  const mode = chosen("mode", modes);
  const by = chosen("funnel", BY) as Grouping;
  const { listed, bars, draw, label } = useMemo(() => {
    const own = funnelRows(report, mode);
    const found = by === "all" ? funnelSteps(own) : funnelGroups(own, by);
    const told = found.names.map((name, index) => {
      const parts = found.series.filter(({ values }) => (values[index] ?? 0) > 0);
      return `${name}: ${parts.map((one) => `${one.name.toLowerCase()} ${count(one.values[index] ?? 0)}`).join(", ")}`;
    });
    return {
      listed: own,
      bars: found,
      draw: rowBars({ names: found.names, series: found.series, show: count }),
      label: `${told.join("; ")}.`,
    };
  }, [report, mode, by]);
  if (!rows(report, "funnel").length) return null;
  const sum = (key: string) => total(listed, key);
  const worst = (
    [
      ["ineligible", "break a rule of eligibility"],
      ["refused", "are too weak for the review"],
      ["crowded_out", "are good but find no hours left"],
      ["withdrawn", "give up waiting for hours"],
    ] as const
  )
    .map(([key, words]) => ({ words, value: sum(key) }))
    .sort((a, b) => b.value - a.value)[0];
  const all = sum("applications");
  const title =
    all > 0
      ? `Of ${count(all)} applications ${count(sum("admitted"))} are admitted and ${count(sum("started"))} have run a job${worst && worst.value > 0 ? `; most of the others ${worst.words} (${count(worst.value)})` : ""}`
      : "No application was submitted in the window";
  return (
    <Figure
      report={report}
      id="funnel"
      title={title}
      lead={
        by === "all"
          ? "Each row is a step on the way; the part in another colour is lost at that step, and why."
          : "Each row is everybody who applied, by what became of the application."
      }
      unit="applications"
      source={["funnel", ["applications", "admitted", "started"]]}
      how="added up over those chosen; applications submitted in the window, each one kept in the table applications of the results folder"
      keys={bars.series.map(({ name, colour }): Key => ({ name, colour: seriesCss(colour) }))}
      controls={
        <>
          <Switch name="funnel" label="Show" options={BY} />
          {modes.length > 2 && <Pick name="mode" label="Mode" options={modes} />}
        </>
      }
      frame={whole(report, "funnel")}
      table={barsFrame("funnel", by === "all" ? "step" : by, bars, "count")}
    >
      <Chart
        draw={draw}
        height={rowsHeight(bars.names, by === "all" ? undefined : GROUP_ROW)}
        label={`Funnel of applications. ${label}`}
      />
      <p class="note">
        {[
          `Asked for: ${large(sum("asked_chip_hours"))} chip-hours`,
          `granted: ${large(sum("granted_chip_hours"))}`,
          `used in the window: ${large(sum("used_chip_hours"))}`,
          `lapsed: ${large(sum("lapsed_chip_hours"))}`,
        ].join("; ")}
        .
      </p>
    </Figure>
  );
}

export function Ways({ report }: { report: Report }) {
  const { found, lines, draw, label } = useMemo(() => {
    const listed = ways(report);
    const several = new Set(listed.map(({ mode }) => mode)).size > 1;
    const days = (value: number | null) => (value === null ? null : value / DAY_S);
    const made = listed.map(({ mode, tenantClass, applications, stages, p10, p50, p90 }) => ({
      name: several ? `${modeTitle(report, mode)}: ${lower(tenantClass)}` : named(tenantClass),
      applications,
      stages: stages.map(days),
      p10: days(p10),
      p50: days(p50),
      p90: days(p90),
    }));
    const told = (value: number | null) => (value === null ? "unknown" : duration(value * DAY_S));
    return {
      found: listed,
      lines: made,
      draw: waysChart({ rows: made, stages: STAGES, show: (value) => digits(value) }),
      label: made.map(({ name, p10, p50, p90 }) => `${name} ${told(p50)} (${told(p10)} to ${told(p90)})`).join("; "),
    };
  }, [report]);
  if (!rows(report, "modes").length) return null;
  const known = found.filter(({ p50 }) => p50 !== null).sort((a, b) => (a.p50 ?? 0) - (b.p50 ?? 0));
  const [fastest, slowest] = [known[0], known.at(-1)];
  return (
    <Figure
      report={report}
      id="ways"
      title={
        fastest && slowest && fastest !== slowest
          ? `From the application to the first chip-hour it takes ${duration(fastest.p50 ?? 0)} at best and ${duration(slowest.p50 ?? 0)} at worst, at the median of a mode and class`
          : "How long it takes from the application to the first chip-hour"
      }
      lead="Without the holder’s own delay: the time between the first day of a grant and the first job sent is not counted. Bars: the median of each step; ◆ the median of the steps together, with a line from P10 to P90. Medians of steps do not add up to it. What is published as processing time is the way to the decision alone."
      unit="days"
      source={["mode_waits", ["wait_p50_s", "wait_p10_s", "wait_p90_s"]]}
      how="over admitted applications; a step that had not ended by the end of the window counts as lasting at least till then"
      keys={STAGES.map(({ name, colour }): Key => ({ name, colour: seriesCss(colour) }))}
      frame={whole(report, "mode_waits")}
    >
      {lines.length ? (
        <Chart draw={draw} height={waysHeight(lines)} label={`Time to the first chip-hour: ${label}.`} />
      ) : (
        <p class="empty">No admitted application has started a job in the window.</p>
      )}
    </Figure>
  );
}

/** A class inside a phrase: start-ups, but SMEs. */
const lower = (tenantClass: string): string => {
  const name = named(tenantClass);
  return /^[A-Z][a-z]/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
};

const REFUSED_BY = [
  { value: "class", label: "Class" },
  { value: "country", label: "Country" },
  { value: "size", label: "Size" },
];

export function Refusals({ report }: { report: Report }) {
  const options = useMemo(() => {
    const told = new Set(
      rows(report, "groups")
        .filter((row) => number(row.refused_share) !== null)
        .map((row) => text(row.grouping)),
    );
    return REFUSED_BY.filter(({ value }) => told.has(value));
  }, [report]);
  const by = chosen("refused", options);
  const { listed, draw, names } = useMemo(() => {
    const found = rows(report, "groups")
      .filter((row) => text(row.grouping) === by && number(row.refused_share) !== null)
      .sort((a, b) => amount(b.refused_share) - amount(a.refused_share));
    const shown = found.map((row) => groupName(by, text(row.group)));
    const series = [{ name: "Not admitted", colour: 5, values: found.map((row) => amount(row.refused_share)) }];
    return { listed: found, names: shown, draw: rowBars({ names: shown, series, show: share, max: 1 }) };
  }, [report, by]);
  if (!listed.length) return null;
  const [most, least] = [listed[0], listed.at(-1)];
  const alike = evenness(report, by, "refusals");
  const of = (index: number) => `${names.at(index)} ${share(amount(listed.at(index)?.refused_share))}`;
  return (
    <Figure
      report={report}
      id="refusals"
      title={
        most && least && most !== least
          ? `Refusals run from ${share(amount(least.refused_share))} (${names.at(-1)}) to ${share(amount(most.refused_share))} (${names[0]})`
          : "Who is refused"
      }
      lead={
        alike
          ? `Share of the decided applications that were not admitted, for whatever reason. Between groups the Gini index of these shares is ${digits(alike.gini)} and Jain’s ${digits(alike.jain)}.`
          : "Share of the decided applications that were not admitted, for whatever reason."
      }
      unit="share of the applications decided"
      source={["groups", ["refused_share", "applications"]]}
      controls={options.length > 1 ? <Switch name="refused" label="Between" options={options} /> : undefined}
      frame={whole(report, "groups")}
      table={{
        name: `refusals-by-${by}`,
        columns: [
          { key: by, unit: "text" },
          { key: "applications", unit: "count" },
          { key: "refused_share", unit: "share" },
        ],
        rows: listed.map((row, index) => [names[index] ?? "", row.applications ?? null, row.refused_share ?? null]),
      }}
    >
      <Chart
        draw={draw}
        height={rowsHeight(names, GROUP_ROW)}
        label={`Share refused: ${names.map((_, index) => of(index)).join(", ")}.`}
      />
    </Figure>
  );
}
