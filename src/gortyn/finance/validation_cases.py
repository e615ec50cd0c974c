"""This module owns the comparison with SAM's single-owner model: the case of the catalogue, and cases from files."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any, Final

import numpy as np

from gortyn.catalogue import Lookup
from gortyn.energy.validation_figure import Figure, source_of
from gortyn.finance.deal import MONTHS_PER_YEAR
from gortyn.finance.metrics import annuity
from gortyn.finance.reference_case import ENTRY, MODELLED, PER_CENT, PlayedCase, SingleOwner, play_case
from gortyn.finance.structure import FundingError
from gortyn.training.checks import Check

DEBT_LIMIT: Final = 1e-6  # unit: share of the loan; what was asked
RATE_LIMIT: Final = 1e-5  # unit: per year; what was asked
COVER_LIMIT: Final = 1e-6  # unit: DSCR
RELATIVE_LIMIT: Final = 1e-6  # unit: share of the cost
LEVEL: Final = "level payments from the weakest year's cash"
READ_BACK: Final = "cost before fee and reserves, and depreciation, are read back from the results of the file"
DEARER: Final = 2
"""Factor on the income of the catalogue's case that lets cash flow carry more debt than there is to pay for."""
INPUTS: Final = (
    *MODELLED,
    "dscr",
    "term_int_rate",
    "term_tenor",
    "cost_debt_fee",
    "dscr_reserve_months",
    "months_working_reserve",
    "reserves_interest",
    "real_discount_rate",
)
TAXES: Final = ("state_tax_rate", "federal_tax_rate")
RESULTS: Final = ("size_of_debt", "cost_installed", "nominal_discount_rate")
SERIES: Final = (
    "cf_total_revenue",
    "cf_operating_expenses",
    "cf_debt_payment_interest",
    "cf_debt_payment_total",
    "cf_energy_net",
    "cf_statax",
    "cf_fedtax",
)
LIMIT: Final = "dscr_limit_debt_fraction"
FINANCING: Final = ("construction_financing_cost", "cost_debt_closing", "cost_other_financing")
COMPARED: Final = ("project_return_aftertax_irr", "project_return_aftertax_npv", "min_dscr", "lcoe_nom", "lcoe_real")
COMPARED_SERIES: Final = ("cf_project_return_aftertax", "cf_debt_balance")


