// This module owns the page of claims: counts by verdict, an index by topic, and for each claim the finding in a sentence, a
// figure, a chart and its sources.
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { groups, matches, type Report, type Row, rows, text } from "../data.ts";
import { date, month, withDates } from "../format.ts";
import { Choices } from "../parts/Choice.tsx";
import { ClaimChart } from "../parts/ClaimChart.tsx";
import { download } from "../parts/csv.ts";
import { EvidenceMark } from "../parts/Evidence.tsx";
import { FilterBar } from "../parts/FilterBar.tsx";
import { Linked } from "../parts/Linked.tsx";
import { named } from "../parts/names.ts";
import { Sign, VERDICT, VERDICTS, VerdictMark, verdictOf } from "../parts/Verdict.tsx";
import { whole } from "../shape/access.ts";
import { breakEven, byClaim, claimFigure, claimValue, disagreements, parted } from "../shape/claims.ts";
import { choose, route, routeHash, setting } from "../state.ts";

const SEARCHED = [
  "claim",
  "statement",
  "said_by",
  "topic",
  "sentence",
  "condition",
  "claimed",
  "found",
  "why",
  "baseline",
];

export function Claims({ report }: { report: Report }) {
  const [query, setQuery] = useState("");
  const wanted = setting("verdict", "");
  const topic = setting("topic", "");
  const { claims, figures, sources, topics } = useMemo(() => {
    const listed = rows(report, "claims");
    return {
      claims: listed,
      figures: byClaim(report, "claim_figures"),
      sources: byClaim(report, "claim_sources"),
      topics: [...new Set(listed.map((row) => text(row.topic)).filter(Boolean))].sort(),
    };
  }, [report]);
  const found = claims.filter(
    (row) =>
      (!wanted || verdictOf(text(row.verdict)) === wanted) &&
      (!topic || text(row.topic) === topic) &&
      matches(
        query,
        SEARCHED.map((key) => row[key]),
      ),
  );
  useMeant(setQuery);
  const counts = VERDICTS.map((name) => claims.filter((row) => verdictOf(text(row.verdict)) === name).length);
  return (
    <>
      <p class="lead">
        What was announced, and what came of checking it: against this scenario, or against the record where a claim is
        about the past. Another scenario may answer otherwise.
      </p>
      <div class="split" aria-hidden="true">
        {VERDICTS.map((name, index) => (
          <i key={name} style={{ flexGrow: counts[index], background: VERDICT[name].colour }} hidden={!counts[index]} />
        ))}
      </div>
      <p class="only-paper">
        {claims.length} claims: {VERDICTS.map((name, index) => `${counts[index]} ${VERDICT[name].word}`).join(", ")}.
        {found.length < claims.length && ` Here are ${found.length} of them.`}
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
        options={VERDICTS.map((name, index) => ({
          value: name,
          label: VERDICT[name].word,
          count: counts[index] ?? 0,
          mark: <Sign verdict={name} />,
        }))}
      >
        {topics.length > 1 && (
          <Choices
            label="About"
            value={topic}
            set={(value) => choose("topic", value)}
            options={[
              { value: "", label: "everything" },
              ...topics.map((name) => ({ value: name, label: named(name).toLowerCase() })),
            ]}
          />
        )}
      </FilterBar>
      <p class="tools">
        {["claims", "claim_figures", "claim_sources"]
          .filter((table) => table in report.tables)
          .map((table) => (
            <button key={table} type="button" onClick={() => download(whole(report, table))}>
              {DOWNLOADS[table]} (CSV)
            </button>
          ))}
      </p>
      <Index claims={found} />
      <ol class="claims">
        {found.map((row) => (
          <Claim
            key={text(row.claim)}
            row={row}
            figures={figures.get(text(row.claim)) ?? []}
            sources={sources.get(text(row.claim)) ?? []}
          />
        ))}
      </ol>
      {!found.length && (
        <p class="empty">{claims.length ? "No claim fits the filter." : "This results folder has no claims in it."}</p>
      )}
    </>
  );
}

const DOWNLOADS: Record<string, string> = {
  claims: "All claims",
  claim_figures: "Their figures",
  claim_sources: "Their sources",
};

/** Place of the index among those that the address can mean. */
const INDEX = "index";

function goTo(place: string): void {
  const found = document.getElementById(`claim-${place}`);
  found?.scrollIntoView();
  found?.focus({ preventScroll: true });
}

