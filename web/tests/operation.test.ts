import { describe, expect, it } from "vitest";
import { reached } from "../src/charts/waits.ts";
import { amount, type Report, rows, total } from "../src/data.ts";
import { sample } from "../src/fixtures/sample.ts";
import { balance, chipsPerNode, missing } from "../src/shape/balance.ts";
import { ALL, gridOf, hourlySum } from "../src/shape/hourly.ts";
import { atHour, largestJobs, piece, shownJobs } from "../src/shape/jobs.ts";
import {
  fromAddress,
  inside,
  length,
  moment,
  part,
  speedFor,
  timeTicks,
  toAddress,
  valueTicks,
  zoomed,
} from "../src/shape/span.ts";
import { drawn, hardest, stateAt, stepOf, stretch, track, trackFrame, working } from "../src/shape/timeline.ts";
import { atOnce, distribution, equality } from "../src/shape/waits.ts";

const report = sample();
const having = (tables: Report["tables"]): Report => ({ ...report, tables: { ...report.tables, ...tables } });
const START = Date.UTC(2028, 6, 1);

/** The sample as an earlier version wrote it: no classes, no failures. */
function old(): Report {
  const { hourly = {}, hourly_classes: _c, operation: _o, largest_jobs: _l, ...tables } = report.tables;
  const {
    down_chips: _d,
    lost_chip_hours: _h,
    node_failures: _f,
    interrupted_jobs: _i,
    speed_share: _s,
    ...rest
  } = hourly;
  return { ...report, tables: { ...tables, hourly: rest } };
}

