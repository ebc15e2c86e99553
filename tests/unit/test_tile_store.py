"""The shared file of tiles: races, damage, and an end to its size."""

import os

import pytest

from twin.tiles.address import Address
from twin.tiles.parts import EMPTY, Part, join, pack, unpack
from twin.tiles.store import Slot, open_store

ROADS = Slot(b"roads___", b"road")
WATER = Slot(b"water___", b"water")
TILE = Address(14, 1, 2)
MB = 1_000_000


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path, 20 * MB) as store:
        yield store


def get(store, slot, address):
    return store.look([slot], address)[0][0]


def token(store, slot):
    return store.look([slot], TILE)[1][0]


def put(store, slot, address, part, removed=0):
    return store.put(address, [(slot, part, removed)]) == 1


def test_part_comes_back_as_it_was(store):
    for number, part in enumerate((pack(b"content" * 99), EMPTY, pack(b"x", 7))):
        address = Address(14, number, 0)
        assert put(store, ROADS, address, part, token(store, ROADS))
        assert get(store, ROADS, address) == part
    assert get(store, ROADS, Address(13, 0, 0)) is None
    assert get(store, Slot(b"another_", b"road"), Address(14, 0, 0)) is None
    assert store.count == 3


def test_part_made_before_a_removal_is_not_stored(store):
    before = token(store, ROADS)
    store.remove(ROADS, [TILE])
    assert not put(store, ROADS, TILE, pack(b"old"), before)
    assert get(store, ROADS, TILE) is None
    assert put(store, ROADS, TILE, pack(b"new"), token(store, ROADS))
    assert put(store, WATER, TILE, pack(b"water"))


def test_file_does_not_grow_beyond_its_size_and_the_oldest_go(store, tmp_path):
    content = pack(os.urandom(9_000))
    for number in range(4_000):
        assert put(store, ROADS, Address(14, number, 0), content)
    assert get(store, ROADS, Address(14, 3_999, 0)) == content
    assert get(store, ROADS, Address(14, 0, 0)) is None
    assert 500 < store.count < 2_000
    assert (tmp_path / "tiles" / "data.mdb").stat().st_size <= 20 * MB


def test_store_opened_twice_in_a_process_is_one(store, tmp_path):
    with open_store(tmp_path, 20 * MB) as other:
        assert other is store
    assert token(store, ROADS) == 0


def test_what_is_remembered_outlives_the_process_and_goes_with_the_tiles(tmp_path):
    with open_store(tmp_path, 20 * MB) as store:
        store.remember(b"horizon", b"42")
        put(store, ROADS, TILE, pack(b"x"))
        store.count_removal(b"road")
    with open_store(tmp_path, 20 * MB) as store:
        assert store.recall(b"horizon") == b"42"
        assert get(store, ROADS, TILE) == pack(b"x")
        store.clear()
        assert store.recall(b"horizon") is None
        assert token(store, ROADS) == 1
        assert store.count == 0


@pytest.mark.parametrize("damage", ["garbage", "cut off", "empty", "middle"])
def test_damaged_file_is_made_anew(tmp_path, damage):
    with open_store(tmp_path, 20 * MB) as store:
        for number in range(500):
            put(store, ROADS, Address(14, number, 0), pack(os.urandom(5_000)))
    file = tmp_path / "tiles" / "data.mdb"
    content = file.read_bytes()
    middle = content[:8192] + os.urandom(len(content) // 2) + content[8192 + len(content) // 2 :]
    ways = {
        "garbage": os.urandom(len(content)),
        "cut off": content[: len(content) // 2],
        "empty": b"",
        "middle": middle,
    }
    file.write_bytes(ways[damage])
    with open_store(tmp_path, 20 * MB) as store:
        assert put(store, ROADS, TILE, pack(b"again"), token(store, ROADS))
        assert unpack(get(store, ROADS, TILE)) == b"again"


def test_value_that_was_altered_counts_as_not_stored(store):
    put(store, ROADS, TILE, pack(b"content"))
    with store.env.begin(store.tiles, write=True) as txn:
        ((key, value),) = txn.cursor()
        txn.put(key, value[:-1] + bytes([value[-1] ^ 1]))
    assert get(store, ROADS, TILE) is None


def test_join_of_nothing_is_nothing():
    assert join([]) == join([EMPTY, Part(b"", 0, 0, bytes(12))]) == b""
