"""Conditions in CQL2 (OGC 21-065r2), read by the library `cql2`, as SQL with bound values."""

from twin.queries.cql2.condition import condition
from twin.queries.cql2.reading import Filter, Language

__all__ = ["Filter", "Language", "condition"]
