"""This module owns the advice as data: everything that the text says, under keys that stay."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gortyn.advice import Advice, Basis, Closed, CloudWay, Pick, Question, Run, Way
    from gortyn.advice.load import QueueWait
    from gortyn.catalogue import Fact

LAYOUT = ("tp", "pp", "dp", "cp", "ep", "vp", "microbatch", "recompute", "zero", "offload", "shard")


def data_of(found: Advice) -> dict[str, Any]:
    """The advice as JSON takes it; what is not known is None."""
    return {
        "question": _question(found.question),
        "cheapest": _pick(found.cheapest, found.question),
        "fastest": _pick(found.fastest, found.question),
        "ways": [_way(one, found.question) for one in found.ways],
        "closed": [_closed(one) for one in found.closed],
        "cloud_basis": _basis(found.basis),
        "clouds": [_cloud(one) for one in found.clouds],
        "duties": [one._asdict() for one in found.duties],
        "assumptions": list(found.assumptions),
        "notes": list(found.notes),
        "sources": [_fact(one) for one in found.facts],
    }


def _question(question: Question) -> dict[str, Any]:
    model = question.architecture
    return {
        "model": model.name,
        "parameters": model.parameters,
        "tokens": question.tokens,
        "model_flops": question.model_flops,
        "batch": question.batch,
        "sequence": model.sequence,
        "who": question.tenant_class,
        "country": question.country,
        "sensitive": question.sensitive,
        "from": question.begin,
        "by": question.by,
        "chips": question.chips,
        "precision": question.precision,
    }


def _pick(pick: Pick | None, question: Question) -> dict[str, Any] | None:
    if pick is None:
        return None
    if pick.cloud is not None:
        name = {"kind": "cloud", "offer": pick.cloud.offer, "provider": pick.cloud.provider, "chip": pick.cloud.chip}
        chips, done, run_days = pick.cloud.chips, pick.cloud.done, pick.cloud.run_days
    else:
        assert pick.way is not None
        assert pick.run is not None
        way, when = pick.way, pick.run.schedule
        name = {"kind": "mode", "scenario": way.scenario, "site": way.site, "mode": way.mode, "chip": way.chip}
        chips, done, run_days = when.chips, when.done, when.run_days
    figures = {"chips": chips, "run_days": run_days, "done_days": pick.done_days, "done": done}
    in_time = None if question.by is None else pick.in_time(question)
    return name | figures | {"in_time": in_time, "price_eur": pick.price_eur}


def _way(way: Way, question: Question) -> dict[str, Any]:
    odds = way.odds
    return {
        "scenario": way.scenario,
        "site": way.site,
        "title": way.title,
        "country": way.country,
        "machine": way.machine,
        "chip": way.chip,
        "enclave": way.enclave,
        "mode": way.mode,
        "mode_title": way.mode_title,
        "why": [one._asdict() for one in way.why],
        "limit_chip_hours": way.limit_chip_hours,
        "allocation_months": way.allocation_months,
        "eur_per_chip_hour": way.eur_per_chip_hour,
        "price_basis": way.price_basis,
        "odds": None if odds is None else {"decided": odds.decided, "admitted": odds.admitted},
        "recommended": _run(way.recommended, question),
        "fewest": _run(way.fewest, question),
        "fastest": _run(way.fastest, question),
    }


def _run(run: Run, question: Question) -> dict[str, Any]:
    when, start = run.schedule, run.schedule.start
    return {
        "chips": when.chips,
        "h100_equivalents": run.h100_equivalents,
        "precision": run.precision,
        "strategy": {name: getattr(run.strategy, name) for name in LAYOUT},
        "mfu_share": run.mfu_share,
        "goodput_share": run.goodput_share,
        "first_chip_hour": {
            "cutoff_days": start.cutoff_days,
            "processing_days": start.processing_days,
            "pool_p10_days": start.pool_p10_days,
            "pool_p50_days": start.pool_p50_days,
            "pool_p90_days": start.pool_p90_days,
            "permit_days": start.permit_days,
            "opening_days": start.opening_days,
            "staging_days": start.staging_days,
            "queue_p10_days": start.queue_p10_days,
            "queue_p50_days": start.queue_p50_days,
            "queue_p90_days": start.queue_p90_days,
            "queue_basis": _basis_of(start.queue),
            "p10_days": start.first_p10_days,
            "p50_days": start.first_p50_days,
            "p90_days": start.first_p90_days,
        },
        "compute_days": run.compute_days,
        "run_days": when.run_days,
        "jobs": when.jobs,
        "requeue_days": when.requeue_days,
        "grants": when.grants,
        "chip_hours": when.chip_hours,
        "done_p10_days": when.done_p10_days,
        "done_p50_days": when.done_p50_days,
        "done_p90_days": when.done_p90_days,
        "done": when.done,
        "in_time": when.in_time(question.by),
        "price_eur": run.price_eur,
        "energy_mwh": run.energy_mwh,
        "carbon_t": run.carbon_t,
        "embodied_t": run.embodied_t if math.isfinite(run.embodied_t) else None,
    }


def _basis_of(queue: QueueWait | None) -> dict[str, Any] | None:
    return None if queue is None else {"jobs": queue.jobs, "words": queue.basis}


def _closed(one: Closed) -> dict[str, Any]:
    return {
        "scenario": one.scenario,
        "sites": list(one.sites),
        "mode": one.mode,
        "mode_title": one.mode_title,
        "reasons": list(one.reasons),
        "open_instead": list(one.instead),
    }


def _basis(basis: Basis | None) -> dict[str, Any] | None:
    if basis is None:
        return None
    return {"h100_equivalents": basis.h100_equivalents, "run_days": basis.run_days, "words": basis.words}


def _cloud(one: CloudWay) -> dict[str, Any]:
    return {
        "offer": one.offer,
        "provider": one.provider,
        "commitment": one.commitment,
        "chip": one.chip,
        "date": one.date,
        "source": one.source,
        "evidence": one.evidence,
        "chips": one.chips,
        "eur_per_h100_hour": one.eur_per_h100_hour,
        "run_days": one.run_days,
        "done": one.done,
        "in_time": one.in_time,
        "price_eur": one.price_eur,
    }


def _fact(fact: Fact) -> dict[str, Any]:
    cited = [{"citation": one.citation, "url": one.url, "date": one.date} for one in fact.citations]
    return {
        "key": fact.key,
        "value": fact.value,
        "unit": fact.unit,
        "date": fact.date,
        "evidence": fact.evidence,
        "sources": cited,
    }
