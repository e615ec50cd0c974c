"""The claims room owns the fact check: a verdict per published claim, computed from what the scenario came to."""

from gortyn.claims.check import EVALUATORS, check
from gortyn.claims.verdict import Case, ClaimFigure, ClaimSource, Judgement, Role, Verdict

__all__ = ["EVALUATORS", "Case", "ClaimFigure", "ClaimSource", "Judgement", "Role", "Verdict", "check"]
