"""The map: drawn soon, asked by a click, its symbols, layers and warnings."""

import gzip
import re

import httpx
import pytest
from playwright.sync_api import expect

from twin.settings import Settings

pytestmark = pytest.mark.browser

SCRIPT_BYTES = 250_000
PATONG = "?lon=98.3013&lat=7.8957&zoom=15"


def test_map_tells_when_it_is_first_drawn(visit):
    page = visit().open()
    marks = page.evaluate("performance.getEntriesByName('map-drawn').length")
    assert marks == 1
    assert page.locator("#map canvas.leaflet-tile").count() > 0


def test_script_gzipped_within_budget():
    scripts = list(Settings().web_dir.glob("assets/*.js"))
    assert scripts
    assert sum(len(gzip.compress(script.read_bytes())) for script in scripts) <= SCRIPT_BYTES


def test_map_canvas_shows_land_and_sea(page):
    colours = page.evaluate(
        """() => {
          const seen = new Set();
          for (const tile of document.querySelectorAll('#map canvas.leaflet-tile')) {
            const data = tile.getContext('2d').getImageData(0, 0, tile.width, tile.height).data;
            for (let i = 0; i < data.length; i += 4000)
              seen.add(data[i + 3] ? `${data[i]},${data[i + 1]},${data[i + 2]}` : 'clear');
          }
          return [...seen];
        }"""
    )
    assert "245,242,236" in colours
    assert "clear" in colours


def test_map_symbols_carry_every_placed_project(page, projects):
    codes = {p["id"] for p in projects if any(s["marker"] for s in p["properties"]["sites"])}
    keys = page.locator("[data-key]").evaluate_all("all => all.map(one => one.dataset.key)")
    shown = set(re.findall(r"[A-Z]{3}-\d\d", " ".join(keys)))
    assert shown == codes


def test_map_bundle_spreads_and_folds(page):
    bundle = page.locator("[data-key^=bundle-]").first
    pins = len(re.findall("pin-", bundle.get_attribute("data-key")))
    before = page.locator("[data-key^=pin-]").count()
    bundle.press("Enter")
    expect(page.locator("[data-key^=pin-]")).to_have_count(before + pins)
    expect(page.locator("[data-key^=pin-]:focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("[data-key^=pin-]")).to_have_count(before)


def test_map_symbol_opens_its_card(page):
    pin = page.locator("[data-key^=pin-]").first
    code = re.search(r"[A-Z]{3}-\d\d", pin.get_attribute("data-key")).group()
    pin.click()
    expect(page.locator(".card-over")).to_contain_text(code)
    expect(page).to_have_url(re.compile(f"project={code}"))


def test_map_click_tells_what_is_there(visit):
    page = visit().open(PATONG)
    page.mouse.click(820, 428)
    card = page.locator(".identify")
    expect(card).to_contain_text("ป่าตอง")
    expect(card).to_contain_text("กะทู้")
    expect(card).to_contain_text("19,505 คน")
    expect(page).to_have_url(re.compile(r"at=98\.30\d+,7\.89\d+"))


@pytest.mark.real_data
def test_map_click_tells_elevation_and_features(visit, served):
    page = visit().open(f"{PATONG}&lang=en&layers=land,tambon,amphoe,facility")
    page.mouse.click(820, 428)
    names = {c["id"] for c in httpx.get(f"{served}/api/collections").json()["collections"]}
    if "elevation" in names:
        expect(page.locator(".identify")).to_contain_text(re.compile(r"Surface elevation\s*\d+ m"))
    expect(page.locator(".identify")).to_contain_text("Patong Hospital")


def test_map_answer_follows_the_layers_and_keeps_its_radius(visit):
    page = visit().open(f"{PATONG}&lang=en&layers=land,tambon&panel=layers")
    page.mouse.click(820, 428)
    card = page.locator(".identify")
    expect(card).to_contain_text(re.compile(r"No feature of the visible layers within \d+ m"))
    told = card.locator(".hint").inner_text()
    page.locator(".leaflet-control-zoom-out").click()
    expect(page).to_have_url(re.compile("zoom=14"))
    expect(card.locator(".hint")).to_have_text(told)
    page.locator("#layer-place").check()
    expect(card).to_contain_text("Patong Hospital")


def test_map_scale_speaks_the_language_of_the_page(page):
    bar = page.locator(".leaflet-control-scale-line")
    expect(bar).to_have_text(re.compile(r"^\d+ กม\.$"))
    page.locator("#lang-en").click()
    expect(bar).to_have_text(re.compile(r"^\d+ km$"))


def test_map_click_at_sea_says_so(visit):
    page = visit().open("?lang=en&lon=98.22&lat=7.85&zoom=14&layers=land")
    page.mouse.click(820, 428)
    expect(page.locator(".identify")).to_contain_text("Outside every tambon")


def test_credits_open_over_the_map_and_close_again(visit):
    page = visit(390, 844).open()
    line = page.locator(".credits summary")
    line.click()
    names = page.locator(".credits li")
    expect(names.first).to_be_visible()
    box = names.first.bounding_box()
    covers = "([x, y]) => document.elementFromPoint(x, y).closest('.credits') !== null"
    assert page.evaluate(covers, [box["x"] + 4, box["y"] + box["height"] / 2])
    line.press("Enter")
    expect(names.first).to_be_hidden()


def test_layers_switch_lives_in_the_address(page):
    page.locator("#tab-layers").click()
    page.locator("#layer-facility").check()
    expect(page).to_have_url(re.compile("layers=.*facility"))
    page.wait_for_selector(".features-pane canvas")
    page.locator("#layer-facility").uncheck()
    expect(page.locator(".features-pane canvas")).to_have_count(0)
    assert "layers=" not in page.url


def test_layers_tell_source_licence_date_and_faults(page, served):
    collections = httpx.get(f"{served}/api/collections").json()["collections"]
    road = next(one for one in collections if one["id"] == "road")
    page.locator("#tab-layers").click()
    row = page.locator(".layer", has=page.locator("#layer-road"))
    row.locator("summary").click()
    for text in (road["sources"]["th"], road["licence"], road["descriptions"]["th"], "พ.ศ. 25"):
        expect(row).to_contain_text(text)


def test_banner_names_exactly_the_doubtful_visible_layers(page, served):
    collections = httpx.get(f"{served}/api/collections").json()["collections"]
    doubtful = {c["id"]: c for c in collections if c["provenance"] in {"approximate", "synthetic"}}
    visible = [doubtful[name] for name in ("amphoe", "tambon", "road") if name in doubtful]
    banner = page.locator(".banner")
    expect(banner).to_have_count(1 if visible else 0)
    for one in visible:
        expect(banner).to_contain_text(one["titles"]["th"])
    page.locator("#tab-layers").click()
    for one in visible:
        page.locator(f"#layer-{one['id']}").uncheck()
    expect(banner).to_have_count(0)
