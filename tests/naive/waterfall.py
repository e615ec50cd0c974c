"""Waterfall of a project, and draws of it, in plain objects; works on fractions, so that nothing has to be rounded.

Specification of `gortyn.kernels.waterfall` and `gortyn.kernels.money_draws`. Takes the same tuples with lists of
numbers in the place of arrays, and returns dictionaries of lists.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

from gortyn.kernels.waterfall_types import Base, Cash, Deal, Kind, Pay, Shocks


class Reserve:
    """An account of the project that shall hold a target."""

    def __init__(self, target_eur: Any, fill_eur: Any) -> None:
        self.target_eur, self.fill_eur, self.held = target_eur, fill_eur, 0

    def take(self, amount: Any) -> Any:
        """Pay as much of an amount as is there."""
        taken = min(amount, self.held)
        self.held -= taken
        return taken

    def surplus(self, period: int) -> Any:
        """Fill as planned and give back what stands above the target."""
        self.held += self.fill_eur[period]
        return self.take(max(self.held - self.target_eur[period], 0))

    def top_up(self, period: int, free: Any) -> Any:
        """Take from free cash what is missing."""
        missing = min(max(self.target_eur[period] - self.held, 0), free)
        self.held += missing
        return missing


class Loan:
    """A debt layer, with the account that stands behind it."""

    def __init__(self, deal: Deal, layer: int, rate: Any) -> None:
        self.rate, self.pays_from, self.left = rate, deal.pays_from[layer], deal.left_share[layer]
        self.reserve = Reserve(deal.debt_target_eur[layer], deal.debt_fill_eur[layer])
        self.lent = self.principal = self.interest = self.accrued = self.due = self.arrears = 0

    def planned(self, period: int) -> Any:
        """What is left of all that was lent, by the schedule."""
        return self.left[period] * self.lent if period >= 0 else 0

    def begin(self, period: int, drawn: Any) -> None:
        """Draw, bear interest, and find out what is due by the schedule."""
        scheduled = self.planned(period - 1)
        self.accrued = self.rate * self.principal
        paying = period >= self.pays_from
        self.interest = self.accrued if paying else 0
        lent = drawn if paying else drawn + self.accrued
        self.principal += lent
        self.lent += lent
        self.due = max(scheduled + lent - self.planned(period), 0) + (self.rate * scheduled if paying else 0)

    def behind(self, period: int) -> Any:
        """What brings the loan back to its schedule."""
        return self.interest + max(self.principal - self.planned(period), 0)

    def credit(self, amount: Any) -> None:
        """Be paid: interest first."""
        interest = min(amount, self.interest)
        self.interest -= interest
        self.principal -= amount - interest

    def shorten(self, period: int) -> None:
        """Where the loan has fallen below its schedule, go on as if just that had been lent which leads to here."""
        if self.principal < self.planned(period):
            self.lent = self.principal / self.left[period]

    def end(self, period: int) -> None:
        """Add interest that nobody paid, and note what is owed beyond the schedule."""
        self.principal += self.interest
        self.interest = 0
        self.arrears = max(self.principal - self.planned(period), 0)


class Project:
    """A project between its financiers: everything that moves is written down by period in `book`."""

    def __init__(self, deal: Deal, cash: Cash, rate_shift: Any) -> None:
        self.deal, self.cash, self.layers = deal, cash, len(deal.kind)
        self.rates = [max(r + f * rate_shift, 0) for r, f in zip(deal.rate, deal.floating, strict=True)]
        none = [0] * len(cash.operating_eur)
        self.loans = {i: Loan(deal, i, self.rates[i]) for i in self.of(Kind.DEBT)}
        # Accounts of layers without a loan are filled and emptied like any other.
        self.reserves = {i: Reserve(deal.debt_target_eur[i], deal.debt_fill_eur[i]) for i in range(self.layers)}
        self.reserves |= {i: loan.reserve for i, loan in self.loans.items()}
        self.operating = Reserve(deal.operating_target_eur, deal.operating_fill_eur)
        self.refresh = Reserve(deal.refresh_target_eur, none)
        self.claims: dict[int, Any] = defaultdict(int)
        self.kept = self.deficit = self.losses = self.owed = self.free = self.cfads = self.profit = 0
        self.book: dict[tuple[Any, ...], Any] = defaultdict(int)

    def of(self, kind: Kind) -> list[int]:
        """Layers of a kind."""
        return [i for i, one in enumerate(self.deal.kind) if one == kind]

    def accounts(self) -> list[Reserve]:
        """All reserve accounts."""
        return [*self.reserves.values(), self.operating, self.refresh]

    def releases(self, account: Reserve, period: int) -> bool:
        """Whether an account gives back what it holds too much; what is saved for a refresh waits for one."""
        last = period == len(self.cash.refresh_eur) - 1
        return account is not self.refresh or last or self.cash.refresh_eur[period] > 0

    def write(self, what: str, who: int | None, period: int, amount: Any) -> None:
        """Write a movement down."""
        self.book[what, who, period] += amount

    def total(self, what: str, who: int | None, period: int) -> Any:
        """What was written down."""
        return self.book.get((what, who, period), 0)

    # What comes before the steps.

    def raise_money(self, period: int) -> Any:
        """Draw on the layers; what nobody pays is returned."""
        plan = [self.deal.draw_eur[i][period] for i in range(self.layers)]
        need, refresh = self.cash.need_eur[period], self.cash.refresh_eur[period]
        refresh -= self.refresh.take(refresh)
        promised = any(self.deal.overrun)
        if sum(plan) and (need < sum(plan) or not promised):
            plan = [part * need / sum(plan) for part in plan]
        open_eur = need - sum(plan) + refresh
        for i in range(self.layers):
            self.write("drawn", i, period, plan[i] + self.deal.overrun[i] * open_eur)
        return 0 if promised else open_eur

    def begin(self, period: int) -> None:
        """Bring loans, claims, reserves and free cash to where the steps start."""
        opening = [account.held for account in self.accounts()]
        short = self.raise_money(period)
        for i, loan in self.loans.items():
            loan.begin(period, self.total("drawn", i, period))
        for i in self.of(Kind.BEARER):
            self.claims[i] += self.rates[i] * self.claims[i] + self.total("drawn", i, period)
        for i, layer in enumerate(self.deal.covers):
            self.claims[self.layers + i] *= 1 + self.rates[layer]
        earned = self.deal.reserve_rate * sum(opening)
        released = sum(account.surplus(period) for account in self.accounts() if self.releases(account, period))
        operating = self.cash.operating_eur[period]
        cash = operating + earned + released + self.kept - self.deficit - short
        if cash < 0:
            cash += self.operating.take(-cash)
        self.free, self.deficit, self.kept = max(cash, 0), max(-cash, 0), 0
        self.cfads = operating - self.cash.residual_eur[period]
        self.profit = operating + earned - self.cash.depreciation_eur[period]
        self.profit -= sum(loan.interest for loan in self.loans.values())
        self.covered = {i: self.total("balance", layer, period - 1) for i, layer in enumerate(self.deal.covers)}

    # Steps: each returns what it takes of the free cash.

    def tax(self, period: int) -> Any:
        if self.deal.refund:
            tax = self.deal.tax_rate * self.profit
        else:
            used = max(min(self.losses, self.profit), 0)
            self.losses += max(-self.profit, 0) - used
            tax = self.deal.tax_rate * max(self.profit - used, 0)
        self.owed += tax
        paid = min(self.owed, self.free)
        self.owed -= paid
        self.write("tax", None, period, paid)
        if not self.debt_served:
            self.cfads -= paid
        return paid

    def fee(self, to: int, period: int) -> Any:
        paid = min(self.deal.fee_rate[to] * self.deal.cover_share[to] * self.covered[to], self.free)
        self.write("received", self.layers + to, period, paid)
        return paid

    def pay_loan(self, layer: int, period: int, claim: Any) -> tuple[Any, Any]:
        """Pay a lender from cash, then from the loan's reserve; what cash paid, and what is missing."""
        cash = min(claim, self.free)
        reserve = self.loans[layer].reserve.take(claim - cash)
        self.loans[layer].credit(cash + reserve)
        self.write("received", layer, period, cash + reserve)
        return cash, claim - cash - reserve

    def interest(self, to: int, period: int) -> Any:
        self.debt_served = True
        return self.pay_loan(to, period, self.loans[to].interest)[0] if to in self.loans else 0

    def principal(self, to: int, period: int) -> Any:
        self.debt_served = True
        if to not in self.loans:
            return 0
        cash, arrears = self.pay_loan(to, period, self.loans[to].behind(period))
        missed = max(arrears - self.loans[to].arrears, 0)
        self.write("missed", to, period, missed)
        open_eur = missed
        for i, layer in enumerate(self.deal.covers):
            if layer == to:
                called = min(self.deal.cover_share[i] * missed, open_eur)
                open_eur -= called
                self.loans[to].credit(called)
                self.claims[self.layers + i] += called
                self.write("drawn", self.layers + i, period, called)
                self.write("received", to, period, called)
        return cash

    def sweep(self, to: int, period: int) -> Any:
        if to not in self.loans:
            return 0
        loan = self.loans[to]
        paid = min(loan.principal + loan.interest, self.free)
        loan.credit(paid)
        loan.shorten(period)
        self.write("received", to, period, paid)
        return paid

    def settle(self, party: int, period: int) -> Any:
        """Pay a bearer or a guarantor what it may claim."""
        paid = min(self.claims[party], self.free)
        self.claims[party] -= paid
        self.write("received", party, period, paid)
        return paid

    def lock_up(self, period: int) -> Any:
        due = sum(loan.due for loan in self.loans.values())
        last = period == len(self.cash.operating_eur) - 1
        if last or not due or self.cfads >= self.deal.lock_up * due:
            return 0
        self.kept += self.free
        return self.free

    def rest(self, period: int) -> Any:
        for i in range(self.layers):
            self.write("received", i, period, self.deal.rest[i] * self.free)
        return sum(self.deal.rest) * self.free

    def pay(self, what: int, to: int, period: int) -> Any:
        """Carry out a step."""
        steps = {
            Pay.TAX: lambda: self.tax(period),
            Pay.GUARANTEE_FEE: lambda: self.fee(to, period),
            Pay.INTEREST: lambda: self.interest(to, period),
            Pay.PRINCIPAL: lambda: self.principal(to, period),
            Pay.DEBT_RESERVE: lambda: self.reserves[to].top_up(period, self.free),
            Pay.RECOVERY: lambda: self.settle(self.layers + to, period),
            Pay.OPERATING_RESERVE: lambda: self.operating.top_up(period, self.free),
            Pay.REFRESH_RESERVE: lambda: self.refresh.top_up(period, self.free),
            Pay.SWEEP: lambda: self.sweep(to, period),
            Pay.LOCK_UP: lambda: self.lock_up(period),
            Pay.RETURN: lambda: self.settle(to, period),
            Pay.REST: lambda: self.rest(period),
        }
        return steps[Pay(what)]()

    def play(self, period: int) -> None:
        """One period."""
        self.begin(period)
        self.debt_served = False
        for i, (what, to) in enumerate(self.deal.steps):
            paid = self.pay(what, to, period)
            self.free -= paid
            self.write("paid", i, period, paid)
        self.kept += self.free
        for i, loan in self.loans.items():
            loan.end(period)
            self.write("interest", i, period, loan.accrued)
            self.write("due", i, period, loan.due)
            self.write("balance", i, period, loan.principal)
        for i, account in self.reserves.items():
            self.write("debt_reserve", i, period, account.held)
        for name in ("cfads", "kept", "deficit"):
            self.write(name, None, period, getattr(self, name))
        self.write("operating_reserve", None, period, self.operating.held)
        self.write("refresh_reserve", None, period, self.refresh.held)


