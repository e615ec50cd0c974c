"""This module owns the rules of access: modes to apply for, who applies, enclaves for sensitive data, data spaces."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from gortyn.model.noun import Fault, Noun, Slug, refuse
from gortyn.model.units import Count, Day, FromCatalogue, IfInCatalogue, Share, Unit

TenantClass = Literal["start-up", "sme", "research", "public", "industry", "anchor"]
CLASSES: tuple[TenantClass, ...] = get_args(TenantClass)
Criterion = Literal["legal-entity", "civil-use", "ai-act", "ethics"]
CRITERIA: tuple[Criterion, ...] = get_args(Criterion)
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Days = Annotated[float, Unit("days"), Field(ge=0, le=3660)]
WorkingDays = Annotated[float, Unit("working days"), Field(ge=0, le=2610)]
ChipHours = Annotated[float, Unit("chip-hours"), Field(gt=0, le=1e12)]
AllocationMonths = Annotated[float, Unit("months"), Field(gt=0, le=120)]
LinkGbitPerS = Annotated[float, Unit("Gbit/s"), Field(gt=0, le=1e5)]


class Mode(Noun):
    """One way to get compute time: who may ask, for how much, when it is decided, how long a grant lasts, its price.

    A mode that bears the name of an access mode of the catalogue takes from there what it does not say.
    """

    name: Slug
    """Short name, for example fast-lane."""
    title: Annotated[str | None, FromCatalogue("access_modes/{name}/name")] = None
    """Name as printed."""
    classes: Annotated[tuple[TenantClass, ...], Field(min_length=1)] = CLASSES
    """Classes of applicants that qualify."""
    countries: Literal["union", "participating", "any"] = "participating"
    """Where the applicant is established: in the Union, in a state that takes part in EuroHPC, or anywhere."""
    conditions: tuple[Criterion, ...] = CRITERIA
    """What else must hold: a legal entity, civil use, obligations of the AI Act met, ethical use."""
    least_chip_hours: Annotated[
        Annotated[float, Unit("chip-hours"), Field(ge=0, le=1e12)] | None,
        IfInCatalogue("access_modes/{name}/chip_hours_minimum"),
    ] = None
    """Least that can be asked for."""
    most_chip_hours: Annotated[ChipHours | None, IfInCatalogue("access_modes/{name}/chip_hours_limit")] = None
    """Most that can be asked for."""
    allocation_months: Annotated[
        AllocationMonths | None,
        FromCatalogue("access_modes/{name}/allocation_months", "access_modes/regular/allocation_months"),
    ] = None
    """How long a grant lasts; what is not used by then lapses."""
    processing_working_days: Annotated[
        WorkingDays | None, IfInCatalogue("access_modes/{name}/time_to_grant_working_days")
    ] = None
    """Working days from cut-off (or application, where there is none) to the first day of the grant."""
    processing_days: Annotated[Days | None, IfInCatalogue("access_modes/{name}/time_to_grant_days")] = None
    """The same in days of the calendar, where it is not stated in working days."""
    cutoffs: tuple[Day, ...] = ()
    """Dates on which applications are collected, in their order; left out, as often as `cutoffs_per_year` says."""
    cutoffs_per_year: Annotated[
        Annotated[float, Unit("1"), Field(gt=0, le=366)] | None,
        IfInCatalogue("access_modes/{name}/cutoffs_per_year"),
    ] = None
    """Cut-offs a year, evenly from the first of January; where neither is stated, applications are decided in order."""
    pass_share: Share = 0.7
    """Share of the eligible applications that the review finds good enough (assumed)."""
    chip_hours_share: Share | None = None
    """Share of all chip-hours in operation that the mode may grant; left out, as much as is asked for."""
    patience_days: Days = 60.0
    """How long an applicant of a mode without cut-offs waits for hours before giving up (assumed)."""
    price_eur_per_chip_hour: Annotated[float, Unit("EUR/chip-hour"), Field(ge=0, le=100)] | None = None
    """Price for those who pay; left out, that of the tenant."""
    free_for: tuple[TenantClass, ...] = ()
    """Classes that pay nothing."""

    @model_validator(mode="after")
    def _limits_are_ordered(self) -> Self:
        faults: list[Fault] = []
        least, most = self.least_chip_hours, self.most_chip_hours
        if least is not None and most is not None and least > most:
            message = f"is {most:,.0f}, less than least_chip_hours ({least:,.0f})"
            faults.append(Fault(("most_chip_hours",), message))
        for index, (earlier, later) in enumerate(zip(self.cutoffs, self.cutoffs[1:], strict=False)):
            if later <= earlier:
                faults.append(Fault(("cutoffs", index + 1), f"{later} is not after {earlier}"))
        faults += [
            Fault(("free_for", index), f"{one} does not qualify for this mode")
            for index, one in enumerate(self.free_for)
            if one not in self.classes
        ]
        refuse(faults)
        return self


class CountryShare(Noun):
    """A country, and how many of a tenant's applications come from there relative to the others."""

    country: CountryCode
    """ISO 3166-1 alpha-2 code, in capitals (GR for Greece)."""
    weight: Annotated[float, Unit("1"), Field(gt=0, le=1e9)] = 1.0
    """Applications from there, relative to those from the other countries."""


