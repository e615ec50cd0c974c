"""`gortyn export slurm` and `gortyn import slurm`."""

from __future__ import annotations

from pathlib import Path

import pytest

from gortyn.io.load import load
from slurm.texts import CONF, DUMP

SMALL = Path(__file__).parents[1] / "data" / "small.yaml"


@pytest.fixture
def texts(tmp_path):
    (tmp_path / "slurm.conf").write_text(CONF)
    (tmp_path / "alpha.dump").write_text(DUMP.replace("'Start_Ups'", "'founders'"))
    return tmp_path


def test_a_folder_appears_whole_and_is_replaced_only_when_told(gortyn, tmp_path):
    said = gortyn("export", "slurm", SMALL, "-o", "out", "--cluster-prefix", "it_", "--json")
    assert said.code == 0
    assert said.json["files"] == sorted(
        ["README.md", "accounting.sh"]
        + [f"{s}/{f}" for s in ("lavrion", "narvik")
           for f in ("gres.conf", "host.conf", "reservations.sh", "slurm.conf", "topology.conf")]
    )  # fmt: skip
    out = tmp_path / "out"
    assert "ClusterName=it_narvik" in (out / "narvik" / "slurm.conf").read_text()
    (out / "narvik" / "host.conf").write_text("SlurmctldHost=mine\n")
    said = gortyn("export", "slurm", SMALL, "-o", "out")
    assert (said.code, "--force" in said.err) == (2, True)
    assert gortyn("export", "slurm", SMALL, "-o", "out", "--force").code == 0
    assert "ClusterName=narvik" in (out / "narvik" / "slurm.conf").read_text()
    assert (out / "narvik" / "host.conf").read_text() == "SlurmctldHost=mine\n"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_folders_of_others_are_left_alone(gortyn, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary").touch()
    said = gortyn("export", "slurm", SMALL, "-o", "mine", "--force")
    assert said.code == 2
    assert "left as it is" in said.err
    assert gortyn("export", "slurm", SMALL, "-o", "no/such").code == 2


def test_names_that_cannot_be_carried_are_told_and_nothing_is_written(gortyn, tmp_path):
    said = gortyn("export", "slurm", SMALL, "-o", "out", "--cluster-prefix", "a=b ")
    assert said.code == 2
    assert said.err.count("\n") == 2
    assert "holds '=', which a configuration file cannot carry" in said.err
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("texts")
def test_a_policy_alone_is_a_fragment(gortyn):
    said = gortyn("import", "slurm", "slurm.conf", "--dump", "alpha.dump")
    assert said.code == 0
    assert said.out.startswith("operations:\n  scheduler: multifactor\n  backfill_depth: 1999\n")
    assert "- {name: public, shares: 1}" in said.out
    assert "- {name: sme, account: public, quota_chip_hours: 1000}" in said.out
    assert "note: slurm.conf:16: includes" in said.err


def test_a_policy_goes_into_a_scenario_whose_comments_stay(gortyn, texts):
    before = SMALL.read_text()
    said = gortyn(
        "import", "slurm", "slurm.conf", "--dump", "alpha.dump", "--into", SMALL, "-o", "new.yaml",
        "--json",
    )  # fmt: skip
    # The hospital's account is gone with the tree that it was in.
    assert said.code == 2
    assert "hospitals" in said.err
    assert not (texts / "new.yaml").exists()

    own = before.replace("    account: hospitals\n", "")
    (texts / "own.yaml").write_text(own)
    said = gortyn(
        "import", "slurm", "slurm.conf", "--dump", "alpha.dump", "--into", "own.yaml", "-o", "new.yaml", "--json"
    )
    assert said.code == 0, said.err
    assert "operations.walltime_limit_hours" in said.json["changed"]
    assert "tenants.founders.account" in said.json["changed"]
    text = (texts / "new.yaml").read_text()
    for comment in ("# A gigafactory in miniature", "# assumed: dear evenings", "# assumed: begins again when stopped"):
        assert comment in text
    assert "walltime_limit_hours: 24  # source: slurm.conf, alpha.dump" in text
    kept = [line for line in own.splitlines() if "#" in line]
    assert len([line for line in text.splitlines() if "#" in line]) >= len(kept) - 5
    scenario = load(texts / "new.yaml").scenario
    assert scenario.operations.priority.half_life_days == 14
    assert [account.name for account in scenario.operations.accounts] == ["market", "public"]
    assert next(t for t in scenario.tenants if t.name == "founders").account == "public"


def test_a_dump_of_another_version_says_which_parts_were_not_read(gortyn, texts):
    (texts / "new.dump").write_text(DUMP.replace("Account - 'sme':", "Account - 'sme':GrpGold=7:"))
    said = gortyn("import", "slurm", "slurm.conf", "--dump", "new.dump", "--json")
    assert said.code == 0
    assert said.json["not_read"] == [
        {"file": "new.dump", "line": 14, "text": "option GrpGold is none of version 22.05; not read"}
    ]
    assert "Not read, of another version of Slurm (1):" in said.err


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"\xff\xfe", "is not UTF-8"), (b"", "is no slurm.conf"), (b"a=\0", "null character")],
)
def test_files_that_cannot_be_read_are_told(gortyn, tmp_path, content, told):
    (tmp_path / "x.conf").write_bytes(content)
    said = gortyn("import", "slurm", "x.conf")
    assert said.code == 2
    assert told in said.err
    assert "no such file" in gortyn("import", "slurm", "nowhere.conf").err


def test_export_and_import_change_nothing_and_replace_a_file_only_when_told(gortyn, tmp_path):
    assert gortyn("export", "slurm", SMALL, "-o", "out").code == 0
    command = ("import", "slurm", "out/narvik/slurm.conf", "--into", SMALL, "-o", "back.yaml", "--json")
    said = gortyn(*command)
    assert said.code == 0
    assert said.json["changed"] == []
    assert load(tmp_path / "back.yaml").scenario == load(SMALL).scenario
    said = gortyn(*command)
    assert (said.code, "--force" in said.err) == (2, True)
    assert gortyn(*command, "--force").code == 0
