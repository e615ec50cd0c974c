// This module owns the figures of cash: what comes in and goes out, who pays for chip-hours, and what one costs.
import { useMemo } from "preact/hooks";
import { columnBars, rowBars, rowsHeight, type Series } from "../charts/bars.ts";
import { Chart } from "../charts/Chart.tsx";
import { paleCss, seriesCss } from "../charts/theme.ts";
import { amount, type Frame, frame, type Report, type Row, rows, text, total } from "../data.ts";
import { format, money, share } from "../format.ts";
import { chosen, Switch } from "../parts/Choice.tsx";
import { Figure } from "../parts/Figure.tsx";
import type { Key } from "../parts/Legend.tsx";
import { named } from "../parts/names.ts";
import { Table } from "../parts/Table.tsx";
import { type CashPart, cashParts, cashSteps, costParts, euros, type Period } from "../shape/money.ts";
import { columns, present } from "./Machine.tsx";

export const PERIODS: { value: Period; label: string }[] = [
  { value: "year", label: "Years" },
  { value: "quarter", label: "Quarters" },
];

const INK = -2;
const keyOf = ({ name, colour, pale }: Pick<CashPart, "name" | "colour" | "pale">): Key => ({
  name,
  colour: pale ? paleCss(colour) : seriesCss(colour),
});

export function Cash({ report }: { report: Report }) {
  const period = chosen("cash", PERIODS) as Period;
  const { draw, made, label, parts } = useMemo(() => {
    const found = cashSteps(report, period);
    const shown = cashParts(report);
    const series: Series[] = shown.map(({ name, colour, pale }, index) => ({
      name,
      colour,
      pale,
      values: found.map((step) => step.parts[index] ?? 0),
    }));
    series.push({ name: "Running total", colour: INK, line: true, values: found.map((step) => step.cumulative) });
    const table: Frame = {
      name: `cash-by-${period}`,
      columns: [
        { key: period, unit: "text" },
        ...shown.map(({ key }) => ({ key, unit: "EUR" })),
        { key: "net_eur", unit: "EUR" },
        { key: "cumulative_eur", unit: "EUR" },
      ],
      rows: found.map((step) => [step.period, ...step.parts, step.net, step.cumulative]),
    };
    const lowest = found.reduce(
      (low, step) => (step.cumulative < low.cumulative ? step : low),
      found[0] ?? { cumulative: 0, period: "" },
    );
    const end = found.at(-1);
    const told = end
      ? `The running total is lowest in ${lowest.period} with ${money(lowest.cumulative)} and ends in ${end.period} at ${money(end.cumulative)}.`
      : "";
    return {
      draw: columnBars({ names: found.map((step) => step.period), series, show: money }),
      made: table,
      label: told,
      parts: shown,
    };
  }, [report, period]);
  return (
    <Figure
      report={report}
      id="cash"
      title="Money in and money out"
      lead={`${label} Costs point down, receipts up; nothing is discounted here.`}
      unit={euros(report)}
      source={["cash", parts.map(({ key }) => key)]}
      how={period === "year" ? "summed by calendar year" : "by quarter"}
      keys={[...parts.map(keyOf), { name: "Running total", colour: "var(--ink)", shape: "line" as const }]}
      controls={<Switch name="cash" label="By" options={PERIODS} />}
      frame={made}
    >
      <Chart draw={draw} height={340} label={`Cash flow. ${label}`} />
    </Figure>
  );
}

const PAID = [
  { name: "Paid for use", colour: 2, of: (row: Row) => amount(row.revenue_eur) - amount(row.take_or_pay_eur) },
  { name: "Paid without use (take-or-pay)", colour: 0, of: (row: Row) => amount(row.take_or_pay_eur) },
  { name: "Waived", colour: -1, of: (row: Row) => amount(row.waived_eur) },
] as const;