def pour(deal: Deal, cash: Cash, rate_shift: Any) -> dict[str, Any]:
    """Fields of `Poured` as lists."""
    project, periods = Project(deal, cash, rate_shift), range(len(cash.operating_eur))
    for period in periods:
        project.play(period)
    layers, parties = range(project.layers), range(project.layers + len(deal.covers))
    rows = {"drawn": parties, "received": parties, "paid": range(len(deal.steps))}
    rows |= dict.fromkeys(("interest", "due", "missed", "balance", "debt_reserve"), layers)
    found = {f"{what}_eur": [[project.total(what, i, q) for q in periods] for i in who] for what, who in rows.items()}
    for what in ("tax", "cfads", "operating_reserve", "refresh_reserve", "kept", "deficit"):
        found[f"{what}_eur"] = [project.total(what, None, q) for q in periods]
    return found


# Draws.


def late(amounts: Any, delay: Any, growth: Any = 1) -> list[Any]:
    """Amounts, each moved later, to the prices there, which grow by a factor a period.

    One that falls between two periods is split, and what leaves the end is lost.
    """
    moved = [0] * len(amounts)
    whole = delay // 1
    for period, amount in enumerate(amounts):
        for target, part in ((period + whole, 1 - delay + whole), (period + whole + 1, delay - whole)):
            if target < len(moved):
                moved[int(target)] += part * amount * growth ** (target - period)
    return moved


