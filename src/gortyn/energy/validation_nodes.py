"""This module owns the comparison of node power with metered nodes: rows of a table, and runs of the catalogue."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any, Final, Literal, NamedTuple

from gortyn.catalogue import Lookup
from gortyn.energy.activity import INFERENCE, TRAINING
from gortyn.energy.losses import KIND, node_power
from gortyn.energy.validation_figure import COMPARATORS, Figure, compared, source_of
from gortyn.model import Machine
from gortyn.model.conversions import S_PER_HOUR, W_PER_KW
from gortyn.training.checks import Check
from gortyn.training.hardware import known_chip

Row = tuple[int, Mapping[str, str]]
"""Line of the file and the cells by column."""
Side = Literal["AC", "DC"]

LIMIT: Final = 0.12  # source: published error of a power model that counts operations is 11.4 % (arXiv:2506.14551)
DISAGREE: Final = 0.02  # unit: share by which stated mean power and energy over time may differ through rounding
NULL_MODEL: Final = "rated power of the node"
IDLE, FULL, FINE_TUNING = "idle", "full load", "fine-tuning"
WORKS: Final = (
    (IDLE, r"\bidle\b"),
    (FULL, r"\b(stress|burn|hpl|linpack|highest)"),
    (INFERENCE, r"infer|serv(er|ing)|offline|decode|prefill"),
    (FINE_TUNING, r"lora|fine.?tun|\bsft\b|rlhf|dpo"),
    (
        TRAINING,
        r"train|gpt|bert|llama|resnet|unet|retinanet|ssd|rcnn|rnn|dlrm|dcn|diffusion|gat|gnn|flux|t5|mixtral|moe",
    ),
)
"""Kinds of work by what the benchmark is called; the first that fits."""
SEEN: Final = (("training_results_v4.0", "lora"), ("training_results_v4.1 dell", "lora"))
"""Words of the source and the benchmark of the runs that the power of fine-tuning was fitted to."""
SIDES: Final[dict[Side, str]] = {"AC": r"\b(ac|wall|pdu|outlets?)\b", "DC": r"\b(dc|busbar)\b"}
"""Words that say on which side of a node's rectifier a meter is."""
POWER: Final = ("mean_w_per_node", "node_w", "w_per_node")
PER_CHIP: Final = ("w_per_chip_at_node", "w_per_chip")
NODES: Final = ("nodes", "n_nodes")
CHIPS: Final = ("n_chips", "chips", "n_gpus", "gpus")


class Refused(ValueError):
    """Why a row cannot be compared."""


class Metered(NamedTuple):
    """One metered run: what it was, and its mean power per node [W]; `assumed`: what the row leaves to be guessed."""

    line: int
    label: str
    benchmark: str
    chip: str
    chips_per_node: int
    side: Side
    work: str
    measured_w: float
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prediction:
    """A metered run with the power that Gortyn predicts for its nodes, and their rated power [W]."""

    run: Metered
    predicted_w: float
    null_w: float

    @property
    def error(self) -> float:
        """Predicted over measured power, less one."""
        return self.predicted_w / self.run.measured_w - 1

    @property
    def null_error(self) -> float:
        """Rated over measured power, less one."""
        return self.null_w / self.run.measured_w - 1

    @property
    def seen(self) -> bool:
        """Whether a number of the catalogue was fitted to the run."""
        label, benchmark = self.run.label.lower(), self.run.benchmark.lower()
        return any(source in label and work in benchmark for source, work in SEEN)

    def as_data(self) -> dict[str, object]:
        """The row as `gortyn validate energy --out` writes it."""
        return {
            **self.run._asdict(),
            "assumed": "; ".join(self.run.assumed),
            "predicted_w": self.predicted_w,
            "error": self.error,
            "null_w": self.null_w,
            "null_error": self.null_error,
            "seen": int(self.seen),
        }


