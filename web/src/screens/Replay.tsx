// This module owns the replay: the timeline of a site with its controls, the state at the moment shown, and the largest jobs.
import { useComputed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { Gantt } from "../charts/Gantt.tsx";
import { bandColour, stretchName, Timeline } from "../charts/Timeline.tsx";
import { frame, height, meaning, type Report, siteTitles } from "../data.ts";
import { count, format, large, share } from "../format.ts";
import { chosen, Pick } from "../parts/Choice.tsx";
import { Figure } from "../parts/Figure.tsx";
import type { Key } from "../parts/Legend.tsx";
import { classColour, named } from "../parts/names.ts";
import { siteOptions } from "../parts/sites.ts";
import { chipsPerNode } from "../shape/balance.ts";
import { ALL, stepName } from "../shape/hourly.ts";
import { atHour, largestJobs, shownJobs } from "../shape/jobs.ts";
import { length, moment, SPEEDS } from "../shape/span.ts";
import { type State, stateAt, stepOf, type Track, track, trackFrame, WORK, working } from "../shape/timeline.ts";
import { choose } from "../state.ts";
import { type Replay as Control, SITE, useReplay } from "./replay.ts";

export function Replay({ report }: { report: Report }) {
  const replay = useReplay(report);
  return (
    <>
      <Timely report={report} replay={replay} />
      {height(report.tables.largest_jobs) > 0 && <Largest report={report} replay={replay} />}
    </>
  );
}

const bandKeys = (found: Track): Key[] => [
  ...found.classes.map((name) => ({
    name: name === WORK ? "At work" : named(name),
    colour: bandColour(name),
  })),
  ...(found.lost ? [{ name: "Of it lost", colour: "var(--ink)", shape: "hatched" as const }] : []),
  ...(found.down ? [{ name: "Failed", colour: "var(--ink)" }] : []),
  { name: "Idle", colour: "var(--idle)" },
];

function Timely({ report, replay }: { report: Report; replay: Control }) {
  const { site, grid, span } = replay;
  const { found, made, title, told } = useMemo(() => {
    const track_ = track(report, site);
    const busy = working(track_);
    const queue = track_.queuedChips.reduce((most, value) => Math.max(most, value), 0);
    const failures = track_.failures?.reduce((a, b) => a + b, 0) ?? null;
    return {
      found: track_,
      made: trackFrame(track_, site),
      title:
        busy === null
          ? "No chips are in service"
          : `${share(busy)} of the chips in service are at work; ${queue > 0 ? `at worst ${large(queue)} chips are waited for` : "nobody ever waits"}`,
      told: failures ? `Nodes fail ${count(failures)} times.` : "",
    };
  }, [report, site]);
  const columns = ["busy_chips", "capacity_chips", "queued_chips"];
  if (found.down) columns.push("down_chips", "lost_chip_hours", "node_failures");
  const step = stepName(grid.stepHours);
  return (
    <Figure
      report={report}
      id="timeline"
      title={title}
      lead={`${told} Play it, click for a moment, or drag across a stretch to zoom. Keys on the slider: arrows, Space, +, −, 0.`.trim()}
      unit="chips"
      source={["hourly", columns]}
      how={`means over each ${step}, or over more where a stretch is too narrow to draw; times in UTC${
        found.classes[0] === WORK ? "" : "; classes: table hourly_classes"
      }${found.failures ? "; heights of failures on a log scale" : ""}${found.lost ? "; lost work is booked when the failure strikes, over the work that it undoes" : ""}`}
      keys={bandKeys(found)}
      controls={<Controls replay={replay} report={report} />}
      frame={made}
    >
      <Timeline
        report={report}
        found={found}
        replay={replay}
        label={`Chips at work, failures and queue over time. ${title}. ${told}`}
      />
      <Scrubber replay={replay} />
      {length(span) < length(replay.whole) && <Where replay={replay} />}
      <Moment report={report} replay={replay} />
    </Figure>
  );
}

const ZOOM = 2;

function Controls({ report, replay }: { report: Report; replay: Control }) {
  const zoomed = length(replay.span) < length(replay.whole);
  return (
    <>
      <Pick name={SITE} label="Site" options={siteOptions(report)} />
      <PlayButton replay={replay} />
      <label class="pick">
        <span>Speed</span>
        <select value={replay.speed} onChange={(event) => choose("speed", event.currentTarget.value)}>
          {SPEEDS.map(({ value, label }) => (
            <option key={value} value={value} selected={value === replay.speed}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <span class="buttons">
        <button type="button" aria-label="Zoom in" onClick={() => replay.zoom(1 / ZOOM)}>
          +
        </button>
        <button type="button" aria-label="Zoom out" disabled={!zoomed} onClick={() => replay.zoom(ZOOM)}>
          −
        </button>
        <button type="button" aria-label="Earlier" disabled={!zoomed} onClick={() => replay.pan(-1 / ZOOM)}>
          ‹
        </button>
        <button type="button" aria-label="Later" disabled={!zoomed} onClick={() => replay.pan(1 / ZOOM)}>
          ›
        </button>
        <button type="button" disabled={!zoomed} onClick={() => replay.show(replay.whole)}>
          Whole window
        </button>
      </span>
    </>
  );
}

function PlayButton({ replay }: { replay: Control }) {
  const on = replay.playing.value;
  return (
    <button type="button" class="play" aria-pressed={on} onClick={replay.toggle}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        <path d={on ? "M2,1h3v10h-3zM7,1h3v10h-3z" : "M2,1L11,6L2,11Z"} />
      </svg>
      {on ? "Pause" : "Play"}
    </button>
  );
}

/** The moment shown as a slider under the plot: arrow keys step, Space plays, + and − zoom, 0 shows the whole window. */
function Scrubber({ replay }: { replay: Control }) {
  const { grid, span, whole } = replay;
  const hour = replay.cursor.value;
  const step = grid.stepHours;
  const keys: Record<string, () => void> = {
    " ": replay.toggle,
    "+": () => replay.zoom(1 / ZOOM),
    "-": () => replay.zoom(ZOOM),
    "0": () => replay.show(whole),
  };
  return (
    <div class="scrub">
      <input
        type="range"
        min={Math.ceil(span.from / step) * step}
        max={Math.min(Math.floor(span.to / step) * step, (grid.steps - 1) * step)}
        step={step}
        value={hour}
        aria-label="Moment shown"
        aria-valuetext={moment(grid.startMs, hour, step)}
        aria-keyshortcuts="Space + - 0"
        onInput={(event) => replay.seek(Number(event.currentTarget.value), false)}
        onChange={(event) => replay.seek(Number(event.currentTarget.value), true)}
        onKeyDown={(event) => {
          const act = keys[event.key];
          if (!act || event.ctrlKey || event.metaKey) return;
          event.preventDefault();
          act();
        }}
      />
    </div>
  );
}

/** Where the zoom lies in the window. */
function Where({ replay: { span, whole, grid } }: { replay: Control }) {
  const [left, width] = [(span.from / whole.to) * 100, (length(span) / whole.to) * 100];
  return (
    <p class="where">
      <span aria-hidden="true">
        <i style={{ left: `${left}%`, width: `${width}%` }} />
      </span>
      {moment(grid.startMs, span.from, grid.stepHours)} to {moment(grid.startMs, span.to, grid.stepHours)}
    </p>
  );
}

/** State of every site at the moment shown. */
function Moment({ report, replay }: { report: Report; replay: Control }) {
  const { grid, site } = replay;
  const step = useComputed(() => stepOf(grid, replay.cursor.value));
  const titles = siteTitles(report);
  const perNode = useMemo(() => chipsPerNode(report), [report]);
  const at = step.value;
  const shown = site === ALL ? grid.sites : [site];
  const states = shown.map((name) => stateAt(report, name, at));
  if (site === ALL && shown.length > 1) states.push(stateAt(report, ALL, at));
  const found = track(report, site);
  const slowed = useMemo(() => found.speed?.some((value) => value < 1) ?? false, [found]);
  const down = (state: State) => {
    const size = perNode.get(state.site);
    if (state.down === null) return null;
    return state.site !== ALL && size ? `${count(state.down / size)} nodes` : `${count(state.down)} chips`;
  };
  return (
    <div class="moment">
      <h4 data-moment={at}>{moment(grid.startMs, at * grid.stepHours, grid.stepHours)}</h4>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section class="scroll" aria-label="State at the moment shown" tabIndex={0}>
        <table>
          <caption>State at the moment shown</caption>
          <thead>
            <tr>
              <th scope="col">Site</th>
              <th scope="col">Chips</th>
              <th scope="col" class="num">
                At work
              </th>
              {found.classes.length > 1 &&
                found.classes.map((name) => (
                  <th key={name} scope="col" class="num">
                    {named(name)}
                  </th>
                ))}
              {found.down && (
                <th scope="col" class="num">
                  Down
                </th>
              )}
              <th scope="col" class="num">
                Idle
              </th>
              <th scope="col" class="num">
                Jobs waiting
              </th>
              <th scope="col" class="num">
                for chips
              </th>
              <th scope="col" class="num" title={meaning(report, "hourly", "facility_mw").description}>
                Power
              </th>
              {slowed && (
                <th scope="col" class="num" title={meaning(report, "hourly", "speed_share").description}>
                  Speed
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {states.map((state) => (
              <tr key={state.site} data-site={state.site} class={state.site === ALL ? "sum" : ""}>
                <th scope="row">{state.site === ALL ? "All" : (titles.get(state.site) ?? state.site)}</th>
                <td>
                  <Meter state={state} found={found} />
                </td>
                <td class="num">{state.capacity > 0 ? share(state.working / state.capacity) : "–"}</td>
                {state.busy.length > 1 &&
                  state.busy.map((value, index) => (
                    <td key={found.classes[index]} class="num">
                      {count(value)}
                    </td>
                  ))}
                {state.down !== null && <td class="num">{down(state)}</td>}
                <td class="num">{count(state.idle)}</td>
                <td class="num">{large(state.queuedJobs)}</td>
                <td class="num">{large(state.queuedChips)}</td>
                <td class="num">{format(state.powerMw, "MW")}</td>
                {slowed && <td class="num">{state.speed === null ? "–" : share(state.speed)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {grid.stepHours > 1 && (
        <p class="note">
          Means over the {stretchName(grid.stepHours)} that begins then; the results folder has every hour.
        </p>
      )}
    </div>
  );
}

/** Chips in service of a site as a bar. */
function Meter({ state, found }: { state: State; found: Track }) {
  const whole = Math.max(state.capacity, state.working + (state.down ?? 0)) || 1;
  const bars = [
    ...state.busy.map((value, index) => ({ value, colour: bandColour(found.classes[index] ?? "") })),
    { value: state.down ?? 0, colour: "var(--ink)" },
  ];
  return (
    <span class="shares" aria-hidden="true">
      {bars.map(({ value, colour }, index) => (
        <i key={index} style={{ width: `${(value / whole) * 100}%`, background: colour }} />
      ))}
    </span>
  );
}

const FEW = [
  { value: "25", label: "25 largest" },
  { value: "50", label: "50 largest" },
  { value: "200", label: "200 largest" },
];

function Largest({ report, replay }: { report: Report; replay: Control }) {
  const { site, span } = replay;
  const all = useMemo(() => largestJobs(report), [report]);
  const most = Number(chosen("jobs", FEW));
  const jobs = useMemo(() => shownJobs(all, site, span, most), [all, site, span.from, span.to, most]);
  const titles = siteTitles(report);
  const { title, lead } = useMemo(() => finding(all), [all]);
  const names = Object.keys(report.tables.largest_jobs ?? {});
  const classes = [...new Set(jobs.map((job) => job.tenantClass))];
  return (
    <Figure
      report={report}
      id="largest"
      title={title}
      lead={
        <>
          {lead} <Running jobs={all} replay={replay} />
        </>
      }
      unit="time (across), jobs in order of their start (down)"
      source={["largest_jobs", ["eligible_s", "start_s", "end_s", "interruptions"]]}
      how={`from the first start to the last end; the largest by chip-hours that wait or run in the stretch shown${site === ALL ? "" : " at this site"}`}
      keys={[
        { name: "Waits", colour: "var(--soft)", shape: "hatched" },
        ...classes.map((name) => ({ name: named(name), colour: classColour(name) })),
        { name: "3× interrupted three times", colour: "transparent", shape: "none" },
      ]}
      controls={<Pick name="jobs" label="Show" options={FEW} />}
      frame={frame(report, "largest_jobs", names, "largest-jobs")}
    >
      {jobs.length ? (
        <Gantt jobs={jobs} replay={replay} titles={titles} label={`Largest jobs. ${title}.`} />
      ) : (
        <p class="empty">None of the largest jobs waits or runs in this stretch.</p>
      )}
    </Figure>
  );
}

/** What the largest jobs tell, in a title and a sentence. */
function finding(jobs: ReturnType<typeof largestJobs>): { title: string; lead: string } {
  const started = jobs.filter((job) => job.start !== null);
  const waits = started.map((job) => ((job.start as number) - job.eligible) * 3600).sort((a, b) => a - b);
  const hit = jobs.filter((job) => job.interruptions > 0).length;
  const longest = jobs.reduce((most, job) => Math.max(most, job.interruptions), 0);
  const never = jobs.length - started.length;
  const median = waits.length ? (waits[Math.floor(waits.length / 2)] as number) : null;
  return {
    title: `Of the ${count(jobs.length)} largest jobs, half wait ${median === null ? "for ever" : median < 1 ? "not at all" : `${format(median, "s")} or longer`}; ${hit ? `${count(hit)} are interrupted` : "none is interrupted"}`,
    lead: [
      hit ? `The unluckiest is interrupted ${count(longest)} ${longest === 1 ? "time" : "times"}.` : "",
      never ? `${count(never)} never ${never === 1 ? "starts" : "start"}.` : "",
      "Point at a row, or move with the arrow keys, to read it; click for its start.",
    ]
      .filter(Boolean)
      .join(" "),
  };
}

function Running({ jobs, replay }: { jobs: ReturnType<typeof largestJobs>; replay: Control }) {
  const now = useComputed(() => {
    const { waiting, running } = atHour(jobs, replay.site, replay.cursor.value);
    return `At the moment shown ${count(running)} run and ${count(waiting)} wait.`;
  });
  return <span>{now}</span>;
}
