"""The toy island with what studies of demand need beside it."""

import numpy as np
import pandas as pd

from twin.db.publish import publish
from twin.queries.catalogue import get_layer
from twin.spec import Title
from twin.testing import (
    SIDE,
    make_columns,
    make_raster_spec,
    make_spec,
    publish_layer,
    publish_raster,
)

#: Cells of 10 m along a side of the island.
FINE = 10 * SIDE


def built_up(*blocks):
    """Land cover of 10 m cells, green but where blocks (column, row, columns, rows) are built-up.

    Blocks are in cells of 10 m from the south-west.
    """
    cover = np.full((FINE, FINE), 2)
    for column, row, columns, rows in blocks:
        cover[row : row + rows, column : column + columns] = 1
    return cover[::-1]


def publish_cover(connection, folder, year, cover):
    """Register `land_cover_YYYY` with these classes, north first."""
    values = {"1": Title(th="สิ่งปลูกสร้าง", en="Built-up"), "2": Title(th="พืชพรรณ", en="Vegetation")}
    column = make_columns(cover="integer")[0].model_copy(update={"values": values})
    spec = make_raster_spec(f"land_cover_{year}", column, {"colors": {"1": "#ff0000"}})
    publish_raster(connection, folder, spec, cover, nodata=0)


def publish_people(connection, folder, values, nodata=-1, unit="people"):
    """Register a raster of people a cell, north first."""
    column = make_columns(people="number")[0].model_copy(update={"unit": unit})
    spec = make_raster_spec("headcount", column, {"range": [0, 10]})
    publish_raster(connection, folder, spec, np.asarray(values, float), nodata=nodata)


def publish_aged(connection, people):
    """Register the layer `population_aged` with these people by year."""
    columns = make_columns(year="integer", people="integer", agency_th="text")
    spec = make_spec("population_aged", None, key=["year"], columns=columns)
    rows = [
        {"id": year, "year": year, "people": count, "agency_th": "ที่ทำการปกครอง"}
        for year, count in people.items()
    ]
    publish_layer(connection, spec, pd.DataFrame(rows))


def replace_rows(connection, layer_id, frame):
    """Replace what a registered layer holds."""
    publish(connection, get_layer(connection, layer_id).spec, frame)
