"""Loading layers: stage, check, swap, each layer in one transaction.

A load is decided by content: the same file, manifest and reference boundaries change nothing. Rows
that may not be published are quarantined with their reasons; every fault is kept with the load.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal

from psycopg import errors as pg
from sqlalchemy import Connection, Engine, delete, select
from sqlalchemy.exc import DBAPIError

from layers.content import content_sha256
from layers.edition import Choice
from layers.located import locate
from layers.manifest import Manifest, Source
from layers.raster import require_usable, store_raster
from layers.record import catalogue_row, current_load, next_revision, record, register
from layers.validate import Checked, Reference, check_layer, load_reference
from layers.validate import Fault as FoundFault
from twin.db.engine import translated
from twin.db.models import Fault, Layer, Quarantine
from twin.db.publish import drop_layer, publish
from twin.errors import LayerFileError, NotFoundError
from twin.spec import LayerSpec

Outcome = Literal["loaded", "unchanged", "missing"]
Progress = Callable[[str, str], None]


@dataclass(frozen=True)
class LayerLoad:
    """What became of one layer."""

    layer_id: str
    outcome: Outcome
    revision: int = 0
    rows_read: int = 0
    rows_loaded: int = 0
    rows_quarantined: int = 0
    faults: int = 0


@dataclass(frozen=True)
class _Prepared:
    """A layer's file, read and found usable; `checked` is None for rasters."""

    source: Source
    path: Path
    digest: str
    checked: Checked | None
    faults: Sequence[FoundFault]


@dataclass(frozen=True)
class Loader:
    """Loads the layers of one edition.

    Parameters
    ----------
    engine
        A writable engine on a database with the newest schema.
    manifests
        The whole catalogue, in loading order.
    choice
        The edition, and the folder that the manifests' paths start from.
    raster_dir
        Where the Cloud-Optimised GeoTIFFs of raster layers are kept.
    reading
        Called while OpenStreetMap data are read: with the layer's id, what is read, how many.
    """

    engine: Engine
    manifests: Sequence[Manifest]
    choice: Choice
    raster_dir: Path
    reading: Callable[[str, str, int], None] = lambda _layer, _step, _count: None

    @cached_property
    def reference(self) -> Reference:
        """Land and sub-districts of the same edition, for the checks."""
        return load_reference(self.manifests, self.choice)

    def load_all(self, progress: Progress = lambda _layer, _step: None) -> list[LayerLoad]:
        """Load every layer that the edition has, then drop those it has not.

        All files are checked before the first layer is replaced: one that cannot be used leaves
        every layer as it was, rather than a mixture of two editions.

        Parameters
        ----------
        progress
            Called with a layer's id and `check` before, and its outcome after.

        Raises
        ------
        LayerFileError
            A file cannot be used, or an old table cannot be replaced.
        """
        wanted = [each for each in self.manifests if self.choice.edition in each.sources]
        ready = []
        for manifest in wanted:
            progress(manifest.id, "check")
            ready.append(self._prepare(manifest))
        loads = []
        for manifest, prepared in zip(wanted, ready, strict=True):
            loads.append(self._finish(manifest, prepared))
            progress(manifest.id, loads[-1].outcome)
        self._retire_others({load.layer_id for load in loads if load.outcome != "missing"})
        return loads

    def load(self, manifest: Manifest) -> LayerLoad:
        """Load one layer.

        Raises
        ------
        NotFoundError
            The edition does not have the layer.
        LayerFileError
            The file cannot be used, or the old table cannot be replaced.
        """
        if self.choice.edition not in manifest.sources:
            raise NotFoundError(
                f"The edition {self.choice.edition} does not have the layer {manifest.id}.",
                f"ชุดข้อมูล {self.choice.edition} ไม่มีชั้นข้อมูล {manifest.id}",
                parameter=manifest.id,
            )
        return self._finish(manifest, self._prepare(manifest))

    def _prepare(self, manifest: Manifest) -> LayerLoad | _Prepared:
        source, path = locate(manifest, self.choice)
        digest = content_sha256(manifest, self.manifests, self.choice)
        if digest is None:
            return LayerLoad(manifest.id, "missing")
        with self.engine.begin() as connection:
            if stored := self._stored(connection, manifest, digest):
                return stored
        if manifest.kind == "raster":
            return _Prepared(source, path, digest, None, require_usable(path, source.crs, manifest))
        reading = partial(self.reading, manifest.id)
        checked = check_layer(manifest, source, path, self.reference, reading)
        if not len(checked.frame):
            raise _nothing_usable(manifest, checked)
        if checked.valid_date:
            source = source.model_copy(update={"valid_date": checked.valid_date})
        return _Prepared(source, path, digest, checked, checked.faults)

    def _stored(self, connection: Connection, manifest: Manifest, digest: str) -> LayerLoad | None:
        """Return `unchanged` where this very content is loaded, perhaps by another loader."""
        current = connection.execute(current_load(manifest.id)).one_or_none()
        if current is None or current.content_sha256 != digest:
            return None
        if current.file and not (self.raster_dir / current.file).exists():
            return None
        return LayerLoad(manifest.id, "unchanged", current.revision)

    def _finish(self, manifest: Manifest, prepared: LayerLoad | _Prepared) -> LayerLoad:
        if isinstance(prepared, LayerLoad):
            return prepared
        if prepared.checked is None:
            return self._load_raster(manifest, prepared)
        return self._replace(manifest, prepared, prepared.checked)

    def _replace(self, manifest: Manifest, prepared: _Prepared, checked: Checked) -> LayerLoad:
        spec = manifest.spec
        started_at = datetime.now(UTC)
        try:
            with self.engine.begin() as connection:
                revision = next_revision(connection, spec.id)
                if faster := self._stored(connection, manifest, prepared.digest):
                    return faster
                publish(connection, spec, checked.frame)
                bbox = None
                if spec.kind == "vector":
                    bbox = [float(bound) for bound in checked.frame.total_bounds]
                values = self._catalogue_row(manifest, prepared, revision)
                count = len(checked.frame)
                register(connection, values | {"bbox": bbox, "feature_count": count})
                load = self._load_row(manifest, prepared, revision, started_at) | {
                    "rows_read": checked.rows_read,
                    "rows_loaded": count,
                    "rows_quarantined": len(checked.quarantined),
                }
                record(connection, load, checked.faults, checked.quarantined)
        except (DBAPIError, pg.Error) as error:
            raise _not_replaced(error, spec.id) from error
        return LayerLoad(
            spec.id,
            "loaded",
            revision,
            checked.rows_read,
            len(checked.frame),
            len(checked.quarantined),
            len(checked.faults),
        )

    def _load_raster(self, manifest: Manifest, prepared: _Prepared) -> LayerLoad:
        started_at = datetime.now(UTC)
        info = store_raster(prepared.path, manifest, self.raster_dir)
        with self.engine.begin() as connection:
            revision = next_revision(connection, manifest.id)
            values = self._catalogue_row(manifest, prepared, revision)
            register(connection, values | {"bbox": list(info.bbox), "file": info.file})
            load = self._load_row(manifest, prepared, revision, started_at)
            record(connection, load, prepared.faults)
        self._remove_rasters(manifest.id, keep=info.file)
        return LayerLoad(manifest.id, "loaded", revision, faults=len(prepared.faults))

    def _remove_rasters(self, layer_id: str, keep: str | None = None) -> None:
        for old in self.raster_dir.glob(f"{layer_id}-*.tif"):
            if old.name != keep:
                old.unlink()

    def _catalogue_row(
        self, manifest: Manifest, prepared: _Prepared, revision: int
    ) -> dict[str, Any]:
        edition = self.choice.edition
        return catalogue_row(manifest, prepared.source, edition, prepared.digest, revision)

    def _load_row(
        self, manifest: Manifest, prepared: _Prepared, revision: int, started_at: datetime
    ) -> dict[str, Any]:
        return {
            "layer_id": manifest.id,
            "edition": self.choice.edition,
            "revision": revision,
            "path": prepared.source.path,
            "content_sha256": prepared.digest,
            "rows_read": 0,
            "rows_loaded": 0,
            "rows_quarantined": 0,
            "started_at": started_at,
        }

    def _retire_others(self, present: set[str]) -> None:
        with self.engine.begin() as connection:
            others = connection.execute(
                select(Layer.id, Layer.spec).where(Layer.id.not_in(present))
            ).all()
            for layer_id, spec in others:
                if spec["kind"] != "raster":
                    drop_layer(connection, LayerSpec.model_validate(spec))
                connection.execute(delete(Layer).where(Layer.id == layer_id))
                for table in (Fault, Quarantine):
                    connection.execute(delete(table).where(table.layer_id == layer_id))
        for layer_id, _spec in others:
            self._remove_rasters(layer_id)


