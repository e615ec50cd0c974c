// This module owns what the money is held against: prices of commercial clouds, and the rules that bind the fund.
import { useMemo } from "preact/hooks";
import { rowBars, rowsHeight } from "../charts/bars.ts";
import { Chart } from "../charts/Chart.tsx";
import { seriesCss } from "../charts/theme.ts";
import { amount, type Cell, frame, number, type Report, type Row, rows, text } from "../data.ts";
import { date, format, large, money, NONE, share } from "../format.ts";
import { chosen, Pick } from "../parts/Choice.tsx";
import { Figure } from "../parts/Figure.tsx";
import { Linked } from "../parts/Linked.tsx";
import { named } from "../parts/names.ts";
import { Table } from "../parts/Table.tsx";
import { cloudOffers, cloudUses, newestPrices } from "../shape/risk.ts";
import { columns, present } from "./Machine.tsx";

const OFFER_ROW = 24;
const OFFER_HEADS = {
  offer: "Offer",
  provider: "Provider",
  date: "Price of",
  cloud_eur: "On this cloud",
  own_eur: "Own cost",
  tenant_eur: "Tenant’s price",
  saving_eur: "Saving",
  saving_share: "of the cloud’s price",
  break_even_chip_hours: "€10 m are saved from",
  break_even_utilisation_share: "Even at a utilisation of",
};

export function Cloud({ report }: { report: Report }) {
  const options = useMemo(() => cloudUses(report).map((use) => ({ value: use, label: named(use) })), [report]);
  const use = chosen("cloud-use", options);
  const found = useMemo(() => {
    const prices = cloudOffers(report, use);
    const offers = newestPrices(prices);
    const names = offers.map((row) => text(row.offer));
    const saved = offers.map((row) => number(row.saving_eur));
    const dearer = offers.filter((row) => amount(row.saving_eur) < 0).length;
    const [best, worst] = [offers[0], offers.at(-1)];
    const size = number(best?.chip_hours);
    return {
      prices,
      height: rowsHeight(names, OFFER_ROW),
      draw: rowBars({
        names,
        series: [
          { name: "Saved", colour: 2, values: saved.map((value) => (value !== null && value >= 0 ? value : null)) },
          { name: "Dearer", colour: 5, values: saved.map((value) => (value !== null && value < 0 ? value : null)) },
        ],
        show: money,
      }),
      title: dearer
        ? `${named(use)} costs less here than on ${offers.length - dearer} of ${offers.length} offers of clouds`
        : `${named(use)} costs less here than on every offer of a cloud`,
      label:
        best && worst
          ? `${size === null ? "" : `${large(size)} chip-hours: `}from ${format(worst.saving_eur, "EUR")} against ${text(worst.offer)} to ${format(best.saving_eur, "EUR")} against ${text(best.offer)}.`
          : "",
    };
  }, [report, use]);
  if (!options.length) return null;
  const heads = present(report, "cloud", OFFER_HEADS);
  return (
    <Figure
      report={report}
      id="cloud"
      title={found.title}
      lead={`${found.label} Own cost is levelised; hours on a cloud are scaled to the peak of its chip. Bars stand for the newest price of each offer, the table has all.`}
      unit="EUR"
      source={["cloud", ["saving_eur", "cloud_eur", "own_eur"]]}
      keys={[
        { name: "Saved against the offer", colour: seriesCss(2) },
        { name: "Dearer than the offer", colour: seriesCss(5) },
      ]}
      controls={<Pick name="cloud-use" label="Use" options={options} />}
      frame={frame(report, "cloud", Object.keys(report.tables.cloud ?? {}), "cloud-comparison")}
    >
      <Chart draw={found.draw} height={found.height} label={`Saving by offer. ${found.title}. ${found.label}`} />
      <Table
        class="prices"
        caption={`Offers of clouds for ${named(use)}`}
        cols={columns(
          report,
          "cloud",
          heads,
          {
            date: (row) => date(text(row.date)),
            saving_share: (row) => (number(row.saving_share) === null ? NONE : share(amount(row.saving_share))),
            break_even_utilisation_share: (row) =>
              number(row.break_even_utilisation_share) === null
                ? "none"
                : share(amount(row.break_even_utilisation_share)),
            break_even_chip_hours: (row) =>
              number(row.break_even_chip_hours) === null ? "none" : format(row.break_even_chip_hours, "chip-hours"),
          },
          ["provider", "tenant_eur", "break_even_chip_hours"],
        )}
        rows={found.prices}
      />
    </Figure>
  );
}

function verdict(cell: Cell | undefined) {
  if (cell === true) return <span class="good">✓ kept</span>;
  if (cell === false) return <span class="bad">✕ broken</span>;
  return "does not apply";
}

const RULE_HEADS = {
  rule: "Rule",
  limit_value: "Limit",
  found_value: "This fund",
  passed: "Verdict",
  source: "Source",
};

export function Rules({ report }: { report: Report }) {
  const listed = rows(report, "fund_rules");
  if (!listed.length) return null;
  const broken = listed.filter((row) => row.passed === false);
  const held = listed.filter((row) => typeof row.passed === "boolean").length;
  const shown = (key: string) => (row: Row) => {
    const value = row[key];
    return typeof value === "number" ? format(value, text(row.unit) || "1") : text(value) || NONE;
  };
  return (
    <Figure
      report={report}
      id="fund-rules"
      title={
        broken.length
          ? `The fund breaks ${broken.length} of ${held} rules`
          : "The fund keeps the rules of the programme"
      }
      lead={broken.length ? `Broken: ${broken.map((row) => text(row.rule)).join("; ")}.` : undefined}
      unit="as stated with each rule"
      source={["fund_rules", ["limit_value", "found_value", "passed"]]}
      frame={frame(report, "fund_rules", Object.keys(report.tables.fund_rules ?? {}), "fund-rules")}
    >
      <Table
        class="long"
        caption="Rules that bind the fund"
        cols={columns(report, "fund_rules", present(report, "fund_rules", RULE_HEADS), {
          limit_value: shown("limit_value"),
          found_value: shown("found_value"),
          passed: (row) => verdict(row.passed),
          source: (row) => <Linked text={text(row.source)} />,
        }).map((col) => ({ ...col, unit: col.key.endsWith("_value") ? "1" : "text" }))}
        rows={listed}
      />
    </Figure>
  );
}
