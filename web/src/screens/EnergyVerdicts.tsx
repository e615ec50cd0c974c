// This module owns what the energy screen is judged by: swings of the load against the limit, and the tender's scales.
import { useMemo } from "preact/hooks";
import { rowBars, rowsHeight } from "../charts/bars.ts";
import { Chart } from "../charts/Chart.tsx";
import { seriesCss } from "../charts/theme.ts";
import { amount, type Cell, frame, number, type Report, type Row, rows, siteTitles, text, total } from "../data.ts";
import { digits, format, money, NONE } from "../format.ts";
import { chosen, Pick, Switch } from "../parts/Choice.tsx";
import { Figure } from "../parts/Figure.tsx";
import type { Key } from "../parts/Legend.tsx";
import { named } from "../parts/names.ts";
import { type Col, Table } from "../parts/Table.tsx";
import { cheapestPoint, lots, pointsOf } from "../shape/energy.ts";
import { columns, present } from "./Machine.tsx";

function passed(cell: Cell | undefined) {
  if (cell === true) return <span class="good">✓ within</span>;
  if (cell === false) return <span class="bad">✕ above</span>;
  return "no limit";
}

const SWING_HEADS = {
  site: "Site",
  event: "Event",
  swing_mw: "Swing",
  period_s: "Every",
  limit_mw: "Limit",
  buffer: "Buffer",
  residual_mw: "Behind the buffer",
  passes: "Verdict",
  note: "How it was found",
};

export function Swings({ report }: { report: Report }) {
  const swings = rows(report, "swings");
  if (!swings.length) return null;
  const titles = siteTitles(report);
  const held = swings.filter((row) => row.passes !== null);
  const above = held.filter((row) => row.passes === false);
  const largest = [...swings].sort((a, b) => amount(b.swing_mw) - amount(a.swing_mw))[0];
  const verdict = !held.length
    ? "No site states a limit."
    : above.length
      ? `${above.length} of ${held.length} swings that have a limit are above it.`
      : `All ${held.length} swings that have a limit are within it.`;
  return (
    <Figure
      report={report}
      id="swings"
      title="How far the load swings within a second"
      lead={`The largest: ${format(largest?.swing_mw, "MW")} at ${titles.get(text(largest?.site)) ?? text(largest?.site)} (${text(largest?.event)}). ${verdict}`}
      unit="MW"
      source={["swings", ["swing_mw", "limit_mw", "residual_mw"]]}
      frame={frame(report, "swings", Object.keys(report.tables.swings ?? {}))}
    >
      <Table
        class="long"
        caption="Swings of the load by site and event"
        cols={columns(report, "swings", present(report, "swings", SWING_HEADS), {
          site: (row) => titles.get(text(row.site)) ?? text(row.site),
          event: (row) => named(text(row.event)),
          period_s: (row) => (number(row.period_s) === null ? "once" : format(row.period_s, "s")),
          passes: (row) => passed(row.passes),
        })}
        rows={swings}
      />
    </Figure>
  );
}

const ITEMS: Record<string, { name: string; colour: number }> = {
  floor: { name: "IT power floor", colour: -1 },
  pue: { name: "PUE", colour: 0 },
  renewables: { name: "Renewables", colour: 2 },
  flexibility: { name: "Flexibility", colour: 4 },
  connection: { name: "Connection", colour: 1 },
  grid_share: { name: "Share of the grid that reaches IT", colour: 3 },
  backup: { name: "Backup", colour: 5 },
  All: { name: "All", colour: -1 },
};
const itemOf = (item: string) => ITEMS[item] ?? { name: named(item), colour: 6 };
const LOTS: Record<string, string> = { lot1: "Lot 1", lot2: "Lot 2" };
const PRAISED = ["excellent", "good", "met"];
const BLAMED = ["poor", "not met"];