@dataclass(frozen=True, slots=True, eq=False)
class ComparedCase:
    """A single-owner case that was played, beside what its source says.

    Attributes
    ----------
    name : file, or the entry of the catalogue
    case, played : inputs, and what Gortyn makes of them
    expected : results of the source by SAM's names: rates in percent, levelised cost in cents
    series : series of the source that are compared, float64[year] each
    sources : where each result stands
    from_file : whether it is a case of a file
    """

    name: str
    case: SingleOwner
    played: PlayedCase
    expected: Mapping[str, float]
    series: Mapping[str, Sequence[float]]
    sources: Mapping[str, str]
    from_file: bool = True

    @property
    def over_financed(self) -> bool:
        """Whether the source lends more than there is to pay for, which no fund here does."""
        return self.expected["size_of_debt"] > self.expected["cost_installed"]

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be compared, and why."""
        if self.over_financed:
            return ("lends more than all uses of funds; here debt is capped at them, and nothing else is compared",)
        results = (*COMPARED, *COMPARED_SERIES)
        missing = [key for key in results if key in self.sources and key not in (*self.expected, *self.series)]
        none = (f"has no {', '.join(missing)} to compare with",) if missing else ()
        return (READ_BACK, *none) if self.from_file else ()

    def as_data(self) -> dict[str, Any]:
        """The case as `gortyn validate finance --json` prints it; null where a figure does not exist."""
        numbers = {
            "debt_usd": self.played.debt_usd,
            "cost_usd": self.played.cost_usd,
            "debt_share": self.played.debt_share,
            "smallest_dscr": self.played.dscr_min,
            "llcr": self.played.llcr,
            "irr_rate": self.played.irr_rate,
            "npv_usd": self.played.npv_usd,
        }
        shown = {name: value if math.isfinite(value) else None for name, value in numbers.items()}
        return {"case": self.name, **shown, "capped": self.over_financed, "notes": list(self.notes)}


def embedded_case(facts: Lookup) -> ComparedCase:
    """The case of the catalogue."""
    fields = {
        "size_of_debt": ("debt_usd", 1.0),
        "cost_installed": ("installed_usd", 1.0),
        "project_return_aftertax_irr": ("irr_rate", PER_CENT),
        "project_return_aftertax_npv": ("npv_usd", 1.0),
        "min_dscr": ("dscr", 1.0),
        "lcoe_nom": ("levelised_nominal_usd_per_kwh", PER_CENT),
        "lcoe_real": ("levelised_real_usd_per_kwh", PER_CENT),
    }
    expected = {name: facts.number("finance", ENTRY, field) / unit for name, (field, unit) in fields.items()}
    sources = {name: source_of(facts, "finance", ENTRY, field) for name, (field, _) in fields.items()}
    case = SingleOwner.from_catalogue(facts)
    return ComparedCase("SAM single owner", case, play_case(case), expected, {}, sources, from_file=False)


def file_case(name: str, data: Mapping[str, Any]) -> ComparedCase:
    """A case of a file, played.

    Raises
    ------
    ValueError : the file lacks a key, has something else than numbers there, or asks for what is not modelled; each
        line names file and key.
    """
    if faults := [f"{name}: {fault}" for fault in _faults(data)]:
        raise ValueError("\n".join(faults))
    known = [key for key in COMPARED if data.get(key) is not None and math.isfinite(data[key])]
    try:
        case = limited(SingleOwner.from_data(_unlimited(data)), data["inputs"])
        played = play_case(case)
    except FundingError as error:
        message = f"{name}: its loan cannot be settled: {error}"
        raise ValueError(message) from error
    except ValueError as error:
        message = f"{name}: {error}"
        raise ValueError(message) from error
    sources = {key: f"{name}: {key}" for key in (*RESULTS, *COMPARED, *COMPARED_SERIES)}
    expected = {key: float(data[key]) for key in (*RESULTS, *known)}
    label = PurePath(name).name
    return ComparedCase(label, case, played, expected, {k: data[k] for k in COMPARED_SERIES if k in data}, sources)


def limited(case: SingleOwner, inputs: Mapping[str, Any]) -> SingleOwner:
    """The same case with as much cover as its largest debt fraction asks for.

    SAM takes the fraction of the cost of the plant, of its financing but for the loan's fee and reserve, and of a fee
    on the plant in place of the loan; then it lowers all debt service by one factor, which is a loan at higher cover.
    """
    if not inputs[LIMIT]:
        return case
    plant = case.build_usd - sum(inputs[name] for name in FINANCING)
    reserve = case.operating_reserve_months / MONTHS_PER_YEAR * float(case.opex_usd[1])
    most = inputs["dscr_maximum_debt_fraction"] * PER_CENT * (case.build_usd + reserve + case.fee_share * plant)
    return replace(case, dscr=case.dscr * max(1.0, _carried_usd(case) / most))


def case_figures(compared: ComparedCase) -> Iterator[Figure]:
    """Loan, cover, returns and cash of a case beside what its source says."""
    played, expected = compared.played, compared.expected
    cost, debt = expected["cost_installed"], expected["size_of_debt"]

    def figure(what: str, field: str, got: float, limit: float, unit: float = 1.0) -> Figure:
        null = (_level_debt(compared.case), LEVEL) if field == "size_of_debt" else (None, "")
        check = Check(f"{compared.name}: {what}", expected[field] * unit, got, limit, compared.sources[field])
        return Figure(check, False, *null)

    if compared.over_financed:
        check = Check(f"{compared.name}: debt, at most all uses", played.cost_usd, played.debt_usd,
                      DEBT_LIMIT * played.cost_usd, compared.sources["size_of_debt"], at_most=True)  # fmt: skip
        yield Figure(check, False, debt, "debt of the source")
        return
    yield figure("debt", "size_of_debt", played.debt_usd, DEBT_LIMIT * abs(debt))
    yield figure("cost with fee and reserves", "cost_installed", played.cost_usd, RELATIVE_LIMIT * cost)
    if "project_return_aftertax_irr" in expected:
        if math.isnan(played.irr_rate):
            source = compared.sources["project_return_aftertax_irr"]
            yield Figure(Check(f"{compared.name}: owner's IRR exists", 1, 0, 0, source), False)
        else:
            yield figure("owner's IRR", "project_return_aftertax_irr", played.irr_rate, RATE_LIMIT, PER_CENT)
    if "project_return_aftertax_npv" in expected:
        yield figure("owner's NPV", "project_return_aftertax_npv", played.npv_usd, RELATIVE_LIMIT * cost)
    yield from _cover_figures(compared)
    for field, got in (
        ("lcoe_nom", played.levelised_nominal_usd_per_kwh),
        ("lcoe_real", played.levelised_real_usd_per_kwh),
    ):
        if field in expected:
            name = f"levelised cost, {'nominal' if field == 'lcoe_nom' else 'real'} [USD/kWh]"
            yield figure(name, field, got, RELATIVE_LIMIT * abs(expected[field]), PER_CENT)
    found = {"cf_project_return_aftertax": played.flow_usd, "cf_debt_balance": played.balance_usd}
    for field, series in compared.series.items():
        worst = float(np.abs(found[field] - np.asarray(series, dtype=np.float64)).max())
        what = "owner's cash" if field == "cf_project_return_aftertax" else "loan"
        name = f"{compared.name}: {what}, largest difference of any year"
        yield Figure(Check(name, 0.0, worst, RELATIVE_LIMIT * cost, compared.sources[field]), False)


def capped_figure(facts: Lookup) -> Figure:
    """Debt of a case whose cash flow could carry more than there is to pay for."""
    case = SingleOwner.from_catalogue(facts)
    case = replace(case, revenue_usd=case.revenue_usd * DEARER)
    played = play_case(case)
    told = f"{source_of(facts, 'finance', ENTRY, 'debt_usd')}; income times {DEARER}"
    check = Check(
        "SAM single owner, dearer: debt over all uses", 1.0, played.debt_share, DEBT_LIMIT, told, at_most=True
    )
    return Figure(check, False, _carried_usd(case) / played.cost_usd, "debt that the cash flow carries")


def _cover_figures(compared: ComparedCase) -> Iterator[Figure]:
    """Every DSCR is the one that the loan was sculpted to, and the LLCR with it."""
    played, aim = compared.played, compared.case.dscr
    if not math.isfinite(played.dscr_min):
        return
    source = compared.sources.get("min_dscr", compared.name)
    apart = float(np.nanmax(np.abs(played.dscr - aim)))
    if "min_dscr" in compared.expected:
        expected = compared.expected["min_dscr"]
        yield Figure(Check(f"{compared.name}: smallest DSCR", expected, played.dscr_min, COVER_LIMIT, source), False)
    name = f"{compared.name}: DSCR less {aim:g}, largest of any year"
    yield Figure(Check(name, 0.0, apart, COVER_LIMIT, source), False)
    yield Figure(Check(f"{compared.name}: LLCR", aim, played.llcr, COVER_LIMIT, f"{source}; the DSCR"), False)


def _serving(case: SingleOwner) -> tuple[np.ndarray[Any, np.dtype[np.float64]], int]:
    """What may go to the loan in each year of its tenor [USD], and years of the tenor."""
    years = min(round(case.tenor_years), case.revenue_usd.size - 1)
    return (case.revenue_usd - case.opex_usd)[1 : years + 1] / case.dscr, years


def _carried_usd(case: SingleOwner) -> float:
    """Present value of what may go to the loan, at its interest."""
    service, years = _serving(case)
    return float(service @ (1 + case.interest_rate) ** -np.arange(1.0, years + 1))


def _level_debt(case: SingleOwner) -> float:
    """Loan that equal payments serve, each as large as the weakest year allows."""
    service, years = _serving(case)
    return float(service.min()) / annuity(1.0, case.interest_rate, years)


def _unlimited(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The file without a largest debt fraction, which `limited` sees to."""
    inputs = data["inputs"]
    return {**data, "inputs": {**inputs, LIMIT: 0.0}} if inputs[LIMIT] == 1 else data