@dataclass(frozen=True, slots=True)
class NodesValidation:
    """A table of metered nodes: its rows, those predicted, and those refused by line and label with the reason."""

    rows: int
    found: tuple[Prediction, ...]
    refused: tuple[tuple[int, str, str], ...]

    def figures(self) -> Iterator[Figure]:
        """Mean error of the rows by whether the catalogue was fitted to them."""
        for seen, title in ((False, "held out"), (True, "calibrated on")):
            if rows := [one for one in self.found if one.seen is seen]:
                source = f"{len(rows)} rows of the table"
                got, null = fmean(abs(one.error) for one in rows), fmean(abs(one.null_error) for one in rows)
                check = Check(f"metered nodes, {title}: mean absolute error", 0.0, got, LIMIT, source)
                yield Figure(check, seen, null, NULL_MODEL)

    def as_data(self) -> dict[str, Any]:
        """Counts and errors of all rows and of both groups."""
        return {
            "rows": self.rows,
            "predicted": len(self.found),
            "refused": [{"line": line, "row": label, "reason": reason} for line, label, reason in self.refused],
            "all": summary(self.found),
            "held_out": summary([one for one in self.found if not one.seen]),
            "calibrated_on": summary([one for one in self.found if one.seen]),
            "found": [one.as_data() for one in self.found],
        }

    def lines(self) -> Iterator[str]:
        """The rows as text."""
        yield f"metered nodes: {self.rows} rows, {len(self.found)} predicted, {len(self.refused)} refused"
        if self.found:
            yield f"{'':60}{'measured':>10}{'predicted':>11}{'error':>9}{'rated':>9}"
        for one in self.found:
            run = one.run
            name = f"{run.benchmark} on {run.chips_per_node} {run.chip}, {run.side}, {run.work}"
            figures = f"{run.measured_w:8,.0f} W{one.predicted_w:9,.0f} W{one.error:9.1%}{one.null_error:9.1%}"
            yield f"{name[:58]:60}{figures}{'' if one.seen else ' *'}"
            yield from (f"    assumed: {text}" for text in run.assumed)
        for title, rows in (("all", self.found), ("held out *", [one for one in self.found if not one.seen])):
            if rows:
                said = summary(rows)
                null = f"rated power {said['null_mape']:.1%}, bias {said['null_bias']:.1%}"
                yield f"{title}: mean absolute error {said['mape']:.1%}, bias {said['bias']:.1%}; {null}"
        yield from (f"refused: line {line}: {label}: {reason}" for line, label, reason in self.refused)


def summary(rows: Sequence[Prediction]) -> dict[str, float | int | None]:
    """Relative errors of rows, those of the null model beside them; None where there are no rows."""
    names = ("mape", "median_ape", "bias", "null_mape", "null_bias")
    if not rows:
        return {"rows": 0, **dict.fromkeys(names)}
    errors, nulls = [one.error for one in rows], [one.null_error for one in rows]
    sizes = [abs(error) for error in errors]
    figures = (fmean(sizes), median(sizes), fmean(errors), fmean(map(abs, nulls)), fmean(nulls))
    return {"rows": len(rows), **dict(zip(names, figures, strict=True))}


def validate_nodes(rows: Sequence[Row], file: str, facts: Lookup) -> NodesValidation:
    """Predict the power of every metered node of a table.

    Parameters
    ----------
    rows : lines and cells: chip, number of chips and nodes, power per node (or per chip, or energy and time),
        benchmark, source and notes. What is said of AC or DC, in a column ``side`` or in source and notes, is taken;
        where nothing is, meters are taken to be on the AC side.
    file : its name in messages
    facts : catalogue

    Raises
    ------
    ValueError : the table has no column of chips or none of power.
    """
    names = {name.lower() for name in rows[0][1]}
    energy = {"energy_kwh", "run_s"} <= names
    if "chip" not in names:
        raise ValueError(f"{file}:1: chip: the table has no such column")
    if not energy and not names & {*POWER, *PER_CHIP}:
        raise ValueError(f"{file}:1: {POWER[0]}: the table has neither this column nor energy_kWh and run_s")
    found: list[Prediction] = []
    refused: list[tuple[int, str, str]] = []
    for line, cells in rows:
        row = {name.lower(): cell.strip() for name, cell in cells.items()}
        try:
            run = metered(line, row, facts)
            found.append(predict(run, facts))
        except Refused as reason:
            refused.append((line, row.get("benchmark", "") or row.get("source", "")[:60], str(reason)))  # unit: letters
    return NodesValidation(len(rows), tuple(found), tuple(refused))


def metered(line: int, row: Mapping[str, str], facts: Lookup) -> Metered:
    """What a row says, or Refused."""
    chip = known_chip(row["chip"], facts.catalogue)
    if chip is None or not facts.catalogue.has("chips", chip, "it_power_kw_per_chip"):
        near = facts.catalogue.suggest("chips", row["chip"])
        raise Refused(f"unknown chip {row['chip']!r}" + (f", did you mean {near}?" if near else ""))
    assumed: list[str] = []
    per_node = _chips_per_node(row, chip, facts, assumed)
    side, work = _side(row, assumed), _work(row, assumed)
    power_w = _power_w(row, per_node, assumed)
    return Metered(
        line, row.get("source", ""), row.get("benchmark", ""), chip, per_node, side, work, power_w, tuple(assumed)
    )


