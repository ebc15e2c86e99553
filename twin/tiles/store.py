"""Tiles on disk: one LMDB file that all workers share and that outlives them.

Keys are the content that a tile belongs to (a digest of layer and revision), zoom, column and row.
A tile that is out of date is removed; what is no longer asked for goes when the file is full, the
oldest first. Everything in the file can be made again, so a file that is damaged is thrown away.
"""

from __future__ import annotations

import fcntl
import logging
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import lmdb

from twin.tiles.address import Address
from twin.tiles.parts import EMPTY, Part

LOG: Final = logging.getLogger("twin.tiles")

#: Checksum of the rest, order of writing, unpacked size, CRC, features dropped, digest.
_HEAD: Final = struct.Struct("<IQIII12s")
_KEY: Final = struct.Struct(">8sBII")
_NUMBER: Final = struct.Struct(">Q")

#: When full, this share of the tiles goes at once.
_EVICTED: Final = 0.2
#: LMDB writes pages anew before it frees the old ones: leave it room.
_FULL: Final = 0.85

_CHECK: Final = """
import sys, lmdb
with lmdb.open(sys.argv[1], max_dbs=3, readonly=True, lock=False) as env:
    with env.begin() as txn:
        for name in (b"tile", b"order", b"meta"):
            db = env.open_db(name, txn, create=False)
            sum(len(key) + len(value) for key, value in txn.cursor(db))
"""


class Slot(NamedTuple):
    """Where parts of a layer are: the name of its content, eight bytes, and the layer."""

    content: bytes
    layer: bytes


@dataclass
class TileStore:
    """The shared file of tiles; opened by `open_store`.

    Examples
    --------
    >>> import tempfile
    >>> from twin.tiles.parts import pack
    >>> with tempfile.TemporaryDirectory() as folder, open_store(Path(folder), 10_000_000) as store:
    ...     slot, address = Slot(b"roads___", b"road"), Address(14, 1, 2)
    ...     (missing,), (removed,) = store.look([slot], address)
    ...     store.put(address, [(slot, pack(b"content"), removed)])
    ...     store.look([slot], address)[0][0].size
    1
    7
    """

    env: Any
    max_bytes: int
    tiles: Any
    order: Any
    meta: Any

    def look(self, slots: Sequence[Slot], address: Address) -> tuple[list[Part | None], list[int]]:
        """Return a tile's parts, and for each what `put` must be given for it.

        A part is None where it is not stored, or not as it was written. What `put` must be given
        is how often tiles of the layer were removed so far.
        """
        with self.env.begin(self.tiles, buffers=True) as txn:
            stored = [txn.get(_KEY.pack(slot.content, *address)) for slot in slots]
            parts = [None if value is None else _read(bytes(value)) for value in stored]
            return parts, [self._removed(txn, slot.layer) for slot in slots]

    def put(self, address: Address, made: Iterable[tuple[Slot, Part, int]]) -> int:
        """Store parts of a tile; return how many were.

        A part is left out where tiles of its layer were removed since `look`. One that was being
        made while an edit came in may show the time before: whoever heard of the edit first has
        counted it in the file, so nobody stores such a part.
        """
        if self.used_bytes > self.max_bytes * _FULL:
            self._evict()
        stored = 0
        try:
            with self.env.begin(write=True) as txn:
                number = self._next_number(txn)
                for slot, part, removed in made:
                    if self._removed(txn, slot.layer) != removed:
                        continue
                    key = _KEY.pack(slot.content, *address)
                    txn.put(key, _write(part, number), db=self.tiles)
                    txn.put(_NUMBER.pack(number), key, db=self.order, append=True)
                    number += 1
                    stored += 1
        except lmdb.MapFullError:
            self.clear()
            return 0
        except lmdb.Error as error:  # a disk that is full: the tile is served all the same
            LOG.warning("a tile could not be stored: %s", error)
            return 0
        return stored

    def remove(self, slot: Slot, addresses: Iterable[Address]) -> None:
        """Remove tiles that an edit touched, and count the edit."""
        with self.env.begin(write=True) as txn:
            self._count_removal(txn, slot.layer)
            for address in addresses:
                txn.delete(_KEY.pack(slot.content, *address), db=self.tiles)

    def count_removal(self, layer: bytes) -> None:
        """Count an edit that made another content of the whole layer."""
        with self.env.begin(write=True) as txn:
            self._count_removal(txn, layer)

    def remember(self, name: bytes, value: bytes) -> None:
        """Keep a value that outlives the workers."""
        with self.env.begin(write=True) as txn:
            txn.put(b"kept " + name, value, db=self.meta)

    def recall(self, name: bytes) -> bytes | None:
        """Return a kept value."""
        with self.env.begin(self.meta) as txn:
            value: bytes | None = txn.get(b"kept " + name)
            return value

    def clear(self) -> None:
        """Remove all tiles and all that was remembered; counts of removals stay."""
        with self.env.begin(write=True) as txn:
            txn.drop(self.tiles, delete=False)
            txn.drop(self.order, delete=False)
            for key, _value in list(txn.cursor(self.meta)):
                if key.startswith(b"kept "):
                    txn.delete(key, db=self.meta)

    @property
    def used_bytes(self) -> int:
        """Bytes of the file that hold something."""
        with self.env.begin() as txn:
            stats = [txn.stat(db) for db in (self.tiles, self.order, self.meta)]
        pages = sum(
            stat["branch_pages"] + stat["leaf_pages"] + stat["overflow_pages"] for stat in stats
        )
        return int(pages * stats[0]["psize"])

    @property
    def count(self) -> int:
        """How many parts are stored."""
        with self.env.begin() as txn:
            return int(txn.stat(self.tiles)["entries"])

    def _evict(self) -> None:
        with self.env.begin(write=True) as txn:
            most = int(txn.stat(self.order)["entries"] * _EVICTED) + 1
            cursor = txn.cursor(self.order)
            for _ in range(most):
                if not cursor.first():
                    break
                number, key = _NUMBER.unpack(cursor.key())[0], cursor.value()
                value = txn.get(key, db=self.tiles)
                if value and _HEAD.unpack_from(value)[1] == number:
                    txn.delete(key, db=self.tiles)
                cursor.delete()

    def _removed(self, txn: Any, layer: bytes) -> int:  # noqa: ANN401 (lmdb has no types)
        value = txn.get(b"removed " + layer, db=self.meta)
        return _NUMBER.unpack(value)[0] if value else 0

    def _count_removal(self, txn: Any, layer: bytes) -> None:  # noqa: ANN401
        counted = _NUMBER.pack(self._removed(txn, layer) + 1)
        txn.put(b"removed " + layer, counted, db=self.meta)

    def _next_number(self, txn: Any) -> int:  # noqa: ANN401
        cursor = txn.cursor(self.order)
        return _NUMBER.unpack(cursor.key())[0] + 1 if cursor.last() else 1


