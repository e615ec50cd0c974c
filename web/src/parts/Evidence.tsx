// This module owns the marks of evidence: how far a value is backed, in a word and a sign.

const EVIDENCE: Record<string, { sign: string; told: string; kind: "firm" | "made" | "weak" }> = {
  published: { sign: "●", told: "stands in a cited source", kind: "firm" },
  measured: { sign: "●", told: "measured, with a cited source", kind: "firm" },
  sourced: { sign: "●", told: "has a source beside it", kind: "firm" },
  derived: { sign: "◆", told: "calculated from cited values", kind: "made" },
  assumed: { sign: "▲", told: "an assumption, open to argument", kind: "weak" },
  unsourced: { sign: "▲", told: "set without a source", kind: "weak" },
  unverified: { sign: "⚠", told: "not checked against its source again", kind: "weak" },
};

const NONE_TOLD = { sign: "○", told: "no word on its evidence", kind: "weak" } as const;

export const isWeak = (word: string): boolean => (EVIDENCE[word] ?? NONE_TOLD).kind === "weak";

export function EvidenceMark({ word }: { word: string }) {
  const { sign, told, kind } = EVIDENCE[word] ?? NONE_TOLD;
  return (
    <span class={`evidence ${kind}`} title={told}>
      <i aria-hidden="true">{sign}</i> {word || "unstated"}
    </span>
  );
}
