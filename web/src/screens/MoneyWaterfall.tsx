// This module owns the figures of debt service: how it is covered, the waterfall of each period, loans and reserves.
import { useMemo } from "preact/hooks";
import { columnBars, type Series } from "../charts/bars.ts";
import { Chart } from "../charts/Chart.tsx";
import { cascade, cascadeHeight } from "../charts/cascade.ts";
import { coverChart, coverEnd, DEFAULT_DASH, LOCK_UP_DASH } from "../charts/cover.ts";
import { seriesCss } from "../charts/theme.ts";
import { column, type Frame, frame, number, type Report, rows, text } from "../data.ts";
import { digits, format, money } from "../format.ts";
import { chosen, Pick, Switch } from "../parts/Choice.tsx";
import { Figure } from "../parts/Figure.tsx";
import type { Key } from "../parts/Legend.tsx";
import { Table } from "../parts/Table.tsx";
import { bankFigure, euros, layerTitles, type Period } from "../shape/money.ts";
import {
  type Balance,
  below,
  coverOf,
  fullestPeriod,
  least,
  loansLeft,
  PAY_GROUPS,
  pouredIn,
  pouredSteps,
  reservesOf,
} from "../shape/waterfall.ts";
import { columns, present } from "./Machine.tsx";
import { PERIODS } from "./MoneyCash.tsx";

const inQuarters = (quarters: number): string => `in ${quarters === 0 ? "no quarter" : format(quarters, "quarters")}`;

export function Cover({ report }: { report: Report }) {
  const found = useMemo(() => {
    const cover = coverOf(report);
    if (!cover) return null;
    const lowest = least(cover.dscr);
    const llcr = bankFigure(report, "llcr") ?? cover.llcr.find((value) => value !== null) ?? null;
    const highest = Math.max(...[...cover.dscr, ...cover.llcr].map((value) => value ?? 0));
    const end = coverEnd(cover);
    const keys: (Key | false)[] = [
      { name: "DSCR", colour: seriesCss(0), shape: "line" },
      cover.llcr.some((value) => value !== null) && { name: "LLCR", colour: seriesCss(2), shape: "line" },
      cover.lockUp !== null && {
        name: `Lock-up below ${digits(cover.lockUp)}`,
        colour: seriesCss(1),
        dash: LOCK_UP_DASH,
      },
      cover.default !== null && {
        name: `Default below ${digits(cover.default)}`,
        colour: seriesCss(5),
        dash: DEFAULT_DASH,
      },
    ];
    const told = [
      llcr === null ? "" : `Over the life of the loans the cover (LLCR) is ${digits(llcr)}.`,
      cover.lockUp === null
        ? ""
        : `The DSCR lies below that of the lock-up ${inQuarters(below(cover.dscr, cover.lockUp))}.`,
      cover.default === null
        ? ""
        : `The DSCR lies below that of default ${inQuarters(below(cover.dscr, cover.default))}.`,
      highest > end ? `Values above ${digits(end)} leave the figure: little debt service is due then.` : "",
    ];
    return {
      draw: coverChart(cover),
      keys: keys.filter((key): key is Key => Boolean(key)),
      lead: told.filter(Boolean).join(" "),
      title: lowest
        ? `Cash covers debt service ${digits(lowest.value)} times in the worst quarter, ${cover.quarters[lowest.index]}`
        : "How cash covers debt service",
    };
  }, [report]);
  if (!found) return null;
  return (
    <Figure
      report={report}
      id="cover"
      title={found.title}
      lead={found.lead}
      unit="1"
      source={["cash", ["dscr", "llcr"].filter((name) => name in (report.tables.cash ?? {}))]}
      keys={found.keys}
      frame={frame(
        report,
        "cash",
        ["quarter", "cfads_eur", "debt_service_eur", "dscr", "llcr"].filter(
          (name) => name in (report.tables.cash ?? {}),
        ),
        "debt-cover",
      )}
    >
      <Chart draw={found.draw} height={300} label={`${found.title}. ${found.lead}`} />
    </Figure>
  );
}

