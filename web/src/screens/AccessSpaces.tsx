// This module owns the figures of sensitive data and of data spaces: what isolation costs, tokens against needs, staging.
import { useMemo } from "preact/hooks";
import { rowBars, rowsHeight } from "../charts/bars.ts";
import { Chart } from "../charts/Chart.tsx";
import { seriesCss } from "../charts/theme.ts";
import { amount, type Frame, number, type Report, type Row, rows, siteTitles, text, total } from "../data.ts";
import { count, digits, duration, format, large, NONE, share } from "../format.ts";
import { Figure } from "../parts/Figure.tsx";
import type { Key } from "../parts/Legend.tsx";
import { countryName, named } from "../parts/names.ts";
import { type Col, Table } from "../parts/Table.tsx";
import { enclaveParts, isolation, needs, whole } from "../shape/access.ts";
import { columns, present } from "./Machine.tsx";

const PARTS = [
  { name: "Work", colour: 2 },
  { name: "Overhead of isolation", colour: 5 },
  { name: "Idle while others wait", colour: 3 },
  { name: "Idle, and nobody waits", colour: -3 },
];

export function Enclaves({ report }: { report: Report }) {
  const { listed, names, draw, label } = useMemo(() => {
    const found = rows(report, "enclaves");
    const titles = siteTitles(report);
    const shown = found.map((row) => `${named(text(row.enclave))}, ${titles.get(text(row.site)) ?? text(row.site)}`);
    const parts = found.map(enclaveParts);
    const all = parts.map((own) => own.reduce((sum, { chipHours }) => sum + chipHours, 0));
    const of = (enclave: number, part: number) =>
      (all[enclave] ?? 0) > 0 ? (parts[enclave]?.[part]?.chipHours ?? 0) / (all[enclave] ?? 1) : 0;
    const series = PARTS.map((part, index) => ({ ...part, values: shown.map((_, enclave) => of(enclave, index)) }));
    return {
      listed: found,
      names: shown,
      draw: rowBars({ names: shown, series, show: share, max: 1 }),
      label: shown
        .map(
          (name, enclave) =>
            `${name}: ${PARTS.map((part, index) => `${part.name.toLowerCase()} ${share(of(enclave, index))}`).join(", ")}`,
        )
        .join("; "),
    };
  }, [report]);
  const free = isolation(report);
  if (!listed.length) {
    return (
      <section class="block">
        <h3>Enclaves for sensitive data</h3>
        <p class="empty">
          This scenario has no enclaves: no nodes are set apart, and no tenant brings sensitive data to the machines.
        </p>
      </section>
    );
  }
  const overhead = total(listed, "overhead_chip_hours");
  const wanted = total(listed, "idle_wanted_chip_hours");
  const heads = present(report, "enclaves", {
    enclave: "Enclave",
    chips: "Chips",
    takes: "Takes",
    tenants: "Tenants",
    jobs: "Jobs",
    utilisation_share: "Utilisation",
    overhead_chip_hours: "Overhead",
    idle_wanted_chip_hours: "Idle while others wait",
    staging_p50_s: "Data come in, median",
    wait_p50_s: "Wait, median",
    wait_p90_s: "Wait, P90",
  });
  return (
    <Figure
      report={report}
      id="enclaves"
      title={`Isolation takes ${large(overhead)} chip-hours of overhead, and ${large(wanted)} more stand idle in enclaves while others wait for the same machine`}
      lead="What the hours of the enclaves’ nodes went into. Idle while others wait: what jobs that waited for the same machine at the site could have taken, hour by hour."
      unit="share of the chip-hours of the enclave’s nodes"
      source={["enclaves", ["chip_hours", "overhead_chip_hours", "idle_wanted_chip_hours"]]}
      keys={PARTS.map(({ name, colour }): Key => ({ name, colour: seriesCss(colour) }))}
      frame={whole(report, "enclaves")}
    >
      <Chart draw={draw} height={rowsHeight(names)} label={`${label}.`} />
      <Table
        caption="Enclaves"
        cols={columns(report, "enclaves", heads, {
          enclave: (row) => named(text(row.enclave)),
          takes: (row) => text(row.takes).split(", ").map(named).join(", "),
          tenants: (row) => text(row.tenants).split(", ").filter(Boolean).map(named).join(", ") || "none",
        })}
        rows={listed}
      />
      {free ? <Isolation own={free.with} without={free.without} /> : <p class="note">{NOT_COMPARED}</p>}
    </Figure>
  );
}

const NOT_COMPARED =
  "This run was not simulated a second time without the enclaves, which would say what they cost everyone.";

