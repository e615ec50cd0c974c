"""The verbs around results folders: run, compare, report."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gortyn.io.columns import dictionary
from gortyn.io.load import load
from gortyn.io.results import open_result

from .conftest import Call, Said


@pytest.fixture
def two(small_result_dir: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Two folders of results that differ in one input and one number."""
    base, other = tmp_path / "base", tmp_path / "other"
    shutil.copytree(small_result_dir, base)
    shutil.copytree(small_result_dir, other)
    summary = json.loads((other / "summary.json").read_text(encoding="utf-8"))
    summary["capex_eur"] *= 2
    (other / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    text = (other / "scenario.yaml").read_text(encoding="utf-8")
    (other / "scenario.yaml").write_text(text.replace("seed: 7", "seed: 8"), encoding="utf-8")
    return base, other


def run(gortyn: Call, small: Path, *arguments: str) -> Said:
    said = gortyn("run", small, *arguments)
    assert said.code == 0, said.err
    return said


def test_run_says_the_folder_on_stdout_and_all_else_on_stderr(small: Path, gortyn: Call) -> None:
    said = run(gortyn, small)
    folder = Path(said.out.removesuffix("\n"))
    assert "\n" not in str(folder)
    assert folder.parent == Path("results")
    assert folder.name.startswith("small-")
    assert open_result(folder).manifest["seed"] == 7
    assert (folder / "report.html").stat().st_size > 10_000
    assert "Small test case" in said.err
    assert "Capital cost of all sites" in said.err
    assert "\x1b" not in said.out + said.err, "no colours where no one looks"
    # The same inputs have the same folder, which is made anew.
    assert run(gortyn, small).out == said.out
    assert [path.name for path in Path("results").iterdir()] == [folder.name]


def test_run_of_other_inputs_has_another_folder(small: Path, gortyn: Call) -> None:
    folders = {run(gortyn, small, *more).out for more in ((), ("--seed", "8"), ("--set", "costs.discount_rate=0.05"))}
    assert len(folders) == 3
    assert run(gortyn, small, "--set", "simulation.seed=8").out in folders, "--seed is short for it"


def test_run_to_a_folder_of_ones_own(small: Path, gortyn: Call) -> None:
    assert run(gortyn, small, "-o", "deep/er/mine").out == "deep/er/mine\n"
    again = gortyn("run", small, "-o", "deep/er/mine")
    assert (again.code, again.out) == (2, "")
    assert "deep/er/mine: exists" in again.err
    assert run(gortyn, small, "--out", "deep/er/mine", "--force").out == "deep/er/mine\n"


def test_run_never_replaces_a_folder_of_something_else(small: Path, gortyn: Call) -> None:
    Path("photos").mkdir()
    Path("photos/cat.jpg").touch()
    said = gortyn("run", small, "-o", "photos", "--force")
    assert (said.code, said.out) == (2, "")
    assert "is no results folder; it is left as it is" in said.err
    assert [path.name for path in Path("photos").iterdir()] == ["cat.jpg"]


def test_run_as_json(small: Path, gortyn: Call) -> None:
    said = run(gortyn, small, "--json", "-o", "out")
    assert set(said.json) == {"results", "report", "summary", "seconds"}
    assert said.json["results"] == "out"
    assert Path(said.json["report"]).is_file()
    assert list(said.json["summary"]) == list(dictionary()["summary"])
    assert said.json["summary"] == open_result("out").summary


def test_run_of_a_bad_file_runs_nothing(bad: Path, gortyn: Call) -> None:
    said = gortyn("run", bad / "unknown-chip.yaml", "--json")
    assert (said.code, said.out) == (2, "")
    assert "did you mean H100-SXM?" in said.err
    assert not Path("results").exists()


def test_run_with_a_seed_that_is_none(small: Path, gortyn: Call) -> None:
    for seed in ("x", "-1"):
        said = gortyn("run", small, "--seed", seed)
        assert (said.code, said.out) == (2, "")
        assert "seed" in said.err
    assert not Path("results").exists()


def test_results_can_be_run_again_from_their_own_scenario(small: Path, gortyn: Call) -> None:
    run(gortyn, small, "-o", "first")
    run(gortyn, Path("first/scenario.yaml"), "-o", "second")
    assert load("second/scenario.yaml").scenario == load("first/scenario.yaml").scenario
    same = gortyn("compare", "first", "second", "--json").json
    assert same["inputs"] == {}
    assert all(change in ([0.0], [None]) for change in same["change"].values())


def test_compare(two: tuple[Path, Path], gortyn: Call) -> None:
    said = gortyn("compare", *two)
    assert said.code == 0
    assert said.err == ""
    numbers, inputs = said.out.split("\n\n")
    (capex,) = [line for line in numbers.splitlines() if line.startswith("capex_eur ")]
    assert capex.endswith("+100.0%")
    (chips,) = [line for line in numbers.splitlines() if line.startswith("chips ")]
    assert chips.endswith("+0.0%")
    assert inputs.splitlines()[0].split() == ["input", "that", "differs", "base", "other"]
    assert inputs.splitlines()[1].split() == ["simulation.seed", "7", "8"]


def test_compare_as_json(two: tuple[Path, Path], gortyn: Call) -> None:
    found = gortyn("compare", *two, "--metric", "capex_eur", "--metric", "chips", "--json").json
    assert found["folders"] == [str(path) for path in two]
    assert list(found["numbers"]) == ["capex_eur", "chips"]
    assert found["change"]["capex_eur"] == [1.0]
    assert found["inputs"] == {"simulation.seed": [7, 8]}


def test_compare_of_what_cannot_be(two: tuple[Path, Path], gortyn: Call) -> None:
    for arguments, said in (
        ((two[0],), "at least two"),
        ((two[0], "nowhere"), "nowhere: no such results folder"),
        ((*two, "--metric", "happiness"), "no headline number is called happiness"),
        ((two[0], two[0].parent), "is no results folder, it lacks manifest.json"),
    ):
        found = gortyn("compare", *arguments)
        assert (found.code, found.out) == (2, "")
        assert said in found.err


def test_report_is_written_again(small_result_dir: Path, tmp_path: Path, gortyn: Call) -> None:
    folder = Path(shutil.copytree(small_result_dir, tmp_path / "mine"))
    page = (folder / "report.html").read_bytes()
    (folder / "report.html").unlink()
    said = gortyn("report", folder)
    assert said.out == f"{folder / 'report.html'}\n"
    assert (folder / "report.html").read_bytes() == page
    elsewhere = gortyn("report", folder, "-o", "page.html", "--json")
    assert elsewhere.json == {"report": "page.html"}
    assert Path("page.html").read_bytes() == page


def test_report_of_what_is_no_results_folder(gortyn: Call) -> None:
    said = gortyn("report", "nowhere")
    assert (said.code, said.out, said.err) == (2, "", "nowhere: no such results folder\n")


@pytest.mark.parametrize("opens", [True, False])
def test_report_opens_a_browser_where_there_is_one(
    opens: bool, small_result_dir: Path, tmp_path: Path, gortyn: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: bool(asked.append(address)) or opens)
    said = gortyn("report", small_result_dir, "-o", tmp_path / "page.html", "--open")
    assert said.code == 0
    assert asked == [(tmp_path / "page.html").resolve().as_uri()]
    assert ("no browser found" in said.err) is not opens
