"""Facilities: nodes, ways and relations by their tags, as points on their surface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from layers.readers.osm import tags as said
from layers.readers.osm.elements import Element, HasTags, Wanted
from layers.readers.osm.notes import Notes
from layers.readers.osm.shapes import Shaped, point_of

#: The kind of a facility by what its tags say, the first key that is there deciding.
KINDS: Final[Mapping[str, Mapping[str, str]]] = {
    "amenity": {
        "school": "school",
        "college": "college",
        "university": "university",
        "hospital": "hospital",
        "clinic": "clinic",
        "police": "police",
        "fire_station": "fire_station",
    },
    "healthcare": {"hospital": "hospital", "clinic": "clinic", "centre": "clinic"},
    "education": {"school": "school", "college": "college", "university": "university"},
}
_ADDRESS: Final = (
    "addr:housename", "addr:housenumber", "addr:street", "addr:subdistrict", "addr:district",
    "addr:city", "addr:province", "addr:postcode",
)  # fmt: skip


def facility_kind(tags: HasTags) -> str | None:
    """Return the kind of a facility; None where it is none of those that the layer knows.

    Examples
    --------
    >>> facility_kind({"healthcare": "centre"}), facility_kind({"amenity": "cafe"})
    ('clinic', None)
    """
    for key, kinds in KINDS.items():
        for value in (tags.get(key) or "").split(";"):
            if kind := kinds.get(value.strip()):
                return kind
    return None


def _accepts(tags: HasTags) -> bool:
    return facility_kind(tags) is not None


WANTED: Final = Wanted(tuple(KINDS), frozenset({"node", "way", "relation"}), _accepts)


def facility_shape(element: Element) -> Shaped:
    """Return a point on the surface of a facility."""
    return point_of(element)


def facility_row(element: Element, _row: int, _notes: Notes) -> dict[str, Any]:
    """Return the columns of a facility."""
    tags = element.tags
    parts = [value for key in _ADDRESS if (value := tags.get(key))]
    return {
        "osm_ref": element.ref,
        "amenity": facility_kind(tags),
        "name": tags.get("name"),
        "name_th": said.name_th(tags),
        "operator": tags.get("operator"),
        "phone": tags.get("phone") or tags.get("contact:phone"),
        "address": tags.get("addr:full") or " ".join(parts) or None,
        "emergency": tags.get("emergency"),
    }
