"""This module owns what a target can be called by: a scenario's site, a cluster's file, a system, a chip, a folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from gortyn.catalogue import Catalogue
from gortyn.catalogue import load as load_catalogue
from gortyn.io.document import Document, read
from gortyn.io.faults import Located, ScenarioError, did_you_mean, plain_message, shortened
from gortyn.io.load import load, shipped_scenarios
from gortyn.machine import plan
from gortyn.model import Cluster, Costs, Machine

if TYPE_CHECKING:
    from gortyn.training.architecture import Architecture
    from gortyn.training.plan import TrainingPlan
    from gortyn.training.search import Objective
    from gortyn.training.target import Target

SUFFIXES = (".yaml", ".yml")
MACHINE_FIELDS = frozenset(Machine.model_fields)
NAME_LENGTH = 80


class TargetError(ValueError):
    """What a target was called by names nothing, or nothing that can be planned on; the lines say why."""

    def __init__(self, *lines: str) -> None:
        self.lines = lines
        super().__init__("\n".join(lines))


def find_target(on: str, catalogue: Catalogue | None = None) -> Target:
    """The machine that `on` names.

    It is, in this order: the folder of a calibration; a scenario's file or a shipped scenario, with `:SITE` where it
    has several sites; a cluster's file; a system of the catalogue; a chip of the catalogue, as many as anybody wants.
    Names are matched whatever their case.

    Parameters
    ----------
    on : as above
    catalogue : the shipped one if left out

    Raises
    ------
    TargetError : nothing bears the name (with the nearest that does), or a file is at fault.
    """
    catalogue = catalogue or load_catalogue()
    path = Path(on)
    if path.is_dir():
        return _of_calibration(path)
    stem, _, site = on.rpartition(":") if ":" in on else (on, "", "")
    source = _scenario_named(stem)
    try:
        if source is None and Path(stem).is_file():
            source = stem
            document = read(Path(stem), stem)
            if "chip" in document.data and "sites" not in document.data:
                if site:
                    raise TargetError(f"{stem}: describes one machine and has no site '{site}'")
                return _of_cluster(document, catalogue)
        if source is not None:
            return _of_scenario(on, source, site, catalogue)
    except ScenarioError as error:
        raise TargetError(*(str(fault) for fault in error.faults)) from None
    for kind, build in (("systems", _of_system), ("chips", _of_chip)):
        for entry in catalogue.entries(kind):
            if entry.casefold() == on.casefold() and entry != "all":
                return build(entry, catalogue)
    if on.endswith(SUFFIXES):
        raise TargetError(f"{shortened(on, NAME_LENGTH)}: no such file")
    names = [*shipped_scenarios(), *catalogue.entries("systems"), *catalogue.entries("chips")]
    words = "no scenario, file, system or chip is called"
    raise TargetError(f"{words} '{shortened(on, NAME_LENGTH)}'{did_you_mean(stem, names)}")


def find_model(name: str, catalogue: Catalogue | None = None) -> str:
    """The catalogue's name of a model, whatever case and punctuation it is given in.

    Raises
    ------
    TargetError : there is no such model; with the nearest name.

    >>> find_model("llama3-405b")
    'Llama-3-405B'
    """
    from gortyn.training.architecture import known_model

    catalogue = catalogue or load_catalogue()
    found = known_model(name, catalogue)
    if found is None:
        hint = did_you_mean(name, catalogue.entries("models"))
        raise TargetError(f"there is no model '{shortened(name, NAME_LENGTH)}' in the catalogue{hint}")
    return found


def plan_training(
    model: str | Architecture,
    on: str | Target,
    *,
    chips: int | None = None,
    tokens: float | None = None,
    batch: int | None = None,
    sequence: int | None = None,
    precision: str | None = None,
    strategy: Mapping[str, Any] | None = None,
    objective: Objective = "time",
    top: int = 10,
) -> TrainingPlan:
    """Plan the training of a model on a machine: the best strategy, days with failures, energy and cost.

    Parameters
    ----------
    model : name in the catalogue, whatever its case, or an architecture
    on : site of a scenario, cluster's file, system, chip or calibration's folder; see `find_target`
    chips : chips that the run holds, > 0; all of the machine where left out
    tokens : tokens to train on, > 0; as many as the published run where left out
    batch : samples of a step, > 0; as many as the published run, or as that of Llama 3 405B, where left out
    sequence : tokens of a sample, > 0; the model's own where left out
    precision : bf16, fp8, mxfp8 or fp4; that of the machine's training where left out
    strategy : parts of the strategy to hold: tp, pp, dp, cp, ep, vp, microbatch, recompute, zero, offload, shard
    objective : what the best strategy is best by: time, energy or cost
    top : how many of the best strategies to keep

    Raises
    ------
    TargetError : model or machine is unknown, or its file is at fault.
    InvalidStrategy, NoStrategy, TooLarge, ValueError : no such run is possible; the message says why.

    >>> plan = plan_training("llama3-8b", "jupiter", chips=64, tokens=1e12)  # doctest: +SKIP
    """
    from gortyn.training.architecture import Architecture
    from gortyn.training.plan import plan_on

    target = find_target(on) if isinstance(on, str) else on
    if not isinstance(model, Architecture):
        model = Architecture.from_catalogue(find_model(model, target.facts.catalogue), target.facts, sequence)
    if chips is None:
        chips = target.chips
    if chips < 1:
        raise TargetError(f"{target.name} says nothing of how many chips there are: give a number of at least 1")
    if target.chips and chips > target.chips:
        raise TargetError(f"{target.name} has {target.chips:,} chips of {target.machine.chip}, not {chips:,}")
    node = target.chips_per_node
    if chips > node and chips % node:
        less = chips // node * node
        raise TargetError(f"{chips:,} chips are no whole nodes of {node} chips: take {less:,} or {less + node:,}")
    if tokens is None:
        tokens = target.facts.get_number("models", model.name, "training_tokens")
        if tokens is None:
            raise TargetError(f"how many tokens {model.name} was trained on is not known: give a number")
    if batch is None:
        stated = target.facts.get_number("models", model.name, "batch_sequences")
        batch = int(stated or target.facts.number("models", "Llama-3-405B", "batch_sequences"))
    return plan_on(
        model,
        target,
        chips,
        tokens,
        batch,
        precision=precision or target.machine.training_dtype,
        fixed=strategy,
        objective=objective,
        top=top,
    )


def _scenario_named(name: str) -> str | None:
    return next((one for one in shipped_scenarios() if one == name.casefold()), None)


def _of_scenario(on: str, source: str, site: str, catalogue: Catalogue) -> Target:
    from gortyn.training.target import site_target

    scenario = load(source, catalogue=catalogue).scenario
    names = [one.name for one in scenario.sites]
    if not site and len(names) > 1:
        raise TargetError(f"{source} has several sites: name one, for example {source}:{names[0]}")
    if site and site not in names:
        raise TargetError(f"{source} has no site '{site}'{did_you_mean(site, names)}; there are {', '.join(names)}")
    chosen = next(one for one in scenario.sites if one.name == (site or names[0]))
    facts = catalogue.lookup()
    site_plan = next(one for one in plan(scenario, facts) if one.name == chosen.name)
    by_machine: dict[str, int] = {}
    for phase in site_plan.phases:
        by_machine[phase.machine] = by_machine.get(phase.machine, 0) + phase.chips
    return site_target(scenario, site_plan, max(by_machine, key=by_machine.__getitem__), on, facts)


def _of_cluster(document: Document, catalogue: Catalogue) -> Target:
    from gortyn.training.target import target_of

    try:
        cluster = Cluster.model_validate(document.data)
    except ValidationError as error:
        raise ScenarioError(_cluster_faults(error, document)) from None
    chip, chips = cluster.chip, catalogue.entries("chips")
    needed = ("bf16_dense_tflops", "memory_gb", "chips_per_node", "domain_chips", "it_power_kw_per_chip")
    if chip not in chips and any(getattr(cluster, name) is None for name in needed):
        message = f"the catalogue has no chip '{chip}'{did_you_mean(chip, chips)}; state {', '.join(needed)} to use it"
        raise ScenarioError([Located(document.place(("chip",)), "chip", message)])
    machine = Machine.model_construct(**{name: getattr(cluster, name) for name in MACHINE_FIELDS})
    facts = catalogue.lookup()
    return target_of(
        document.name,
        machine,
        cluster.chips,
        facts,
        pue=cluster.pue,
        eur_per_mwh=cluster.price_eur_per_mwh,
        costs=Costs(chip_life_years=cluster.chip_life_years),
        reliability=cluster.reliability,
    )


def _cluster_faults(error: ValidationError, document: Document) -> Iterable[Located]:
    fields, errors = [*Cluster.model_fields], error.errors(include_url=False)
    missing = [str(entry["loc"][-1]) for entry in errors if entry["type"] == "missing"]
    for entry in errors:
        path = entry["loc"]
        dotted = ".".join(map(str, path))
        if entry["type"] == "extra_forbidden":
            hint = did_you_mean(str(path[-1]), missing) or did_you_mean(str(path[-1]), fields)
            yield Located(document.place(path, key=True), dotted, f"unknown key{hint}")
        else:
            yield Located(document.place(path), dotted, plain_message(entry))


def _of_system(entry: str, catalogue: Catalogue) -> Target:
    from gortyn.training.hardware import known_chip
    from gortyn.training.target import target_of

    facts = catalogue.lookup()
    if not catalogue.has("systems", entry, "chip"):
        raise TargetError(f"which chip {entry} has is not known: describe it in a file")
    said = facts.text("systems", entry, "chip")
    chip = known_chip(said, catalogue)
    if chip is None or not catalogue.has("chips", chip, "name"):
        raise TargetError(f"{entry} has {said}, of which the catalogue knows too little: describe it in a file")
    nodes = facts.get_number("systems", entry, "chips_per_node")
    country = facts.text("systems", entry, "country") if catalogue.has("systems", entry, "country") else ""
    known_price = catalogue.has("grids", country, "price_eur_per_mwh")
    return target_of(
        entry,
        Machine.model_construct(name=entry.lower(), chip=chip, chips_per_node=None if nodes is None else int(nodes)),
        int(facts.get_number("systems", entry, "chips") or 0),
        facts,
        eur_per_mwh=facts.number("grids", country, "price_eur_per_mwh") if known_price else None,
    )


def _of_chip(entry: str, catalogue: Catalogue) -> Target:
    from gortyn.training.target import target_of

    return target_of(entry, Machine.model_construct(name=entry.lower(), chip=entry), 0, catalogue.lookup())


def _of_calibration(folder: Path) -> Target:
    from gortyn.io.calibration import CalibrationError, open_calibration
    from gortyn.training.target import target_of

    try:
        measured = open_calibration(folder)
    except CalibrationError as error:
        raise TargetError(str(error)) from None
    machine = Machine.model_construct(name="calibrated", chip=measured.chip)
    return target_of(str(folder), machine, 0, measured.facts, tables=measured.tables)
