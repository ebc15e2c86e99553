"""Names for what tiles are made of: another content, another name, so old tiles are never found."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from sqlalchemy import URL

from twin.db.changes import Change
from twin.queries.catalogue import Described, PublishedLayer
from twin.queries.held import Snapshot
from twin.tiles.store import TileStore

#: Counts how often the form of tiles was changed in the code; part of every name.
FORM: Final = 1

_BYTES: Final = 8

#: Wide changes of a layer that are told from new ones when they are heard again.
_REMEMBERED: Final = 32


@dataclass
class Contents:
    """Knows the name of each layer's content.

    Parameters
    ----------
    database
        Tells one database from another.
    store
        Remembers edits so large that the layer got another name.
    """

    database: str
    store: TileStore
    _names: dict[str, bytes] = field(default_factory=dict, init=False)
    _snapshot: Snapshot | None = field(default=None, init=False)

    def of_layer(self, snapshot: Snapshot, layer: Described) -> bytes:
        """Return the name of a vector layer's content, eight bytes."""
        if snapshot is not self._snapshot:
            self._names.clear()
            self._snapshot = snapshot
        id_ = layer.spec.id
        name = self._names.get(id_)
        if name is None:
            published = snapshot.by_id.get(id_)
            name = self._names[id_] = _digest(
                self.database,
                id_,
                snapshot.tile_tables.get(id_),
                published and (published.revision, published.loaded_at.isoformat()),
                layer.spec.model_dump_json(),
                self.store.recall(_wide(id_)),
            )
        return name

    def of_raster(self, layer: PublishedLayer, style: str) -> bytes:
        """Return the name of a raster in one style; its file name tells the content."""
        return _digest(layer.file, layer.spec.model_dump_json(), style)

    def renew(self, change: Change) -> None:
        """Give a layer another name because of a change; the same wherever that is heard.

        Changes come in no order: a transaction that began first may end last, and a backup that
        is restored counts anew. So the last ones are remembered, each by what no other is called.
        """
        name, mark = _wide(change.layer_id), b"%d:%d" % (change.xact, change.id)
        known = (self.store.recall(name) or b"").split()
        if mark not in known:
            self.store.remember(name, b" ".join([*known, mark][-_REMEMBERED:]))
        self.look_again(change.layer_id)

    def look_again(self, layer_id: str) -> None:
        """Read a layer's name anew when it is next asked for: another worker may have renewed it.

        A worker that starts hears once more of changes that others have heard, and knows no better
        than to renew; whoever then removes tiles must remove them under the name it gave.
        """
        self._names.pop(layer_id, None)


def database_name(address: URL) -> str:
    """Return what tells a database from another, without its password."""
    return address.set(password=None).render_as_string()


def _wide(layer_id: str) -> bytes:
    return b"wide " + layer_id.encode()


def _digest(*told: object) -> bytes:
    return blake2b(repr((FORM, *told)).encode(), digest_size=_BYTES).digest()
