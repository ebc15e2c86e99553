"""What tags say, value by value."""

import pytest

from layers.readers.osm import tags


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, (None, None)),
        ("80", (80.0, None)),
        (" 80 ", (80.0, None)),
        ("80 km/h", (80.0, None)),
        ("80 kph", (80.0, None)),
        ("37.5", (37.5, None)),
        ("30 mph", (48.3, "unit")),
        ("30mph", (48.3, "unit")),
        ("5 knots", (9.3, "unit")),
        ("walk", (None, "word")),
        ("none", (None, "word")),
        ("signals", (None, "word")),
        ("TH:urban", (None, "word")),
        ("TH:motorway", (None, "word")),
        ("50;80", (None, "list")),
        ("80|60", (None, "list")),
        ("0", (None, "strange")),
        ("-5", (None, "strange")),
        ("900", (None, "strange")),
        ("99999", (None, "strange")),
        ("fast", (None, "strange")),
        ("", (None, "strange")),
        ("๘๐", (80.0, None)),
    ],
)
def test_speed_is_a_number_or_noted(text, expected):
    assert tags.speed_kmh(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, (None, None)),
        ("2", (2, None)),
        ("2.0", (2, None)),
        ("1.5", (None, "strange")),
        ("2;3", (None, "list")),
        ("0", (None, "strange")),
        ("40", (None, "strange")),
        ("two", (None, "strange")),
    ],
)
def test_lanes_are_a_whole_number_or_noted(text, expected):
    assert tags.lanes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, (None, None)),
        ("-1", (-1, None)),
        ("+2", (2, None)),
        ("0;1", (None, "list")),
        ("99", (None, "strange")),
        ("0.5", (None, "strange")),
    ],
)
def test_level_is_a_whole_number_or_noted(text, expected):
    assert tags.level(text) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (None, None)),
        ({"oneway": "yes"}, ("yes", None)),
        ({"oneway": "1"}, ("yes", None)),
        ({"oneway": "No"}, ("no", None)),
        ({"oneway": "-1"}, ("-1", None)),
        ({"oneway": "reverse"}, ("-1", None)),
        ({"oneway": "reversible"}, ("reversible", None)),
        ({"oneway": "alternating"}, ("alternating", None)),
        ({"oneway": "sometimes"}, (None, "strange")),
        ({"junction": "roundabout"}, ("yes", "implied")),
        ({"junction": "circular"}, ("yes", "implied")),
        ({"highway": "motorway"}, ("yes", "implied")),
        ({"highway": "motorway", "oneway": "no"}, ("no", None)),
        ({"junction": "roundabout", "oneway": "-1"}, ("-1", None)),
    ],
)
def test_direction_is_told_or_implied(given, expected):
    assert tags.direction(given) == expected


@pytest.mark.parametrize(
    ("given", "th", "en"),
    [
        ({}, None, None),
        ({"name": "ถนนวิเศษ"}, "ถนนวิเศษ", None),
        ({"name": "Wiset Road"}, None, "Wiset Road"),
        ({"name": "ถนนวิเศษ (Wiset Road)"}, "ถนนวิเศษ (Wiset Road)", None),
        ({"name": "4030"}, None, None),
        ({"name": "x", "name:th": "ก", "name:en": "A"}, "ก", "A"),
        ({"name": "ก", "int_name": "B"}, "ก", "B"),
    ],
)
def test_names_go_by_language_or_script(given, th, en):
    assert (tags.name_th(given), tags.name_en(given)) == (th, en)


def test_permission_is_that_of_the_first_key_that_is_there():
    assert tags.permission({"vehicle": "No "}, "motor_vehicle", "vehicle") == "no"
    assert tags.permission({"motor_vehicle": "yes", "vehicle": "no"}, "motor_vehicle") == "yes"
    assert tags.permission({}, "foot") is None


def test_every_note_is_told_in_both_languages():
    for note in tags.NOTES.values():
        assert any("\u0e00" <= letter <= "\u0e7f" for letter in note.th)
        assert note.en.isascii()
