import { describe, expect, it } from "vitest";
import { niceEnd } from "../src/charts/duration.ts";
import { placeLines } from "../src/charts/pareto.ts";
import { rows, total } from "../src/data.ts";
import { sample } from "../src/fixtures/sample.ts";
import { siteSample } from "../src/fixtures/siting.ts";
import { format, withDates } from "../src/format.ts";
import { screensOf } from "../src/report/Report.tsx";
import {
  cheapestPoint,
  durations,
  knownSum,
  lots,
  partsOf,
  perYear,
  pointsOf,
  tightest,
  waitYears,
} from "../src/shape/energy.ts";
import { ALL, hasLayer, heatOf, hourlySum } from "../src/shape/hourly.ts";
import { carbonParts, choiceOf, paretoOf, placeTitles, shadows } from "../src/shape/siting.ts";

const report = sample();
const choice = siteSample();

describe("hours", () => {
  it("have ratios over all sites as their sums have them", () => {
    const [facility, it_, renewable] = ["facility_mw", "it_mw", "renewable_mw"].map((name) =>
      hourlySum(report, ALL, name),
    ) as [Float64Array, Float64Array, Float64Array];
    const [pue, part] = [heatOf(report, ALL, "pue").values, heatOf(report, ALL, "renewable_share").values];
    for (const hour of [0, 77, 5000]) {
      expect(pue[hour]).toBeCloseTo((facility[hour] as number) / (it_[hour] as number), 12);
      expect(part[hour]).toBeCloseTo((renewable[hour] as number) / (facility[hour] as number), 12);
    }
    expect(Math.max(...part)).toBeLessThanOrEqual(1);
  });
  it("have the sites' mean temperature, and that of a site by itself", () => {
    const own = rows(report, "sites").map(
      ({ site }) => heatOf(report, String(site), "dry_bulb_c").values[100] as number,
    );
    expect(heatOf(report, ALL, "dry_bulb_c").values[100]).toBeCloseTo(own.reduce((a, b) => a + b) / own.length, 12);
    expect(Math.max(...own) - Math.min(...own)).toBeGreaterThan(1);
  });
  it("have no layer whose columns an older folder lacks", () => {
    const { renewable_mw: _r, dry_bulb_c: _d, ...hourly } = report.tables.hourly ?? {};
    const old = { ...report, tables: { ...report.tables, hourly } };
    expect(hasLayer(old, "renewable_share")).toBe(false);
    expect(hasLayer(old, "dry_bulb_c")).toBe(false);
    expect(hasLayer(old, "pue")).toBe(true);
    expect(hasLayer({ ...report, tables: { ...report.tables, heat: { site: [], facility_mw: [] } } }, "pue")).toBe(
      false,
    );
  });
});

describe("sites", () => {
  it("wait from the last day of the base year, or from the request, and never less than not at all", () => {
    const wait = (ready: string | null, requested?: string) =>
      waitYears(requested ? { ...report, scenario: { ...report.scenario, siting: { requested } } } : report, {
        connection_ready: ready,
      });
    expect(wait("2030-12-31")).toBeCloseTo(4, 2);
    expect(wait("2026-03-01")).toBe(0);
    expect(wait("2030-12-31", "2028-12-31")).toBeCloseTo(2, 2);
    expect(wait(null)).toBeNull();
  });
  it("are summed only where something is known", () => {
    expect(knownSum([{ a: 2 }, { a: null }, { a: 3 }], "a")).toEqual({ sum: 5, known: 2 });
    expect(knownSum([{ a: null }], "a").known).toBe(0);
  });
  it("have parts that add up to their table", () => {
    const { keys, parts } = partsOf(report, "energy_costs", "site", "cost_eur");
    const all = parts.flatMap(({ values }) => values).reduce((a, b) => a + b, 0);
    expect(all / total(rows(report, "energy_costs"), "cost_eur")).toBeCloseTo(1, 12);
    expect(keys).toEqual(rows(report, "sites").map(({ site }) => site));
    expect(parts.every(({ values }) => values.length === keys.length)).toBe(true);
  });
  it("have load duration curves that fall, and the tightest connection is named", () => {
    const curves = durations(report);
    for (const { facility } of curves) {
      expect([...facility].sort((a, b) => b - a)).toEqual(facility);
      expect(facility).toHaveLength(201);
    }
    const one = { site: "a", title: "A", shares: [0], facility: [90], grid: [], connection: 100 };
    const other = { site: "b", title: "B", shares: [0], facility: [99], grid: [50], connection: 100 };
    expect(tightest([other, one])).toEqual({ title: "A", peak: 90, connection: 100 });
    expect(tightest([{ ...one, connection: null }])).toBeNull();
  });
  it("have axes that end at or above the value, in round parts", () => {
    for (const value of [1, 7.3, 99, 100, 240, 1001]) {
      expect(niceEnd(value)).toBeGreaterThanOrEqual(value);
      expect(niceEnd(value)).toBeLessThanOrEqual(1.5 * value);
    }
    expect(niceEnd(250)).toBe(300);
  });
  it("scale to a year", () => {
    const simulation = { ...report.scenario.simulation, days: 73 };
    expect(perYear({ ...report, scenario: { ...report.scenario, simulation } })).toBe(5);
  });
});

