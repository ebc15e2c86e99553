"""Writing what was measured on rasters."""

from __future__ import annotations

import math

from api.models.raster import LegendModel
from twin.queries.catalogue import PublishedLayer
from twin.rasters.kinds import value_column
from twin.rasters.land_cover import CAVEAT, LandCover, UnitCover
from twin.rasters.legend import Legend
from twin.rasters.profile import Profile
from twin.rasters.styles import styles_of
from twin.rasters.values import Sample
from twin.rasters.zonal import ClassArea, Zone
from twin.types import Json

#: Decimals of degrees (1 cm), of metres, of values, and of shares.
_DEGREES, _METRES, _VALUES, _SHARES = 7, 2, 3, 4


def legend_model(layer: PublishedLayer, legend: Legend) -> LegendModel:
    """Return the legend of a layer."""
    return LegendModel.model_validate(
        {
            "layer": layer.id,
            "style": legend.style,
            "styles": list(styles_of(layer.spec)),
            "titles": legend.titles._asdict(),
            "unit": legend.unit,
            "classes": [
                {"value": one.value, "color": one.color, "titles": one.titles._asdict()}
                for one in legend.classes
            ],
            "stops": [stop._asdict() for stop in legend.stops],
            "notes": legend.note._asdict() if legend.note else None,
        }
    )


def elevation(sample: Sample, lon: float, lat: float) -> Json:
    """Return the value at a point."""
    return {"point": [lon, lat], "value": sample.value, "source": _source(sample.layer)}


def profile(found: Profile) -> Json:
    """Return the values along a line and their summary."""
    known = found.known()
    has_values = len(known) > 0
    samples = zip(found.distances_m, found.lons, found.lats, found.values, strict=True)
    return {
        "length_m": round(found.length_m, _METRES),
        "step_m": round(found.length_m / (len(found.values) - 1), _METRES),
        "cell_m": round(found.cell_m, _METRES),
        "min": _value(known.min()) if has_values else None,
        "max": _value(known.max()) if has_values else None,
        "mean": _value(known.mean()) if has_values else None,
        "ascent": _value(found.ascent),
        "descent": _value(found.descent),
        "mean_slope_percent": _value(found.mean_slope_percent),
        "samples": [
            {
                "distance_m": round(float(distance), _METRES),
                "point": [round(float(lon), _DEGREES), round(float(lat), _DEGREES)],
                "value": _value(value),
            }
            for distance, lon, lat, value in samples
        ],
        "source": _source(found.layer),
    }


def zone(found: Zone) -> Json:
    """Return what one raster says of an area."""
    return {
        "source": _source(found.layer),
        "count": round(found.count, _VALUES),
        "area_m2": round(found.area_m2, _METRES),
        "coverage": round(found.coverage, _SHARES),
        "statistics": {name: _value(value) for name, value in vars(found.statistics).items()}
        if found.statistics
        else None,
        "classes": None
        if found.classes is None
        else [_class_area(found.layer, one) for one in found.classes],
    }


def land_cover(found: LandCover) -> Json:
    """Return land cover by unit and year."""
    return {
        "by": found.by,
        "caveats": CAVEAT._asdict(),
        "years": [{"year": one.year, "source": _source(one.layer)} for one in found.years],
        "classes": [
            {"value": one.value, "color": one.color, "titles": one.titles._asdict()}
            for one in found.classes
        ],
        "units": [_unit(one) for one in found.units],
    }


def _unit(found: UnitCover) -> Json:
    change = found.change_m2
    before = [math.fsum(row) for row in change]
    after = [math.fsum(column) for column in zip(*change, strict=True)]
    return {
        "code": found.unit.code,
        "names": found.unit.names._asdict(),
        "areas_m2": [_areas(row) for row in found.areas_m2],
        "change_m2": [_areas(row) for row in change],
        "difference_m2": _areas([b - a for a, b in zip(before, after, strict=True)]),
    }


def _areas(areas_m2: list[float]) -> list[float]:
    return [round(area, _METRES) for area in areas_m2]


def _class_area(layer: PublishedLayer, found: ClassArea) -> Json:
    column = value_column(layer.spec)
    title = ((column and column.values) or {}).get(str(found.value))
    return {
        "value": found.value,
        "titles": title.model_dump() if title else None,
        "area_m2": round(found.area_m2, _METRES),
        "share": round(found.share, _SHARES),
    }


def _source(layer: PublishedLayer) -> Json:
    column = value_column(layer.spec)
    return {
        "layer": layer.id,
        "titles": layer.spec.title.model_dump(),
        "descriptions": layer.spec.description.model_dump(),
        "unit": column.unit if column else None,
        "attribution": layer.attribution,
        "validDate": layer.valid_date,
        "revision": layer.revision,
    }


def _value(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else round(float(value), _VALUES)
