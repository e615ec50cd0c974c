// This module owns the claims screen: every published claim with its verdict, to be filtered by verdict and text.
import { useState } from "preact/hooks";
import { matches, type Report, type Row, rows, text } from "../data.ts";
import { FilterBar } from "../parts/FilterBar.tsx";
import { VERDICT, VERDICTS, VerdictMark, verdictOf } from "../parts/Verdict.tsx";
import { choose, setting } from "../state.ts";

export function Claims({ report }: { report: Report }) {
  const [query, setQuery] = useState("");
  const wanted = setting("verdict", "");
  const claims = rows(report, "claims");
  const found = claims.filter(
    (row) =>
      (!wanted || verdictOf(text(row.verdict)) === wanted) &&
      matches(query, [row.claim, row.statement, row.said_by, row.claimed, row.found, row.why]),
  );
  return (
    <>
      <p class="lead">
        What was announced, what this scenario finds, and under which model, chip and baseline. Another scenario may
        answer otherwise.
      </p>
      <FilterBar
        label="Verdict"
        all={claims.length}
        shown={found.length}
        noun="claims"
        query={query}
        setQuery={setQuery}
        wanted={wanted}
        setWanted={(value) => choose("verdict", value)}
        options={VERDICTS.map((name) => ({
          value: name,
          label: VERDICT[name].word,
          count: claims.filter((row) => verdictOf(text(row.verdict)) === name).length,
        }))}
      />
      <ol class="claims">
        {found.map((row) => (
          <Claim key={text(row.claim)} row={row} />
        ))}
      </ol>
      {!found.length && <p class="empty">No claim fits the filter.</p>}
    </>
  );
}

/** From this length on an answer is text to read, not a number to see. */
const LONG = 100;

function Claim({ row }: { row: Row }) {
  return (
    <li class="claim" data-claim={text(row.claim)} style={{ "--colour": VERDICT[verdictOf(text(row.verdict))].colour }}>
      <div class="claim-head">
        <VerdictMark name={text(row.verdict)} />
        <span class="claim-id">{text(row.claim)}</span>
      </div>
      <div class="claim-body">
        <h3>{text(row.statement)}</h3>
        <p class="said">{text(row.said_by)}</p>
        <dl>
          <div>
            <dt>Claimed</dt>
            <dd>{text(row.claimed) || "no number"}</dd>
          </div>
          <div>
            <dt>Found</dt>
            <dd class={text(row.found).length > LONG ? "long-found" : ""}>{text(row.found) || "–"}</dd>
          </div>
        </dl>
        <p class="why">{text(row.why)}</p>
      </div>
    </li>
  );
}
