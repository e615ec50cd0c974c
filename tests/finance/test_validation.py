"""The finance validation: cases of a reference model, an audit that finds what leaks, closed forms, files that lack."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from gortyn.catalogue import load
from gortyn.finance import validation_deals
from gortyn.finance.reference_case import SingleOwner
from gortyn.finance.validation import validate_finance
from gortyn.finance.validation_cases import case_figures, embedded_case, file_case, limited
from gortyn.finance.validation_deals import audit, deal_figures, random_cases
from gortyn.finance.validation_losses import tranche_figures
from gortyn.finance.validation_returns import bisected_irr, tender_figures, worked, worked_figures
from gortyn.kernels.waterfall import pour
from gortyn.kernels.waterfall_types import Kind, Pay

PLAYED = ("short_life", "large_reserves", "capped")


@pytest.fixture(scope="module")
def facts():
    return load().lookup()


@pytest.fixture(scope="module")
def report(facts):
    return validate_finance(facts)


@pytest.fixture
def sam(repo_root):
    def read(name):
        return json.loads((repo_root / "tests" / "data" / "sam" / f"{name}.json").read_text(encoding="utf-8"))

    return read


def figures_of(data):
    return {figure.check.name.split(": ")[1]: figure for figure in case_figures(file_case("case.json", data))}


class TestReport:
    def test_all_that_is_published_is_there_and_holds(self, report):
        names = [figure.check.name for figure in report.figures]
        for word in ("SAM", "dearer", "worked example", "bisection", "levelised cost as price", "random waterfalls"):
            assert any(word in name for name in names), word
        for word in ("tranche 0-15 %", "tranche pool", "project finance: default", "recovered", "lot 1", "public euro"):
            assert any(word in name for name in names), word
        assert report.passed
        assert max(map(len, names)) <= 78

    def test_a_figure_beyond_its_limit_fails_the_report(self, facts, sam):
        report = validate_finance(facts, [("case.json", sam("short_life") | {"min_dscr": 1.31})])
        assert not report.passed
        assert [figure.check.name for figure in report.figures if not figure.check.passed] == [
            "case.json: smallest DSCR"
        ]
        assert f"{len(report.figures)} checks, 1 failed" in list(report.lines())

    def test_it_can_be_written_as_json(self, facts, sam):
        report = validate_finance(facts, [("case.json", sam("uncapped"))])
        data = json.loads(json.dumps(report.as_data(), allow_nan=False))
        assert {"name", "expected", "got", "error", "limit", "passed", "source", "null"} <= set(data["checks"][0])
        assert data["cases"][1]["capped"] is True
        assert len(report.predictions()) == len(data["checks"])


class TestCases:
    def test_the_case_of_the_catalogue_is_that_of_the_reference_model(self, facts, shared_data):
        path = shared_data / "finance" / "sam_single_owner.json"
        data = json.loads(path.read_text(encoding="utf-8"))
        ours, theirs = embedded_case(facts), file_case(path.name, data)
        assert ours.played.debt_usd == pytest.approx(data["size_of_debt"], rel=1e-6)
        assert ours.played.irr_rate == pytest.approx(data["project_return_aftertax_irr"] / 100, abs=1e-5)
        assert theirs.played.flow_usd == pytest.approx(data["cf_project_return_aftertax"], abs=0.01)
        assert theirs.played.balance_usd == pytest.approx(data["cf_debt_balance"], abs=0.01)
        assert ours.played.flow_usd == pytest.approx(theirs.played.flow_usd, abs=0.01)

    @pytest.mark.parametrize("name", PLAYED)
    def test_cases_with_other_terms(self, sam, name):
        """Fifteen years, reserves of a year, a loan cut to the cost of the plant: as the reference model has them."""
        data = sam(name)
        found = figures_of(data)
        assert {"debt", "owner's IRR", "owner's NPV", "smallest DSCR", "LLCR"} <= set(found)
        assert all(figure.check.passed for figure in found.values())
        assert found["debt"].check.got == pytest.approx(data["size_of_debt"], rel=1e-9)

    def test_the_null_model_is_another_loan(self, sam):
        found = figures_of(sam("short_life"))["debt"]
        assert found.null is not None
        assert found.null < found.check.expected * 0.99

    def test_a_loan_above_all_uses_is_cut_to_them(self, sam):
        compared = file_case("case.json", sam("uncapped"))
        (figure,) = case_figures(compared)
        assert figure.check.passed
        assert figure.null is not None
        assert figure.null > figure.check.expected
        assert compared.played.debt_share == pytest.approx(1)
        assert any("capped" in note for note in compared.notes)

    def test_the_largest_debt_fraction_only_ever_adds_cover(self, sam):
        data = sam("short_life")
        case = SingleOwner.from_data(data)
        loose = data["inputs"] | {"dscr_limit_debt_fraction": 1.0, "dscr_maximum_debt_fraction": 99.0}
        assert limited(case, loose).dscr == case.dscr
        tight = loose | {"dscr_maximum_debt_fraction": 10.0}
        assert limited(case, tight).dscr > 2 * case.dscr

    def test_results_that_are_not_there_are_not_compared(self, sam):
        data = sam("short_life")
        del data["lcoe_real"], data["cf_debt_balance"]
        data["project_return_aftertax_irr"] = None
        compared = file_case("case.json", data)
        assert any("project_return_aftertax_irr, lcoe_real, cf_debt_balance" in note for note in compared.notes)
        names = {figure.check.name for figure in case_figures(compared)}
        assert "case.json: debt" in names
        assert "case.json: owner's IRR" not in names

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"inputs": None}, "case.json: inputs: must be an object"),
            ({"size_of_debt": "much"}, "case.json: size_of_debt: must be a number"),
            ({"cost_installed": math.nan}, "case.json: cost_installed: must be finite"),
            (
                {"cf_total_revenue": [0.0, 1.0]},
                "case.json: cf_operating_expenses: has 16 values, series before it have 2",
            ),
            ({"cf_statax": [True] * 16}, "case.json: cf_statax: must be a list of numbers"),
            ({"min_dscr": "none"}, "case.json: min_dscr: must be a number"),
        ],
    )
    def test_what_a_file_has_wrong(self, sam, change, said):
        with pytest.raises(ValueError, match=said):
            file_case("case.json", sam("short_life") | change)

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"dscr": 0.0}, "inputs.dscr: is 0, must be more than 0"),
            ({"term_tenor": 40.0}, "inputs.term_tenor: is 40, must be from 1 to the 15 years"),
            ({"federal_tax_rate": []}, "inputs.federal_tax_rate: must be a number"),
            ({"debt_option": 0.0}, "debt_option is 0.0, but only cases with 1 are modelled"),
            ({"dscr_limit_debt_fraction": 1.0, "dscr_maximum_debt_fraction": 0}, "dscr_maximum_debt_fraction: must be"),
        ],
    )
    def test_what_inputs_cannot_be(self, sam, change, said):
        data = sam("short_life")
        with pytest.raises(ValueError, match=said):
            file_case("case.json", data | {"inputs": data["inputs"] | change})

    def test_all_faults_of_a_file_are_named_at_once(self, sam):
        data = sam("short_life")
        del data["inputs"]["dscr"], data["cf_fedtax"], data["size_of_debt"]
        with pytest.raises(ValueError, match=r"inputs\.dscr: is missing") as caught:
            file_case("case.json", data)
        assert str(caught.value).count("is missing") == 3


class TestDeals:
    def test_random_deals_take_every_step(self):
        paid = dict.fromkeys(Pay, 0.0)
        kinds: set[int] = set()
        for deal, cash in random_cases(60, 1):
            poured = pour(deal, cash)
            kinds |= set(deal.kind.tolist())
            for (pay, _), amounts in zip(deal.steps.tolist(), poured.paid_eur, strict=True):
                paid[Pay(pay)] += float(np.abs(amounts).sum())
        assert kinds == set(Kind)
        assert all(amount > 0 for amount in paid.values()), paid

    @pytest.mark.parametrize(
        ("leaking", "found"),
        [
            ("received_eur", "cash_gap_eur"),
            ("drawn_eur", "cash_gap_eur"),
            ("tax_eur", "cash_gap_eur"),
            ("kept_eur", "cash_gap_eur"),
            ("debt_reserve_eur", "cash_gap_eur"),
            ("balance_eur", "loan_gap_eur"),
            ("interest_eur", "loan_gap_eur"),
        ],
    )
    def test_the_audit_finds_what_leaks(self, monkeypatch, leaking, found):
        def leaky(deal, cash):
            poured = pour(deal, cash)
            lost = getattr(poured, leaking).copy()
            lost[..., -1] += 1
            return poured._replace(**{leaking: lost})

        case = next(case for case in random_cases(20, 2) if (case[0].kind == Kind.DEBT).any())
        assert getattr(audit(*case), found) < 0.01
        monkeypatch.setattr(validation_deals, "pour", leaky)
        assert getattr(audit(*case), found) > 0.5

    def test_the_audit_finds_an_overdrawn_account(self, monkeypatch):
        def overdrawn(deal, cash):
            poured = pour(deal, cash)
            return poured._replace(operating_reserve_eur=poured.operating_reserve_eur - 1e9)

        monkeypatch.setattr(validation_deals, "pour", overdrawn)
        assert any(not figure.check.passed for figure in deal_figures() if "below zero" in figure.check.name)


class TestMeasures:
    @pytest.mark.parametrize(
        ("flows", "rate"), [([-100, 0, 121], 0.1), ([-100, 50], -0.5), ([-1, 3], 2.0), ([-5, -5, 0, 10], None)]
    )
    def test_bisection_finds_the_rate_at_which_nothing_is_earned(self, flows, rate):
        found = bisected_irr(np.array(flows, dtype=np.float64))
        if rate is not None:
            assert found == pytest.approx(rate, abs=1e-12)
        assert sum(flow / (1 + found) ** k for k, flow in enumerate(flows)) == pytest.approx(0, abs=1e-9)

    def test_the_worked_example_is_that_of_its_source(self, facts):
        found = {figure.check.name: figure.check for figure in worked_figures(facts)}
        for name, published in (
            ("levelised cost [USD/chip-hour]", 2.19),
            ("present value of chip-hours [h]", 2.231676390e9),
            ("present value of cost [USD]", 4.883483093e9),
            ("NPV [USD]", 109_122_649),
            ("IRR [1/year]", 0.10586266747),
            ("break-even utilisation, all cost fixed", 0.7825145),
        ):
            check = found[f"worked example: {name}"]
            assert check.expected == published
            assert check.got == pytest.approx(published, rel=1e-3)

    def test_its_hours_are_those_of_four_and_a_half_years(self, facts):
        assert worked(facts).hours.sum() == pytest.approx(110_000 * 0.8 * 730 * 54)

    def test_the_arithmetic_of_the_tender(self, facts):
        got = [figure.check.got for figure in tender_figures(facts)]
        assert got == pytest.approx([500e6 / 0.17, 1e9 / 0.17, 5e9 / 0.17, 6, 3])


def test_tranches_of_a_large_portfolio(facts):
    found = {figure.check.name: figure for figure in tranche_figures(facts)}
    for name, loss in (("0-15 %", 0.39934), ("15-35 %", 0.04762), ("35-100 %", 0.00088), ("pool", 0.07)):
        drawn = found[f"tranche {name}: expected loss, drawn"]
        assert drawn.check.expected == loss
        assert drawn.check.limit < 0.02 * loss + 1e-4
    assert all(figure.check.passed for figure in found.values())
    assert found["tranche 15-35 %: expected loss, drawn"].null == 0