def predict(run: Metered, facts: Lookup) -> Prediction:
    """Power of a node at that work, on the side of the meter, without switches and storage."""
    names = ("it_power_kw_per_chip", "idle_power_share", "active_power_share")
    kw_per_chip, idle, training = (facts.number("chips", run.chip, name) for name in names)
    machine = Machine(
        name="metered",
        chip=run.chip,
        chips_per_node=run.chips_per_node,
        it_power_kw_per_chip=kw_per_chip,
        idle_power_share=idle,
        active_power_share=training,
    )
    if run.work in (IDLE, FULL):
        share = idle if run.work == IDLE else 1.0
    else:
        share = idle + (training - idle) * facts.number(KIND, run.work, "activity_share")
    power = node_power(machine, share, facts)
    predicted_w = (power.ac_kw if run.side == "AC" else power.dc_kw) * W_PER_KW
    return Prediction(run, predicted_w, kw_per_chip * run.chips_per_node * W_PER_KW)


def catalogue_nodes(facts: Lookup) -> Iterator[Figure]:
    """The metered nodes of the catalogue; GPT-3's level was not fitted, the mean of both LoRA runs was."""
    runs: tuple[tuple[str, str, Side, str, bool], ...] = (
        ("H100-node-GPT-3", "node_dc_w", "DC", TRAINING, False),
        ("H100-node-GPT-3", "node_ac_w", "AC", TRAINING, False),
        ("H100-node-LoRA-Supermicro", "node_dc_w", "DC", FINE_TUNING, True),
        ("H100-node-LoRA-Dell", "node_ac_w", "AC", FINE_TUNING, True),
        ("H100-node-highest", "node_w", "AC", FULL, False),
    )
    for entry, field, side, work, seen in runs:
        measured_w = compared(entry, field, facts)
        run = Metered(
            0,
            entry,
            entry,
            "H100-SXM",
            round(facts.number("chips", "H100-SXM", "chips_per_node")),
            side,
            work,
            measured_w,
        )
        one = predict(run, facts)
        name = f"{facts.text(COMPARATORS, entry, 'name')}, {side} [W]"
        source = source_of(facts, COMPARATORS, entry, field)
        yield Figure(Check(name, measured_w, one.predicted_w, LIMIT * measured_w, source), seen, one.null_w, NULL_MODEL)


def _number(row: Mapping[str, str], *names: str) -> float | None:
    """The first of some cells that is filled, or Refused where it is no positive number."""
    for name in names:
        if cell := row.get(name, ""):
            try:
                value = float(cell.replace(",", ""))
            except ValueError:
                raise Refused(f"{name}: {cell!r} is no number") from None
            if not (math.isfinite(value) and value > 0):
                raise Refused(f"{name} is {cell}, must be above 0")
            return value
    return None


def _chips_per_node(row: Mapping[str, str], chip: str, facts: Lookup, assumed: list[str]) -> int:
    stated, chips, nodes = _number(row, "chips_per_node"), _number(row, *CHIPS), _number(row, *NODES)
    if stated is None and chips is not None and nodes is not None:
        stated = chips / nodes
    if stated is None:
        stated = facts.number("chips", chip, "chips_per_node")
        assumed.append(f"{stated:g} chips a node, as usual with this chip")
    if stated != round(stated):
        raise Refused(f"{stated:.3g} chips a node: chips are no multiple of nodes")
    return round(stated)


def _side(row: Mapping[str, str], assumed: list[str]) -> Side:
    """AC or DC as a column, a phrase, the source or the notes say."""
    phrases = re.findall(r"\b[ad]c\b(?= side)", " ".join(row.values()), re.IGNORECASE)
    for text in (row.get("side", ""), *phrases, row.get("source", ""), row.get("notes", "")):
        said = {side for side, words in SIDES.items() if re.search(words, text, re.IGNORECASE)}
        if len(said) == 1:
            return "AC" if "AC" in said else "DC"
    assumed.append("metered on the AC side")
    return "AC"


def _work(row: Mapping[str, str], assumed: list[str]) -> str:
    text = " ".join(row.get(name, "") for name in ("work", "benchmark", "source")).lower()
    for name in (row.get("work", "").lower(), row.get("benchmark", "").lower(), text):
        for work, pattern in WORKS:
            if re.search(pattern, name):
                return work
    assumed.append("training: the benchmark is unknown")
    return TRAINING


def _power_w(row: Mapping[str, str], chips_per_node: int, assumed: list[str]) -> float:
    """Mean power of a node, as stated, or from that of a chip or energy over time."""
    stated = _number(row, *POWER)
    if stated is None and (per_chip := _number(row, *PER_CHIP)) is not None:
        stated = per_chip * chips_per_node
    energy, run_s, nodes = _number(row, "energy_kwh"), _number(row, "run_s"), _number(row, *NODES)
    if nodes is None and (chips := _number(row, *CHIPS)) is not None:
        nodes = chips / chips_per_node
    derived = energy * W_PER_KW * S_PER_HOUR / run_s / nodes if energy and run_s and nodes else None
    if stated is None:
        if derived is None:
            raise Refused("neither power per node nor energy, time and nodes")
        return derived
    if derived is not None and abs(derived / stated - 1) > DISAGREE:
        assumed.append(f"power as stated; energy over time is {derived:,.0f} W a node")
    return stated
