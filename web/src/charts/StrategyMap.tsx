// This module owns the map of strategies: tensor across, pipeline down, colour by tokens per second, hatched where none fits.
import { useState } from "preact/hooks";
import { format } from "../format.ts";
import { type Band, type Cell, cellKey, type StrategyGrid } from "../shape/training.ts";
import { inkOn, MAGNITUDE_GRADIENT, magnitudeCss } from "./theme.ts";

interface Props {
  grid: StrategyGrid;
  label: string;
}

const STEPS: Record<string, [across: number, down: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Whole per cent of the best, so that only the best itself has a hundred. */
const percent = (share: number): number => (share >= 1 ? 100 : Math.min(99, Math.round(share * 100)));

export function told({ column, row, pair: { tp, pp, tokensPerS, share, reason } }: Cell): string {
  const where = `TP ${column.label}, PP ${row.label}`;
  const several = column.values.length * row.values.length > 1;
  if (tokensPerS === null || share === null) {
    return `${where}: not possible. ${several ? `TP ${tp}, PP ${pp}: ` : ""}${reason || "No reason given"}`;
  }
  const place = share >= 1 ? "the best" : `${percent(share)} % of the best`;
  return `${where}${several ? `, best with TP ${tp} and PP ${pp}` : ""}: ${format(tokensPerS, "tokens/s")}, ${place}`;
}

export function StrategyMap({ grid: { columns, rows, cells, pairs, best, worst }, label }: Props) {
  const start = best ?? [...cells.values()][0] ?? null;
  const [focus, setFocus] = useState<string | null>(null);
  const [over, setOver] = useState<string | null>(null);
  const stop = cells.get(focus ?? "") ?? start;
  const shown = cells.get(over ?? "") ?? stop;
  const [low, high] = [worst?.pair.share ?? 0, best?.pair.share ?? 1];

  const move = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const step = STEPS[event.key];
    if (!step || !stop) return;
    event.preventDefault();
    const at = (across: number, down: number) => {
      const [column, row] = [columns[across], rows[down]];
      return column && row ? cellKey(column, row) : null;
    };
    let [across, down] = [columns.indexOf(stop.column) + step[0], rows.indexOf(stop.row) + step[1]];
    let key = at(across, down);
    // A cell without a pair that was looked at is stepped over.
    while (key !== null && !cells.has(key)) {
      [across, down] = [across + step[0], down + step[1]];
      key = at(across, down);
    }
    if (key !== null) event.currentTarget.querySelector<HTMLElement>(`[data-cell="${key}"]`)?.focus();
  };

  const cellOf = (column: Band, row: Band) => {
    const key = cellKey(column, row);
    const cell = cells.get(key);
    if (!cell) return <td key={key} />;
    const { share } = cell.pair;
    const part = share === null ? null : high > low ? (share - low) / (high - low) : 1;
    return (
      <td key={key}>
        <button
          type="button"
          data-cell={key}
          class={`cell ${part === null ? "hatched" : ""} ${cell === best ? "best" : ""}`}
          style={part === null ? undefined : { background: magnitudeCss(part), color: inkOn(part) }}
          aria-label={told(cell)}
          tabIndex={cell === stop ? 0 : -1}
          onFocus={() => {
            setFocus(key);
            setOver(null);
          }}
          onPointerEnter={() => setOver(key)}
          onPointerLeave={() => setOver(null)}
        >
          {share === null ? "" : percent(share)}
        </button>
      </td>
    );
  };

  return (
    <div class="strategies">
      <output aria-live="off">{shown ? told(shown) : ""}</output>
      <div class="strategies-box">
        <table onKeyDown={move}>
          <caption>{label}</caption>
          <thead>
            <tr>
              <th scope="col" class="corner">
                <span>PP</span>
                <span>TP</span>
              </th>
              {columns.map((column) => (
                <th key={column.label} scope="col">
                  {column.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.label}>
                <th scope="row">{row.label}</th>
                {columns.map((column) => cellOf(column, row))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {best && worst && (
        <div class="scale">
          <span>{format(worst.pair.tokensPerS, "tokens/s")}</span>
          {high > low && <i style={{ background: MAGNITUDE_GRADIENT }} />}
          {high > low && <span>{format(best.pair.tokensPerS, "tokens/s")}</span>}
          {pairs.some(({ share }) => share === null) && (
            <>
              <span class="cell hatched sample" aria-hidden="true" />
              <span>not possible</span>
            </>
          )}
        </div>
      )}
    </div>
  );
}