describe("points", () => {
  it("are those of the lot alone", () => {
    expect(lots(report)).toEqual(["lot1", "lot2"]);
    const found = pointsOf(report, "lot1");
    expect(found.map(({ site }) => site)).toEqual(rows(report, "sites").map(({ site }) => site));
    const own = rows(report, "tender_scores").filter((row) => row.lot === "lot1");
    expect(found.reduce((sum, { points }) => sum + points, 0)).toBeCloseTo(total(own, "points"), 9);
  });
  it("have their cheapest next one among the steps whose cost and gain are known", () => {
    const steps = [
      { item: "a", next_eur_per_year: 10, next_points: 2 },
      { item: "b", next_eur_per_year: 1, next_points: 0 },
      { item: "c", next_eur_per_year: null, next_points: 9 },
      { item: "d", next_eur_per_year: -8, next_points: 2 },
    ];
    expect(cheapestPoint(steps)).toEqual({ row: steps[3], each: -4 });
    expect(cheapestPoint([{ item: "a", next_eur_per_year: 4 }])).toBeNull();
  });
});

describe("the choice of sites", () => {
  it("splits the emissions of a chip-hour into two parts that add up", () => {
    const sites = rows(choice, "chosen_sites");
    const { electricity, making } = carbonParts(sites);
    sites.forEach((site, index) => {
      expect((electricity[index] as number) + (making[index] as number)).toBeCloseTo(
        Number(site.carbon_kg_per_chip_hour),
        12,
      );
      expect(making[index]).toBeCloseTo((Number(site.embodied_t) * 1000) / Number(site.useful_chip_hours), 12);
    });
  });
  it("is read from the summary, from the Pareto set, or not at all", () => {
    const point = rows(choice, "pareto").find((row) => row.chosen === true);
    expect(choiceOf(choice).cost).toBe(point?.cost_eur_per_chip_hour);
    expect(choiceOf({ ...choice, summary: { cost_eur_per_chip_hour: 1.5 } }).cost).toBe(1.5);
    const { pareto: _p, ...tables } = choice.tables;
    expect(choiceOf({ ...choice, tables })).toEqual({ cost: null, carbon: null, score: null });
  });
  it("lies on a set that trades cost for carbon", () => {
    const points = paretoOf(choice);
    points.slice(1).forEach((point, index) => {
      expect(point.cost).toBeGreaterThan(points[index]?.cost as number);
      expect(point.carbon).toBeLessThan(points[index]?.carbon as number);
    });
  });
  it("names the places of a point", () => {
    expect(placeLines("lulea 100,000, sines 50,000", placeTitles(choice))).toEqual([
      { name: "Luleå", value: "100,000" },
      { name: "Sines", value: "50,000" },
    ]);
    expect(placeLines("", new Map())).toEqual([]);
  });
  it("tells limits that bind from those that do not", () => {
    const { binding, slack } = shadows(choice);
    expect(binding.map((row) => row.worth_eur_per_year)).toEqual([1_900_000, 310_000]);
    expect(slack.every((row) => row.binding === false)).toBe(true);
  });
});

describe("screens", () => {
  const tabs = (tables: typeof report.tables) => screensOf({ ...report, tables }).map(({ tab }) => tab);
  it("are those whose tables the page has", () => {
    expect(tabs(choice.tables)).toEqual(["siting"]);
    expect(tabs(report.tables)).not.toContain("siting");
    expect(tabs({ ...report.tables, ...choice.tables })).toHaveLength(10);
    expect(tabs({})).toEqual([]);
  });
});

describe("units of energy", () => {
  it.each([
    [12_345, "m3", "12,300 m³"],
    [-4.26, "degC", "−4.3 °C"],
    [1, "years", "1.00 year"],
    [3.5, "years", "3.50 years"],
    [2.1e6, "EUR/year", "€2.10 m a year"],
    [0.0936, "kgCO2e/chip-hour", "0.0936 kg"],
    [true, "1", "yes"],
  ])("%s %s is %s", (value, unit, shown) => {
    expect(format(value, unit).replaceAll("\u00a0", " ").replaceAll("\u2060", "")).toBe(shown);
  });
  it("print dates inside words", () => {
    expect(withDates("comes on 2030-12-31, late").replaceAll("\u00a0", " ")).toBe("comes on 31 Dec 2030, late");
  });
});
