"""The admission room owns the way from an application to a grant: eligibility, cut-offs, review, hours left."""

from gortyn.admission.admit import admit, decided
from gortyn.admission.calendar import Calendar, grant_dates
from gortyn.admission.duties import Duty, duties
from gortyn.admission.eligibility import Answer, Applicant, eligibility, instead, open_modes
from gortyn.admission.types import ADMITTED, NOT_GRANTED, OUTCOMES, Admission, Applications, Decisions

__all__ = [
    "ADMITTED",
    "NOT_GRANTED",
    "OUTCOMES",
    "Admission",
    "Answer",
    "Applicant",
    "Applications",
    "Calendar",
    "Decisions",
    "Duty",
    "admit",
    "decided",
    "duties",
    "eligibility",
    "grant_dates",
    "instead",
    "open_modes",
]
