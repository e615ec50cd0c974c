import { describe, expect, it } from "vitest";
import {
  count,
  date,
  digits,
  duration,
  exact,
  format,
  large,
  money,
  month,
  scientific,
  seconds,
  share,
  tonnes,
} from "../src/format.ts";

/** No-break spaces as plain ones and the word joiner left out, so that expectations can be read. */
const plain = (shown: string): string => shown.replaceAll("\u00a0", " ").replaceAll("\u2060", "");

describe("digits", () => {
  it.each([
    [0, "0"],
    [0.00456, "0.00456"],
    [1, "1.00"],
    [12.345, "12.3"],
    [123.45, "123"],
    [1234.5, "1,230"],
    [999.6, "1,000"],
    [9.996, "10.0"],
    [-5.5, "−5.50"],
    [-0.0000001, "−0.000000100"],
  ])("prints %d with three significant digits", (value, shown) => {
    expect(plain(digits(value))).toBe(shown);
  });

  it("agrees with toPrecision on the value for many magnitudes", () => {
    for (let exponent = -6; exponent <= 12; exponent += 1) {
      const value = 7.6543 * 10 ** exponent;
      expect(Number(digits(value).replaceAll(",", ""))).toBeCloseTo(Number(value.toPrecision(3)), 10 - exponent);
    }
  });
});

describe("money", () => {
  it.each([
    [31.47e9, "€31.5 bn"],
    [20e9, "€20.0 bn"],
    [999.6e6, "€1.00 bn"],
    [4.2e6, "€4.20 m"],
    [820_000, "€820 k"],
    [12.3, "€12.3"],
    [0, "€0"],
    [-11.47e9, "−€11.5 bn"],
  ])("prints %d euros", (value, shown) => {
    expect(plain(money(value))).toBe(shown);
  });

  it("keeps number and unit on one line", () => {
    expect(money(-31.47e9)).not.toMatch(/ /);
    expect(money(-31.47e9)).toContain("\u2060");
  });
});

describe("counts and shares", () => {
  it("prints whole counts with all digits up to ten million", () => {
    expect(count(400_032)).toBe("400,032");
    expect(plain(count(12_345_678))).toBe("12.3 million");
  });
  it("prints measured numbers in words from a million on", () => {
    expect(plain(large(1_011_122.3))).toBe("1.01 million");
    expect(plain(large(2.757e9))).toBe("2.76 billion");
    expect(large(252_780.6)).toBe("253,000");
  });
  it.each([
    [0, "0 %"],
    [0.0062, "0.62 %"],
    [0.787, "78.7 %"],
    [1, "100 %"],
    [-0.031, "−3.1 %"],
  ])("prints a share of %d", (value, shown) => {
    expect(plain(share(value))).toBe(shown);
  });
});

describe("durations", () => {
  it.each([
    [0, "0 s"],
    [45, "45 s"],
    [59.7, "1 min"],
    [720, "12 min"],
    [3570, "1 h"],
    [11_520, "3 h 12 min"],
    [86_400 * 1.5, "36 h"],
    [86_400 * 2.5, "2.50 days"],
  ])("prints %d seconds", (value, shown) => {
    expect(plain(duration(value))).toBe(shown);
  });
});

describe("what rounds to zero", () => {
  it.each([
    [-0.000_01, "share", "0 %"],
    [-0.000_049, "1/year", "0 % a year"],
    [-0.000_051, "share", "−0.01 %"],
    [-2e-7, "EUR", "€0"],
    [-0.0049, "EUR", "€0"],
    [-0.3, "count", "0"],
    [-0.2, "s", "0 s"],
    [-4e-14, "EUR/MWh", "€0/MWh"],
    [-0.001, "deg", "0.00°"],
    [-8.87, "deg", "−8.87°"],
    [-1e-13, "1", "0"],
  ])("prints %d %s without a sign and without digits that say nothing", (value, unit, shown) => {
    expect(plain(format(value, unit))).toBe(shown);
  });

  it("never has a minus before a zero, whatever the unit", () => {
    for (const unit of [
      "share",
      "1/year",
      "EUR",
      "EUR/chip-hour",
      "count",
      "s",
      "h",
      "min",
      "days",
      "MW",
      "MWh",
      "1",
    ]) {
      for (let exponent = -18; exponent <= 3; exponent += 0.5) {
        const shown = plain(format(-(10 ** exponent), unit));
        if (shown.includes("−")) expect(shown).toMatch(/[1-9]/);
      }
    }
  });
});

describe("seconds of a step", () => {
  it.each([
    [5.2149, "5.21 s"],
    [0.034, "34.0 ms"],
    [0, "0 s"],
    [61.23, "61.2 s"],
    [600, "10 min"],
  ])("prints %d", (value, shown) => {
    expect(plain(seconds(value))).toBe(shown);
  });
});

describe("units of the dictionary", () => {
  it.each([
    [733.2, "MW", "733 MW"],
    [1240, "MW", "1.24 GW"],
    [0.5, "MW", "500 kW"],
    [0, "MW", "0 MW"],
    [4_602_815, "MWh", "4.60 TWh"],
    [669_747, "tCO2e", "670 kt CO₂e"],
    [12, "tCO2e", "12.0 t CO₂e"],
    [0.056, "1/year", "5.6 % a year"],
    [3.0099, "EUR/chip-hour", "€3.01"],
    [15.6e12, "tokens", "15.6 trillion"],
    [68.2, "gCO2e/kWh", "68.2 g/kWh"],
    [2500, "TFLOP/s", "2.50 PFLOP/s"],
    [141.2, "GB", "141 GB"],
    [12.34e6, "tokens/s", "12.3 million tokens/s"],
    [null, "EUR", "–"],
    [Number.NaN, "EUR", "–"],
    ["2028-07-01", "date", "1 Jul 2028"],
  ])("prints %s %s", (value, unit, shown) => {
    expect(plain(format(value, unit))).toBe(shown);
  });

  it("prints powers of ten, dates, tonnes and exact values", () => {
    expect(plain(scientific(3.96e25))).toBe("3.96 × 10²⁵");
    expect(plain(date("2029-01-15"))).toBe("15 Jan 2029");
    expect(plain(month("2029-12"))).toBe("Dec 2029");
    expect(plain(tonnes(2.4e6))).toBe("2.40 Mt CO₂e");
    expect(exact(1.1699)).toBe("1.1699");
    expect(plain(exact(2e11))).toBe("200 billion");
  });
});
