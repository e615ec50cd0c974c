"""This module owns the fund: the layers of capital that pay for the sites, and the order in which cash serves them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from gortyn.model.noun import Fault, Noun, Slug, refuse
from gortyn.model.units import Months, Quarters, Rate, Ratio, Share, Years

SHARE_TOLERANCE = 1e-6

LayerKind = Literal[
    "grant", "capacity-purchase", "senior-debt", "mezzanine", "first-loss", "preferred-equity", "equity"
]
Provider = Literal["union", "state", "development-bank", "private"]
Payment = Literal[
    "tax", "guarantee-fee", "interest", "principal", "debt-reserve", "recovery", "operating-reserve", "refresh-reserve",
    "sweep", "lock-up", "return", "rest",
]  # fmt: skip

TO_DEBT: Final = ("interest", "principal", "debt-reserve", "sweep")
TO_GUARANTEE: Final = ("guarantee-fee", "recovery")
TO_BEARER: Final = ("return",)


class Layer(Noun):
    """One layer of capital: who provides which share of the uses of funds, in what form, for what return."""

    name: Slug
    """Short name of the layer."""
    kind: LayerKind
    """Form of the money; it decides how the layer is served from cash flow."""
    provider: Provider
    """Who stands behind it; union and state are public, development-bank counts as private capital at public risk."""
    share: Share
    """Share of the uses of funds that the layer pays: capex, fees and first fill of reserves. A debt layer that is
    sculpted or capped may end up smaller; common equity then pays the rest."""
    return_rate: Rate = 0.0
    """Interest of a debt layer, or the annual return that an equity layer asks for; 0 for grants. Per year, real where
    `costs.inflation_rate` is 0, nominal otherwise."""
    compute_share: Share | None = None
    """Share of the compute time that a capacity purchase buys for `programme.purchase_years`; left out, its share of
    all sources."""
    tenor_years: Years = 5.0
    """Years from the end of construction by which a debt layer is repaid, grace included."""
    repayment: Literal["annuity", "sculpted", "bullet"] = "annuity"
    """Level payments, payments that keep the DSCR level, or all at the end of the tenor."""
    dscr: Ratio = 1.3
    """Debt service cover ratio that a sculpted layer keeps together with the debt before it."""
    grace_quarters: Quarters = 0
    """Quarters after the end of construction in which a debt layer takes interest only."""
    fee_share: Share = 0.0
    """Arrangement fee on the loan, paid at the first drawdown."""
    reserve_months: Months = 0.0
    """Months of debt service that a reserve account of this debt layer holds."""
    floating: bool = False
    """Whether the interest moves with the market's; fixed, it is that of financial close."""

    @property
    def public(self) -> bool:
        """Whether the money is public (Union or state)."""
        return self.provider in ("union", "state")

    @property
    def is_debt(self) -> bool:
        """Whether the layer is lent and repaid with interest."""
        return self.kind in ("senior-debt", "mezzanine")

    @property
    def is_given(self) -> bool:
        """Whether no money comes back: a grant, or a purchase that is repaid in compute time."""
        return self.kind in ("grant", "capacity-purchase")

    @property
    def bears_risk(self) -> bool:
        """Whether the layer is served from what is left after debt."""
        return not (self.is_debt or self.is_given)

    @model_validator(mode="after")
    def _terms_fit_the_kind(self) -> Self:
        quarters_per_year = 4
        if self.is_debt and self.grace_quarters >= self.tenor_years * quarters_per_year:
            message = f"is {self.grace_quarters}, so nothing of the tenor of {self.tenor_years:g} years is left"
            refuse([Fault(("grace_quarters",), message)])
        if self.compute_share is not None and self.kind != "capacity-purchase":
            refuse([Fault(("compute_share",), f"is that of a capacity-purchase, and this is of kind {self.kind}")])
        return self


class Guarantee(Noun):
    """A promise to pay part of what a debt layer is owed and does not get."""

    name: Slug
    """Short name of the guarantee."""
    provider: Provider
    """Who promises."""
    layer: Slug
    """Debt layer that is covered."""
    share: Share
    """Share of each missed payment that the guarantor makes good; the project then owes it to the guarantor."""
    fee_rate: Rate = 0.0
    """Fee per year on the covered part of the loan."""


class Step(Noun):
    """One step of the waterfall: what is paid from the cash that is left, and to whom."""

    pay: Payment
    """What is paid."""
    to: Slug | None = None
    """Layer or guarantee that is paid; none for tax, operating-reserve, refresh-reserve, lock-up and rest."""


