// This module owns verdicts on claims: word, sign and colour of each, never colour alone.

export const VERDICTS = ["holds", "depends", "fails", "history", "not-checkable"] as const;
export type VerdictName = (typeof VERDICTS)[number];

export const VERDICT: Record<VerdictName, { word: string; told: string; colour: string; sign: string }> = {
  holds: { word: "Holds", told: "true in this scenario", colour: "var(--series-2)", sign: "M3 8.5l3.2 3.2L13 4.8" },
  depends: { word: "Depends", told: "true under some readings", colour: "var(--series-1)", sign: "M2 8q3-6 6 0t6 0" },
  fails: { word: "Fails", told: "not true in this scenario", colour: "var(--series-5)", sign: "M4 4l8 8M12 4l-8 8" },
  history: {
    word: "History",
    told: "about the past",
    colour: "var(--series-0)",
    sign: "M8 3.5v5l3 2M8 1.5a6.5 6.5 0 1 0 .01 0",
  },
  "not-checkable": {
    word: "Not checkable",
    told: "nothing a plan can be held to",
    colour: "var(--grey)",
    sign: "M3 8h10",
  },
};

export const verdictOf = (name: string): VerdictName =>
  (VERDICTS as readonly string[]).includes(name) ? (name as VerdictName) : "not-checkable";

export function Sign({ verdict }: { verdict: VerdictName }) {
  const { sign, colour } = VERDICT[verdict];
  return (
    <svg class="sign" viewBox="0 0 16 16" aria-hidden="true" style={{ "--colour": colour }}>
      <path d={sign} />
    </svg>
  );
}

export function VerdictMark({ name }: { name: string }) {
  const verdict = verdictOf(name);
  return (
    <span class="verdict" style={{ "--colour": VERDICT[verdict].colour }}>
      <Sign verdict={verdict} />
      {VERDICT[verdict].word}
    </span>
  );
}
