"""The register of projects as a planner looks at it: filtered, and counted by facet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from twin.queries.register import ProjectRead, read_projects, read_shapes
from twin.queries.text import normalise
from twin.types import Text

#: The facet value of projects whose phase is not published.
UNASSIGNED: Final = "unassigned"

#: Geometry in the list of projects is generalised by about 20 m.
LIST_TOLERANCE_DEGREES: Final = 2e-4

#: What projects are filtered and counted by: name → the values a project has.
FACETS: Final[Mapping[str, Callable[[ProjectRead], Iterable[str]]]] = {
    "domain": lambda project: [project.domain],
    "phase": lambda project: [project.phase or UNASSIGNED],
    "status": lambda project: [project.status],
    "confidence": lambda project: [project.confidence],
    "agency": lambda project: {agency.en for agency in project.agencies},
    "amphoe": lambda project: project.amphoe_codes,
    "tambon": lambda project: project.tambon_codes,
}


@dataclass(frozen=True)
class ProjectList:
    """Projects that fit, and for each facet how many would fit with each of its values.

    `shapes` has the geometry of drawn sites by their id, generalised GeoJSON text.
    """

    projects: list[ProjectRead]
    shapes: dict[int, str]
    facets: dict[str, dict[str, int]]
    agencies: list[Text]


def find_projects(
    connection: Connection, wanted: Mapping[str, Sequence[str]], text: str = ""
) -> ProjectList:
    """Return the projects that fit every facet, in the order of domains and codes.

    Parameters
    ----------
    wanted
        Facet → accepted values; an empty sequence accepts all. An agency may be named in either
        language.
    text
        Part of a code, name, agency or place; case, spaces and hyphens do not matter.

    Notes
    -----
    The counts of one facet look at the other facets only: they tell what choosing another value
    would give.
    """
    everything = read_projects(connection)
    named = sorted({agency for project in everything for agency in project.agencies})
    english = {agency.th: agency.en for agency in named}
    accepted = {name: set(values) for name, values in wanted.items() if values}
    if "agency" in accepted:
        accepted["agency"] = {english.get(value, value) for value in accepted["agency"]}
    needle = normalise(text)
    found = [project for project in everything if needle in project.searchable]
    facets = {
        name: dict(_count(name, [p for p in found if _fits(p, accepted, without=name)]))
        for name in FACETS
    }
    projects = [p for p in found if _fits(p, accepted)]
    shapes = read_shapes(connection, [p.code for p in projects], LIST_TOLERANCE_DEGREES)
    return ProjectList(projects, shapes, facets, named)


def _fits(project: ProjectRead, accepted: Mapping[str, set[str]], without: str = "") -> bool:
    return all(
        name == without or not values.isdisjoint(FACETS[name](project))
        for name, values in accepted.items()
    )


def _count(name: str, projects: Iterable[ProjectRead]) -> Counter[str]:
    return Counter(value for project in projects for value in FACETS[name](project))
