import { describe, expect, it } from "vitest";
import { amount, column, matches, number, type Report, readReport, rows, text, total } from "../src/data.ts";
import { sample } from "../src/fixtures/sample.ts";
import { csv } from "../src/parts/csv.ts";
import { ALL, hourlyOf, hourlySum, hoursOf, monthHourMeans, months, quantile, steps } from "../src/shape/hourly.ts";
import { floors } from "../src/shape/machine.ts";
import { bands, CASH_PARTS, cashSteps, costParts, layerSteps, periodOf } from "../src/shape/money.ts";
import { factGroups, standing } from "../src/shape/sources.ts";

const report = sample();

/** The sample with some of its tables replaced. */
const having = (tables: Report["tables"]): Report => ({ ...report, tables: { ...report.tables, ...tables } });

describe("data", () => {
  it("reads null as no report", () => {
    expect(readReport("null")).toBeNull();
  });
  it("takes a table that is not there as empty", () => {
    expect(rows(report, "nothing")).toEqual([]);
    expect(column(report, "nothing", "x")).toEqual([]);
  });
  it("finds rows by all words in any order and case", () => {
    expect(matches("LUMI finland", ["Finland", null, "the Lumi site"])).toBe(true);
    expect(matches("lumi spain", ["Finland", "Lumi"])).toBe(false);
    expect(matches("", [null])).toBe(true);
  });
});

describe("hours", () => {
  const { hours, sites } = hoursOf(report);

  it("sums sites hour by hour, as a plain loop over the rows does", () => {
    const naive = new Float64Array(hours);
    rows(report, "hourly").forEach((row) => {
      naive[amount(row.hour)] = (naive[amount(row.hour)] as number) + amount(row.facility_mw);
    });
    expect(hourlySum(report, ALL, "facility_mw")).toEqual(naive);
  });

  it("does not depend on the order of the rows", () => {
    const columns = report.tables.hourly ?? {};
    const turned = Object.fromEntries(Object.entries(columns).map(([name, cells]) => [name, [...cells].reverse()]));
    const site = sites[1] as string;
    expect(hourlySum(having({ hourly: turned }), site, "it_mw")).toEqual(hourlySum(report, site, "it_mw"));
  });

  it("weights price and carbon of all sites by energy", () => {
    const price = hourlyOf(report, ALL, "price_eur_per_mwh");
    const [cost, power] = [hourlySum(report, ALL, "cost_eur"), hourlySum(report, ALL, "facility_mw")];
    expect((price[100] as number) * (power[100] as number)).toBeCloseTo(cost[100] as number, 6);
    const carbon = hourlyOf(report, ALL, "carbon_g_per_kwh");
    expect(((carbon[9] as number) * (power[9] as number)) / 1000).toBeCloseTo(
      hourlySum(report, ALL, "carbon_t")[9] as number,
      9,
    );
  });

  it("has months that sum to the window, with their lengths of the calendar", () => {
    const found = months(report, ALL);
    expect(found.map((entry) => entry.month).slice(0, 2)).toEqual(["2028-07", "2028-08"]);
    expect(found).toHaveLength(12);
    const all = found.reduce((sum, entry) => sum + entry.energy_mwh, 0);
    expect(all).toBeCloseTo(total(rows(report, "sites"), "energy_mwh"), 3);
    const flat = having({
      hourly: { ...report.tables.hourly, facility_mw: column(report, "hourly", "hour").map(() => 1) },
    });
    const february = months(flat, sites[0] as string).find((entry) => entry.month === "2029-02");
    expect(february?.energy_mwh).toBe(28 * 24);
  });

  it("has one step a day in a long window and one an hour in a short one", () => {
    expect(steps(report, ALL)).toHaveLength(365);
    const short = Object.fromEntries(
      Object.entries(report.tables.hourly ?? {}).map(([name, cells]) => [name, cells.slice(0, 48)]),
    );
    const found = steps(having({ hourly: short }), sites[0] as string);
    expect(found).toHaveLength(48);
    expect((found[1]?.ms ?? 0) - (found[0]?.ms ?? 0)).toBe(3_600_000);
  });

  it("has no utilisation where nothing is in service", () => {
    const idle = column(report, "hourly", "hour").map(() => 0);
    const found = steps(having({ hourly: { ...report.tables.hourly, capacity_chips: idle } }), ALL);
    expect(found.every((step) => step.utilisation_share === null)).toBe(true);
  });

  it("averages by month and hour of the day", () => {
    const values = Float64Array.from({ length: 48 }, (_, hour) => hour);
    const means = monthHourMeans(Date.UTC(2030, 0, 1), values);
    expect(means).toHaveLength(24);
    expect(means[3]).toEqual(["2030-01", 3, (3 + 27) / 2]);
  });

  it("finds quantiles by rank, without NaN", () => {
    const values = Float64Array.from([5, Number.NaN, 1, 3, 2, 4]);
    expect([0, 0.5, 1].map((part) => quantile(values, part))).toEqual([1, 3, 5]);
    expect(quantile(new Float64Array(), 0.5)).toBeNaN();
  });
});

