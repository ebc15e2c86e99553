"""The catalogue of published layers, as the loader left it in `twin.layer`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any, Final, get_args

from sqlalchemy import Connection, Row, Select, Table, cast, func, select
from sqlalchemy import Text as SqlText

from twin.db.layer_table import layer_table, tile_table
from twin.db.models import Fault, Layer, Load
from twin.errors import InvalidInputError, NotFoundError
from twin.spec import Column, Label, LayerSpec, Theme, Title
from twin.types import BBox, ColumnType, Edition, LayerKind, Provenance, Text

IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")

THEME_TITLES: Final[dict[Theme, Text]] = {
    "base": Text("แผนที่ฐาน", "Base map"),
    "boundary": Text("เขตการปกครอง", "Boundaries"),
    "transport": Text("การเดินทาง", "Transport"),
    "facility": Text("สถานที่และบริการ", "Places and services"),
    "people": Text("ประชากร", "People"),
    "environment": Text("สิ่งแวดล้อม", "Environment"),
    "project": Text("โครงการ", "Projects"),
}


@dataclass(frozen=True, eq=False)
class Described:
    """A layer's specification with the tables made from it; `describe` makes one for each text.

    `table` is None for rasters, `tiles` for everything that is not a vector layer.
    """

    spec: LayerSpec
    table: Table | None
    tiles: Table | None

    @cached_property
    def types(self) -> Mapping[str, ColumnType]:
        """The types of the properties, by name, in their order."""
        return {column.name: column.type for column in self.spec.columns}

    @property
    def rows(self) -> Table:
        """The table that holds the layer's items.

        Raises
        ------
        NotFoundError
            The layer is a raster.
        """
        if self.table is None:
            raise NotFoundError(
                f"Layer `{self.spec.id}` is a raster: it has tiles, no items.",
                f"ชั้นข้อมูล `{self.spec.id}` เป็นข้อมูลภาพ มีเฉพาะภาพแผนที่ ไม่มีรายการข้อมูล",
                parameter="collectionId",
            )
        return self.table


@dataclass(frozen=True)
class PublishedLayer:
    """One row of the catalogue.

    `bbox` is in degrees and None for tables; `noted` and `quarantined` count what the load that
    made the present content found wrong.
    """

    described: Described
    edition: Edition
    provenance: Provenance
    source: Text
    source_url: str | None
    licence: str
    attribution: str
    valid_date: date
    declared_crs: str | None
    revision: int
    feature_count: int
    bbox: BBox | None
    file: str | None
    loaded_at: datetime
    noted: int
    quarantined: int

    @property
    def spec(self) -> LayerSpec:
        """What the layer is."""
        return self.described.spec

    @property
    def id(self) -> str:
        """The layer's identifier."""
        return self.described.spec.id

    @property
    def kind(self) -> LayerKind:
        """Whether the layer is a vector layer, a raster or a table."""
        return self.described.spec.kind


@lru_cache(maxsize=256)
def describe(spec_json: str) -> Described:
    """Return the specification in `spec_json` with its tables, made once for the same text.

    SQLAlchemy keeps compiled statements by table object, so these must not be made anew for
    every request.
    """
    spec = LayerSpec.model_validate_json(spec_json)
    return Described(
        spec,
        layer_table(spec) if spec.kind != "raster" else None,
        tile_table(spec) if spec.kind == "vector" else None,
    )


def list_layers(connection: Connection) -> list[PublishedLayer]:
    """Return every published layer in the order of the catalogue."""
    statement = _statement().order_by(Layer.position, Layer.id)
    return [_published(row) for row in connection.execute(statement)]


def get_layer(connection: Connection, layer_id: str) -> PublishedLayer:
    """Return one published layer.

    Raises
    ------
    NotFoundError
        There is no such layer.
    """
    row = None
    if IDENTIFIER.fullmatch(layer_id):
        row = connection.execute(_statement().where(Layer.id == layer_id)).one_or_none()
    if row is None:
        raise no_such_layer()
    return _published(row)


