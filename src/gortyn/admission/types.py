"""This module owns what admission hands on: applications, what was decided on each, and the grants that came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.admission.reasons import Case, why
from gortyn.model import Scenario

OUTCOMES: Final = ("ineligible", "refused", "crowded-out", "withdrawn", "admitted", "open")
"""What may become of an application, in the order of `Decisions.outcome`; open: not decided within the window."""
ADMITTED: Final = OUTCOMES.index("admitted")
NOT_GRANTED: Final = int(np.iinfo(np.int64).min)
"""Begin and end of a grant that there is not."""


class Applications(NamedTuple):
    """Applications of all tenants with a mode, sorted by submission; times in seconds after the start of the window.

    Attributes
    ----------
    tenant : int32[application], index of the tenant in the scenario
    mode : int32[application], index of its mode in the scenario's rules of access
    country : int32[application], index into `Admission.countries`
    submit_s : int64[application], before the window where negative
    asked_chip_hours : float64[application], > 0
    flaw : int8[application], index into `gortyn.model.access.CRITERIA` of the condition that is not met, -1 for none
    score : float64[application], place of its quality among all applications, 0 (worst) to 1
    used_share : float64[application], part of a grant that its holder would use, 0 to 1
    """

    tenant: NDArray[np.int32]
    mode: NDArray[np.int32]
    country: NDArray[np.int32]
    submit_s: NDArray[np.int64]
    asked_chip_hours: NDArray[np.float64]
    flaw: NDArray[np.int8]
    score: NDArray[np.float64]
    used_share: NDArray[np.float64]

    def at(self, places: NDArray[np.int64]) -> Applications:
        """Those of some places, in their order."""
        return Applications._make(column[places] for column in self)

    @classmethod
    def none(cls) -> Applications:
        """No application."""
        kinds = (np.int32, np.int32, np.int32, np.int64, np.float64, np.int8, np.float64, np.float64)
        return cls._make(np.zeros(0, kind) for kind in kinds)


class Decisions(NamedTuple):
    """What became of each application.

    Attributes
    ----------
    cutoff_s : int64[application], last second of the cut-off that collected it; its submission where there is none
    decided_s : int64[application], when it was decided or given up; of an open one when it will be, as far as that is
        known, and not before the end of the window
    outcome : int8[application], index into `OUTCOMES`
    begin_s, end_s : int64[application], first second of the grant and the one after its last; `NOT_GRANTED` without
    """

    cutoff_s: NDArray[np.int64]
    decided_s: NDArray[np.int64]
    outcome: NDArray[np.int8]
    begin_s: NDArray[np.int64]
    end_s: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Admission:
    """Applications to the modes of a scenario, and what was decided.

    Attributes
    ----------
    applications, decisions : arrays of the same length
    countries : codes of the countries that applicants come from
    population : float64[country], nan where it is not known
    pool_chip_hours : float64[mode], what each mode has to grant within the window, without what it saved up before;
        nan where it is not bounded
    """

    applications: Applications
    decisions: Decisions
    countries: tuple[str, ...]
    population: NDArray[np.float64]
    pool_chip_hours: NDArray[np.float64]

    @property
    def admitted(self) -> NDArray[np.int64]:
        """Places of the applications that were admitted."""
        return np.flatnonzero(self.decisions.outcome == ADMITTED)

    @property
    def granted_chip_hours(self) -> NDArray[np.float64]:
        """What each application was granted, float64[application], 0 without a grant."""
        return np.where(self.decisions.outcome == ADMITTED, self.applications.asked_chip_hours, 0.0)

    def reason(self, scenario: Scenario, application: int) -> str:
        """Why an application came to what it did, in words.

        Parameters
        ----------
        scenario : the resolved scenario that it belongs to
        application : place among the applications
        """
        asked, decided = self.applications, self.decisions
        case = Case(
            outcome=OUTCOMES[decided.outcome[application]],
            country=self.countries[asked.country[application]],
            asked_chip_hours=float(asked.asked_chip_hours[application]),
            flaw=int(asked.flaw[application]),
            score=float(asked.score[application]),
            submit_s=int(asked.submit_s[application]),
            decided_s=int(decided.decided_s[application]),
            end_s=int(decided.end_s[application]),
        )
        tenant = scenario.tenants[asked.tenant[application]]
        return why(case, tenant, scenario.access.modes[asked.mode[application]], scenario.simulation)

    @classmethod
    def none(cls) -> Admission:
        """Of a scenario without modes of access."""
        whole, real = np.zeros(0, np.int64), np.zeros(0)
        decisions = Decisions(whole, whole, np.zeros(0, np.int8), whole, whole)
        return cls(Applications.none(), decisions, (), real, real)
