// This module owns where the names of points stand, so that no name covers another or a point.
import type { Theme } from "./theme.ts";

export interface Spot {
  x: number;
  y: number;
  /** Names from the longest to the shortest; the first that finds room is taken. */
  texts: string[];
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Label {
  text: string;
  position: "right" | "left" | "top" | "bottom";
  align: "left" | "center" | "right";
}

const CHARACTER = 6.6;
const LINE = 15;
const GAP = 8;
const POINT = 7;
type Side = Omit<Label, "text">;
/** Where a name may stand, the best first; above and below it may also end or start at the point. */
const SIDES: Side[] = [
  { position: "right", align: "left" },
  { position: "left", align: "right" },
  ...(["top", "bottom"] as const).flatMap((position) =>
    (["center", "right", "left"] as const).map((align) => ({ position, align })),
  ),
];

/** Where a name of these letters stands, by the width of a letter. */
export function boxOf({ x, y }: Spot, text: string, { position, align }: Side): Box {
  const width = CHARACTER * text.length;
  const beside = position === "right" ? GAP : position === "left" ? -GAP : 0;
  const left = x + beside - { left: 0, center: width / 2, right: width }[align];
  const top = position === "top" ? y - GAP - LINE : position === "bottom" ? y + GAP : y - LINE / 2;
  return { left, top, right: left + width, bottom: top + LINE };
}

const cross = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const STEP = 8;

/** Boxes along a line that names should not cross. */
export function along(line: { x: number; y: number }[]): Box[] {
  return line.slice(1).flatMap((end, index) => {
    const start = line[index] as { x: number; y: number };
    const steps = Math.max(1, Math.ceil(Math.hypot(end.x - start.x, end.y - start.y) / STEP));
    return Array.from({ length: steps + 1 }, (_, step) => {
      const [x, y] = [start.x, start.y].map(
        (from, axis) => from + (((axis ? end.y : end.x) - from) * step) / steps,
      ) as [number, number];
      return { left: x - 2, right: x + 2, top: y - 2, bottom: y + 2 };
    });
  });
}

/**
 * A name beside each spot, inside the frame and, where that can be, clear of the lines that stand there; a spot without
 * room for any of its names gets none.
 */
export function arrange(spots: Spot[], frame: Box, lines: Box[] = []): (Label | null)[] {
  const taken = spots.map(
    ({ x, y }): Box => ({ left: x - POINT, top: y - POINT, right: x + POINT, bottom: y + POINT }),
  );
  return spots.map((spot, own) => {
    const choices = spot.texts.flatMap((text) =>
      SIDES.map((side) => ({ text, ...side, box: boxOf(spot, text, side) })),
    );
    const free = choices.filter(
      ({ box }) =>
        box.left >= frame.left &&
        box.right <= frame.right &&
        box.top >= frame.top &&
        box.bottom <= frame.bottom &&
        !taken.some((other, index) => index !== own && cross(box, other)),
    );
    const best = free.find(({ box }) => !lines.some((other) => cross(box, other))) ?? free[0];
    if (!best) return null;
    const { box, ...label } = best;
    taken.push(box);
    return label;
  });
}

/** The option that ECharts takes for such a label. */
export function labelOption(label: Label | null | undefined, theme: Theme) {
  return {
    show: Boolean(label),
    position: label?.position ?? ("right" as const),
    align: label?.align,
    formatter: label?.text ?? "",
    color: theme.ink,
    textBorderColor: theme.ground,
    textBorderWidth: 3,
  };
}
