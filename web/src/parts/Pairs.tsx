// This module owns lists of names with their values, as the lead figures of a screen.

/** Names are the keys; a value of null leaves its name out. */
export function Pairs({ kind, entries }: { kind: string; entries: readonly (readonly [string, string | null])[] }) {
  return (
    <dl class={kind}>
      {entries.map(
        ([name, value]) =>
          value !== null && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