/** Go to the claim that the address means; a search must not hide it. */
function useMeant(setQuery: (query: string) => void): void {
  const { tab, place } = route.value;
  useEffect(() => {
    if (tab !== "claims" || !place) return;
    if (!document.getElementById(`claim-${place}`)) setQuery("");
    requestAnimationFrame(() => goTo(place));
  }, [tab, place, setQuery]);
}

/** A link to a place on this page that keeps the filters; followed again, it goes there again. */
function To({ place, children, ...rest }: { place: string; children: ComponentChildren; [name: string]: unknown }) {
  const { tab, settings } = route.value;
  return (
    <a {...rest} href={routeHash({ tab: tab || "claims", place, settings })} onClick={() => goTo(place)}>
      {children}
    </a>
  );
}

/** Claims by topic: the sign of the verdict and the number of each, as a link to its card. */
function Index({ claims }: { claims: Row[] }) {
  if (claims.length < 2) return null;
  return (
    <nav class="claim-index" id={`claim-${INDEX}`} aria-label="Index of claims by topic" tabIndex={-1}>
      <dl>
        {[...groups(claims, (row) => text(row.topic))].map(([topic, own]) => (
          <div key={topic}>
            <dt>{topic ? named(topic) : "Claims"}</dt>
            <dd>
              {own.map((row) => {
                const [id, verdict] = [text(row.claim), verdictOf(text(row.verdict))];
                const told = `${VERDICT[verdict].word}: ${text(row.statement)}`;
                return (
                  <To key={id} place={id} title={told} aria-label={`${id}, ${told}`}>
                    <Sign verdict={verdict} />
                    {id}
                  </To>
                );
              })}
            </dd>
          </div>
        ))}
      </dl>
    </nav>
  );
}

/** From this length on an answer is text to read, not a number to see. */
const LONG = 60;

interface Details {
  row: Row;
  figures: Row[];
  sources: Row[];
}

function Claim({ row, figures, sources }: Details) {
  const id = text(row.claim);
  const verdict = verdictOf(text(row.verdict));
  const figure = useMemo(() => claimFigure(figures), [figures]);
  const sentence = text(row.sentence) || text(row.found);
  const condition = text(row.condition);
  const evens = row.break_even_value ?? null;
  const turns = breakEven(evens, text(row.break_even));
  const { texts } = disagreements(text(row.conflicts));
  return (
    <li
      class="claim"
      id={`claim-${id}`}
      data-claim={id}
      data-meant={route.value.place === id}
      tabIndex={-1}
      style={{ "--colour": VERDICT[verdict].colour }}
    >
      <div class="claim-head">
        <VerdictMark name={verdict} />
        <span class="claim-id">
          {id}
          {text(row.topic) && ` · ${named(text(row.topic)).toLowerCase()}`}
        </span>
        <CopyLink id={id} />
        <To class="up" place={INDEX} aria-label="Up to the index of claims">
          ↑ Index
        </To>
      </div>
      <article class="claim-body" aria-label={`Claim ${id}`}>
        <h3>{text(row.statement)}</h3>
        <p class="said">{withDates(text(row.said_by))}</p>
        <p class="sentence">
          <Linked text={withDates(sentence)} />
        </p>
        {(condition || evens !== null) && (
          <p class="condition">
            {condition && (
              <>
                <b>Holds only if</b> {uncapped(condition)}
              </>
            )}
            {condition && evens !== null && <br />}
            {evens !== null && (
              <>
                <b>Turns at {turns[0]}</b> {turns[1]}
              </>
            )}
          </p>
        )}
        <div class="claim-seen">
          <Numbers row={row} sentence={sentence} />
          {figures.length > 0 && <ClaimChart figure={figure} claim={id} />}
        </div>
        {text(row.baseline) && (
          <p class="aside">
            <b>Compared with</b> {text(row.baseline)}
          </p>
        )}
        {texts && (
          <p class="aside">
            <b>Where texts disagree</b> <Linked text={texts} />
          </p>
        )}
        <How row={row} sentence={sentence} />
        <Sources sources={sources} />
      </article>
    </li>
  );
}

