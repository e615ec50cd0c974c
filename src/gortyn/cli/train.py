"""This module owns the verb that plans a training run: train."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from gortyn.cli.output import InvalidInput, complain, print_table, quantity, say_json

if TYPE_CHECKING:
    from gortyn.training.plan import TrainingPlan
    from gortyn.training.search import Candidate

LAYOUT = ("tp", "pp", "dp", "cp", "ep", "vp", "microbatch", "recompute", "zero", "offload", "shard")
ALTERNATIVES = 3
LEAST_SHARE = 0.001
ITEM = re.compile(r"\s*(?P<name>[a-z]+)\s*=\s*(?P<value>\w+)\s*")
WORDS = {"mbs": "microbatch", "yes": "1", "no": "0", "true": "1", "false": "0"}


def train(
    model: str,
    /,
    *,
    on: str,
    chips: float | None = None,
    tokens: float | None = None,
    batch: float | None = None,
    seq: float | None = None,
    precision: Literal["bf16", "fp8", "mxfp8", "fp4"] | None = None,
    strategy: Annotated[Sequence[str], Parameter(negative=())] = (),
    objective: Literal["time", "cost", "energy"] = "time",
    top: int = 10,
    json: bool = False,
) -> None:
    """Find the best strategy to train a model on a machine: days with failures, energy and cost.

    Every strategy is looked at: tensor, pipeline, data, context and expert parallelism, virtual stages, microbatch,
    recompute, sharding of the state and offload.

    Parameters
    ----------
    model
        Model of the catalogue, whatever case, for example llama3-405b.
    on
        Machine: SCENARIO:SITE, a shipped scenario with one site, a scenario's or cluster's file, a system or chip of
        the catalogue, or the folder of a calibration.
    chips
        Chips that the run holds; all of the machine where not given.
    tokens
        Tokens to train on; as many as the published run where not given.
    batch
        Samples of one step; as many as the published run where not given.
    seq
        Tokens of one sample; the model's own where not given.
    precision
        Number format of the matrix products; that of the machine's training where not given.
    strategy
        Parts of the strategy to hold, for example tp=8,pp=16,dp=128,vp=8. Names: tp, pp, dp, cp, ep, vp, microbatch,
        recompute (none, selective, full), zero (0 to 3), offload (0, 1), shard.
    objective
        What the best strategy is best by.
    top
        How many of the best strategies to print.
    json
        Print as JSON.
    """
    from gortyn.catalogue import CatalogueError, UnknownEntry
    from gortyn.io.target import TargetError, plan_training

    if top < 1:
        raise InvalidInput(f"gortyn train: --top is {top}, must be at least 1")
    try:
        plan = plan_training(
            model,
            on,
            chips=_whole("chips", chips),
            tokens=tokens,
            batch=_whole("batch", batch),
            sequence=_whole("seq", seq),
            precision=precision,
            strategy=parse_strategy(strategy),
            objective=objective,
            top=top,
        )
    except TargetError as error:
        raise InvalidInput(*(f"gortyn train: {line}" for line in error.lines)) from None
    except (UnknownEntry, CatalogueError) as error:
        raise InvalidInput(f"gortyn train: {error.args[0] if error.args else error}") from None
    except ValueError as error:
        raise InvalidInput(f"gortyn train: {error}") from None
    if json:
        say_json(_data(plan, top))
    else:
        _print(plan, top)


def parse_strategy(items: Sequence[str]) -> dict[str, Any]:
    """Parts of a strategy from texts such as `tp=8,pp=16`.

    >>> parse_strategy(["tp=8,PP=16", "recompute=full"])
    {'tp': 8, 'pp': 16, 'recompute': 'full'}
    """
    found: dict[str, Any] = {}
    for item in (part for text in items for part in text.split(",")):
        match = ITEM.fullmatch(item.lower())
        if match is None:
            raise InvalidInput(f"gortyn train: --strategy {item!r} must be name=value, for example tp=8,pp=16")
        name, value = WORDS.get(match["name"], match["name"]), WORDS.get(match["value"], match["value"])
        if name not in LAYOUT:
            raise InvalidInput(f"gortyn train: --strategy has no '{match['name']}'; there are {', '.join(LAYOUT)}")
        if name in found:
            raise InvalidInput(f"gortyn train: --strategy gives {name} twice")
        found[name] = int(value) if value.isdigit() else value
    return found


def _whole(name: str, value: float | None) -> int | None:
    if value is None:
        return None
    if not math.isfinite(value) or not value.is_integer() or value < 1:
        raise InvalidInput(f"gortyn train: --{name} is {value:g}, must be a whole number of at least 1")
    return int(value)


def _data(plan: TrainingPlan, top: int) -> dict[str, Any]:
    result = plan.result
    return {
        "model": plan.architecture.name,
        "on": plan.target.name,
        "chip": plan.target.machine.chip,
        "chips": plan.chips,
        "tokens": plan.tokens,
        "batch": plan.batch,
        "sequence": plan.architecture.sequence,
        "precision": plan.precision,
        "objective": result.objective,
        "searched": result.searched,
        "feasible": result.feasible,
        "search_s": result.search_s,
        "best": _candidate(plan.best),
        "goodput": plan.goodput.goodput_share,
        "mttf_min": _finite(60 * plan.goodput.mttf_h),
        "interval_min": _finite(60 * plan.goodput.interval_h),
        "compute_days": plan.compute_days,
        "days": plan.days,
        "energy_mwh": plan.energy_mwh,
        "cost_eur": plan.cost_eur,
        "h100_equivalents": plan.h100_equivalents,
        "model_flops": plan.model_flops,
        "ruled_out": dict(result.ruled_out),
        "top": [_candidate(one) | _run_of(plan, one) for one in result.top[:top]],
        "pareto": [_candidate(one) | _run_of(plan, one) for one in result.pareto],
        "notes": list(plan.notes),
    }


def _finite(value: float) -> float | None:
    return value if value < math.inf else None


def _candidate(one: Candidate) -> dict[str, Any]:
    layout = {name: getattr(one.strategy, name) for name in LAYOUT}
    return {
        **layout,
        "chips": one.strategy.chips,
        "step_s": one.step.step_s,
        "mfu": one.step.mfu,
        "tflops_per_chip": one.step.tflops_per_chip,
        "tokens_per_s": one.step.tokens_per_s,
        "memory_gb": one.memory_gb,
        "memory_parts_gb": dict(one.step.memory_gb),
        "breakdown": dict(one.step.breakdown),
    }


def _run_of(plan: TrainingPlan, one: Candidate) -> dict[str, Any]:
    return {
        "days": plan.days_of(one),
        "energy_mwh": plan.energy_mwh_of(one),
        "cost_eur": plan.cost_eur_of(one),
    }


def _print(plan: TrainingPlan, top: int) -> None:
    best, step, result = plan.best, plan.best.step, plan.result
    model, target = plan.architecture, plan.target
    print(
        f"{model.name} ({model.parameters / 1e9:.3g} bn parameters) on {plan.chips:,} x {target.machine.chip} "
        f"({target.name}), {plan.h100_equivalents:,.0f} H100-equivalents"
    )
    print(f"{plan.tokens:.3g} tokens, {plan.batch:,} samples of {model.sequence:,} tokens a step, {plan.precision}")
    for note in plan.notes:
        complain(f"note: {note}")
    print(f"\nBest by {result.objective}: {words(best)}")
    rows = [
        ("step", f"{step.step_s:.4g} s", f"{step.tokens_per_s:,.0f} tokens/s"),
        ("utilisation", f"{100 * step.mfu:.1f} % of the dense peak", f"{step.tflops_per_chip:,.0f} TFLOP/s a chip"),
        ("memory", f"{best.memory_gb:.1f} GB", ", ".join(f"{name} {gb:.1f}" for name, gb in step.memory_gb.items())),
        ("days", f"{plan.days:.1f}", f"{plan.compute_days:.1f} without failures, {_goodput(plan)}"),
        ("energy", quantity(plan.energy_mwh, "MWh"), f"PUE {target.pue:g}"),
        ("cost", quantity(plan.cost_eur, "EUR"), _cost(plan)),
    ]
    for name, value, more in rows:
        print(f"  {name:12} {value:28} {more}".rstrip())
    print("\nWhere the time of a step goes")
    for name, seconds in sorted(step.breakdown.items(), key=lambda item: -item[1]):
        if abs(seconds) >= LEAST_SHARE * step.step_s:
            print(f"  {name:16} {seconds:10.4f} s {100 * seconds / step.step_s:6.1f} %")
    reasons = list(_reasons(plan))
    if reasons:
        print("\nWhy not another")
        for reason in reasons:
            print(f"  {reason}")
    print(
        f"\n{result.searched:,} strategies searched in {result.search_s:.2f} s, {result.feasible:,} fit"
        + "".join(f"; {count:,}: {reason}" for reason, count in result.ruled_out.items() if count)
    )
    if top > 1 and len(result.top) > 1:
        print()
        header = ("rank", *LAYOUT[:9], "step s", "MFU %", "GB", "days", "MWh", "EUR")
        table = [(str(rank), *_row(plan, one)) for rank, one in enumerate(result.top[:top], 1)]
        print_table(header, table, right=range(len(header)))
    if len(result.pareto) > 1:
        print(f"\n{len(result.pareto)} strategies that no other beats in time, energy and cost")
        table = [(str(rank), *_row(plan, one)) for rank, one in enumerate(result.pareto, 1)]
        print_table(("", *LAYOUT[:9], "step s", "MFU %", "GB", "days", "MWh", "EUR"), table, right=range(16))


def words(one: Candidate) -> str:
    """A strategy in one line."""
    layout = one.strategy
    parts = [f"{name}={getattr(layout, name)}" for name in LAYOUT[:7]]
    parts += [f"recompute={layout.recompute}", f"zero={layout.zero}"]
    parts += ["offload"] if layout.offload else []
    parts += [f"sharded over {layout.shard} chips"] if layout.shard else []
    return " ".join(parts)


def _row(plan: TrainingPlan, one: Candidate) -> Iterator[str]:
    yield from (str(getattr(one.strategy, name)) for name in LAYOUT[:9])
    cost = plan.cost_eur_of(one)
    yield f"{one.step.step_s:.4g}"
    yield f"{100 * one.step.mfu:.1f}"
    yield f"{one.memory_gb:.0f}"
    yield f"{plan.days_of(one):.1f}"
    yield f"{plan.energy_mwh_of(one):,.0f}"
    yield "" if cost is None else f"{cost:,.0f}"


def _goodput(plan: TrainingPlan) -> str:
    got = plan.goodput
    if got.mttf_h == math.inf:
        return "nothing fails"
    return (
        f"goodput {100 * got.goodput_share:.1f} % with a failure every {quantity(3600 * got.mttf_h, 's')} and a "
        f"checkpoint every {quantity(3600 * got.interval_h, 's')}"
    )


def _cost(plan: TrainingPlan) -> str:
    hourly = plan.target.eur_per_chip_hour
    if hourly is None:
        return "the price of the chips is unknown"
    return f"{hourly:.2f} EUR a chip-hour for hardware, {plan.target.eur_per_mwh:.0f} EUR/MWh"


def _reasons(plan: TrainingPlan) -> Iterator[str]:
    """How the best strategy compares with the next ones that differ in tp, pp or cp."""
    best, seen = plan.best, {_axes(plan.best)}
    for one in plan.result.top:
        if _axes(one) in seen:
            continue
        seen.add(_axes(one))
        longer = {name: seconds - best.step.breakdown.get(name, 0.0) for name, seconds in one.step.breakdown.items()}
        most = sorted(longer.items(), key=lambda item: -abs(item[1]))[:2]
        why = ", ".join(f"{name} {seconds:+.3g} s" for name, seconds in most if seconds)
        slower = one.step.step_s / best.step.step_s - 1
        yield f"tp={one.strategy.tp} pp={one.strategy.pp} cp={one.strategy.cp}: step {100 * slower:+.1f} % ({why})"
        if len(seen) > ALTERNATIVES:
            return


def _axes(one: Candidate) -> tuple[int, int, int]:
    return one.strategy.tp, one.strategy.pp, one.strategy.cp