export function Waterfall({ report }: { report: Report }) {
  const period = chosen("pour", PERIODS) as Period;
  const { steps, periods, draw, keys, made, label } = useMemo(() => {
    const found = pouredSteps(report, period);
    const paying = found.steps.filter(({ paid }) => paid.some((value) => value !== 0));
    const series = paying.map(
      ({ name, group, paid }): Series => ({
        name,
        colour: PAY_GROUPS[group]?.colour ?? 0,
        values: paid.map((value) => value || null),
      }),
    );
    const table: Frame = {
      name: `waterfall-by-${period}`,
      columns: [{ key: period, unit: "text" }, ...found.steps.map(({ name }) => ({ key: name, unit: "EUR" }))],
      rows: found.periods.map((name, index) => [name, ...found.steps.map(({ paid }) => paid[index] ?? 0)]),
    };
    const sums = PAY_GROUPS.map(({ name }, group) => ({
      name,
      sum: paying
        .filter((step) => step.group === group)
        .reduce((sum, { paid }) => sum + paid.reduce((a, b) => a + b, 0), 0),
    })).filter(({ sum }) => sum !== 0);
    return {
      ...found,
      draw: columnBars({ names: found.periods, series, show: money, edged: true }),
      keys: PAY_GROUPS.filter((_, group) => paying.some((step) => step.group === group)).map(
        ({ name, colour }): Key => ({ name, colour: seriesCss(colour) }),
      ),
      made: table,
      label: sums.length
        ? `Over all periods: ${sums.map(({ name, sum }) => `${name.toLowerCase()} ${money(sum)}`).join(", ")}.`
        : "Nothing is paid in any period.",
    };
  }, [report, period]);
  const options = periods
    .map((name, index) => ({ value: name, label: name, index }))
    .filter(({ index }) => pouredIn(steps, index).length > 0);
  const fullest = fullestPeriod(steps, options);
  const at = chosen("pour-at", options, fullest);
  const poured = useMemo(() => {
    const all = pouredIn(steps, periods.indexOf(at));
    const rungs = all.filter(({ value }) => value > 0);
    const refund = all.filter(({ value }) => value < 0).reduce((sum, { value }) => sum - value, 0);
    const sum = rungs.reduce((total, { value }) => total + value, 0);
    const told = rungs.map(({ name, value }) => `${name} ${money(value)}`).join(", ");
    return {
      rungs,
      draw: cascade({ whole: `Cash in ${at}`, shareOf: "Share of the cash", rungs, groups: PAY_GROUPS, show: money }),
      label: `Of ${money(sum)}${refund ? `, of which ${money(refund)} are a refund of tax` : ""}: ${told}.`,
    };
  }, [steps, periods, at]);
  if (!steps.length) return null;
  return (
    <Figure
      report={report}
      id="waterfall"
      title="Where the cash of each period goes, step by step"
      lead={`${label} Each bar is stacked in the order of payment.`}
      unit={euros(report)}
      source={["waterfall", ["paid_eur"]]}
      how={period === "year" ? "summed by calendar year" : "by quarter"}
      keys={keys}
      controls={
        <>
          <Switch name="pour" label="By" options={PERIODS} />
          <Pick name="pour-at" label="Step by step in" options={options} otherwise={fullest} />
        </>
      }
      frame={made}
    >
      <Chart draw={draw} height={300} label={`Payments by step. ${label}`} />
      {poured.rungs.length > 0 && (
        <>
          <h4>{at}: each step is paid from what the one above it leaves</h4>
          <Chart
            draw={poured.draw}
            height={cascadeHeight(poured.rungs)}
            label={`Waterfall of ${at}. ${poured.label}`}
          />
        </>
      )}
    </Figure>
  );
}

