"""What answers beyond coverage list, as flat tables: sites, corners, losses, roads, links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from twin.studies.answer import Explanation, Named
from twin.studies.outputs import (
    CriticalityAnswer,
    MissingLinksAnswer,
    OpportunityAnswer,
    RoadCriticalityAnswer,
    SdgAnswer,
    SitingAnswer,
)
from twin.studies.tables import PARTS, TOTAL, Cell, Column, Table
from twin.types import Json, Text

_ID: Final = Column("id", Text("รหัส", "id"))
_NAMES: Final = (
    Column("name_th", Text("ชื่อ", "name, Thai")),
    Column("name_en", Text("ชื่ออังกฤษ", "name, English")),
)
_SPOT: Final = (
    Column("lon", Text("ลองจิจูด", "longitude"), "degrees"),
    Column("lat", Text("ละติจูด", "latitude"), "degrees"),
)
_LENGTH: Final = Column("length_m", Text("ยาว ม.", "length, m"), "number")


#: What the verdicts of `explain` mean.
VERDICTS: Final[Mapping[Cell, Text]] = {
    "served": Text("ได้รับบริการ", "served"),
    "too_far": Text("ไกลเกินเกณฑ์", "too far"),
    "off_street": Text("ห่างถนนเกินไป", "too far from a street"),
    "no_facility": Text("ไม่มีสถานบริการ", "no facility"),
    "other_part": Text("โครงข่ายไม่ต่อกัน", "not connected"),
    "no_way": Text("ไม่มีทางไป", "no way"),
}


def list_explained(answer: Explanation, unit: Text) -> Table:
    """Return in one row why a place is served, or is not; `unit` is that of the question."""
    columns = (
        Column("verdict", Text("ผล", "verdict"), words=VERDICTS),
        Column("impedance", unit, "number"),
        _ID,
        *_NAMES,
        Column("offset_m", Text("ห่างถนน ม.", "from a street, m"), "number"),
        _LENGTH,
    )
    named = {} if answer.facility is None else _named(answer.facility)
    told = answer.model_dump(include={"verdict", "impedance", "offset_m", "length_m"})
    return _table(columns, [{**named, **told}])


def list_sites(answer: SitingAnswer) -> Table:
    """Return the chosen sites, the most useful first."""
    gain = Column("gain", Text("เพิ่มขึ้น", "adds"), "people")
    rows = [{**_named(site), "gain": site.gain} for site in answer.sites]
    return _table((_ID, *_NAMES, gain, *_SPOT), rows)


def list_corners(answer: OpportunityAnswer) -> Table:
    """Return the best street corners, the best first."""
    columns = (
        Column("rank", Text("ลำดับ", "rank"), "number"),
        Column("people", Text("ได้รับบริการเพิ่ม", "newly served"), "people"),
        *_SPOT,
    )
    rows = [
        {"rank": rank, "people": corner.people, **_spot(corner.lon_lat)}
        for rank, corner in enumerate(answer.best, start=1)
    ]
    return _table(columns, rows)


def list_losses(answer: CriticalityAnswer) -> Table:
    """Return the facilities with who loses service if they close, the worst first."""
    lost = Column("lost", Text("ขาดบริการ", "lose service"), "people")
    rows = [{**_named(one), "lost": one.lost} for one in answer.facilities]
    return _table((_ID, *_NAMES, lost, *_SPOT), rows)


def list_roads(answer: RoadCriticalityAnswer) -> Table:
    """Return the roads with who loses service if they close, the worst first."""
    columns = (
        _ID,
        Column("name", Text("ชื่อ", "name")),
        Column("lost", Text("ขาดบริการ", "lose service"), "people"),
        Column("living", Text("อยู่บนถนนนั้น", "of those, live on it"), "people"),
        Column("users", Text("ใช้ถนนนั้น", "go over it"), "people"),
        Column("facilities", Text("สถานบริการ", "facilities on it"), "number"),
    )
    rows = [one["properties"] for one in answer.roads["features"]]
    return _table(columns, [{**row, "id": str(row["id"])} for row in rows])


def list_links(answer: MissingLinksAnswer, unit: Text) -> Table:
    """Return the connections that are missing, the best for their length first.

    Parameters
    ----------
    unit
        That of the question.
    """
    columns = (
        Column("people", Text("ได้รับบริการเพิ่ม", "newly served"), "people"),
        Column("people_per_m", Text("คนต่อเมตร", "people a metre"), "number"),
        _LENGTH,
        Column("present", Text(f"ทางเดิม {unit.th}", f"the way now, {unit.en}"), "number"),
        Column("impedance", Text(f"ทางใหม่ {unit.th}", f"the new way, {unit.en}"), "number"),
    )
    return _table(columns, [one["properties"] for one in answer.links["features"]])


def list_people(answer: SdgAnswer) -> Table:
    """Return the people of each area, by whether they have access."""
    columns = (
        Column("layer", Text("ชั้นข้อมูล", "layer")),
        Column("code", Text("รหัส", "code")),
        *_NAMES,
        Column("total", TOTAL, "people"),
        *(Column(name, PARTS[name], "people") for name in ("served", "unserved", "unknown")),
        Column("ratio", PARTS["ratio"], "share"),
    )
    rows = [
        {
            **area.model_dump(exclude={"name"}),
            "layer": layer,
            "name_th": area.name.th,
            "name_en": area.name.en,
        }
        for layer, areas in answer.areas.items()
        for area in areas
    ]
    return _table(columns, rows)


def _table(columns: tuple[Column, ...], rows: Iterable[Mapping[str, Cell] | Json]) -> Table:
    return Table(columns, tuple(tuple(row.get(one.name) for one in columns) for row in rows))


def _named(one: Named) -> dict[str, Cell]:
    spot = _spot(one.lon_lat)
    return {"id": one.id, "name_th": one.name.th, "name_en": one.name.en, **spot}


def _spot(lon_lat: tuple[float, float]) -> dict[str, Cell]:
    return dict(zip(("lon", "lat"), lon_lat, strict=True))
