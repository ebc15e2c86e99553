"""Legends of rasters, without a service."""

from twin.rasters.legend import make_legend
from twin.testing import make_columns, make_raster_spec


def test_values_of_stops_are_short_enough_to_be_written():
    column = make_columns(elevation_m="integer")[0].model_copy(update={"unit": "m"})
    spec = make_raster_spec("elevation", column, {"colormap": "terrain", "range": [0, 513]})
    stops = make_legend(spec, "hypsometric").stops
    assert [stop.value for stop in stops] == [0, 51.3, 128.25, 256.5, 384.75, 513]
