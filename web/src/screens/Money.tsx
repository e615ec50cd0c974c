// This module owns the money screen: its order, its lead figures, what a bank asks for, and sources and uses of funds.
import { frame, groups, number, type Report, type Row, rows, text, total } from "../data.ts";
import { count, format, money, share } from "../format.ts";
import { Figure } from "../parts/Figure.tsx";
import { named } from "../parts/names.ts";
import { Pairs } from "../parts/Pairs.tsx";
import { type Col, Table } from "../parts/Table.tsx";
import { bankFigure, layerTitles } from "../shape/money.ts";
import { columns } from "./Machine.tsx";
import { Cash, ChipHour, Revenue } from "./MoneyCash.tsx";
import { Cloud, Rules } from "./MoneyChecks.tsx";
import { LayerFlows, Layers } from "./MoneyLayers.tsx";
import { History, LayerRisk, Losses, Quantiles, Tornado } from "./MoneyRisk.tsx";
import { Cover, Loans, Reserves, Waterfall } from "./MoneyWaterfall.tsx";

export function Money({ report }: { report: Report }) {
  return (
    <>
      <Figures report={report} />
      <SourcesAndUses report={report} />
      <Cash report={report} />
      <Revenue report={report} />
      <ChipHour report={report} />
      <Cover report={report} />
      <Waterfall report={report} />
      <Loans report={report} />
      <Reserves report={report} />
      <Layers report={report} />
      <LayerFlows report={report} />
      <Quantiles report={report} />
      <Tornado report={report} />
      <LayerRisk report={report} />
      <Losses report={report} />
      <History report={report} />
      <Cloud report={report} />
      <Rules report={report} />
      <BankFigures report={report} />
    </>
  );
}

/** Lead figures; those of debt stand only where the run has them. */
function Figures({ report }: { report: Report }) {
  const { summary, scenario } = report;
  const { discount_rate: discount, inflation_rate: inflation } = scenario.costs;
  const rate = (value: number | null | undefined) => (value === null ? "none" : format(value, "1/year"));
  const known = (value: number | null | undefined, unit: string) =>
    value === null || value === undefined ? null : format(value, unit);
  const entries: [string, string | null][] = [
    ["Capital cost", format(summary.capex_eur, "EUR")],
    ["Budget", format(summary.budget_eur, "EUR")],
    [(summary.funding_gap_eur ?? 0) > 0 ? "Missing" : "Left over", money(Math.abs(summary.funding_gap_eur ?? 0))],
    ["Public share", format(summary.public_share, "share")],
    ["Private per public euro", format(summary.private_per_public, "EUR/EUR")],
    ["Net present value", format(summary.npv_eur, "EUR")],
    ["Internal rate of return", rate(summary.irr_rate)],
    ["Equity IRR", "equity_irr_rate" in summary ? rate(summary.equity_irr_rate) : null],
    [inflation ? "Real discount rate" : "Discount rate", format(discount, "1/year")],
    ["Inflation", inflation ? format(inflation, "1/year") : null],
    ["Levelised chip-hour", format(summary.levelised_eur_per_chip_hour, "EUR/chip-hour")],
    ["Debt", summary.debt_eur ? format(summary.debt_eur, "EUR") : null],
    ["DSCR, lowest", known(summary.smallest_dscr, "1")],
    ["DSCR, mean", known(bankFigure(report, "dscr-mean"), "1")],
    ["LLCR", known(summary.llcr, "1")],
    ["Net present value, P10", known(summary.npv_p10_eur, "EUR")],
    ["Chance that the first loan loses", known(summary.senior_loss_probability_share, "share")],
  ];
  return <Pairs kind="figures" entries={entries} />;
}

