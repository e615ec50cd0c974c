// This module owns the legend above a chart: names and colours in the order of the series.

export interface Key {
  name: string;
  /** A CSS colour. */
  colour: string;
  shape?: "box" | "line" | "dashed" | "circle" | "diamond" | "triangle" | "rect" | "hatched" | "none";
  /** Dashes and gaps of a line in pixels; a solid line has none. */
  dash?: readonly number[];
}

export function Legend({ keys }: { keys: Key[] }) {
  return (
    <ul class="legend">
      {keys.map(({ name, colour, shape = "box", dash }) => (
        <li key={name}>
          {dash ? (
            <svg class="swatch-line" viewBox="0 0 28 4" aria-hidden="true">
              <path d="M0,2H28" style={{ stroke: colour }} stroke-dasharray={dash.join(" ")} />
            </svg>
          ) : (
            <span class={`swatch ${shape}`} style={{ "--colour": colour }} aria-hidden="true" />
          )}
          {name}
        </li>
      ))}
    </ul>
  );
}
