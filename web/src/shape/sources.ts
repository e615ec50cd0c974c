// This module owns the grouping of facts: fields of one entry that rest on the same word of the same source stand together.
import { groups, type Report, type Row, rows, text } from "../data.ts";

/** Names and titles of a scenario need no source, nor does what is not set. */
export const needsSource = (row: Row): boolean =>
  text(row.value) !== "" && (text(row.unit) !== "" || text(row.evidence) !== "unsourced");

export interface Standing {
  facts: number;
  unverifiedFacts: number;
  assumedFacts: number;
  values: number;
  /** Values of the scenario that are assumed or have no source. */
  assumedValues: number;
}

/** What the result rests on. */
export function standing(report: Report): Standing {
  const facts = rows(report, "sources");
  const values = rows(report, "inputs").filter(needsSource);
  const having = (list: Row[], ...words: string[]) => list.filter((row) => words.includes(text(row.evidence))).length;
  return {
    facts: facts.length,
    unverifiedFacts: having(facts, "unverified"),
    assumedFacts: having(facts, "assumed"),
    values: values.length,
    assumedValues: having(values, "assumed", "unsourced"),
  };
}

export interface FactGroup {
  /** kind/entry, or kind/entry/field where the group has one fact. */
  name: string;
  facts: Row[];
}

const SAME = ["date", "evidence", "citation", "note", "conflicts"];

/** `kind/entry/field` as `kind/entry` and `field`. */
export function splitKey(key: string): [entry: string, field: string] {
  const at = key.lastIndexOf("/");
  return at < 0 ? [key, ""] : [key.slice(0, at), key.slice(at + 1)];
}

export function factGroups(facts: Row[]): FactGroup[] {
  const same = (row: Row) => JSON.stringify([splitKey(text(row.key))[0], ...SAME.map((name) => row[name] ?? null)]);
  return [...groups(facts, same).values()].map((found) => {
    const key = text(found[0]?.key);
    return { name: found.length > 1 ? splitKey(key)[0] : key, facts: found };
  });
}
