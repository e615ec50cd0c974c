"""`gortyn goodput` and `gortyn validate goodput` as typed: figures, shares that sum, and what is refused."""

from __future__ import annotations

import json

import pytest

from gortyn.cli.app import _run

CAUSES = {"rework", "restart", "checkpoint_writes", "waiting_for_spare", "replica_loss"}
AT_100K = ("--chips", "100000", "--mttf-min", "18")


@pytest.fixture
def typed(capsys):
    """Exit code, stdout and stderr of a command."""

    def type_in(*words):
        code = _run(list(words))
        said = capsys.readouterr()
        return code, said.out, said.err

    return type_in


@pytest.fixture
def goodput(typed):
    def type_in(*words):
        code, out, err = typed("goodput", *words, "--json")
        assert code == 0, err
        assert not err
        data = json.loads(out)
        assert set(data["lost_by_cause"]) == CAUSES
        assert data["goodput"] + sum(data["lost_by_cause"].values()) == pytest.approx(1, abs=1e-9)
        return data

    return type_in


@pytest.mark.parametrize(
    ("clock", "stall_min", "interval_min", "expected"),
    [
        ("observed", "10", "auto", 0.44),
        ("observed", "3", "auto", 0.83),
        ("running", "10", "1", 0.56),
        ("running", "3", "1", 0.82),
    ],
)
def test_a_hundred_thousand_chips_on_both_clocks(goodput, clock, stall_min, interval_min, expected):
    words = ("--restart-min", stall_min, "--interval-min", interval_min, "--write-s", "0", "--clock", clock)
    data = goodput(*AT_100K, *words)
    assert data["goodput"] == pytest.approx(expected, abs=0.01)
    assert data["mttf_min"] == pytest.approx(18)
    assert data["clock"] == clock


def test_checkpoint_cost_can_be_told_apart(goodput):
    data = goodput(*AT_100K, "--restart-min", "10", "--interval-min", "5", "--write-s", "60", "--clock", "observed")
    assert data["goodput_without_checkpoint_cost"] == pytest.approx(1 - 10 / 18)
    assert data["lost_by_cause"]["restart"] == pytest.approx(10 / 18)
    assert data["goodput"] < 0.35


def test_llama_3_405b(goodput):
    """16,384 GPUs, 419 unexpected interruptions in 54 days, above 90 %; 5 min restarts and 30 s writes assumed."""
    rate = 419 / 54 / (16_384 / 8) * 1000
    words = ("--chips", "16384", "--rate-per-1000-node-days", str(rate), "--restart-min", "5", "--write-s", "30")
    for clock in ("observed", "running"):
        data = goodput(*words, "--clock", clock)
        assert 0.88 < data["goodput"] < 0.95
        assert data["mttf_min"] / 60 == pytest.approx(3.09, abs=0.01)
        assert data["interval_min"] == pytest.approx(data["young_interval_min"], rel=0.05)


def test_every_measure_at_once(goodput):
    plain = goodput(*AT_100K)
    measures = ("--async", "--in-memory-share", "0.8", "--in-memory-restart-min", "2", "--in-memory-write-s", "1")
    data = goodput(*AT_100K, *measures, "--spares", "100", "--repair-hours", "24", "--chips-per-failure", "72")
    assert data["goodput"] > plain["goodput"]
    assert data["persist_s"] == 60
    assert 0 < data["blocking_write_s"] < 60
    assert 0 < data["in_memory_interval_min"] <= data["interval_min"]
    assert data["spare_chips"] == 7200
    assert 0 < data["lost_by_cause"]["waiting_for_spare"] < 0.05


def test_replicas(goodput):
    data = goodput(*AT_100K, "--restart-min", "3", "--write-s", "0", "--clock", "observed", "--replicas", "16")
    assert data["goodput"] == pytest.approx(0.80, abs=0.02)
    assert data["rejoin_min"] == 10
    assert data["lost_by_cause"]["replica_loss"] > 0
    never = goodput(*AT_100K, "--replicas", "16", "--restart-min", "3")
    assert never["interval_min"] is None


