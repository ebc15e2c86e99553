"""`twin coverage explain`, `siting` and the others: each as its process answers, and its files."""

import csv
import json
import re
from typing import get_args

import openpyxl
import pyogrio
import pytest
from rich.cells import cell_len

from api.commands.asking import Typed, read_inputs
from api.commands.coverage_options import ONLY_QUESTION, SDG, SITING
from twin.errors import InvalidInputError
from twin.studies.answer import Explanation
from twin.studies.inputs import Criticality, Sdg, SitingProblem
from twin.studies.listing import VERDICTS
from twin.studies.processes import get_process
from twin.studies.session import open_context, untold

HOSPITALS = ("--where", "amenity = 'hospital'", "--mode", "car", "--minutes", "10")
QUESTION = {
    "supply": {"layer": "facility", "filter": "amenity = 'hospital'"},
    "mode": "car",
    "thresholds": [10],
}
#: Command, its options, process, its inputs beside the question, layer, geometry.
ASKED = [
    ("explain", ("--at", "98.37,8.06"), "explain", {"place": [98.37, 8.06]}, "way", "LineString"),
    ("siting", ("--count", "2"), "siting", {"count": 2}, "sites", "Point"),
    (
        "opportunity",
        ("--count", "3", "--spacing", "2000"),
        "opportunity",
        {"count": 3, "spacing_m": 2000},
        "best_corners",
        "Point",
    ),
    ("criticality", (), "criticality", {}, "facilities", "Point"),
    (
        "roads",
        ("--count", "3", "--budget", "20"),
        "road-criticality",
        {"count": 3, "budget": 20},
        "roads",
        "MultiLineString",
    ),
    ("missing-links", ("--count", "3"), "missing-links", {"count": 3}, "links", "LineString"),
]


@pytest.fixture(scope="module")
def ask(starter):
    """Run a process without the command line."""

    def answer(process, inputs):
        found = get_process(process)
        with open_context(starter) as context:
            return found.run(context, found.inputs.model_validate(inputs), untold)

    return answer


@pytest.mark.parametrize("case", ASKED, ids=[row[0] for row in ASKED])
def test_command_tells_and_writes_what_the_process_answers(twin, ask, environment, tmp_path, case):
    command, options, process, inputs, layer, geometry = case
    environment.setenv("COLUMNS", "80")
    files = {name: tmp_path / f"answer.{name}" for name in ("json", "csv", "xlsx", "gpkg")}
    asked = [f"--output={file}" for file in files.values()]
    told = twin("coverage", command, *options, *HOSPITALS, *asked)
    assert told.code == 0, told.err
    answer = ask(process, {"question": QUESTION, **inputs})
    assert json.loads(files["json"].read_text()) == json.loads(json.dumps(answer))

    tables = told.out.partition("▸ ")[0].splitlines()
    assert max(map(cell_len, tables)) <= 80
    assert answer["summary"]["th"][:30] in told.out
    assert answer["summary"]["en"][:30] in told.out

    with files["csv"].open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    frame = pyogrio.read_dataframe(files["gpkg"], layer=layer)
    assert frame.crs.to_epsg() == 32647
    assert set(frame.geom_type) == {geometry}
    sheets = openpyxl.load_workbook(files["xlsx"])
    assert len(rows) == len(frame) == sheets[layer].max_row - 1 > 0
    basis = pyogrio.read_dataframe(files["gpkg"], layer="assumptions").set_index("what")
    assert basis.loc["digest", "en"] == answer["digest"]
    assert answer["digest"] in {cell.value for cell in sheets["สรุป summary"]["B"]}


@pytest.mark.parametrize(
    ("unit", "titles"),
    [
        (("--minutes", "10"), ("นาที", "minutes")),
        (("--metres", "2000"), ("เมตร", "metres")),
    ],
    ids=["minutes", "metres"],
)
def test_explanation_is_in_the_unit_of_the_question_and_its_verdict_in_words(
    twin, tmp_path, unit, titles
):
    files = [tmp_path / "why.xlsx", tmp_path / "why.csv"]
    sea = ("--at", "98.30,7.70", *unit, *(f"--output={file}" for file in files))
    told = twin("coverage", "explain", *sea)
    assert told.code == 0, told.err
    assert "off_street" not in told.out
    assert "ห่างถนนเกินไป" in told.out
    assert "too far from a street" in told.out
    assert "minutes or metres" not in told.out
    page = openpyxl.load_workbook(files[0])["way"]
    assert page["A2"].value == "ห่างถนนเกินไป\ntoo far from a street"
    assert page["B1"].value == "\n".join(titles)
    with files[1].open(encoding="utf-8-sig") as file:
        assert [row["verdict"] for row in csv.DictReader(file)] == ["off_street"]


