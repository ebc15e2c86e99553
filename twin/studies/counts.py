"""Demand from a raster of people a cell, such as WorldPop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rasterio.io import DatasetReader
from sqlalchemy import Connection

from twin.analysis.demand import CELL_M, Places, gather
from twin.analysis.model import Demand
from twin.errors import InvalidInputError, TooLargeError
from twin.queries.catalogue import PublishedLayer
from twin.rasters import cells
from twin.rasters.files import FILES, raster_file
from twin.rasters.kinds import is_classes, value_column
from twin.studies.ground import tell_provenance
from twin.studies.places import join_places
from twin.studies.question import DemandChoice
from twin.studies.reading import find_layer, make_basis, make_digest
from twin.types import Text

#: What the manifest of a raster of people says of its values; loading then keeps their sum.
PEOPLE: Final = "people"

#: Most cells with people: some 5,000 km² at 100 m, 1 GB would be 20 times as many.
MAX_CELLS: Final = 500_000

_METHOD: Final = 1
_PARAMETER: Final = "demand.layer"


def read_counts(connection: Connection, choice: DemandChoice, *, raster_dir: Path) -> Demand:
    """Return the people of a raster at the centres of its cells.

    Parameters
    ----------
    choice
        Names the layer; its unit is `people`.

    Returns
    -------
    Cells with more than 0; those smaller than 50 m are put together by 100 m. Cells without a value
    have nobody.

    Raises
    ------
    InvalidInputError
        There is no such raster, its cells say less than 0 or infinity, or nobody is in it.
    TooLargeError
        More than `MAX_CELLS` have people.
    """
    kind = Text("ภาพของจำนวนประชากร (หน่วย `people`) ", "that is a raster of people (unit `people`)")
    layer = find_layer(connection, choice.layer or "", _counts_people, kind, _PARAMETER)
    with FILES.lend(raster_file(layer, raster_dir)) as dataset:
        cell_m = max(abs(dataset.transform.a), abs(dataset.transform.e))
        places = join_places(list(_read(dataset, layer)))
    total, count = float(places.size.sum()), len(places)
    if not count:
        raise InvalidInputError(
            f"Raster `{layer.id}` has nobody in any cell; choose another.",
            f"ข้อมูลภาพ `{layer.id}` ไม่มีประชากรในช่องใดเลย โปรดเลือกชั้นข้อมูลอื่น",
            parameter=_PARAMETER,
        )
    if cell_m <= CELL_M / 2:
        places, _ = gather(places)
    notes = [
        Text(
            f"{layer.spec.title.th} (`{layer.id}`): {total:,.0f} คน ใน {count:,} ช่อง"
            f" ขนาด {cell_m:g} เมตร",
            f"{layer.spec.title.en} (`{layer.id}`): {total:,.0f} people in {count:,} cells of"
            f" {cell_m:g} m",
        ),
        *tell_provenance([layer]),
    ]
    arrays = (places.xy, places.size)
    digest = make_digest(connection, [layer], _METHOD, choice.model_dump(), arrays=arrays)
    return Demand(places.xy, places.size, make_basis(notes, [layer], digest))


def _counts_people(layer: PublishedLayer) -> bool:
    column = value_column(layer.spec)
    is_measure = layer.kind == "raster" and not is_classes(layer.spec)
    return is_measure and column is not None and column.unit == PEOPLE


def _read(dataset: DatasetReader, layer: PublishedLayer) -> Iterator[Places]:
    """Yield the cells with people, block by block."""
    count = 0
    for _, window in dataset.block_windows(1):
        people = cells.read_counts(dataset, window)
        _require_counts(people, layer)
        rows, columns = np.nonzero(people)
        count += len(rows)
        if count > MAX_CELLS:
            raise TooLargeError(
                f"Raster `{layer.id}` has people in more than {MAX_CELLS:,} cells; clip it to the"
                " province, or make its cells larger.",
                f"ข้อมูลภาพ `{layer.id}` มีประชากรเกิน {MAX_CELLS:,} ช่อง โปรดตัดตามขอบเขตจังหวัด"
                " หรือใช้ช่องที่ใหญ่ขึ้น",
                parameter=_PARAMETER,
            )
        xy = cells.centres(dataset, window, rows, columns)
        yield Places(xy, people[rows, columns], np.zeros(len(rows), dtype=np.int32))


def _require_counts(people: NDArray[np.float64], layer: PublishedLayer) -> None:
    wrong = people[(people < 0) | np.isinf(people)]
    if len(wrong):
        raise InvalidInputError(
            f"Raster `{layer.id}` has cells that are no number of people, e.g. {wrong[0]:g};"
            " declare that value as nodata (gdal_edit.py -a_nodata) and load it again.",
            f"ข้อมูลภาพ `{layer.id}` มีช่องที่ไม่ใช่จำนวนคน เช่น {wrong[0]:g}"
            " โปรดกำหนดค่านั้นเป็น nodata (gdal_edit.py -a_nodata) แล้วนำเข้าใหม่",
            parameter=_PARAMETER,
        )
