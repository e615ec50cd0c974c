// This module owns the chart of one claim: bars as rows of a table, or curves as a small drawing; sixty of them stay light.
import { useRef } from "preact/hooks";
import { unitName } from "../format.ts";
import { type BarGroup, type ClaimFigure, type ClaimPlot, claimValue, marks } from "../shape/claims.ts";
import { useWidth } from "./width.ts";

const ROLES: Record<string, { word: string; kind: string }> = {
  claimed: { word: "Claimed", kind: "claimed" },
  found: { word: "Found", kind: "found" },
  baseline: { word: "Baseline", kind: "baseline" },
  "break-even": { word: "Break-even", kind: "break-even" },
  record: { word: "On record", kind: "record" },
};
const roleOf = (role: string) => ROLES[role] ?? { word: role, kind: "record" };

export function ClaimChart({ figure, claim }: { figure: ClaimFigure; claim: string }) {
  return (
    <div class="claim-chart">
      {figure.bars.map((group) => (
        <Bars key={`${group.series} ${group.unit}`} group={group} claim={claim} several={figure.bars.length > 1} />
      ))}
      {figure.plot && <Plot plot={figure.plot} claim={claim} />}
    </div>
  );
}

function Bars({ group, claim, several }: { group: BarGroup; claim: string; several: boolean }) {
  const percent = (part: number) => `${100 * part}%`;
  const named = several && group.series !== group.unit ? group.series : "";
  return (
    <table class="claim-bars">
      <caption class={named ? "seen" : ""}>{named || `Claim ${claim}: what is compared`}</caption>
      <tbody>
        {group.bars.map((bar, index) => {
          const { word, kind } = roleOf(bar.role);
          return (
            <tr key={index} class={kind}>
              <th scope="row">
                {bar.label || word}
                {bar.label.toLowerCase() !== word.toLowerCase() && <small>{word.toLowerCase()}</small>}
              </th>
              <td class="room" aria-hidden="true">
                <span>
                  <i style={{ left: percent(bar.from), width: percent(bar.size) }} />
                  {group.claimed !== null && <u style={{ left: percent(group.claimed) }} />}
                  {group.zero > 0 && <s style={{ left: percent(group.zero) }} />}
                </span>
              </td>
              <td class="num">{claimValue(bar.value, group.unit)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const HEIGHT = 220;
const [LEFT, RIGHT, TOP, BOTTOM] = [70, 14, 26, 40];
const COLOURS: Record<string, string> = {
  claimed: "var(--ink)",
  found: "var(--series-0)",
  baseline: "var(--grey)",
  "break-even": "var(--series-5)",
  record: "var(--series-3)",
};
const DASHES = ["", "6 4", "2 3", "9 3 2 3"];

/** Widest span of an axis that is still drawn in equal steps. */
const LINEAR = 30;

interface Axis {
  at: (value: number) => number;
  ticks: number[];
}

/** An axis over the values: from zero or the least of them, logarithmic where they span too much. */
function axis(values: number[], from: number, to: number, most: number, zero: boolean): Axis {
  const [least, largest] = [Math.min(...values), Math.max(...values)];
  if (least > 0 && largest / least > LINEAR) {
    const [low, high] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(largest))];
    const every = Math.max(1, Math.ceil((high - low) / most));
    return {
      at: (value) => from + ((Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)) * (to - from),
      ticks: Array.from({ length: Math.floor((high - low) / every) + 1 }, (_, index) => 10 ** (low + index * every)),
    };
  }
  const low = zero ? Math.min(0, least) : least;
  const high = largest > low ? largest : low + Math.max(1, Math.abs(low));
  return { at: (value) => from + ((value - low) / (high - low)) * (to - from), ticks: marks(low, high, most) };
}

function Plot({ plot, claim }: { plot: ClaimPlot; claim: string }) {
  const box = useRef<HTMLDivElement>(null);
  const width = Math.max(260, useWidth(box));
  const all = plot.curves.flatMap(({ points }) => points);
  const x = axis(
    all.map((point) => point.x),
    LEFT,
    width - RIGHT,
    width < 480 ? 3 : 6,
    false,
  );
  const y = axis(
    [...all.map((point) => point.y), ...plot.levels.map((level) => level.y)],
    HEIGHT - BOTTOM,
    TOP,
    4,
    true,
  );
  const told = plot.curves.map(({ series, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    const value = (point: typeof first) =>
      point ? `${claimValue(point.y, plot.unit)} at ${claimValue(point.x, plot.xUnit)}` : "nothing";
    return `${series}: ${value(first)}${points.length > 1 ? ` to ${value(last)}` : ""}`;
  });
  const levels = plot.levels.map(({ label, y: level }) => `${label}: ${claimValue(level, plot.unit)}`);
  return (
    <div class="claim-plot" ref={box}>
      <ul class="legend">
        {plot.curves.map(({ series, role }, index) => (
          <li key={series}>
            <svg class="swatch-line" viewBox="0 0 28 4" aria-hidden="true">
              <path
                d="M0,2H28"
                style={{ stroke: COLOURS[role] ?? "var(--series-4)" }}
                stroke-dasharray={DASHES[index]}
              />
            </svg>
            {series || roleOf(role).word}
          </li>
        ))}
      </ul>
      <svg
        viewBox={`0 0 ${width} ${HEIGHT}`}
        role="img"
        aria-label={`Claim ${claim}. ${[...told, ...levels].join("; ")}.`}
      >
        <text x={0} y={10}>
          {unitName(plot.unit)}
        </text>
        {y.ticks.map((tick) => (
          <g key={tick}>
            <path class="grid-line" d={`M${LEFT},${y.at(tick)}H${width - RIGHT}`} />
            <text x={LEFT - 8} y={y.at(tick) + 4} text-anchor="end">
              {claimValue(tick, "")}
            </text>
          </g>
        ))}
        {x.ticks.map((tick) => (
          <text
            key={tick}
            x={x.at(tick)}
            y={HEIGHT - BOTTOM + 18}
            text-anchor={x.at(tick) > width - RIGHT - 30 ? "end" : "middle"}
          >
            {claimValue(tick, "")}
          </text>
        ))}
        <text x={(LEFT + width - RIGHT) / 2} y={HEIGHT - 4} text-anchor="middle">
          {unitName(plot.xUnit)}
        </text>
        {plot.levels.map(({ label, role, y: level }) => (
          <g key={label}>
            <path
              class="level-line"
              d={`M${LEFT},${y.at(level)}H${width - RIGHT}`}
              style={{ stroke: COLOURS[role] ?? "var(--ink)" }}
            />
            <text x={width - RIGHT} y={y.at(level) - 5} text-anchor="end" class="level-name">
              {label}
            </text>
          </g>
        ))}
        {plot.curves.map(({ series, role, points }, index) => (
          <g key={series} style={{ color: COLOURS[role] ?? "var(--series-4)" }}>
            {points.length > 1 && (
              <polyline
                class="curve"
                points={points.map((point) => `${x.at(point.x)},${y.at(point.y)}`).join(" ")}
                stroke-dasharray={DASHES[index]}
              />
            )}
            {points.map((point) => (
              <circle
                key={`${point.x} ${point.y}`}
                cx={x.at(point.x)}
                cy={y.at(point.y)}
                r={points.length > 1 ? 2.5 : 5}
              >
                <title>{`${point.label || series}: ${claimValue(point.y, plot.unit)} at ${claimValue(point.x, plot.xUnit)}`}</title>
              </circle>
            ))}
          </g>
        ))}
      </svg>
    </div>
  );
}
