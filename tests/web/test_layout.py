"""Size: from a phone to a wall, in both languages and editions, with screenshots to look at."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SIZES = [(390, 844), (1280, 800), (1920, 1080)]


@pytest.fixture
def edition(request) -> str:
    return request.node.callspec.params["served"]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("lang", ["th", "en"])
def test_layout_never_scrolls_sideways(visit, screenshots, edition, width, height, lang):
    page = visit(width, height).open(f"?lang={lang}")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=screenshots / f"{edition}-{lang}-{width}.png")
    assert page.evaluate("document.scrollingElement.scrollWidth") == width
    page.locator("#item-GOV-05").evaluate("one => one.click()")
    expect(page.locator(".card .sites")).to_be_attached()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=screenshots / f"{edition}-{lang}-{width}-card.png")
    assert page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]") == [width, width]
    sideways = page.locator(".panel-body, .card").evaluate_all(
        "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className)"
    )
    assert sideways == []
    text, close = (page.locator(at).bounding_box() for at in (".card .facts", ".card-close"))
    assert text["x"] + text["width"] <= close["x"]


@pytest.mark.parametrize("lang", ["th", "en"])
def test_phone_card_fills_the_width_however_little_it_says(visit, lang):
    page = visit(390, 844).open(
        f"?lang={lang}&at=98.22,7.85&lon=98.22&lat=7.85&zoom=14&layers=land"
    )
    expect(page.locator(".identify .callout")).to_be_visible()
    card = page.locator(".card").bounding_box()
    assert (card["x"], card["width"]) == (0, 390)


@pytest.mark.real_data
@pytest.mark.parametrize("served", ["phuket"], indirect=True)  # the bundled edition has no rasters
def test_phone_legend_opens_at_a_touch(visit):
    page = visit(390, 844).open("?lang=en&layers=land,elevation,land_cover_2025")
    title = page.locator(".legend h3").last
    expect(title).to_be_hidden()
    page.locator(".legend summary").click()
    expect(title).to_be_visible()
    expect(title).to_have_text("Land cover 2025")


@pytest.mark.parametrize("lang", ["th", "en"])
def test_table_shows_every_column_on_a_laptop(visit, lang):
    page = visit(1440, 900).open(f"?lang={lang}&table=yes")
    table = page.locator(".table-scroll")
    expect(table.locator("tbody tr")).to_have_count(39)
    assert table.evaluate("one => one.scrollWidth - one.clientWidth") == 0


def test_phone_sheet_opens_by_its_handle(visit, screenshots, edition):
    page = visit(390, 844).open("?lang=en")
    handle = page.locator(".handle")
    expect(handle).to_have_attribute("aria-expanded", "false")
    closed = page.locator("#panel").bounding_box()
    handle.click()
    expect(handle).to_have_attribute("aria-expanded", "true")
    assert page.locator("#panel").bounding_box()["height"] > closed["height"] + 200
    page.screenshot(path=screenshots / f"{edition}-en-390-list.png")
    page.locator("#item-ENE-02").click()
    expect(page.locator(".card-over")).to_contain_text("ENE-02")
    card = page.locator(".card").bounding_box()
    assert (card["x"], card["width"]) == (0, 390)


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("table", "?table=yes&sort=-budget"),
        ("layers", "?panel=layers&lon=98.39&lat=7.885&zoom=14&layers=land,tambon,road,facility"),
        ("here", "?lang=en&at=98.3013,7.8957&lon=98.3013&lat=7.8957&zoom=15"),
    ],
)
def test_screenshot_of_a_view_is_not_empty(visit, screenshots, edition, name, query):
    page = visit().open(query)
    page.wait_for_load_state("networkidle")
    image = page.screenshot(path=screenshots / f"{edition}-{name}.png")
    assert len(image) > 40_000
