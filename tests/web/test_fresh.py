"""Open maps follow edits: just the tiles that were touched are asked for again, and drawn."""

import json
import re
import time
from urllib.parse import urlsplit

import numpy as np
import pytest
import rasterio
from playwright.sync_api import expect
from serving import free_port, run_server
from sqlalchemy import text
from tiling import WAIT_S, path_of, tile_at
from visiting import Visit

from twin.db.database import open_engine
from twin.db.engine import make_engine
from twin.testing import centre, publish_toy, publish_toy_projects, publish_toy_rasters

pytestmark = pytest.mark.browser

#: The island in the middle, at a zoom whose data tiles are those of zoom 15.
HERE, ZOOM, DATA_ZOOM = centre(2, 2), 16, 15
QUERY = f"?lang=en&lon={HERE.x}&lat={HERE.y}&zoom={ZOOM}"

#: What all tiles of the map show: their places on the screen and their pixels.
PICTURE = """() => [...document.querySelectorAll('#map canvas.leaflet-tile')]
  .map((one) => one.style.transform + one.toDataURL()).sort().join()"""

#: The colours of these tiles, and the one of ferries.
COLOURS = """() => {
  const seen = new Set();
  for (const one of document.querySelectorAll('#map canvas.leaflet-tile')) {
    const copy = new OffscreenCanvas(one.width, one.height);
    const pen = copy.getContext('2d', { willReadFrequently: true });
    pen.drawImage(one, 0, 0);
    const { data } = pen.getImageData(0, 0, one.width, one.height);
    for (let i = 0; i < data.length; i += 4) seen.add(data.slice(i, i + 3).join());
  }
  return [...seen];
}"""
FERRY = "63,115,144"

#: The same of a raster, without tiles that show nothing: they have no picture, or one of a pixel.
RASTER = """() => [...document.querySelectorAll('#map .raster-tile img.leaflet-tile-loaded')]
  .filter((one) => one.naturalWidth > 1)
  .map((one) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 256, height: 256 });
    canvas.getContext('2d').drawImage(one, 0, 0);
    return one.style.transform + canvas.toDataURL();
  }).sort().join()"""


@pytest.fixture(scope="module")
def twin(new_database, open_folder, toy):
    """A toy island of its own, whose layers may be edited."""
    address = new_database("open_maps").set(drivername="postgresql").render_as_string()
    db = toy.db.model_copy(update={"url": address})
    settings = toy.model_copy(update={"db": db, "home": open_folder / "open_maps"})
    with open_engine(settings) as engine, engine.begin() as connection:
        publish_toy(connection)
        publish_toy_rasters(connection, settings.raster_dir)
        publish_toy_projects(connection)
    return settings


@pytest.fixture(scope="module")
def environment(twin):
    return {"TWIN_HOME": str(twin.home), "TWIN_DB__URL": twin.db.url}


@pytest.fixture(scope="module")
def base(environment):
    with run_server("serve", environment) as (address, _server):
        yield address


@pytest.fixture(scope="module")
def edit(twin):
    engine = make_engine(twin.db.url)

    def run(statement, **values):
        with engine.begin() as connection:
            connection.execute(text(statement), values)

    yield run
    engine.dispose()


@pytest.fixture
def look(browser, base):
    """Open the map, listening, and note which tiles it asks for from then on."""
    visits = []

    def start(query, address=base):
        visit = Visit(browser, address, 1280, 800)
        visits.append(visit)
        with visit.page.expect_response(re.compile("/tiles/changes")):
            visit.open(query)
        visit.asked = []
        settle(visit.page, PICTURE)
        visit.page.on("request", lambda request: note(visit.asked, request))
        return visit

    yield start
    for visit in visits:
        visit.context.close()


def note(asked, request):
    path = urlsplit(request.url).path
    if re.match(r"/(tiles|raster)/.*\.(mvt|png)$", path):
        asked.append(path)


