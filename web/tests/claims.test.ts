import { describe, expect, it } from "vitest";
import { column, rows, text } from "../src/data.ts";
import { sample } from "../src/fixtures/sample.ts";
import { VERDICT, VERDICTS, verdictOf } from "../src/parts/Verdict.tsx";
import { verdictCounts } from "../src/screens/Overview.tsx";
import { breakEven, byClaim, claimFigure, claimValue, disagreements, marks, parted } from "../src/shape/claims.ts";
import { parseRoute, routeHash } from "../src/state.ts";

const report = sample();
const plain = (shown: string): string => shown.replaceAll("\u00a0", " ").replaceAll("\u2060", "");

describe("values of claims", () => {
  it.each([
    [200, "bn EUR", "€200 bn"],
    [-3.25, "bn EUR", "−€3.25 bn"],
    [206, "bn USD", "$206 bn"],
    [0.4, "bn EUR", "€400 m"],
    [0, "bn EUR", "0"],
    [131.6, "bn USD a year", "$132 bn a year"],
    [56, "m EUR", "€56 m"],
    [2.5e10, "EUR", "€25 bn"],
    [25, "%", "25 %"],
    [4, "1", "4 times"],
    [100_000, "count", "100,000"],
    [2025, "year", "2025"],
    [0.64, "months", "0.64 months"],
    [0.9412, "Jain's index", "0.941 Jain's index"],
    [8200, "", "8,200"],
    [12.3, "EUR/start-up", "€12.3 per start-up"],
    [null, "count", "–"],
  ])("%s %s is %s", (value, unit, shown) => {
    expect(plain(claimValue(value, unit))).toBe(shown);
  });
});

describe("verdicts", () => {
  it("are those of the run, with a word, a sign and a colour each", () => {
    const found = new Set(column(report, "claims", "verdict").map(text));
    expect([...found].sort()).toEqual([...VERDICTS].sort());
    for (const key of ["word", "sign", "colour"] as const) {
      expect(new Set(VERDICTS.map((name) => VERDICT[name][key])).size).toBe(VERDICTS.length);
    }
    expect([...verdictCounts(report).values()].reduce((a, b) => a + b, 0)).toBe(60);
  });
  it("of earlier folders and of no name are still read", () => {
    expect(["depends", "history", "not-checkable", "", "fails"].map(verdictOf)).toEqual([
      "holds_if",
      "not_checkable",
      "not_checkable",
      "not_checkable",
      "fails",
    ]);
  });
});

describe("chart of a claim", () => {
  const bar = (label: string, role: string, y: number | null, unit = "months") => ({
    series: unit,
    label,
    role,
    x: null,
    x_unit: null,
    y,
    unit,
  });
  it("has bars on one scale from zero, the claimed value as a line over them", () => {
    const { bars, plot } = claimFigure([bar("claimed", "claimed", 6), bar("found", "found", 1.5)]);
    expect(plot).toBeNull();
    expect(bars).toHaveLength(1);
    expect(bars[0]?.claimed).toBe(1);
    expect(bars[0]?.bars.map(({ from, size }) => [from, size])).toEqual([
      [0, 1],
      [0, 0.25],
    ]);
  });
  it("puts a negative bar on the other side of zero", () => {
    const group = claimFigure([bar("a", "found", -1), bar("b", "record", 3)]).bars[0];
    expect(group?.zero).toBe(0.25);
    expect(group?.bars.map(({ from, size }) => [from, size])).toEqual([
      [0, 0.25],
      [0.25, 0.75],
    ]);
  });
  it("keeps units apart and leaves out bars without a height", () => {
    const { bars } = claimFigure([bar("a", "found", 1), bar("b", "found", 183, "MW"), bar("c", "record", null)]);
    expect(bars.map(({ unit, bars: own }) => [unit, own.length])).toEqual([
      ["months", 1],
      ["MW", 1],
    ]);
    expect(bars.every(({ claimed }) => claimed === null)).toBe(true);
    expect(claimFigure([])).toEqual({ bars: [], plot: null });
  });
  it("draws rows with a place on an axis as curves in order, and what has the same unit as levels", () => {
    const at = (x: number, y: number) => ({ ...bar("", "found", y, "days"), series: "own", x, x_unit: "chips" });
    const { plot, bars } = claimFigure([
      at(30, 2),
      at(10, 6),
      bar("claimed", "claimed", 4, "days"),
      bar("a", "found", 1),
    ]);
    expect(plot?.curves[0]?.points.map(({ x }) => x)).toEqual([10, 30]);
    expect(plot?.levels.map(({ label, y }) => [label, y])).toEqual([["claimed", 4]]);
    expect(bars).toHaveLength(1);
  });
  it("is there for every claim of the sample that can be checked", () => {
    const figures = byClaim(report, "claim_figures");
    for (const row of rows(report, "claims")) {
      expect(figures.has(text(row.claim))).toBe(row.verdict !== "not_checkable");
    }
    expect([...byClaim(report, "claim_sources").keys()]).toHaveLength(60);
  });
});

describe("small tools", () => {
  it("give the number at which a verdict turns its unit", () => {
    expect(breakEven(0.442, "bn EUR that 4 sites need").map(plain)).toEqual(["€442 m", "that 4 sites need"]);
    expect(breakEven(12.5, "% of the capital").map(plain)).toEqual(["12.5 %", "of the capital"]);
    expect(breakEven(8200, "chips").map(plain)).toEqual(["8,200", "chips"]);
  });
  it("part what texts contradict from what sources of a fact do", () => {
    const facts = "grids/FR/price_eur: 1 here, elsewhere 2 (A, 2025).";
    expect(disagreements(`One text says 3/4. ${facts}`)).toEqual({ texts: "One text says 3/4.", facts });
    expect(disagreements(facts)).toEqual({ texts: "", facts });
    expect(disagreements("")).toEqual({ texts: "", facts: "" });
  });
  it("part lists in one cell", () => {
    expect(parted("a; b;c ;")).toEqual(["a", "b", "c"]);
    expect(parted(null)).toEqual([]);
  });
  it("mark axes at round numbers inside their ends", () => {
    expect(marks(0, 10, 4)).toEqual([0, 5, 10]);
    expect(marks(0, 183, 4)).toEqual([0, 50, 100, 150]);
    expect(marks(3, 3, 4)).toEqual([3]);
    for (const most of [2, 4, 6]) expect(marks(-7, 93, most).length).toBeLessThanOrEqual(most + 1);
  });
  it("hold the claim that is meant in the address", () => {
    expect(parseRoute("#claims/S51")).toEqual({ tab: "claims", place: "S51", settings: {} });
    expect(parseRoute(routeHash({ tab: "claims", place: "S51", settings: { verdict: "fails" } }))).toEqual({
      tab: "claims",
      place: "S51",
      settings: { verdict: "fails" },
    });
    expect(parseRoute("#claims?verdict=fails")).toEqual({ tab: "claims", settings: { verdict: "fails" } });
  });
});
