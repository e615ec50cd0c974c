"""The spaces room owns data that jobs and training runs draw on: what is held, how fast it comes, what it trains."""

from gortyn.spaces.links import Staging, gate_s, own_stage_s, run_stage_s, stage_s, staging, text_tb
from gortyn.spaces.space import HeldSpace, held
from gortyn.spaces.tokens import TokenNeed, effective_tokens, optimal_tokens, token_needs

__all__ = [
    "HeldSpace",
    "Staging",
    "TokenNeed",
    "effective_tokens",
    "gate_s",
    "held",
    "optimal_tokens",
    "own_stage_s",
    "run_stage_s",
    "stage_s",
    "staging",
    "text_tb",
    "token_needs",
]