def use_factor(base: Base, failure_rates: Any, demand: Any) -> Any:
    """Use over planned use: demand times working chips over planned ones, but no more than all that work."""
    working = max(1 - base.lost_share * sum(failure_rates) / len(failure_rates), 0)
    used, planned = sum(base.use), 1 - base.lost_share
    if not used or not planned:
        return 0
    return min(demand * working / planned, max(working / used, working / planned))


def site_lines(base: Base, shocks: Shocks, draw: int, site: int, factor: Any) -> dict[str, list[Any]]:
    """What a site costs, earns and offers under the shocks of a draw, with its delay."""
    chips, power = shocks.chip_price[draw], shocks.power_price[draw][site]
    part = {name: getattr(base, name)[site] for name in Base._fields[:12]}
    periods = range(len(base.price_index))
    use = 1 + part["energy_slope"] * (factor - 1)
    energy = [use * (part["market_energy_eur"][q] * power + part["other_energy_eur"][q]) for q in periods]
    bought = [part["chips_depreciation_eur"][q] * chips for q in periods]
    lines = {
        "cost": [energy[q] + part["other_eur"][q] for q in periods],
        "income": part["income_eur"],
        "residual": part["residual_eur"],
    }
    refresh = [part["refresh_eur"][q] * chips for q in periods]
    written_off = [bought[q] + part["building_depreciation_eur"][q] for q in periods]
    delay, growth = shocks.delay[draw][site], base.growth
    moved = {name: late(line, delay, growth) for name, line in lines.items()}
    moved |= {"depreciation": late(written_off, delay), "hours": late(part["chip_hours"], delay)}
    return moved | {"refresh": late(refresh, math.ceil(delay), growth)}


