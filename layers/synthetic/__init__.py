"""Synthetic layers of any size, seeded: for the starter edition and for benchmarks."""

from layers.synthetic.sites import synthetic_buildings, synthetic_facilities
from layers.synthetic.streets import synthetic_streets

__all__ = ["synthetic_buildings", "synthetic_facilities", "synthetic_streets"]
