"""This module owns the verb that plays the queue alone, of a scenario or of a recorded trace: operate."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from gortyn.cli.author import Overrides
from gortyn.cli.operate_scenario import operate_scenario
from gortyn.cli.output import InvalidInput, check_target, complain, progress, say_json
from gortyn.cli.queue_output import by_group, finite, mean_slowdown, peak_mb, print_figures, write_starts
from gortyn.cli.trace import read_trace

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gortyn.io.traces import ImportReport
    from gortyn.operation.replay import Replay
    from gortyn.workload.trace import Trace

Out = Annotated[Path | None, Parameter(name=("--out", "-o"))]
PolicyName = Literal["fcfs", "sjf", "easy", "conservative", "multifactor"]
Estimate = Literal["requested", "actual"]

MOST_TYPES = 20
"""A trace of more job types than this is told by size."""
NAMED_JOBS = 3


def operate(
    scenario: str | None = None,
    /,
    *,
    trace: Path | None = None,
    format: str | None = None,
    time_zone: str | None = None,
    nodes: int | None = None,
    chips_per_node: int | None = None,
    policy: PolicyName | None = None,
    estimate: Estimate | None = None,
    launch_overhead_s: float | None = None,
    backfill_depth: int | None = None,
    out: Out = None,
    strict: bool = False,
    set_: Overrides = (),
    seed: str | None = None,
    json: bool = False,
) -> int:
    """Play the queue of a scenario, or a recorded trace on a plain machine: when every job starts, and who waits.

    Parameters
    ----------
    scenario
        Scenario file, or name of a shipped scenario.
    trace
        Trace of recorded jobs, in place of a scenario; needs --nodes.
    format
        Format of the trace; found by its content where not given.
    time_zone
        Zone of the dates of the trace that have no offset, for example Europe/Berlin.
    nodes
        Nodes of the machine that the trace is played on.
    chips_per_node
        Chips of a node; 1 where not given. Jobs of fewer chips share nodes.
    policy
        Order of the queue; that of the scenario, or easy for a trace.
    estimate
        Run time that the policy believes; that of the scenario, or requested for a trace.
    launch_overhead_s
        Seconds that every job needs on its chips before its work begins.
    backfill_depth
        Waiting jobs behind a blocked one that a pass looks at; for a trace, only conservative and multifactor read it.
    out
        Write job_id, submit_s, start_s, end_s of every job to this CSV file.
    strict
        Refuse the trace at the first job that a rule excludes or puts right.
    set_
        Override a value of the scenario: path=value. Can be given several times.
    seed
        Seed of all random draws of the scenario; short for --set simulation.seed=N.
    json
        Print as JSON.
    """
    if (scenario is None) == (trace is None):
        both = "a scenario and --trace: give one of the two" if trace else "neither a scenario nor --trace is given"
        raise InvalidInput(f"gortyn operate: {both}")
    if out is not None:
        check_target(out, "gortyn operate: --out", trace)
    _check_numbers(nodes, chips_per_node, launch_overhead_s, backfill_depth)
    if trace is None:
        assert scenario is not None
        for_traces = {
            **{"--format": format, "--time-zone": time_zone, "--strict": strict},
            **{"--nodes": nodes, "--chips-per-node": chips_per_node},
        }
        _refuse(for_traces, "is for --trace; a scenario says it itself")
        overrides = [*set_, *_overrides(policy, estimate, launch_overhead_s, backfill_depth, seed)]
        return operate_scenario(scenario, overrides, out, json)
    _refuse({"--set": set_, "--seed": seed}, "is for a scenario; in the replay of a trace nothing is drawn")
    if nodes is None:
        raise InvalidInput("gortyn operate: --trace needs --nodes, the number of nodes of the machine")
    overhead_s = math.ceil(launch_overhead_s or 0)
    if launch_overhead_s is not None and overhead_s != launch_overhead_s:
        complain(
            f"note: traces count whole seconds; a launch overhead of {launch_overhead_s} s is taken as {overhead_s}"
        )
    data, report = read_trace(trace, format, time_zone, strict)
    played = play(
        data, trace, "gortyn operate", nodes=nodes, chips_per_node=chips_per_node or 1, policy=policy or "easy",
        estimate=estimate or "requested", launch_overhead_s=overhead_s, depth=backfill_depth,
    )  # fmt: skip
    if strict and played.excluded:
        first = played.excluded[0]
        raise InvalidInput(f"{trace}: job {first.job_id}: {first.reason} ({first.chips:g} of {played.capacity_chips})")
    if out is not None:
        jobs = played.trace
        write_starts(out, jobs.job_id, jobs.submit_s, played.start_s, played.end_s)
    if json:
        say_json(_trace_data(trace, report, played, overhead_s))
    else:
        _print_trace(trace, report, played)
    return 0


def play(data: Trace, path: Path, verb: str, **rules: Any) -> Replay:
    """Replay a trace, or leave with why it cannot be played."""
    from gortyn.operation.replay import replay

    try:
        with progress(path.name) as tell:
            tell(str(rules["policy"]))
            return replay(data, **rules)
    except ValueError as error:
        raise InvalidInput(f"{verb}: {path}: {error}") from None


def exclusions(report: ImportReport, played: Replay) -> Iterator[dict[str, Any]]:
    """Every rule by which jobs of the file were not played, with how many and the first of them."""
    yield from _rules(report, "excluded")
    for reason, count in Counter(job.reason for job in played.excluded).items():
        names = [job.job_id for job in played.excluded if job.reason == reason]
        first = next(f"job {job.job_id}, {job.chips:g} chips" for job in played.excluded if job.reason == reason)
        rule = {"rule": "not-playable", "action": "excluded", "count": count, "line": None, "value": first}
        yield {**rule, "meaning": f"the job {reason} ({played.capacity_chips:,})", "jobs": names}


def _rules(report: ImportReport, action: str) -> list[dict[str, Any]]:
    return [rule for rule in report.as_data()["rules"] if rule["action"] == action]


def _check_numbers(nodes: int | None, chips_per_node: int | None, overhead_s: float | None, depth: int | None) -> None:
    for name, value in (("--nodes", nodes), ("--chips-per-node", chips_per_node), ("--backfill-depth", depth)):
        if value is not None and value < 1:
            raise InvalidInput(f"gortyn operate: {name} is {value}, must be at least 1")
    if overhead_s is not None and not 0 <= overhead_s < math.inf:
        raise InvalidInput(f"gortyn operate: --launch-overhead-s is {overhead_s}, must be zero or more and finite")


def _refuse(given: dict[str, object], why: str) -> None:
    names = [name for name, value in given.items() if value]
    if names:
        raise InvalidInput(f"gortyn operate: {', '.join(names)} {why}")


def _overrides(
    policy: str | None, estimate: str | None, overhead_s: float | None, depth: int | None, seed: str | None
) -> list[str]:
    stated = {
        "operations.scheduler": policy,
        "operations.estimate": estimate,
        "operations.launch_overhead_s": overhead_s,
        "operations.backfill_depth": depth,
        "simulation.seed": seed,
    }
    return [f"{path}={value}" for path, value in stated.items() if value is not None]


def _classes(jobs: Trace) -> tuple[str, list[str], NDArray[Any]]:
    """What the classes of a trace are told by, their names, and each job's."""
    import numpy as np

    from gortyn.operation.measures import CLASS_STEP
    from gortyn.workload.trace_statistics import size_classes

    types = sorted(set(jobs.job_type.tolist()))
    if not 1 < len([name for name in types if name]) <= MOST_TYPES:
        return "size", *size_classes(jobs.chips, CLASS_STEP)
    places = {name: place for place, name in enumerate(types)}
    return "job_type", [name or "unknown" for name in types], np.array([places[name] for name in jobs.job_type])


