// This module owns the access screen: its order, its lead figures, and the modes of access with what came of them.
import { amount, meaning, number, type Report, rows, text, total } from "../data.ts";
import { count, digits, format, large, share } from "../format.ts";
import { Figure } from "../parts/Figure.tsx";
import { named } from "../parts/names.ts";
import { Pairs } from "../parts/Pairs.tsx";
import { type Col, Table } from "../parts/Table.tsx";
import { cutoffs, limits, modeTitle, toFirstHour, whole } from "../shape/access.ts";
import { Funnel, Refusals, Ways } from "./AccessFunnel.tsx";
import { Groups, Lorenz, PerPerson } from "./AccessShares.tsx";
import { Enclaves, Needs, Spaces, Staging } from "./AccessSpaces.tsx";
import { Tradeoff } from "./AccessTradeoff.tsx";

export function Access({ report }: { report: Report }) {
  return (
    <>
      <Figures report={report} />
      <Modes report={report} />
      <Funnel report={report} />
      <Ways report={report} />
      <Refusals report={report} />
      <PerPerson report={report} />
      <Lorenz report={report} />
      <Groups report={report} />
      <Tradeoff report={report} />
      <Enclaves report={report} />
      <Needs report={report} />
      <Spaces report={report} />
      <Staging report={report} />
    </>
  );
}

function Figures({ report }: { report: Report }) {
  const modes = rows(report, "modes");
  const enclaves = rows(report, "enclaves");
  const [decided, admitted] = [total(modes, "applications"), total(modes, "admitted")];
  const startUps = rows(report, "groups").find((row) => row.grouping === "class" && row.group === "start-up");
  const entries: [string, string | null][] = [
    ["Applications decided", modes.length ? count(decided) : null],
    ["Admitted", decided > 0 ? share(admitted / decided) : null],
    ["Chip-hours granted", modes.length ? large(total(modes, "granted_chip_hours")) : null],
    ["Used in the window", modes.length ? large(total(modes, "used_chip_hours")) : null],
    ["Lapsed unused", modes.length ? large(total(modes, "lapsed_chip_hours")) : null],
    ["Start-ups: application to first chip-hour, median", toFirstHour(report, "start-up")],
    ["Researchers: the same", toFirstHour(report, "research")],
    ["Start-ups get of all chip-hours", startUps ? format(startUps.chip_hours_share, "share") : null],
    ["Chips in enclaves", enclaves.length ? count(total(enclaves, "chips")) : null],
  ];
  return (
    <>
      <p class="lead">
        Who may ask, who is admitted, how long it takes from the application to the first chip-hour, and who ends up
        with what. The time to the first chip-hour is counted without the holder’s own delay between the grant and the
        first job. Waits of jobs in the queue, class by class, are on the screen <a href="#operation">Operation</a>.
      </p>
      <Pairs kind="figures" entries={entries} />
    </>
  );
}

const ESTABLISHED: Record<string, string> = {
  union: "in the Union",
  participating: "in a participating state",
  any: "anywhere",
};

const modeColumns = (report: Report): Col[] => {
  const capacity = rows(report, "operation").reduce((sum, row) => sum + amount(row.capacity_chip_hours), 0);
  const ofCapacity = (chipHours: number) => capacity > 0 && <small>{share(chipHours / capacity)}</small>;
  return [
    { key: "mode", head: "Mode", unit: "text", show: (row) => modeTitle(report, text(row.mode)) },
    {
      key: "classes",
      head: "Who",
      unit: "text",
      show: (row) => (
        <>
          {text(row.classes).split(", ").map(named).join(", ")}
          <small>established {ESTABLISHED[text(row.countries)] ?? text(row.countries)}</small>
        </>
      ),
    },
    {
      key: "most_chip_hours",
      head: "Asks for",
      unit: "text",
      show: (row) => (
        <>
          {limits(row, large)}
          {number(row.allocation_months) !== null && <small>for {format(row.allocation_months, "months")}</small>}
        </>
      ),
    },
    {
      key: "yearly_cutoffs",
      head: "Decided",
      unit: "text",
      show: (row) => (
        <>
          {cutoffs(row)}
          {number(row.processing_days) !== null && <small>{days(amount(row.processing_days))} of processing</small>}
        </>
      ),
    },
    {
      key: "granted_chip_hours",
      head: "Granted, of capacity",
      unit: "chip-hours",
      show: (row) => (
        <>
          {large(amount(row.granted_chip_hours))}
          {ofCapacity(amount(row.granted_chip_hours))}
        </>
      ),
    },
    {
      key: "pool_chip_hours",
      head: "Becomes free, of capacity",
      unit: "chip-hours",
      help: meaning(report, "modes", "pool_chip_hours").description,
      show: (row) =>
        number(row.pool_chip_hours) === null ? (
          "without a bound"
        ) : (
          <>
            {large(amount(row.pool_chip_hours))}
            {ofCapacity(amount(row.pool_chip_hours))}
          </>
        ),
    },
    {
      key: "admitted",
      head: "Admitted",
      unit: "count",
      show: (row) => (
        <>
          {count(amount(row.admitted))} of {count(amount(row.applications))}
          {amount(row.applications) > 0 && <small>{share(amount(row.admitted) / amount(row.applications))}</small>}
        </>
      ),
    },
    {
      key: "used_chip_hours",
      head: "Used",
      unit: "chip-hours",
      show: (row) => (
        <>
          {large(amount(row.used_chip_hours))}
          <small>{large(amount(row.lapsed_chip_hours))} lapsed</small>
        </>
      ),
    },
  ];
};

const days = (value: number): string =>
  value === 1 ? "1 day" : `${Number.isInteger(value) ? count(value) : digits(value)} days`;

function Modes({ report }: { report: Report }) {
  const listed = rows(report, "modes");
  if (!listed.length) {
    return (
      <section class="block">
        <h3>Modes of access</h3>
        <p class="empty">
          This scenario has no modes of access: whoever is a tenant sends jobs without an application. What follows is
          what they get.
        </p>
      </section>
    );
  }
  const [decided, admitted] = [total(listed, "applications"), total(listed, "admitted")];
  return (
    <Figure
      report={report}
      id="modes"
      title={
        decided > 0
          ? `${count(admitted)} of ${count(decided)} applications that were decided in the window are admitted, ${share(admitted / decided)}`
          : "No application was decided in the window"
      }
      lead={`${listed.length === 1 ? "One mode" : `${digits(listed.length).replace(/\.0+$/, "")} modes`} of access: who qualifies, for how much, when it is decided, and what came of it. Becomes free: what the share of the mode adds in the window; with what was saved before it, more than that can be granted.`}
      unit="as in the head of each column"
      source={["modes", ["granted_chip_hours", "pool_chip_hours", "used_chip_hours"]]}
      how="share of the capacity: over the chip-hours of all machines in the window (table operation)"
      frame={whole(report, "modes")}
    >
      <Table class="modes" caption="Modes of access" cols={modeColumns(report)} rows={listed} />
    </Figure>
  );
}
