"""The form of CITIES.toml: which files each city has, and what is asked of it."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from layers.manifest import Taken
from twin.errors import InvalidInputError
from twin.studies.city import ASKED
from twin.studies.question import Question
from twin.types import Text
from twin.validation import refused, tell_faults, tell_unreadable

#: Fewest streets that `layers.synthetic` makes, and more than any city has.
_SYNTHETIC: Final = (3_000, 2_000_000)


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Declared(_Form):
    """What must be known of a file to read it; see `layers.readers.raw.Declared`."""

    crs: str | None = Field(None, pattern=r"^EPSG:\d+$", description="Where the file has none.")
    layer: str | None = Field(None, description="Layer or sheet of a file that holds several.")
    encoding: str | None = None
    lon_lat: tuple[str, str] | None = Field(None, description="Coordinate fields of a table.")

    @property
    def take(self) -> Taken | None:
        """What is taken out of OpenStreetMap data; nothing."""
        return None


class File(Declared):
    """A file; a path alone will often do."""

    path: Path


class Roads(File):
    """Streets: any format of lines, or OpenStreetMap data, of which the roads are taken."""

    fields: dict[str, str] = Field(
        {}, description="Column of a road → field of the file, where the names differ."
    )
    is_osm: bool = Field(
        False,
        description="Made from OpenStreetMap, as extracts are anyway: streets of unknown level that"
        " cross without a common vertex are then left apart.",
    )

    @property
    def take(self) -> Taken | None:
        """Roads."""
        return "roads"


class Facilities(File):
    """Who offers the service: points, or areas that stand for their middle."""

    filter: str | None = Field(None, description="CQL2 text, e.g. `amenity = 'hospital'`.")

    @property
    def take(self) -> Taken | None:
        """Facilities."""
        return "facilities"


class People(Declared):
    """Who needs the service: points with a weight, a raster of people, or people by area.

    Parameters
    ----------
    path
        Of points, with `weight`, or of a raster of people a cell. None: `people`.
    weight
        Column of the points' file.
    people
        Column of the areas' file with the people of each, spread along its streets.
    """

    path: Path | None = None
    weight: str | None = None
    people: str | None = None

    @property
    def is_raster(self) -> bool:
        """Whether the file is a raster, by its name."""
        return self.path is not None and self.path.suffix.lower() in (".tif", ".tiff", ".vrt")

    @model_validator(mode="after")
    def _is_one_of_three(self) -> Self:
        wants_weight = self.path is not None and not self.is_raster
        if (self.path is None) == (self.people is None):
            raise refused(
                "give either `path`, or `people`: a column of the areas' file",
                "ระบุ `path` หรือ `people` (คอลัมน์ของไฟล์พื้นที่) อย่างใดอย่างหนึ่ง",
            )
        if wants_weight != (self.weight is not None):
            raise refused(
                "`weight` names the column of a file of points, and of no other",
                "`weight` คือคอลัมน์ของไฟล์จุดเท่านั้น",
            )
        return self


class AreasFile(File):
    """Areas that totals are told by.

    Parameters
    ----------
    code, name_th, name_en
        Columns; one of the names will do, without any the code is the name.
    """

    code: str
    name_th: str | None = None
    name_en: str | None = None


def _as_table(value: Any) -> Any:  # noqa: ANN401 (whatever the file has)
    """Take a path for a file of which nothing more needs to be said."""
    return {"path": value} if isinstance(value, str) else value


def _as_asked(value: Any) -> Any:  # noqa: ANN401 (whatever the file has)
    """Refuse what a question may hold elsewhere, but not of a city of files."""
    if isinstance(value, dict) and (strange := sorted(set(value) - set(ASKED))):
        told, known = ", ".join(strange), ", ".join(ASKED)
        raise refused(
            f"{told}: not asked here; known: {known}", f"{told}: ไม่ถามในที่นี้ ที่ถามได้: {known}"
        )
    return value


AskedQuestion = Annotated[Question, BeforeValidator(_as_asked)]


class City(_Form):
    """One city: its files, or how many synthetic streets."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    name_th: str | None = None
    name_en: str | None = None
    roads: Annotated[Roads, BeforeValidator(_as_table)] | None = None
    demand: Annotated[People, BeforeValidator(_as_table)] | None = None
    facilities: Annotated[Facilities, BeforeValidator(_as_table)] | None = None
    areas: AreasFile | None = None
    synthetic: int | None = Field(
        None, ge=_SYNTHETIC[0], le=_SYNTHETIC[1], description="So many made-up streets, no files."
    )
    seed: int = Field(0, ge=0, description="Of what is synthetic.")
    question: AskedQuestion = Question()

    @model_validator(mode="after")
    def _has_files_or_is_made(self) -> Self:
        files = {
            "roads": self.roads,
            "demand": self.demand,
            "facilities": self.facilities,
            "areas": self.areas,
        }
        given = [name for name, file in files.items() if file is not None]
        if self.synthetic is not None and given:
            told = ", ".join(given)
            raise refused(f"a synthetic city has no {told}", f"เมืองสังเคราะห์ไม่มี {told}")
        if self.synthetic is None:
            missing = [name for name in ("roads", "demand", "facilities") if name not in given]
            if missing:
                told = ", ".join(missing)
                raise refused(f"{told} missing (or `synthetic`)", f"ขาด {told} (หรือ `synthetic`)")
            if self.demand is not None and self.demand.people and self.areas is None:
                raise refused("`demand.people` needs `areas`", "`demand.people` ต้องมี `areas`")
        return self

    def paths(self) -> list[Path]:
        """Return its files, in a fixed order."""
        parts = (self.roads, self.demand, self.facilities, self.areas)
        return [part.path for part in parts if part is not None and part.path is not None]