def test_components_and_a_machine_that_never_fails(goodput):
    data = goodput("--chips", "1e5", "--component", "node=4:8", "--component", "switch=2.5:72")
    assert data["mttf_min"] == pytest.approx(goodput("--chips", "1e5", "--rate-per-1000-node-days", "6.5")["mttf_min"])
    assert data["chips_per_failure"] == pytest.approx((4 * 8 + 2.5 * 72) / 6.5)
    never = goodput("--chips", "8", "--rate-per-1000-node-days", "0")
    assert never["goodput"] == 1
    assert never["mttf_min"] is None


def test_a_larger_node_has_a_rate_of_its_own(goodput):
    words = ("--chips", "7200", "--rate-per-1000-node-days", "6.5")
    assert goodput(*words, "--chips-per-node", "72")["mttf_min"] == pytest.approx(9 * goodput(*words)["mttf_min"])


def test_text_says_what_takes_the_rest(typed):
    code, out, _ = typed("goodput", *AT_100K, "--spares", "4", "--replicas", "8", "--restart-min", "3")
    assert code == 0
    for words in ("of the time on new steps", "every 18 min (running clock)", "none needed", "waiting for a spare"):
        assert words in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--chips", "100000"), "give one of --rate-per-1000-node-days, --mttf-min and --component"),
        ((*AT_100K, "--rate-per-1000-node-days", "6.5"), "give only one of"),
        (("--chips", "0", "--mttf-min", "18"), "--chips is 0, must be at least 1"),
        (("--chips", "1.5", "--mttf-min", "18"), "--chips is 1.5, must be a whole number"),
        (("--chips", "nan", "--mttf-min", "18"), "--chips is nan"),
        (("--chips", "8", "--mttf-min", "nan"), "--mttf-min is nan"),
        (("--chips", "8", "--mttf-min", "-3"), "--mttf-min is -3, must be more than 0"),
        (("--chips", "8", "--mttf-min", "0"), "--mttf-min is 0, must be more than 0"),
        (("--chips", "8", "--rate-per-1000-node-days", "-1"), "--rate-per-1000-node-days is -1"),
        ((*AT_100K, "--restart-min", "-1"), "--restart-min is -1"),
        ((*AT_100K, "--write-s", "inf"), "--write-s is inf"),
        ((*AT_100K, "--interval-min", "often"), "--interval-min is 'often', must be a number of minutes or auto"),
        ((*AT_100K, "--interval-min", "nan"), "--interval-min is nan"),
        ((*AT_100K, "--interval-min", "0"), "--interval-min is 0, must be more"),
        ((*AT_100K, "--async", "--interval-min", "0.5"), "--interval-min is 0.5: a checkpoint must be safe"),
        ((*AT_100K, "--snapshot-s", "5"), "--snapshot-s needs --async"),
        ((*AT_100K, "--async", "--snapshot-s", "90"), "--snapshot-s is 90, must be at most --write-s, 60"),
        ((*AT_100K, "--in-memory-share", "1.2"), "--in-memory-share is 1.2, must be between 0 and 1"),
        ((*AT_100K, "--in-memory-restart-min", "1"), "--in-memory-restart-min needs --in-memory-share"),
        (
            (*AT_100K, "--in-memory-share", "1", "--in-memory-interval-min", "9", "--interval-min", "5"),
            "--in-memory-interval-min must be at most --interval-min",
        ),
        (
            (*AT_100K, "--in-memory-share", "1", "--in-memory-interval-min", "0", "--in-memory-write-s", "1"),
            "--in-memory-interval-min is 0, must be more",
        ),
        ((*AT_100K, "--in-memory-share", ".5", "--replicas", "4"), "give it or --in-memory-share"),
        ((*AT_100K, "--replicas", "1"), "--replicas is 1, must be at least 2"),
        ((*AT_100K, "--replicas", "4", "--rejoin-min", "5"), "--restart-min is 10, must be at most --rejoin-min, 5"),
        ((*AT_100K, "--rejoin-min", "20"), "--rejoin-min needs --replicas"),
        ((*AT_100K, "--repair-hours", "20"), "--repair-hours needs --spares"),
        ((*AT_100K, "--spares", "200000"), "--spares is 200000, must be at most --chips, 100000"),
        ((*AT_100K, "--chips-per-failure", "200000"), "--chips-per-failure is 200000, must be at most --chips"),
        (("--chips", "8", "--component", "node"), "--component 'node' is not NAME=RATE"),
        ((*AT_100K, "--clock", "wall"), 'Choose from: "observed", "running"'),
        (("--mttf-min", "18"), "--chips"),
    ],
)
def test_bad_input_is_named_and_leads_to_exit_code_2(typed, words, said):
    code, out, err = typed("goodput", *words, "--json")
    assert code == 2
    assert not out
    assert said in err


