"""The exported files say what the scenario says, node by node and share by share."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gortyn
from gortyn.catalogue import load as load_catalogue
from gortyn.machine import partitions, plan
from gortyn.slurm import SlurmError, export, fair_shares, job_priority, read_conf
from gortyn.slurm.terms import qos_points, whole_shares

SMALL = Path(__file__).resolve().parents[1] / "data" / "small.yaml"


def exported(scenario, prefix=""):
    plans = plan(scenario, load_catalogue().lookup())
    return export(scenario, partitions(scenario, plans), plans, prefix)


@pytest.fixture(scope="module")
def small():
    return gortyn.load(SMALL).scenario


@pytest.fixture(scope="module")
def files(small):
    return exported(small)


@pytest.fixture
def changed(small):
    """The small scenario with other values of its operations."""

    def change(**operations):
        return small.model_copy(update={"operations": small.operations.model_copy(update=operations)})

    return change


def numbers(text: str, prefix: str) -> list[int]:
    """Numbers of all nodes of a prefix in a text, in its order."""
    found = []
    for inside in re.findall(rf"{prefix}-\[?([\d,-]+)\]?", text):
        for part in inside.strip("-,").split(","):
            first, _, last = part.partition("-")
            found += range(int(first), int(last or first) + 1)
    return found


def lines(text: str, key: str) -> str:
    return "\n".join(line for line in text.splitlines() if line.startswith(f"{key}="))


def test_every_node_is_defined_once_has_chips_a_switch_and_a_partition(files):
    everyone = list(range(1, 385))  # 3072 chips in nodes of eight
    conf = files["narvik/slurm.conf"]
    assert sorted(numbers(lines(conf, "NodeName"), "h100")) == everyone
    assert sorted(numbers(lines(conf, "PartitionName"), "h100")) == everyone
    assert sorted(numbers(files["narvik/gres.conf"], "h100")) == everyone
    assert sorted(numbers(files["narvik/topology.conf"], "h100")) == everyone


def test_domains_lie_below_pods(files):
    # 572 chips in nodes of four: domains of 18 nodes, pods of four domains.
    text = files["lavrion/topology.conf"]
    assert "SwitchName=gb300-domain1 Nodes=gb300-[0001-0018]" in text
    assert "SwitchName=gb300-domain8 Nodes=gb300-[0127-0143]" in text
    assert "SwitchName=gb300-pod2 Switches=gb300-domain[5-8]" in text
    assert text.endswith("SwitchName=top Switches=gb300-pod[1-2]\n")


def test_phases_inside_the_window_come_later(files):
    conf = files["narvik/slurm.conf"]
    assert "# From 2028-07-11 on; then State=UNKNOWN.\nNodeName=h100-[0241-0368]" in conf
    assert conf.count("State=FUTURE") == 1


@pytest.mark.parametrize("scheduler", ["fcfs", "easy", "conservative", "multifactor"])
@pytest.mark.parametrize("levels", ["all", "standard"])
def test_a_configuration_is_read_back_as_the_policy_that_it_was_made_from(changed, scheduler, levels):
    scenario = changed(scheduler=scheduler, backfill_depth=77, placement="spread")
    if levels == "standard":
        tenants = tuple(tenant.model_copy(update={"qos": "standard"}) for tenant in scenario.tenants)
        scenario = scenario.model_copy(update={"tenants": tenants})
    found = read_conf(exported(scenario)["narvik/slurm.conf"], "slurm.conf").operations
    assert found["scheduler"] == scheduler
    assert found["placement"] == "spread"
    assert found["walltime_limit_hours"] == scenario.operations.walltime_limit_hours
    if scheduler != "fcfs":
        assert found["backfill_depth"] == 77
    if scheduler == "multifactor":
        priority = scenario.operations.priority
        assert found["priority"] == {name: getattr(priority, name) for name in found["priority"]}


def test_an_urgent_job_stands_before_every_standard_one(small):
    tenants = {tenant.name: tenant for tenant in small.tenants}
    best = job_priority(small, tenants["founders"], 10**9, 368, 368, 1.0)
    assert best.age == best.size == 1.0
    assert best.total < job_priority(small, tenants["assistant"], 0, 1, 368, 0.0).total
    worst = job_priority(small, tenants["founders"], 0, 1, 368, 0.0)
    assert worst.total > job_priority(small, tenants["volunteers"], 10**9, 368, 368, 1.0).total


def test_with_one_level_priorities_bear_nothing_beside_the_factors(small):
    tenants = tuple(tenant.model_copy(update={"qos": "standard"}) for tenant in small.tenants)
    scenario = small.model_copy(update={"tenants": tenants})
    assert {qos_points(scenario, tenant) for tenant in tenants} == {500}
    assert job_priority(scenario, tenants[0], 302_400, 184, 368, 0.25).total == 500 + 500 + 250 + 500


def test_fair_shares_of_accounts_within_accounts(small):
    # By hand: guests has 1 of 1 + 1.04 shares and used all; hospitals is its only child.
    factors = fair_shares(small, {"hospital": 5.0})
    assert factors["hospital"] == pytest.approx(2 ** -(1 / (1 / 2.04)))
    assert factors["founders"] == 1.0


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=8))
def test_whole_shares_keep_their_proportions(shares):
    whole = whole_shares(shares)
    assert all(isinstance(share, int) and 1 <= share < 2**31 - 1 for share in whole)
    for (a, wa), (b, wb) in itertools.combinations(zip(shares, whole, strict=True), 2):
        if max(shares) / min(a, b) < 1e5:
            assert wa / wb == pytest.approx(a / b, rel=1e-4)


def test_reservations_of_one_time_have_nodes_of_their_own(small):
    window = {"site": "narvik", "machine": "h100", "tenant": "founders"}
    from gortyn.model import Reservation

    days = [datetime(2028, 7, day, tzinfo=UTC).date() for day in (2, 3, 14)]
    more = tuple(Reservation(name=f"r{i}", chips=800, begin=day, days=2, **window) for i, day in enumerate(days))
    operations = small.operations.model_copy(update={"reservations": more})
    text = exported(small.model_copy(update={"operations": operations}))["narvik/reservations.sh"]
    rows = [line.split() for line in text.splitlines() if line.startswith("reserve ") and " h100 " in line]
    assert len(rows) == 6  # three reservations, three evenings of the limit on power
    for one, other in itertools.combinations(rows, 2):
        if int(one[2]) < int(other[3]) and int(other[2]) < int(one[3]):
            assert not set(numbers(one[5], "h100")) & set(numbers(other[5], "h100"))
    assert numbers(rows[1][5], "h100") == list(range(101, 201))


def test_the_scripts_are_plain_sh(files, tmp_path):
    shell = shutil.which("sh")
    assert shell
    for name, text in files.items():
        if name.endswith(".sh"):
            (tmp_path / "x.sh").write_text(text)
            subprocess.run([shell, "-n", str(tmp_path / "x.sh")], check=True)


def test_use_is_counted_where_minutes_are_limited(changed):
    plain = changed(scheduler="easy")
    tenants = [t.model_copy(update={"qos": "standard", "mode": None, "quota_chip_hours": None}) for t in plain.tenants]
    basic = plain.model_copy(update={"tenants": tuple(tenants)})
    assert "PriorityType=priority/basic" in exported(basic)["narvik/slurm.conf"]
    tenants[0] = tenants[0].model_copy(update={"quota_chip_hours": 100.0})
    quota = plain.model_copy(update={"tenants": tuple(tenants)})
    conf = exported(quota)["narvik/slurm.conf"]
    assert "PriorityType=priority/multifactor" in conf
    assert read_conf(conf, "f").operations["scheduler"] == "easy"


def test_a_share_of_a_mode_limits_no_chips_at_once(small):
    modes = tuple(mode.model_copy(update={"chip_hours_share": 1e-6}) for mode in small.access.modes)
    scenario = small.model_copy(update={"access": small.access.model_copy(update={"modes": modes})})
    files = exported(scenario)
    assert files["accounting.sh"] == exported(small)["accounting.sh"]
    assert "Nothing limits the chips of a mode at once." in files["README.md"]


def test_the_readme_says_what_is_not_carried(files):
    text = files["README.md"]
    for words in ("(hospital) start when they can", "(model-maker) are chained", "(assistant) need an autoscaler",
                  "Modes of access (fast-lane and science) are QOS", "Spare nodes (7 of h100 at narvik"):  # fmt: skip
        assert words in text


def test_names_that_clash_are_refused_together(small):
    from gortyn.model import Account

    accounts = (*small.operations.accounts, Account(name="founders", shares=1.0), Account(name="root", shares=1.0))
    scenario = small.model_copy(update={"operations": small.operations.model_copy(update={"accounts": accounts})})
    with pytest.raises(SlurmError) as error:
        exported(scenario, "x-")
    assert [line.split(" (")[0] for line in error.value.lines] == [
        "cluster name 'x-narvik'", "cluster name 'x-lavrion'", "account name 'root'", "account name 'founders'"
    ]  # fmt: skip


def test_a_scenario_without_nodes_has_no_cluster(small):
    with pytest.raises(SlurmError, match="no nodes in the simulated window"):
        export(small, (), ())
