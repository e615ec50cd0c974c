"""Every broken scenario is refused with all its faults at once, each at its place and in plain words."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bad_access import ACCESS_FAULTS
from gortyn.io.faults import ScenarioError
from gortyn.io.load import load

ROOT = Path(__file__).parents[2]
BAD = ROOT / "tests" / "bad"
SECONDS = 5
MEGABYTES = 500

# What a reader of the file would point at: line, column, path and a part of the message, in the order of the file.
FAULTS: dict[str, list[tuple[int, int, str, str]]] = {
    "accounts-in-a-circle": [
        (42, 25, "operations.accounts.0.parent", "'a' is above itself"),
        (43, 25, "operations.accounts.1.parent", "'b' is above itself"),
        (44, 25, "operations.accounts.2.parent", "there is no account 'd'"),
        (45, 14, "operations.accounts.3.name", "'c' is there already"),
    ],
    "alias-bomb": [(2, 42, "", "has over 20,000 values once its aliases are followed")],
    "backslash": [(21, 16, "", "\\s means nothing inside double quotes")],
    "bad-indentation": [(45, 8, "", "check the indentation")],
    "bool-for-number": [(46, 9, "simulation.seed", "must be a whole number, is true")],
    "budget-above-total": [(10, 15, "programme.budget_eur", "more than mobilised_eur")],
    "chips-and-h100-equivalents": [(30, 9, "sites.0.phases.0", "give either chips or h100_equivalents")],
    "colon-in-text": [(4, 14, "", "quote the text")],
    "control-character": [(21, 15, "", "control character #x07")],
    "date-as-text": [(44, 10, "simulation.start", "must be a date, is the text '2028-01-01'; write it without quotes")],
    "date-of-another-country": [
        (27, 18, "sites.0.grid.energised", "must be a date such as 2027-06-01, is the text '01.02.2027'"),
    ],
    "date-with-time": [
        (44, 10, "simulation.start", "must be a date such as 2027-06-01, is the moment 2028-01-01 12:00:00"),
    ],
    "decimal-comma": [(34, 19, "tenants.0.demand_share", "must be a number, is the text '0,5'")],
    "deep-nesting": [(21, 39, "", "nests deeper than 30 levels")],
    "demand-above-one": [
        (32, 3, "tenants", "tenants ask for 110% of all chip-hours; the queue would grow without end"),
    ],
    "duplicate-key": [(4, 1, "title", "key is there already, in line 3")],
    "duplicate-key-nested": [
        (28, 7, "sites.0.grid.connection_mw", "key is there already, in line 26"),
        (40, 48, "training_runs.0.chips", "key is there already, in line 40"),
    ],
    "empty": [(1, 1, "", "must be a mapping of keys to values, is empty")],
    "energised-after-operation": [
        (30, 34, "sites.0.phases.0.operational", "2028-01-01 is before the grid connection is energised (2028-06-01)"),
    ],
    "half-a-chip": [(30, 67, "sites.0.phases.0.chips", "must be a whole number, is the number 1024.5")],
    "huge-seed": [(46, 9, "simulation.seed", "must be less than 9223372036854775808, is about 1e400")],
    "impossible-date": [(44, 10, "simulation.start", "cannot read the text '2028-02-30'")],
    "infinity": [(10, 15, "programme.budget_eur", "must be a finite number, is inf")],
    "job-max-below-median": [(36, 20, "tenants.0.job_chips_max", "is 8, less than the median 16")],
    "latitude-200": [
        (23, 19, "sites.0.latitude_deg", "must be at most 90, is 200"),
        (24, 20, "sites.0.longitude_deg", "must be at least -180, is -200"),
    ],
    "layers-do-not-sum": [(14, 5, "fund.layers", "shares sum to 0.9, not 1")],
    "list-for-mapping": [(28, 14, "sites.0.cooling", "must be a mapping, is a list")],
    "list-root": [(1, 1, "", "must be a mapping of keys to values, is a list")],
    "long-name": [(2, 7, "name", "must have at most 60 characters, is the text 'very-very")],
    "lower-case-country": [
        (22, 14, "sites.0.country", "must be a two-letter country code in capitals, is the text 'no'"),
    ],
    "many-faults": [
        (3, 1, "titel", "unknown key; did you mean title?"),
        (7, 18, "programme.mobilised_eur", "public + private"),
        (14, 5, "fund.layers", "shares sum to 0.9, not 1"),
        (20, 11, "machines.1.chip", "the catalogue has no chip 'H100-PCI'"),
        (23, 16, "machines.2.pod_chips", "must be a whole number, is the text 'none'"),
        (31, 22, "sites.0.grid.connection_mw", "is 1 MW, but all phases of 'north' draw 1.5 MW"),
        (38, 14, "sites.1.country", "must be a two-letter country code in capitals, is the text 'fr'"),
        (46, 3, "tenants", "tenants ask for 110% of all chip-hours"),
        (52, 12, "tenants.1.name", "'users' is there already"),
        (54, 24, "training_runs.0.model", "there is no model of the catalogue 'GPT-9'"),
        (60, 9, "simulation.days", "must be a whole number, is the text '30 days'"),
    ],
    "mapping-for-list": [(17, 3, "machines", "must be a list, is a mapping")],
    "merge-key": [(44, 3, "simulation", "merge keys (<<) are not read")],
    "missing-required": [
        (2, 1, "title", "is required, but missing"),
        (13, 7, "fund.layers.0.kind", "is required, but missing"),
        (25, 7, "sites.0.grid.energised", "is required, but missing"),
        (30, 5, "tenants.0.job_chips_max", "is required, but missing"),
    ],
    "mix-and-sizes": [
        (35, 16, "tenants.0.job_chips", "the mix has it already"),
        (38, 16, "tenants.0.run_hours", "the mix has it already"),
    ],
    "more-mw-than-connection": [
        (26, 22, "sites.0.grid.connection_mw", "is 1 MW, but all phases of 'north' draw 1.5 MW at full load"),
    ],
    "name-with-spaces": [
        (14, 14, "fund.layers.0.name", "must be lower-case words, digits and single hyphens, is the text 'Bank loan'"),
    ],
    "negative-power": [(26, 22, "sites.0.grid.connection_mw", "must be more than 0, is -5")],
    "no-sites": [(19, 8, "sites", "needs at least 1 entry")],
    "no-sizes": [(32, 5, "tenants.0", "run_hours is missing; or name a mix of the catalogue")],
    "no-size": [(30, 9, "sites.0.phases.0", "give either chips or h100_equivalents")],
    "not-a-number": [(10, 15, "programme.budget_eur", "must be a finite number, is nan")],
    "not-utf8": [(21, 15, "", "is not UTF-8: byte 0xe9")],
    "null-value": [
        (6, 9, "programme.name", "must be a text, is empty"),
        (18, 5, "machines.0.chip", "must be a text, is empty"),
    ],
    "number-as-key": [(12, 1, "", "a key must be a word, is '2030'")],
    "number-for-text": [(21, 12, "sites.0.title", "must be a text, is the number 2030")],
    "only-comments": [(1, 1, "", "must be a mapping of keys to values, is empty")],
    "phases-out-of-order": [(31, 34, "sites.0.phases.1.operational", "2027-06-01 is before phase 'one' (2028-01-01)")],
    "power-limit-backwards": [(42, 86, "operations.power_limits.0.to_hour", "is 6, not after from_hour 20")],
    "power-limit-elsewhere": [(42, 14, "operations.power_limits.0.site", "there is no site 'south'")],
    "public-and-private": [(7, 18, "programme.mobilised_eur", "public + private")],
    "python-tag": [
        (21, 12, "sites.0.title", "the tag !include has no meaning in a scenario"),
        (46, 9, "simulation.seed", "the tag !!python/object/apply:os.system has no meaning in a scenario"),
    ],
    "repeated-names": [
        (15, 14, "fund.layers.1.name", "'loan' is there already"),
        (19, 11, "machines.1.name", "'gpu' is there already"),
        (33, 16, "sites.0.phases.1.name", "'one' is there already"),
        (41, 12, "tenants.1.name", "'users' is there already"),
    ],
    "run-larger-than-machine": [
        (39, 43, "training_runs.0.chips", "is 2,048, but north has 1,024 chips of gpu for jobs in the simul"),
    ],
    "reservation-larger-than-machine": [
        (42, 70, "operations.reservations.0.chips", "is 2,048, but north has 1,024 chips of gpu for jobs"),
    ],
    "reservation-of-nothing": [
        (42, 28, "operations.reservations.0.tenant", "there is no tenant 'user'; did you mean users?"),
        (42, 40, "operations.reservations.0.site", "there is no site 'south'"),
        (42, 56, "operations.reservations.0.machine", "there is no machine 'cpu'"),
    ],
    "scalar-root": [(1, 1, "", "must be a mapping of keys to values, is a single value")],
    "self-alias": [(40, 13, "operations.reliability", "an alias that holds itself")],
    "service-with-run-time": [(37, 16, "tenants.0.run_hours", "a service has none")],
    "share-above-one": [(34, 19, "tenants.0.demand_share", "must be at most 1, is 50")],
    "spaces-in-number": [(30, 67, "sites.0.phases.0.chips", "must be a whole number, is the text '1 024'")],
    "tabs": [(44, 1, "", "a tab; indent with spaces")],
    "tenant-of-unknown-names": [
        (35, 10, "tenants.0.mix", "no mix of the catalogue 'llm-developing'; did you mean llm-development?"),
        (36, 14, "tenants.0.account", "there is no account 'nobody'"),
        (37, 11, "tenants.0.home", "there is no site 'south'"),
    ],
    "text-for-number": [(26, 22, "sites.0.grid.connection_mw", "must be a number, is the text '5 MW'")],
    "two-documents": [(47, 1, "", "a second document begins; a scenario is one")],
    "unclosed-bracket": [(28, 14, "", "a bracket that is not closed with }")],
    "unclosed-quote": [(21, 12, "", "a quote that is never closed")],
    "undefined-alias": [(43, 13, "", "*window stands for nothing; there is no &window above")],
    "unknown-chip": [(18, 11, "machines.0.chip", "the catalogue has no chip 'H100-SMX'; did you mean H100-SXM?")],
    "unknown-choice": [
        (33, 19, "tenants.0.tenant_class", "is the text 'startup'; did you mean start-up?"),
        (
            41,
            14,
            "operations.scheduler",
            "must be one of fcfs, sjf, easy, conservative, multifactor; is the text 'fifo'",
        ),
    ],
    "unknown-country": [(22, 14, "sites.0.country", "the catalogue has no country 'XX'")],
    "unknown-key": [(28, 5, "sites.0.mascot", "unknown key")],
    "unknown-key-did-you-mean": [
        (23, 5, "sites.0.lattitude_deg", "unknown key; did you mean latitude_deg?"),
        (42, 3, "operations.walltime_limit_hour", "unknown key; did you mean walltime_limit_hours?"),
    ],
    "unknown-machine": [
        (30, 55, "sites.0.phases.0.machine", "there is no machine 'gpus'; did you mean gpu?"),
        (39, 70, "training_runs.0.machine", "there is no machine 'cpu'; did you mean gpu?"),
    ],
    "unknown-model": [
        (39, 24, "training_runs.0.model", "no model of the catalogue 'Llama-3-80B'; did you mean Llama-3-"),
    ],
    "unknown-site-of-run": [
        (39, 54, "training_runs.0.site", "there is no site 'south'"),
        (39, 83, "training_runs.0.tenant", "there is no tenant 'guests'"),
    ],
    "walltime-too-short-for-chains": [
        (42, 25, "operations.walltime_limit_hours", "leaves no time between restart and checkpoint"),
    ],
    "walltime-factor-below-one": [(38, 22, "tenants.0.walltime_factor", "must be at least 1, is 0.9")],
    "window-before-first-phase": [
        (44, 10, "simulation.start", "the window ends before the first phase operates (2028-01-01)"),
    ],
    "wrong-unit-suffix": [(26, 7, "sites.0.grid.connection_kw", "unknown key; did you mean connection_mw?")],
    "zero-days": [(45, 9, "simulation.days", "must be at least 1, is 0")],
    "zero-tenor": [(14, 102, "fund.layers.0.tenor_years", "must be more than 0, is 0")],
    "contract-above-chips": [
        (38, 22, "tenants.0.offtake.chips", "contracts reach 2,048 chips with this one, of 1,024 that are installed"),
    ],
    "impossible-correlations": [(45, 5, "risk.correlations", "no six quantities can be correlated like this")],
    "negative-debt": [(14, 65, "fund.layers.0.share", "must be at least 0, is -0.6")],
    "order-forgets-a-lender": [
        (17, 5, "fund.waterfall", "has no step principal to loan"),
        (19, 27, "fund.waterfall.2.to", "interest can go to loan; is subsidy"),
    ],
    "price-without-rate": [
        (38, 31, "tenants.0.foreign_price.currency", "there is no rate for CHF; give it in costs.exchange"),
    ],
    "sculpted-without-equity": [
        (14, 116, "fund.layers.0.repayment", "no layer of common equity is there to pay the rest"),
    ],
    "tenor-past-the-chips": [
        (14, 102, "fund.layers.0.tenor_years", "is 8, but the last chips work for only 5 years after construction"),
    ],
    "union-above-cap": [
        (15, 5, "fund.layers", "the Union pays 0.4 of the uses, more than the cap of 0.17"),
        (15, 5, "fund.layers", "states pay 0 of the uses, less than 1 times the 0.4 of the Union"),
    ],
} | ACCESS_FAULTS


def found(path: str | Path) -> list[tuple[int, int, str, str]]:
    with pytest.raises(ScenarioError) as caught:
        load(path)
    rows = []
    for fault in caught.value.faults:
        place = re.fullmatch(rf"{re.escape(str(path))}:(\d+):(\d+)", fault.place)
        assert place, fault.place
        rows.append((int(place[1]), int(place[2]), fault.path, fault.message))
    return rows


def test_every_bad_file_is_in_the_table() -> None:
    assert sorted(FAULTS) == sorted(path.stem for path in BAD.iterdir())


@pytest.mark.parametrize("name", FAULTS)
def test_faults(name: str) -> None:
    begin = time.perf_counter()
    got = found(BAD / f"{name}.yaml")
    assert time.perf_counter() - begin < SECONDS
    assert [row[:3] for row in got] == [row[:3] for row in FAULTS[name]]
    for (*_, message), (*_, part) in zip(got, FAULTS[name], strict=True):
        assert part in message
        assert "\n" not in message
        assert len(message) < 160, "too long to read"
        assert not re.search("pydantic|ruamel|Input should|Traceback|[a-z]_type", message), "not a user's words"


def test_many_faults_are_of_many_kinds() -> None:
    paths = {path.split(".")[0] for *_, path, _ in FAULTS["many-faults"]}
    assert len(FAULTS["many-faults"]) >= 6
    assert len(paths) >= 6


# Runs the command line in a fresh interpreter and says on the last line of stderr how much memory it took.
RUNNER = """
import resource, sys
from gortyn.cli import main
try:
    main()
