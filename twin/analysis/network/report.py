"""What building a network found, for whoever has to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from twin.analysis.model import Mode
from twin.types import Json

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class ClassReport:
    """Streets of one class: how many, their length, and how much of it each mode may use, km."""

    streets: int
    length_km: float
    open_km: Mapping[Mode, float]


@dataclass(frozen=True)
class NetworkReport:
    """What became of the streets.

    Parameters
    ----------
    streets, street_km
        Streets that the network is made of, and their length.
    nodes, edges
        Corners and ends, and pieces of street between them.
    shared_vertex_km
        Length of each connected part where streets join at common vertices only, longest first.
    component_km
        The same after crossings and near misses were joined: the parts of the network.
    crossings_joined, crossings_left
        Where streets cross without a common vertex, EPSG:32647: made a junction, or left apart
        because one passes over the other or that cannot be ruled out.
    snapped
        Gaps of a metre or less that were closed: ends of streets that nothing else met, or that
        connect parts; EPSG:32647.
    dead_ends
        Nodes that only one piece of street leads to; they are kept.
    loops, parallels
        Pieces from a node back to itself, and pieces beyond the first between the same two nodes;
        both are kept, and shortest paths use the quickest.
    left_over, left_over_m
        Pieces too short to keep after ends were joined, and their length in all: the links between
        corners less than a metre apart.
    without_line
        Streets without a line or with one of no length, which were left out.
    ferries_left_out
        Ferry lines that were not asked for.
    by_class
        By class of street, longest first.
    unknown_level, unknown_oneway
        Streets of which it is unknown whether they are bridges or tunnels, or one-way.
    revision
        That of the network.
    """

    streets: int
    street_km: float
    nodes: int
    edges: int
    shared_vertex_km: tuple[float, ...]
    component_km: tuple[float, ...]
    crossings_joined: Points
    crossings_left: Points
    snapped: Points
    dead_ends: int
    loops: int
    parallels: int
    left_over: int
    left_over_m: float
    without_line: int
    ferries_left_out: int
    by_class: Mapping[str, ClassReport]
    unknown_level: int
    unknown_oneway: int
    has_elevation: bool
    revision: str

    def to_json(self) -> Json:
        """Return the report as JSON has it."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Json) -> NetworkReport:
        """Return the report that `to_json` gave; KeyError or TypeError where it is another's."""
        points = {
            name: tuple((x, y) for x, y in told[name])
            for name in ("crossings_joined", "crossings_left", "snapped")
        }
        lengths = {name: tuple(told[name]) for name in ("shared_vertex_km", "component_km")}
        classes = {name: ClassReport(**one) for name, one in told["by_class"].items()}
        return cls(**{**told, **points, **lengths, "by_class": classes})
