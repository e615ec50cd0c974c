"""slurm.conf and dumps are read as Slurm's manuals describe them, and what is not read is said with its line."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gortyn.model.conversions import S_PER_DAY
from gortyn.slurm import SlurmError, policy, read_conf, read_dump
from gortyn.slurm.conf import duration
from gortyn.slurm.lines import logical_lines, node_count, seconds
from slurm.texts import CONF, DUMP


def told(notes) -> str:
    return "\n".join(map(str, notes))


def test_the_policy_of_a_slurm_conf():
    conf = read_conf(CONF, "slurm.conf")
    assert conf.cluster == "Alpha"
    assert conf.nodes == 101 + 36
    assert conf.operations == {
        "scheduler": "multifactor",
        "backfill_depth": 1999,
        "walltime_limit_hours": 24.0,
        "priority": {
            "age_weight": 100.0,
            "age_days": 3.5,
            "fair_share_weight": 10000.0,
            "half_life_days": 14.0,
            "size_weight": 300.0,
            "period_min": 10.0,
            "qos_weight": 2000.0,
        },
    }


def test_what_a_slurm_conf_says_beyond_that_is_listed_with_its_line():
    notes = told(read_conf(CONF, "slurm.conf").notes)
    assert "slurm.conf:14: priorityweightpartition is not read" in notes
    assert "slurm.conf:15: weights of cpu=5 are not read" in notes
    assert "slurm.conf:16: includes /etc/slurm/nodes.conf, which is not read" in notes


@pytest.mark.parametrize(
    ("lines", "scheduler"),
    [
        ("SchedulerType=sched/builtin", "fcfs"),
        ("SchedulerType=sched/backfill", "conservative"),
        ("SchedulerParameters=bf_job_part_count_reserve=1", "easy"),
        ("PriorityType=priority/multifactor", "multifactor"),
    ],
)
def test_schedulers(lines, scheduler):
    assert read_conf(f"ClusterName=a\n{lines}\n", "f").operations["scheduler"] == scheduler


@pytest.mark.parametrize(
    ("lines", "told_"),
    [
        ("SchedulerType=sched/backfil", "f:2: SchedulerType is 'sched/backfil', none of sched/backfill, sched/builtin"),
        ("PriorityType=multifactor", "f:2: PriorityType is 'multifactor', none of"),
        ("PriorityWeightAge=abc", "f:2: priorityweightage is not read: it counts under priority/multifactor only"),
        ("PriorityType=priority/multifactor\nPriorityWeightAge=abc", "f:3: PriorityWeightAge is 'abc', no number"),
    ],
)
def test_values_that_slurm_would_refuse_are_told(lines, told_):
    assert told_ in told(read_conf(f"ClusterName=a\n{lines}\n", "f").notes)


def test_a_text_that_is_no_configuration_is_refused():
    for text in ("", "# only a comment\n", "hello\n"):
        with pytest.raises(SlurmError, match=r"f: is no slurm\.conf"):
            read_conf(text, "f")
    with pytest.raises(SlurmError, match="null character"):
        read_conf("a=\0", "f")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
@example("NodeName=a[1-")
@example("PriorityWeightAge=1e999\nPriorityMaxAge=:\nPriorityDecayHalfLife=0")
@example("PartitionName=x MaxTime=99999999999999999999")
@example("a=1\\")
def test_no_text_breaks_the_reader_of_configurations(text):
    try:
        conf = read_conf(text, "f")
    except SlurmError:
        return
    lines = len(text.splitlines())
    assert all(1 <= note.line <= max(1, lines) for note in conf.notes)


@given(st.text(alphabet=st.sampled_from("CluserAcontUPa-':=,1 \n"), max_size=200) | st.text(max_size=200))
@example("Account - 'a':Fairshare=x:GrpTRES=gres/gpu=0")
def test_no_text_breaks_the_reader_of_dumps(text):
    try:
        dump = read_dump(text, "f")
        policy(read_conf("ClusterName=a", "c"), dump, None, "f")
    except SlurmError:
        return
    assert all(1 <= note.line <= len(text.splitlines()) for note in (*dump.notes, *dump.unread))


@given(st.integers(0, 3000), st.integers(0, 86399))
def test_lengths_of_time_are_read_as_they_are_written(days, rest_s):
    assert seconds(duration(days * S_PER_DAY + rest_s)) == days * S_PER_DAY + rest_s


@pytest.mark.parametrize(
    # source: slurm.conf(5), formats of MaxTime
    ("text", "expected"),
    [("30", 1800), ("30:10", 1810), ("2:30:10", 9010), ("1-2", 93600), ("1-2:30", 95400), ("INFINITE", None)],
)
def test_formats_of_lengths_of_time(text, expected):
    assert seconds(text) == expected


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=5))
def test_ranges_of_nodes_are_counted(ranges):
    text = ",".join(f"{first:04}-{first + more:04}" for first, more in ranges)
    assert node_count(f"gpu[{text}],login") == sum(more + 1 for _, more in ranges) + 1


@pytest.mark.parametrize("text", ["a[1-", "a]", "a[2-1]", "a[x]", "a[1-2-3]", "a[1][", "a[99999999999]"])
def test_broken_ranges_are_told(text):
    with pytest.raises(ValueError, match=r"range|bracket"):
        node_count(text)


def test_comments_and_continued_lines():
    text = "a=1 # b=2\n# c=3\nd=4,\\\n  5\ne=\\#6\n"
    assert [(line.number, line.text) for line in logical_lines(text, "f")] == [
        (1, "a=1"), (3, "d=4,  5"), (5, "e=#6")
    ]  # fmt: skip


def test_the_tree_of_a_dump():
    dump = read_dump(DUMP, "alpha.dump")
    assert dump.cluster == "alpha"
    assert not dump.unread
    rows = [(a.name, a.parent, a.shares, a.chips, a.chip_minutes) for a in dump.accounts]
    assert rows == [
        ("market", "root", 3.0, None, None),
        ("public", "root", 1.0, 512, None),
        ("sme", "public", None, None, 60000),
        ("Start_Ups", "public", None, None, None),
    ]
    assert "alpha.dump:10: GrpTRES of cpu=9 is not read" in told(dump.notes)


def test_a_dump_becomes_accounts_and_lines_of_tenants():
    found = policy(read_conf(CONF, "c"), read_dump(DUMP, "d"), None, "d")
    assert found.operations["accounts"] == [{"name": "market", "shares": 3.0}, {"name": "public", "shares": 1.0}]
    assert found.tenants == {
        "market": {"account": "market"},
        "sme": {"account": "public", "quota_chip_hours": 1000.0},
        "start-ups": {"account": "public"},
    }
    assert "d:15: account 'Start_Ups' becomes 'start-ups'" in told(found.notes)
    # Its QOS may bear a quota, which a dump does not say.
    assert "d:15: limits of QOS" in told(found.notes)
    assert "quota_chip_hours is not read from those of Start_Ups" in told(found.notes)
    # Only the tenants that a scenario has.
    some = policy(read_conf(CONF, "c"), read_dump(DUMP, "d"), ["sme", "other"], "d")
    assert set(some.tenants) == {"sme"}
    assert "has no account of other" in told(some.notes)
    assert "account 'market' is no tenant of the scenario" in told(some.notes)


def test_a_dump_of_another_version_says_what_was_not_read():
    text = DUMP.replace("# To edit this file start", "# Version 41: edit").replace(
        "Account - 'market':", "Account - 'market':GrpGold=7:"
    )
    text += "QOS - 'long':Priority=5\nAccount - 'late':Fairshare=2:???\n"
    dump = read_dump(text, "new.dump")
    last = len(text.splitlines())
    assert [str(note) for note in dump.unread] == [
        "new.dump:1: does not begin as dumps of version 22.05 do; what is not known of it is listed",
        "new.dump:9: option GrpGold is none of version 22.05; not read",
        f"new.dump:{last - 1}: a line of 'QOS' is none of version 22.05; not read",
        f"new.dump:{last}: '???' is no option; the rest is not read",
    ]
    assert {a.name: a.shares for a in dump.accounts} == {
        "market": 3.0, "public": 1.0, "sme": None, "Start_Ups": None, "late": 2.0
    }  # fmt: skip


def test_names_that_would_be_one_in_a_scenario_are_refused():
    text = "Cluster - 'a'\nParent - 'root'\nAccount - 'x_y'\nAccount - 'X-Y'\nAccount - 'π'\n"
    with pytest.raises(SlurmError) as error:
        policy(read_conf(CONF, "c"), read_dump(text, "d"), None, "d")
    assert error.value.lines == (
        "d:4: account 'X-Y' and 'x_y' would both be 'x-y'",
        "d:5: account 'π' has no letter that a short name can have",
    )


def test_two_clusters_in_a_dump_are_refused():
    with pytest.raises(SlurmError, match="d:2: a second cluster, b"):
        read_dump("Cluster - 'a'\nCluster - 'b'\n", "d")
