"""What the database remembers of a load: catalogue row, load, faults and quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from geoalchemy2 import WKBElement
from shapely import to_wkb
from sqlalchemy import Connection, Select, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from layers.manifest import Manifest, Source
from layers.validate import Fault as FoundFault
from layers.validate import Refused
from twin.crs import STORAGE_SRID
from twin.db.models import Fault, Layer, Load, Quarantine
from twin.types import Edition


def current_load(layer_id: str) -> Select[str, int, str | None]:
    """Select the content, revision and file of a layer as it stands."""
    return select(Layer.content_sha256, Layer.revision, Layer.file).where(Layer.id == layer_id)


def next_revision(connection: Connection, layer_id: str) -> int:
    """Return the revision that a load makes, keeping other loaders of the layer waiting.

    A layer that was retired and comes back goes on from its last revision.
    """
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"layer {layer_id}"))))
    last: int | None = connection.scalar(
        select(func.greatest(func.max(Load.revision), _revision_of(layer_id))).where(
            Load.layer_id == layer_id
        )
    )
    return (last or 0) + 1


def catalogue_row(
    manifest: Manifest, source: Source, edition: Edition, digest: str, revision: int
) -> dict[str, Any]:
    """Return the catalogue's values of a layer, without what only its content tells."""
    return {
        "id": manifest.id,
        "edition": edition,
        "spec": manifest.spec.model_dump(mode="json"),
        "kind": manifest.kind,
        "theme": manifest.theme,
        "position": manifest.position,
        "title_th": manifest.title.th,
        "title_en": manifest.title.en,
        "provenance": source.provenance,
        "source_th": source.source.th,
        "source_en": source.source.en,
        "source_url": source.upstream.url if source.upstream else None,
        "licence": source.licence,
        "attribution": source.attribution,
        "valid_date": source.valid_date,
        "declared_crs": source.crs,
        "revision": revision,
        "content_sha256": digest,
        "feature_count": 0,
        "bbox": None,
        "file": None,
        "loaded_at": datetime.now(UTC),
    }


def register(connection: Connection, values: dict[str, Any]) -> None:
    """Write the catalogue row of a layer, new or not."""
    statement = upsert(Layer).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


def record(
    connection: Connection,
    load: dict[str, Any],
    faults: Sequence[FoundFault],
    refused: Sequence[Refused] = (),
) -> None:
    """Write a load with its faults and refused rows, in the place of those of earlier loads."""
    for table in (Fault, Quarantine):
        connection.execute(delete(table).where(table.layer_id == load["layer_id"]))
    load_id = connection.scalar(insert(Load).values(load).returning(Load.id))
    common = {"load_id": load_id, "layer_id": load["layer_id"]}
    if faults:
        connection.execute(
            insert(Fault),
            [common | asdict(fault) for fault in faults],
        )
    if refused:
        connection.execute(
            insert(Quarantine),
            [
                common
                | {
                    "row": each.row,
                    "rules": list(each.rules),
                    "properties": each.properties,
                    "geom": each.geom and WKBElement(to_wkb(each.geom), STORAGE_SRID),
                }
                for each in refused
            ],
        )


def _revision_of(layer_id: str) -> Any:  # noqa: ANN401 (a scalar subquery)
    return select(Layer.revision).where(Layer.id == layer_id).scalar_subquery()
