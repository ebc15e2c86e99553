"""What studies beyond coverage answer; nothing here needs the engine."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from twin.analysis.model import Mode
from twin.studies.answer import (
    Area,
    Assumed,
    Feature,
    FeatureCollection,
    Named,
    People,
    Source,
    Told,
    Totals,
    Words,
)
from twin.studies.question import LonLat


class ServiceAreaAnswer(Told):
    """Areas to draw, as a GeoJSON FeatureCollection; people are never counted by them."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: tuple[Feature, ...] = Field(
        description="Polygons with the properties facility, name_th, name_en and threshold."
    )
    summary: Words
    is_clipped: bool = Field(description="Whether what lies in the sea was cut away.")
    assumptions: Assumed
    digest: str


class BandAnswer(Told):
    """Places above one time or distance and up to another, and how much land they are."""

    above: float | None = Field(description="In the unit of the question; null: from nothing.")
    up_to: float | None = Field(description="Null: however far.")
    color: str = Field(description="`#rrggbb`")
    titles: Words
    area_km2: float = Field(description="Land, not people: count people with `coverage`.")


class TravelTimeAnswer(Told):
    """Where the surface can be had, and what it shows."""

    summary: Words
    digest: str = Field(description="Name of the surface: equal inputs, equal name.")
    tilejson: str = Field(
        description="Address of the TileJSON; asked without the service, its path there."
    )
    tiles: str = Field(description="Address of its tiles, XYZ, likewise.")
    geotiff: str = Field(
        description="Address of the GeoTIFF, likewise; EPSG:32647, the unit of the question."
    )
    unit: Literal["minutes", "metres"]
    cell_m: float
    bands: tuple[BandAnswer, ...] = Field(description="The nearest first.")
    unreached_km2: float = Field(description="Land on streets that lead to no facility.")
    unknown_km2: float = Field(description="Land too far from any street to say.")
    is_clipped: bool = Field(description="Whether what lies in the sea was cut away.")
    assumptions: Assumed


class Site(Named):
    """A chosen place for a facility."""

    gain: float = Field(
        description="What it adds to those before it: people newly served, or for p-median people"
        " × minutes (or metres) saved."
    )


class SitingAnswer(Told):
    """Which places to choose, what they change, and how sure that is."""

    summary: Words
    method: Literal["MCLP", "LSCP", "p-median"]
    sites: tuple[Site, ...] = Field(description="The most useful first.")
    candidates: int = Field(description="Places that could be chosen.")
    off_network: int = Field(description="Places left out: no street is near.")
    objective: float = Field(
        description="People newly served (MCLP, more is better), sites (LSCP, fewer is better),"
        " people × minutes or metres (p-median, less is better)."
    )
    best_bound: float = Field(description="No choice has a better objective than this.")
    gap: float | None = Field(
        description="How much better another choice could be at most, as a share of the objective."
    )
    is_proven: bool = Field(description="Nothing is better.")
    is_out_of_time: bool = Field(
        description="The proof was ended before it was done: by `time_limit_s`, or by what was left"
        " of the time of the run; a job has more."
    )
    before: tuple[Totals, ...] = Field(description="Who is served now.")
    after: tuple[Totals, ...] = Field(description="Who is served with the sites.")
    areas: dict[str, tuple[Area, ...]] = Field(description="The same by area.")
    mean: float | None = Field(
        description="Mean way to the nearest facility or site, of those who have one, in the unit"
        " of the question; for mclp and lscp of those within the threshold."
    )
    out_of_reach: float = Field(description="People whom no place that could be chosen reaches.")
    assumptions: Assumed
    digest: str


class Corner(Told):
    """A street corner, and whom a facility there alone would newly serve."""

    lon_lat: LonLat
    people: float


class Corners(Told):
    """Street corners as columns; those where nobody would be newly served are left out."""

    lon: tuple[float, ...]
    lat: tuple[float, ...]
    people: tuple[float, ...]


class OpportunityAnswer(Told):
    """Where one facility more would newly serve most people."""

    summary: Words
    best: tuple[Corner, ...] = Field(description="The best first; must not be added up.")
    unserved: float = Field(description="Everyone on a street who is not served now.")
    looked_at: int = Field(description="Street corners looked at.")
    corners: Corners
    surface: FeatureCollection | None = Field(
        description="The same as GeoJSON points; null where there are more than 5,000."
    )
    assumptions: Assumed
    digest: str


class Loss(Named):
    """What a facility's closing would cost."""

    lost: float = Field(description="People who would have no other within the threshold.")


