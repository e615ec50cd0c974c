import paths from "virtual:europe";
import { describe, expect, it } from "vitest";
import { depths, levels, throughput, title } from "../src/charts/flow.ts";
import { along, arrange, type Box, boxOf } from "../src/charts/labels.ts";
import { logScale, pixel } from "../src/charts/log.ts";
import { MAP_HEIGHT, MAP_WIDTH, place } from "../src/charts/projection.ts";
import { short } from "../src/charts/style.ts";
import { DARK, inkOn, LIGHT, magnitude, themeCss } from "../src/charts/theme.ts";
import { money } from "../src/format.ts";
import { classIndex, countryName, named } from "../src/parts/names.ts";
import type { Band } from "../src/shape/money.ts";
import { parseRoute, routeHash } from "../src/state.ts";

describe("address", () => {
  it("holds tab and settings, there and back", () => {
    const route = { tab: "energy", settings: { site: "móra la nova", heat: "facility_mw" } };
    expect(parseRoute(routeHash(route))).toEqual(route);
    expect(parseRoute("")).toEqual({ tab: "", settings: {} });
    expect(routeHash({ tab: "claims", settings: { verdict: "" } })).toBe("#claims");
  });
});

describe("flow", () => {
  const links: Band[] = [
    { source: "union", target: "grants", value: 2 },
    { source: "bank", target: "loans", value: 3 },
    { source: "grants", target: "capital", value: 2 },
    { source: "loans", target: "capital", value: 3 },
    { source: "capital", target: "chips", value: 5 },
  ];
  it("puts every node behind those that pay it", () => {
    const found = depths(links);
    for (const { source, target } of links) expect(found.get(target)).toBeGreaterThan(found.get(source) as number);
    expect(levels(links)).toBe(4);
  });
  it("knows what goes through a node", () => {
    expect(throughput(links).get("capital")).toBe(5);
    expect(throughput(links).get("union")).toBe(2);
  });
  it("prints the name of a node without its step", () => {
    expect(title("provider:union", new Map())).toBe("Union");
    expect(title("layer:union", new Map([["union", "Union, grant"]]))).toBe("Union, grant");
  });
  it("ends on links in a circle", () => {
    expect(depths([...links, { source: "chips", target: "union", value: 1 }]).size).toBe(6);
  });
});

describe("logarithmic axes", () => {
  it("hold all values inside and have no more marks than there is room for", () => {
    for (const values of [[1], [3, 4], [20, 500], [1e-3, 1e9], [1024, 98_304]]) {
      for (const most of [4, 7, 12]) {
        const { low, high, ticks } = logScale(values, most);
        expect(10 ** low).toBeLessThan(Math.min(...values));
        expect(10 ** high).toBeGreaterThan(Math.max(...values));
        if (values.length < 2 || Math.max(...values) / Math.min(...values) < 1e6) {
          expect(ticks.length).toBeLessThanOrEqual(most);
          expect(ticks.length).toBeGreaterThanOrEqual(values.length > 1 ? 1 : 0);
        }
      }
    }
  });
  it("place equal ratios at equal distances", () => {
    const scale = logScale([1, 1000], 9);
    const [one, ten, hundred] = [1, 10, 100].map((value) => pixel(scale, value, 40, 640)) as [number, number, number];
    expect(ten - one).toBeCloseTo(hundred - ten, 9);
    expect(pixel(scale, 10 ** scale.low, 40, 640)).toBeCloseTo(40, 9);
  });
});

describe("names of points", () => {
  const frame = { left: 0, right: 400, top: 0, bottom: 300 };
  it("stand on the right where there is room and elsewhere at the edge", () => {
    const spots = [
      { x: 100, y: 100, texts: ["one"] },
      { x: 390, y: 200, texts: ["two"] },
    ];
    expect(arrange(spots, frame).map((label) => label?.position)).toEqual(["right", "left"]);
  });
  it("never cover one another, and shrink or vanish where it is crowded", () => {
    const spots = Array.from({ length: 12 }, (_, index) => ({
      x: 200 + (index % 3) * 16,
      y: 150 + Math.floor(index / 3) * 16,
      texts: [`${index} a long name of a run`, `${index}`],
    }));
    const labels = arrange(spots, frame);
    expect(labels.some((label) => label?.text.includes("long"))).toBe(true);
    expect(labels.some((label) => label === null || !label.text.includes("long"))).toBe(true);
    const boxes = labels.flatMap((label, index) =>
      label ? [boxOf(spots[index] as (typeof spots)[0], label.text, label)] : [],
    );
    const apart = (a: Box, b: Box) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
    boxes.forEach((box, index) => {
      expect(box.left >= frame.left && box.right <= frame.right).toBe(true);
      for (const other of boxes.slice(index + 1)) expect(apart(box, other)).toBe(true);
    });
  });
  it("keep off a line", () => {
    const line = along([
      { x: 100, y: 100 },
      { x: 400, y: 100 },
    ]);
    expect(line.length).toBeGreaterThan(30);
    expect(arrange([{ x: 100, y: 100, texts: ["name"] }], frame, line)[0]?.position).not.toBe("right");
  });
});