finally:
    scale = 1 if sys.platform == "darwin" else 1024
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale, file=sys.stderr)
"""


def check(*files: Path | str, cwd: Path) -> tuple[int, str, list[str], float]:
    """Exit code, stdout, lines of stderr and megabytes of `gortyn check`."""
    pytest.importorskip("resource")
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, "check", *map(str, files)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
    )
    *said, memory = done.stderr.splitlines()
    return done.returncode, done.stdout, said, int(memory) / 1e6


def test_one_call_reports_all_files(tmp_path: Path) -> None:
    files = [BAD / f"{name}.yaml" for name in FAULTS]
    begin = time.perf_counter()
    code, out, said, megabytes = check(*files, cwd=tmp_path)
    assert code == 2
    assert out == ""
    assert not any("Traceback" in line for line in said)
    assert not list(tmp_path.iterdir()), "a check writes nothing"
    assert time.perf_counter() - begin < 6 * SECONDS
    assert megabytes < MEGABYTES
    counted = [line for line in said if re.fullmatch(r"\d+ faults?\.", line)]
    assert [int(line.split()[0]) for line in counted] == [len(rows) for rows in FAULTS.values()]
    assert len(said) == len(counted) + sum(map(len, FAULTS.values()))


def test_a_run_of_a_bad_file_writes_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, "run", str(BAD / "many-faults.yaml"), "-o", "out"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == len(FAULTS["many-faults"]) + 2
    assert not list(tmp_path.iterdir())


def test_fifty_megabytes_of_brackets(tmp_path: Path) -> None:
    file = tmp_path / "deep.yaml"
    file.write_bytes(b"[" * 50_000_000)
    begin = time.perf_counter()
    code, _, said, megabytes = check(file, cwd=tmp_path)
    assert time.perf_counter() - begin < SECONDS
    assert code == 2
    assert said == [f"{file}:1:1: is 50,000,000 bytes; a scenario has at most 500,000", "1 fault."]
    assert megabytes < MEGABYTES


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no device without an end")
def test_a_device_without_an_end(tmp_path: Path) -> None:
    code, _, said, megabytes = check("/dev/zero", cwd=tmp_path)
    assert code == 2
    assert "at most 500,000" in said[0]
    assert megabytes < MEGABYTES


HOSTILE = {
    "brackets": ("a: " + "[" * 400_000, "nests deeper than 30 levels"),
    "dashes": ("- " * 200_000, "nests deeper than 30 levels"),
    "keys": ("".join(f"k{i}: {i}\n" for i in range(30_000)), "has over 20,000 values"),
    "words": ("a: " + "x y " * 100_000, "unknown key"),
    "quotes in one line": ("summary: " + "x'" * 20_000 + "\n", "is required, but missing"),
    "a ladder of aliases": (
        "a0: &a0 [1]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 400)),
        "nests deeper than 30 levels once its aliases are followed",
    ),
    "escapes": ('a: "' + "\\n" * 200_000 + '"', "unknown key"),
    "a key of half a megabyte": ("x" * 400_000 + ": 1\n", "a colon where none can stand"),
    "digits": ("a: " + "9" * 400_000, "cannot read the text '999999"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_refused_in_time(name: str, tmp_path: Path) -> None:
    text, part = HOSTILE[name]
    file = tmp_path / "hostile.yaml"
    file.write_text(text, encoding="utf-8")
    begin = time.perf_counter()
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert time.perf_counter() - begin < SECONDS
    assert any(part in fault.message for fault in caught.value.faults)


def test_a_directory(tmp_path: Path) -> None:
    assert found(tmp_path) == [(1, 1, "", "is a directory, not a scenario file")]


@pytest.mark.parametrize("name", ["none.yaml", "x" * 5000, "none/none.yaml", "a\0b"])
def test_a_missing_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError, match="no such file, and no shipped scenario of that name"):
        load(name)


def test_a_missing_file_with_a_name_like_a_shipped_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError, match="did you mean investai"):
        load("invest-ai")


def test_an_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret.yaml"
    file.write_text("name: x\n", encoding="utf-8")

    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    assert found(file) == [(1, 1, "", "cannot be read: Permission denied")]
