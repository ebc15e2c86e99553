"""Layer manifests: one TOML file a layer in `layers/catalogue`, with a source for each edition."""

from __future__ import annotations

import hashlib
import json
import tomllib
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, model_validator

from twin.errors import ManifestError
from twin.spec import Identifier, LayerSpec, Model, Title
from twin.types import Edition, Provenance
from twin.validation import refused, tell_faults, tell_unreadable

Rule = Literal[
    "geometry_missing",
    "geometry_empty",
    "geometry_invalid",
    "geometry_type",
    "outside_province",
    "in_sea",
    "wrong_tambon",
    "duplicate_key",
    "duplicate_feature",
    "value_missing",
    "value_type",
    "value_unknown",
    "value_converted",
    "total_row",
    "text_encoding",
    "column_missing",
    "column_unknown",
]
Severity = Literal["refuse", "note", "off"]
#: What is taken out of OpenStreetMap data.
Taken = Literal["roads", "facilities"]

#: What happens to a row that breaks a rule, unless the source's `checks` says otherwise.
DEFAULT_SEVERITY: dict[Rule, Severity] = {
    "geometry_missing": "refuse",
    "geometry_empty": "refuse",
    "geometry_invalid": "note",  # repaired; refused where the repair changes its type
    "geometry_type": "refuse",
    "outside_province": "refuse",
    "in_sea": "note",
    "wrong_tambon": "note",
    "duplicate_key": "refuse",
    "duplicate_feature": "note",
    "value_missing": "refuse",
    "value_type": "refuse",
    "value_unknown": "note",
    "value_converted": "note",
    "total_row": "refuse",
    "text_encoding": "note",
    "column_missing": "note",  # a missing key or required column stops the layer
    "column_unknown": "note",
}


#: Without these a row cannot stand in its table, so that no source may soften them.
HARD_RULES: frozenset[Rule] = frozenset(
    {"geometry_missing", "geometry_empty", "geometry_type", "duplicate_key", "value_missing"}
)

#: Where the files that come with the package live, whatever the edition.
BUNDLED = Path(str(resources.files("layers"))) / "starter"


class Upstream(Model):
    """Where the data can be downloaded."""

    url: str = Field(pattern=r"^https?://")
    format: Literal["osm"] | None = Field(
        None, description="`osm`: OpenStreetMap data, which are loaded as they come."
    )
    sha256: str | None = Field(None, pattern=r"^[0-9a-f]{64}$")
    md5_url: str | None = Field(
        None, pattern=r"^https?://", description="Where the MD5 sum of the file is published."
    )
    max_bytes: int = Field(200_000_000, gt=0)
    tried: bool = Field(description="Whether this address was ever downloaded from by us.")
    note: Title = Field(
        description="What is in the download, or what has to be done before it can be loaded."
    )

    @property
    def file_name(self) -> str:
        """A file name that tells the file's own name, and is one for each address."""
        own = Path(urlsplit(self.url).path).name or "index"
        return f"{hashlib.sha256(self.url.encode()).hexdigest()[:8]}-{own}"


class Source(Model):
    """Where one edition of a layer comes from, and how its fields become columns."""

    path: str = Field(description="File below the edition's data folder.")
    bundled: bool = Field(False, description="The file comes with the package, in every edition.")
    layer: str | None = Field(None, description="Layer or sheet of a file that holds several.")
    take: Taken | None = Field(
        None, description="What is taken out of the file where it is OpenStreetMap data."
    )
    crs: str | None = Field(
        None, pattern=r"^EPSG:\d+$", description="Declared CRS; none for tables."
    )
    fields: dict[Identifier, str] = Field(
        default={}, description="Column → field of the file, where the names differ."
    )
    absent: list[Identifier] = Field(
        default=[], description="Columns that this source is known not to have; they stay null."
    )
    ignore: list[str] = Field(
        default=[], description="Fields of the file that are left out on purpose."
    )
    where: dict[str, str] = Field(default={}, description="Field → value that rows must have.")
    encoding: str | None = Field(None, description="Declared text encoding; guessed when unset.")
    lon_lat: tuple[str, str] | None = Field(None, description="Coordinate fields of a table.")
    provenance: Provenance
    source: Title
    licence: str = Field(min_length=1)
    attribution: str = Field(min_length=1)
    valid_date: date
    checks: dict[Rule, Severity] = Field(default={}, description="Departures from the default.")
    duplicates_by: list[str] = Field(default=[], description="Columns of `duplicate_feature`.")
    upstream: Upstream | None = None

    @model_validator(mode="after")
    def _hard_rules_stand(self) -> Source:
        if soft := sorted(
            rule
            for rule, severity in self.checks.items()
            if rule in HARD_RULES and severity != "refuse"
        ):
            told = ", ".join(soft)
            raise refused(
                f"checks: these rules always refuse: {told}",
                f"checks: กฎเหล่านี้ไม่รับเสมอ เปลี่ยนไม่ได้: {told}",
            )
        return self

    def severity(self, rule: Rule) -> Severity:
        """Return what breaking `rule` means for a row of this source."""
        return self.checks.get(rule, DEFAULT_SEVERITY[rule])

    def locate(self, root: Path) -> Path:
        """Return the source's file: below `root`, or in the package where it is bundled."""
        return (BUNDLED if self.bundled else root) / self.path


