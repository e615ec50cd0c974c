"""The claims room owns the fact check: a verdict per published claim, computed from what the scenario came to."""

from gortyn.claims.check import EVALUATORS, check
from gortyn.claims.verdict import Judgement, Verdict

__all__ = ["EVALUATORS", "Judgement", "Verdict", "check"]