/** Waits and useful work of everyone, with the enclaves and without. */
function Isolation({ own, without }: { own: Row; without: Row }) {
  const lines: [string, string, string][] = [
    ["Start-ups wait, median", "startup_wait_p50_s", "s"],
    ["Start-ups wait, P90", "startup_wait_p90_s", "s"],
    ["All others wait, median", "other_wait_p50_s", "s"],
    ["All others wait, P90", "other_wait_p90_s", "s"],
    ["Occupied chip-hours", "occupied_chip_hours", "chip-hours"],
    ["Useful chip-hours", "useful_chip_hours", "chip-hours"],
    ["Useful share", "useful_share", "share"],
    ["Revenue", "revenue_eur", "EUR"],
  ];
  const shown = (value: number | null, unit: string) => (value === null ? NONE : format(value, unit));
  const apart = (key: string, unit: string) => {
    const [here, there] = [number(own[key]), number(without[key])];
    if (here === null || there === null) return NONE;
    const off = here - there;
    const words = shown(off, unit);
    return `${off > 0 && /[1-9]/.test(words) ? "+" : ""}${unit === "share" ? words.replace("%", "points") : words}`;
  };
  const cols: Col[] = [
    { key: "what", head: "What isolation does to everyone", unit: "text" },
    { key: "own", head: "With the enclaves", unit: "1" },
    { key: "without", head: "Without", unit: "1" },
    { key: "apart", head: "Difference", unit: "1" },
  ];
  const listed = lines.map(([what, key, unit]) => ({
    what,
    own: shown(number(own[key]), unit),
    without: shown(number(without[key]), unit),
    apart: apart(key, unit),
  }));
  return (
    <>
      <Table
        class="isolation"
        caption="Waits and useful work with the enclaves and without"
        cols={cols.map((col) => ({ ...col, show: (row: Row) => text(row[col.key]) }))}
        rows={listed}
      />
      <p class="note">
        A stretch of {format(own.simulated_days, "days")} simulated twice with the same jobs; table tradeoff, demand
        as-is and no-enclaves.
      </p>
    </>
  );
}

const TOKENS = [
  { key: "needed_tokens", name: "The run trains on", colour: 0 },
  { key: "optimal_tokens", name: "Best for its compute", colour: 4 },
  { key: "unique_tokens", name: "There, once each", colour: 2 },
  { key: "effective_tokens", name: "Worth with repetitions", colour: 1 },
];
const MET: Record<string, string> = {
  yes: "✓ met",
  repeated: "✓ met by repeating",
  no: "✕ not met",
};
const NEED_ROW = 64;

export function Needs({ report }: { report: Report }) {
  const { listed, names, draw } = useMemo(() => {
    const found = needs(report);
    const several = found.some((row) => text(row.data_space) !== "all");
    const shown = found.map(
      (row) =>
        `${named(text(row.run))}${several && text(row.data_space) !== "all" ? `, ${named(text(row.data_space)).toLowerCase()}` : ""}`,
    );
    const log = (value: number | null) => (value === null || value <= 0 ? null : Math.max(0, Math.log10(value / BASE)));
    return {
      listed: found,
      names: shown,
      draw: rowBars({
        names: shown,
        series: TOKENS.map(({ key, name, colour }) => ({
          name,
          colour,
          values: found.map((row) => log(number(row[key]))),
        })),
        show: (value) => format(BASE * 10 ** value, "tokens"),
        stacked: false,
        whole: true,
      }),
    };
  }, [report]);
  if (!listed.length) {
    return (
      <section class="block">
        <h3>Tokens against needs</h3>
        <p class="empty">
          {rows(report, "data_spaces").length
            ? "No training run of this scenario draws on a data space, so there is no need to hold them against."
            : "This scenario has no data spaces, so no training run can be held against what is there to train on."}
        </p>
      </section>
    );
  }
  const unmet = listed.filter((row) => text(row.met) === "no").length;
  const told = (row: Row, index: number) =>
    `${names[index]}: ${TOKENS.map(({ key, name }) => `${name.toLowerCase()} ${format(row[key], "tokens")}`).join(", ")}`;
  return (
    <Figure
      report={report}
      id="token-needs"
      title={
        unmet
          ? `${unmet === listed.length ? (unmet === 1 ? "The training run does" : `All ${unmet} training runs do`) : `${unmet} of ${listed.length} training runs ${unmet === 1 ? "does" : "do"}`} not find the tokens in the data spaces`
          : "The data spaces hold what the training runs need"
      }
      lead="What a run trains on, what would use its compute best, what its data spaces hold once each, and what those are worth when they are repeated within the limit. The scale is logarithmic."
      unit="tokens"
      source={["token_needs", TOKENS.map(({ key }) => key)]}
      keys={TOKENS.map(({ name, colour }): Key => ({ name, colour: seriesCss(colour) }))}
      frame={whole(report, "token_needs")}
    >
      <Chart draw={draw} height={rowsHeight(names, NEED_ROW)} label={`${listed.map(told).join("; ")}.`} />
      <Table
        class="last-long"
        caption="Tokens against needs, data space by data space"
        cols={columns(
          report,
          "token_needs",
          present(report, "token_needs", {
            run: "Run",
            data_space: "Data space",
            unique_tokens: "There, once each",
            needed_tokens: "Needed",
            epochs: "Each is seen",
            effective_tokens: "Worth",
            met: "Need",
            licence: "Terms",
          }),
          {
            run: (row) => named(text(row.run)),
            data_space: (row) => (text(row.data_space) === "all" ? "all together" : named(text(row.data_space))),
            epochs: (row) => (number(row.epochs) === null ? NONE : `${digits(amount(row.epochs))}×`),
            met: (row) => (
              <span class={text(row.met) === "no" ? "bad" : "good"}>{MET[text(row.met)] ?? text(row.met)}</span>
            ),
          },
        )}
        rows={rows(report, "token_needs")}
      />
    </Figure>
  );
}

