import { codes } from "virtual:europe";
import { describe, expect, it } from "vitest";
import { ends } from "../src/charts/tradeoff.ts";
import { amount, number, type Report, rows, text, total } from "../src/data.ts";
import { sample } from "../src/fixtures/sample.ts";
import {
  ALL,
  barsFrame,
  costs,
  cutoffs,
  enclaveParts,
  evenness,
  funnelGroups,
  funnelRows,
  funnelSteps,
  giniOf,
  got,
  isolation,
  jainOf,
  LOSSES,
  limits,
  lorenz,
  modeTitle,
  needs,
  perPerson,
  STAGES,
  toFirstHour,
  tradeoff,
  ways,
} from "../src/shape/access.ts";

const report = sample();
const having = (tables: Report["tables"]): Report => ({ ...report, tables: { ...report.tables, ...tables } });
const plain = (shown: string): string => shown.replaceAll("\u00a0", " ");
const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);

describe("funnel", () => {
  it("loses at each step what the next step lacks, and ends at those whose job has started", () => {
    const listed = funnelRows(report, ALL);
    const { names, series } = funnelSteps(listed);
    const kept = series[0]?.values as number[];
    const lost = names.map((_, step) => sum(series.slice(1).map(({ values }) => values[step] ?? 0)));
    expect(kept[0]).toBe(total(listed, "applications"));
    kept.slice(1).forEach((value, step) => {
      expect(value + (lost[step + 1] ?? 0)).toBe(kept[step]);
    });
    expect(kept.at(-2)).toBe(total(listed, "admitted"));
    expect(kept.at(-1)).toBe(total(listed, "started"));
  });
  it("has every application once, whatever it is grouped by", () => {
    for (const by of ["class", "country"] as const) {
      const { names, series } = funnelGroups(funnelRows(report, ALL), by);
      const all = names.map((_, group) => sum(series.map(({ values }) => values[group] ?? 0)));
      expect(sum(all)).toBe(total(rows(report, "funnel"), "applications"));
      expect(all).toEqual([...all].sort((a, b) => b - a));
    }
  });
  it("keeps to one mode, and leaves out what nobody lost", () => {
    const own = funnelRows(report, "playground");
    expect(own.every((row) => row.mode === "playground")).toBe(true);
    const names = funnelSteps(own).series.map(({ name }) => name);
    expect(names).not.toContain(LOSSES[3].name);
    expect(names).toContain(LOSSES[4].name);
  });
  it("puts many small countries together without losing one", () => {
    const many = Array.from({ length: 30 }, (_, index) => ({
      country: `A${String.fromCharCode(65 + (index % 26))}`.concat(index > 25 ? "X" : ""),
      applications: 30 - index,
      admitted: 30 - index,
      started: 0,
    }));
    const { names, series } = funnelGroups(many, "country");
    expect(names).toHaveLength(21);
    expect(names.at(-1)).toBe("10 others");
    expect(sum(series.flatMap(({ values }) => values))).toBe(sum(many.map(({ applications }) => applications)));
  });
  it("is a table with a column for each part", () => {
    const bars = funnelSteps(funnelRows(report, ALL));
    const made = barsFrame("funnel", "step", bars, "count");
    expect(made.rows).toHaveLength(bars.names.length);
    expect(made.columns).toHaveLength(bars.series.length + 1);
  });
});

describe("way to the first chip-hour", () => {
  it("has a row for each mode and class with its steps and the whole", () => {
    const found = ways(report);
    const pairs = new Set(rows(report, "mode_waits").map((row) => `${row.mode} ${row.tenant_class}`));
    expect(found).toHaveLength(pairs.size);
    for (const way of found) {
      expect(way.stages).toHaveLength(STAGES.length);
      expect(way.stages.every((median) => median !== null)).toBe(true);
      expect(way.p10 as number).toBeLessThan(way.p90 as number);
    }
  });
  it("is told as a span over the modes of a class", () => {
    expect(plain(toFirstHour(report, "research") ?? "")).toBe("97.2 days");
    expect(plain(toFirstHour(report, "start-up") ?? "")).toMatch(/^4\.16 days to [\d.]+ days$/);
    expect(toFirstHour(report, "nobody")).toBeNull();
    expect(ways(having({ mode_waits: {} }))).toEqual([]);
  });
});

describe("modes in words", () => {
  it("say limits and cut-offs", () => {
    const show = (value: number) => String(value);
    expect(limits({ least_chip_hours: null, most_chip_hours: 5 }, show)).toBe("up to 5");
    expect(limits({ least_chip_hours: 5, most_chip_hours: 9 }, show)).toBe("5 to 9");
    expect(limits({ least_chip_hours: 5, most_chip_hours: null }, show)).toBe("from 5");
    expect(limits({ least_chip_hours: null, most_chip_hours: null }, show)).toBe("any");
    expect([null, 1, 6, 19.21].map((yearly_cutoffs) => cutoffs({ yearly_cutoffs }))).toEqual([
      "in order, at any time",
      "once a year",
      "6 a year",
      "about 19 a year",
    ]);
    expect(modeTitle(report, "fast-lane")).toBe("Fast Lane Access");
    expect(modeTitle(report, "own-mode")).toBe("Own mode");
  });
});