class Applicants(Noun):
    """What the rules find wrong with applications; nobody publishes how often they do."""

    no_legal_entity_share: Share = 0.02
    """Share of applications without a legal entity behind them (assumed)."""
    not_civil_share: Share = 0.005
    """Share for other than civil use (assumed)."""
    ai_act_share: Share = 0.02
    """Share that does not meet its obligations under the AI Act (assumed)."""
    unethical_share: Share = 0.005
    """Share that the ethics check refuses (assumed)."""


class Enclave(Noun):
    """Nodes of a machine that only work on sensitive data, apart from all others."""

    name: Slug
    """Short name of the enclave."""
    site: Slug
    """Site."""
    machine: Slug
    """Machine of that site whose nodes it takes."""
    chips: Count
    """Chips set apart, rounded up to whole nodes."""
    takes: Annotated[tuple[Slug, ...], Field(min_length=1)] = ("health",)
    """Kinds of sensitive data that are admitted."""
    overhead_share: Annotated[Share | None, FromCatalogue("enclaves/confidential-computing/overhead_share")] = None
    """Longer run time of a job for its isolation, as a share of the run time without."""
    permit_days: Annotated[Days | None, FromCatalogue("enclaves/data-permit/days")] = None
    """Days from the grant until the data may be used, for the permit of their holder."""
    staging_gbit_per_s: LinkGbitPerS = 10.0
    """Rate at which the data of a job come in through the gate of the enclave (assumed)."""
    clean_hours: Annotated[float, Unit("h"), Field(ge=0, le=720)] = 0.25
    """Time after which nodes are wiped and handed to the next job (assumed); each job carries its own."""


class DataSpace(Noun):
    """A pool of data that jobs and training runs draw on; a name of the catalogue brings its figures."""

    name: Slug
    """Short name, for example health."""
    title: Annotated[str | None, FromCatalogue("data_spaces/{name}/name")] = None
    """Name as printed."""
    size_tb: Annotated[
        Annotated[float, Unit("TB"), Field(ge=0, le=1e9)] | None, FromCatalogue("data_spaces/{name}/size_tb")
    ] = None
    """Data held, in the year `of_year`."""
    tokens: Annotated[
        Annotated[float, Unit("tokens"), Field(ge=0, le=1e18)] | None, FromCatalogue("data_spaces/{name}/tokens")
    ] = None
    """Tokens to train on that are in them, once each."""
    growth_share_per_year: Annotated[
        Annotated[float, Unit("share/year"), Field(ge=-1, le=10)] | None,
        FromCatalogue("data_spaces/{name}/growth_share_per_year"),
    ] = None
    """Growth of both a year."""
    of_year: Annotated[
        Annotated[float, Unit("1"), Field(ge=2000, le=2200)] | None, FromCatalogue("data_spaces/{name}/of_year")
    ] = None
    """Year, as a decimal number, of size and tokens."""
    sensitive: Annotated[Slug | None, IfInCatalogue("data_spaces/{name}/sensitive")] = None
    """Kind of sensitive data, which only enclaves that take it may hold; left out, none."""
    country: CountryCode | None = None
    """Where the data lie; left out, in the country of the site that uses them."""
    link_gbit_per_s: Annotated[
        LinkGbitPerS | None, FromCatalogue("data_spaces/{name}/link_gbit_per_s", "networks/holder/gbit_per_s")
    ] = None
    """Rate of the link of those who hold the data."""
    licence: Annotated[str | None, FromCatalogue("data_spaces/{name}/licence")] = None
    """Terms of use, in a few words."""
    trains: bool = True
    """Whether the licence lets models be trained on them."""


class AccessRules(Noun):
    """How users come to the machines: modes, enclaves, data."""

    modes: tuple[Mode, ...] = ()
    """Modes of access; tenants name the one through which they apply."""
    applicants: Applicants = Applicants()
    """What the rules find wrong with applications."""
    enclaves: tuple[Enclave, ...] = ()
    """Enclaves for sensitive data."""
    data_spaces: tuple[DataSpace, ...] = ()
    """Data spaces; tenants and training runs name those that they use."""
    transfer_share: Share = 0.25
    """Part of a link that one transfer gets beside all others (assumed)."""
    most_epochs: Annotated[float, Unit("1"), Field(ge=1, le=100)] = 4.0
    """How often the same tokens are repeated before they count as missing (Muennighoff et al. 2023: up to four)."""

    def mode(self, name: str) -> Mode:
        """Return the mode of that name."""
        return next(mode for mode in self.modes if mode.name == name)