/** The logarithmic bars of tokens begin here. */
const BASE = 1e6;

export function Spaces({ report }: { report: Report }) {
  const listed = rows(report, "data_spaces");
  if (!listed.length) return null;
  return (
    <Figure
      report={report}
      id="data-spaces"
      title={`${count(listed.length)} data ${listed.length === 1 ? "space" : "spaces"} with ${format(total(listed, "unique_tokens"), "tokens")} tokens`}
      unit="as in the head of each column"
      source={["data_spaces", ["size_tb", "unique_tokens"]]}
      frame={whole(report, "data_spaces")}
    >
      <Table
        class="last-long"
        caption="Data spaces"
        cols={columns(
          report,
          "data_spaces",
          present(report, "data_spaces", {
            data_space: "Data space",
            size_tb: "Data",
            unique_tokens: "Tokens, once each",
            sensitive: "Sensitive",
            country: "Where",
            trains: "May train",
            licence: "Terms",
          }),
          {
            data_space: (row) => text(row.title) || named(text(row.data_space)),
            sensitive: (row) => (text(row.sensitive) ? named(text(row.sensitive)) : "no"),
            country: (row) => (text(row.country) ? countryName(text(row.country)) : "as the site"),
          },
        )}
        rows={listed}
      />
    </Figure>
  );
}

const DAY_S = 86_400;
/** The logarithmic bars of staging begin at a tenth of a day. */
const FIRST_S = DAY_S / 10;
const STAGING_ROW = 30;

export function Staging({ report }: { report: Report }) {
  const { listed, names, draw, made } = useMemo(() => {
    const titles = siteTitles(report);
    const found = rows(report, "staging").filter((row) => number(row.staging_s) !== null);
    const name = (row: Row) => `${named(text(row.data_space))} to ${titles.get(text(row.site)) ?? text(row.site)}`;
    const sorted = [...found].sort((a, b) => amount(b.staging_s) - amount(a.staging_s));
    const table: Frame = whole(report, "staging");
    return {
      listed: sorted,
      names: sorted.map(name),
      draw: rowBars({
        names: sorted.map(name),
        series: [
          {
            name: "Time",
            colour: 0,
            values: sorted.map((row) => Math.log10(Math.max(1, amount(row.staging_s) / FIRST_S))),
          },
        ],
        show: (value) => duration(FIRST_S * 10 ** value),
        whole: true,
      }),
      made: table,
    };
  }, [report]);
  if (!listed.length) return null;
  const longest = listed[0];
  return (
    <Figure
      report={report}
      id="staging"
      title={
        longest
          ? `Bringing all its data to a site takes ${amount(longest.staging_s) < DAY_S ? "less than a day" : `up to ${duration(amount(longest.staging_s))}`} (${names[0]})`
          : ""
      }
      lead="A job or training run may start when its data are there; one that needs a part of them waits for that part only. The scale is logarithmic and begins at a tenth of a day."
      unit="time to bring all data of a data space to a site"
      source={["staging", ["staging_s", "rate_gbit_per_s", "narrowest"]]}
      frame={made}
    >
      <Chart
        draw={draw}
        height={rowsHeight(names, STAGING_ROW)}
        label={`Staging: ${names.map((name, index) => `${name} ${duration(amount(listed[index]?.staging_s))}`).join(", ")}.`}
      />
      <Table
        caption="Staging of the data spaces"
        cols={columns(
          report,
          "staging",
          present(report, "staging", {
            data_space: "From and to",
            rate_gbit_per_s: "Rate of one transfer",
            narrowest: "Bounded by",
            staging_s: "Time",
          }),
          {
            data_space: (row) => names[listed.indexOf(row)] ?? "",
            narrowest: (row) => `link of the ${text(row.narrowest)}`.replace("of the network", "between countries"),
          },
        )}
        rows={listed}
      />
    </Figure>
  );
}