class Fund(Noun):
    """The layers in order of payment: the first is served first, the last bears the first loss."""

    layers: Annotated[tuple[Layer, ...], Field(min_length=1)]
    """Layers of capital, most senior first; their shares sum to 1."""
    guarantees: tuple[Guarantee, ...] = ()
    """Promises that stand behind debt layers."""
    drawdown: Literal["pro-rata", "equity-first"] = "pro-rata"
    """Whether each euro of construction is paid by all layers, or by all others before debt is drawn."""
    gearing_cap_share: Share = 1.0
    """Largest share of debt in the uses of funds."""
    lock_up_dscr: Ratio | None = None
    """DSCR below which cash is kept back from what follows the lock-up in the waterfall; left out, none is."""
    default_dscr: Ratio = 1.0
    """DSCR below which a quarter counts as a default."""
    operating_reserve_months: Months = 0.0
    """Months of operating cost that a reserve account holds."""
    reserve_rate: Rate = 0.0
    """Interest on what reserve accounts hold, per year."""
    waterfall: tuple[Step, ...] = ()
    """Order of payments from the cash flow of a quarter; left out, tax, fees of guarantors, then each debt layer in
    order (interest, principal, reserve, what its guarantors paid), reserves of the project, lock-up, returns of the
    other layers in order, rest to equity."""

    @model_validator(mode="after")
    def _layers_are_whole(self) -> Self:
        faults = repeated_names((*self.layers, *self.guarantees), len(self.layers))
        total = sum(layer.share for layer in self.layers)
        if abs(total - 1) > SHARE_TOLERANCE:
            faults.append(Fault(("layers",), f"shares sum to {total:.6g}, not 1: {_uncovered(total)}"))
        faults += self._cut_debt_needs_equity() if not faults else []
        faults += [] if self.waterfall else self._late_debt()
        faults += self._guarantee_faults()
        faults += list(self._step_faults()) if self.waterfall else []
        refuse(faults)
        return self

    def _cut_debt_needs_equity(self) -> list[Fault]:
        """Debt that may be cut below its share leaves uses uncovered unless common equity pays for them."""
        if any(layer.kind == "equity" for layer in self.layers):
            return []
        sculpted = [i for i, layer in enumerate(self.layers) if layer.is_debt and layer.repayment == "sculpted"]
        why = "may come out smaller than its share, and no layer of common equity is there to pay the rest"
        faults = [Fault(("layers", i, "repayment"), f"is sculpted, so the layer {why}") for i in sculpted]
        debt = sum(layer.share for layer in self.layers if layer.is_debt)
        if debt > self.gearing_cap_share + SHARE_TOLERANCE:
            message = f"is {self.gearing_cap_share:g}, so debt of {debt:g} {why}"
            faults.append(Fault(("gearing_cap_share",), message))
        return faults

    def _late_debt(self) -> list[Fault]:
        """Debt is paid before what bears risk, so that listed after it the order of the list would be a wrong one."""
        bearers = [i for i, layer in enumerate(self.layers) if layer.bears_risk]
        first = min(bearers, default=len(self.layers))
        why = (
            f"is lent, so paid before '{self.layers[first].name}'; list it first, or state a waterfall"
            if bearers
            else ""
        )
        late = [i for i, layer in enumerate(self.layers) if layer.is_debt and i > first]
        return [Fault(("layers", i, "kind"), why) for i in late]

    def _guarantee_faults(self) -> list[Fault]:
        debt = {layer.name for layer in self.layers if layer.is_debt}
        return [
            Fault(("guarantees", i, "layer"), f"there is no debt layer '{one.layer}'")
            for i, one in enumerate(self.guarantees)
            if one.layer not in debt
        ]

    def _step_faults(self) -> Iterable[Fault]:
        """Steps that name nothing, come twice, or leave a layer unpaid."""
        debt = [layer.name for layer in self.layers if layer.is_debt]
        bearers = [layer.name for layer in self.layers if layer.bears_risk]
        guarantees = [one.name for one in self.guarantees]
        payees: dict[str, list[Slug]] = {}
        for pays, names in ((TO_DEBT, debt), (TO_GUARANTEE, guarantees), (TO_BEARER, bearers)):
            payees |= dict.fromkeys(pays, names)
        seen: set[tuple[str, str | None]] = set()
        for i, step in enumerate(self.waterfall):
            able = payees.get(step.pay)
            if able is None and step.to is not None:
                yield Fault(("waterfall", i, "to"), f"{step.pay} goes to nobody in particular; leave it out")
            elif able is not None and step.to not in able:
                choice = ", ".join(able) or "none here"
                yield Fault(("waterfall", i, "to"), f"{step.pay} can go to {choice}; is {step.to or 'left out'}")
            if (step.pay, step.to) in seen:
                yield Fault(("waterfall", i), f"{step.pay} {step.to or ''} is there already".replace("  ", " "))
            seen.add((step.pay, step.to))
        needed: list[tuple[str, str | None]] = [("tax", None)]
        needed += [(pay, name) for name in debt for pay in ("interest", "principal")]
        needed += [("return", name) for name in bearers]
        needed += [("debt-reserve", layer.name) for layer in self.layers if layer.is_debt and layer.reserve_months]
        needed += [("operating-reserve", None)] if self.operating_reserve_months else []
        needed += [(pay, one.name) for one in self.guarantees for pay in TO_GUARANTEE]
        needed += [("rest", None)] if any(layer.kind == "equity" for layer in self.layers) else []
        needed += [("lock-up", None)] if self.lock_up_dscr is not None else []
        for pay, to in needed:
            if (pay, to) not in seen:
                yield Fault(("waterfall",), f"has no step {pay}{f' to {to}' if to else ''}")
        if ("rest", None) in seen and self.waterfall[-1].pay != "rest":
            yield Fault(("waterfall",), "rest must be the last step: nothing is left after it")


def _uncovered(total: float) -> str:
    return f"{1 - total:.4g} of the uses is left uncovered" if total < 1 else f"{total - 1:.4g} is paid twice"


def repeated_names(nouns: tuple[Layer | Guarantee, ...], layers: int) -> list[Fault]:
    """Return a fault for every layer or guarantee whose name an earlier one has already."""
    seen: set[str] = set()
    faults: list[Fault] = []
    for index, noun in enumerate(nouns):
        if noun.name in seen:
            place = ("layers", index) if index < layers else ("guarantees", index - layers)
            faults.append(Fault((*place, "name"), f"'{noun.name}' is there already"))
        seen.add(noun.name)
    return faults
