"""Whether the database holds what an edition's files say, told without reading the files' rows.

Kept free of the geometry libraries: a second start asks only this.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from layers.digest import file_sha256
from layers.edition import Choice
from layers.located import locate
from layers.manifest import Manifest
from twin.db.models import Layer

#: The layers that all others are checked against: when they change, the checks are run anew.
REFERENCE_LAYERS = ("land", "tambon")


def content_sha256(manifest: Manifest, manifests: Sequence[Manifest], choice: Choice) -> str | None:
    """Return the digest of what a layer is made from; None where its file is missing.

    It covers the file, the manifest of this edition and the files of the reference boundaries.
    """
    source, path = locate(manifest, choice)
    if not path.exists():
        return None
    spec = manifest.spec.model_dump(mode="json")
    told = json.dumps([choice.edition, spec, source.model_dump(mode="json")], sort_keys=True)
    parts = [file_sha256(path)]
    for other in manifests:
        if other.id in REFERENCE_LAYERS and choice.edition in other.sources:
            reference = locate(other, choice).path
            parts.append(file_sha256(reference) if reference.exists() else "")
    return hashlib.sha256("\n".join([told, *parts]).encode()).hexdigest()


def is_loaded(
    connection: Connection, manifests: Sequence[Manifest], choice: Choice, raster_dir: Path
) -> bool:
    """Tell whether the database holds just the layers of an edition, as their files are now."""
    rows = connection.execute(select(Layer.id, Layer.content_sha256, Layer.file))
    stored = {
        row.id: row.content_sha256
        for row in rows
        if row.file is None or (raster_dir / row.file).exists()
    }
    expected = {
        manifest.id: content_sha256(manifest, manifests, choice)
        for manifest in manifests
        if choice.edition in manifest.sources
    }
    return stored == {layer: digest for layer, digest in expected.items() if digest}
