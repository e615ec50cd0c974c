// This module owns what is made of the phases: the sum of each site as its phases come, against the funder's floors.
import { amount, groups, number, type Report, rows, text } from "../data.ts";

export interface Floor {
  site: string;
  phase: string;
  operational: string;
  unit: "H100-equivalents" | "MW";
  required: number;
  reached: number;
  met: boolean;
}

const FLOORS = [
  { column: "h100_equivalents", floor: "minimum_h100_equivalents", unit: "H100-equivalents" },
  { column: "it_mw", floor: "minimum_it_mw", unit: "MW" },
] as const;

/** Floors of all phases; a floor is on the site's total once the phase operates. */
export function floors(report: Report): Floor[] {
  const found: Floor[] = [];
  for (const [site, phases] of groups(rows(report, "phases"), (row) => text(row.site))) {
    const inOrder = [...phases].sort((a, b) => text(a.operational).localeCompare(text(b.operational)));
    for (const { column, floor, unit } of FLOORS) {
      let reached = 0;
      for (const phase of inOrder) {
        reached += amount(phase[column]);
        const required = number(phase[floor]);
        if (required === null) continue;
        const [name, operational] = [text(phase.phase), text(phase.operational)];
        // A floor met to the last digit is met: sums of floats may fall short by a rounding.
        found.push({ site, phase: name, operational, unit, required, reached, met: reached >= required * (1 - 1e-9) });
      }
    }
  }
  return found;
}
