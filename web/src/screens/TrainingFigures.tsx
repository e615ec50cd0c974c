// This module owns the figures of one training run: the parts of a step, the map of strategies, roofline, and scaling.
import { useMemo } from "preact/hooks";
import { Chart } from "../charts/Chart.tsx";
import { cascade, cascadeHeight } from "../charts/cascade.ts";
import { ROOFLINE_HEIGHT, rooflineChart } from "../charts/roofline.ts";
import { StrategyMap } from "../charts/StrategyMap.tsx";
import { SCALING_HEIGHT, scalingChart } from "../charts/scaling.ts";
import { amount, type Cell, type Frame, frame, number, type Report } from "../data.ts";
import { count, digits, format, seconds, share } from "../format.ts";
import { Figure } from "../parts/Figure.tsx";
import { Linked } from "../parts/Linked.tsx";
import { breakdown, GROUPS, reasons, roofline, scaling, strategyGrid } from "../shape/training.ts";
import { runRow, runTitle } from "./TrainingRun.tsx";

interface Props {
  report: Report;
  run: string;
}

/** A frame of the rows of one run; `units` replaces units that need more digits than usual. */
function ofRunFrame(
  report: Report,
  table: string,
  names: string[],
  run: string,
  units: Record<string, string> = {},
): Frame {
  const made = frame(report, table, ["run", ...names], `${table.replaceAll("_", "-")}-${run}`);
  return {
    ...made,
    columns: made.columns.slice(1).map(({ key, unit }) => ({ key, unit: units[key] ?? unit })),
    rows: made.rows.filter(([name]) => name === run).map((cells): Cell[] => cells.slice(1)),
  };
}

const groupKeys = (groups: number[]) =>
  GROUPS.filter((_, index) => groups.includes(index)).map(({ name, colour }) => ({
    name,
    colour: colour < 0 ? "var(--grey)" : `var(--series-${colour})`,
  }));

export function Breakdown({ report, run }: Props) {
  const { draw, height, label, keys, made } = useMemo(() => {
    const parts = breakdown(report, run);
    const whole = parts.reduce((sum, part) => sum + part.seconds, 0);
    const computing = parts.filter(({ group }) => group === 0).reduce((sum, part) => sum + part.share, 0);
    const other = parts.filter(({ group }) => group > 0).sort((a, b) => b.seconds - a.seconds)[0];
    const told = parts.length
      ? `Of the ${seconds(whole)} of a step, ${share(computing)} is computing${other ? `; the largest other part is ${other.name.toLowerCase()} with ${share(other.share)}` : ""}.`
      : "";
    return {
      draw: cascade({
        whole: "Whole step",
        shareOf: "Share of the step",
        rungs: parts.map(({ name, seconds: value, group }) => ({ name, value, group })),
        groups: GROUPS,
        show: seconds,
      }),
      height: cascadeHeight(parts),
      label: told,
      keys: groupKeys(parts.map(({ group }) => group)),
      made: ofRunFrame(report, "training_breakdown", ["part", "seconds"], run, { seconds: "s/step" }),
    };
  }, [report, run]);
  return (
    <Figure
      report={report}
      id="breakdown"
      title={runTitle(run, "where the time of a step goes")}
      lead={`${label} Each part starts where the one above it ends.`}
      unit="s"
      source={["training_breakdown", ["seconds"]]}
      keys={keys}
      frame={made}
    >
      <Chart draw={draw} height={height} label={`Parts of a training step. ${label}`} />
    </Figure>
  );
}

