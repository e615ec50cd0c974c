// This module owns the chart of money flows from those who pay to what is bought (Sankey).
import { money } from "../format.ts";
import { named } from "../parts/names.ts";
import type { Band } from "../shape/money.ts";
import type { Draw } from "./Chart.tsx";
import { type TipItem, tip, tooltip } from "./style.ts";

/** Printed name of a node, which is `step:name`; layers have names of their own. */
export function title(node: string, layers: Map<string, string>): string {
  const [step = "", name = ""] = [node.slice(0, node.indexOf(":")), node.slice(node.indexOf(":") + 1)];
  return (step === "layer" && layers.get(name)) || named(name);
}

/** Depth of every node: one more than the deepest node that pays into it. */
export function depths(links: Band[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { source, target } of links) {
    found.set(source, 0);
    found.set(target, 0);
  }
  for (let round = 0; round < found.size; round += 1) {
    let moved = false;
    for (const { source, target } of links) {
      const wanted = (found.get(source) ?? 0) + 1;
      if ((found.get(target) ?? 0) < wanted) {
        found.set(target, wanted);
        moved = true;
      }
    }
    if (!moved) break;
  }
  return found;
}

/** What goes through each node: the larger of what comes in and what goes out. */
export function throughput(links: Band[]): Map<string, number> {
  const [into, out] = [new Map<string, number>(), new Map<string, number>()];
  for (const { source, target, value } of links) {
    out.set(source, (out.get(source) ?? 0) + value);
    into.set(target, (into.get(target) ?? 0) + value);
  }
  return new Map(
    [...new Set([...out.keys(), ...into.keys()])].map((name) => [
      name,
      Math.max(out.get(name) ?? 0, into.get(name) ?? 0),
    ]),
  );
}

const NODE_GAP = 29;

/** Height that leaves two lines of text to every node of the fullest level. */
export function flowHeight(links: Band[]): number {
  const perLevel = new Map<number, number>();
  for (const depth of depths(links).values()) perLevel.set(depth, (perLevel.get(depth) ?? 0) + 1);
  return 80 + 56 * Math.max(3, ...perLevel.values());
}

/** Levels that a phone has room for; more need a chart that scrolls sideways. */
export const NARROW_LEVELS = 3;

export function levels(links: Band[]): number {
  return links.length ? Math.max(...depths(links).values()) + 1 : 0;
}

export function flow(links: Band[], layers: Map<string, string>): Draw {
  const shown = (node: string) => title(node, layers);
  const depth = depths(links);
  const last = Math.max(0, ...depth.values());
  const sums = throughput(links);
  return ({ theme, width }) => {
    const narrow = width < 560;
    const margin = Math.round(narrow ? width * 0.27 : Math.min(170, width * 0.24));
    const colours = new Map(
      [...depth.keys()]
        .filter((name) => depth.get(name) === 0)
        .map((name, index) => [name, theme.series[index % theme.series.length]]),
    );
    return {
      tooltip: tooltip(theme, "item", (item: TipItem) =>
        item.dataType === "edge"
          ? tip(`${shown(item.data.source ?? "")} → ${shown(item.data.target ?? "")}`, [
              { name: "", value: money(Number(item.value)) },
            ])
          : tip(shown(item.name), [{ name: "", value: money(sums.get(item.name) ?? 0) }]),
      ),
      series: [
        {
          type: "sankey",
          left: margin,
          right: margin,
          top: 18,
          bottom: 18,
          nodeWidth: 10,
          nodeGap: NODE_GAP,
          draggable: false,
          layoutIterations: 64,
          emphasis: { focus: "adjacency" },
          lineStyle: { color: "source", opacity: 0.35, curveness: 0.5 },
          data: [...depth].map(([name, level]) => ({
            name,
            itemStyle: { color: colours.get(name) ?? theme.faint, borderWidth: 0 },
            label: {
              position: level === 0 ? ("left" as const) : level === last ? ("right" as const) : ("top" as const),
              color: theme.ink,
              textBorderColor: theme.ground,
              textBorderWidth: 3,
              fontSize: narrow ? 11 : 12,
              lineHeight: 15,
              width: level === 0 || level === last ? margin - 10 : undefined,
              overflow: "break" as const,
              formatter: () =>
                level === 0 || level === last
                  ? `${shown(name)}\n${money(sums.get(name) ?? 0)}`
                  : `${shown(name)} ${money(sums.get(name) ?? 0)}`,
            },
          })),
          links: links.map((link) => ({ ...link })),
        },
      ],
    };
  };
}
