"""What each command of `twin coverage` may be asked, by name of the option."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.commands.asking import Option, growing, listed, places, put_within

#: Of a question, by name.
QUESTION: Final[Mapping[str, Option]] = {
    "layer": Option(
        ("supply", "layer"), "Layer of facilities; facility, unless only --point or --project."
    ),
    "where": Option(("supply", "filter"), "CQL2, e.g. \"amenity = 'hospital'\"."),
    "capacity": Option(("supply", "capacity"), "Column of the layer with the capacity."),
    "point": Option(
        ("supply", "points"), "A facility at lon,lat; again for more.", places, list[str]
    ),
    "project": Option(
        ("supply", "projects"), "Code of a project: its sites; again for more.", list, list[str]
    ),
    "opened-by": Option(("supply", "opened_by"), "Day, YYYY-MM-DD: leave out what opens later."),
    "demand": Option(("demand", "source"), "population, layer or raster."),
    "demand-layer": Option(("demand", "layer"), "Points with --weight, or a raster of people."),
    "weight": Option(("demand", "weight"), "Column of --demand-layer with the quantity."),
    "year": Option(("demand", "year"), "Of the register, CE; none: the newest."),
    "variant": Option(("demand", "variant"), "registered, with_visitors or aged_60."),
    "spread": Option(("demand", "spread"), "auto, land_cover or streets."),
    "unregistered-share": Option(
        ("demand", "unregistered_share"), "Residents not registered, for each registered one."
    ),
    "visitors": Option(("demand", "visitors"), "Visitors on a usual day."),
    "mode": Option(("mode",), "walk, motorcycle or car."),
    "direction": Option(("direction",), "to: people travel; from: the service does."),
    "minutes": Option(("thresholds",), "E.g. 5,10,15.", growing),
    "metres": Option(("thresholds",), "In place of --minutes, e.g. 500,1000.", growing),
    "areas": Option(("areas",), "Layers of areas, e.g. amphoe,tambon; '' for none.", listed),
    "max-snap": Option(("max_snap_m",), "Metres; farther from any street is unknown."),
    "speed-factor": Option(("speed_factor",), "On the usual speeds."),
    "speed-range": Option(
        ("speed_range",), "Also answer for slow and fast travel.", kind=bool
    ),
    "ferries": Option(("ferries",), "With ferry lines.", kind=bool),
    "scenario": Option(("scenario",), "Id of a scenario."),
}  # fmt: skip


_INSIDE: Final = put_within("question", QUESTION)
_DEMAND: Final = {
    name: option for name, option in QUESTION.items() if option.path[0] in ("demand", "areas")
}

#: Of questions that need no more than the question.
ONLY_QUESTION: Final[Mapping[str, Option]] = _INSIDE

EXPLAIN: Final[Mapping[str, Option]] = {"at": Option(("place",), "lon,lat", listed), **_INSIDE}

SITING: Final[Mapping[str, Option]] = {
    "problem": Option(("problem",), "mclp, lscp or p-median."),
    "count": Option(("count",), "New sites at most."),
    "candidates": Option(("candidates", "source"), "corners, layer or points."),
    "candidate-layer": Option(("candidates", "layer"), "Layer of points or areas."),
    "candidate-where": Option(("candidates", "filter"), "CQL2, of that layer."),
    "candidate": Option(
        ("candidates", "points"), "A place at lon,lat; again for more.", places, list[str]
    ),
    "most": Option(("candidates", "most"), "Corners are thinned to so many."),
    "existing": Option(("existing",), "Facilities of the question stay.", kind=bool),
    "prove": Option(("prove",), "Search for a proof that nothing is better.", kind=bool),
    "time-limit": Option(("time_limit_s",), "For the proof, seconds."),
    **_INSIDE,
}

OPPORTUNITY: Final[Mapping[str, Option]] = {
    "count": Option(("count",), "Best corners to name."),
    "spacing": Option(("spacing_m",), "Between any two of them, metres."),
    **_INSIDE,
}

ROADS: Final[Mapping[str, Option]] = {
    "count": Option(("count",), "Roads to name, the worst first."),
    "budget": Option(("budget",), "Roads tried at most."),
    **_INSIDE,
}

LINKS: Final[Mapping[str, Option]] = {
    "count": Option(("count",), "Connections to name."),
    "max-length": Option(("max_length_m",), "Straight metres at most."),
    "min-detour": Option(("min_detour",), "The way now takes so many times, at least."),
    "spacing": Option(("spacing_m",), "Between any two, metres."),
    **_INSIDE,
}

SDG: Final[Mapping[str, Option]] = {
    "indicator": Option(("indicator",), "11.2.1 or 11.7.1."),
    "stops": Option(("low_capacity", "layer"), "Layer of stops, within 500 m."),
    "stops-where": Option(("low_capacity", "filter"), "CQL2, of that layer."),
    "stations": Option(("high_capacity", "layer"), "Layer of stations and piers, within 1 km."),
    "stations-where": Option(("high_capacity", "filter"), "CQL2, of that layer."),
    "spaces": Option(("open_space", "layer"), "Layer of open public spaces, within 400 m."),
    "spaces-where": Option(("open_space", "filter"), "CQL2, of that layer."),
    "max-snap": QUESTION["max-snap"],
    **_DEMAND,
}
