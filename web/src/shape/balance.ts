// This module owns the balance of chip-hours: what of the capacity of each site was paid for, lost, failed and idle.
import { amount, type Cell, type Frame, groups, number, type Report, type Row, rows, text, total } from "../data.ts";

export const PARTS = [
  { key: "paid_chip_hours", name: "Paid", told: "work that is kept" },
  { key: "lost_chip_hours", name: "Lost", told: "done again after failures and preemptions, and restarts" },
  { key: "failed_chip_hours", name: "Failed", told: "nodes down" },
  { key: "idle_chip_hours", name: "Idle", told: "in service without a job" },
] as const;

const SUMS = [
  "nodes",
  "chips",
  "capacity_chip_hours",
  ...PARTS.map(({ key }) => key),
  "node_failures",
  "interruptions",
  "preemptions",
  "moved_in_jobs",
] as const;

/** Rows of sites (their machines together), and all sites; goodput is paid over paid and lost. */
export function balance(report: Report): { sites: Row[]; all: Row | null } {
  const machines = rows(report, "operation");
  const summed = (own: Row[], site: string): Row => {
    const sums = Object.fromEntries(SUMS.map((key) => [key, total(own, key)]));
    const work = amount(sums.paid_chip_hours) + amount(sums.lost_chip_hours);
    return { site, ...sums, goodput_share: work > 0 ? amount(sums.paid_chip_hours) / work : null };
  };
  const sites = [...groups(machines, (row) => text(row.site))].map(([site, own]) => summed(own, site));
  return { sites, all: machines.length ? summed(machines, "all") : null };
}

/** By how much the parts miss the capacity, as a share of it. */
export function missing(row: Row): number {
  const capacity = amount(row.capacity_chip_hours);
  const parts = PARTS.reduce((sum, { key }) => sum + amount(row[key]), 0);
  return capacity > 0 ? Math.abs(parts - capacity) / capacity : 0;
}

export function balanceFrame(report: Report): Frame {
  const names = ["site", "machine", "capacity_chip_hours", ...PARTS.map(({ key }) => key), "goodput_share"];
  const unit = (key: string) => (key === "goodput_share" ? "share" : key.endsWith("_hours") ? "chip-hours" : "text");
  return {
    name: "chip-hours",
    columns: names.map((key) => ({ key, unit: unit(key) })),
    rows: rows(report, "operation").map((row) => names.map((key): Cell => row[key] ?? null)),
  };
}

/** Chips of a node at each site; null where its machines differ. */
export function chipsPerNode(report: Report): Map<string, number | null> {
  return new Map(
    [...groups(rows(report, "operation"), (row) => text(row.site))].map(([site, own]) => {
      const sizes = new Set(own.map((row) => (number(row.nodes) ? amount(row.chips) / amount(row.nodes) : Number.NaN)));
      const [size] = sizes;
      return [site, sizes.size === 1 && size && Number.isFinite(size) ? size : null];
    }),
  );
}
