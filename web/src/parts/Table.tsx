// This module owns tables: numbers to the right, printed by their unit, scrolling inside their own box on a narrow screen.
import type { ComponentChildren } from "preact";
import type { Cell, Frame, Row } from "../data.ts";
import { format, unitName } from "../format.ts";

export interface Col {
  key: string;
  head: string;
  /** Unit of the dictionary; "text" is set to the left. */
  unit: string;
  /** What the column means, shown when its head is pointed at. */
  help?: string;
  show?: (row: Row) => ComponentChildren;
  /** Left out on paper, which has less room. */
  offPaper?: boolean;
}

/** Classes of a column's cells. */
const kindOf = ({ unit, offPaper }: Col): string => `${isText(unit) ? "" : "num"}${offPaper ? " off-paper" : ""}`;

const isText = (unit: string): boolean => unit === "text" || unit === "date" || unit.startsWith("see");

interface Props {
  caption: string;
  cols: Col[];
  rows: Row[];
  /** A last row of totals. */
  foot?: Row;
  class?: string;
}

export function Table({ caption, cols, rows, foot, class: kind = "" }: Props) {
  const cell = (col: Col, row: Row) =>
    row === foot && row[col.key] === undefined ? "" : col.show ? col.show(row) : format(row[col.key], col.unit);
  const line = (row: Row, index: number | string) => (
    <tr key={index}>
      {cols.map((col, place) =>
        place === 0 ? (
          <th key={col.key} scope="row">
            {cell(col, row)}
          </th>
        ) : (
          <td key={col.key} class={kindOf(col)}>
            {cell(col, row)}
          </td>
        ),
      )}
    </tr>
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section class={`scroll ${kind}`} aria-label={caption} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {cols.map((col) => (
              <th key={col.key} scope="col" class={kindOf(col)} title={col.help}>
                {col.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{rows.map((row, index) => line(row, index))}</tbody>
        {foot && <tfoot>{line(foot, "foot")}</tfoot>}
      </table>
    </section>
  );
}

const MOST_ROWS = 400;

/** A frame as a plain table, for readers who do not use the chart. */
export function FrameTable({ frame }: { frame: Frame }) {
  const cols: Col[] = frame.columns.map(({ key, unit }) => ({
    key,
    head: isText(unit) ? key : `${key} (${unitName(unit)})`,
    unit,
  }));
  const asRow = (cells: Cell[]): Row =>
    Object.fromEntries(frame.columns.map(({ key }, index) => [key, cells[index] ?? null]));
  const left = frame.rows.length - MOST_ROWS;
  return (
    <>
      <Table
        class="raw"
        caption={`Data of the chart: ${frame.name}`}
        cols={cols}
        rows={frame.rows.slice(0, MOST_ROWS).map(asRow)}
      />
      {left > 0 && (
        <p class="note">
          The first {MOST_ROWS} of {frame.rows.length.toLocaleString("en-IE")} rows; the CSV file has all.
        </p>
      )}
    </>
  );
}