describe("spans", () => {
  const whole = { from: 0, to: 1000 };
  it("stay inside the window and above the least", () => {
    expect(inside({ from: -50, to: 50 }, whole, 24)).toEqual({ from: 0, to: 100 });
    expect(inside({ from: 990, to: 1090 }, whole, 24)).toEqual({ from: 900, to: 1000 });
    expect(inside({ from: 500, to: 501 }, whole, 24)).toEqual({ from: 488.5, to: 512.5 });
    expect(inside({ from: -1e9, to: 1e9 }, whole, 24)).toEqual(whole);
    expect(inside(whole, { from: 0, to: 10 }, 24)).toEqual({ from: 0, to: 10 });
  });
  it("keep the moment that is zoomed at where it is", () => {
    const span = { from: 100, to: 300 };
    const closer = zoomed(span, 0.5, 150);
    expect(length(closer)).toBe(100);
    expect(part(150, closer)).toBeCloseTo(part(150, span), 12);
  });
  it("go through the address and back, and refuse what lies outside", () => {
    expect(toAddress(START, 30)).toBe("2028-07-02T06");
    expect(fromAddress(START, "2028-07-02T06", whole)).toBe(30);
    for (const wrong of ["", "2028-06-30T23", "2030-01-01T00", "2028-07-02", "2028-13-02T00", "yesterday"]) {
      expect(fromAddress(START, wrong, whole)).toBeNull();
    }
  });
  it("have marks inside, evenly, few enough, at round times", () => {
    for (const [from, to] of [
      [0, 24],
      [5, 60],
      [100, 1000],
      [0, 8760],
      [17, 87_600],
      [0, 876_000],
    ] as const) {
      for (const most of [3, 8, 12]) {
        const ticks = timeTicks(START, { from, to }, most);
        expect(ticks.length).toBeLessThanOrEqual(most + 1);
        expect(ticks.length).toBeGreaterThan(0);
        expect(ticks.every(({ hour }) => hour >= from && hour <= to)).toBe(true);
        expect(new Date(START + (ticks[0]?.hour ?? 0) * 3.6e6).getUTCMinutes()).toBe(0);
      }
    }
    expect(timeTicks(START, { from: 0, to: 8760 }, 5).map(({ name }) => name)).toEqual([
      "Jul 2028",
      "Oct",
      "2029",
      "Apr",
      "Jul",
    ]);
    expect(timeTicks(START, { from: 20, to: 44 }, 5).map(({ name }) => name)).toEqual([
      "2 Jul",
      "06:00",
      "12:00",
      "18:00",
    ]);
  });
  it("have round values on the other axis", () => {
    expect(valueTicks(400_008, 4)).toEqual([0, 100_000, 200_000, 300_000, 400_000]);
    expect(valueTicks(1, 4)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(valueTicks(0, 4)).toEqual([0]);
  });
  it("are named with the hour only where there are hours, and play in about a minute", () => {
    expect(moment(START, 30.4, 1)).toMatch(/2 Jul 2028, 06:00 UTC$/);
    expect(moment(START, 30, 24)).toMatch(/2 Jul 2028$/);
    expect([24, 30 * 24, 8760, 87_600].map((to) => speedFor({ from: 0, to }).value)).toEqual([
      "hour",
      "day",
      "week",
      "month",
    ]);
  });
});

describe("timeline", () => {
  const found = track(report, ALL);
  const { grid } = found;

  it("stacks the classes to the chips at work", () => {
    const busy = hourlySum(report, ALL, "busy_chips");
    const shown = drawn(found, { from: 0, to: grid.hours }, 400);
    const mean = (step: number) => busy.subarray(step * 24, step * 24 + 24).reduce((a, b) => a + b, 0) / 24;
    expect(shown.merged).toBe(24);
    expect(shown.edges).toHaveLength(366);
    for (const [day, top] of (shown.tops.at(-1) ?? []).entries()) expect(top).toBeCloseTo(mean(day), 6);
    for (let index = 1; index < shown.tops.length; index += 1) {
      const below = shown.tops[index - 1] ?? [];
      expect(shown.tops[index]?.every((top, day) => top >= (below[day] ?? 0))).toBe(true);
    }
  });

  it("keeps failures and lost work however it is zoomed", () => {
    const all = total(rows(report, "hourly"), "node_failures");
    for (const most of [60, 500, 10_000]) {
      const shown = drawn(found, { from: 0, to: grid.hours }, most);
      expect(shown.failures.reduce((a, b) => a + b, 0)).toBe(all);
      const busy = shown.tops.at(-1) ?? [];
      expect(shown.lost.every((lost, index) => lost <= (busy[index] ?? 0))).toBe(true);
    }
    const zoom = drawn(found, { from: 1000, to: 1100 }, 500);
    expect([zoom.merged, zoom.edges[0], zoom.edges.at(-1)]).toEqual([1, 1000, 1100]);
  });

  it("weights a last step that is shorter", () => {
    const hourly = { site: ["a", "a"], hour: [0, 24], capacity_chips: [10, 10], busy_chips: [10, 4] };
    const cut = { ...having({ hourly, hourly_classes: {} }), steps: { hours: 30, step_hours: 24, heat_days: 1 } };
    expect(working(track(cut, ALL))).toBeCloseTo((10 * 24 + 4 * 6) / (10 * 30), 12);
    expect(drawn(track(cut, ALL), { from: 0, to: 30 }, 1).tops[0]?.[0]).toBeCloseTo((10 * 24 + 4 * 6) / 30, 12);
  });

  it("draws stretches of usual length", () => {
    expect([1, 1.2, 5, 13, 100, 4000].map((least) => stretch(1, least))).toEqual([1, 2, 6, 24, 168, 4000]);
    expect([1, 30, 100].map((least) => stretch(24, least))).toEqual([24, 48, 168]);
    expect(stretch(504, 600)).toBe(1008);
  });

  it("tells the state of each site, which add up to all", () => {
    const { sites } = gridOf(report);
    const step = 5000;
    const [parts, all] = [sites.map((site) => stateAt(report, site, step)), stateAt(report, ALL, step)];
    for (const key of ["working", "capacity", "queuedChips", "powerMw", "down"] as const) {
      expect(parts.reduce((sum, state) => sum + (state[key] ?? 0), 0)).toBeCloseTo(all[key] ?? 0, 6);
    }
    expect(all.working + all.idle + (all.down ?? 0)).toBeCloseTo(all.capacity, 6);
    expect(stateAt(report, ALL, 10).speed).toBeCloseTo(0.8, 9);
    expect(stepOf(found.grid, 1e9)).toBe(grid.steps - 1);
  });

  it("begins where most chips are waited for", () => {
    const queue = hourlySum(report, ALL, "queued_chips");
    expect(queue[hardest(found)]).toBe(Math.max(...queue));
  });

  it("shows a run without classes and failures as one band", () => {
    const before = track(old(), ALL);
    expect(before.classes).toEqual(["at work"]);
    expect([before.down, before.lost, before.failures, before.speed]).toEqual([null, null, null, null]);
    expect(working(before)).toBeCloseTo(working(found) ?? 0, 9);
    expect(trackFrame(before, ALL).columns.map(({ key }) => key)).not.toContain("down_chips");
    expect(trackFrame(found, ALL).columns.map(({ key }) => key)).toContain("busy_chips_start-up");
  });

  it("has no utilisation where nothing is in service", () => {
    const idle = rows(report, "hourly").map(() => 0);
    const none = having({ hourly: { ...report.tables.hourly, capacity_chips: idle } });
    expect(working(track(none, ALL))).toBeNull();
  });
});

describe("largest jobs", () => {
  const jobs = largestJobs(report);

  it("are chosen by size among those of the site and the stretch, and put in order of start", () => {
    const span = { from: 2000, to: 2500 };
    const found = shownJobs(jobs, "sines", span, 5);
    const naive = jobs.filter(
      (job) => job.site === "sines" && job.eligible < 2500 && (job.end === null || job.end > 2000),
    );
    expect(new Set(found.map(({ rank }) => rank))).toEqual(
      new Set(
        naive
          .map(({ rank }) => rank)
          .sort((a, b) => a - b)
          .slice(0, 5),
      ),
    );
    const starts = found.map(({ start }) => start ?? Number.POSITIVE_INFINITY);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });

  it("that never start wait to the end and come last", () => {
    const never = jobs.filter((job) => job.start === null);
    expect(never).toHaveLength(1);
    expect(shownJobs(jobs, ALL, { from: 0, to: 8760 }, 200).at(-1)).toEqual(never[0]);
    expect(atHour(never, ALL, 8759)).toEqual({ waiting: 1, running: 0 });
  });

  it("are cut at the ends of the stretch", () => {
    expect(piece(50, 150, { from: 100, to: 300 })).toEqual({ from: 0, to: 0.25 });
    expect(piece(10, 100, { from: 100, to: 300 })).toBeNull();
    expect(piece(200, 200, { from: 100, to: 300 })).toBeNull();
  });
});

describe("balance", () => {
  it("adds machines up to sites and sites to all", () => {
    const { sites, all } = balance(report);
    expect(sites).toHaveLength(4);
    expect(all?.capacity_chip_hours).toBeCloseTo(total(rows(report, "operation"), "capacity_chip_hours"), 3);
    const [paid, lost] = [amount(all?.paid_chip_hours), amount(all?.lost_chip_hours)];
    expect(all?.goodput_share).toBeCloseTo(paid / (paid + lost), 12);
    for (const row of sites) expect(missing(row)).toBeLessThan(1e-9);
  });
  it("says by how much it is off, and has none without its table", () => {
    expect(missing({ capacity_chip_hours: 100, paid_chip_hours: 60, idle_chip_hours: 30 })).toBeCloseTo(0.1, 12);
    expect(balance(old())).toEqual({ sites: [], all: null });
  });
  it("knows chips of a node only where the machines of a site agree", () => {
    const operation = { site: ["a", "b", "b"], nodes: [2, 1, 1], chips: [16, 8, 4] };
    expect(chipsPerNode(having({ operation }))).toEqual(
      new Map([
        ["a", 8],
        ["b", null],
      ]),
    );
  });
});

describe("waits", () => {
  const wait = {
    tenantClass: "sme",
    points: [
      [0, 0],
      [0.25, 0],
      [0.5, 0.4],
      [0.75, 100],
      [0.9, 100],
      [1, 10_000],
    ] as [number, number][],
  };
  it("become a distribution from one second on, each wait once with its whole share", () => {
    expect(distribution(wait)).toEqual([
      [1, 0.5],
      [100, 0.9],
      [10_000, 1],
    ]);
    expect(atOnce(wait)).toBe(0.5);
    expect(distribution({ tenantClass: "sme", points: [[0.5, 60]] })).toEqual([
      [1, 0],
      [60, 0.5],
    ]);
  });
  it("are read off between their points on the log axis", () => {
    const points = distribution(wait);
    expect([1, 100, 10_000, 1e9].map((at) => reached(points, at))).toEqual([0.5, 0.9, 1, 1]);
    expect(reached(points, 10)).toBeCloseTo(0.7, 12);
    expect(reached([], 10)).toBe(0);
  });
  it("are summed up by Gini and Jain where the run has them", () => {
    expect(equality(report)).toMatch(/nearly alike: .*0\.0430.*98\.4/);
    expect(equality({ ...report, summary: {} })).toBeNull();
  });
});