def test_every_verdict_has_words():
    verdicts = get_args(Explanation.model_fields["verdict"].annotation)
    assert set(verdicts) == set(VERDICTS)


def test_titles_of_roads_do_not_break_within_a_word_at_80_columns(twin, environment):
    environment.setenv("COLUMNS", "80")
    told = twin("coverage", "roads", "--count", "3", "--budget", "20", *HOSPITALS)
    head = "".join(told.out.partition("───")[0].splitlines(keepends=True)[-4:])
    for title in ("ขาดบริการ", "อยู่บนถนนนั้น", "ใช้ถนนนั้น", "สถานบริการ"):
        assert re.search(rf"{title}\s", head)


def test_sites_stand_where_the_answer_says(twin, ask, tmp_path):
    file = tmp_path / "sites.gpkg"
    assert twin("coverage", "siting", *HOSPITALS, "-o", file).code == 0
    frame = pyogrio.read_dataframe(file, layer="sites").to_crs(4326)
    answer = ask("siting", {"question": QUESTION})
    assert frame["gain"].tolist() == [site["gain"] for site in answer["sites"]]
    spots = [(point.x, point.y) for point in frame.geometry]
    assert spots == [pytest.approx(site["lon_lat"], abs=1e-7) for site in answer["sites"]]


def test_sdg_has_supply_of_its_own(twin, ask, tmp_path):
    file = tmp_path / "sdg.csv"
    told = twin("coverage", "sdg", "--indicator", "11.7.1", "--spaces", "place", "-o", file)
    assert told.code == 0, told.err
    answer = ask("sdg", {"indicator": "11.7.1", "open_space": {"layer": "place"}})
    with file.open(encoding="utf-8-sig") as opened:
        rows = list(csv.DictReader(opened))
    areas = [*answer["areas"]["amphoe"], *answer["areas"]["tambon"]]
    assert [float(row["served"]) for row in rows] == [area["served"] for area in areas]
    assert answer["summary"]["en"] in told.out
    assert told.out.count("Districts (amphoe)") == told.out.count("Sub-districts (tambon)") == 1
    assert not {"amphoe", "tambon", "layer"} & {*told.out.split()}


def test_options_of_the_question_go_into_it_and_others_beside():
    values = {"count": "3", "prove": True, "mode": "car", "candidate": ["98.3,7.9"]}
    asked = read_inputs(SitingProblem, Typed(SITING, values), ("question",))
    assert asked == SitingProblem.model_validate(
        {
            "count": 3,
            "prove": True,
            "question": {"mode": "car"},
            "candidates": {"points": [[98.3, 7.9]]},
        }
    )
    assert read_inputs(Criticality, Typed(ONLY_QUESTION, {}), ("question",)) == Criticality()


def test_question_of_a_file_goes_into_the_inputs(tmp_path):
    file = tmp_path / "question.json"
    file.write_text(json.dumps(QUESTION))
    asked = read_inputs(Criticality, Typed(ONLY_QUESTION, {"minutes": "5"}, file), ("question",))
    assert asked == Criticality.model_validate({"question": {**QUESTION, "thresholds": [5]}})


def test_sdg_options_name_layers_of_each_class():
    values = {"stops": "stop", "stops-where": "mode = 'bus'", "stations": "pier", "year": "2020"}
    assert read_inputs(Sdg, Typed(SDG, values)) == Sdg.model_validate(
        {
            "low_capacity": {"layer": "stop", "filter": "mode = 'bus'"},
            "high_capacity": {"layer": "pier"},
            "demand": {"year": 2020},
        }
    )


def test_fault_in_the_question_names_its_option():
    with pytest.raises(InvalidInputError, match=r"^--mode: "):
        read_inputs(SitingProblem, Typed(SITING, {"mode": "boat"}), ("question",))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explain",), "--at: "),
        (("explain", "--at", "98.3"), "--at"),
        (("siting", "--problem", "best"), "--problem"),
        (("siting", "--candidates", "layer"), "candidates"),
        (("opportunity", "--count", "0"), "--count"),
        (("roads", "--budget", "many"), "--budget"),
        (("missing-links", "--max-length", "-1"), "--max-length"),
        (("sdg",), "low_capacity"),
        (("criticality", "-o", "answer.txt"), ".gpkg"),
    ],
)
def test_mistakes_are_told_in_both_languages(twin, arguments, said):
    told = twin("coverage", *arguments)
    assert told.code == 1
    assert said in told.err
    assert told.err.count("✗") == 2
    assert "Traceback" not in told.err
