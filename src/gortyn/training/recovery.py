"""This module owns what fails in a long run and what is done about it: components, checkpoints, spares, replicas."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gortyn.model.conversions import MIN_PER_HOUR
from gortyn.training.goodput import CHIPS_PER_COUNTED_NODE, Clock, mttf_hours, require

if TYPE_CHECKING:
    from gortyn.model import Reliability


@dataclass(frozen=True, slots=True)
class Component:
    """A kind of part whose failure interrupts the run.

    Attributes
    ----------
    name : what fails
    mttf_h : mean time between such failures anywhere in the run [h], > 0, may be infinite
    blast_chips : chips that one of them takes out: a node, or a whole scale-up domain; >= 1
    """

    name: str
    mttf_h: float
    blast_chips: int = CHIPS_PER_COUNTED_NODE

    def __post_init__(self) -> None:
        """Refuse what is outside its range."""
        require(self.mttf_h > 0, "mttf_h", self.mttf_h, "> 0")
        require(self.blast_chips >= 1, "blast_chips", self.blast_chips, ">= 1")


@dataclass(frozen=True, slots=True)
class InMemory:
    """Checkpoints in the memory of this node and of a peer, from which a share of the failures recovers.

    Attributes
    ----------
    share : failures that it covers, in [0, 1]; the rest falls back on storage
    restart_h : time from such a failure to the first new step [h], >= 0
    write_h : time that one blocks training [h], >= 0
    interval_h : training time between them [h]; None for the best one, which is every step where they are free
    """

    share: float
    restart_h: float
    write_h: float = 0.0
    interval_h: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is outside its range."""
        require(0 <= self.share <= 1, "in-memory share", self.share, "between 0 and 1")
        require(0 <= self.restart_h < math.inf, "in-memory restart_h", self.restart_h, ">= 0 and finite")
        require(0 <= self.write_h < math.inf, "in-memory write_h", self.write_h, ">= 0 and finite")
        if self.interval_h is not None:
            fits = 0 < self.interval_h < math.inf or self.interval_h == self.write_h == 0
            least = "> 0" if self.write_h else ">= 0"
            require(fits, "in-memory interval_h", self.interval_h, f"{least} and finite")


@dataclass(frozen=True, slots=True)
class Spares:
    """Units held ready to take the place of what a failure takes out, and how long a repair takes.

    Attributes
    ----------
    units : spares, each as large as the largest blast radius, >= 0
    repair_h : mean time until a failed unit is a spare again [h], >= 0
    """

    units: int
    repair_h: float

    def __post_init__(self) -> None:
        """Refuse what is outside its range."""
        require(self.units >= 0, "spares", self.units, ">= 0")
        require(0 <= self.repair_h < math.inf, "repair_h", self.repair_h, ">= 0 and finite")


