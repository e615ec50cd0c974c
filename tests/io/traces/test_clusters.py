"""The published traces of GPU clusters: what each format says in its own way."""

from __future__ import annotations

import json

import pytest

from gortyn.io.traces import TraceError, detect, read

ACME = "job_id,user,node_num,gpu_num,cpu_num,type,state,submit_time,start_time,end_time,duration,queue,gpu_time"
HELIOS = "job_id,user,vc,gpu_num,cpu_num,node_num,state,submit_time,start_time,end_time,duration,queue"
CRUX = "#job id,arrival time (sec),topology,shape,size,duration (sec)"
OPENB = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time"
PAI = "job_name,task_name,inst_num,status,start_time,end_time,plan_cpu,plan_mem,plan_gpu,gpu_type"


def test_acme_recomputes_the_duration_and_keeps_instants(write, counts) -> None:
    """One cluster counts from the start and writes +08:00, the other from the submission and writes +00:00."""
    east = (
        "1,u,1,8,128,Other,FAILED",
        *(f"2023-03-01 08:{at}+08:00" for at in ("00:00", "00:30", "02:30")),
        "120,30,960",
    )
    west = (
        "2,u,2,16,64,Pretrain,x",
        *(f"2023-03-01 00:{at}+00:00" for at in ("01:00", "01:40", "02:40")),
        "100,40,1600",
    )
    path = write("trace_seren.csv", ACME, ",".join(east), ",".join(west))
    trace, report = read(path)
    assert detect(path) == "acme"
    assert counts(report) == {"duration-recomputed": 1}
    assert (trace.submit_s.tolist(), trace.start_s.tolist(), trace.run_s.tolist()) == ([0, 60], [30, 100], [120, 60])
    assert (trace.origin, trace.zone) == ("2023-03-01T08:00:00+08:00", "Asia/Shanghai")
    assert (trace.job_type.tolist(), trace.nodes.tolist()) == (["Other", "Pretrain"], [1, 2])


def test_acme_refuses_a_mix_of_dates_with_and_without_offset(write) -> None:
    row = "1,u,1,8,128,Other,FAILED,2023-03-01 08:00:00+08:00,2023-03-01 08:00:30,2023-03-01 08:02:30,120,30,960"
    with pytest.raises(TraceError, match="some dates say their offset and some do not"):
        read(write("a.csv", ACME, row))


def test_helios_dates_are_beijing_time(write, counts) -> None:
    rows = (
        "1,u,vc1,8,64,1,COMPLETED,2020-06-09 18:41:01,2020-06-09 18:41:05,2020-06-09 18:51:05,600,4",
        "2,u,vc1,0,4,1,COMPLETED,2020-06-09 18:42:01,2020-06-09 18:42:01,2020-06-09 18:43:01,60,0",
        "3,u,vc2,1,4,1,CANCELLED,2020-06-09 18:43:01,None,None,None,None",
    )
    path = write("cluster_log.csv", HELIOS, *rows)
    trace, report = read(path)
    assert detect(path) == "helios"
    assert counts(report) == {"never-ran": 1, "cpu-only": 1}
    assert (trace.origin, trace.zone, trace.group[0]) == ("2020-06-09T18:41:01+08:00", "Asia/Shanghai", "vc1")


@pytest.mark.parametrize("format", [None, "list", "helios", "philly", "pai2020", "venus"])
def test_lists_of_arrivals_are_read_under_the_name_of_their_cluster(write, counts, format) -> None:
    path = write(
        "v.csv", "job_id,arrival_s,service_sec,gpu_count", "b#1,9.0,172800.0,32", "a#0,0.0,4045909.9999999995,1"
    )
    trace, report = read(path, format)
    assert (report.format, counts(report)) == ("list", {"unsorted": 1})
    assert (trace.job_id.tolist(), trace.run_s.tolist(), trace.origin) == (["a#0", "b#1"], [4045910, 172800], "")


def test_list_with_shapes(write, counts) -> None:
    trace, report = read(write("crux.csv", CRUX, "0,0.0,CLOS,48,48,720.0", "1,60.0,CLOS,2,2,0.0"))
    assert (trace.chips.tolist(), trace.run_s.tolist(), counts(report)) == ([48.0, 2.0], [720, 1], {"run-zero": 1})


