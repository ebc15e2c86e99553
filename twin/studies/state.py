"""One name for the content of all layers, so that what was read of them is kept while it holds."""

from __future__ import annotations

import hashlib
from typing import Final

from sqlalchemy import Connection, func, select

from twin.db.models import Change, Layer

_LAYERS: Final = select(Layer.id, Layer.revision, Layer.content_sha256).order_by(Layer.id)
_CHANGES: Final = (
    select(Change.layer_id, func.max(Change.id)).group_by(Change.layer_id).order_by(Change.layer_id)
)


def read_state(connection: Connection) -> str:
    """Return a digest of every layer's revision and of the last edit of its rows, hexadecimal.

    Rows of tables without geometry are not watched: an edit of those is seen at the next load.
    """
    rows = [*connection.execute(_LAYERS), *connection.execute(_CHANGES)]
    return hashlib.sha256(repr(rows).encode()).hexdigest()
