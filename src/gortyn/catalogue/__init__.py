"""The catalogue room owns what the world says: sourced facts, each with value, unit, date, evidence and conflicts.

The facts stand in ``data/<kind>.csv``, one value a row, and their sources in ``data/sources.csv``. Nothing is read
at import: a kind is parsed when the first of its facts is asked for.

>>> from gortyn.catalogue import load
>>> catalogue = load()
>>> h100 = catalogue.fact("chips", "H100-SXM", "tdp_w")
>>> h100.value, h100.unit, h100.evidence
(700.0, 'W', 'published')
>>> facts = catalogue.lookup()
>>> facts.number("chips", "H100-SXM", "memory_gb")
80.0
>>> [fact.key for fact in facts.used]
['chips/H100-SXM/memory_gb']
"""

from gortyn.catalogue.catalogue import Catalogue, load
from gortyn.catalogue.fact import EVIDENCE, CatalogueError, Fact, Source, UnknownEntry
from gortyn.catalogue.lookup import Lookup

__all__ = ["EVIDENCE", "Catalogue", "CatalogueError", "Fact", "Lookup", "Source", "UnknownEntry", "load"]
