// This module owns the picture of the largest jobs: a row each, the wait hatched, the run in the colour of its class.
import { useRef, useState } from "preact/hooks";
import { count, duration, large } from "../format.ts";
import { classColour, named } from "../parts/names.ts";
import { useWidth } from "../parts/width.ts";
import type { Replay } from "../screens/replay.ts";
import { type Job, piece } from "../shape/jobs.ts";
import { moment, part, type Span, timeTicks } from "../shape/span.ts";
import { Axis, Cursor } from "./Timeline.tsx";

const PX_PER_TICK = 64;
const SECONDS_PER_HOUR = 3600;
/** A bar that ends beyond this share of the span has its count on the left. */
const LATE = 0.92;

interface Props {
  jobs: Job[];
  replay: Replay;
  titles: Map<string, string>;
  label: string;
}

/** Who the job belongs to, and its training run where it is one. */
export const jobName = (job: Job): string => named(job.trainingRun || job.tenant);

/** A job in one sentence. */
export function told(job: Job, startMs: number, titles: Map<string, string>): string {
  const at = (hour: number) => moment(startMs, hour, 1);
  const waited = (job.start ?? Number.NaN) - job.eligible;
  const ran = job.end !== null && job.start !== null ? duration((job.end - job.start) * SECONDS_PER_HOUR) : null;
  const parts = [
    `No. ${job.rank}, ${jobName(job)} (${named(job.tenantClass)}) at ${titles.get(job.site) ?? job.site}: ${count(job.chips)} chips on ${count(job.nodes)} ${job.nodes === 1 ? "node" : "nodes"}`,
    job.start === null
      ? `waits from ${at(job.eligible)} and never starts`
      : `${waited > 0 ? `waits ${duration(waited * SECONDS_PER_HOUR)} and` : "does not wait and"} starts ${at(job.start)}`,
    ...(ran ? [`ends after ${ran}`] : job.start === null ? [] : ["does not end in the simulated time"]),
    `${large(job.chipHours)} chip-hours`,
    ...(job.interruptions
      ? [
          `${count(job.interruptions)} ${job.interruptions === 1 ? "interruption" : "interruptions"}, ${large(job.lostChipHours)} chip-hours lost`,
        ]
      : []),
  ];
  return `${parts.join("; ")}.`;
}

export function Gantt({ jobs, replay, titles, label }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const { span, grid } = replay;
  const [over, setOver] = useState<number | null>(null);
  const [stop, setStop] = useState<number | null>(null);
  const focused = jobs.find((job) => job.job === stop) ?? jobs[0];
  const shown = jobs.find((job) => job.job === over) ?? focused;
  const ticks = timeTicks(grid.startMs, span, Math.max(3, Math.floor(width / PX_PER_TICK)));
  const move = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !focused) return;
    event.preventDefault();
    const next = jobs[jobs.indexOf(focused) + step];
    if (next) event.currentTarget.querySelector<HTMLElement>(`[data-job="${next.job}"]`)?.focus();
  };
  return (
    <div class="gantt">
      <output aria-live="off">{shown ? told(shown, grid.startMs, titles) : ""}</output>
      <div class="gantt-rows">
        <ol aria-label={label} onKeyDown={move}>
          {jobs.map((job) => (
            <li key={job.job} class={job === shown ? "on" : ""}>
              <button
                type="button"
                data-job={job.job}
                tabIndex={job === focused ? 0 : -1}
                aria-label={told(job, grid.startMs, titles)}
                onFocus={() => {
                  setStop(job.job);
                  setOver(null);
                }}
                onPointerEnter={() => setOver(job.job)}
                onPointerLeave={() => setOver(null)}
                onClick={() => replay.seek(job.start ?? job.eligible, true)}
              >
                <span class="gantt-name">
                  <small>{job.rank}</small> {jobName(job)}
                </span>
                <span class="plot">
                  <Bars job={job} span={span} end={replay.whole.to} />
                </span>
              </button>
            </li>
          ))}
        </ol>
        <div class="gantt-over" ref={box}>
          {ticks.map(({ hour }) => (
            <i key={hour} class="grid" style={{ left: `${part(hour, span) * 100}%` }} />
          ))}
          <Cursor cursor={replay.cursor} span={span} />
        </div>
      </div>
      <Axis ticks={ticks} span={span} />
    </div>
  );
}

function Bars({ job, span, end }: { job: Job; span: Span; end: number }) {
  const wait = piece(job.eligible, job.start ?? end, span);
  const run = job.start === null ? null : piece(job.start, job.end ?? end, span);
  const place = ({ from, to }: { from: number; to: number }) => ({
    left: `${from * 100}%`,
    width: `${(to - from) * 100}%`,
  });
  const colour = { "--colour": classColour(job.tenantClass) };
  return (
    <>
      {wait && <i class="wait" style={{ ...place(wait), ...colour }} />}
      {run && <i class="run" style={{ ...place(run), ...colour }} />}
      {run && job.interruptions > 0 && (
        <b style={run.to > LATE ? { right: `${(1 - (wait ?? run).from) * 100}%` } : { left: `${run.to * 100}%` }}>
          {count(job.interruptions)}×
        </b>
      )}
    </>
  );
}
