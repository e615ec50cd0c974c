"""`gortyn claims` as typed: from a results folder, from a scenario, and what is refused with what to do instead."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import polars as pl
import pytest

from gortyn.cli import claims as verb
from gortyn.cli.claims import VERDICTS
from gortyn.io.columns import dictionary

from .conftest import Call

PROMISED = ["id", "claim", "verdict", "condition", "figure", "unit", "baseline", "sources"]


@pytest.fixture
def results(small_result_dir: Path, tmp_path: Path) -> Path:
    """A results folder where the verb looks for one."""
    return Path(shutil.copytree(small_result_dir, tmp_path / "results" / "small"))


def test_json_has_what_is_promised_of_every_claim(results: Path, gortyn: Call) -> None:
    said = gortyn("claims", results, "--json")
    assert said.code == 0, said.err
    assert list(said.json) == ["claims"]
    found = said.json["claims"]
    assert [claim["id"] for claim in found] == [f"S{number:02}" for number in range(1, 61)]
    for claim in found:
        assert list(claim)[: len(PROMISED)] == PROMISED
        assert claim["verdict"] in VERDICTS
        assert (claim["condition"] is not None) == (claim["verdict"] == "holds_if")
        assert claim["sources"]
        assert set(claim["sources"][0]) == {"key", "citation", "url", "date", "evidence"}
        assert isinstance(claim["figure"], int | float | None)


def test_the_newest_folder_is_told_without_an_argument(results: Path, gortyn: Call) -> None:
    older = Path(shutil.copytree(results, results.with_name("older")))
    os.utime(older / "manifest.json", ns=(0, 0))
    said = gortyn("claims")
    assert said.code == 0, said.err
    assert said.out.startswith(f"{Path('results') / 'small'}: 60 claims: ")


def test_text_counts_the_verdicts_and_lists_them_at_the_end(results: Path, gortyn: Call) -> None:
    frame = pl.read_parquet(results / "claims.parquet")
    lines = gortyn("claims", results).out.splitlines()
    for verdict, named in frame.group_by("verdict").agg("claim").iter_rows():
        words = verdict.replace("_", " ")
        assert f"{len(named)} {words}" in lines[0]
        start = next(place for place, line in enumerate(lines) if line.startswith(f"{words} ") and "S" in line)
        assert set(named) <= set(" ".join(lines[start:]).split())
    assert all(len(line) <= verb.WIDTH or " " not in line.strip() for line in lines[1:])


def test_every_claim_is_told_with_verdict_sentence_condition_and_source(results: Path, gortyn: Call) -> None:
    found = gortyn("claims", results, "--json").json["claims"]
    text = " ".join(gortyn("claims", results, "--sources").out.split())
    short = " ".join(gortyn("claims", results).out.split())
    for claim in found:
        assert f"{claim['id']} {claim['verdict'].replace('_', ' ').upper()} {claim['claim']}" in text
        assert claim["sentence"] in text
        assert claim["sentence"] in short
        assert claim["condition"] is None or f"if {claim['condition']}" in text
        assert claim["sources"][0]["citation"] in text


def test_claims_are_chosen_by_number_and_verdict(results: Path, gortyn: Call) -> None:
    said = gortyn("claims", results, "--only", "s51", "--only", "S14", "--json")
    assert [claim["id"] for claim in said.json["claims"]] == ["S14", "S51"]
    failed = gortyn("claims", results, "--verdict", "fails", "--json").json["claims"]
    assert {claim["verdict"] for claim in failed} == {"fails"}
    assert gortyn("claims", results, "--only", "S14", "--verdict", "holds").out.startswith(f"{results}: 0 claims")


def test_a_folder_is_told_within_five_seconds(results: Path, gortyn: Call) -> None:
    gortyn("claims", results, "--json")
    begin = time.perf_counter()
    gortyn("claims", results, "--json")
    assert time.perf_counter() - begin < 5


def test_a_scenario_is_run_for_it_and_gives_the_same(small: Path, results: Path, gortyn: Call) -> None:
    kept = gortyn("claims", results, "--json").json
    assert gortyn("claims", small, "--json").json == kept
    assert {path.name for path in Path().iterdir()} == {"results"}


def test_a_verdict_turns_with_the_scenario(small: Path, gortyn: Call) -> None:
    short = ("--set", "simulation.days=14", "--only", "S33", "--json")
    assert gortyn("claims", small, *short).json["claims"][0]["verdict"] == "holds"
    union = [f"fund.layers.{name}.provider=union" for name in layers_of(small)]
    said = gortyn("claims", small, *short, *(word for one in union for word in ("--set", one)))
    assert said.json["claims"][0]["verdict"] == "fails", said.err


def layers_of(scenario: Path) -> list[str]:
    import gortyn

    return [layer.name for layer in gortyn.load(scenario).scenario.fund.layers]


def test_a_folder_of_another_version_says_what_to_do(results: Path, gortyn: Call) -> None:
    table = results / "claims.parquet"
    pl.read_parquet(table).drop("sentence").write_parquet(table)
    said = gortyn("claims", results)
    assert said.code == 2
    assert "lacks sentence" in said.err
    assert f"gortyn run {results / 'scenario.yaml'}" in said.err


@pytest.mark.parametrize("table", ["claim_sources", "claim_figures"])
def test_a_folder_without_a_table_says_what_to_do(table: str, results: Path, gortyn: Call) -> None:
    (results / f"{table}.parquet").unlink()
    manifest = results / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(f'"{table}.parquet"', '"jobs.parquet"'))
    said = gortyn("claims", results)
    assert (said.code, said.out) == (2, "")
    assert f"has no table {table}" in said.err
    assert "gortyn run" in said.err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "there is no results folder in results"),
        (("nowhere",), "no such file, and no shipped scenario of that name"),
        ((".",), "is no results folder"),
    ],
)
def test_what_is_not_there_is_refused(arguments: tuple[str, ...], complaint: str, gortyn: Call) -> None:
    said = gortyn("claims", *arguments)
    assert (said.code, said.out) == (2, "")
    assert complaint in said.err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--only", "S61"), "there is no claim S61"),
        (("--verdict", "maybe"), "maybe"),
        (("--set", "simulation.days=3"), "a results folder is done"),
    ],
)
def test_what_makes_no_sense_is_refused(
    arguments: tuple[str, ...], complaint: str, results: Path, gortyn: Call
) -> None:
    said = gortyn("claims", results, *arguments)
    assert (said.code, said.out) == (2, "")
    assert complaint in said.err


def test_tables_of_a_folder_are_as_declared(results: Path) -> None:
    frames = {name: pl.read_parquet(results / f"{name}.parquet") for name in verb.TABLES}
    for name, frame in frames.items():
        assert frame.columns == list(dictionary()[name])
    claims = set(frames["claims"]["claim"])
    assert set(frames["claim_sources"]["claim"]) == claims
    assert set(frames["claim_figures"]["claim"]) <= claims
    text = frames["claims"].select(pl.col(pl.String)).unpivot()["value"].drop_nulls()
    assert not (text == "").any()
