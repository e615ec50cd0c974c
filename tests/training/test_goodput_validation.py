"""The comparison with published points: what it says of the table at hand, and what it refuses."""

from __future__ import annotations

import csv
import math

import pytest

from gortyn.training.goodput_validation import validate_goodput

RSC = {
    "id": "RSC1-16k-60min",
    "n_chips": "16000",
    "rate_per_1000_node_days": "6.5",
    "ckpt_interval_min": "60",
    "restart_min": "5",
    "metric": "ETTR",
    "value": "0.72",
    "source": "arXiv:2410.21680",
}


def report_of(*rows, **cells):
    table = [(line, RSC | row | cells) for line, row in enumerate(rows or ({},), start=2)]
    return validate_goodput(table, "points.csv")


def test_the_table_at_hand(shared_data):
    path = shared_data / "reliability" / "goodput_points.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = [(line, row) for line, row in enumerate(csv.DictReader(file), start=2)]
    report = validate_goodput(rows, "goodput_points.csv")
    data = report.as_data()
    failed = [check for check in data["checks"] if not check["passed"]]
    assert report.passed, failed
    assert data["rows"] == len(rows)
    assert data["predicted"] + len(data["refused"]) == len(rows)
    assert data["predicted"] >= 11
    assert data["mape"] < 0.03 < data["null_mape"], f"MAPE {data['mape']:.1%}, null {data['null_mape']:.1%}"
    assert abs(data["bias"]) < 0.03
    forms = [check for check in report.checks if check.kind == "form"]
    assert len(forms) >= 16
    assert all(abs(check.error) <= 0.005 for check in forms)
    reasons = {row["id"]: row["reason"] for row in data["refused"]}
    assert "wasted_gpu_hours_share" in reasons["OPT175B"]


def test_a_row_gives_the_share_of_its_clock_and_both_closed_forms():
    report = report_of(daly_exact="0.72", closed_form_meta="0.684")
    share, exact, first = report.checks
    assert share.got == exact.got == pytest.approx(0.7202, abs=1e-4)
    assert first.got == pytest.approx(0.684, abs=5e-4)
    assert report.passed
    assert share.as_data()["source"] == "arXiv:2410.21680"
    observed = report_of(clock="observed").checks[0].got
    assert observed < share.got
    by_metric = report_of(metric="effective_training_time").checks[0].got
    assert by_metric == observed


def test_a_figure_that_is_off_does_not_pass():
    report = report_of(value="0.85")
    assert not report.passed
    assert report.checks[0].error == pytest.approx(0.7202 - 0.85, abs=1e-4)
    assert report.as_data()["bias"] == pytest.approx(0.7202 / 0.85 - 1, abs=1e-3)
    assert "FAILED" in "\n".join(report.lines())


@pytest.mark.parametrize(("value", "passed"), [(">0.70", True), (">0.80", False), ("<= 0.75", True), ("<0.5", False)])
def test_a_bound_is_kept_or_not_and_counts_in_no_mean(value, passed):
    report = report_of(value=value)
    assert report.passed is passed
    assert report.as_data()["mape"] is None


def test_null_models_are_the_other_rows_and_a_machine_that_never_fails():
    data = report_of({"value": "0.5"}, {"value": "0.75"}, {"value": "0.25"}).as_data()
    assert data["null_mape"] == pytest.approx((0.5 / 0.5 - 1 + (0.75 - 0.375) / 0.75 + (0.625 - 0.25) / 0.25) / 3)
    assert data["null_no_failures_mape"] == pytest.approx((1 + 1 / 3 + 3) / 3)
    assert data["median_ape"] == pytest.approx(0.7202 / 0.5 - 1, abs=1e-3)
    assert report_of().as_data()["null_mape"] is None


def test_times_and_rates():
    mttf = report_of(metric="mttf_h", value="1.85").checks[0]
    assert mttf.got == pytest.approx(1000 * 24 / (6.5 * 2000))
    assert mttf.passed
    counted = {"n_failures": "419", "window_days": "54", "n_chips": "16384", "rate_per_1000_node_days": ""}
    rate = report_of(counted, metric="rate_per_1000_node_days", value="3.79").checks[0]
    assert rate.got == pytest.approx(419 / 54 / 2048 * 1000)
    by_count = report_of(counted, mttf_h="3.093", restart_min="", metric="effective_training_time")
    assert [check.name for check in by_count.checks] == ["RSC1-16k-60min MTTF [h]"]
    assert by_count.passed


def test_without_interval_the_best_one_and_without_write_none():
    free = report_of(ckpt_interval_min="", mttf_h="0.3", restart_min="10", metric="effective_training_time")
    assert free.checks[0].got == pytest.approx(1 - 10 / 18)
    best = report_of(ckpt_interval_min="", ckpt_write_s="300", value="0.72").checks[0].got
    assert best > report_of(ckpt_write_s="300").checks[0].got


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"metric": "tokens"}, "metric 'tokens' is not one"),
        ({"restart_min": ""}, "restart_min is empty"),
        ({"rate_per_1000_node_days": ""}, "neither rate_per_1000_node_days"),
        ({"metric": "rate_per_1000_node_days"}, "no count of failures"),
        ({"metric": "tokens", "value": "3.6-58.7x"}, "metric 'tokens'"),
    ],
)
def test_a_row_that_says_too_little_is_refused_with_the_reason(cells, reason):
    report = report_of({}, cells)
    assert report.predicted == 1
    assert reason in report.as_data()["refused"][0]["reason"]


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"restart_min": "-5"}, "points.csv:2: restart_min: is -5, must be zero or more"),
        ({"restart_min": "nan"}, "points.csv:2: restart_min: is nan, must be finite"),
        ({"n_chips": "0"}, "points.csv:2: n_chips: is 0, must be positive"),
        ({"n_chips": "many"}, "points.csv:2: n_chips: 'many' is not a number"),
        ({"value": "-0.9"}, "points.csv:2: value: is -0.9, must be positive"),
        ({"value": "nan"}, "points.csv:2: value: is nan, must be finite"),
        ({"value": "90 %"}, "points.csv:2: value: '90 %' is not a number"),
        ({"value": "90"}, "points.csv:2: value: is 90, must be a share of at most 1"),
        ({"value": "1.2.3"}, "points.csv:2: value: '1.2.3' is not a number"),
        ({"clock": "wall"}, "points.csv:2: clock: 'wall' is neither observed nor running"),
    ],
)
def test_a_cell_that_no_table_holds_is_named_with_file_line_and_column(cells, fault):
    with pytest.raises(ValueError, match="points") as error:
        report_of(cells)
    assert fault in str(error.value).splitlines()


def test_all_faults_at_once_and_missing_columns():
    with pytest.raises(ValueError, match="points") as error:
        report_of({"n_chips": "x"}, {"value": "inf", "restart_min": "-1"})
    assert len(str(error.value).splitlines()) == 3
    with pytest.raises(ValueError, match=r"points\.csv:1: metric: the table has no such column"):
        validate_goodput([(2, {"id": "a", "value": "0.9"})], "points.csv")


def test_an_empty_comparison_does_not_pass():
    report = report_of(metric="tokens")
    assert not report.passed
    assert not report.checks
    assert report.as_data()["mape"] is None
    assert math.isfinite(report.as_data()["rows"])