export function Strategies({ report, run }: Props) {
  const { grid, label, ruled, made } = useMemo(() => {
    const found = strategyGrid(report, run);
    const possible = found.pairs.filter(({ share }) => share !== null).length;
    const [best, all] = [found.best?.pair, count(found.pairs.length)];
    const how =
      possible < found.pairs.length
        ? `${count(possible)} of ${all} pairs are possible.`
        : `All ${all} pairs are possible.`;
    const told = best
      ? `Best with TP ${best.tp} and PP ${best.pp}: ${format(best.tokensPerS, "tokens/s")}. ${how}`
      : "No pair is possible.";
    return {
      grid: found,
      label: told,
      ruled: reasons(found),
      made: ofRunFrame(report, "training_map", ["tp", "pp", "tokens_per_s", "reason"], run),
    };
  }, [report, run]);
  return (
    <Figure
      report={report}
      id="strategies"
      title={runTitle(run, "tensor against pipeline parallelism")}
      lead={`${label} The number in a cell is its per cent of the best${ruled.length ? "; hatched cells are not possible" : ""}. Point at a cell, or move with the arrow keys, to read it.`}
      unit="tokens/s, and per cent of the best pair"
      source={["training_map", ["tokens_per_s", "reason"]]}
      how={
        grid.rows.some(({ values }) => values.length > 1)
          ? "each pair with the best choice of all else, each cell the best of its pairs"
          : "each pair with the best choice of all else"
      }
      frame={made}
    >
      <div class="beside">
        <StrategyMap grid={grid} label={`Tokens per second by tensor and pipeline parallelism. ${label}`} />
        {ruled.length > 0 && (
          <details class="ruled" open={ruled.length <= 4}>
            <summary>Why pairs are not possible</summary>
            <ul>
              {ruled.map(({ reason, pairs, varies }) => (
                <li key={reason}>
                  {count(pairs)} {pairs === 1 ? "pair" : "pairs"}: {varies && "for example, "}
                  {reason || "no reason given"}
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </Figure>
  );
}

export function Roof({ report, run }: Props) {
  const { draw, label, found, made } = useMemo(() => {
    const found = roofline(report, run);
    const reached = found.points.map((point) => `${point.name} ${share(point.achieved / point.roof)}`);
    return {
      draw: rooflineChart(found),
      label: reached.length ? `Reached of its roof: ${reached.join(", ")}.` : "",
      found,
      made: ofRunFrame(
        report,
        "training_roofline",
        ["part", "intensity_flop_per_byte", "achieved_tflops", "roof_tflops"],
        run,
      ),
    };
  }, [report, run]);
  return (
    <Figure
      report={report}
      id="roofline"
      title={runTitle(run, "what the chip reaches of its roof")}
      lead={`${label} ${found.slope === null ? "" : "Left of the bend the memory limits, right of it the arithmetic. "}Both scales are logarithmic.`}
      unit="FLOP/s of one chip (up), FLOP/byte (across)"
      source={["training_roofline", ["achieved_tflops", "roof_tflops", "intensity_flop_per_byte"]]}
      keys={[
        { name: "Part of a step", colour: "var(--series-0)", shape: "circle" as const },
        ...(found.points.some(({ whole }) => whole)
          ? [{ name: "Whole step", colour: "var(--series-5)", shape: "diamond" as const }]
          : []),
        { name: "Roof; a dash above a part is its own", colour: "var(--ink)", shape: "line" as const },
      ]}
      frame={made}
    >
      {found.points.length > 0 ? (
        <Chart draw={draw} height={ROOFLINE_HEIGHT} label={`Roofline. ${label}`} />
      ) : (
        <p class="empty">No part of this run has both arithmetic and traffic to memory.</p>
      )}
    </Figure>
  );
}

export function Days({ report, run }: Props) {
  const { draw, label, published, made } = useMemo(() => {
    const found = scaling(report, run);
    const row = runRow(report, run);
    const own = row && number(row.chips) !== null && number(row.days) !== null;
    const [first, last] = [found.model[0], found.model.at(-1)];
    const told =
      first && last
        ? `From ${count(first.chips)} to ${count(last.chips)} chips the days fall from ${digits(first.days)} to ${digits(last.days)}.`
        : "";
    return {
      draw: scalingChart({ ...found, own: own ? { chips: amount(row.chips), days: amount(row.days) } : null }),
      label: told,
      published: found.published,
      made: ofRunFrame(report, "training_scaling", ["chips", "days", "kind", "label", "source"], run),
    };
  }, [report, run]);
  return (
    <Figure
      report={report}
      id="scaling"
      title={runTitle(run, "days against chips")}
      lead={`${label} Both scales are logarithmic.`}
      unit="days (up), chips (across)"
      source={["training_scaling", ["chips", "days"]]}
      keys={[
        { name: "Model", colour: "var(--series-0)", shape: "line" as const },
        { name: "If twice the chips took half the time", colour: "var(--faint)", shape: "dashed" as const },
        ...(published.length ? [{ name: "Published runs", colour: "var(--series-5)", shape: "diamond" as const }] : []),
      ]}
      frame={made}
    >
      <Chart draw={draw} height={SCALING_HEIGHT} label={`Days against chips. ${label}`} />
      {published.length > 0 && (
        <ol class="published">
          {published.map((point) => (
            <li key={`${point.label} ${point.chips}`}>
              <b>{point.label}</b>: {digits(point.days)} days.{" "}
              <small>
                <Linked text={point.source} />
              </small>
            </li>
          ))}
        </ol>
      )}
    </Figure>
  );
}