class Choice(Told):
    """People by how many facilities they have within the threshold."""

    facilities: int
    people: float


class CriticalityAnswer(Told):
    """Who loses service if a facility closes."""

    summary: Words
    facilities: tuple[Loss, ...] = Field(description="The worst first.")
    choice: tuple[Choice, ...] = Field(description="The last: so many facilities, or more.")
    unknown: float = Field(description="People too far from any street to say.")
    assumptions: Assumed
    digest: str


class RoadCriticalityAnswer(Told):
    """Who loses service if a road closes."""

    summary: Words
    roads: FeatureCollection = Field(
        description="Lines, the worst first, with the properties id, name, lost (people), living"
        " (those of them who live on it), users (people whose way leads over it) and facilities"
        " (how many stand on it, and close with it)."
    )
    rest_at_most: float = Field(description="No road that is not named costs more people.")
    assumptions: Assumed
    digest: str


class MissingLinksAnswer(Told):
    """Short connections that are not there, the best for their length first."""

    summary: Words
    links: FeatureCollection = Field(
        description="Lines with the properties people (newly served by this one alone),"
        " people_per_m, length_m, impedance and present (of the way now; null: there is none)."
    )
    looked_at: int = Field(description="Connections looked at.")
    notes: tuple[Words, ...]
    assumptions: Assumed
    digest: str


class Zone(Told):
    """Travel up to an impedance, and how much it counts."""

    up_to: float
    weight: float


class Shared(Named):
    """A facility with what of it each person in its catchment finds."""

    capacity: float
    load: float = Field(description="People in its catchment, farther ones counted less.")
    ratio: float | None = Field(description="Capacity for each of them; null: nobody is there.")


class AreaAccess(Told):
    """Access of one area; code and names are empty for what lies outside all areas."""

    code: str
    name: Words
    people: float = Field(description="On streets.")
    access: float | None = Field(description="Capacity for each person, on average.")
    unreached: float = Field(description="People who find none.")


class AccessAnswer(Told):
    """How much capacity each person finds."""

    summary: Words
    method: Literal["2SFCA", "E2SFCA"]
    zones: tuple[Zone, ...] = Field(description="In the unit of the question.")
    access: float | None = Field(description="Capacity for each person on a street, on average.")
    unreached: float = Field(description="People who find none.")
    unknown: float = Field(description="People too far from any street to say.")
    unused: float = Field(description="Capacity of facilities that nobody reaches.")
    facilities: tuple[Shared, ...]
    areas: dict[str, tuple[AreaAccess, ...]]
    assumptions: Assumed
    digest: str


class SdgArea(People):
    """People of one area; code and names are empty for what lies outside all areas."""

    code: str
    name: Words


class SdgClass(Told):
    """One class of supply."""

    name: str
    distance_m: float = Field(description="Along streets.")
    served: float = Field(description="People within it, whatever the other classes do.")
    supply: Source


class SdgAnswer(Told):
    """People with access as an indicator's metadata define it."""

    summary: Words
    indicator: Literal["11.2.1", "11.7.1"]
    people: People = Field(description="Who is unknown counts as without access in the ratio.")
    areas: dict[str, tuple[SdgArea, ...]]
    classes: tuple[SdgClass, ...]
    source: Words = Field(description="Where the distances come from.")
    lacking: tuple[Words, ...] = Field(description="What the metadata ask beyond this.")
    network: Source
    demand: Source
    digest: str


class StreetClass(Told):
    """Streets of one class."""

    name: str
    streets: int
    length_km: float
    open_km: dict[Mode, float] = Field(description="How much of it each mode may use.")


class NetworkAnswer(Told):
    """The street network and what became of the streets."""

    summary: Words
    basis: Source
    streets: int
    street_km: float
    nodes: int
    edges: int
    parts_km: tuple[float, ...] = Field(description="Length of each connected part, km.")
    is_main_roads_only: bool = Field(
        description="No street of the classes that homes stand on is loaded."
    )
    has_elevation: bool
    crossings_joined: int = Field(description="Crossings made a junction.")
    crossings_left: tuple[LonLat, ...] = Field(
        description="Crossings left apart: one street passes over the other, or may."
    )
    ends_joined: int = Field(description="Ends within a metre of another street, joined to it.")
    dead_ends: int
    without_line: int = Field(description="Streets left out: they have no line.")
    ferries_left_out: int
    unknown_level: int = Field(description="Streets not known to be bridges or tunnels, or not.")
    unknown_oneway: int = Field(description="Streets not known to be one-way or not.")
    classes: tuple[StreetClass, ...] = Field(description="Longest first.")
