"""Tables that fit the terminal: texts are folded, numbers and ids never."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table

#: Columns of the terminal that a Thai word may need, which has no spaces to break lines at.
_THAI_WORD: Final = 12

#: Ways to draw, the first that fits is taken: columns between two texts, of which padding of each
#: cell, whether neighbours share it; and whether words of headers are kept whole as well.
_WAYS: Final = ((3, 1, False, True), (2, 1, True, True), (1, 0, False, True), (1, 0, False, False))


class Grid(Table):
    """A table that cuts nothing off, and keeps what has no spaces on one line where it can."""

    def __init__(self) -> None:
        super().__init__(box=SIMPLE_HEAD, pad_edge=False)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it in the width that there is."""
        cells = [[*column.cells] for column in self.columns]
        whole = [[column.header, *rows] for column, rows in zip(self.columns, cells, strict=True)]
        natural = [max(map(cell_len, _lines(column)), default=1) for column in whole]
        for gap, padding, is_shared, keeps_headers in _WAYS:
            kept = whole if keeps_headers else cells
            floors = [max(map(_word_width, _words(column)), default=1) for column in kept]
            room = options.max_width - 2 - gap * (len(natural) - 1)
            self.padding, self.collapse_padding = (0, padding), is_shared
            if sum(floors) <= room:
                break
        for column, width in zip(self.columns, _shrunk(natural, floors, room), strict=True):
            column.width = width
        return super().__rich_console__(console, options)


def _lines(cells: Iterable[object]) -> list[str]:
    return [line for cell in cells for line in str(cell).split("\n")]


def _words(cells: Iterable[object]) -> list[str]:
    return [word for cell in cells for word in str(cell).split()]


def _word_width(word: str) -> int:
    return cell_len(word) if word.isascii() else min(cell_len(word), _THAI_WORD)


def _shrunk(natural: Sequence[int], floors: Sequence[int], room: int) -> list[int]:
    """Return widths that fit, taken from the widest columns first; no less than the floors.

    Examples
    --------
    >>> _shrunk([30, 20, 5], [10, 10, 5], 40)
    [17, 18, 5]
    """
    widths = list(natural)
    while sum(widths) > room:
        spare = [n for n, width in enumerate(widths) if width > floors[n]]
        if not spare:
            break
        widths[max(spare, key=widths.__getitem__)] -= 1
    return widths
