"""The trade-off room owns what keeping chips for some costs the others: the curve of reserved shares, and isolation."""

from gortyn.tradeoff.curve import TradePoint, curve
from gortyn.tradeoff.period import days_of

__all__ = ["TradePoint", "curve", "days_of"]