/** A condition after “only if”: its first letter small, unless it begins a name or an abbreviation. */
const uncapped = (words: string): string => {
  const bare = words.replace(/^(holds )?(only )?if /i, "");
  return /^[A-Z][a-z]+ [a-z]/.test(bare) &&
    /^(The|A|An|At|It|Its|All|No|More|Less|Fewer|Each|Every|In|On|Under) /.test(bare)
    ? bare.charAt(0).toLowerCase() + bare.slice(1)
    : bare;
};

function Numbers({ row, sentence }: { row: Row; sentence: string }) {
  const unit = text(row.unit);
  const found = text(row.found);
  const big =
    typeof row.found_value === "number"
      ? claimValue(row.found_value, unit)
      : found.length <= LONG && found !== sentence
        ? found
        : "";
  const claimed =
    text(row.claimed) || (typeof row.claimed_value === "number" ? claimValue(row.claimed_value, unit) : "");
  return (
    <dl class="claim-numbers">
      {big && (
        <div>
          <dt>Found</dt>
          <dd class={big.length > SHORT ? "" : "big"}>{big}</dd>
        </div>
      )}
      <div>
        <dt>Claimed</dt>
        <dd>{claimed || "no number"}</dd>
      </div>
    </dl>
  );
}

/** Up to this length a figure is set large. */
const SHORT = 22;

function How({ row, sentence }: { row: Row; sentence: string }) {
  const assumptions = parted(row.assumptions);
  const found = text(row.found);
  const { facts } = disagreements(text(row.conflicts));
  if (!text(row.why) && !assumptions.length && !facts && (!found || found === sentence)) return null;
  return (
    <details class="how">
      <summary>
        How the line is drawn
        {assumptions.length
          ? `, and ${assumptions.length === 1 ? "one assumption" : `${assumptions.length} assumptions`}`
          : ""}
      </summary>
      <p>{text(row.why)}</p>
      {found && found !== sentence && <p>Found: {found}</p>}
      {facts && <p>Where sources of a fact differ: {facts}</p>}
      {assumptions.length > 0 && (
        <>
          <p>It rests on inputs without a source:</p>
          <ul>
            {assumptions.map((one) => (
              <li key={one}>
                <EvidenceMark word="assumed" /> {one}
              </li>
            ))}
          </ul>
        </>
      )}
    </details>
  );
}

const FEW = 3;

function Sources({ sources }: { sources: Row[] }) {
  if (!sources.length) return null;
  const told = sources.filter(
    (row, index) => sources.findIndex((other) => citationOf(other) === citationOf(row)) === index,
  );
  const list = (own: Row[]) => (
    <ul>
      {own.map((row) => (
        <li key={citationOf(row)}>
          <EvidenceMark word={text(row.evidence)} /> · <Citation row={row} />
        </li>
      ))}
    </ul>
  );
  return (
    <section class="claim-sources" aria-label="Sources">
      <h4>{told.length === 1 ? "Source" : "Sources"}</h4>
      {list(told.slice(0, FEW))}
      {told.length > FEW && (
        <details>
          <summary>{told.length - FEW} more</summary>
          {list(told.slice(FEW))}
        </details>
      )}
    </section>
  );
}

const citationOf = (row: Row): string => text(row.citation) || text(row.key);

/** 2025-02-11, 2025-02 or 2025 as printed. */
const dayOf = (iso: string): string =>
  /^\d{4}-\d{2}-\d{2}/.test(iso) ? date(iso) : /^\d{4}-\d{2}$/.test(iso) ? month(iso) : iso;

function Citation({ row }: { row: Row }) {
  const [citation, url, day] = [citationOf(row), text(row.url), text(row.date)];
  return (
    <>
      {url && !citation.includes(url) ? (
        <>
          {citation}, <Linked text={url} />
        </>
      ) : (
        <Linked text={citation} />
      )}
      {day && !citation.includes(day) && ` (${dayOf(day)})`}
    </>
  );
}

function CopyLink({ id }: { id: string }) {
  const [copied, setCopied] = useState(false);
  const address = `#claims/${id}`;
  const copy = () =>
    navigator.clipboard
      ?.writeText(`${location.href.split("#")[0]}${address}`)
      .then(() => setCopied(true))
      .catch(() => undefined); // the address then stands in the bar of the browser
  return (
    <a class="copy" href={address} onClick={copy} aria-label={`Link to claim ${id}`}>
      {copied ? "Link copied" : "Link"}
    </a>
  );
}