describe("shares", () => {
  it("per person weighed by people come to the mean of one", () => {
    const found = perPerson(report);
    expect(sum(found.map(({ ratio, populationShare }) => ratio * populationShare))).toBeCloseTo(1, 9);
    expect(sum(found.map(({ grantedShare }) => grantedShare))).toBeCloseTo(1, 9);
    expect(found.map(({ ratio }) => ratio)).toEqual(found.map(({ ratio }) => ratio).sort((a, b) => b - a));
    expect(perPerson(having({ groups: {} }))).toEqual([]);
  });
  it("have a Lorenz curve whose area is the Gini coefficient by its definition", () => {
    const gini = (values: number[]) => {
      const mean = sum(values) / values.length;
      const apart = sum(values.flatMap((a) => values.map((b) => Math.abs(a - b))));
      return apart / (2 * values.length ** 2 * mean);
    };
    for (const values of [[1, 1, 1, 1], [0, 0, 0, 5], [3, 1, 4, 1, 5, 9, 2, 6], [7]]) {
      const curve = lorenz(values);
      expect(giniOf(curve)).toBeCloseTo(gini(values), 12);
      expect(curve[0]).toEqual([0, 0]);
      expect(curve.at(-1)?.map((part) => Number(part.toFixed(12)))).toEqual([1, 1]);
    }
    expect(lorenz([])).toEqual([]);
    expect(lorenz([0, 0])).toEqual([]);
    expect(jainOf([2, 2, 2])).toBeCloseTo(1, 12);
    expect(jainOf([0, 0, 4, 0])).toBeCloseTo(1 / 4, 12);
  });
  it("are counted in chip-hours, and between countries per inhabitant", () => {
    expect(got(report, "class")[0]?.counted).toBe(got(report, "class")[0]?.chipHours);
    const countries = got(report, "country");
    const people = new Map(
      rows(report, "groups").map((row) => [amount(row.chip_hours), number(row.population_share)] as const),
    );
    for (const one of countries) {
      expect(one.counted).toBeCloseTo((one.share ?? 0) / (people.get(one.chipHours) as number), 9);
    }
    expect(got(report, "tenant")).toHaveLength(rows(report, "tenants").length);
  });
  it("carry what the run counted of their evenness, where it did", () => {
    expect(evenness(report, "class", "wait")).toEqual({ gini: 0.62, jain: 0.31 });
    expect(evenness(report, "size", "refusals")).toBeNull();
  });
});

describe("trade-off", () => {
  it("goes from nothing reserved up, demand by demand", () => {
    const found = tradeoff(report);
    expect([...found.keys()]).toEqual(["as-is", "asked-for", "no-enclaves"]);
    for (const points of found.values()) {
      expect(points.map(({ reserved }) => reserved)).toEqual(points.map(({ reserved }) => reserved).sort());
    }
    expect(tradeoff(having({ tradeoff: {} })).size).toBe(0);
  });
  it("costs where something is lost and brings where something is won", () => {
    expect(costs(3)).toEqual({ verb: "costs", amount: 3 });
    expect(costs(-3)).toEqual({ verb: "brings", amount: 3 });
    const against = [...tradeoff(report).values()].flat().filter(({ row }) => number(row.cost_eur) !== null);
    expect(against.every(({ reserved }) => reserved > 0)).toBe(true);
  });
  it("has axes that hold all points and no share that cannot be", () => {
    for (const values of [[0.2, 0.4], [0.5], [0, 1]]) {
      const [low, high] = ends(values);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(low).toBeLessThanOrEqual(Math.min(...values));
      expect(high).toBeGreaterThanOrEqual(Math.max(...values));
      expect(high).toBeGreaterThan(low);
    }
  });
  it("compares the run with one without enclaves only where both were simulated", () => {
    expect(isolation(report)?.without.demand).toBe("no-enclaves");
    expect(isolation(having({ tradeoff: {} }))).toBeNull();
  });
});

describe("enclaves and data spaces", () => {
  it("split the hours of an enclave's nodes without a rest", () => {
    for (const row of rows(report, "enclaves")) {
      const all = sum(enclaveParts(row).map(({ chipHours }) => chipHours));
      expect(all).toBeCloseTo(amount(row.chip_hours) + amount(row.idle_chip_hours), 3);
    }
  });
  it("show the sum of a run's data spaces once, and single ones where nobody summed them", () => {
    expect(needs(report).map((row) => text(row.run))).toEqual(["frontier-dense", "health-7b"]);
    const single = rows(report, "token_needs").find((row) => row.data_space === "media");
    const columns = Object.fromEntries(Object.entries(single ?? {}).map(([key, cell]) => [key, [cell]]));
    expect(needs(having({ token_needs: columns }))).toHaveLength(1);
  });
});

describe("map of countries", () => {
  it("knows every member of the Union by its code", () => {
    const members = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split(" ");
    expect(members.filter((code) => !codes.includes(code))).toEqual([]);
    expect(codes.filter((code) => code === "FR")).toHaveLength(1);
  });
});
