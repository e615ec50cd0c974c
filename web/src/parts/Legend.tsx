// This module owns the legend above a chart: names and colours in the order of the series.

export interface Key {
  name: string;
  /** A CSS colour. */
  colour: string;
  shape?: "box" | "line" | "dashed" | "circle" | "diamond" | "triangle" | "rect";
}

export function Legend({ keys }: { keys: Key[] }) {
  return (
    <ul class="legend">
      {keys.map(({ name, colour, shape = "box" }) => (
        <li key={name}>
          <span class={`swatch ${shape}`} style={{ "--colour": colour }} aria-hidden="true" />
          {name}
        </li>
      ))}
    </ul>
  );
}
