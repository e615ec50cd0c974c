"""This module owns the verb that says what failures cost a long run: goodput."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from gortyn.cli.output import InvalidInput, print_table, say_json

if TYPE_CHECKING:
    from gortyn.training.assessment import Goodput
    from gortyn.training.recovery import Component, Recovery

S_PER_HOUR, MIN_PER_HOUR = 3600, 60
AUTO = "auto"
CAUSES = {
    "rework": "running lost steps again",
    "restart": "restarts",
    "checkpoint_writes": "writing checkpoints",
    "waiting_for_spare": "waiting for a spare",
    "replica_loss": "replicas not back yet",
}
WAYS = ("rate_per_1000_node_days", "mttf_min", "component")
INTERVALS = {"interval_min", "in_memory_interval_min"}
WHOLE = {"chips", "chips_per_node", "chips_per_failure", "spares", "replicas"}
POSITIVE = {"mttf_min"}
RANGES = {
    "chips": (1, math.inf),
    "chips_per_node": (1, math.inf),
    "chips_per_failure": (1, math.inf),
    "replicas": (2, math.inf),
    "in_memory_share": (0, 1),
    "replica_share": (0, 1),
}
AT_MOST = {
    "snapshot_s": "write_s",
    "chips_per_failure": "chips",
    "spares": "chips",
    "replicas": "chips",
    "restart_min": "rejoin_min",
}
NEEDS = {
    "snapshot_s": "async_",
    "in_memory_restart_min": "in_memory_share",
    "in_memory_write_s": "in_memory_share",
    "in_memory_interval_min": "in_memory_share",
    "repair_hours": "spares",
    "rejoin_min": "replicas",
    "replica_share": "replicas",
}
COMPONENT = re.compile(r"(?P<name>[^=]+)=(?P<rate>\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)(?::(?P<chips>\d+))?")


def goodput(
    *,
    chips: float,
    rate_per_1000_node_days: float | None = None,
    mttf_min: float | None = None,
    component: Annotated[Sequence[str], Parameter(negative=())] = (),
    chips_per_node: float = 8,
    chips_per_failure: float | None = None,
    clock: Literal["observed", "running"] = "running",
    restart_min: float = 10,
    interval_min: str = AUTO,
    write_s: float = 60,
    async_: Annotated[bool, Parameter(name="--async", negative=())] = False,
    snapshot_s: float | None = None,
    in_memory_share: float | None = None,
    in_memory_restart_min: float | None = None,
    in_memory_write_s: float | None = None,
    in_memory_interval_min: str | None = None,
    spares: float | None = None,
    repair_hours: float | None = None,
    replicas: float | None = None,
    rejoin_min: float | None = None,
    replica_share: float | None = None,
    json: bool = False,
) -> None:
    """Say which share of a long run's time goes into new training steps, and what takes the rest.

    State how often it fails in one of three ways: --rate-per-1000-node-days, --mttf-min or --component.

    Parameters
    ----------
    chips
        Chips of the run.
    rate_per_1000_node_days
        Interruptions per thousand days of a node.
    mttf_min
        Minutes between interruptions of the run.
    component
        A part that fails, as NAME=RATE or NAME=RATE:CHIPS: interruptions per thousand node-days, and the chips that one
        of them takes out. Can be given several times; the rates add up.
    chips_per_node
        Chips of the node that the rates count.
    chips_per_failure
        Chips that one failure takes out, for instance 72 for a scale-up domain; a node where not given.
    clock
        What failures count on: the running time, or the wall-clock of a real run as observed, lost time included.
    restart_min
        Minutes from a failure to the first new step; with replicas, of those that did not fail.
    interval_min
        Minutes of training between checkpoints, or auto for the best.
    write_s
        Seconds that writing a checkpoint takes.
    async_
        Write in the background: training pauses for a snapshot only, and a failure before the write ends loses the
        interval before as well.
    snapshot_s
        Seconds of that pause; where not given, the share of the write that a published measurement has.
    in_memory_share
        Share of the failures from which checkpoints in the memory of peers recover.
    in_memory_restart_min
        Minutes from such a failure to the first new step; as restart-min where not given.
    in_memory_write_s
        Seconds that an in-memory checkpoint blocks training; 0 where not given.
    in_memory_interval_min
        Minutes between in-memory checkpoints, or auto: every step where they are free, else the best.
    spares
        Spares, each as large as what one failure takes out; never short of one where not given.
    repair_hours
        Mean hours until a failed unit is a spare again; 24 where not given.
    replicas
        Data-parallel replicas that train on without one that failed.
    rejoin_min
        Minutes from a failure until the replica trains again; 10 where not given, at least restart-min.
    replica_share
        Share of the failures that only one replica sees; 1 where not given.
    json
        Print as JSON.
    """
    from gortyn.training.assessment import assess

    asked = dict(locals())
    _check(asked)
    recovery = _recovery(asked)
    try:
        result = assess(recovery)
    except ValueError as error:
        raise InvalidInput(f"gortyn goodput: {error}") from None
    data = _data(recovery, result)
    if json:
        say_json(data)
    else:
        _print(recovery, data)


def _check(asked: Mapping[str, Any]) -> None:
    """Leave with everything that is wrong with the numbers, or that does not go together."""
    faults = [f"--{_flag(name)} {fault}" for name, value in asked.items() if (fault := _fault(name, value))]
    ways = sum(bool(asked[name] is not None and asked[name] != ()) for name in WAYS)
    if ways != 1:
        both = "only one" if ways else "one"
        faults.append(f"give {both} of --rate-per-1000-node-days, --mttf-min and --component: how often the run fails")
    for name, needed in NEEDS.items():
        if asked[name] is not None and (asked[needed] is None or asked[needed] is False):
            faults.append(f"--{_flag(name)} needs --{_flag(needed)}")
    if asked["in_memory_share"] is not None and asked["replicas"] is not None:
        faults.append("--replicas recover from the memory of their peers already: give it or --in-memory-share")
    if _minutes(asked["in_memory_interval_min"]) > _minutes(asked["interval_min"]):
        faults.append("--in-memory-interval-min must be at most --interval-min")
    for name, limit in AT_MOST.items():
        if not faults and None not in (asked[name], asked[limit]) and asked[name] > asked[limit]:
            faults.append(f"--{_flag(name)} is {asked[name]:g}, must be at most --{_flag(limit)}, {asked[limit]:g}")
    if faults:
        raise InvalidInput(*(f"gortyn goodput: {fault}" for fault in faults))


def _minutes(interval: str | None) -> float:
    """A stated interval; nan, which is neither more nor less than any, where it is none."""
    try:
        return float(interval or AUTO)
    except ValueError:
        return math.nan


def _flag(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _fault(name: str, value: Any) -> str:
    """What is wrong with one number, or an empty text."""
    if name in INTERVALS and isinstance(value, str):
        if value == AUTO:
            return ""
        try:
            value = float(value)
        except ValueError:
            return f"is '{value}', must be a number of minutes or {AUTO}"
    if not isinstance(value, float | int) or isinstance(value, bool):
        return ""
    low, high = RANGES.get(name, (0.0, math.inf))
    if not math.isfinite(value):
        return f"is {value}, must be a finite number"
    if name in POSITIVE and value <= 0:
        return f"is {value:g}, must be more than 0"
    if not low <= value <= high:
        return f"is {value:g}, must be " + (f"between {low:g} and {high:g}" if high < math.inf else f"at least {low:g}")
    if name in WHOLE and value != int(value):
        return f"is {value:g}, must be a whole number"
    return ""


def _recovery(asked: Mapping[str, Any]) -> Recovery:
    """The run that is asked about; leaves with exit code 2 where its parts do not fit."""
    from gortyn.training.recovery import InMemory, Recovery, Replicas, Spares

    restart_h = asked["restart_min"] / MIN_PER_HOUR
    memory = spares = replicas = None
    if asked["in_memory_share"] is not None:
        stated_min = asked["in_memory_restart_min"]
        memory_write_h = (asked["in_memory_write_s"] or 0.0) / S_PER_HOUR
        memory_interval_h = _interval_h(asked["in_memory_interval_min"] or AUTO)
        _check_interval("in-memory-interval-min", memory_interval_h, memory_write_h, 0.0)
        memory_h = restart_h if stated_min is None else stated_min / MIN_PER_HOUR
        memory = InMemory(asked["in_memory_share"], memory_h, memory_write_h, memory_interval_h)
    if asked["spares"] is not None:
        spares = Spares(int(asked["spares"]), _or_default(asked["repair_hours"], "repair_hours"))
    if asked["replicas"] is not None:
        rejoin_h = _or_default(asked["rejoin_min"], "rejoin_min") / MIN_PER_HOUR
        share = 1.0 if asked["replica_share"] is None else asked["replica_share"]
        replicas = Replicas(int(asked["replicas"]), max(restart_h, rejoin_h), share)
    write_h, persist_h = _writing(asked["write_s"], asked["snapshot_s"], background=asked["async_"])
    _check_interval("interval-min", _interval_h(asked["interval_min"]), write_h, persist_h)
    try:
        return Recovery(
            chips=int(asked["chips"]),
            components=_components(asked),
            clock=asked["clock"],
            restart_h=restart_h,
            write_h=write_h,
            persist_h=persist_h,
            interval_h=_interval_h(asked["interval_min"]),
            in_memory=memory,
            spares=spares,
            replicas=replicas,
        )
    except ValueError as error:
        raise InvalidInput(f"gortyn goodput: {error}") from None


def _components(asked: Mapping[str, Any]) -> tuple[Component, ...]:
    from gortyn.training.goodput import mttf_hours
    from gortyn.training.recovery import Component

    chips, per_node = int(asked["chips"]), int(asked["chips_per_node"])
    blast = int(asked["chips_per_failure"] or per_node)
    if asked["mttf_min"] is not None:
        return (Component("node", asked["mttf_min"] / MIN_PER_HOUR, blast),)
    if asked["rate_per_1000_node_days"] is not None:
        return (Component("node", mttf_hours(asked["rate_per_1000_node_days"], chips, per_node), blast),)
    parts = []
    for text in asked["component"]:
        match = COMPONENT.fullmatch(text)
        if match is None or (match["chips"] and int(match["chips"]) < 1):
            raise InvalidInput(f"gortyn goodput: --component '{text}' is not NAME=RATE or NAME=RATE:CHIPS")
        rate = float(match["rate"])
        parts.append(Component(match["name"], mttf_hours(rate, chips, per_node), int(match["chips"] or blast)))
    return tuple(parts)


def _check_interval(flag: str, interval_h: float | None, write_h: float, persist_h: float) -> None:
    """Leave where there is no time for a checkpoint before the next one."""
    if interval_h is None:
        return
    if interval_h == 0 and write_h > 0:
        raise InvalidInput(f"gortyn goodput: --{flag} is 0, must be more where a checkpoint blocks training")
    if interval_h + write_h < persist_h:
        shown = f"--{flag} is {interval_h * MIN_PER_HOUR:g}"
        reason = f"a checkpoint must be safe before the next one, {persist_h * S_PER_HOUR:g} s later"
        raise InvalidInput(f"gortyn goodput: {shown}: {reason}")


def _interval_h(text: str) -> float | None:
    return None if text == AUTO else float(text) / MIN_PER_HOUR


def _or_default(value: float | None, field: str) -> float:
    """A value, or what a scenario assumes that does not state it."""
    from gortyn.model import Reliability

    return Reliability.model_fields[field].default if value is None else value


def _writing(write_s: float, snapshot_s: float | None, *, background: bool) -> tuple[float, float]:
    """Hours that a checkpoint blocks training, and hours after that until it is safe."""
    if not background:
        return write_s / S_PER_HOUR, 0.0
    if snapshot_s is None:
        from gortyn.catalogue import load

        facts, entry = load().lookup(), ("reliability", "ibm-async-checkpoint")
        blocked = facts.number(*entry, "checkpoint_blocking_s") / facts.number(*entry, "checkpoint_blocking_before_s")
        snapshot_s = blocked * write_s
    return snapshot_s / S_PER_HOUR, write_s / S_PER_HOUR


def _data(recovery: Recovery, result: Goodput) -> dict[str, Any]:
    """What is printed as JSON: minutes and shares, None where something is infinite or not there."""
    memory = recovery.in_memory
    return {
        "goodput": result.goodput_share,
        "mttf_min": _finite(result.mttf_h * MIN_PER_HOUR),
        "interval_min": _finite(result.interval_h * MIN_PER_HOUR),
        "lost_by_cause": result.lost_by_cause,
        "clock": recovery.clock,
        "chips": recovery.chips,
        "restart_min": recovery.restart_h * MIN_PER_HOUR,
        "blocking_write_s": recovery.write_h * S_PER_HOUR,
        "persist_s": recovery.persist_h * S_PER_HOUR,
        "in_memory_interval_min": _finite(result.in_memory_interval_h * MIN_PER_HOUR) if memory else None,
        "rejoin_min": recovery.replicas.rejoin_h * MIN_PER_HOUR if recovery.replicas else None,
        "repair_hours": recovery.spares.repair_h if recovery.spares else None,
        "chips_per_failure": recovery.mean_blast_chips,
        "spare_chips": recovery.spares.units * recovery.blast_chips if recovery.spares else None,
        "spare_free_share": result.spare_free_share if recovery.spares else None,
        "replicas_out": result.replicas_out if recovery.replicas else None,
        "goodput_without_checkpoint_cost": result.free_checkpoints_share,
        "goodput_first_order": result.first_order_share,
        "young_interval_min": _finite(result.young_interval_h * MIN_PER_HOUR),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _print(recovery: Recovery, data: Mapping[str, Any]) -> None:
    """Print goodput, what it rests on and what takes the rest."""
    every = "never" if data["mttf_min"] is None else f"every {data['mttf_min']:.4g} min"
    interval = "none needed" if data["interval_min"] is None else f"every {data['interval_min']:.4g} min"
    print(f"goodput      {data['goodput']:.1%} of the time on new steps")
    print(f"failures     {every} ({recovery.clock} clock), {data['chips_per_failure']:.4g} chips each")
    print(f"checkpoints  {interval}, blocking {data['blocking_write_s']:.4g} s")
    if recovery.spares:
        print(f"spares       {data['spare_chips']:,} chips; a failure finds one free in {data['spare_free_share']:.1%}")
    if recovery.replicas:
        print(f"replicas     {recovery.replicas.count}, of which {data['replicas_out']:.3g} are out on average")
    print()
    rows = [(CAUSES[cause], f"{share:.2%}") for cause, share in data["lost_by_cause"].items()]
    print_table(("lost by", "share"), [*rows, ("together", f"{1 - data['goodput']:.2%}")], right=(1,))