const LOAN_HEADS = {
  layer: "Loan",
  return_rate: "Interest",
  smallest_dscr: "Lowest DSCR",
  llcr: "LLCR",
  wal_years: "Mean life",
  missed_eur: "Not paid in time",
  unpaid_eur: "Unpaid at the end",
};

/** A frame of balances by quarter: one column for each. */
const balanceFrame = (report: Report, name: string, balances: (Balance & { key?: string })[]): Frame => ({
  name,
  columns: [
    { key: "quarter", unit: "date" },
    ...balances.map(({ key, name: title }) => ({ key: key ?? title, unit: "EUR" })),
  ],
  rows: column(report, "cash", "quarter").map((quarter, index) => [
    text(quarter),
    ...balances.map(({ values }) => values[index] ?? 0),
  ]),
});

export function Loans({ report }: { report: Report }) {
  const { draw, keys, made, title, label } = useMemo(() => {
    const { quarters, balances } = loansLeft(report);
    const all = quarters.map((_, index) => balances.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));
    const most = all.indexOf(Math.max(0, ...all));
    const left = all.at(-1) ?? 0;
    const repaid = quarters[all.reduce((last, value, index) => (value > 0.5 ? index : last), -1) + 1];
    const series: Series[] = balances.map(({ name, colour, values }) => ({ name, colour, values }));
    return {
      draw: columnBars({ names: quarters, series, show: money }),
      keys: balances.map(({ name, colour }): Key => ({ name, colour: seriesCss(colour) })),
      made: balanceFrame(report, "loans-by-quarter", balances),
      title:
        left > 0.5
          ? `${money(left)} of debt are still owed at the end`
          : `Debt is repaid ${repaid ? `by ${repaid}` : "at the end"}`,
      label: `Debt is largest in ${quarters[most] ?? ""} with ${money(all[most] ?? 0)}.`,
    };
  }, [report]);
  if (!keys.length) return null;
  const titles = layerTitles(report);
  const loans = rows(report, "layers").filter((row) => number(row.wal_years) !== null);
  const byLayer = "balance_eur" in (report.tables.layer_cash ?? {});
  return (
    <Figure
      report={report}
      id="loans"
      title={title}
      lead={`${label} Interest during construction is added to the loans.`}
      unit={euros(report)}
      source={byLayer ? ["layer_cash", ["balance_eur"]] : ["cash", ["debt_eur"]]}
      how="at the end of each quarter"
      keys={keys}
      frame={made}
    >
      <Chart draw={draw} height={260} label={`${title}. ${label}`} />
      {loans.length > 0 && (
        <Table
          caption="Loans side by side"
          cols={columns(report, "layers", present(report, "layers", LOAN_HEADS), {
            layer: (row) => titles.get(text(row.layer)) ?? text(row.layer),
          })}
          rows={loans}
        />
      )}
    </Figure>
  );
}

export function Reserves({ report }: { report: Report }) {
  const { draw, keys, made, names, label } = useMemo(() => {
    const balances = reservesOf(report);
    const series: Series[] = balances.map(({ name, colour, values }) => ({ name, colour, values }));
    const quarters = loansLeft(report).quarters;
    const told = balances.map(({ name, values }) => {
      const most = Math.max(...values.map(Math.abs));
      return `${name.toLowerCase()} up to ${money(most)}`;
    });
    return {
      draw: columnBars({ names: quarters, series, show: money }),
      keys: balances.map(({ name, colour }): Key => ({ name, colour: seriesCss(colour) })),
      made: balanceFrame(report, "reserves-by-quarter", balances),
      names: balances.map(({ key }) => key),
      label: `${told.join(", ")}.`,
    };
  }, [report]);
  if (!names.length) return null;
  return (
    <Figure
      report={report}
      id="reserves"
      title="What reserve accounts hold"
      lead={`At the end of a quarter: ${label}`}
      unit={euros(report)}
      source={["cash", names]}
      how="at the end of each quarter"
      keys={keys}
      frame={made}
    >
      <Chart draw={draw} height={240} label={`Reserve accounts: ${label}`} />
    </Figure>
  );
}
