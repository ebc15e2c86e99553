"""`twin coverage batch`: a table, what could not be done, and what is kept for the next time."""

import json

import pytest
from cities import STREET_CITY, SYNTHETIC, write_street

ONE = SYNTHETIC.partition('[[city]]\nid = "b"')[0]


@pytest.fixture
def batch(twin, tmp_path, monkeypatch):
    """Run the command on a list of cities."""
    monkeypatch.setenv("TWIN_HOME", str(tmp_path / "home"))

    def run(text, *options):
        path = tmp_path / "CITIES.toml"
        path.write_text(text, encoding="utf-8")
        return twin("coverage", "batch", path, "--workers", 0, *options)

    return run


def test_cities_are_covered_told_and_written(batch, tmp_path):
    write_street(tmp_path)
    table, other = tmp_path / "table.csv", tmp_path / "table.json"
    done = batch(ONE + STREET_CITY, "--output", table, "--output", other)
    assert done.code == 0, done.err
    assert len(json.loads(other.read_text())["rows"]) == 6 + 2 * 26
    for words in ("ได้รับบริการ", "served", "facilities", "street ถนนเดียว", "200 m", "5 min"):
        assert words in done.out
    assert table.read_bytes().startswith(b"\xef\xbb\xbfcity,")
    assert len(table.read_text().splitlines()) == 1 + 6 + 2 * 26
    again = batch(ONE + STREET_CITY)
    assert again.out.count("kept") == 4
    assert batch(ONE + STREET_CITY, "--again").out.count("kept") == 0


def test_city_that_cannot_be_done_is_told_and_the_others_are_written(batch, tmp_path):
    table = tmp_path / "table.json"
    done = batch(ONE + STREET_CITY, "-o", table)
    assert done.code == 1
    assert "street.roads:" in done.err
    assert "ไม่พบไฟล์นี้" in done.err
    assert "there is no such file" in done.err
    written = json.loads(table.read_text())
    assert {row["city"] for row in written["rows"]} == {"a"}
    [failed] = written["failed"]
    assert (failed["city"], failed["field"]) == ("street", "roads")


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        ("[[city]]\nid = 'a'\nsynthetic = 3", (), "city a: synthetic"),
        ("nonsense", (), "not a readable TOML file"),
        (ONE, ("--output", "table.docx"), ".csv, .json, .gpkg"),
        (ONE, ("--output", "nowhere/table.csv"), "in a folder that is there"),
    ],
)
def test_what_cannot_be_begun_is_refused_in_both_languages(batch, text, options, told):
    done = batch(text, *options)
    assert done.code == 1
    assert told in done.err
    assert done.err.count("✗") == 2
