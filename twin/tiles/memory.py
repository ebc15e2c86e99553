"""What a process keeps ready: the least recently used go when the rest weighs too much."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Generic, Protocol, TypeVar

from twin.tiles.address import Address, Block


class Kept(Protocol):
    """Something kept for one tile of a tileset."""

    tileset: str
    address: Address
    weight: int


Value = TypeVar("Value", bound=Kept)


class Memory(Generic[Value]):
    """Keeps values by name, up to a total weight.

    Parameters
    ----------
    max_weight
        Bytes, as the values tell their weight.
    """

    def __init__(self, max_weight: int) -> None:
        self.max_weight = max_weight
        self.weight = 0
        self._kept: OrderedDict[str, Value] = OrderedDict()
        self._names: dict[str, dict[Address, set[str]]] = {}

    def __len__(self) -> int:
        """Return how many values are kept."""
        return len(self._kept)

    def get(self, name: str) -> Value | None:
        """Return the value of that name, which is then the most recently used."""
        value = self._kept.get(name)
        if value is not None:
            self._kept.move_to_end(name)
        return value

    def put(self, name: str, value: Value) -> None:
        """Keep a value in the place of another of that name."""
        self.remove(name)
        self._kept[name] = value
        self._names.setdefault(value.tileset, {}).setdefault(value.address, set()).add(name)
        self.weight += value.weight
        while self.weight > self.max_weight and self._kept:
            self.remove(next(iter(self._kept)))

    def weigh(self, name: str, value: Value, more: int) -> None:
        """Count what a kept value has gained; nothing where it is kept no more."""
        if self._kept.get(name) is value:
            value.weight += more
            self.weight += more

    def remove(self, name: str) -> None:
        """Forget a value."""
        value = self._kept.pop(name, None)
        if value is None:
            return
        self.weight -= value.weight
        places = self._names[value.tileset]
        places[value.address].discard(name)
        if not places[value.address]:
            del places[value.address]
        if not places:
            del self._names[value.tileset]

    def remove_touched(self, tileset: str, blocks: Iterable[Block]) -> None:
        """Forget what is kept of some tiles of a tileset."""
        places = self._names.get(tileset)
        if not places:
            return
        for name in [name for each in blocks for name in _names_in(places, each)]:
            self.remove(name)

    def tilesets(self) -> list[str]:
        """Return the tilesets of which something is kept."""
        return list(self._names)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._names.clear()
        self.weight = 0


def _names_in(places: dict[Address, set[str]], block: Block) -> Iterator[str]:
    if block.count < len(places):
        touched = (address for address in block.addresses() if address in places)
    else:
        touched = (address for address in places if block.holds(address))
    for address in touched:
        yield from places[address]