def test_all_faults_at_once(typed):
    code, _, err = typed("goodput", "--chips", "-1", "--mttf-min", "nan", "--write-s", "-2")
    assert code == 2
    assert len(err.strip().splitlines()) == 3


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text(
        "id,n_chips,rate_per_1000_node_days,restart_min,ckpt_interval_min,metric,value,daly_exact,source\n"
        "a,16000,6.5,5,60,ETTR,0.7,0.72,somewhere\nb,,,,,tokens,many,,\n",
        encoding="utf-8",
    )
    return path


def test_validate_goodput(typed, table, tmp_path):
    out_path = tmp_path / "predictions.csv"
    code, out, err = typed("validate", "goodput", str(table), "--json", "--out", str(out_path))
    assert code == 0, err
    data = json.loads(out)
    assert data["passed"] is True
    assert (data["rows"], data["predicted"]) == (2, 1)
    assert data["refused"] == [{"id": "b", "reason": "metric 'tokens' is not one that goodput predicts"}]
    assert {"name", "expected", "got", "error", "limit", "passed", "source"} <= set(data["checks"][0])
    assert data["mape"] == pytest.approx(0.0289, abs=1e-3)
    assert len(out_path.read_text(encoding="utf-8").splitlines()) == 1 + len(data["checks"])
    code, out, _ = typed("validate", "goodput", str(table))
    assert code == 0
    assert "null models" in out


def test_validate_the_table_at_hand(typed, shared_data):
    code, out, err = typed("validate", "goodput", str(shared_data / "reliability" / "goodput_points.csv"), "--json")
    assert code == 0, err
    data = json.loads(out)
    assert data["passed"]
    assert data["mape"] < data["null_mape"] / 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "has no rows"),
        (b"id,metric,value\n", "has no rows"),
        (b"id,metric,value,value\n1,ETTR,0.9,0.9\n", "value: the column is there twice"),
        (b"id,metric,value\n1,ETTR,0.9,7\n", "points.csv:2: has 4 cells, the header has 3"),
        (b"id,metric\n1,ETTR\n", "points.csv:1: value: the table has no such column"),
        (b"id,metric,value,restart_min\n1,ETTR,0.9,NaN\n", "points.csv:2: restart_min: is NaN, must be finite"),
        (b'id,metric,value,note\n1,x,0.9,"a\nb"\n2,ETTR,-1,\n', "points.csv:4: value: is -1, must be positive"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (b'id,metric,value\n"1,ETTR,0.9\n', "points.csv: "),
    ],
)
def test_a_bad_table_is_named_and_leads_to_exit_code_2(typed, tmp_path, text, said):
    path = tmp_path / "points.csv"
    path.write_bytes(text)
    code, out, err = typed("validate", "goodput", str(path), "--json")
    assert code == 2
    assert not out
    assert said in err


def test_validate_without_table_or_with_another_subject(typed, table, tmp_path):
    code, _, err = typed("validate", "godput", str(table))
    assert code == 2
    assert "there is no subject 'godput'; did you mean goodput?" in err
    code, _, err = typed("validate", "goodput", str(tmp_path / "none.csv"))
    assert code == 2
    assert "none.csv: No such file or directory" in err
    code, _, err = typed("validate", "goodput", str(table), "--out", str(tmp_path / "no" / "p.csv"))
    assert code == 2
    assert "p.csv: there is no folder" in err
