"""The exported files in a real Slurm: what its daemons make of them, and the priorities that they compute."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import pytest

import gortyn
from gortyn.catalogue import load as load_catalogue
from gortyn.io.slurm_policy import merged
from gortyn.machine import partitions, plan
from gortyn.model.conversions import S_PER_DAY
from gortyn.slurm import HOST_FILE, export, fair_shares, job_priority, policy, read_conf, read_dump
from slurm.daemons import Slurm, missing

SMALL = Path(__file__).resolve().parents[1] / "data" / "small.yaml"
CHIPS = 8
USED = {"founders": 3, "university": 2, "hospital": 2, "volunteers": 1}
"""Chips that jobs of these tenants hold for some seconds, side by side on the one node that is there."""
WAITING = [
    ("founders", "h100", 2),
    ("founders", "h100", 16),
    ("university", "h100", 64),
    ("carmaker", "h100", 2),
    ("model-maker", "h100", 100),
    ("laboratory", "h100", 3),
    ("assistant", "h100", 2),
    ("hospital", "h100", 8),
    ("volunteers", "h100", 2),
    ("newcomers", "h100", 10),
    ("biologists", "vault", 4),
]
"""Tenant, partition and nodes of the jobs whose priorities are compared; none of them can start."""


@pytest.fixture(scope="module")
def small():
    # Age counts in full after a quarter of an hour, so that seconds of it can be seen. The fast lane may grant fewer
    # chip-hours than one node gives, while its jobs may still be larger.
    changes = {"operations.priority.age_days": 1 / 96, "access.modes.fast-lane.chip_hours_share": 0.002}
    return gortyn.load(SMALL, changes).scenario


@pytest.fixture(scope="module")
def files(small):
    plans = plan(small, load_catalogue().lookup())
    return export(small, partitions(small, plans), plans)


def hosts(slurm: Slurm) -> str:
    """The hosts of a cluster that is one process on loopback."""
    folder = slurm.folder
    return f"""
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={slurm.ports["slurmctld"]}
SlurmdPort={slurm.ports["slurmd"]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.sock
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
AccountingStorageHost=127.0.0.1
AccountingStoragePort={slurm.ports["slurmdbd"]}
AccountingStoragePass={folder}/munge.sock
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MailProg=/bin/true
MpiDefault=none
ReturnToService=0
"""


def on_one_host(text: str, slurm: Slurm) -> str:
    """slurm.conf whose first node is here and whose others are known to be down; names are not looked up."""
    first, rest = re.search(r"NodeName=(\S+-)\[0001-(\d+)\] (CPUs=.*) State=UNKNOWN", text), "NodeAddr=127.0.0.1 Port=9"
    assert first
    prefix, last, words = first.groups()
    text = text.replace(
        first.group(),
        f"NodeName={prefix}0001 NodeAddr=127.0.0.1 Port={slurm.ports['slurmd']} {words} State=UNKNOWN\n"
        f"NodeName={prefix}[0002-{last}] {rest} {words} State=DOWN",
    )
    return re.sub(r"^(NodeName=\S+) CPUs(.*) State=UNKNOWN", rf"\1 {rest} CPUs\2 State=DOWN", text, flags=re.MULTILINE)


def fine(text: str) -> str:
    """Use in millionths of chips, because RawUsage is printed without decimals; only its proportions count."""
    return text.replace("GRES/gpu=1.0", "GRES/gpu=1000000.0")


def at_once(text: str) -> str:
    """The scheduler looks at the queue each second, in place of half a minute or a whole one."""
    often = "SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1"
    return text.replace("SchedulerParameters=", f"{often},")


def members(scenario) -> str:
    """Root for every tenant; those with a home are known at one cluster only and stand alone."""
    anywhere = ",".join(tenant.name for tenant in scenario.tenants if tenant.home is None)
    return "".join(f"root {names}\n" for names in (anywhere, *(t.name for t in scenario.tenants if t.home)))


@pytest.fixture(scope="module")
def slurm(files, small):
    lacking = missing()
    if lacking:
        reason = f"no Slurm to be started here: {', '.join(lacking)} missing"
        if os.environ.get("GORTYN_REQUIRE_SLURM") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    # Its own folder: munged wants one that everybody may enter, and sockets want a short path.
    slurm = Slurm(Path(tempfile.mkdtemp(prefix="slurm-")))
    for name, text in files.items():
        path = slurm.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    slurm.conf = slurm.folder / "narvik"
    (slurm.conf / HOST_FILE).write_text(hosts(slurm))
    (slurm.conf / "slurm.conf").write_text(on_one_host(at_once(fine(files["narvik/slurm.conf"])), slurm))
    for chip in range(CHIPS):
        (slurm.folder / f"chip{chip}").touch()
    devices = files["narvik/gres.conf"].replace("/dev/nvidia", f"{slurm.folder}/chip")
    (slurm.conf / "gres.conf").write_text(devices)
    (slurm.folder / "members.txt").write_text(members(small))
    try:
        slurm.begin_accounting()
        slurm.begin_cluster()
        slurm.run("sh", "accounting.sh", "members.txt")
        slurm.begin_node("h100-0001")
        yield slurm
    finally:
        slurm.stop_all()
        shutil.rmtree(slurm.folder, ignore_errors=True)


def table(text: str) -> list[dict[str, str]]:
    """Rows of what a command prints with --parsable2."""
    header, *rows = (line.split("|") for line in text.splitlines() if line)
    return [dict(zip(header, row, strict=False)) for row in rows]


def settings(line: str) -> dict[str, str]:
    """Key=value words of a line of scontrol."""
    return dict(re.findall(r"(\w+)=(\S+)", line))


def test_partitions_are_the_machines_and_the_enclaves(slurm):
    h100, vault = map(settings, slurm.run("scontrol", "show", "partition", "--oneliner").splitlines())
    assert (h100["PartitionName"], vault["PartitionName"]) == ("h100", "vault")
    assert h100["MaxTime"] == vault["MaxTime"] == "3-00:00:00"
    assert (h100["DenyAccounts"], vault["AllowAccounts"]) == ("biologists", "biologists")
    assert (h100["Default"], vault["Default"]) == ("YES", "NO")
    assert (h100["Nodes"], vault["Nodes"]) == ("h100-[0001-0368]", "h100-[0369-0384]")
    assert "gres/gpu=2944" in h100["TRES"]


def test_switches_are_the_pods(slurm, small):
    told = [settings(line) for line in slurm.run("scontrol", "show", "topology").splitlines() if line]
    assert [one["SwitchName"] for one in told] == [*(f"h100-pod{i}" for i in range(1, 7)), "vault", "top"]
    pod_nodes = small.machine("h100").pod_chips // CHIPS
    assert told[0]["Nodes"] == f"h100-[0001-{pod_nodes:04}]"
    assert told[-1]["Nodes"] == "h100-[0001-0384]"


def test_qualities_of_service_are_levels_and_modes(slurm):
    form = "format=name,priority,preempt,grptres,grptresmins,flags"
    rows = {row["Name"]: row for row in table(slurm.run("sacctmgr", "-P", "show", "qos", form))}
    assert rows["urgent"]["Preempt"].split(",") == ["fast-lane", "leftover", "science", "standard", "standard-carmaker"]
    assert rows["standard"]["Preempt"] == rows["fast-lane"]["Preempt"] == "leftover"
    # Weights add up to 4500, so that a level lies 4501 above the one below; 1000 x 0.5 for the quality of service.
    assert [rows[name]["Priority"] for name in ("leftover", "standard", "urgent")] == ["500", "5001", "9502"]
    # A mode's share is one of what is granted over time: no QOS limits chips at once. 500,000 chip-hours in minutes.
    assert {row["GrpTRES"] for row in rows.values()} == {""}
    assert rows["standard-carmaker"]["GrpTRESMins"] == "gres/gpu=30000000"
    assert rows["standard-carmaker"]["Flags"] == "NoDecay"


def associations(slurm: Slurm) -> str:
    return slurm.run(
        "sacctmgr", "-P", "show", "assoc", "format=cluster,account,parentname,user,share,grptres,qos,defaultqos"
    )


def test_accounts_are_the_tree_and_running_again_puts_right_what_was_changed(slurm):
    before = associations(slurm)
    rows = {(row["Cluster"], row["Account"]): row for row in table(before) if not row["User"]}
    assert {account for cluster, account in rows if cluster == "narvik"} >= {"guests", "hospitals", "hospital"}
    assert ("lavrion", "hospital") not in rows
    assert rows["narvik", "hospital"]["ParentName"] == "hospitals"
    assert [rows["narvik", name]["Share"] for name in ("guests", "founders", "hospital")] == ["100", "15", "parent"]
    assert rows["narvik", "carmaker"]["GrpTRES"] == "gres/gpu=2000"
    assert rows["narvik", "newcomers"]["QOS"] == "fast-lane"
    slurm.run("sacctmgr", "-i", "modify", "account", "founders", "where", "cluster=narvik", "set", "fairshare=99")
    slurm.run("sacctmgr", "-i", "modify", "qos", "science", "set", "GrpTRES=gres/gpu=92")
    assert associations(slurm) != before
    slurm.run("sh", "accounting.sh", "members.txt")
    assert associations(slurm) == before
    assert "gpu" not in slurm.run("sacctmgr", "-nP", "show", "qos", "format=grptres")
    federation = table(slurm.run("sacctmgr", "-P", "show", "federation"))
    assert {row["Cluster"] for row in federation} == {"narvik", "lavrion"}


def test_reservations_are_those_of_tenants_and_of_power(slurm):
    for _ in range(2):
        slurm.run("sh", "narvik/reservations.sh")
    told = slurm.run("scontrol", "show", "reservation", "--oneliner")
    rows = {row["ReservationName"]: row for row in map(settings, told.splitlines()) if row}
    assert sorted(rows) == ["grant", *(f"power-{part}-{i}" for part in ("h100", "vault") for i in (1, 2, 3))]
    grant, power = rows["grant"], rows["power-h100-2"]
    assert (grant["StartTime"], grant["Duration"]) == ("2028-07-08T00:00:00", "2-00:00:00")
    assert (grant["Accounts"], grant["NodeCnt"]) == ("university", "64")
    assert "MAGNETIC" in grant["Flags"]
    assert (power["StartTime"], power["EndTime"]) == ("2028-07-16T16:00:00", "2028-07-16T20:00:00")


def test_what_slurm_dumps_is_the_policy_that_was_exported(slurm, small):
    slurm.run("sacctmgr", "dump", "narvik", "file=narvik.dump")
    dump = read_dump((slurm.folder / "narvik.dump").read_text(), "narvik.dump")
    assert dump.cluster == "narvik"
    assert not dump.unread
    conf = read_conf((slurm.conf / "slurm.conf").read_text(), "slurm.conf")
    found = policy(conf, dump, [tenant.name for tenant in small.tenants], "narvik.dump")
    assert found.tenants["carmaker"] == {"account": "carmaker", "quota_chips": 2000}
    assert found.tenants["hospital"] == {"account": "hospitals"}
    text, _ = merged(SMALL.read_text(), found, "narvik.dump")
    back = slurm.folder / "back.yaml"
    back.write_text(text)
    scenario = gortyn.load(back).scenario
    used = {tenant: float(use) for use, tenant in enumerate(USED, start=1)}
    assert fair_shares(scenario, used) == pytest.approx(fair_shares(small, used))
    for name in ("scheduler", "backfill_depth", "walltime_limit_hours"):
        assert getattr(scenario.operations, name) == getattr(small.operations, name)
    assert scenario.operations.priority == small.operations.priority


def submit(slurm: Slurm, tenant: str, partition: str, nodes: int, chips: int, seconds: int) -> int:
    words = slurm.run(
        "sbatch", "--parsable", f"--account={tenant}", f"--partition={partition}", f"--nodes={nodes}",
        f"--gres=gpu:{chips}", "--time=5", "--output=/dev/null", f"--wrap=sleep {seconds}",
    )  # fmt: skip
    return int(words.split(";")[0])


class Observed(NamedTuple):
    """What Slurm says of jobs that wait, after others have run."""

    jobs: dict[int, tuple[str, str, int]]
    """Tenant, partition and nodes by id."""
    longest_wait_s: float
    priorities: dict[int, dict[str, str]]
    """Words of sprio by id: total, factors of age, fair share and size, points of the QOS."""
    shares: list[dict[str, str]]
    """Rows of sshare."""


@pytest.fixture(scope="module")
def observed(slurm):
    slurm.run("sacctmgr", "-i", "delete", "federation", "small")  # jobs would wait for the site that is not there
    short = [submit(slurm, tenant, "h100", 1, chips, 2) for tenant, chips in USED.items()]
    until = time.monotonic() + 40
    while any(str(job) in slurm.run("squeue", "--noheader", "--format=%i", "--states=PD,R,CG") for job in short):
        assert time.monotonic() < until, slurm.run("squeue")
        time.sleep(0.2)
    came = time.time()
    jobs = {submit(slurm, tenant, part, nodes, CHIPS, 1): (tenant, part, nodes) for tenant, part, nodes in WAITING}
    # A job's age begins when the scheduler has looked at it.
    while "AccrueTime=Unknown" in slurm.run("scontrol", "show", "jobs"):
        assert time.monotonic() < until
        time.sleep(0.2)
    # Slurm counts use and age anew when its daemon starts: first the use, then what accounts are held to have used.
    for _ in range(2):
        slurm.stop("slurmctld")
        slurm.begin_cluster()
    longest_wait_s = time.time() - came
    words = slurm.run("sprio", "--noheader", "--format=%i|%Y|%a|%f|%t|%Q")
    names: tuple[str, ...] = ("total", "age", "fair", "size", "qos")
    rows = (re.split(r"\s*\|\s*", line.strip()) for line in words.splitlines())
    priorities: dict[int, dict[str, str]] = {int(row[0]): dict(zip(names, row[1:], strict=True)) for row in rows}
    shares = table(slurm.run("sshare", "--all", "--long", "--parsable2"))
    return Observed(jobs, longest_wait_s, priorities, shares)


def test_the_fair_shares_of_slurm_are_ours(observed, small):
    rows = {row["Account"].strip(): row for row in observed.shares if not row["User"]}
    used = {tenant: float(rows[tenant]["RawUsage"]) for tenant in USED}
    assert min(used.values()) > 0
    ours = fair_shares(small, used)
    for tenant in small.tenants:
        assert float(rows[tenant.name]["FairShare"]) == pytest.approx(ours[tenant.name], abs=2e-6), tenant.name
    # The hospital has the factor of the account above it, those without use have all of theirs.
    assert rows["hospital"]["FairShare"] == rows["hospitals"]["FairShare"]
    assert {name for name, factor in ours.items() if factor < 1} == set(USED)


def test_the_priorities_of_slurm_are_ours(observed, small):
    tenants = {tenant.name: tenant for tenant in small.tenants}
    rows = {row["Account"].strip(): row for row in observed.shares if not row["User"]}
    ours_fair = fair_shares(small, {tenant: float(rows[tenant]["RawUsage"]) for tenant in USED})
    partition_nodes = {"h100": 368, "vault": 16}
    assert set(observed.priorities) == set(observed.jobs)
    for job, (name, partition, nodes) in observed.jobs.items():
        slurm = observed.priorities[job]
        waited_s = float(slurm["age"]) * small.operations.priority.age_days * S_PER_DAY
        assert 0 < waited_s <= observed.longest_wait_s + 1
        of_nodes = partition_nodes[partition]
        ours = job_priority(small, tenants[name], round(waited_s), nodes, of_nodes, ours_fair[name])
        assert float(slurm["age"]) == pytest.approx(ours.age, abs=1e-6)
        assert float(slurm["fair"]) == pytest.approx(ours.fair_share, abs=2e-6)
        assert float(slurm["size"].removeprefix("node=")) == pytest.approx(
            ours.size, abs=0.0051
        )  # printed with two decimals
        assert int(slurm["qos"]) == ours.level_points + 1000 * ours.qos
        assert int(slurm["total"]) == ours.total, (name, slurm, ours)


def test_a_job_that_is_larger_or_has_another_account_is_refused(slurm):
    for partition, tenant in (("vault", "founders"), ("h100", "biologists")):
        with pytest.raises(AssertionError, match=r"account or partition|Invalid account"):
            submit(slurm, tenant, partition, 1, CHIPS, 1)
    with pytest.raises(AssertionError, match="time limit"):
        slurm.run("sbatch", "--account=founders", "--time=4-00:00:00", "--nodes=1", "--wrap=true")


def test_no_limit_of_its_mode_holds_a_job(slurm, observed, small):
    slurm.run("scancel", *map(str, observed.jobs))
    lane = next(mode for mode in small.access.modes if mode.name == "fast-lane")
    held = int(lane.chip_hours_share * 3072)  # of the chips of the larger site, at once
    assert 0 < held < CHIPS
    for limit, expected in ((held, "Reason=QOSGrpGRES"), (-1, "JobState=COMPLETED")):
        slurm.run("sacctmgr", "-i", "modify", "qos", "fast-lane", "set", f"GrpTRES=gres/gpu={limit}")
        job = str(submit(slurm, "newcomers", "h100", 1, CHIPS, 0))
        until = time.monotonic() + 20
        while expected not in (said := slurm.run("scontrol", "show", "job", job)):
            assert time.monotonic() < until, said
            time.sleep(0.1)
        slurm.run("scancel", job)


def test_nobody_else_reaches_the_daemons(slurm):
    if not slurm.inside:
        pytest.skip("no rights to a network of its own; munge alone keeps others out")
    assert all(slurm.listens(name) for name in slurm.ports)
    devices = Path(f"/proc/{slurm.watched}/net/dev").read_text()
    assert re.findall(r"(\S+):", devices) == ["lo"]
    outside = Slurm(slurm.folder)
    outside.ports = slurm.ports
    assert not any(outside.listens(name) for name in slurm.ports)


def test_daemons_die_with_the_tests():
    """A process that starts a daemon and is killed leaves it no time to end."""
    lacking = missing()
    if lacking:
        pytest.skip(f"{', '.join(lacking)} missing")
    script = (
        "import sys, time; from pathlib import Path; from slurm.daemons import Slurm; s = Slurm(Path(sys.argv[1]));"
        "s.begin_network(); s.folder.chmod(0o755); s.start_munged();"
        "print(*(one.pid for one in s.running.values()), flush=True); time.sleep(60)"
    )
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(folder)], cwd=SMALL.parents[1], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        with process.stdout as said:
            daemons = said.readline().split()
        assert daemons
        process.kill()
        process.wait()
        until = time.monotonic() + 5
        while any(alive(pid) for pid in daemons):
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def alive(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False
