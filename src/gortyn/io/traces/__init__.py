"""This room owns the formats that job traces come in: each is read into a Trace and a report of what was left out."""

from gortyn.io.traces.formats import FORMATS, detect, read
from gortyn.io.traces.report import RULES, Finding, ImportReport, TraceError

__all__ = ["FORMATS", "RULES", "Finding", "ImportReport", "TraceError", "detect", "read"]
