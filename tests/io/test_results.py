"""A results folder is there whole or not at all, and the same inputs give the same bytes."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import gortyn
from gortyn.io.load import load
from gortyn.io.results import ResultsError, ResultsFolder, check_target, open_result, write
from gortyn.io.tables import TABLES
from gortyn.result import Result

SMALL = Path(__file__).parents[1] / "data" / "small.yaml"
FILES = {"scenario.yaml", "manifest.json", "summary.json", *(f"{table}.parquet" for table in TABLES)}


def nothing(folder: ResultsFolder) -> None:
    """Finish with what is there."""


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.parquet")}


@pytest.fixture
def written(small_result: Result, tmp_path: Path) -> Path:
    return write(small_result, tmp_path / "out", nothing)


def test_a_folder_holds_every_file_and_nothing_lies_beside_it(small_result: Result, written: Path) -> None:
    assert names(written) == FILES
    assert names(written.parent) == {"out"}
    assert written.stat().st_mode & 0o777 == 0o755
    opened = open_result(written)
    assert opened.summary == small_result.summary
    assert opened.table("jobs").height == len(small_result.jobs.submit_s)
    assert opened.manifest["scenario"] == "small"


def test_the_manifest_says_what_the_folder_rests_on(small_result: Result, written: Path) -> None:
    manifest = open_result(written).manifest
    assert manifest["gortyn"] == gortyn.__version__
    assert manifest["seed"] == 7
    assert manifest["scenario_sha256"] == hashlib.sha256((written / "scenario.yaml").read_bytes()).hexdigest()
    assert manifest["tables_sha256"] == digests(written)
    assert manifest["catalogue_entries"] == sorted(fact.key for fact in small_result.facts)
    assert list(manifest["seconds"]) == [
        "machine", "training", "admission", "workload", "operation", "access",
        "spaces", "tradeoff", "energy", "finance", "claims",
    ]  # fmt: skip
    assert set(manifest["libraries"]) >= {"numpy", "numba", "polars", "pydantic"}


def test_the_scenario_of_a_folder_runs_to_the_same_result(written: Path, tmp_path: Path) -> None:
    again = write(gortyn.run(load(written / "scenario.yaml")), tmp_path / "again", nothing)
    changed = {name for name in TABLES if digests(again)[f"{name}.parquet"] != digests(written)[f"{name}.parquet"]}
    assert changed == {"inputs", "sources", "claims", "claim_sources"}, (
        "every value now comes from that file, none from the catalogue, and claims say what they rest on"
    )
    told = {"assumptions"}
    before, after = (open_result(folder).table("claims").drop(told) for folder in (written, again))
    assert before.equals(after)
    assert (again / "scenario.yaml").read_bytes() == (written / "scenario.yaml").read_bytes()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(written: Path, tmp_path: Path) -> None:
    same = write(gortyn.run(load(SMALL)), tmp_path / "same", nothing)
    assert digests(same) == digests(written)
    assert (same / "summary.json").read_bytes() == (written / "summary.json").read_bytes()
    other = write(gortyn.run(load(SMALL, ["simulation.seed=8"])), tmp_path / "other", nothing)
    assert digests(other)["jobs.parquet"] != digests(written)["jobs.parquet"]
    assert digests(other)["phases.parquet"] == digests(written)["phases.parquet"]


def test_parents_are_made(small_result: Result, tmp_path: Path) -> None:
    assert write(small_result, tmp_path / "a" / "b" / "out", nothing).is_dir()


# What is there already -----------------------------------------------------------------------------------------------


def test_results_are_replaced_only_when_asked(small_result: Result, written: Path) -> None:
    (written / "report.html").write_text("old", encoding="utf-8")
    with pytest.raises(ResultsError, match="exists; give another folder, or --force to replace it"):
        write(small_result, written, nothing)
    assert "report.html" in names(written)
    write(small_result, written, nothing, force=True)
    assert names(written) == FILES
    assert names(written.parent) == {"out"}


def test_what_is_no_results_folder_is_never_touched(small_result: Result, tmp_path: Path) -> None:
    file = tmp_path / "thesis.txt"
    file.write_text("years of work", encoding="utf-8")
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "cat.jpg").touch()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "nowhere")
    for target, reason in (
        (file, "exists and is no folder"),
        (folder, "is no results folder; it is left"),
        (link, "is no folder"),
    ):
        for force in (False, True):
            with pytest.raises(ResultsError, match=reason):
                write(small_result, target, nothing, force=force)
            with pytest.raises(ResultsError, match=reason):
                check_target(target, force=force)
    assert file.read_text(encoding="utf-8") == "years of work"
    assert names(folder) == {"cat.jpg"}
    assert names(tmp_path) == {"thesis.txt", "photos", "link"}


def test_an_empty_folder_may_be_filled(small_result: Result, tmp_path: Path) -> None:
    target = tmp_path / "empty"
    target.mkdir()
    assert names(write(small_result, target, nothing)) == FILES


def test_a_link_to_results_is_replaced_and_what_it_led_to_is_kept(
    small_result: Result, written: Path, tmp_path: Path
) -> None:
    link = tmp_path / "latest"
    link.symlink_to(written)
    write(small_result, link, nothing, force=True)
    assert open_result(link).summary == small_result.summary
    assert names(written) == FILES
    assert names(tmp_path) == {"out", "latest"}


# What goes wrong on the way ------------------------------------------------------------------------------------------


def test_a_failure_midway_leaves_nothing(small_result: Result, tmp_path: Path) -> None:
    seen = []

    def fail(folder: ResultsFolder) -> None:
        seen.append(folder.path)
        assert names(folder.path) == FILES
        raise RuntimeError("no report")

    with pytest.raises(RuntimeError, match="no report"):
        write(small_result, tmp_path / "out", fail)
    assert seen
    assert names(tmp_path) == set()


def test_a_failure_midway_leaves_the_older_results(small_result: Result, written: Path) -> None:
    before = digests(written)

    def fail(_: ResultsFolder) -> None:
        raise RuntimeError("no report")

    with pytest.raises(RuntimeError):
        write(small_result, written, fail, force=True)
    assert digests(written) == before
    assert names(written.parent) == {"out"}


@pytest.mark.parametrize("last", ["scenario.yaml", "summary.json", "manifest.json"])
def test_a_disk_that_fills_up_leaves_nothing(
    last: str, small_result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Path.write_text

    def full(self: Path, *arguments: str, **options: str) -> int:
        if self.name == last:
            original(self, "half of it")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))
        return original(self, *arguments, **options)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left on device"):
        write(small_result, tmp_path / "out", nothing)
    assert names(tmp_path) == set()


@pytest.fixture
def tiny_disk() -> Iterator[Path]:
    """A file system of 64 kB; a skip where this user may not mount one."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if not (mount and umount and sys.platform == "linux"):
        pytest.skip("no mount command")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True)
        if done.returncode:
            pytest.skip(f"cannot mount a small file system: {done.stderr.decode().strip()}")
        try:
            yield Path(folder)
        finally:
            subprocess.run([umount, folder], check=True)