def compose(base: Base, extra_eur: Any, shocks: Shocks, draw: int) -> tuple[Any, dict[str, list[Any]]]:
    """Cash of a draw, and what else is told of it by period."""
    factor = use_factor(base, shocks.failure_rate[draw], shocks.demand[draw])
    sites, periods = range(len(base.chips_eur)), range(len(base.price_index))
    lines = [site_lines(base, shocks, draw, site, factor) for site in sites]
    total = {name: [sum(line[name][q] for line in lines) for q in periods] for name in lines[0]}
    operating, delivered = [], []
    for q in periods:
        planned = sum(base.chip_hours[site][q] for site in sites)
        there = min(total["hours"][q] / planned, 1) if planned else 0
        used = [use * factor * total["hours"][q] for use in base.use]
        charged = [max(hours, there * base.floor_chip_hours[t][q]) for t, hours in enumerate(used)]
        revenue = base.price_index[q] * sum(p * h for p, h in zip(base.price_eur, charged, strict=True))
        operating.append(revenue + total["income"][q] + total["residual"][q] - total["cost"][q])
        delivered.append(sum(used))
    price = shocks.chip_price[draw]
    capital = [sum(price * base.chips_eur[s][q] + base.building_eur[s][q] for s in sites) for q in periods]
    need = [capital[q] + extra_eur[q] for q in periods]
    gained = [total["income"][q] + total["residual"][q] for q in periods]
    cost = [capital[q] + total["refresh"][q] + total["cost"][q] - gained[q] for q in periods]
    net = [operating[q] - capital[q] - total["refresh"][q] for q in periods]
    told = {"net_eur": net, "cost_eur": cost, "delivered_chip_hours": delivered}
    series: dict[str, Any] = {"operating_eur": operating, "need_eur": need}
    series |= {f"{name}_eur": total[name] for name in ("refresh", "depreciation", "residual")}
    return Cash(**series), told


def play(deal: Deal, base: Base, extra_eur: Any, shocks: Shocks) -> list[dict[str, Any]]:
    """Fields of `Drawn`, a dictionary for each draw; None for a DSCR that there is not."""
    found = []
    for draw in range(len(shocks.demand)):
        cash, told = compose(base, extra_eur, shocks, draw)
        poured = pour(deal, cash, shocks.interest_rate[draw])
        drawn, received = poured["drawn_eur"], poured["received_eur"]
        due = [sum(column) for column in zip(*poured["due_eur"], strict=True)]
        covers = [cfads / one for cfads, one in zip(poured["cfads_eur"], due, strict=True) if one]
        locks = [row for (what, _), row in zip(deal.steps, poured["paid_eur"], strict=True) if what == Pay.LOCK_UP]
        told |= {
            "flow_eur": [[r - d for r, d in zip(*rows, strict=True)] for rows in zip(received, drawn, strict=True)],
            "drawn_eur": [sum(row) for row in drawn],
            "tax_eur": poured["tax_eur"],
            "dscr_min": min(covers, default=None),
            "missed_eur": [sum(row) for row in poured["missed_eur"]],
            "unpaid_eur": [row[-1] for row in poured["balance_eur"]],
            "locked": sum(any(column) for column in zip(*locks, strict=True)),
            "deficit_eur": poured["deficit_eur"][-1],
        }
        found.append(told)
    return found