def read_cities(path: Path) -> list[City]:
    """Read a list of cities; every fault is told, with its city and its field.

    Parameters
    ----------
    path
        TOML: `[[city]]` tables, and `[question]` for what is asked of all of them. Paths in it are
        relative to its folder.

    Raises
    ------
    InvalidInputError
        It is not there, no TOML, or does not fit the form.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = tell_unreadable(error)
        raise InvalidInputError(
            f"{path}: not a readable TOML file: {why.en}",
            f"{path}: อ่านเป็นไฟล์ TOML ไม่ได้: {why.th}",
            parameter="cities",
        ) from error
    entries = told.pop("city", [])
    common = told.pop("question", {})
    faults = [
        Text(
            f"{name}: ไม่รู้จัก ที่รู้จัก: [question], [[city]]",
            f"{name}: unknown; known: [question], [[city]]",
        )
        for name in sorted(told)
    ]
    if not isinstance(entries, list) or not entries or not isinstance(common, dict):
        faults.append(
            Text(
                "[[city]]: ต้องมีอย่างน้อยหนึ่งตาราง และ [question] ต้องเป็นตาราง",
                "[[city]]: at least one table is needed, and [question] is a table",
            )
        )
        entries = []
    if common_fault := _common_fault(common):
        faults.append(common_fault)
        common = {}
    cities = []
    for number, entry in enumerate(entries, 1):
        try:
            cities.append(_city(entry, common, path.parent))
        except ValidationError as error:
            name = entry.get("id", f"#{number}") if isinstance(entry, dict) else f"#{number}"
            found = tell_faults(error.errors())
            faults.append(Text(f"เมือง {name}: {found.th}", f"city {name}: {found.en}"))
    faults += _repeated([city.id for city in cities])
    if faults:
        raise InvalidInputError(
            f"{path.name}: " + "; ".join(fault.en for fault in faults),
            f"{path.name}: ผิดรูปแบบ: " + "; ".join(fault.th for fault in faults),
            parameter="cities",
        )
    return cities


def _common_fault(common: Any) -> Text | None:  # noqa: ANN401 (TOML)
    """Return what is wrong in `[question]`, told once and not again of each city."""
    if not isinstance(common, dict):
        return None  # told with `[[city]]`
    try:
        TypeAdapter(AskedQuestion).validate_python(common)
    except ValidationError as error:
        found = tell_faults(error.errors())
        return Text(f"[question]: {found.th}", f"[question]: {found.en}")
    return None


def _city(entry: Any, common: dict[str, Any], folder: Path) -> City:  # noqa: ANN401 (TOML)
    if isinstance(entry, dict) and isinstance(entry.get("question", {}), dict):
        entry = entry | {"question": common | entry.get("question", {})}
    city = City.model_validate(entry)
    parts = {name: getattr(city, name) for name in ("roads", "demand", "facilities", "areas")}
    found = {
        name: part.model_copy(update={"path": folder / part.path})
        for name, part in parts.items()
        if part is not None and part.path is not None
    }
    return city.model_copy(update=found)


def _repeated(ids: Sequence[str]) -> list[Text]:
    return [
        Text(f"เมือง {one}: id ซ้ำกัน", f"city {one}: the id is there twice")
        for one in sorted({i for i in ids if ids.count(i) > 1})
    ]