def _nothing_usable(manifest: Manifest, checked: Checked) -> LayerFileError:
    first = checked.faults[0] if checked.faults else None
    return LayerFileError(
        f"{manifest.id}: none of the {checked.rows_read} rows can be used"
        + (f"; the first fault: {first.message_en}" if first else "; the file is empty")
        + f". `twin layers check --layer {manifest.id} FILE` lists them all.",
        f"{manifest.id}: ใช้ข้อมูลทั้ง {checked.rows_read} แถวไม่ได้เลย"
        + (f" ข้อผิดพลาดแรก: {first.message_th}" if first else " ไฟล์ว่างเปล่า")
        + f" ดูทั้งหมดด้วย `twin layers check --layer {manifest.id} FILE`",
    )


def _not_replaced(error: DBAPIError | pg.Error, layer_id: str) -> Exception:
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, pg.DependentObjectsStillExist):
        told = cause.diag.message_detail or ""
        return LayerFileError(
            f"{layer_id}: other objects depend on the old table, drop or move them first: {told}",
            f"{layer_id}: มีวัตถุอื่นอ้างอิงตารางเดิมอยู่ โปรดลบหรือย้ายออกก่อน: {told}",
        )
    if isinstance(cause, pg.LockNotAvailable):
        return LayerFileError(
            f"{layer_id}: somebody is reading the layer for long; the old one stays, try again.",
            f"{layer_id}: มีผู้กำลังอ่านชั้นข้อมูลนี้เป็นเวลานาน ข้อมูลเดิมยังอยู่ โปรดลองใหม่",
        )
    return translated(error)
