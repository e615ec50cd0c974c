// This module owns the colours: the palette of Okabe and Ito for categories, cividis for magnitudes, on two grounds.

export interface Theme {
  ground: string;
  panel: string;
  ink: string;
  soft: string;
  faint: string;
  rule: string;
  accent: string;
  /** Words that praise or blame, dark enough to read. */
  good: string;
  bad: string;
  /** Land on the map. */
  land: string;
  /** Okabe-Ito in an order that keeps neighbours apart; lightened on the dark ground. */
  series: readonly string[];
  grey: string;
  /** Chips in service without a job. */
  idle: string;
}

export const LIGHT: Theme = {
  ground: "#ffffff",
  panel: "#f4f5f3",
  ink: "#1a1f24",
  soft: "#4c555e",
  faint: "#6b747d",
  rule: "#d9dcd8",
  accent: "#005a8c",
  good: "#00704f",
  bad: "#a84300",
  land: "#dfe2db",
  series: ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8f7a1f"],
  grey: "#9aa2a8",
  idle: "#e4e7e3",
};

export const DARK: Theme = {
  ground: "#14181c",
  panel: "#1c2227",
  ink: "#e8ebed",
  soft: "#b4bcc3",
  faint: "#929ba3",
  rule: "#343c43",
  accent: "#7cc4f5",
  good: "#2dc196",
  bad: "#f07f4a",
  land: "#2a3138",
  series: ["#4aa8e8", "#f0b23c", "#2dc196", "#e39bc6", "#9bd3f5", "#f07f4a", "#cdb95b"],
  grey: "#7d868d",
  idle: "#2c343b",
};

/** Stops of cividis (Nuñez, Anderton and Renslow 2018), dark to light, even for readers with colour vision deficiency. */
const CIVIDIS = [
  "#00224e",
  "#123570",
  "#3b496c",
  "#575d6d",
  "#707173",
  "#8a8678",
  "#a59c74",
  "#c3b369",
  "#e1cc55",
  "#fee838",
];

function channels(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Colour of a share of the scale, 0 the lowest and 1 the highest value. */
export function magnitude(part: number): [number, number, number] {
  const position = Math.min(1, Math.max(0, part)) * (CIVIDIS.length - 1);
  const below = Math.min(CIVIDIS.length - 2, Math.floor(position));
  const from = channels(CIVIDIS[below] as string);
  const to = channels(CIVIDIS[below + 1] as string);
  return from.map((start, index) => Math.round(start + ((to[index] as number) - start) * (position - below))) as [
    number,
    number,
    number,
  ];
}

export const magnitudeCss = (part: number): string => `rgb(${magnitude(part).join(" ")})`;
/** Ink that can be read on the colour of a magnitude. */
export function inkOn(part: number): string {
  const [red, green, blue] = magnitude(part);
  return red * 0.299 + green * 0.587 + blue * 0.114 > 117 ? "#000000" : "#ffffff";
}

/** Colour of a series as CSS: its place in the palette, or -1 for grey, -2 for ink and -3 for what is idle. */
export function seriesCss(index: number): string {
  return index < 0 ? `var(--${["grey", "ink", "idle"][-1 - index]})` : `var(--series-${index % LIGHT.series.length})`;
}

/** The same at half its strength, as CSS. */
export const paleCss = (index: number): string => `color-mix(in srgb, ${seriesCss(index)} 50%, var(--ground))`;

export const MAGNITUDE_GRADIENT = `linear-gradient(90deg, ${CIVIDIS.join(", ")})`;

/** Style sheet with the colours of both grounds; print is always light. */
export function themeCss(): string {
  const declare = (theme: Theme) => {
    const plain = Object.entries(theme).flatMap(([name, value]) =>
      typeof value === "string" ? [`--${name}:${value}`] : [],
    );
    return [...plain, ...theme.series.map((value, index) => `--series-${index}:${value}`)].join(";");
  };
  return `:root{color-scheme:light;${declare(LIGHT)}}
@media screen{:root[data-scheme=dark]{color-scheme:dark;${declare(DARK)}}}`;
}