def no_such_layer() -> NotFoundError:
    """Return the fault that a layer does not exist."""
    return NotFoundError(
        "There is no such collection; see /api/collections for those there are.",
        "ไม่มีชุดข้อมูลนี้ ดูรายการทั้งหมดได้ที่ /api/collections",
        parameter="collectionId",
    )


def choose(
    layers: Iterable[PublishedLayer], wanted: Sequence[str], parameter: str = "layers"
) -> list[Described]:
    """Return the vector layers named in `wanted`, in that order; all where none is named.

    `project_site`, the sites of the projects, can be named besides the layers of the catalogue.

    Raises
    ------
    InvalidInputError
        A name is unknown, or is no vector layer.
    """
    known = {layer.id: layer.described for layer in layers if layer.kind == "vector"}
    if not wanted:
        return list(known.values())
    known[project_site().spec.id] = project_site()
    if not known.keys() >= set(wanted):
        names = ", ".join(sorted(known))
        raise InvalidInputError(
            f"`{parameter}` must name vector layers: {names}.",
            f"`{parameter}` ต้องเป็นชื่อชั้นข้อมูลเวกเตอร์: {names}",
            parameter=parameter,
        )
    return [known[name] for name in dict.fromkeys(wanted)]


@lru_cache(maxsize=1)
def project_site() -> Described:
    """Return the sites of the projects, described like a layer; a view that is always there."""
    texts = {
        "project_code": ("รหัสโครงการ", "Project code"),
        "domain": ("ด้าน", "Domain"),
        "name_th": ("ชื่อโครงการ", "Project in Thai"),
        "name_en": ("ชื่อโครงการภาษาอังกฤษ", "Project in English"),
        "status": ("สถานะ", "Status"),
        "precision": ("ความละเอียดของตำแหน่ง", "Precision of the position"),
    }
    spec = LayerSpec(
        id="project_site",
        kind="vector",
        position=100,
        theme="project",
        title=Title(th="ที่ตั้งของโครงการ", en="Sites of the projects"),
        description=Title(
            th="ที่ตั้งของโครงการตามแผนเมืองอัจฉริยะภูเก็ต",
            en="Sites of the projects of the Phuket smart-city plan.",
        ),
        geometry_type="Geometry",
        key=["project_code"],
        label=Label(th="name_th", en="name_en"),
        columns=[
            Column(name=name, type="text", title=Title(th=th, en=en), unit=None, tile=True)
            for name, (th, en) in texts.items()
        ],
        tileset="projects",
    )
    return describe(spec.model_dump_json())


def list_themes(layers: Iterable[PublishedLayer]) -> list[tuple[Theme, Text]]:
    """Return the themes that have layers, in their fixed order."""
    present = {layer.spec.theme for layer in layers}
    return [(theme, THEME_TITLES[theme]) for theme in get_args(Theme) if theme in present]


def _statement() -> Select[Any]:
    latest = (
        select(Load.layer_id, func.max(Load.id).label("load_id"))
        .group_by(Load.layer_id)
        .cte("latest")
    )
    noted = (
        select(func.count())
        .where(Fault.load_id == latest.c.load_id, Fault.severity == "note")
        .scalar_subquery()
    )
    return (
        select(
            Layer.__table__,
            cast(Layer.spec, SqlText).label("spec_json"),
            noted.label("noted"),
            func.coalesce(Load.rows_quarantined, 0).label("quarantined"),
        )
        .select_from(Layer)
        .outerjoin(latest, latest.c.layer_id == Layer.id)
        .outerjoin(Load, Load.id == latest.c.load_id)
    )


def _published(row: Row[Any]) -> PublishedLayer:
    return PublishedLayer(
        described=describe(row.spec_json),
        edition=row.edition,
        provenance=row.provenance,
        source=Text(row.source_th, row.source_en),
        source_url=row.source_url,
        licence=row.licence,
        attribution=row.attribution,
        valid_date=row.valid_date,
        declared_crs=row.declared_crs,
        revision=row.revision,
        feature_count=row.feature_count,
        bbox=BBox(*row.bbox) if row.bbox else None,
        file=row.file,
        loaded_at=row.loaded_at,
        noted=row.noted,
        quarantined=row.quarantined,
    )