def settle(page, picture):
    """Wait until the map shows the same for a while; return what it shows."""
    before, since = None, time.monotonic()
    deadline = since + WAIT_S
    while time.monotonic() - since < 0.7:
        assert time.monotonic() < deadline, "the map does not come to rest"
        now = page.evaluate(picture)
        if now != before:
            before, since = now, time.monotonic()
        page.wait_for_timeout(50)
    return before


def changed(page, picture, before):
    """Wait until the map shows something else, and rests; return what it shows."""
    deadline = time.monotonic() + WAIT_S
    while page.evaluate(picture) == before:
        assert time.monotonic() < deadline, "the map does not show the edit"
        page.wait_for_timeout(50)
    return settle(page, picture)


def tiles_of(tileset, *places):
    return sorted({path_of(tileset, tile_at(place, DATA_ZOOM)) for place in places})


def move(edit, place):
    statement = "UPDATE layer.facility SET geom = ST_SetSRID(ST_MakePoint(:x, :y), 4326)"
    edit(f"{statement} WHERE id = 3", x=place.x, y=place.y)


def test_moved_facility_moves_on_an_open_map(look, edit):
    visit = look(f"{QUERY}&layers=land,road,facility")
    before = settle(visit.page, PICTURE)
    old, new = centre(4, 4), centre(11, 5)
    move(edit, new)
    after = changed(visit.page, PICTURE, before)
    assert sorted(visit.asked) == tiles_of("facilities", old, new)
    assert len(visit.asked) == 2
    anew = look(f"{QUERY}&layers=land,road,facility")
    assert settle(anew.page, PICTURE) == after
    move(edit, old)
    assert changed(visit.page, PICTURE, after) == before
    assert visit.complaints == anew.complaints == []


def test_edit_elsewhere_or_of_a_layer_not_shown_asks_for_nothing(look, edit):
    visit = look(f"{QUERY}&layers=land,road")
    move(edit, centre(4, 3))
    edit("UPDATE layer.road SET geom = ST_Translate(geom, 0.1, 0) WHERE id = 12")
    edit("UPDATE layer.road SET geom = ST_Translate(geom, -0.1, 0) WHERE id = 12")
    visit.page.wait_for_timeout(1500)
    move(edit, centre(4, 4))
    here = set(tiles_of("base", centre(0, 2), centre(4, 2)))
    assert set(visit.asked) <= here


def test_moved_road_is_moved_in_the_base_map(look, edit):
    visit = look(QUERY)
    before = settle(visit.page, PICTURE)
    edit("UPDATE layer.road SET geom = ST_Translate(geom, 0, 0.0003) WHERE id = 12")
    after = changed(visit.page, PICTURE, before)
    assert sorted(visit.asked) == tiles_of("base", centre(0, 2), centre(4, 2))
    edit("UPDATE layer.road SET geom = ST_Translate(geom, 0, -0.0003) WHERE id = 12")
    assert changed(visit.page, PICTURE, after) == before
    assert visit.complaints == []


def test_road_that_becomes_a_ferry_is_drawn_and_explained_as_one(look, edit):
    visit = look(QUERY)
    page = visit.page
    before = settle(page, PICTURE)
    assert FERRY not in page.evaluate(COLOURS)
    expect(page.locator(".legend")).to_have_count(0)
    edit("UPDATE layer.road SET highway = 'ferry' WHERE id = 12")
    after = changed(page, PICTURE, before)
    assert FERRY in page.evaluate(COLOURS)
    expect(page.locator(".legend")).to_contain_text("Ferry")
    page.locator("#tab-layers").click()
    page.locator("#layer-road").uncheck()
    expect(page.locator(".legend")).to_have_count(0)
    page.locator("#layer-road").check()
    edit("UPDATE layer.road SET highway = 'residential' WHERE id = 12")
    assert changed(page, PICTURE, after) == before
    assert visit.complaints == []