def test_a_disk_that_is_really_full_leaves_nothing(small_result: Result, tiny_disk: Path) -> None:
    with pytest.raises(OSError, match="No space left on device"):
        write(small_result, tiny_disk / "out", nothing)
    assert names(tiny_disk) == set()


def test_a_folder_that_cannot_be_renamed_into_place_leaves_the_older_one(
    small_result: Result, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, original = digests(written), Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name.endswith(".partial"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return original(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OSError, match="Input/output error"):
        write(small_result, written, nothing, force=True)
    assert digests(written) == before
    assert names(written.parent) == {"out"}


# Runs the command line, and waits for ever once the tables are written.
HALF_WAY = """
import sys, time
import gortyn.report.page
def wait(folder, target):
    print("half way", flush=True)
    time.sleep(600)
gortyn.report.page.write_report = wait
from gortyn.cli import main
main()
"""


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
@pytest.mark.parametrize(
    ("sent", "code", "left"),
    [(signal.SIGTERM, 143, 0), (signal.SIGINT, 130, 0), (signal.SIGKILL, -9, 1)],
    ids=["terminated", "interrupted", "killed"],
)
def test_a_run_that_is_stopped_leaves_no_folder(sent: signal.Signals, code: int, left: int, tmp_path: Path) -> None:
    target = tmp_path / "out"
    with subprocess.Popen(
        [sys.executable, "-c", HALF_WAY, "run", str(SMALL), "-o", str(target)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half way\n"
        assert not target.exists()
        process.send_signal(sent)
        out, said = process.communicate(timeout=60)
    assert process.returncode == code
    assert out == ""
    assert "Traceback" not in said
    # A kill cannot be answered; what it leaves bears another name, and is in nobody's way.
    remains = list(tmp_path.iterdir())
    assert len(remains) == left
    assert all(path.name.endswith(".partial") for path in remains)
    assert not target.exists()
    check_target(target)


def test_opening_says_what_is_missing(written: Path, tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="no such results folder"):
        open_result(tmp_path / "none")
    (written / "jobs.parquet").unlink()
    with pytest.raises(ResultsError, match=r"is no results folder, it lacks jobs\.parquet"):
        open_result(written)


def test_the_summary_is_plain_json(written: Path) -> None:
    text = (written / "summary.json").read_text(encoding="utf-8")
    assert "NaN" not in text
    assert "Infinity" not in text
    assert json.loads(text)["chips"] == 2048 + 1024 + 572
