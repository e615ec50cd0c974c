// This module owns the frame around every chart: title, legend, unit, source, download and a table in place of the chart.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type Frame, meaning, type Report } from "../data.ts";
import { unitName } from "../format.ts";
import { download } from "./csv.ts";
import { type Key, Legend } from "./Legend.tsx";
import { FrameTable } from "./Table.tsx";

interface Props {
  report: Report;
  id: string;
  title: string;
  /** One sentence that says what to see. */
  lead?: ComponentChildren;
  unit: string;
  /** Table and columns of the results folder that the figure shows. */
  source: [table: string, columns: string[]];
  /** How the columns were summed up, where they were. */
  how?: string;
  keys?: Key[];
  controls?: ComponentChildren;
  frame: Frame;
  /** Shown as table in place of a frame that is too long to read. */
  table?: Frame;
  children: ComponentChildren;
  class?: string;
}

const FEW = 3;

export function Figure({
  report,
  id,
  title,
  lead,
  unit,
  source,
  how,
  keys,
  controls,
  frame,
  table: readable = frame,
  children,
  class: kind = "",
}: Props) {
  const [open, setOpen] = useState(false);
  const [table, columns] = source;
  const told = columns.map((name) => meaning(report, table, name).description);
  return (
    <figure id={id} class={`figure ${kind}`} aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{title}</h3>
      {lead && <p class="lead">{lead}</p>}
      {controls && <div class="controls">{controls}</div>}
      {keys && keys.length > 1 && <Legend keys={keys} />}
      {frame.rows.length ? children : <p class="empty">This run has no rows for this figure.</p>}
      <figcaption>
        <p>
          <b>Unit:</b> {unitName(unit)}. <b>Source:</b> this run, table <code>{table}</code>
          {told.length && told.length <= FEW ? ` (${told.join("; ")})` : ""}
          {how ? `, ${how}` : ""}.
        </p>
        <p class="tools">
          <button type="button" onClick={() => download(frame)} aria-label={`Download the data of “${title}” as CSV`}>
            Data (CSV)
          </button>
          <button type="button" aria-expanded={open} aria-controls={`${id}-data`} onClick={() => setOpen(!open)}>
            {open ? "Hide table" : "Show as table"}
          </button>
        </p>
        <div id={`${id}-data`}>
          {open && (
            <>
              {told.length > FEW && (
                <dl class="columns">
                  {columns.map((name) => (
                    <div key={name}>
                      <dt>
                        <code>{name}</code>
                      </dt>
                      <dd>
                        {meaning(report, table, name).description} [{unitName(meaning(report, table, name).unit)}]
                      </dd>
                    </div>
                  ))}
                </dl>
              )}
              <FrameTable frame={readable} />
            </>
          )}
        </div>
      </figcaption>
    </figure>
  );
}