describe("map", () => {
  it("keeps areas equal: a degree box shrinks with the cosine of its latitude", () => {
    const area = (latitude: number) => {
      const corners = [
        [9.5, latitude - 0.5],
        [10.5, latitude - 0.5],
        [10.5, latitude + 0.5],
        [9.5, latitude + 0.5],
      ].map(([longitude, y]) => place(longitude as number, y as number) as { x: number; y: number });
      const twice = corners.reduce((sum, from, index) => {
        const to = corners[(index + 1) % 4] as { x: number; y: number };
        return sum + (from.x * to.y - to.x * from.y) * MAP_WIDTH * MAP_HEIGHT;
      }, 0);
      return Math.abs(twice) / 2;
    };
    expect(area(65) / area(40)).toBeCloseTo(Math.cos((65 * Math.PI) / 180) / Math.cos((40 * Math.PI) / 180), 3);
  });
  it("shows the capitals of the outer members and leaves other continents out", () => {
    for (const [longitude, latitude] of [
      [-9.14, 38.72],
      [33.38, 35.19],
      [24.94, 60.17],
      [-21.9, 64.15],
      [14.51, 35.9],
    ]) {
      expect(place(longitude as number, latitude as number)).not.toBeNull();
    }
    expect(place(-74, 40.7)).toBeNull();
    expect(place(139.7, 35.7)).toBeNull();
  });
  it("has closed outlines inside the frame, without a band across it", () => {
    expect(paths.length).toBeGreaterThan(40);
    for (const ring of paths.join("").split("z").filter(Boolean)) {
      const [first, ...steps] = ring
        .slice(1)
        .split(/[l ]/)
        .map((pair) => pair.split(",").map(Number) as [number, number]);
      let [x, y] = first as [number, number];
      for (const [dx, dy] of steps) {
        x += dx;
        y += dy;
        expect(x >= 0 && x <= MAP_WIDTH && y >= 0 && y <= MAP_HEIGHT).toBe(true);
      }
    }
    expect(paths.join("").length).toBeLessThan(150_000);
  });
});

/** Contrast of two colours by WCAG 2. */
function contrast(first: string, second: string): number {
  const luminance = (hex: string) => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [low, high] = [luminance(first), luminance(second)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

describe("theme", () => {
  it.each([
    ["light", LIGHT],
    ["dark", DARK],
  ])("has text on %s ground that meets WCAG AA", (_, theme) => {
    for (const ink of [theme.ink, theme.soft, theme.faint, theme.accent, theme.good, theme.bad]) {
      expect(contrast(ink, theme.ground)).toBeGreaterThanOrEqual(4.5);
    }
  });
  it("has magnitudes that grow lighter all the way", () => {
    const light = Array.from({ length: 21 }, (_, step) => {
      const [red, green, blue] = magnitude(step / 20);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    });
    expect(light.every((value, index) => index === 0 || value > (light[index - 1] as number))).toBe(true);
    expect(magnitude(-1)).toEqual(magnitude(0));
  });
  it("has ink on every magnitude that meets WCAG AA", () => {
    for (let part = 0; part <= 1; part += 0.005) {
      const ground = `#${magnitude(part)
        .map((channel) => channel.toString(16).padStart(2, "0"))
        .join("")}`;
      expect(contrast(inkOn(part), ground)).toBeGreaterThanOrEqual(4.5);
    }
  });
  it("keeps paper light", () => {
    expect(themeCss()).toMatch(/@media screen\{:root\[data-scheme=dark\]/);
  });
});

describe("words", () => {
  it("prints names and axis labels", () => {
    expect(named("start-up")).toBe("Start-ups");
    expect(named("eib-loan")).toBe("EIB loan");
    expect(named("capital cost")).toBe("Capital cost");
    expect(named("start-up-8b")).toBe("Start-up 8B");
    expect(named("Móra la Nova")).toBe("Móra la Nova");
    expect(countryName("GR")).toBe("Greece");
    expect(classIndex("anchor")).not.toBe(classIndex("start-up"));
    expect([money(2e9), money(0), "1.20 h", "30.0", "1,000"].map(short)).toEqual([
      "€2\u00a0bn",
      "0",
      "1.2 h",
      "30",
      "1,000",
    ]);
  });
});
