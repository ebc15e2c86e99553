"""How the benches speak: both languages, what is being done and how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

#: A table needs this many columns; a pipe has no width of its own.
_WIDTH = 132

_terminal = Console(highlight=False, markup=False, emoji=False)
out = (
    _terminal
    if _terminal.is_terminal
    else Console(highlight=False, markup=False, emoji=False, width=_WIDTH)
)


class BenchError(Exception):
    """A bench cannot give a figure that holds."""

    def __init__(self, en: str, th: str) -> None:
        super().__init__(f"✗ {th}\n✗ {en}")


@contextmanager
def step(name: str) -> Iterator[None]:
    """Tell what the block does, and its time."""
    started = time.monotonic()
    out.print(f"▸ {name} …")
    yield
    out.print(f"  {name}: {time.monotonic() - started:.1f} s")
