// This module owns the six headline numbers and the sentences that say what they mean.
import type { ComponentChildren } from "preact";
import type { Report } from "../data.ts";
import { count, date, digits, duration, format, large, money, NBSP, NONE, share } from "../format.ts";
import { named } from "../parts/names.ts";
import { toFirstHour } from "../shape/access.ts";
import { standing } from "../shape/sources.ts";
import { smallUsers } from "../shape/waits.ts";

const DAYS_PER_YEAR = 365;

/** A wait in words: what rounds to no second at all is no wait. */
const waited = (seconds: number): string => (seconds < 0.5 ? "no wait" : duration(seconds));

interface Props {
  figure: string;
  label: string;
  big: string;
  unit?: string;
  children: ComponentChildren;
  meter?: ComponentChildren;
}

function Headline({ figure, label, big, unit, children, meter }: Props) {
  return (
    <article class="headline">
      <h3>{label}</h3>
      <p class="big">
        <span data-figure={figure}>{big}</span>
        {unit && <small> {unit}</small>}
      </p>
      {meter}
      <p class="told">{children}</p>
    </article>
  );
}

function Meter({ part, of }: { part: number; of: number }) {
  const whole = Math.max(part, of);
  return whole > 0 ? (
    <span class="meter" aria-hidden="true">
      <i style={{ width: `${(part / whole) * 100}%` }} />
      <b style={{ left: `${(of / whole) * 100}%` }} />
    </span>
  ) : null;
}

export function Headlines({ report }: { report: Report }) {
  const { summary, scenario } = report;
  const value = (name: string) => summary[name] ?? null;
  const shown = (name: string, how: (value: number) => string) => {
    const found = value(name);
    return found === null ? NONE : how(found);
  };
  const days = scenario.simulation.days;
  const yearly = (name: string, how: (value: number) => string) =>
    shown(name, (found) => how((found * DAYS_PER_YEAR) / days));
  const gap = value("funding_gap_eur") ?? 0;
  const rest = standing(report);
  const users = smallUsers(report);
  // Where the tenth that waits longest starts at once as well, there is no wait to tell.
  const p90 = users.p90 !== null && users.atOnce !== null && users.p90 < 0.5 ? null : users.p90;
  const firstHour = toFirstHour(report, users.tenantClass);
  return (
    <section class="headlines" aria-label="Headline numbers">
      <Headline
        figure="capex_eur"
        label="What the sites cost"
        big={shown("capex_eur", money)}
        meter={<Meter part={value("capex_eur") ?? 0} of={value("budget_eur") ?? 0} />}
      >
        to build and equip them, against a budget of {shown("budget_eur", money)}:{" "}
        <b>{gap > 0 ? `${money(gap)} are missing` : `${money(-gap)} are left`}</b>. Public layers pay{" "}
        {shown("public_share", share)}. Prices of {scenario.programme.base_year}.
      </Headline>
      <Headline figure="chips" label="What is built" big={shown("chips", count)} unit="chips">
        that count as <b>{shown("h100_equivalents", large)} H100-equivalents</b> ({shown("exaflops", digits)}
        {NBSP}EFLOP/s dense 16-bit) and draw <b>{shown("it_mw", (mw) => format(mw, "MW"))} of IT power</b>,{" "}
        {shown("facility_mw", (mw) => format(mw, "MW"))} with cooling.
      </Headline>
      <Headline
        figure="delivered_chip_hours"
        label="Work done"
        big={shown("delivered_chip_hours", large)}
        unit="chip-hours"
        meter={<Meter part={value("utilisation_share") ?? 0} of={1} />}
      >
        used by {shown("jobs", count)} jobs in {days === DAYS_PER_YEAR ? "a year" : `${days} days`}:{" "}
        <b>
          <span data-figure="utilisation_share">{shown("utilisation_share", share)}</span>
        </b>{" "}
        of what the chips in service could do.
      </Headline>
      <Headline
        figure="startup_wait_s"
        label={users.tenant === null ? "How long a start-up waits" : "How long the smallest users wait"}
        big={shown("startup_wait_s", waited)}
      >
        in the queue, at the median of the jobs of{" "}
        {users.tenant === null ? (
          "start-ups"
        ) : (
          <>
            <b>{named(users.tenant)}</b> ({named(users.tenantClass).toLowerCase()}), the tenant with the smallest jobs;
            no start-up takes part
          </>
        )}
        .{" "}
        {users.atOnce !== null && (
          <>
            <b>{share(users.atOnce)}</b> of these jobs start at once
            {p90 === null ? "." : ", and one in ten waits "}
          </>
        )}
        {p90 !== null && (
          <>
            {users.atOnce === null && "One in ten of these jobs waits "}
            <b>{duration(p90)}</b> or longer.
          </>
        )}{" "}
        Over all users, one in ten waits <b>{shown("wait_p90_s", duration)}</b> or longer.
        {firstHour && (
          <>
            {" "}
            From the application to the first chip-hour it is <b>{firstHour}</b> at the median, without the holder’s own
            delay.
          </>
        )}
        {"groups" in report.tables && (
          <>
            {" "}
            <a href="#access">See who gets access, and when</a>.
          </>
        )}
      </Headline>
      <Headline
        figure="energy_mwh"
        label="Energy and carbon"
        big={yearly("energy_mwh", (mwh) => format(mwh, "MWh"))}
        unit="a year"
      >
        of electricity for {yearly("energy_eur", money)}, with emissions of{" "}
        <b>
          <span data-figure="carbon_t">{yearly("carbon_t", (t) => format(t, "tCO2e"))}</span>
        </b>{" "}
        a year (location-based, life cycle){days === DAYS_PER_YEAR ? "" : `; scaled to a year from ${days} days`}.
      </Headline>
      <Headline
        figure="levelised_eur_per_chip_hour"
        label="Price and return"
        big={shown("levelised_eur_per_chip_hour", (eur) => format(eur, "EUR/chip-hour"))}
        unit="per chip-hour"
      >
        is what a delivered chip-hour costs over the sites’ life, discounted at {share(scenario.costs.discount_rate)} a
        year.{" "}
        {value("irr_rate") === null ? (
          <>The project has no internal rate of return: paying users never bring the money back.</>
        ) : (
          <>
            The project returns <b>{shown("irr_rate", share)} a year</b>.
          </>
        )}
      </Headline>
      <p class="note window">
        Operation is simulated from {date(scenario.simulation.start)} over {count(days)} days with seed{" "}
        {report.manifest.seed}. A conditional answer, not a forecast: it rests on {count(rest.facts)} facts of the
        catalogue, <b>{count(rest.unverifiedFacts)} of them unverified</b>, and on {count(rest.values)} values of the
        scenario, <b>{count(rest.assumedValues)} of them assumed</b>. <a href="#sources">See the sources</a>.
      </p>
    </section>
  );
}
