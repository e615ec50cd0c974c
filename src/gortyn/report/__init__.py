"""The report: one HTML file made from a results folder, and nothing else."""

from gortyn.report.page import report_data, write, write_report, write_siting

__all__ = ["report_data", "write", "write_report", "write_siting"]