export function Revenue({ report }: { report: Report }) {
  const { draw, tenants, height, keys, label, title } = useMemo(() => {
    const listed = [...rows(report, "revenue")].sort((a, b) => amount(b.revenue_eur) - amount(a.revenue_eur));
    const names = listed.map((row) => named(text(row.tenant)));
    const series = PAID.map(({ name, colour, of }) => ({ name, colour, values: listed.map(of) }));
    const some = series.filter(({ values }) => values.some((value) => value !== 0));
    const [all, waived] = [total(listed, "revenue_eur"), total(listed, "waived_eur")];
    const first = listed[0];
    return {
      tenants: listed,
      draw: rowBars({ names, series: some, show: money }),
      height: rowsHeight(names, 34),
      keys: some.map(keyOf),
      title:
        first && all > 0
          ? `${share(amount(first.revenue_eur) / all)} of the revenue comes from ${named(text(first.tenant)).toLowerCase()}`
          : "Who pays for chip-hours",
      label: `${money(all)} in a year of full operation; ${waived > 0 ? `${money(waived)} are waived by discounts and free access` : "nothing is waived"}.`,
    };
  }, [report]);
  if (!tenants.length) return null;
  const heads = present(report, "revenue", {
    tenant: "Tenant",
    tenant_class: "Class",
    mode: "Mode",
    chip_hours: "Chip-hours",
    list_eur_per_chip_hour: "List price",
    paid_eur_per_chip_hour: "Price paid",
    revenue_eur: "Revenue",
    take_or_pay_eur: "of it without use",
    waived_eur: "Waived",
  });
  const sums = ["chip_hours", "revenue_eur", "take_or_pay_eur", "waived_eur"].filter((key) => key in heads);
  return (
    <Figure
      report={report}
      id="revenue"
      title={title}
      lead={label}
      unit={`EUR/year at prices of ${report.scenario.programme.base_year}`}
      source={["revenue", ["revenue_eur", "take_or_pay_eur", "waived_eur"]]}
      keys={keys}
      frame={frame(report, "revenue", Object.keys(report.tables.revenue ?? {}))}
    >
      {keys.length > 0 && <Chart draw={draw} height={height} label={`Revenue by tenant. ${label}`} />}
      <Table
        caption="Revenue by tenant, class and mode"
        cols={columns(report, "revenue", heads, {
          tenant: (row) => (row.tenant === ALL ? ALL : named(text(row.tenant))),
          tenant_class: (row) => named(text(row.tenant_class)),
          mode: (row) => named(text(row.mode)),
        })}
        rows={tenants}
        foot={
          tenants.length > 1
            ? { tenant: ALL, ...Object.fromEntries(sums.map((key) => [key, total(tenants, key)])) }
            : undefined
        }
      />
    </Figure>
  );
}

const ALL = "All";

export function ChipHour({ report }: { report: Report }) {
  const { draw, made, label, height, sources } = useMemo(() => {
    const parts = costParts(report);
    const names = parts.map(({ name }) => name);
    const show = (value: number) => format(value, "EUR/chip-hour");
    const table: Frame = {
      name: "chip-hour-cost",
      columns: [
        { key: "part", unit: "text" },
        { key: "eur_per_chip_hour", unit: "EUR/chip-hour" },
      ],
      rows: parts.map(({ name, eurPerChipHour }) => [name, eurPerChipHour]),
    };
    const told = parts.map(({ name, eurPerChipHour }) => `${name} ${show(eurPerChipHour)}`).join(", ");
    const series = [
      { name: "Euros per chip-hour", colour: 0, values: parts.map(({ eurPerChipHour }) => eurPerChipHour) },
    ];
    return {
      draw: rowBars({ names, series, show }),
      made: table,
      label: told && `${told}.`,
      height: rowsHeight(names, 32),
      sources: parts.map(({ key }) => key),
    };
  }, [report]);
  const { discount_rate: rate, inflation_rate: inflation } = report.scenario.costs;
  return (
    <Figure
      report={report}
      id="chip-hour"
      title={`What makes up the ${format(report.summary.levelised_eur_per_chip_hour, "EUR/chip-hour")} of a chip-hour`}
      lead={label}
      unit={`EUR/chip-hour at prices of ${report.scenario.programme.base_year}`}
      source={["cash", [...sources, "delivered_chip_hours"]]}
      how={`each cost and the delivered chip-hours discounted by quarters at ${share(rate)} a year${inflation ? " above inflation" : ""}`}
      frame={made}
    >
      <Chart draw={draw} height={height} label={`Parts of the levelised cost. ${label}`} />
    </Figure>
  );
}