describe("floors", () => {
  it("holds a floor against the site's total, not against the phase", () => {
    const found = floors(report).filter((floor) => floor.site === "kajaani");
    expect(found.map(({ phase, unit, met }) => [phase, unit, met])).toEqual([
      ["phase-1", "H100-equivalents", true],
      ["phase-2", "H100-equivalents", false],
      ["phase-2", "MW", true],
    ]);
    expect(found[1]?.reached).toBeCloseTo(100_008 * 2.53, 6);
  });
  it("takes the phases in order of their dates", () => {
    const turned = Object.fromEntries(
      Object.entries(report.tables.phases ?? {}).map(([name, cells]) => [name, [...cells].reverse()]),
    );
    const first = floors(having({ phases: turned })).find(
      (floor) => floor.site === "sines" && floor.phase === "phase-1",
    );
    expect(first?.reached).toBeCloseTo(24_984 * 2.53, 6);
  });
});

describe("money", () => {
  it("names periods", () => {
    expect(periodOf("2028-10-01", "quarter")).toBe("2028 Q4");
    expect(periodOf("2028-10-01", "year")).toBe("2028");
  });

  it.each(["year", "quarter"] as const)("has signed parts that sum to the net flow by %s", (period) => {
    for (const step of cashSteps(report, period)) {
      expect(step.parts.reduce((a, b) => a + b, 0)).toBeCloseTo(step.net, 3);
    }
    const last = cashSteps(report, period).at(-1);
    expect(last?.cumulative).toBeCloseTo(total(rows(report, "cash"), "net_eur"), 3);
  });

  it("splits the levelised cost into parts that sum to the whole, worked out on its own", () => {
    const sum = costParts(report).reduce((all, part) => all + part.eurPerChipHour, 0);
    expect(sum).toBeCloseTo(report.summary.levelised_eur_per_chip_hour as number, 9);
    expect(costParts(report)).toHaveLength(CASH_PARTS.length - 1);
  });

  it("has no cost of a chip-hour where none is delivered", () => {
    const none = column(report, "cash", "quarter").map(() => 0);
    expect(costParts(having({ cash: { ...report.tables.cash, delivered_chip_hours: none } }))).toEqual([]);
  });

  it("keeps what a layer draws and receives apart within a year", () => {
    const cash = { layer: ["a", "a"], quarter: ["2029-01-01", "2029-07-01"], flow_eur: [-5, 3] };
    const { periods, drawn, received } = layerSteps(having({ layer_cash: cash }), "year");
    expect([periods, drawn.get("a"), received.get("a")]).toEqual([["2029"], [-5], [3]]);
  });
});

describe("bands of money", () => {
  it("keeps a layer apart from a provider of the same name", () => {
    const layers = { layer: ["union", "bank"], provider: ["union", "private"] };
    const money_flow = {
      source: ["union", "private", "union", "bank", "capital cost"],
      target: ["union", "bank", "capital cost", "capital cost", "chips"],
      value_eur: [2, 3, 2, 3, 5],
    };
    expect(bands(having({ layers, money_flow })).map(({ source, target }) => `${source} > ${target}`)).toEqual([
      "provider:union > layer:union",
      "provider:private > layer:bank",
      "layer:union > use:capital cost",
      "layer:bank > use:capital cost",
      "use:capital cost > use:chips",
    ]);
  });
});

describe("facts", () => {
  it("counts what the result rests on, without names and what is not set", () => {
    const sources = { key: ["a", "b", "c"], evidence: ["published", "unverified", "assumed"] };
    const inputs = {
      path: ["title", "limit", "share", "unset", "policy"],
      value: ["A title", "3", "0.5", null, "easy"],
      unit: [null, "h", "share", "MW", null],
      evidence: ["unsourced", "unsourced", "sourced", "assumed", "assumed"],
    };
    expect(standing(having({ sources, inputs }))).toEqual({
      facts: 3,
      unverifiedFacts: 1,
      assumedFacts: 1,
      values: 3,
      assumedValues: 2,
    });
  });

  it("puts fields of an entry together only where source, note, date and evidence agree", () => {
    const fact = (key: string, evidence: string, note: string | null = null) => ({
      key,
      evidence,
      note,
      date: "2025",
      citation: "A",
    });
    const found = factGroups([
      fact("shapes/price/h00", "derived"),
      fact("models/X/layers", "published"),
      fact("shapes/price/h01", "derived"),
      fact("shapes/price/h02", "assumed"),
      fact("shapes/price/h03", "derived", "odd"),
    ]);
    expect(found.map(({ name, facts }) => [name, facts.length])).toEqual([
      ["shapes/price", 2],
      ["models/X/layers", 1],
      ["shapes/price/h02", 1],
      ["shapes/price/h03", 1],
    ]);
  });
});

describe("csv", () => {
  it("quotes by RFC 4180 and leaves absent values empty", () => {
    const frame = {
      name: "x",
      columns: [
        { key: "a,b", unit: "text" },
        { key: "c", unit: "EUR" },
      ],
      rows: [
        ['say "no"', null],
        ["two\nlines", 1.5],
      ],
    };
    expect(csv(frame)).toBe('"a,b",c\r\n"say ""no""",\r\n"two\nlines",1.5\r\n');
  });
});

describe("cells", () => {
  it("tells numbers, texts and nothing apart", () => {
    expect([number(1), number("1"), number(null), text(null), amount("x")]).toEqual([1, null, null, "", 0]);
  });
});
