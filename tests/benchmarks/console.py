"""How the benches speak: both languages, what is being done and how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

out = Console(highlight=False, markup=False, emoji=False)


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
