import { describe, expect, it } from "vitest";
import { coverEnd } from "../src/charts/cover.ts";
import { ticks } from "../src/charts/tornado.ts";
import { amount, column, type Report, rows, text, total } from "../src/data.ts";
import { sample } from "../src/fixtures/sample.ts";
import { format } from "../src/format.ts";
import {
  bands,
  bankFigure,
  CASH_PARTS,
  cashParts,
  cashSteps,
  costParts,
  euros,
  layerSteps,
  priceIndex,
} from "../src/shape/money.ts";
import {
  cloudOffers,
  cloudUses,
  exceedances,
  exceeded,
  measureName,
  measureUnit,
  neverLose,
  newestPrices,
  spread,
  tornadoOf,
} from "../src/shape/risk.ts";
import {
  below,
  coverOf,
  fullestPeriod,
  least,
  loansLeft,
  PAY_GROUPS,
  pouredIn,
  pouredSteps,
  reservesOf,
} from "../src/shape/waterfall.ts";

const report = sample();

/** The sample with some of its tables replaced. */
const having = (tables: Report["tables"]): Report => ({ ...report, tables: { ...report.tables, ...tables } });
const plain = (shown: string): string => shown.replaceAll("\u00a0", " ").replaceAll("\u2060", "");

describe("cash", () => {
  it("sums to what is left after tax", () => {
    const end = cashSteps(report, "year").at(-1)?.cumulative as number;
    const cash = rows(report, "cash");
    const naive =
      total(cash, "operating_eur") - total(cash, "tax_eur") - total(cash, "capex_eur") - total(cash, "refresh_eur");
    expect(end / naive).toBeCloseTo(1, 9);
  });
  it("leaves out parts that an older folder or this run does not have", () => {
    const { heat_eur: _heat, ...old } = report.tables.cash ?? {};
    const none = (old.rent_eur ?? []).map(() => 0);
    const keys = cashParts(having({ cash: { ...old, rent_eur: none } })).map(({ key }) => key);
    expect(keys).toEqual(CASH_PARTS.map(({ key }) => key).filter((key) => key !== "heat_eur" && key !== "rent_eur"));
    expect(cashParts(having({ cash: {} }))).toEqual([]);
  });
  it("tells pale parts from those whose colour they share", () => {
    const shown = CASH_PARTS.map(({ colour, pale }) => `${colour}${pale ? " pale" : ""}`);
    expect(new Set(shown).size).toBe(shown.length);
  });
  it("costs a chip-hour the same in prices of the base year, whatever the inflation", () => {
    const inflation_rate = 0.03;
    const costs = { ...report.scenario.costs, inflation_rate };
    const quarters = column(report, "cash", "quarter").map(text);
    const dear = { ...report, scenario: { ...report.scenario, costs } };
    const grown = Object.fromEntries(
      Object.entries(report.tables.cash ?? {}).map(([name, cells]) => [
        name,
        name.endsWith("_eur")
          ? cells.map((cell, index) => {
              const first = priceIndex(dear, quarters[0] as string);
              return amount(cell) * first * (1 + inflation_rate) ** (index / 4);
            })
          : cells,
      ]),
    );
    const nominal = costParts({ ...dear, tables: { ...report.tables, cash: grown } });
    costParts(report).forEach(({ key, eurPerChipHour }, index) => {
      expect(nominal[index]?.key).toBe(key);
      expect((nominal[index]?.eurPerChipHour ?? 0) / eurPerChipHour).toBeCloseTo(1, 9);
    });
    expect([euros(report), euros(dear)]).toEqual(["EUR at prices of 2026", "EUR at the prices of each quarter"]);
  });
  it("has prices that grow from the first day of the base year to the middle of a quarter", () => {
    const costs = { ...report.scenario.costs, inflation_rate: 0.1 };
    const dear = { ...report, scenario: { ...report.scenario, costs } };
    expect(priceIndex(dear, "2027-07-01")).toBeCloseTo(1.1 ** 1.625, 12);
    expect(priceIndex(report, "2040-01-01")).toBe(1);
  });
  it("takes what a layer pays and receives from their own columns, which a flow nets", () => {
    const layer_cash = { layer: ["a"], quarter: ["2029-01-01"], drawn_eur: [5], received_eur: [3], flow_eur: [-2] };
    const { drawn, received } = layerSteps(having({ layer_cash }), "year");
    expect([drawn.get("a"), received.get("a")]).toEqual([[-5], [3]]);
  });
  it("flows in full from providers through layers to uses", () => {
    const found = bands(report);
    const sum = (wanted: (band: (typeof found)[0]) => boolean) =>
      found.filter(wanted).reduce((all, { value }) => all + value, 0);
    const into = sum(({ target }) => target === "use:uses of funds");
    expect(sum(({ source }) => source.startsWith("provider:")) / into).toBeCloseTo(1, 9);
    expect(sum(({ source }) => source === "use:uses of funds") / into).toBeCloseTo(1, 9);
  });
  it("reads one-number figures, which may be absent", () => {
    expect(bankFigure(report, "llcr")).toBe(1.31);
    expect(bankFigure(report, "break-even-power-price")).toBeNull();
    expect(bankFigure(having({ bank_figures: {} }), "llcr")).toBeNull();
  });
});

