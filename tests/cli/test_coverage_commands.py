"""`twin coverage`: the question typed, the tables, the files, and what cannot be asked."""

import csv
import json
import sqlite3

import openpyxl
import pyogrio
import pytest
from rich.cells import cell_len

from api.commands.asking import Typed, read_inputs
from api.commands.coverage_options import QUESTION
from twin.db.database import open_engine
from twin.errors import InvalidInputError
from twin.jobs.process import Context
from twin.studies.question import Question
from twin.studies.run import coverage

HOSPITALS = ("--where", "amenity = 'hospital'", "--mode", "car", "--minutes", "10,5")


@pytest.fixture(scope="module")
def asked():
    """The question that the options above make, written by hand."""
    return Question.model_validate(
        {
            "supply": {"layer": "facility", "filter": "amenity = 'hospital'"},
            "mode": "car",
            "thresholds": [5, 10],
        }
    )


@pytest.fixture(scope="module")
def answer(starter, asked):
    """What the process answers."""
    with open_engine(starter) as engine:
        return coverage(Context(starter, engine, engine), asked, lambda *_told: None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("coverage")


@pytest.fixture
def written(twin, folder):
    """The folder with a file of each format, written by one command."""
    files = [folder / f"hospitals.{suffix}" for suffix in ("json", "csv", "xlsx", "gpkg")]
    if not all(file.is_file() for file in files):
        told = twin("coverage", "run", *HOSPITALS, *(f"--output={file}" for file in files))
        assert told.code == 0, told.err
        assert all(f"▸ {file}" in told.out for file in files)
        assert sorted(folder.iterdir()) == sorted(files)
    return folder


def rows_of(answer, layer):
    """Each area of an answer as the files have it."""
    for area in answer["areas"][layer]:
        name, totals = area["name"], area["totals"]
        shares = [
            one[part] for one in totals for part in ("served", "unserved", "unknown", "ratio")
        ]
        yield [layer, area["code"], name["th"], name["en"], totals[0]["total"], *shares]


def test_a_network_that_is_built_first_is_told(twin, bars):
    assert twin("coverage", "run", *HOSPITALS).code == 0
    steps = [step.split(" | ")[1] for _, step in bars]
    assert steps[:2] == ["Reading streets, people and facilities", "reading lines"]
    assert steps[-2:] == ["done", "Counting who is served"]
    assert [done for done, _ in bars] == sorted(done for done, _ in bars)


def test_json_is_the_answer_of_the_process(written, answer):
    assert json.loads((written / "hospitals.json").read_text(encoding="utf-8")) == answer


def test_csv_holds_the_areas_and_opens_in_excel(written, answer):
    path = written / "hospitals.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(path.read_text(encoding="utf-8-sig").splitlines())
    assert header[5:9] == ["served_5min", "unserved_5min", "unknown_5min", "ratio_5min"]
    expected = [*rows_of(answer, "amphoe"), *rows_of(answer, "tambon")]
    assert rows == [[str(cell) for cell in row] for row in expected]


def test_workbook_has_sheets_with_titles_in_thai_and_english(written, answer):
    book = openpyxl.load_workbook(written / "hospitals.xlsx")
    summary, *areas, facilities = book.worksheets
    assert [sheet.title for sheet in areas] == ["พื้นที่ amphoe", "พื้นที่ tambon"]
    for layer, sheet in zip(("amphoe", "tambon"), areas, strict=True):
        titles, *rows = sheet.iter_rows(values_only=True)
        assert titles[5] == "ได้รับบริการ 5 นาที\nserved 5 min"
        for row, expected in zip(rows, rows_of(answer, layer), strict=True):
            assert list(row[:4]) == expected[:4]
            assert row[4:] == pytest.approx(expected[4:], rel=1e-12)
    assert sheet["I2"].number_format == "0.0%"
    cells = [cell for row in summary.iter_rows(values_only=True) for cell in row]
    for totals in answer["totals"]:
        assert {totals["served"], totals["unserved"], totals["ratio"]} <= set(cells)
    for said in (answer["summary"], answer["assumptions"]["demand"]["source"]):
        assert {said["th"], said["en"]} <= set(cells)
    assert answer["digest"] in cells
    assert facilities.max_row == 1 + len(answer["facilities"])


def test_geopackage_areas_have_shapes_and_totals(written, answer):
    path = written / "hospitals.gpkg"
    for layer in ("amphoe", "tambon"):
        frame = pyogrio.read_dataframe(path, layer=f"areas_{layer}")
        assert frame.crs.to_epsg() == 32647
        assert frame.geometry.is_valid.all()
        assert frame.drop(columns="geometry").to_numpy().tolist() == list(rows_of(answer, layer))


def test_geopackage_facilities_have_loads_and_stand_where_the_answer_says(written, answer):
    frame = pyogrio.read_dataframe(written / "hospitals.gpkg", layer="facilities")
    assert frame["id"].tolist() == [one["id"] for one in answer["facilities"]]
    assert frame["served"].tolist() == [one["served"] for one in answer["facilities"]]
    assert frame["capacity"].dtype == float
    assert frame["capacity"].isna().all()
    places = frame.to_crs(4326).geometry
    assert places.x.tolist() == pytest.approx([one["lon_lat"][0] for one in answer["facilities"]])
    far = {one["id"]: one["offset_m"] for one in answer["off_network"]}
    lost = frame.set_index("id")["off_street_m"].dropna()
    assert lost.to_dict() == pytest.approx(far)
    assert far


def test_geopackage_demand_points_add_up_to_the_totals(written, answer):
    frame = pyogrio.read_dataframe(written / "hospitals.gpkg", layer="demand_points")
    for totals in answer["totals"]:
        served = frame.loc[frame["minutes"] <= totals["threshold"], "people"].sum()
        assert served == pytest.approx(totals["served"], abs=0.01)
    within = frame["within"] == 5
    assert within.equals(frame["minutes"] <= 5)
    known = {one["id"] for one in answer["facilities"]}
    assert set(frame.loc[frame["within"].notna(), "facility"]) <= known
    people = frame.groupby("tambon")["people"].sum().to_dict()
    totals = {area["code"]: area["totals"][0]["total"] for area in answer["areas"]["tambon"]}
    assert people == pytest.approx({code: total for code, total in totals.items() if code})


def test_geopackage_says_what_it_rests_on(written, answer):
    path = written / "hospitals.gpkg"
    frame = pyogrio.read_dataframe(path, layer="assumptions").set_index("what")
    assert frame.loc["digest", "en"] == answer["digest"]
    assert json.loads(frame.loc["question", "th"]) == answer["question"]
    with sqlite3.connect(path) as database:
        (said,) = database.execute(
            "SELECT description FROM gpkg_contents WHERE table_name = 'demand_points'"
        ).fetchone()
    assert answer["summary"]["th"] in said


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_tables_are_readable_in_both_languages(twin, environment, answer, columns):
    environment.setenv("COLUMNS", str(columns))
    told = twin("coverage", "run", *HOSPITALS)
    assert told.code == 0, told.err
    # Notes and the digest are one line each, for the terminal to wrap.
    tables = [line for line in told.out.splitlines() if "345 m" not in line and "SHA" not in line]
    longest = max(tables, key=cell_len)
    assert cell_len(longest) <= columns, longest
    for title in ("อำเภอ", "Districts (amphoe)", "ตำบล", "Sub-districts (tambon)"):
        assert title in told.out
    assert not {"amphoe", "tambon"} & {*told.out.split()}
    for word in ("ได้รับบริการ", "unserved", "เมืองภูเก็ต · Mueang Phuket", "Dibuk Hospital", "10 min"):
        assert word in told.out
    for totals in answer["totals"]:
        assert f"{totals['served']:,.0f}" in told.out
        assert f"{totals['ratio']:.1%}" in told.out
    assert "345 m from any street" in told.out
    assert "synthetic" in told.out
    assert answer["digest"] in told.out


def read_question(file=None, **given):
    values = {name: given.get(name.replace("-", "_")) for name in QUESTION}
    return read_inputs(Question, Typed(QUESTION, values, file))


def test_every_option_has_its_place_in_the_question():
    question = read_question(
            layer="stop", where="a = 1", capacity="beds", point=["98.3,7.9", "98.4, 8"],
            project=["P01"], opened_by="2030-01-31", demand="layer", demand_layer="poi",
            weight="people", year="2021", variant="aged_60", spread="streets",
            unregistered_share="0.5", visitors="1000", mode="motorcycle", direction="from",
            metres="1000,500", areas="tambon", max_snap="100", speed_factor="0.8",
            speed_range=False, ferries=True, scenario="a-b",
    )  # fmt: skip
    assert question == Question.model_validate(
        {
            "supply": {
                "layer": "stop",
                "filter": "a = 1",
                "capacity": "beds",
                "points": [[98.3, 7.9], [98.4, 8]],
                "projects": ["P01"],
                "opened_by": "2030-01-31",
            },
            "demand": {
                "source": "layer",
                "layer": "poi",
                "weight": "people",
                "year": 2021,
                "variant": "aged_60",
                "spread": "streets",
                "unregistered_share": 0.5,
                "visitors": 1000,
            },
            "mode": "motorcycle",
            "direction": "from",
            "unit": "metres",
            "thresholds": [500, 1000],
            "areas": ["tambon"],
            "max_snap_m": 100,
            "speed_factor": 0.8,
            "speed_range": False,
            "ferries": True,
            "scenario": "a-b",
        }
    )


@pytest.mark.parametrize(
    ("given", "layer"),
    [
        ({}, "facility"),
        ({"point": ["98.3,7.9"]}, None),
        ({"project": ["P01"]}, None),
        ({"point": ["98.3,7.9"], "where": "a = 1"}, "facility"),
        ({"point": ["98.3,7.9"], "layer": "stop"}, "stop"),
    ],
)
def test_points_alone_are_the_supply_unless_a_layer_is_named(given, layer):
    assert read_question(**given).supply.layer == layer


def test_options_go_before_the_question_of_a_file(tmp_path):
    file = tmp_path / "question.json"
    given = {"mode": "car", "unit": "metres", "thresholds": [500], "supply": {"layer": "stop"}}
    file.write_text(json.dumps(given))
    question = read_question(file, minutes="15", point=["98.3,7.9"])
    assert question == Question.model_validate(
        {"mode": "car", "thresholds": [15], "supply": {"layer": "stop", "points": [[98.3, 7.9]]}}
    )
    assert read_question(file) == Question.model_validate(given)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"mode": "boat"}, "--mode"),
        ({"minutes": "5,x"}, "--minutes"),
        ({"metres": "-5"}, "--metres"),
        ({"minutes": ","}, "--minutes"),
        ({"point": ["98.3"]}, "--point"),
        ({"point": ["7.9,98.3"]}, "--point"),
        ({"year": "2569"}, "--year"),
        ({"opened_by": "31/1/2030"}, "--opened-by"),
        ({"max_snap": "0"}, "--max-snap"),
        ({"layer": "no such"}, "--layer"),
        ({"areas": "Tambon"}, "--areas"),
    ],
)
def test_values_that_cannot_be_used_name_their_option(given, name):
    with pytest.raises(InvalidInputError) as caught:
        read_question(**given)
    assert caught.value.parameter == name
    assert caught.value.en.startswith(f"{name}: ")
    assert caught.value.th.startswith(f"{name}: ")


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"supply": 1}', '{"mood": "walk"}', '{"mode": "boat"}']
)
def test_files_that_hold_no_question_are_refused(tmp_path, content):
    file = tmp_path / "question.json"
    file.write_text(content)
    with pytest.raises(InvalidInputError):
        read_question(file)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--minutes", "5", "--metres", "500"), "not both"),
        (("--mode", "boat"), "--mode"),
        (("--question", "nowhere.json"), "nowhere.json"),
        (("-o", "answer.pdf"), ".gpkg"),
        (("-o", "nowhere/answer.csv"), "folder"),
        (("--layer", "nowhere"), "nowhere"),
        (("--where", "amenity ="), "filter"),
        (("--where", "amenity = 'volcano'"), "keeps nothing"),
        (("--point", "98.2,7.5"), "within 250 m"),
        (("--areas", "road"), "tambon"),
        (("--scenario", "nowhere"), "nowhere"),
    ],
)
def test_mistakes_are_told_in_both_languages(twin, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    told = twin("coverage", "run", *arguments)
    assert told.code == 1
    assert said in told.err
    assert told.err.count("✗") == 2
    assert "Traceback" not in told.err
    assert not list(tmp_path.iterdir())


def test_csv_without_areas_is_refused_and_leaves_the_old_file(twin, tmp_path):
    file = tmp_path / "areas.csv"
    file.write_text("old")
    told = twin("coverage", "run", "--areas", "", "--metres", "500", "-o", file)
    assert told.code == 1
    assert "CSV" in told.err
    assert [path.name for path in tmp_path.iterdir()] == ["areas.csv"]
    assert file.read_text() == "old"


def test_help_names_the_commands_and_options(twin):
    assert "run" in twin("coverage", "--help").out
    told = twin("coverage", "run", "--help")
    for name in QUESTION:
        assert f"--{name}" in told.out
