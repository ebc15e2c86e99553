"""Tables of the command line fit the terminal, and break neither numbers nor ids."""

import io
import re
from itertools import product

import pytest
from rich.cells import cell_len
from rich.console import Console

from api.commands.console import grid

UUID = "5d027655-3457-4484-9a0e-731c028e6cca"
NAMES = ("โรงพยาบาลสิริโรจน์\nPhuket International Hospital", "ถลาง\nThalang")
HEADERS = [("ชื่อ", "name"), ("ประชากรตามทะเบียน", "registered people"), ("ไม่ทราบ", "unknown")]


def drawn(table, width):
    out = io.StringIO()
    Console(file=out, width=width, markup=False).print(table)
    return out.getvalue()


@pytest.mark.parametrize(("width", "count"), [*product((120, 80, 60), (1, 2, 4)), (40, 1), (40, 2)])
def test_numbers_stay_whole_in_any_width(width, count):
    table = grid(HEADERS[0], *(HEADERS[1:] * count)[:count])
    for name in NAMES:
        table.add_row(name, *("1,418,785" for _ in range(count)))
    told = drawn(table, width)
    assert told.count("1,418,785") == count * len(NAMES)
    assert "…" not in told
    assert max(map(cell_len, told.splitlines())) <= width
    assert count > 1 or "Phuket International Hospital" in " ".join(told.split())


def test_words_are_broken_where_there_is_no_room_for_them_only():
    table = grid(("งาน", "job"), ("ข้อความ", "message"))
    table.add_row(UUID, "ประชากรตามทะเบียนราษฎรของจังหวัดภูเก็ต\nRegistered population of Phuket")
    told = drawn(table, 60)
    assert UUID in told
    assert {"Registered", "population", "Phuket"} <= {*told.split()}
    thai = "".join(re.findall("[\u0e00-\u0e7f]+", told.split("─")[-1]))
    assert thai == "ประชากรตามทะเบียนราษฎรของจังหวัดภูเก็ต"
    assert max(map(cell_len, told.splitlines())) <= 60


def test_headers_are_broken_before_numbers():
    table = grid(*[("ประชากรตามทะเบียน", "unregistered")] * 6)
    table.add_row(*["418,785"] * 6)
    told = drawn(table, 60)
    assert told.count("418,785") == 6
    assert max(map(cell_len, told.splitlines())) <= 60


def test_table_without_rows_shows_its_headers():
    assert "registered people" in drawn(grid(*HEADERS), 80)