def _trace_data(path: Path, report: ImportReport, played: Replay, overhead_s: int) -> dict[str, Any]:
    from gortyn.operation.measures import wait_summary

    jobs, jobs_played = played.trace, len(played.trace)
    run_s = played.end_s - played.start_s
    chip_hours = played.held_chips * (run_s / 3600)
    told_by, names, group = _classes(jobs)
    left_out = list(exclusions(report, played))
    return {
        "jobs": jobs_played,
        "engine_s": played.engine_s,
        "jobs_per_s": jobs_played / played.engine_s,
        "peak_mb": peak_mb(),
        "utilisation": finite(played.utilisation()),
        "wait_s": wait_summary(played.wait_s),
        "bounded_slowdown": mean_slowdown(played.wait_s, run_s[played.served]),
        "by_class": by_group(names, group, played.start_s - jobs.submit_s, run_s, chip_hours, played.served),
        "classes": told_by,
        "utilisation_makespan": finite(played.utilisation(played.makespan_end_s)),
        "makespan_s": played.makespan_end_s - int(jobs.submit_s[0]),
        "compile_s": played.compile_s,
        "engine": played.engine,
        "trace": str(path),
        "format": report.format,
        "policy": played.policy,
        "estimate": played.estimate,
        "nodes": played.nodes,
        "chips_per_node": played.chips_per_node,
        "launch_overhead_s": overhead_s,
        "rows": report.rows,
        "excluded": sum(one["count"] for one in left_out),
        "exclusions": left_out,
        "repaired": _rules(report, "repaired"),
        "unstarted_jobs": int((~played.served).sum()),
        "requests_unknown": played.requests_unknown,
        "rounded_up": played.rounded_up,
    }


def _notes(path: Path, report: ImportReport, played: Replay) -> Iterator[str]:
    jobs = len(played.trace)
    yield from report.lines()
    for reason, count in Counter(job.reason for job in played.excluded).items():
        named = [job for job in played.excluded if job.reason == reason]
        some = ", ".join(f"{job.job_id} ({job.chips:g} chips)" for job in named[:NAMED_JOBS])
        more = ", ..." if count > NAMED_JOBS else ""
        yield f"{path}: excluded {count:,}: the job {reason} ({played.capacity_chips:,}): {some}{more}"
    if played.requests_unknown and played.estimate == "requested":
        yield f"{path}: no requested time, the run time stands in: {played.requests_unknown:,} of {jobs:,} jobs"
    if played.rounded_up:
        yield f"{path}: whole nodes, of which the last is used in part: {played.rounded_up:,} of {jobs:,} jobs"
    if not played.served.all():
        yield f"{path}: never started: {int((~played.served).sum()):,} of {jobs:,} jobs"


def _print_trace(path: Path, report: ImportReport, played: Replay) -> None:
    data = _trace_data(path, report, played, 0)
    for note in _notes(path, report, played):
        complain(f"note: {note}")
    chips = f" of {played.chips_per_node} chips" if played.chips_per_node > 1 else ""
    believed = "requested" if played.estimate == "requested" else "actual run"
    print(f"{data['jobs']:,} jobs on {played.nodes:,} nodes{chips}, {played.policy} with {believed} times")
    if data["utilisation"] is not None:
        print(f"{100 * data['utilisation']:.1f} % of the chips in use until the last submission")
    print_figures(data, "chips" if data["classes"] == "size" else "job type")
