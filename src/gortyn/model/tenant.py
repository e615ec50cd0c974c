"""This module owns the tenant: who uses the machines, how much, with what jobs and at what price."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gortyn.model.access import ChipHours, CountryShare, TenantClass
from gortyn.model.costs import Currency
from gortyn.model.noun import Fault, Noun, Slug, refuse
from gortyn.model.units import Count, Hours, Share, Unit, Years


class Service(Noun):
    """An inference service that grows and shrinks with the hour of the day; the tenant's jobs are its replicas."""

    swing_share: Share = 0.6
    """How far the quietest hour of the day lies below the busiest, as a share of the busiest (assumed)."""


class ForeignPrice(Noun):
    """A price in another currency than the euro."""

    currency: Currency
    """Three capital letters of ISO 4217; its rate stands in `costs`."""
    amount: Annotated[float, Unit("currency/chip-hour"), Field(ge=0, allow_inf_nan=False)]
    """Price of a chip-hour in that currency."""


class Offtake(Noun):
    """A contract to take, or else to pay for, part of what is installed, from the first day of operation."""

    chips: Count
    """Chips contracted around the clock, at all sites together."""
    years: Years
    """Length of the contract."""
    take_or_pay_share: Share = 1.0
    """Share of the contracted chip-hours that is paid whether used or not (assumed: all)."""