function SourcesAndUses({ report }: { report: Report }) {
  const listed = rows(report, "sources_and_uses");
  if (!listed.length) return null;
  const titles = layerTitles(report);
  const [sources, uses] = ["source", "use"].map((side) => listed.filter((row) => text(row.side).startsWith(side))) as [
    Row[],
    Row[],
  ];
  const largest = [...sources].sort((a, b) => (number(b.amount_eur) ?? 0) - (number(a.amount_eur) ?? 0))[0];
  const title = (row: Row) => titles.get(text(row.item)) ?? named(text(row.item));
  const sides: [string, string, Row[]][] = [
    ["Sources", "Sources of funds", sources],
    ["Uses", "Uses of funds", uses],
  ];
  return (
    <Figure
      report={report}
      id="sources-and-uses"
      title={`${money(total(uses, "amount_eur"))} are to be paid until all sites operate`}
      lead={
        largest
          ? `The largest source: ${title(largest)} with ${share(number(largest.share) ?? 0)}. Fees, interest during construction and the first fill of reserves are uses beside the capital cost.`
          : undefined
      }
      unit="EUR"
      source={["sources_and_uses", ["amount_eur", "share"]]}
      frame={frame(report, "sources_and_uses", Object.keys(report.tables.sources_and_uses ?? {}), "sources-and-uses")}
    >
      <div class="trio">
        {sides.map(([side, caption, own]) => (
          <div key={side}>
            <Table
              caption={caption}
              cols={columns(
                report,
                "sources_and_uses",
                { item: side, amount_eur: "Amount", share: "Share" },
                { item: (row) => (row.item === ALL ? ALL : title(row)) },
              )}
              rows={own}
              foot={{ item: ALL, amount_eur: total(own, "amount_eur"), share: total(own, "share") }}
            />
          </div>
        ))}
      </div>
    </Figure>
  );
}

const ALL = "All";

/** Parts of the list, told by how the names of their figures begin; the last takes what is left. */
const PARTS: [string, RegExp][] = [
  ["Returns", /^(project|equity|payback)/],
  ["Debt and reserves", /^(dscr|llcr|plcr|gearing|debt|lock-up|default|deficit|operating|refresh)/],
  ["What compute costs", /^levelised/],
  ["Break-even", /^break-even/],
  ["Public money", /^/],
];

/** Figures of accounts that stand only where the fund has the account. */
const UNUSED = /-reserve-(min|max)$/;

function BankFigures({ report }: { report: Report }) {
  const listed = rows(report, "bank_figures").filter(
    (row) => !(UNUSED.test(text(row.figure)) && row.found_value === 0),
  );
  if (!listed.length) return null;
  const parts = groups(listed, (row) => PARTS.find(([, begins]) => begins.test(text(row.figure)))?.[0] ?? "");
  return (
    <Figure
      report={report}
      id="bank-figures"
      title={`${count(listed.length)} figures that banks and funders ask for`}
      unit="as stated with each figure"
      source={["bank_figures", ["found_value"]]}
      frame={frame(report, "bank_figures", Object.keys(report.tables.bank_figures ?? {}), "bank-figures")}
    >
      <div class="bank-parts">
        {[...parts].map(([part, own]) => (
          <div key={part}>
            <Table
              class="bank"
              caption={`Figures for a bank or a funder: ${part}`}
              cols={bankColumns(part)}
              rows={own}
            />
          </div>
        ))}
      </div>
    </Figure>
  );
}

/** A price without its unit, where the title says what it is for. */
const short = (price: string, title: string): string =>
  title.includes(" per ") ? price.replace(/ per .*/, "") : price;

const bankColumns = (part: string): Col[] => [
  {
    key: "title",
    head: part,
    unit: "text",
    show: (row) => (
      <>
        {text(row.title) || named(text(row.figure))}
        {text(row.note) && <small>{text(row.note)}</small>}
      </>
    ),
  },
  {
    key: "found_value",
    head: "Value",
    unit: "1",
    show: (row) =>
      number(row.found_value) === null ? "none" : short(format(row.found_value, text(row.unit)), text(row.title)),
  },
];
