// This module owns the grouping of facts: fields of one entry that rest on the same word of the same source stand together.
import { groups, type Row, text } from "../data.ts";

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