def attempt(start, end, *gpus):
    """One attempt of the night, on a machine for each number of GPUs."""
    begun, over = (at and f"2017-10-07 {at}:00" for at in (start, end))
    return {
        "start_time": begun,
        "end_time": over,
        "detail": [{"ip": f"m{machine}", "gpus": ["gpu"] * count} for machine, count in enumerate(gpus)],
    }


def philly(job_id, *attempts, status="Pass", submitted="2017-10-07 01:00:00"):
    return {
        "status": status,
        "vc": "ee",
        "jobid": job_id,
        "attempts": list(attempts),
        "submitted_time": submitted,
        "user": "u1",
    }


@pytest.mark.parametrize("indent", [None, 4])
def test_philly_adds_up_attempts(write, counts, indent) -> None:
    jobs = [
        philly("a", attempt("01:10", "01:20", 8), attempt("02:00", "02:01", 8, 8)),
        philly("b", attempt(None, None, 4), attempt("01:05", "01:06", 4), submitted="2017-10-07 01:01:00"),
        philly("c", status="Killed"),
        philly("d", attempt("01:05", None, 1), status="Failed"),
        philly("e", attempt("01:05", "01:04", 1)),
        {"jobid": "f"},
        7,
    ]
    path = write("cluster_job_log", json.dumps(jobs, indent=indent))
    trace, report = read(path)
    assert detect(path) == "philly"
    assert counts(report) == {
        "unreadable": 2, "never-ran": 1, "run-unknown": 1, "run-negative": 1, "retried": 1, "attempt-without-times": 2,
    }  # fmt: skip
    assert trace.job_id.tolist() == ["a", "b"]
    assert (trace.run_s.tolist(), trace.chips.tolist(), trace.nodes.tolist()) == ([660, 60], [16.0, 4.0], [2, 1])
    assert (trace.start_s.tolist(), trace.end_s.tolist()) == ([600, 300], [3660, 360])
    assert (trace.origin, trace.group[0]) == ("2017-10-07T01:00:00", "ee")


def test_philly_names_the_line_of_a_break(write) -> None:
    text = json.dumps([philly("a"), philly("b")], indent=0)
    with pytest.raises(TraceError, match=r"log:10: the JSON text breaks off"):
        read(write("log", text[: text.index('"b"')]))


def test_pai_counts_per_cents_of_gpus_and_starts(write, counts) -> None:
    rows = (
        "j1,worker,3,Terminated,500.0,620.0,600.0,29.0,50.0,T4",
        "j1,ps,1,Terminated,500.0,620.0,600.0,29.0,,CPU",
        "j2,tf,2,Failed,100.0,,600.0,29.0,100.0,V100",
        "j3,tf,2,Waiting,,,600.0,29.0,100.0,V100",
        "j4,tf,1,Terminated,400.0,500.0,600.0,29.0,25.0,MISC",
    )
    for lines in ((PAI, *rows), rows):
        trace, report = read(write("pai_task_table.csv", *lines))
        assert report.format == "pai2020"
        assert counts(report) == {"no-submit": 1, "still-running": 1, "cpu-only": 1, "unsorted": 1}
        assert (trace.job_id.tolist(), trace.chips.tolist()) == (["j4/tf", "j1/worker"], [0.25, 1.5])
        assert (trace.submit_s.tolist(), trace.run_s.tolist()) == ([400, 500], [100, 120])
        assert trace.start_s.tolist() == trace.submit_s.tolist()
        assert trace.status.tolist() == ["completed", "completed"]


def test_pai_job_table_alone_is_refused(write) -> None:
    with pytest.raises(TraceError, match="does not say how many GPUs"):
        read(write("pai_job_table.csv", "j1,i1,u1,Terminated,500.0,620.0"))


def test_openb_takes_shares_of_gpus(write, counts) -> None:
    rows = (
        "p0,6000,12288,1,460,,LS,Running,10,1000,12",
        "p1,6500,12288,4,1000,,BE,Succeeded,20,50,20",
        "p2,6000,12288,0,0,,LS,Failed,30,60,30",
        "p3,6000,12288,1,1000,,LS,Pending,40,90,",
    )
    path = write("pods.csv", OPENB, *rows)
    trace, report = read(path)
    assert detect(path) == "openb2023"
    assert counts(report) == {"never-ran": 1, "cpu-only": 1}
    assert trace.chips.tolist() == [0.46, 4.0]
    assert (trace.run_s.tolist(), trace.cpus.tolist()) == ([988, 30], [6, 7])
    assert trace.job_type.tolist() == ["LS", "BE"]