export function Tender({ report }: { report: Report }) {
  const titles = siteTitles(report);
  const options = lots(report).map((lot) => ({ value: lot, label: LOTS[lot] ?? named(lot) }));
  const lot = chosen("lot", options);
  const { draw, names, keys, label, scored, sites } = useMemo(() => scoreChart(report, lot), [report, lot]);
  const site = chosen("scored-site", sites);
  if (!options.length) return null;
  const own = scored.filter((row) => text(row.site) === site);
  const sums = Object.fromEntries(["points", "most_points"].map((name) => [name, total(own, name)]));
  return (
    <Figure
      report={report}
      id="tender"
      title="How the sites stand on the tender’s scales"
      lead={label}
      unit="points"
      source={["tender_scores", ["points", "most_points", "next_eur_per_year"]]}
      how="scales as third parties quote them; the scale says where the points of a class are assumed"
      keys={keys}
      controls={
        <>
          <Switch name="lot" label="Lot" options={options} />
          <Pick name="scored-site" label="Site of the table" options={sites} />
        </>
      }
      frame={frame(report, "tender_scores", Object.keys(report.tables.tender_scores ?? {}), "tender-scores")}
    >
      <Chart draw={draw} height={rowsHeight(names)} label={`Points by site and item. ${label}`} />
      <Table
        class="long scored"
        caption={`Tender scores of ${titles.get(site) ?? site} by item`}
        cols={scoreColumns(report)}
        rows={own}
        foot={{ item: "All", ...sums }}
      />
    </Figure>
  );
}

function scoreChart(report: Report, lot: string) {
  const titles = siteTitles(report);
  const found = pointsOf(report, lot);
  const names = found.map(({ site }) => titles.get(site) ?? site);
  const scored = found.flatMap(({ rows: list }) => list);
  const items = [...new Set(scored.filter((row) => amount(row.most_points) > 0).map((row) => text(row.item)))];
  const series = items.map((item) => ({
    ...itemOf(item),
    values: found.map(({ rows: list }) => amount(list.find((row) => text(row.item) === item)?.points)),
  }));
  const most = Math.max(1, ...found.map((one) => one.most));
  const ranked = [...found].sort((a, b) => b.points - a.points);
  const best = ranked[0];
  const next = cheapestPoint(scored);
  const missed = scored.filter((row) => text(row.rating) === "not met").map((row) => titles.get(text(row.site)) ?? "");
  const told = [
    best && ranked.length > 1 && best.points === ranked.at(-1)?.points
      ? `All sites have ${digits(best.points)} of ${digits(best.most)} points.`
      : best
        ? `${titles.get(best.site) ?? best.site} has ${ranked.length > 1 ? "the most points, " : ""}${digits(best.points)} of ${digits(best.most)}${ranked.length > 1 ? "" : " points"}.`
        : "",
    missed.length ? `The floor of IT power is not met at ${missed.join(", ")}.` : "",
    next
      ? `The cheapest next point ${next.each < 0 ? "saves" : "costs"} ${money(Math.abs(next.each))} a year, at ${titles.get(text(next.row.site)) ?? ""} (${itemOf(text(next.row.item)).name}).`
      : "",
  ];
  return {
    names,
    scored,
    sites: ranked.map(({ site }) => ({ value: site, label: titles.get(site) ?? site })),
    draw: rowBars({ names, series, show: digits, max: most }),
    keys: series.map(({ name, colour }): Key => ({ name, colour: seriesCss(colour) })),
    label: told.filter(Boolean).join(" "),
  };
}

function scoreColumns(report: Report): Col[] {
  const heads = {
    item: "Item",
    found_value: "Value",
    rating: "Class",
    points: "Points",
    why: "Scale",
    next_step: "Next class takes",
    next_eur_per_year: "Its cost",
    next_points: "Each point",
  };
  const each = (row: Row) => {
    const [cost, gain] = [number(row.next_eur_per_year), amount(row.next_points)];
    return cost === null || gain <= 0 ? NONE : `${money(cost / gain)} a year`;
  };
  const rated = (word: string) => (PRAISED.includes(word) ? "good" : BLAMED.includes(word) ? "bad" : "");
  return columns(report, "tender_scores", present(report, "tender_scores", heads), {
    item: (row) => itemOf(text(row.item)).name,
    found_value: (row) => format(row.found_value, text(row.unit)),
    rating: (row) => <span class={rated(text(row.rating))}>{text(row.rating)}</span>,
    points: (row) =>
      amount(row.most_points) > 0 ? `${digits(amount(row.points))} of ${digits(amount(row.most_points))}` : NONE,
    next_points: each,
  });
}
