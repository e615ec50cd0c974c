// This module owns the sources screen: every fact and every input of the run, how the run was made, and how to read it.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { frame, groups, matches, type Report, type Row, rows, text } from "../data.ts";
import { count, digits, exact, NBSP } from "../format.ts";
import { download } from "../parts/csv.ts";
import { EvidenceMark, isWeak } from "../parts/Evidence.tsx";
import { FilterBar } from "../parts/FilterBar.tsx";
import { Linked } from "../parts/Linked.tsx";
import { type Col, Table } from "../parts/Table.tsx";
import { type FactGroup, factGroups, needsSource, splitKey, standing } from "../shape/sources.ts";
import { choose, setting } from "../state.ts";
import { Method } from "./Method.tsx";

export function Sources({ report }: { report: Report }) {
  return (
    <>
      <Standing report={report} />
      <Facts report={report} />
      <Inputs report={report} />
      <Method report={report} />
      <Made report={report} />
      <Dictionary report={report} />
      <Licences />
    </>
  );
}

function counted(list: Row[]): Map<string, number> {
  return new Map([...groups(list, (row) => text(row.evidence))].map(([word, all]) => [word, all.length]));
}

function Standing({ report }: { report: Report }) {
  const found = standing(report);
  const list: [number, string, string][] = [
    [found.facts, "", "facts of the catalogue were read"],
    [found.unverifiedFacts, "unverified", "of them nobody has checked against the source again"],
    [found.assumedFacts, "assumed", "of them are assumptions"],
    [found.values, "", "values make up the scenario, names and unset ones left out"],
    [found.assumedValues, "assumed", "of them are assumed or have no source"],
  ];
  return (
    <section class="block" aria-label="What the result rests on">
      <p class="lead">What this result rests on. Weakly backed values carry a mark everywhere on this screen.</p>
      <ul class="standing">
        {list.map(([number, mark, words]) => (
          <li key={words} class={mark && number ? "weak" : ""}>
            <strong>{count(number)}</strong>
            <span>
              {mark && number > 0 && <i aria-hidden="true">{mark === "unverified" ? "⚠ " : "▲ "}</i>}
              {words}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface ListProps {
  report: Report;
  table: string;
  noun: string;
  title: string;
  lead: string;
  cols: Col[];
  /** How the rows found are put together for the table. */
  arrange?: (found: Row[]) => Row[];
}

function Searchable({ report, table, noun, title, lead, cols, arrange = (found) => found }: ListProps) {
  const [query, setQuery] = useState("");
  const wanted = setting(table, "");
  const all = rows(report, table);
  const found = all.filter((row) => (!wanted || text(row.evidence) === wanted) && matches(query, Object.values(row)));
  const names = Object.keys(report.tables[table] ?? {});
  return (
    <section class="block">
      <h3>{title}</h3>
      <p class="lead">{lead}</p>
      <FilterBar
        label="Evidence"
        noun={noun}
        all={all.length}
        shown={found.length}
        query={query}
        setQuery={setQuery}
        wanted={wanted}
        setWanted={(value) => choose(table, value)}
        options={[...counted(all)].map(([word, number]) => ({ value: word, label: word || "unstated", count: number }))}
      />
      <Table
        class={`long tall ${table === "sources" ? "facts-table" : ""}`}
        caption={title}
        cols={cols}
        rows={arrange(found)}
      />
      <p class="tools">
        <button
          type="button"
          onClick={() => download(frame(report, table, names))}
          aria-label={`Download ${title} as CSV`}
        >
          Data (CSV)
        </button>
      </p>
    </section>
  );
}

const evidence: Col = {
  key: "evidence",
  head: "Evidence",
  unit: "text",
  show: (row) => (needsSource(row) ? <EvidenceMark word={text(row.evidence)} /> : text(row.evidence)),
};

/** Units that say nothing beside the value, and those whose numbers are no quantities. */
const SILENT = ["", "text", "date", "1", "count", "year"];
const NO_QUANTITY = ["", "text", "date", "year"];

function valueAndUnit(row: Row) {
  const [value, unit] = [text(row.value), text(row.unit)];
  if (value === "") return <i>not set</i>;
  const quantity = !NO_QUANTITY.includes(unit) && Number.isFinite(Number(value));
  return (
    <span class={isWeak(text(row.evidence)) && needsSource(row) ? "weak-value" : ""}>
      {quantity ? exact(Number(value)) : value}
      {SILENT.includes(unit) ? "" : `${NBSP}${unit}`}
    </span>
  );
}

/** The value of a fact, or the values of a group, each with its field. */
function groupValues({ facts }: FactGroup) {
  if (facts.length === 1) return facts.map(valueAndUnit);
  return facts.map((fact) => (
    <span class="pair" key={text(fact.key)}>
      <code>{splitKey(text(fact.key))[1]}</code> {valueAndUnit(fact)}
    </span>
  ));
}

function Facts({ report }: { report: Report }) {
  const values = new Map<string, ComponentChildren>();
  const together = (found: Row[]) =>
    factGroups(found).map((group) => {
      values.set(group.name, groupValues(group));
      return { ...group.facts[0], key: group.name };
    });
  const cols: Col[] = [
    { key: "key", head: "Fact", unit: "text", show: (row) => <code>{breakable(text(row.key))}</code> },
    { key: "value", head: "Value", unit: "text", show: (row) => values.get(text(row.key)) ?? valueAndUnit(row) },
    evidence,
    { key: "date", head: "Date", unit: "text", show: (row) => <span class="whole">{text(row.date)}</span> },
    {
      key: "citation",
      head: "Source",
      unit: "text",
      show: (row) => (
        <>
          <Linked text={text(row.citation)} />
          {text(row.note) && <small>{text(row.note)}</small>}
          {text(row.conflicts) && (
            <small>
              <b>Other sources say:</b> <Linked text={text(row.conflicts)} />
            </small>
          )}
        </>
      ),
    },
  ];
  return (
    <Searchable
      report={report}
      table="sources"
      noun="facts"
      title="Facts of the catalogue that this run read"
      lead="Published values of the world with unit, date and source; where sources disagree, what the others say. Fields of one entry that rest on the same words of the same source share a line."
      cols={cols}
      arrange={together}
    />
  );
}

function Inputs({ report }: { report: Report }) {
  const cols: Col[] = [
    { key: "path", head: "Input", unit: "text", show: (row) => <code>{breakable(text(row.path))}</code> },
    { key: "value", head: "Value", unit: "text", show: valueAndUnit },
    evidence,
    {
      key: "origin",
      head: "Set by",
      unit: "text",
      show: (row) => (
        <>
          {text(row.origin)}
          <small>
            <code>{breakable(text(row.where))}</code>
          </small>
        </>
      ),
    },
    { key: "note", head: "Why", unit: "text", show: (row) => <Linked text={text(row.note)} /> },
  ];
  return (
    <Searchable
      report={report}
      table="inputs"
      noun="inputs"
      title="Inputs of the scenario"
      lead="Every value of the resolved scenario and who set it: the file, an override, the catalogue or a default."
      cols={cols}
    />
  );
}

/** A path with places where a line may break. */
function breakable(path: string) {
  return path.split(/(?<=[./_])/).flatMap((part, index) => (index ? [<wbr key={part + index} />, part] : [part]));
}

function Made({ report }: { report: Report }) {
  const { manifest } = report;
  const entries: [string, string][] = [
    ["Gortyn", manifest.gortyn],
    ["Python", manifest.python],
    ...Object.entries(manifest.libraries),
    ["Seed", String(manifest.seed)],
    ["Scenario (SHA-256)", manifest.scenario_sha256],
  ];
  const seconds = Object.entries(manifest.seconds);
  const sum = seconds.reduce((all, [, value]) => all + value, 0);
  return (
    <section class="block">
      <h3>How this run was made</h3>
      <p class="lead">The same scenario, version and seed give the same numbers.</p>
      <dl class="manifest">
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{value}</code>
            </dd>
          </div>
        ))}
      </dl>
      {manifest.tables_sha256 && (
        <details>
          <summary>Fingerprints of the tables (SHA-256)</summary>
          <dl class="manifest">
            {Object.entries(manifest.tables_sha256).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <code>{value}</code>
                </dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      {seconds.length > 0 && (
        <p class="note">
          Time taken: {digits(sum)} s (
          {seconds.map(([stage, value]) => `${stage} ${value < 0.01 ? "under 0.01" : digits(value)} s`).join(", ")}).
        </p>
      )}
    </section>
  );
}

function Dictionary({ report }: { report: Report }) {
  const tables = Object.entries(report.dictionary);
  const cols: Col[] = [
    { key: "column", head: "Column", unit: "text", show: (row) => <code>{text(row.column)}</code> },
    { key: "unit", head: "Unit", unit: "text" },
    { key: "description", head: "Meaning", unit: "text" },
  ];
  return (
    <details class="block">
      <summary>Data dictionary: every column of the results folder</summary>
      {tables.map(([table, columns]) => (
        <Table
          key={table}
          class="long"
          caption={`Table ${table}`}
          cols={cols}
          rows={Object.entries(columns).map(([name, { unit, description }]) => ({ column: name, unit, description }))}
        />
      ))}
    </details>
  );
}

/** Licence texts of what is bundled into the page, which every page must show. */
export function Licences() {
  const found = document.getElementById("licences")?.textContent;
  return found ? (
    <details class="block licences">
      <summary>Licences of the software in this page</summary>
      <pre>{found}</pre>
    </details>
  ) : null;
}