describe("the waterfall", () => {
  it.each(["year", "quarter"] as const)("pays in the order of its steps and loses no payment by %s", (period) => {
    const { periods, steps } = pouredSteps(report, period);
    expect(steps.map(({ step }) => step)).toEqual(steps.map((_, index) => index + 1));
    const all = steps.flatMap(({ paid }) => paid).reduce((a, b) => a + b, 0);
    expect(all / total(rows(report, "waterfall"), "paid_eur")).toBeCloseTo(1, 12);
    expect(steps.every(({ paid, group }) => paid.length === periods.length && group < PAY_GROUPS.length)).toBe(true);
  });
  it("does not depend on the order of the rows, and names who is paid", () => {
    const turned = Object.fromEntries(
      Object.entries(report.tables.waterfall ?? {}).map(([name, cells]) => [name, [...cells].reverse()]),
    );
    expect(pouredSteps(having({ waterfall: turned }), "quarter")).toEqual(pouredSteps(report, "quarter"));
    expect(pouredSteps(report, "year").steps.map(({ name }) => name)).toContain("Interest: Senior loans");
  });
  it("shows one period without steps that pay nothing, and first the one with the most", () => {
    const step = (paid: number[], group = 0) => ({ step: 1, name: "a", group, paid });
    const steps = [step([0, 5, 1]), step([0, 0.001, 2], 2), step([0, 0, 3], 6)];
    expect(pouredIn(steps, 1)).toEqual([{ name: "a", group: 0, value: 5 }]);
    const periods = [0, 1, 2].map((index) => ({ value: String(2030 + index), index }));
    expect(fullestPeriod(steps, periods)).toBe("2032");
    expect(fullestPeriod([], [])).toBe("");
  });
  it("has no cover where no debt is served", () => {
    const { dscr: _dscr, ...old } = report.tables.cash ?? {};
    expect(coverOf(having({ cash: old }))).toBeNull();
    const cover = coverOf(report);
    expect(cover?.lockUp).toBe(1.15);
    expect(cover?.quarters).toHaveLength(36);
    const { fund: _fund, ...scenario } = report.scenario;
    expect(coverOf({ ...report, scenario })?.lockUp).toBeNull();
  });
  it("ends the axis of cover above the limits, and does not follow the last quarters up", () => {
    const many = Array.from({ length: 20 }, (_, index) => (index > 17 ? 40 * index : 1.3));
    const cover = { quarters: many.map(String), dscr: many, llcr: [], lockUp: 1.2, default: 1 };
    expect(coverEnd(cover)).toBeLessThan(2.5);
    expect(coverEnd({ ...cover, dscr: many.map(() => 0.2) })).toBeGreaterThan(1.2);
  });
  it("finds the worst quarter and counts those below a limit, rounding apart", () => {
    expect(least([null, 1.4, 1.1, 1.2])).toEqual({ value: 1.1, index: 2 });
    expect(least([null])).toBeNull();
    expect(below([null, 1.1, 1.299_999, 1.3], 1.3)).toBe(1);
    expect(below([0.1], null)).toBe(0);
  });
  it("tells loans apart where the run does, and sums them where it does not", () => {
    const { quarters, balances } = loansLeft(report);
    expect(balances.map(({ name, colour }) => [name, colour])).toEqual([
      ["Senior loans", 0],
      ["EIB loans", 1],
    ]);
    const debt = column(report, "cash", "debt_eur").map(amount);
    quarters.forEach((_, index) => {
      const sum = balances.reduce((all, { values }) => all + (values[index] as number), 0);
      expect(sum).toBeCloseTo(debt[index] as number, 3);
    });
    const { balance_eur: _b, ...old } = report.tables.layer_cash ?? {};
    expect(loansLeft(having({ layer_cash: old })).balances).toEqual([{ name: "Debt", colour: 0, values: debt }]);
    const { debt_eur: _d, ...bare } = report.tables.cash ?? {};
    expect(loansLeft(having({ layer_cash: old, cash: bare })).balances).toEqual([]);
  });
  it("shows accounts that ever hold something, a deficit below the line", () => {
    const found = reservesOf(report);
    expect(Math.min(...(found.find(({ key }) => key === "deficit_eur")?.values ?? []))).toBe(-1.2e7);
    const cash = { quarter: ["2026-01-01"], debt_reserve_eur: [0], kept_eur: [4] };
    expect(reservesOf(having({ cash })).map(({ key }) => key)).toEqual(["kept_eur"]);
  });
});

