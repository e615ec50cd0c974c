// This module owns verdicts on claims: word, sign and colour of each, never colour alone.

export const VERDICTS = ["holds", "holds_if", "fails", "not_checkable"] as const;
export type VerdictName = (typeof VERDICTS)[number];

export const VERDICT: Record<VerdictName, { word: string; told: string; colour: string; sign: string }> = {
  holds: {
    word: "Holds",
    told: "in this scenario, or on record",
    colour: "var(--series-2)",
    sign: "M3 8.5l3.2 3.2L13 4.8",
  },
  holds_if: {
    word: "Holds only if",
    told: "under a condition that is named",
    colour: "var(--series-1)",
    sign: "M2 8q3-6 6 0t6 0",
  },
  fails: {
    word: "Fails",
    told: "in this scenario, or against the record",
    colour: "var(--series-5)",
    sign: "M4 4l8 8M12 4l-8 8",
  },
  not_checkable: {
    word: "Not checkable",
    told: "nothing it could be held to",
    colour: "var(--grey)",
    sign: "M3 8h10",
  },
};

/** Words of earlier results folders; one without a like here, as history, says that nothing was settled. */
const FORMER: Record<string, VerdictName> = { depends: "holds_if" };

export const verdictOf = (name: string): VerdictName =>
  (VERDICTS as readonly string[]).includes(name) ? (name as VerdictName) : (FORMER[name] ?? "not_checkable");

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