@dataclass(frozen=True, slots=True)
class Replicas:
    """Data-parallel replicas that train on without one that failed; its peers hold its state.

    Attributes
    ----------
    count : replicas of the run, >= 2
    rejoin_h : time from a failure until the replica is back [h], at least the stall of the others
    share : failures that one replica alone sees, in [0, 1]; the rest restarts the run as a rejoining replica does
    """

    count: int
    rejoin_h: float
    share: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what is outside its range."""
        require(self.count >= 2, "replicas", self.count, ">= 2")
        require(0 <= self.rejoin_h < math.inf, "rejoin_h", self.rejoin_h, ">= 0 and finite")
        require(0 <= self.share <= 1, "replica share", self.share, "between 0 and 1")


@dataclass(frozen=True, slots=True)
class Recovery:
    """Failures of a run on so many chips, and everything that is done about them.

    Attributes
    ----------
    chips : chips of the run, >= 1
    components : what fails; the rates add up
    clock : what their rates count on; time spent waiting for a spare counts on neither clock
    restart_h : time from a failure to the first new step [h]; with replicas, of those that did not fail
    write_h : time that a checkpoint blocks training [h]: all of it, or the pause of an asynchronous one
    persist_h : time from that pause until the checkpoint is safe in storage [h]; 0 where writing blocks
    interval_h : training time between checkpoints [h]; None for the best one
    in_memory, spares, replicas : None where there are none
    """

    chips: int
    components: tuple[Component, ...]
    clock: Clock
    restart_h: float
    write_h: float
    persist_h: float = 0.0
    interval_h: float | None = None
    in_memory: InMemory | None = None
    spares: Spares | None = None
    replicas: Replicas | None = None

    def __post_init__(self) -> None:
        """Refuse what is outside its range and what does not go together."""
        require(self.chips >= 1, "chips", self.chips, ">= 1")
        require(len(self.components) >= 1, "components", len(self.components), ">= 1")
        require(0 <= self.restart_h < math.inf, "restart_h", self.restart_h, ">= 0 and finite")
        require(0 <= self.write_h < math.inf, "write_h", self.write_h, ">= 0 and finite")
        require(0 <= self.persist_h < math.inf, "persist_h", self.persist_h, ">= 0 and finite")
        if self.interval_h is not None:
            fits = 0 < self.interval_h < math.inf or self.interval_h == self.write_h == 0
            require(fits, "interval_h", self.interval_h, f"{'> 0' if self.write_h else '>= 0'} and finite")
            safe = self.interval_h + self.write_h >= self.persist_h
            require(safe, "interval_h", self.interval_h, f"long enough to persist a checkpoint, {self.persist_h:g} h")
        if self.in_memory and self.replicas:
            message = "replicas recover from their peers' memory already: give either in-memory checkpoints or replicas"
            raise ValueError(message)
        if self.replicas:
            rejoins = self.replicas.rejoin_h >= self.restart_h
            require(rejoins, "rejoin_h", self.replicas.rejoin_h, f"at least restart_h, {self.restart_h:g}")
            require(self.replicas.count <= self.chips, "replicas", self.replicas.count, f"at most {self.chips} chips")

    @property
    def mttf_h(self) -> float:
        """Mean time between failures of any component [h]."""
        rate = sum(1 / component.mttf_h for component in self.components)
        return 1 / rate if rate else math.inf

    @property
    def blast_chips(self) -> int:
        """Chips that the largest failure takes out, at most all."""
        return min(self.chips, max(component.blast_chips for component in self.components))

    @property
    def mean_blast_chips(self) -> float:
        """Chips that a failure takes out on average."""
        return sum(part * min(self.chips, unit.blast_chips) for part, unit in self._parts())

    @property
    def replicas_hit(self) -> float:
        """Replicas that a failure takes out on average, at least one; 0 without replicas."""
        if self.replicas is None:
            return 0.0
        size, count = self.chips / self.replicas.count, self.replicas.count
        return sum(part * min(count, max(1.0, unit.blast_chips / size)) for part, unit in self._parts())

    def _parts(self) -> list[tuple[float, Component]]:
        """Share of the failures by component."""
        if math.isinf(self.mttf_h):
            return [(1 / len(self.components), component) for component in self.components]
        return [(self.mttf_h / component.mttf_h, component) for component in self.components]


def recovery_of(reliability: Reliability, chips: int, chips_per_node: int = CHIPS_PER_COUNTED_NODE) -> Recovery:
    """Failures of a run and what is done about them, as a resolved scenario states them.

    A run on fewer chips than the scenario has replicas has one replica per chip.

    Parameters
    ----------
    reliability : the scenario's noun, every value filled
    chips : chips of the run, >= 1
    chips_per_node : chips that a failure takes out where the scenario does not say
    """
    from gortyn.model import known

    rate = known(reliability.rate_per_1000_node_days)
    restart_h = reliability.restart_min / MIN_PER_HOUR
    memory_min, replicas = reliability.in_memory_restart_min, min(reliability.replicas, chips)
    memory_h = restart_h if memory_min is None else memory_min / MIN_PER_HOUR
    rejoin_h = max(restart_h, reliability.rejoin_min / MIN_PER_HOUR)
    return Recovery(
        chips=chips,
        components=(Component("node", mttf_hours(rate, chips), reliability.chips_per_failure or chips_per_node),),
        clock=known(reliability.clock),
        restart_h=restart_h,
        write_h=reliability.checkpoint_write_min / MIN_PER_HOUR,
        persist_h=reliability.checkpoint_persist_min / MIN_PER_HOUR,
        in_memory=InMemory(reliability.in_memory_share, memory_h) if reliability.in_memory_share > 0 else None,
        spares=Spares(reliability.spares, reliability.repair_hours) if reliability.spares is not None else None,
        replicas=Replicas(replicas, rejoin_h) if replicas > 1 else None,
    )
