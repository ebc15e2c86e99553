"""Coverage on the terminal: short tables in both languages, for 80 columns and more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rich.padding import Padding

from api.commands.console import grid, marked, out
from twin.studies.answer import Area, CoverageAnswer, OffNetwork, Source, Words
from twin.studies.tables import (
    DIRECTIONS,
    PACES,
    PARTS,
    TOTAL,
    Cell,
    Column,
    Kind,
    Table,
    threshold_label,
)
from twin.types import Text
from twin.words import MODE_WORDS

#: Rows shown; a file has all.
MOST: Final = 25
MOST_FACILITIES: Final = 15
#: Columns of a terminal that the other columns of areas take, and each threshold's.
_AREA_WIDTH: Final = 46
_RATIO_WIDTH: Final = 9

_NAME: Final = Text("ชื่อ", "name")
_FORMATS: Final[dict[Kind, str]] = {
    "text": "",
    "people": ",.0f",
    "share": ".1%",
    "number": ",.5g",
    "degrees": ".5f",
}
_SOURCES: Final = {
    "network": Text("ถนน", "Streets"),
    "demand": Text("ความต้องการ", "Demand"),
    "supply": Text("สถานบริการ", "Supply"),
}


def show(answer: CoverageAnswer, titles: Mapping[str, Text]) -> None:
    """Print an answer; `titles` are those of layers, by id."""
    out.print(f"{answer.summary.th}\n{answer.summary.en}")
    show_totals(answer)
    for layer, areas in answer.areas.items():
        show_areas(answer, layer, titles[layer], areas)
    show_facilities(answer)
    show_basis(answer)


def show_totals(answer: CoverageAnswer) -> None:
    """Print who is served within each threshold, with the range of slow and fast travel."""
    ends = [pace for pace in answer.paces if pace.pace != "usual"]
    table = grid(
        ("ภายใน", "within"),
        PARTS["served"],
        PARTS["unserved"],
        PARTS["unknown"],
        TOTAL,
        PARTS["ratio"],
        *(PACES[pace.pace] for pace in ends),
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for place, one in enumerate(answer.totals):
        within = threshold_label(answer.question, one.threshold)
        table.add_row(
            f"{within.th}\n{within.en}",
            *(f"{value:,.0f}" for value in (one.served, one.unserved, one.unknown, one.total)),
            share(one.ratio),
            *(share(pace.totals[place].ratio) for pace in ends),
        )
    out.print(table)
    if answer.median is not None:
        middle = threshold_label(answer.question, round(answer.median, 1))
        out.print(
            f"ครึ่งหนึ่งของผู้ที่อยู่ใกล้ถนนอยู่ภายใน {middle.th}"
            f" | Of those near a street, half are within {middle.en}"
        )


def show_areas(answer: CoverageAnswer, layer: str, title: Text, areas: Sequence[Area]) -> None:
    """Print the areas of a layer, and which of them are worst off."""
    most = max(1, (out.width - _AREA_WIDTH) // _RATIO_WIDTH)
    shown = answer.question.thresholds[-most:]
    within = [threshold_label(answer.question, threshold) for threshold in shown]
    largest = within[-1]
    table = grid(
        title,
        TOTAL,
        *within,
        (f"{PARTS['unserved'].th}\n{largest.th}", f"{PARTS['unserved'].en}\n{largest.en}"),
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for area in areas:
        totals = area.totals[-most:]
        table.add_row(
            beside(area.name),
            f"{totals[-1].total:,.0f}",
            *(share(one.ratio) for one in totals),
            f"{totals[-1].unserved:,.0f}",
        )
    out.print(table)
    worst = answer.worst_off.get(layer, ())
    if worst:
        out.print(f"ได้รับบริการน้อยที่สุด: {_ranked(worst, 'th')}")
        out.print(f"Least served: {_ranked(worst, 'en')}")


def show_facilities(answer: CoverageAnswer) -> None:
    """Print the facilities with the largest catchments, and those on no street."""
    has_capacity = any(one.capacity is not None for one in answer.facilities)
    largest = threshold_label(answer.question, answer.question.thresholds[-1])
    headers = [
        ("สถานบริการ", "facility"),
        (f"ใกล้สุด ≤ {largest.th}", f"nearest ≤ {largest.en}"),
        ("ใกล้สุดทั้งหมด", "nearest, all"),
    ]
    table = grid(*headers, *([("ความจุ", "capacity")] if has_capacity else []))
    for column in table.columns[1:]:
        column.justify = "right"
    ranked = sorted(answer.facilities, key=lambda one: (-one.served, one.id))
    for one in ranked[:MOST_FACILITIES]:
        told = [number(one.served), number(one.nearest), number(one.capacity)]
        table.add_row(both(one.name), *told[: len(table.columns) - 1])
    out.print(table)
    _tell_rest(len(ranked), MOST_FACILITIES)
    _tell_off_network(answer.off_network)


def _tell_off_network(all_lost: Sequence[OffNetwork]) -> None:
    for lost in all_lost[:MOST_FACILITIES]:
        far = f"{lost.offset_m:,.0f}"
        out.print(
            marked(
                "note",
                f"{lost.name.th}: ห่างถนน {far} ม. จึงไม่ได้บริการใคร\n"
                f"  {lost.name.en}: {far} m from any street, serves nobody",
            ),
            soft_wrap=True,
        )
    _tell_rest(len(all_lost), MOST_FACILITIES)


def show_listed(summary: Words, table: Table, titles: Mapping[str, Text]) -> None:
    """Print a table of an answer, or one for each layer of areas that it has, by its title."""
    out.print(f"{summary.th}\n{summary.en}")
    layers = [*table.by_name["layer"]] if "layer" in table.by_name else [None] * len(table.rows)
    for layer in dict.fromkeys(layers) or (None,):
        rows = tuple(row for row, one in zip(table.rows, layers, strict=True) if one == layer)
        _show_rows(Table(table.columns, rows), titles.get(str(layer), _NAME))


def _show_rows(table: Table, title: tuple[str, str]) -> None:
    """Print rows; names in both languages beside each other under a title, ids left out."""
    cells = table.by_name
    hidden = ("layer", "id", "code", "name_en") if "name_th" in cells else ()
    columns = [column for column in table.columns if column.name not in hidden]
    shown = grid(*(column.title if column.name != "name_th" else title for column in columns))
    for place, column in enumerate(columns):
        shown.columns[place].justify = "left" if column.kind == "text" else "right"
    for row in range(min(MOST, len(table.rows))):
        shown.add_row(*(_cell(column, cells, row) for column in columns))
    out.print(shown)
    _tell_rest(len(table.rows), MOST)


def _cell(column: Column, cells: dict[str, list[Cell]], row: int) -> str:
    value = cells[column.name][row]
    if value in column.words:
        return both(column.words[value])
    if column.name == "name_th":
        other = cells["name_en"][row]
        return str(value or "–") if value == other else f"{value}\n{other}"
    if value is None or isinstance(value, str):
        return value or "–"
    return f"{value:{_FORMATS[column.kind]}}"


def _tell_rest(count: int, most: int) -> None:
    if (rest := count - most) > 0:
        out.print(f"และอีก {rest:,} | and {rest:,} more: -o FILE.xlsx")


def show_basis(answer: CoverageAnswer) -> None:
    """Print what the answer rests on."""
    told = answer.assumptions
    _indented(
        Text("ข้อสมมติ", "Assumptions"),
        Text(
            f"{MODE_WORDS[told.mode].th} {DIRECTIONS[told.direction].th}"
            f" ห่างถนนเกิน {told.max_snap_m:g} ม. นับเป็นไม่ทราบ",
            f"{MODE_WORDS[told.mode].en}, {DIRECTIONS[told.direction].en};"
            f" more than {told.max_snap_m:g} m from any street is unknown",
        ),
        told.range_source,
    )
    for name, title in _SOURCES.items():
        source: Source = getattr(told, name)
        _indented(title, source.text, source.source)
    out.print(f"SHA-256 {answer.digest}", soft_wrap=True)


def _indented(title: Text, *texts: Text | Words | None) -> None:
    out.print(f"▸ {title.th} | {title.en}")
    for text in texts:
        if text is not None:
            out.print(Padding(f"{text.th}\n{text.en}", (0, 0, 0, 2), expand=False))


def share(ratio: float | None) -> str:
    """Return a ratio as a percentage, a dash where nobody is."""
    return "–" if ratio is None else f"{ratio:.1%}"


def number(value: float | None) -> str:
    """Return a number of people or the like, a dash where it is not known."""
    return "–" if value is None else f"{value:,.0f}"


def both(words: Words | Text) -> str:
    """Return words in both languages, once where they are the same."""
    return words.th if words.th == words.en else f"{words.th}\n{words.en}"


def beside(words: Words) -> str:
    """Return words in both languages on one line."""
    return words.th if words.th == words.en else f"{words.th} · {words.en}"


def _ranked(areas: Iterable[Area], language: str) -> str:
    return ", ".join(
        f"{getattr(one.name, language)} {share(one.totals[-1].ratio)}" for one in areas
    )