def _faults(data: Mapping[str, Any]) -> Iterator[str]:
    """What a file lacks, or has as something else than numbers."""
    inputs = data.get("inputs")
    if not isinstance(inputs, Mapping):
        yield "inputs: is missing" if "inputs" not in data else "inputs: must be an object"
        return
    needed = (*INPUTS, *FINANCING, "dscr_maximum_debt_fraction") if inputs.get(LIMIT) == 1 else INPUTS
    yield from (f"inputs.{key}: {fault}" for key in needed if (fault := _number_fault(inputs, key)))
    if inputs.get(LIMIT) == 1 and not inputs.get("dscr_maximum_debt_fraction"):
        yield "inputs.dscr_maximum_debt_fraction: must be more than 0"
    for key in TAXES:
        value = inputs.get(key)
        rate = {key: value[0]} if isinstance(value, list) and value else inputs
        if fault := _number_fault(rate, key):
            yield f"inputs.{key}: {fault}"
    yield from (f"{key}: {fault}" for key in RESULTS if (fault := _number_fault(data, key)))
    size: int | None = None
    for key in (*SERIES, *(key for key in COMPARED_SERIES if key in data)):
        if fault := _series_fault(data, key, size):
            yield f"{key}: {fault}"
        else:
            size = len(data[key])
    yield from (
        f"{key}: must be a number" for key in COMPARED if data.get(key) is not None and not _is_number(data[key])
    )
    if not _number_fault(inputs, "term_tenor") and size is not None and not 1 <= inputs["term_tenor"] < size:
        yield f"inputs.term_tenor: is {inputs['term_tenor']:g}, must be from 1 to the {size - 1} years of operation"
    if not _number_fault(inputs, "dscr") and inputs["dscr"] <= 0:
        yield f"inputs.dscr: is {inputs['dscr']:g}, must be more than 0"


def _number_fault(data: Mapping[str, Any], key: str) -> str:
    if key not in data:
        return "is missing"
    if not _is_number(data[key]):
        return "must be a number"
    return "" if math.isfinite(data[key]) else "must be finite"


def _series_fault(data: Mapping[str, Any], key: str, size: int | None) -> str:
    if key not in data:
        return "is missing"
    values = data[key]
    if not isinstance(values, list) or not all(_is_number(one) and math.isfinite(one) for one in values):
        return "must be a list of numbers, one for each year"
    if size is None and len(values) < 2:
        return f"has {len(values)} values; a case has a year of construction and at least one of operation"
    return f"has {len(values)} values, series before it have {size}" if size not in (None, len(values)) else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
