"""This module owns the claims about facts: what was selected, paid and launched, against the record."""

from __future__ import annotations

import math
from typing import Final

from gortyn.claims.charts import bars
from gortyn.claims.text import BILLION, MILLION, eur, listed, number, percent, sentence
from gortyn.claims.tolerance import near
from gortyn.claims.verdict import Case, Claim, Evaluator, Finding, Role, grade

KIND: Final = "comparators"
FIRST_ROUND: Final = "2024-12"
PRESS: Final = "InvestAI-press"
FACTORIES: Final = "AI factories"
BY_RECORD: Final = "A fact of the past: no scenario changes it."


def _rounds(case: Case) -> dict[str, int]:
    """AI factories by the month of their selection, oldest first."""
    catalogue = case.facts.catalogue
    months = [
        catalogue.fact("ai_factories", entry, "round").text.split()[-1]
        for entry in catalogue.entries("ai_factories")
        if catalogue.has("ai_factories", entry, "round")
    ]
    case.facts.number("programme", "ai-factories", "count")
    return {month: months.count(month) for month in sorted(set(months))}


def _counted(claim: Claim, case: Case, found: int, told: str) -> Finding:
    rounds = _rounds(case)
    listing = listed(f"{number(count)} in {month}" for month, count in rounds.items())
    bars_of: list[tuple[str, Role, float]] = [(f"selected {month}", "record", count) for month, count in rounds.items()]
    return Finding(
        verdict=grade(holds=found == claim.number, partly=False),
        sentence=told,
        found=f"Selected: {listing}; {number(sum(rounds.values()))} in all.",
        why=f"{BY_RECORD} {claim.record}",
        baseline=f"{number(sum(rounds.values()))} AI factories selected by October 2025",
        found_value=float(found),
        figures=bars(
            FACTORIES, [("claimed", "claimed", claim.number), *bars_of, ("in all", "record", sum(rounds.values()))]
        ),
    )


def first_factories(claim: Claim, case: Case) -> Finding:
    """S13: AI factories of the first round."""
    first = _rounds(case).get(FIRST_ROUND, 0)
    return _counted(
        claim, case, first, f"{number(first)} AI factories were selected in December 2024, as the text says."
    )


def later_factories(claim: Claim, case: Case) -> Finding:
    """S14: AI factories that came after the first round."""
    later = {month: count for month, count in _rounds(case).items() if month != FIRST_ROUND}
    listing = listed(f"{number(count)} in {month}" for month, count in later.items())
    total = sum(later.values())
    told = f"Not {number(claim.number)} but {number(total)} more AI factories came: {listing}."
    return _counted(claim, case, total, told)


def all_factories(claim: Claim, case: Case) -> Finding:
    """S15: AI factories of all rounds."""
    rounds = _rounds(case)
    sums = [sum(list(rounds.values())[: place + 1]) for place in range(len(rounds))]
    told = f"There never were {number(claim.number)}: {listed(map(number, sums))} after each round."
    return _counted(claim, case, sums[-1], told)


def present_investment(claim: Claim, case: Case) -> Finding:
    """S16: present public investment in AI."""
    amount = case.facts.number(KIND, PRESS, "present_public_eur") / BILLION
    return Finding(
        verdict=grade(holds=False, partly=near(amount, claim.number)),
        condition="present means all of 2021 to 2027, and what the Member States pay counts beside the Union's money",
        sentence=f"{eur(amount * BILLION)} is right for seven years of supercomputers and AI factories together, from "
        "the Union and its states.",
        found=f"Another report of the day has {eur(amount * BILLION)} for AI factories, from the Union and the Member "
        f"States. {claim.record}",
        why=BY_RECORD,
        baseline=f"{eur(amount * BILLION / 7)} a year",  # source: claim S16, 2021-2027
        found_value=amount,
        figures=bars(claim.unit, [("claimed", "claimed", claim.number), ("another report", "record", amount)]),
    )


