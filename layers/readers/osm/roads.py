"""Roads and ferries: ways by their class, with what a network needs to know of them."""

from __future__ import annotations

from typing import Any, Final

from layers.readers.osm import tags as said
from layers.readers.osm.elements import Element, HasTags, Wanted
from layers.readers.osm.notes import Notes
from layers.readers.osm.shapes import Shaped, line_of

#: The classes of `highway` that are ways to move on; others are being built, gone, or no ways.
CLASSES: Final = frozenset(
    {
        "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link",
        "secondary", "secondary_link", "tertiary", "tertiary_link", "unclassified",
        "residential", "living_street", "service", "road", "busway", "pedestrian", "track",
        "path", "footway", "cycleway", "bridleway", "steps", "corridor",
    }
)  # fmt: skip
FERRY: Final = "ferry"


def _accepts(tags: HasTags) -> bool:
    return tags.get("highway") is not None or _is_ferry(tags)


def _is_ferry(tags: HasTags) -> bool:
    return FERRY in (tags.get("route") or "").split(";")


WANTED: Final = Wanted(("highway", "route"), frozenset({"way", "relation"}), _accepts)


def road_class(element: Element) -> str | None:
    """Return the class of a road, `ferry` included; None for what is no line to move on."""
    tags = element.tags
    if element.kind != "way" or tags.get("area") == "yes":
        return None
    highway = tags.get("highway")
    if highway in CLASSES:
        return highway
    return FERRY if _is_ferry(tags) else None


def why_not(element: Element) -> str:
    """Return what an element is that is no road, for the count of what was left out."""
    highway = element.tags.get("highway")
    if element.kind == "relation":
        return f"{element.tags.get('type', 'relation')} relation"
    return f"{highway} area" if element.tags.get("area") == "yes" else str(highway)


def road_shape(element: Element) -> Shaped:
    """Return the line of a road."""
    return line_of(element)


def road_row(element: Element, row: int, notes: Notes) -> dict[str, Any]:
    """Return the columns of a road but its length.

    Parameters
    ----------
    row
        Its row in what is read, from 1, for the notes.
    """
    tags = element.tags

    def told(column: str, key: str, value: said.Told) -> Any:  # noqa: ANN401 (a cell value)
        return notes.take(column, row, tags.get(key), value)

    return {
        "osm_id": element.id,
        "highway": road_class(element),
        "name": tags.get("name"),
        "name_th": said.name_th(tags),
        "name_en": said.name_en(tags),
        "ref": tags.get("ref"),
        "oneway": told("oneway", "oneway", said.direction(tags)),
        "maxspeed_kmh": told("maxspeed_kmh", "maxspeed", said.speed_kmh(tags.get("maxspeed"))),
        "lanes": told("lanes", "lanes", said.lanes(tags.get("lanes"))),
        "surface": tags.get("surface"),
        "access": said.permission(tags, "access"),
        "motor_vehicle": said.permission(tags, "motor_vehicle", "vehicle"),
        "motorcycle": said.permission(tags, "motorcycle"),
        "bicycle": said.permission(tags, "bicycle", "vehicle"),
        "foot": said.permission(tags, "foot"),
        "bridge": said.is_there(tags.get("bridge")),
        "tunnel": said.is_there(tags.get("tunnel")),
        "layer": told("layer", "layer", said.level(tags.get("layer"))),
        "is_ferry": road_class(element) == FERRY,
    }
