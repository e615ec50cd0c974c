"""The command line: a thin shell over `load`, `run` and the results folder."""

from gortyn.cli.app import main

__all__ = ["main"]