def bank(_: Claim, case: Case) -> Finding:
    """S21: the European Investment Bank commits itself."""
    role = case.facts.text("finance", "eib", "role")
    signed = case.facts.fact("finance", "eib", "role").date
    share = sum(one.share for one in case.scenario.fund.layers if one.provider == "development-bank")
    return Finding(
        verdict="holds",
        sentence=f"The bank signed a memorandum on {signed}: {role}; no amount is stated.",
        found=f"Memorandum of {signed}: {role}. In this scenario development banks bring {percent(share)} of the "
        "capital.",
        why=f"{BY_RECORD} A commitment without an amount is kept by any.",
        found_value=share * 100,
        unit="%",
        inputs=("fund.layers.*.share",),
    )


def _named(claim: Claim, case: Case, entry: str, field: str, subject: str) -> Finding:
    """Names of a list in the claim that another source has too."""
    said = [name.strip() for name in str(claim.value).split(",")]
    record = case.facts.text(KIND, entry, field)
    there = [name for name in said if name.split()[0].casefold() in record.casefold()]
    missing = [name for name in said if name not in there]
    return Finding(
        verdict=grade(holds=not missing, partly=bool(there)),
        condition=f"calls for {listed(missing)} come as well; the other source does not name them",
        sentence=f"Another source names {number(len(there))} of the {number(len(said))} {subject}: {listed(there)}.",
        found=f"Another source has: {record}.",
        why=f"{BY_RECORD} {claim.record}",
        found_value=float(len(there)),
        unit=subject,
        claimed_value=float(len(said)),
        figures=bars(subject, [("claimed", "claimed", len(said)), ("in another source", "record", len(there))]),
    )


def programmes(claim: Claim, case: Case) -> Finding:
    """S22: programmes that pay for generative AI."""
    return _named(claim, case, "AI-package-2024", "programmes", "programmes")


def genai_sectors(claim: Claim, case: Case) -> Finding:
    """S23: sectors of GenAI4EU."""
    return _named(claim, case, "GenAI4EU", "sectors", "sectors")


def first_money(claim: Claim, case: Case) -> Finding:
    """S30: programmes that the first money comes from."""
    return _named(claim, case, PRESS, "first_money", "programmes")


def research_council(_: Claim, case: Case) -> Finding:
    """S24: a European AI Research Council is created."""
    launched = case.facts.text(KIND, "RAISE", "launched")
    pilot = case.facts.number(KIND, "RAISE", "pilot_eur")
    what = case.facts.text(KIND, "RAISE", "remark")
    return Finding(
        verdict="holds_if",
        condition="RAISE grows into one: so far it is a virtual institute with a pilot, and a permanent body is "
        "planned for 2028 on",
        sentence=f"No council, but a pilot named RAISE began on {launched} with {eur(pilot)}.",
        found=f"RAISE was launched on {launched}: {what}. Its pilot has {eur(pilot)}.",
        why=BY_RECORD,
        found_value=pilot / MILLION,
        unit="m EUR",
        figures=bars("m EUR", [("pilot of RAISE", "record", pilot / MILLION)]),
    )


def apply_ai(claim: Claim, case: Case) -> Finding:
    """S25: the Apply AI strategy starts in its year."""
    adopted = case.facts.text(KIND, "Apply-AI", "adopted")
    amount = case.facts.number(KIND, "Apply-AI", "mobilised_eur")
    year = float(adopted[:4])
    return Finding(
        verdict=grade(holds=year == claim.number, partly=False),
        sentence=f"The strategy was adopted on {adopted}, in the year that was said, with about {eur(amount)}.",
        found=f"Adopted on {adopted}, about {eur(amount)}.",
        why=BY_RECORD,
        found_value=year,
    )


def _dated(claim: Claim, case: Case, kind: str, entry: str, field: str, what: str) -> Finding:
    on = case.facts.text(kind, entry, field)
    others = [str(one.value) for one in case.facts.fact(kind, entry, field).conflicts]
    other = f"; another source has {listed(others)}" if others else ""
    return Finding(
        verdict=grade(holds=on == claim.value, partly=claim.value in others),
        condition="the other of the printed dates is right",
        sentence=f"{what} on {on}{other}.",
        found=f"Other sources have {on}{other}.",
        why=f"{BY_RECORD} {claim.record}",
    )


def launch(claim: Claim, case: Case) -> Finding:
    """S28: the day InvestAI was launched."""
    return _dated(claim, case, "programme", "investai-announced", "date", "InvestAI was launched")