describe("risk", () => {
  it("has curves that fall, and names the layers that never lose", () => {
    const curves = exceedances(report);
    for (const { points } of curves) {
      points.slice(1).forEach(([loss, chance], index) => {
        expect(loss).toBeGreaterThan(points[index]?.[0] as number);
        expect(chance).toBeLessThanOrEqual(points[index]?.[1] as number);
      });
    }
    expect(curves.map(({ index }) => index)).toEqual([0, 1, 4]);
    expect(neverLose(report)).toEqual(["Union compute", "State grants"]);
    expect(exceedances(having({ layer_losses: {} }))).toEqual([]);
  });
  it("reads a curve between its points and is nothing beyond the last", () => {
    const points: [number, number][] = [
      [0, 0.4],
      [0.5, 0.2],
    ];
    expect([0, 0.25, 0.5, 0.6].map((loss) => exceeded(points, loss))).toEqual([0.4, 0.300_000_000_000_000_04, 0.2, 0]);
    expect(exceeded([], 0)).toBe(0);
  });
  it("puts the factor that moves a measure the most first", () => {
    const { plan, swings } = tornadoOf(report, "npv_eur");
    expect(plan).toBe(-3.1e9);
    expect(swings.map(({ factor }) => factor).slice(0, 2)).toEqual(["demand", "chip-price"]);
    const one = { measure: ["m", "m"], factor: ["a", "b"], low: [null, 4], high: [null, 7], plan: [5, 5] };
    expect(tornadoOf(having({ tornado: one }), "m").swings.map(({ factor }) => factor)).toEqual(["b", "a"]);
    expect(tornadoOf(having({ tornado: {} }), "m")).toEqual({ plan: null, swings: [] });
  });
  it("marks round values inside the axis", () => {
    for (const [low, high] of [
      [-6.1e9, -9e8],
      [0.93, 1.42],
      [-0.2, 0.31],
    ] as const) {
      const found = ticks(low, high, 5);
      expect(found.length).toBeGreaterThanOrEqual(2);
      expect(found.length).toBeLessThanOrEqual(6);
      expect(found.every((value) => value >= low - 1e-9 && value <= high + 1e-9)).toBe(true);
    }
    expect(ticks(2, 2, 5)).toEqual([2]);
  });
  it("takes the unit of a measure from its own table or from that of the quantiles", () => {
    expect(measureUnit(report, "npv_eur")).toBe("EUR");
    const { unit: _unit, ...old } = report.tables.tornado ?? {};
    expect(measureUnit(having({ tornado: old }), "equity_irr_rate")).toBe("1/year");
    expect(measureUnit(having({ tornado: {}, risk_measures: {} }), "npv_eur")).toBe("1");
  });
  it("names measures in words", () => {
    expect(measureName("dscr_min")).toBe("Lowest DSCR");
    expect(measureName("something_new")).toBe("Something new");
  });
  it("places quantiles and the plan on one strip", () => {
    const row = { plan: 12, p05: 0, p10: 2, p50: 5, p90: 8, p95: 10 };
    expect(spread(row)?.at).toEqual({ plan: 1, p05: 0, p10: 2 / 12, p50: 5 / 12, p90: 8 / 12, p95: 10 / 12 });
    expect(spread({ ...row, p10: null })).toBeNull();
    expect(spread({ p05: 1, p10: 1, p50: 1, p90: 1, p95: 1, plan: 1 })).toBeNull();
  });
});

describe("clouds", () => {
  it("are compared use by use, the largest saving first", () => {
    expect(cloudUses(report)).toEqual(["frontier-dense", "usual grant"]);
    const saved = cloudOffers(report, "usual grant").map((row) => amount(row.saving_eur));
    expect(saved).toEqual([...saved].sort((a, b) => b - a));
    expect(saved).toHaveLength(5);
    expect(cloudUses(having({ cloud: {} }))).toEqual([]);
  });
  it("are drawn at the newest price of each offer", () => {
    const price = (offer: string, date: string, saving_eur: number) => ({ offer, date, saving_eur });
    const [old, fresh, other] = [price("a", "2026-01", 9), price("a", "2026-08-27", 5), price("b", "2025", 1)];
    expect(newestPrices([old, fresh, other, fresh])).toEqual([fresh, other]);
    expect(newestPrices(cloudOffers(report, "frontier-dense"))).toHaveLength(4);
  });
});

describe("units of money", () => {
  it.each([
    [0.8734, "EUR/H100-equivalent-hour", "€0.873 per H100-equivalent-hour"],
    [120_000, "EUR/start-up", "€120 k per start-up"],
    [412.3, "EUR/tCO2e", "€412 per t CO₂e"],
    [3.2, "EUR/EUR", "€3.20"],
    [1, "quarters", "1 quarter"],
    [0, "quarters", "0 quarters"],
    [7.5, "months", "7.50 months"],
    [null, "EUR/tCO2e", "–"],
  ])("%s %s is %s", (value, unit, shown) => {
    expect(plain(format(value, unit))).toBe(shown);
  });
});