@contextmanager
def open_store(folder: Path, max_bytes: int) -> Iterator[TileStore]:
    """Open the tiles kept in a folder for the block, making or remaking the file where needed.

    Parameters
    ----------
    max_bytes
        The file does not grow beyond this.
    """
    path = folder.resolve() / "tiles"
    shared = _OPEN.get(path)
    if shared is None:
        shared = _OPEN[path] = _Shared(_opened(path, max_bytes))
    shared.users += 1
    try:
        yield shared.store
    finally:
        shared.users -= 1
        if not shared.users:
            del _OPEN[path]
            shared.closing.close()


@dataclass
class _Shared:
    """A file that is open: LMDB refuses to open one twice in the same process."""

    closing: ExitStack
    users: int = 0

    def __init__(self, opened: AbstractContextManager[TileStore]) -> None:
        self.closing = ExitStack()
        self.store = self.closing.enter_context(opened)


_OPEN: Final[dict[Path, _Shared]] = {}


@contextmanager
def _opened(path: Path, max_bytes: int) -> Iterator[TileStore]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with (path.parent / "users.lock").open("a") as lock:
        _throw_away_if_damaged(path, lock)
        env = lmdb.open(
            str(path), map_size=max_bytes, max_dbs=3, sync=False, max_readers=512, max_spare_txns=4
        )
        try:
            names = (b"tile", b"order", b"meta")
            yield TileStore(env, max_bytes, *(env.open_db(name) for name in names))
        finally:
            env.close()


def _throw_away_if_damaged(path: Path, lock: IO[str]) -> None:
    """Check the file if nobody else has it open; in a process of its own, which may crash of it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(lock, fcntl.LOCK_SH)
        return
    if path.exists():
        command = [sys.executable, "-I", "-c", _CHECK, str(path)]
        checked = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 (our own)
        if checked.returncode:
            LOG.warning("the tile cache was damaged and is made anew: %s", path)
            shutil.rmtree(path)
    fcntl.flock(lock, fcntl.LOCK_SH)


def _write(part: Part, number: int) -> bytes:
    head = _HEAD.pack(0, number, part.size, part.crc, part.dropped, part.digest)
    body = head[4:] + part.packed
    return struct.pack("<I", zlib.crc32(body)) + body


def _read(value: bytes) -> Part | None:
    checksum, _number, size, crc, dropped, digest = _HEAD.unpack_from(value)
    if zlib.crc32(memoryview(value)[4:]) != checksum:
        return None
    if not size and not dropped:
        return EMPTY
    return Part(value[_HEAD.size :], size, crc, digest, dropped)
