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
    page.locator("#item-GOV-05").evaluate("one => one.click()")
    expect(page.locator(".card .sites")).to_be_attached()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=screenshots / f"{edition}-{lang}-{width}-card.png")
    assert page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]") == [width, width]
    sideways = page.locator(".panel-body, .card").evaluate_all(
        "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className)"
    )
    assert sideways == []


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
