"""Validation against published runs: accuracy where the coefficients never looked, refusals, and bad tables."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from statistics import fmean

import pytest

from gortyn.catalogue import load
from gortyn.cli import main
from gortyn.training.coefficients import release_date, software_of
from gortyn.training.runs import Refused, run_of
from gortyn.training.validation import CALIBRATION, validate_table
from naive.training_runs import TABLE_5, row

FACTS = load().lookup()
SHARED = Path(__file__).parents[3] / "shared" / "data" / "training" / "measured_runs.csv"
needs_table = pytest.mark.skipif(not SHARED.exists(), reason="the table of measured runs is not at hand")


def lines(rows: list[dict[str, str]]) -> list[tuple[int, dict[str, str]]]:
    return list(enumerate(rows, 2))


def written(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def command(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(["validate", "training", *arguments])
    return int(stop.value.code or 0)


def test_a_paper_that_calibration_never_saw() -> None:
    """Korthikanti et al. 2022, table 5: from 22 bn to 1 tn parameters, on 8 to 512 GPUs."""
    report = validate_table(lines(TABLE_5), "table.csv", FACTS)
    assert not any(one.seen for one in report.found)
    errors = [abs(one.error) for one in report.found]
    assert fmean(errors) < 0.03
    assert max(errors) < 0.06
    assert report.as_data()["null_mape"] > 0.1
    assert report.passed


@needs_table
def test_accuracy_by_source_and_architecture() -> None:
    with SHARED.open(newline="", encoding="utf-8") as file:
        report = validate_table(list(enumerate(csv.DictReader(file), 2)), SHARED.name, FACTS)
    data = report.as_data()
    assert data["rows"] == data["predicted"] + len(data["refused"]) == 628
    got = {check["name"]: check["got"] for check in data["checks"]}
    assert got["dense, mean absolute error"] < 0.045
    assert got["dense, median absolute error"] < 0.03
    assert got["dense, ninth decile of absolute error"] < 0.1
    assert abs(got["dense, bias"]) < 0.015
    assert got["MLPerf, mean absolute error"] < 0.04
    assert got["mixture of experts, mean absolute error"] < 0.1
    assert got["share of published runs that do not fit"] == 0
    assert data["unseen"]["mape"] < 0.25 * data["unseen"]["null_mape"]
    assert not any("precision" not in reason["reason"] for reason in data["refused"] if "maxtext-gpt3" in reason["id"])


@needs_table
def test_the_split_is_by_source() -> None:
    with SHARED.open(newline="", encoding="utf-8") as file:
        report = validate_table(list(enumerate(csv.DictReader(file), 2)), SHARED.name, FACTS)
    sides: dict[str, set[bool]] = {}
    for one in report.found:
        sides.setdefault(one.run.label, set()).add(one.seen)
    assert all(len(side) == 1 for side in sides.values())
    assert {one.run.software for one in report.found if not one.seen} >= {"megatron-core", "mlperf", "llm-foundry"}
    # v3.1 is known through the law that its logs follow, not through rows.
    assert sum(any(label.startswith(name) for label in sides) for name in CALIBRATION) == len(CALIBRATION) - 1


def test_the_null_model_is_the_mean_utilisation_of_the_others() -> None:
    one, two, three = TABLE_5[:3]
    report = validate_table(lines([one, two, three]), "table.csv", FACTS)
    shares = [found.run.utilisation() for found in report.found]
    assert report.found[0].null_s == pytest.approx(1.42 * shares[0] / ((shares[1] + shares[2]) / 2))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"precision": ""}, "precision is empty"),
        ({"precision": "int7"}, "'int7' is not known"),
        ({"chip": "Cerebras WSE-3"}, "unknown chip"),
        ({"chip": "A100 80GB SXM", "precision": "FP8"}, "no dense peak in fp8"),
        ({"measured_step_time_s": ""}, "no step time"),
        ({"TP": ""}, "TP is empty"),
        ({"n_chips": 16}, "is 8 chips, n_chips is 16"),
        ({"global_batch": 3}, "batch 3 is not a multiple"),
        ({"recompute": "some"}, "recompute 'some'"),
        ({"model": "mine", "layers": ""}, "leaves out layers"),
    ],
)
def test_a_row_that_says_too_little_is_refused(cells: dict[str, object], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        run_of({**TABLE_5[0], **{name: str(cell) for name, cell in cells.items()}}, FACTS)


def test_an_unknown_chip_gets_a_suggestion() -> None:
    with pytest.raises(Refused, match="did you mean MI300X"):
        run_of({**TABLE_5[0], "chip": "MI30X"}, FACTS)


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("measured_step_time_s", "nan", "not a finite number"),
        ("measured_step_time_s", "-1", "must be above 0"),
        ("n_chips", "-8", "whole number of at least 1"),
        ("TP", "1.5", "whole number of at least 1"),
        ("seq_len", "0", "whole number of at least 1"),
        ("global_batch", "many", "not a number"),
    ],
)
def test_a_bad_cell_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], column: str, cell: str, said: str
) -> None:
    path = written(tmp_path / "runs.csv", [TABLE_5[0], {**TABLE_5[1], column: cell}])
    assert command(str(path)) == 2
    assert f"{path}:3: {column}: " in (error := capsys.readouterr().err)
    assert said in error


def test_a_missing_column_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{name: cell for name, cell in one.items() if name != "chip"} for one in TABLE_5]
    path = written(tmp_path / "runs.csv", rows)
    assert command(str(path)) == 2
    assert f"{path}:1: chip: the column is missing" in capsys.readouterr().err


def test_the_command_writes_json_and_predictions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "runs.csv", [*TABLE_5, row(**{**TABLE_5[0], "id": "blank", "precision": ""})])
    assert command(str(path), "--out", str(tmp_path / "out.csv"), "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["rows"], data["predicted"], data["passed"]) == (9, 8, True)
    assert data["refused"] == [{"id": "blank", "reason": "precision is empty, and a number format is not guessed"}]
    assert {"mape", "median_ape", "p90_ape", "bias", "null_mape", "by_source", "by_arch", "checks"} <= set(data)
    assert set(data["checks"][0]) == {"name", "expected", "got", "error", "limit", "passed", "source"}
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        assert [one["id"] for one in csv.DictReader(file)] == [one["id"] for one in TABLE_5]


def test_software_is_an_explicit_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "runs.csv", TABLE_5)
    assert command(str(path), "--software", "megatron-core", "--json") == 0
    faster = json.loads(capsys.readouterr().out)
    assert faster["software"] == ["megatron-core"]
    assert faster["bias"] < -0.1  # the stack of 2026 hides what that of 2022 could not
    assert command(str(path), "--software", "megatron") == 2
    assert "megatron-core" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("cells", "software", "date"),
    [
        ({"source": "github mlcommons/training_results_v4.1 NVIDIA/x", "year": 2024}, "mlperf", 2024.83),
        ({"source": "github NVIDIA-NeMo/Megatron-Bridge d.md (25.09 container)"}, "megatron-core", 2025.67),
        ({"source": "x (25.09 container)", "notes": "variant: tokendrop"}, "megatron-core-tokendrop", 2025.67),
        ({"source": "arXiv 2104.04473 Table 1", "year": 2021}, "megatron-2021", 2021.5),
        ({"source": "a paper", "year": 2022}, "megatron-2022", 2022.5),
        ({"source": "a paper", "year": 2024, "notes": "Megatron-LM baseline"}, "megatron-2022", 2024.5),
        ({"source": "a paper", "year": 2024}, "megatron-core", 2024.5),
        ({"source": "a paper"}, "megatron-core", None),
    ],
)  # fmt: skip
def test_a_source_says_its_software(cells: dict[str, object], software: str, date: float | None) -> None:
    assert software_of(row(**cells)) == software
    assert release_date(row(**cells)) == (None if date is None else pytest.approx(date, abs=0.01))