class Tenant(Noun):
    """One group of users that send jobs to the sites; what kind is said by `mix`, or by sizes and run times here."""

    name: Slug
    """Short name of the tenant."""
    tenant_class: TenantClass
    """Class under which waits and shares are reported."""
    demand_share: Share
    """Chip-hours that the tenant asks for, as a share of all chip-hours of the chips in operation."""
    mix: str | None = None
    """Mix of job types of the catalogue, for example llm-development: sizes, run times, batches and ends of jobs as
    measured there. Left out, jobs are lognormal as stated below."""
    mix_scale: Annotated[float, Unit("1"), Field(ge=1, le=1000)] = 1.0
    """Factor on the sizes of the large job types of the mix, for a cluster larger than the measured one (assumed)."""
    job_chips: Count | None = None
    """Median number of chips of a job; not with `mix`."""
    job_chips_spread: Annotated[float, Unit("1"), Field(ge=0, le=3)] = 1.0
    """Standard deviation of the natural logarithm of a job's chips (lognormal)."""
    job_chips_max: Count
    """Largest job that the tenant sends."""
    run_hours: Hours | None = None
    """Median run time of a job; not with `mix`. Of a service, nothing: its replicas last as the load does."""
    run_hours_spread: Annotated[float, Unit("1"), Field(ge=0, le=4)] = 1.2
    """Standard deviation of the natural logarithm of a job's run time (lognormal)."""
    walltime_factor: Annotated[float, Unit("1"), Field(ge=1, le=100)] = 2.0
    """Requested over actual run time; the request is cut at the walltime limit."""
    batch_jobs: Annotated[float, Unit("count"), Field(ge=1, le=1000)] = 1.0
    """Mean number of jobs that are sent together, for instance the evaluations of a sweep; not with `mix`."""
    service: Service | None = None
    """An elastic inference service in place of jobs; `job_chips` are those of a replica."""
    qos: Literal["urgent", "standard", "leftover"] = "standard"
    """Urgent jobs go first and stop others where they must; leftovers fill idle nodes and give way to all."""
    qos_priority: Annotated[float, Unit("1"), Field(ge=0, le=1)] = 0.5
    """Quality of service as a factor of the multifactor priority."""
    account: Slug | None = None
    """Account that the fair share charges; left out, one of the tenant's own."""
    quota_chips: Count | None = None
    """Chips that the tenant may use at once, at all sites together."""
    quota_chip_hours: Annotated[float, Unit("chip-hours"), Field(gt=0)] | None = None
    """Chip-hours that the tenant may use in each `quota_days`."""
    quota_days: Annotated[float, Unit("days"), Field(gt=0, le=3660)] = 30.0
    """Days after which the chip-hours of the quota are granted anew."""
    home: Slug | None = None
    """Site at which the jobs stay; left out, they are sent to all in proportion to their chips."""
    data_tb: Annotated[float, Unit("TB"), Field(ge=0, le=1e6)] = 0.0
    """Data that travel with a job that runs elsewhere than it was sent to."""
    defer_hours: Annotated[float, Unit("h"), Field(ge=0, le=720)] = 0.0
    """How long a job may be put off to cheaper or cleaner hours; 0: not at all."""
    defer_by: Literal["price", "carbon"] = "price"
    """What makes an hour a good one for jobs that are put off."""
    chains: bool = False
    """Whether a run longer than the walltime limit goes on in a further job from its checkpoint, or is cut."""
    checkpoints: bool = True
    """Whether the jobs write checkpoints; without, a job that is stopped begins again."""
    active_power_share: Share | None = None
    """Mean power of a node that runs its jobs, as a share of full load; left out, that of its kind of work."""
    price_eur_per_chip_hour: Annotated[float, Unit("EUR/chip-hour"), Field(ge=0, le=100)] = 0.0
    """Price before any discount; 0 where access has none."""
    foreign_price: ForeignPrice | None = None
    """The price in another currency, in place of the one in euros."""
    discount_share: Share = 0.0
    """Part of the price that is waived, for instance for start-ups; 1 where access is free."""
    offtake: Offtake | None = None
    """What the tenant pays for whether it uses it or not, as an anchor customer does."""
    mode: Slug | None = None
    """Mode of access through which its members apply; left out, they send jobs without applying. With a mode,
    `demand_share` is what they apply for, and jobs come of what is granted."""
    grant_chip_hours: ChipHours | None = None
    """Median of what an application asks for, within the limits of the mode; left out, the programme's usual grant."""
    grant_spread: Annotated[float, Unit("1"), Field(ge=0, le=3)] = 0.7
    """Standard deviation of the natural logarithm of what applications ask for (lognormal; assumed)."""
    used_share: Share = 0.8
    """Part of a grant that its holder uses on average before it lapses (assumed)."""
    countries: tuple[CountryShare, ...] = ()
    """Where applications come from; left out, by population from the countries that the mode is open to, or from those
    that take part where it is open to any."""
    sensitive: Slug | None = None
    """Kind of sensitive data in its jobs, which run only in enclaves that take it."""
    data_space: Slug | None = None
    """Data space that `stage_tb` comes from; its links bound how fast that is."""
    stage_tb: Annotated[float, Unit("TB"), Field(ge=0, le=1e6)] = 0.0
    """Data that each job brings into its enclave before it may start."""
    members: Count | None = None
    """Organisations that the tenant stands for; left out, as many as grants of usual size its chip-hours make."""

    @model_validator(mode="after")
    def _sizes_fit(self) -> Self:
        faults: list[Fault] = []
        if self.job_chips is not None and self.job_chips > self.job_chips_max:
            message = f"is {self.job_chips_max}, less than the median {self.job_chips}"
            faults.append(Fault(("job_chips_max",), message))
        if self.mix is not None:
            stated = [name for name in ("job_chips", "run_hours", "service") if getattr(self, name) is not None]
            faults += [Fault((name,), "the mix has it already: give one of the two") for name in stated]
        else:
            needed = ("job_chips",) if self.service else ("job_chips", "run_hours")
            missing = [name for name in needed if getattr(self, name) is None]
            faults += [Fault((), f"{name} is missing; or name a mix of the catalogue") for name in missing]
        if self.service and self.run_hours is not None:
            faults.append(Fault(("run_hours",), "a service has none: its replicas last as the load does"))
        if self.service and self.mode is not None:
            faults.append(Fault(("mode",), "a service has none: its load does not come of grants"))
        if self.stage_tb and self.sensitive is None:
            faults.append(Fault(("stage_tb",), "is only for jobs of an enclave: say which data are sensitive"))
        if self.foreign_price and self.price_eur_per_chip_hour:
            message = "is given in euros already: give one of the two"
            faults.append(Fault(("foreign_price",), message))
        refuse(faults)
        return self
