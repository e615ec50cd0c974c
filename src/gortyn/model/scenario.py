"""This module owns the scenario: one programme, its fund, its sites and machines, who uses them and how they run."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gortyn.model.access import AccessRules, TenantClass
from gortyn.model.costs import Costs
from gortyn.model.fund import Fund
from gortyn.model.machine import Machine
from gortyn.model.noun import Noun, Slug
from gortyn.model.operations import Operations, Simulation
from gortyn.model.programme import Programme
from gortyn.model.risk import Risk
from gortyn.model.site import Site
from gortyn.model.siting import Siting
from gortyn.model.tenant import Tenant
from gortyn.model.training_run import TrainingRun


class Scenario(Noun):
    """Everything that one run needs to know; the file a user writes."""

    name: Slug
    """Short name; results folders start with it."""
    title: str
    """Title of the report."""
    summary: str
    """What the scenario shows, in a sentence or two."""
    programme: Programme
    """Announcement and money."""
    fund: Fund
    """Layers of capital."""
    costs: Costs = Costs()
    """Unit costs and financial rates."""
    machines: Annotated[tuple[Machine, ...], Field(min_length=1)]
    """Kinds of machine that phases install."""
    sites: Annotated[tuple[Site, ...], Field(min_length=1)]
    """Locations."""
    tenants: Annotated[tuple[Tenant, ...], Field(min_length=1)]
    """Who sends jobs."""
    training_runs: tuple[TrainingRun, ...] = ()
    """Named training runs."""
    access: AccessRules = AccessRules()
    """Modes of access, enclaves and data spaces."""
    operations: Operations = Operations()
    """Queueing policy and failures."""
    risk: Risk = Risk()
    """How far things may go otherwise than planned."""
    siting: Siting | None = None
    """Where to build, for `gortyn site`; left out, the catalogue's candidates and usual limits."""
    simulation: Simulation
    """Simulated window and seed."""

    def machine(self, name: str) -> Machine:
        """Return the machine of that name."""
        return next(machine for machine in self.machines if machine.name == name)

    def eur_per_unit(self, currency: str) -> float | None:
        """Euros for one unit of a currency; None where the scenario has no rate for it."""
        if currency == "EUR":
            return 1.0
        rates = {one.currency: one.units_per_euro for one in self.costs.exchange} | {"USD": self.costs.usd_per_eur}
        rate = rates.get(currency)
        return None if rate is None else 1 / rate

    def list_price_eur_per_chip_hour(self, tenant: Tenant) -> float:
        """Price of a tenant before its discount [EUR/chip-hour], in prices of the base year; that of its mode, if any.

        Raises
        ------
        ValueError : there is no rate for its currency.
        """
        of_mode = None if tenant.mode is None else self.access.mode(tenant.mode).price_eur_per_chip_hour
        return self._own_price_eur_per_chip_hour(tenant) if of_mode is None else of_mode

    def _own_price_eur_per_chip_hour(self, tenant: Tenant) -> float:
        if tenant.foreign_price is None:
            return tenant.price_eur_per_chip_hour
        rate = self.eur_per_unit(tenant.foreign_price.currency)
        if rate is None:
            message = (
                f"tenant '{tenant.name}' is priced in {tenant.foreign_price.currency}, and costs has no rate for it"
            )
            raise ValueError(message)
        return tenant.foreign_price.amount * rate

    def paid_price_eur_per_chip_hour(self, tenant: Tenant) -> float:
        """Price that a tenant pays, its discount taken off [EUR/chip-hour], in prices of the base year."""
        price = self.price_eur_per_chip_hour(tenant.tenant_class, tenant.mode, tenant)
        assert price is not None  # every tenant has one
        return price

    def price_eur_per_chip_hour(
        self, tenant_class: TenantClass, mode: str | None, tenant: Tenant | None
    ) -> float | None:
        """Price that a class pays through a mode [EUR/chip-hour], in prices of the base year.

        Nothing where the mode is free for the class; else the price of the mode, else that of the tenant whom the
        applicant is like. What the tenant is let off comes off its own price, and off the mode's if it is of the mode.

        Parameters
        ----------
        tenant_class : of whoever pays
        mode : name of a mode of the scenario; None outside of any
        tenant : of that mode, or of none; None where there is none like the applicant

        Returns
        -------
        None where neither the mode nor a tenant has a price.

        Raises
        ------
        ValueError : there is no rate for the currency of the tenant's price.
        """
        way = None if mode is None else self.access.mode(mode)
        if way is not None and tenant_class in way.free_for:
            return 0.0
        listed = None if way is None else way.price_eur_per_chip_hour
        let_off = 0.0 if tenant is None or (listed is not None and tenant.mode != mode) else tenant.discount_share
        if listed is None and tenant is not None:
            listed = self._own_price_eur_per_chip_hour(tenant)
        return None if listed is None else listed * (1 - let_off)
