import { describe, expect, it } from "vitest";
import { amount, type Cell, column, matches, number, type Report, readReport, rows, text, total } from "../src/data.ts";
import { sample } from "../src/fixtures/sample.ts";
import { csv } from "../src/parts/csv.ts";
import { ALL, gridOf, heatOf, hourlySum, monthHourMeans, months, quantile, stepName } from "../src/shape/hourly.ts";
import { floors } from "../src/shape/machine.ts";
import { bands, CASH_PARTS, cashSteps, costParts, layerSteps, layerTitles, periodOf } from "../src/shape/money.ts";
import { factGroups, standing } from "../src/shape/sources.ts";
import { breakdown, keeping, layout, reasons, roofline, scaling, strategyGrid } from "../src/shape/training.ts";
import { smallUsers } from "../src/shape/waits.ts";

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
  const { hours, sites } = gridOf(report);

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
    const price = heatOf(report, ALL, "price_eur_per_mwh").values;
    const [cost, power] = [hourlySum(report, ALL, "cost_eur"), hourlySum(report, ALL, "facility_mw")];
    expect((price[100] as number) * (power[100] as number)).toBeCloseTo(cost[100] as number, 6);
    const carbon = heatOf(report, ALL, "carbon_g_per_kwh").values;
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

  it("gives the same months from days as from hours, also where the last day is cut", () => {
    const names = Object.keys(report.tables.hourly ?? {});
    const [site] = sites as [string];
    const lines = rows(report, "hourly").filter((row) => row.site === site && amount(row.hour) < 40 * 24 + 7);
    const days = Array.from({ length: 41 }, (_, day) => {
      const own = lines.filter((row) => Math.floor(amount(row.hour) / 24) === day);
      const sum = (name: string) => total(own, name);
      const summed = ["cost_eur", "carbon_t"];
      return names.map((name) =>
        name === "site" ? site : name === "hour" ? day * 24 : sum(name) / (summed.includes(name) ? 1 : own.length),
      );
    });
    const tables = (cells: Cell[][]) => ({
      hourly: Object.fromEntries(names.map((name, index) => [name, cells.map((line) => line[index] ?? null)])),
    });
    const whole = having(tables(lines.map((row) => names.map((name) => row[name] ?? null))));
    const reduced = { ...having(tables(days)), steps: { hours: 40 * 24 + 7, step_hours: 24, heat_days: 7 } };
    const [expected, found] = [months(whole, ALL), months(reduced, ALL)];
    expect(found.map(({ month }) => month)).toEqual(["2028-07", "2028-08"]);
    found.forEach((entry, index) => {
      for (const key of ["energy_mwh", "cost_eur", "carbon_t"] as const) {
        expect(entry[key] / (expected[index]?.[key] ?? 0)).toBeCloseTo(1, 9);
      }
    });
  });

  it("splits a week over the end of a month by its days", () => {
    const hourly = { site: ["a"], hour: [0], facility_mw: [2], cost_eur: [700], carbon_t: [70] };
    const week = {
      ...having({ hourly }),
      scenario: { ...report.scenario, simulation: { ...report.scenario.simulation, start: "2028-07-29" } },
      steps: { hours: 168, step_hours: 168, heat_days: 7 },
    };
    expect(months(week, ALL)).toEqual([
      { month: "2028-07", energy_mwh: 2 * 72, cost_eur: 300, carbon_t: 30 },
      { month: "2028-08", energy_mwh: 2 * 96, cost_eur: 400, carbon_t: 40 },
    ]);
  });

  it("takes the map of hours from its own table where the steps are longer than an hour", () => {
    const lines = ["a", "b"].flatMap((site) =>
      [0, 7].flatMap((day) => Array.from({ length: 24 }, (_, hour) => [site, day, hour, day + hour + 1])),
    );
    const [names, place] = [["site", "day", "hour_of_day", "facility_mw"], 3];
    const heat = Object.fromEntries(names.map((name, index) => [name, lines.map((line) => line[index] ?? null)]));
    const columns = { price_eur_per_mwh: lines.map(() => 5), cost_eur: lines.map((line) => 5 * Number(line[place])) };
    const reduced = {
      ...having({ heat: { ...heat, ...columns } }),
      steps: { hours: 9 * 24, step_hours: 24, heat_days: 7 },
    };
    const power = heatOf(reduced, ALL, "facility_mw");
    expect(power.days).toBe(7);
    expect(power.values).toHaveLength(48);
    expect(power.values[24 + 3]).toBe(2 * (7 + 3 + 1));
    expect(new Set(heatOf(reduced, ALL, "price_eur_per_mwh").values)).toEqual(new Set([5]));
  });

  it("names its steps", () => {
    expect([1, 24, 168, 336, 48, 6].map(stepName)).toEqual(["hour", "day", "week", "2 weeks", "2 days", "6 hours"]);
  });

  it("averages by month and hour of the day", () => {
    const values = Float64Array.from({ length: 48 }, (_, hour) => hour);
    const means = monthHourMeans(Date.UTC(2030, 0, 1), { values, days: 1 });
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
    expect(costParts(report)).toHaveLength(CASH_PARTS.length - 2);
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

describe("names of layers", () => {
  it("tells a layer that is named like a provider apart by its form", () => {
    const layers = {
      layer: ["union", "states", "guarantee"],
      kind: ["capacity-purchase", "grant", "first-loss"],
      provider: ["union", "state", "union"],
    };
    expect([...layerTitles(having({ layers })).values()]).toEqual(["Union, capacity purchase", "States", "Guarantee"]);
  });
});

describe("steps of training", () => {
  const run = ["a", "a", "a", "b", "a", "a"];

  it("sums the parts of one run to its step, leaves nothing out that takes time, and groups them", () => {
    const part = ["pipeline bubble", "gemm", "attention", "gemm", "context comm", "something new"];
    const seconds = [0.5, 3, 1, 9, 0, 0.5];
    const found = breakdown(having({ training_breakdown: { run, part, seconds } }), "a");
    expect(found.map((one) => [one.part, one.group, one.share])).toEqual([
      ["gemm", 0, 0.6],
      ["attention", 0, 0.2],
      ["pipeline bubble", 2, 0.1],
      ["something new", 3, 0.1],
    ]);
    expect(breakdown(having({ training_breakdown: {} }), "a")).toEqual([]);
  });

  it("maps strategies against the best, with pairs not looked at left out", () => {
    const training_map = {
      run,
      tp: [8, 2, 8, 1, 1, 1],
      pp: [1, 4, 4, 1, 4, 16],
      tokens_per_s: [50, 80, 100, 9e9, null, null],
      reason: [null, null, null, null, "needs 900 GB, has 80", "needs 250 GB, has 80"],
    };
    const grid = strategyGrid(having({ training_map }), "a");
    expect([grid.columns, grid.rows].map((bands) => bands.map(({ label }) => label))).toEqual([
      ["1", "2", "8"],
      ["1", "4", "16"],
    ]);
    expect(grid.best?.pair).toMatchObject({ tp: 8, pp: 4, share: 1 });
    expect(grid.worst?.pair).toMatchObject({ tp: 8, pp: 1, share: 0.5 });
    expect(grid.cells.has("2,1")).toBe(false);
    expect(reasons(grid)).toEqual([{ reason: "needs 900 GB, has 80", pairs: 2, varies: true }]);
    const none = { run: ["a"], tp: [1], pp: [1], tokens_per_s: [null], reason: [""] };
    expect(strategyGrid(having({ training_map: none }), "a").best).toBeNull();
  });

  it("draws many pipeline degrees in bands, each with its best pair", () => {
    const pp = Array.from({ length: 126 }, (_, index) => index + 1);
    const training_map = {
      run: pp.map(() => "a"),
      tp: pp.map(() => 4),
      pp,
      tokens_per_s: pp.map((degree) => (degree < 25 ? 1000 - Math.abs(degree - 14) : null)),
      reason: pp.map((degree) => (degree < 25 ? null : "stages without a layer")),
    };
    const grid = strategyGrid(having({ training_map }), "a");
    expect(grid.rows.map(({ label }) => label)).toEqual([
      "1",
      "2",
      "3",
      "4",
      "5–6",
      "7–8",
      "9–12",
      "13–16",
      "17–24",
      "25–32",
      "33–48",
      "49–64",
      "65–96",
      "97–126",
    ]);
    expect(grid.cells.get("4,13–16")?.pair.pp).toBe(14);
    expect(grid.cells.get("4,17–24")?.pair).toMatchObject({ pp: 17, tokensPerS: 997 });
    expect(grid.cells.get("4,25–32")?.pair.share).toBeNull();
    expect(reasons(grid)).toEqual([{ reason: "stages without a layer", pairs: 102, varies: false }]);
  });

  it("takes the slope of the roof from the catalogue and tells lower peaks apart from it", () => {
    const [peak, bandwidth] = [5000, 8];
    const intensity_flop_per_byte = [500, 0.5, 2000, 1, 40, 600];
    const roof_tflops = intensity_flop_per_byte.map((at, index) =>
      Math.min(index === 2 ? peak / 2 : peak, bandwidth * at),
    );
    roof_tflops.push(peak);
    const training_roofline = {
      run: [...run, "a"],
      part: ["experts", "optimiser", "attention", "gemm", "tensor comm", "whole step", "gemm"],
      intensity_flop_per_byte: [...intensity_flop_per_byte, 4000],
      achieved_tflops: roof_tflops.map((roof, index) => (index === 4 ? 0 : roof / 2)),
      roof_tflops,
    };
    const tables = {
      training: { run: ["a"], machine: ["gb300"] },
      sources: { key: ["chips/GB300/memory_tb_per_s"], value: [String(bandwidth)] },
      training_roofline,
    };
    const scenario = { ...report.scenario, machines: [{ name: "gb300", chip: "GB300", memory_gb: 288 }] };
    const found = roofline({ ...having(tables), scenario }, "a");
    expect(found).toMatchObject({ peak, slope: bandwidth, lower: [peak / 2] });
    expect(found.points.map(({ intensity, whole }) => [intensity, whole])).toEqual([
      [0.5, false],
      [500, false],
      [600, true],
      [2000, false],
      [4000, false],
    ]);
    expect(roofline({ ...having({ ...tables, sources: {} }), scenario }, "a").slope).toBeNull();
    expect(roofline(having({ training_roofline: {} }), "a").points).toEqual([]);
  });

  it("keeps the model's line apart from published runs, in order of chips", () => {
    const training_scaling = {
      run,
      chips: [64, 8, 32, 1, 16, 16],
      days: [2, 9, 4, 1, 5, null],
      kind: ["model", "model", "published", "model", "published", "model"],
      label: [null, null, "X", null, "Y", null],
      source: [null, null, "x", null, "y", null],
    };
    const { model, published } = scaling(having({ training_scaling }), "a");
    expect(model.map(({ chips }) => chips)).toEqual([8, 64]);
    expect(published.map(({ label, source }) => label + source)).toEqual(["Yy", "Xx"]);
  });

  it("prints strategies in the field's short form", () => {
    const row = { tp: 8, pp: 1, dp: 64, cp: 1, ep: 4, vp: 1, microbatch: 2, recompute: "none", zero: 1 };
    expect(layout(row).replaceAll("\u00a0", " ")).toBe("TP 8 · PP 1 · DP 64 · EP 4");
    expect(keeping(row).replaceAll("\u00a0", " ")).toBe("microbatch 2, no recomputation, ZeRO 1");
    expect(layout({})).toBe("");
    expect(keeping({})).toBe("");
  });
});

describe("those who wait with small jobs", () => {
  const tenant = (name: string, tenant_class: string) => ({
    ...(report.scenario.tenants[0] as (typeof report.scenario.tenants)[0]),
    name,
    tenant_class,
  });
  const scenario = (...tenants: ReturnType<typeof tenant>[]) => ({ ...report.scenario, tenants });
  const tables = {
    classes: { tenant_class: ["start-up", "research"], wait_p90_s: [700, 50] },
    tenants: {
      tenant: ["physics", "idlers", "biology", "founders"],
      jobs: [10, 0, 1000, 5],
      asked_chip_hours: [640, 0, 16_000, 5],
      wait_p90_s: [50, null, 60, 700],
    },
    wait_quantiles: {
      tenant_class: ["start-up", "start-up", "start-up", "research", "research"],
      quantile_share: [0, 0.6, 1, 0, 1],
      wait_s: [0, 0, 900, 0, 70],
    },
  };
  const others = [tenant("physics", "research"), tenant("idlers", "research"), tenant("biology", "research")];

  it("are the start-ups, all together, where there are some", () => {
    const found = smallUsers({ ...having(tables), scenario: scenario(...others, tenant("founders", "start-up")) });
    expect(found).toEqual({ tenant: null, tenantClass: "start-up", p90: 700, atOnce: 0.6 });
  });

  it("are the tenant with the smallest jobs elsewhere, with a share only where its class is it alone", () => {
    const found = smallUsers({ ...having(tables), scenario: scenario(...others) });
    expect(found).toEqual({ tenant: "biology", tenantClass: "research", p90: 60, atOnce: null });
    const biology = others.at(-1);
    const alone = smallUsers({ ...having(tables), scenario: scenario(biology as (typeof others)[0]) });
    expect(alone.atOnce).toBe(0);
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
