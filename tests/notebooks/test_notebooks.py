"""Each notebook runs from top to bottom on both editions, and is kept without outputs."""

import base64
import html
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from twin.jobs.process import Context
from twin.studies.answer import CoverageAnswer
from twin.studies.question import Question
from twin.studies.run import coverage
from twin.studies.session import open_context, untold

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
THAI = re.compile(r"[\u0e00-\u0e7f]")
LEAFLET = re.compile(r"https://cdn\.jsdelivr\.net/npm/leaflet@[\d.]+/dist/leaflet\.(js|css)")


@dataclass(frozen=True)
class Shown:
    """What a notebook shows: text printed, pictures as PNG, and HTML, each in order."""

    printed: str
    pictures: list[bytes]
    pages: list[str]


def shown_by(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    data = [output.get("data", {}) for output in outputs]
    return Shown(
        "".join(output.text for output in outputs if output.output_type == "stream"),
        [base64.b64decode(one["image/png"]) for one in data if "image/png" in one],
        [one["text/html"] for one in data if "text/html" in one],
    )


@pytest.fixture(
    scope="module", params=["starter", pytest.param("phuket", marks=pytest.mark.real_data)]
)
def settings(request):
    """Settings of a twin, which the notebooks read from the environment."""
    told = request.getfixturevalue(request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWIN_HOME", str(told.home))
        patch.setenv("TWIN_DB__URL", told.db.url)
        patch.setenv("PYTHONPATH", str(ROOT))
        yield told


@pytest.fixture(scope="module")
def run(settings):  # noqa: ARG001 (the kernel reads them from the environment)
    """Run a notebook by the beginning of its name; one that was run is not run again."""
    kept = {}

    def read(name):
        if name not in kept:
            (path,) = (path for path in NOTEBOOKS if path.name.startswith(name))
            notebook = nbformat.read(path, as_version=4)
            where = {"metadata": {"path": str(FOLDER)}}
            NotebookClient(notebook, timeout=60, resources=where).execute()
            kept[name] = shown_by(notebook)
        return kept[name]

    return read


@pytest.fixture(scope="module")
def asked(settings):
    """Answer the question of notebooks 2 and 3 with other thresholds, without a notebook."""

    def answer(*thresholds):
        supply = {"layer": "facility", "filter": "amenity = 'hospital'"}
        question = Question(supply=supply, mode="car", thresholds=thresholds)
        with open_context(settings) as context:
            assert isinstance(context, Context)
            return CoverageAnswer.model_validate(coverage(context, question, untold))

    return answer


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_kept_without_outputs_and_is_thai_first(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    first, *cells = notebook.cells
    assert THAI.search(first.source.splitlines()[0])
    for word in ("คำถาม", "ข้อมูล", "เวลา", "Question", "Data", "Time"):
        assert f"**{word}**" in first.source
    for cell in cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
        else:
            assert THAI.search(cell.source)
            assert re.search("[a-z]{3}", cell.source)


def test_explore_shows_layers_people_projects_and_a_map(run):
    shown = run("01")
    layers, people, facilities, projects, chart = shown.pages
    assert "ประชากรตามทะเบียนราษฎร" in layers
    assert "54,716" in people
    assert "hospital" in facilities
    assert "เมืองภูเก็ต · Mueang Phuket" in facilities
    assert projects.count("<tr>") == 7
    assert_is_light(chart)
    (picture,) = shown.pictures
    assert_is_drawn(picture)


def test_coverage_shows_what_the_process_answers(run, asked, settings):
    shown, answer = run("02"), asked(5, 10, 15)
    assert answer.summary.th in shown.printed
    assert answer.summary.en in shown.printed
    totals, tambon, facilities, chart, basis = shown.pages
    for one in answer.totals:
        assert f"{one.served:,.0f}" in totals
        assert f"{one.ratio:.1%}" in totals
    assert all(area.name.th in tambon for area in answer.areas["tambon"])
    assert all(html.escape(one.id) in facilities for one in answer.facilities)
    assert answer.assumptions.network.source.th in html.unescape(basis)
    assert "Not served: " in shown.printed
    assert "changes by " in shown.printed
    assert_is_light(chart)
    assert_is_drawn(*shown.pictures)
    written = {path.name for path in (settings.home / "answers").iterdir()}
    assert written == {"hospitals.gpkg", "hospitals.xlsx"}


def test_where_next_shows_corners_sites_and_what_hangs_on_them(run, asked):
    shown, now = run("03"), asked(10)
    assert now.summary.en in shown.printed
    assert "A facility at the best corner would newly serve" in shown.printed
    assert "3 sites among" in shown.printed
    assert "is_proven: True" in shown.printed
    best, before_and_after, areas, closing = shown.pages
    assert best.count("<tr>") == 1 + 10
    assert f"{now.totals[-1].served:,.0f}" in before_and_after
    assert all(area.name.th in areas for area in now.areas["tambon"])
    assert all(one.name.en in html.unescape(closing) for one in now.facilities[:1])
    assert_is_drawn(*shown.pictures)


def assert_is_light(chart):
    """A map has one layer, no tiles, asks elsewhere for Leaflet alone, and is small."""
    page = html.unescape(chart)
    assert page.count("L.geoJson(") == 1
    assert "L.tileLayer" not in page
    files = [
        url
        for url in re.findall(r'(?:src|href)="(https?://[^"]+)"', page)
        if not LEAFLET.fullmatch(url)
    ]
    assert not files
    assert len(page) < 300_000


def assert_is_drawn(*pictures):
    assert pictures
    for picture in pictures:
        assert picture.startswith(b"\x89PNG")
        assert len(picture) > 20_000