def text_date(claim: Claim, case: Case) -> Finding:
    """S60: the day of a text, by that of what it reports."""
    return _dated(claim, case, KIND, "AI-package-2024", "launched", "What the text reports was presented")


def open_source(claim: Claim, case: Case) -> Finding:
    """S29: money for open-source AI before."""
    budget = case.facts.fact(KIND, "OpenEuroLLM", "budget_eur")
    union = case.facts.number(KIND, "OpenEuroLLM", "union_eur") / MILLION
    printed = [one.number / MILLION for one in (budget, *budget.conflicts)]
    return Finding(
        verdict=grade(holds=near(printed[0], claim.number), partly=any(near(one, claim.number) for one in printed)),
        condition=f"the highest of {number(len(printed))} printed budgets is right, and what its partners bring "
        f"counts: the Union pays {number(union)} m",
        sentence=f"The project had {number(printed[0])} m EUR by the news of its start, {number(union)} m of it from "
        f"the Union; others print up to {number(max(printed))} m.",
        found=f"Budgets of OpenEuroLLM in print, m EUR: {listed(map(number, printed))}; from the Union "
        f"{number(union)}.",
        why=BY_RECORD,
        baseline=f"{number(printed[0])} m EUR at its start",
        found_value=printed[0],
        figures=bars(
            claim.unit,
            [
                ("claimed", "claimed", claim.number),
                *((one.citations[0].citation, "record", one.number / MILLION) for one in (budget, *budget.conflicts)),
                ("from the Union", "record", union),
            ],
        ),
    )


def ai_supercomputers(claim: Claim, case: Case) -> Finding:
    """S48: money for EuroHPC supercomputers for AI."""
    called = case.facts.number(KIND, "EuroHPC-calls-2024", "total_eur") / BILLION
    committed = case.facts.number("programme", "ai-factories", "cost_eur") / BILLION
    return Finding(
        verdict=grade(holds=committed >= claim.number, partly=near(called, claim.number)),
        condition="the calls count, not what was committed",
        sentence=f"Calls of 2024 had {eur(called * BILLION)}, and by October 2025 more than "
        f"{eur(committed * BILLION)} were committed, about half from the Union.",
        found=f"Called for: {eur(called * BILLION)}; committed: more than {eur(committed * BILLION)}.",
        why=f"{BY_RECORD} Holds if as much was committed.",
        baseline=f"{eur(called * BILLION)} in the calls of September 2024",
        found_value=committed,
        break_even_value=claim.number,
        break_even="bn EUR committed",
        figures=bars(
            claim.unit,
            [
                ("claimed", "claimed", claim.number),
                ("calls of 2024", "record", called),
                ("committed by October 2025", "record", committed),
            ],
        ),
    )


def eurohpc(claim: Claim, case: Case) -> Finding:
    """S49: money for EuroHPC over ten years."""
    low, high = (claim.number if bound is None else bound for bound in (claim.low, claim.high))
    with_states = case.facts.number(KIND, PRESS, "present_public_eur") / BILLION
    return Finding(
        verdict=grade(holds=False, partly=low <= claim.number <= max(high, with_states)),
        condition=f"about {number(claim.number - low)} bn were spent from 2018 to 2020, on top of the {number(low)} bn "
        "that other sources have for 2021 to 2027",
        sentence=f"It lies between the {number(low)} and {number(with_states)} bn EUR that other sources print for "
        "other years and payers.",
        found=sentence(f"other sources have {number(low)} to {number(high)} bn EUR"),
        why=f"{BY_RECORD} {claim.record}",
        found_value=math.nan,
        figures=bars(
            claim.unit,
            [
                ("claimed", "claimed", claim.number),
                ("lowest other figure", "record", low),
                ("with states", "record", high),
            ],
        ),
    )


EVALUATORS: Final[dict[str, Evaluator]] = {
    "S13": first_factories,
    "S14": later_factories,
    "S15": all_factories,
    "S16": present_investment,
    "S21": bank,
    "S22": programmes,
    "S23": genai_sectors,
    "S24": research_council,
    "S25": apply_ai,
    "S28": launch,
    "S29": open_source,
    "S30": first_money,
    "S48": ai_supercomputers,
    "S49": eurohpc,
    "S60": text_date,
}