def test_open_map_is_never_blank_while_it_is_renewed(look, edit):
    visit = look(QUERY)
    before = settle(visit.page, PICTURE)
    visit.page.evaluate(
        """() => {
          window.blank = 0;
          const painted = (one) => one.width > 0 && one.getContext('2d')
            .getImageData(0, 0, one.width, one.height).data.some((value) => value > 0);
          const all = () => [...document.querySelectorAll('#map canvas.leaflet-tile')];
          const full = all().filter(painted);
          const watch = () => {
            if (!full.every((one) => one.isConnected && painted(one))) window.blank += 1;
            requestAnimationFrame(watch);
          };
          watch();
        }"""
    )
    edit("UPDATE layer.road SET geom = ST_Translate(geom, 0, 0.0003) WHERE id = 13")
    after = changed(visit.page, PICTURE, before)
    edit("UPDATE layer.road SET geom = ST_Translate(geom, 0, -0.0003) WHERE id = 13")
    changed(visit.page, PICTURE, after)
    assert visit.page.evaluate("window.blank") == 0


def test_edits_while_the_server_is_away_are_shown_when_it_is_back(look, edit, environment):
    port = free_port()
    with run_server("serve", environment, port) as (address, _server):
        visit = look(f"{QUERY}&layers=land,road,facility", address)
        before = settle(visit.page, PICTURE)
    move(edit, centre(11, 5))
    visit.page.wait_for_timeout(1000)
    assert visit.page.evaluate(PICTURE) == before
    assert visit.page.locator(".tile-error").count() == 0
    with run_server("serve", environment, port):
        after = changed(visit.page, PICTURE, before)
        assert set(tiles_of("facilities", centre(11, 5))) < set(visit.asked)
        move(edit, centre(4, 4))
        assert changed(visit.page, PICTURE, after) == before


def test_stream_that_is_refused_leaves_the_map_as_it_is(browser, base):
    visit = Visit(browser, base, 1280, 800)
    visit.page.route("**/tiles/changes", lambda route: route.fulfill(status=503, body=""))
    with visit.page.expect_response(re.compile("/tiles/changes")):
        page = visit.open(QUERY)
    expect(page.locator(".tile-error")).to_have_count(0)
    expect(page.locator(".leaflet-tile-loaded").first).to_be_visible()
    visit.context.close()


def test_raster_loaded_anew_is_drawn_anew(look, edit, twin):
    visit = look(f"{QUERY}&layers=land,elevation")
    before = settle(visit.page, RASTER)
    assert "data:image/png" in before
    with rasterio.open(twin.raster_dir / "elevation.tif") as old:
        profile, values = old.profile, old.read()
    with rasterio.open(twin.raster_dir / "elevation_2.tif", "w", **profile) as new:
        new.write(np.flip(values, axis=1))
    load = "UPDATE twin.layer SET file = :file, revision = revision + 1 WHERE id = 'elevation'"
    edit(load, file="elevation_2.tif")
    after = changed(visit.page, RASTER, before)
    anew = look(f"{QUERY}&layers=land,elevation")
    assert settle(anew.page, RASTER) == after
    edit(load, file="elevation.tif")
    assert changed(visit.page, RASTER, after) == before


def test_renamed_project_is_renamed_in_the_list(look, edit):
    visit = look(QUERY)
    edit("UPDATE twin.project SET name_en = 'Renamed by an edit' WHERE code = 'ENV-02'")
    expect(visit.page.locator("#panel-body")).to_contain_text("Renamed by an edit")
    assert visit.complaints == []


def test_layer_loaded_anew_is_told_anew_without_leaving_the_map(look, edit):
    visit = look(f"{QUERY}&layers=land,facility&panel=layers")
    page = visit.page
    page.evaluate("document.querySelector('.features-pane canvas').dataset.mark = 'kept'")
    told = json.dumps({"th": "ใหม่", "en": "Facilities of today"})
    edit(
        "UPDATE twin.layer SET title_en = 'Facilities of today', revision = revision + 1,"
        " spec = jsonb_set(spec, '{title}', CAST(:told AS jsonb)) WHERE id = 'facility'",
        told=told,
    )
    expect(page.locator("#panel-body")).to_contain_text("Facilities of today")
    expect(page.locator(".features-pane canvas[data-mark=kept]")).to_have_count(1)