class OsmExtract(Model):
    """How a layer is made from OpenStreetMap data (PBF, XML, Overpass JSON) of any edition."""

    take: Taken
    absent: list[Identifier] = Field(
        default=[], description="Columns that are not made from tags; they stay null."
    )
    checks: dict[Rule, Severity] = Field(default={}, description="Departures from the default.")
    duplicates_by: list[str] = Field(default=[], description="Columns of `duplicate_feature`.")


class Manifest(LayerSpec):
    """A layer and its sources by edition."""

    sources: dict[Edition, Source]
    osm: OsmExtract | None = None

    @property
    def spec(self) -> LayerSpec:
        """The layer without its sources, as it is published."""
        return LayerSpec.model_validate(self.model_dump(exclude={"sources", "osm"}))

    def osm_source(self, name: str, valid_date: date) -> Source:
        """Return the source that a file of OpenStreetMap data is for this layer.

        Parameters
        ----------
        name
            The file's name, for the catalogue.
        valid_date
            The day that the data describe, unless the file says so itself.
        """
        if self.osm is None:
            raise refused(
                f"{self.id} is not made from OpenStreetMap data",
                f"{self.id} ไม่ได้ทำจากข้อมูล OpenStreetMap",
            )
        return Source(
            path=name,
            crs="EPSG:4326",
            provenance="osm",
            source=Title(th=f"OpenStreetMap ไฟล์ {name}", en=f"OpenStreetMap, file {name}"),
            licence="ODbL 1.0",
            attribution="© OpenStreetMap contributors",
            valid_date=valid_date,
            **self.osm.model_dump(),
        )

    @model_validator(mode="after")
    def _sources_fit(self) -> Manifest:
        for edition, source in self.sources.items():
            self._require_columns(
                f"sources.{edition}", {*source.fields, *source.absent, *source.duplicates_by}
            )
            if missing := sorted(set(source.absent) & set(self.key)):
                raise refused(
                    f"sources.{edition}.absent: key columns {missing}",
                    f"sources.{edition}.absent: มีคอลัมน์กุญแจ {missing}",
                )
            if self.kind != "table" and source.crs is None:
                raise refused(
                    f"sources.{edition}.crs: a declared CRS is required",
                    f"sources.{edition}.crs: ต้องระบุระบบพิกัด",
                )
            if source.upstream and source.upstream.format and self.osm is None:
                raise refused(
                    f"sources.{edition}.upstream.format: the layer has no `osm`",
                    f"sources.{edition}.upstream.format: ชั้นข้อมูลนี้ไม่มี `osm`",
                )
        if self.osm:
            self._require_columns("osm", {*self.osm.absent, *self.osm.duplicates_by})
        return self

    def _require_columns(self, where: str, named: set[str]) -> None:
        names = {column.name for column in self.columns}
        if unknown := sorted(named - names - {"geom"}):
            raise refused(f"{where}: unknown columns {unknown}", f"{where}: ไม่รู้จักคอลัมน์ {unknown}")


def read_manifest(path: Path) -> Manifest:
    """Read and check one manifest.

    Raises
    ------
    ManifestError
        The file is not TOML, or does not fit the schema; every fault is named.
    """
    try:
        return Manifest.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = tell_unreadable(error)
        raise ManifestError(
            f"{path.name}: not a readable TOML file: {why.en}",
            f"{path.name}: อ่านเป็นไฟล์ TOML ไม่ได้: {why.th}",
        ) from error
    except ValidationError as error:
        told = tell_faults(error.errors(), "manifest")
        raise ManifestError(
            f"{path.name}: {told.en}", f"{path.name}: ผิดรูปแบบ: {told.th}"
        ) from error


def read_catalogue(folder: Path | None = None) -> list[Manifest]:
    """Read every manifest of the catalogue, in loading order."""
    root = folder or Path(str(resources.files("layers") / "catalogue"))
    manifests = [read_manifest(path) for path in sorted(root.glob("*.toml"))]
    return sorted(manifests, key=lambda manifest: (manifest.position, manifest.id))


def manifest_schema() -> str:
    """Return the JSON schema of a manifest, as kept in `layers/manifest.schema.json`."""
    schema = Manifest.model_json_schema()
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
