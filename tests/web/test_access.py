"""Keyboard and size: everything can be reached, on a phone and on a wall."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SIZES = [(390, 844), (720, 900), (1280, 800), (1920, 1080)]


def has_visible_focus(page):
    return page.evaluate(
        """() => {
          const one = document.activeElement;
          const shown = [one, one.parentElement, one.nextElementSibling].filter(Boolean);
          return shown.some((each) => getComputedStyle(each).outlineStyle !== 'none');
        }"""
    )


def test_skip_links_come_first_and_lead_to_map_and_list(page):
    page.keyboard.press("Tab")
    expect(page.locator(".skip").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#map")).to_be_focused()
    assert "#" not in page.url


def test_keyboard_walk_shows_focus_at_every_stop(page):
    lost = []
    for step in range(24):
        page.keyboard.press("Tab")
        if not has_visible_focus(page):
            lost.append((step, page.evaluate("document.activeElement.outerHTML.slice(0, 90)")))
    assert lost == []


def test_keyboard_filters_opens_and_closes_a_card(page):
    page.locator("#domain-mobility").focus()
    page.keyboard.press("Space")
    expect(page.locator(".panel .project")).to_have_count(4)
    expect(page.locator("#domain-mobility")).to_be_focused()
    page.locator("#item-MOB-02").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#card-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".card")).to_have_count(0)
    expect(page.locator("#item-MOB-02")).to_be_focused()


def test_keyboard_asks_what_is_at_the_middle_of_the_map(visit):
    page = visit().open("?lon=98.3013&lat=7.8957&zoom=14")
    page.locator("#map").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"lon=98\.30[2-9]"))
    page.keyboard.press("Enter")
    expect(page.locator(".identify")).to_contain_text("ป่าตอง")
    page.keyboard.press("Escape")
    expect(page.locator("#map")).to_be_focused()


def test_keyboard_moves_between_the_tabs(page):
    page.locator("#tab-projects").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-layers")).to_be_focused()
    expect(page.locator("#tab-layers")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#layer-road")).to_be_visible()


def test_escape_closes_the_table(page):
    page.locator("#table-open").click()
    expect(page.locator("table")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("table")).to_have_count(0)


def test_every_control_has_a_name(page):
    page.locator("#table-open").click()
    page.locator("#row-MOB-01").click()
    expect(page.locator(".card .sources")).to_be_attached()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, a, input, select, [role=button]')]
          .filter((one) => !(one.innerText || '').trim() && !one.getAttribute('aria-label')
            && !one.title && !one.labels?.length && one.getClientRects().length)
          .map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert nameless == []


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("lang", ["th", "en"])
def test_layout_never_scrolls_sideways(visit, screenshots, served, request, width, height, lang):
    edition = request.node.callspec.params["served"]
    page = visit(width, height).open(f"?lang={lang}")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=screenshots / f"{edition}-{lang}-{width}.png")
    page.goto(f"{served}/?lang={lang}&project=MOB-01")
    expect(page.locator(".card .sites")).to_be_attached()
    page.wait_for_selector("html[data-map=drawn]")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=screenshots / f"{edition}-{lang}-{width}-card.png")
    inside = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    assert inside == [width, width]
    sideways = page.locator(".panel-body, .card").evaluate_all(
        "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className)"
    )
    assert sideways == []


def test_phone_sheet_opens_by_its_handle(visit):
    page = visit(390, 844).open("?lang=en")
    handle = page.locator(".handle")
    expect(handle).to_have_attribute("aria-expanded", "false")
    closed = page.locator("#panel").bounding_box()
    handle.click()
    expect(handle).to_have_attribute("aria-expanded", "true")
    assert page.locator("#panel").bounding_box()["height"] > closed["height"] + 200
    page.locator("#item-ENE-02").click()
    expect(page.locator(".card-over")).to_contain_text("ENE-02")
    card = page.locator(".card").bounding_box()
    assert (card["x"], card["width"]) == (0, 390)


@pytest.mark.parametrize(
    "view", ["table=yes&sort=-budget", "panel=layers&layers=land,facility,road"]
)
def test_screenshots_of_table_and_layers(visit, screenshots, request, view):
    edition = request.node.callspec.params["served"]
    page = visit(1280, 800).open(f"?{view}")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=screenshots / f"{edition}-{view.split('=')[0]}.png")
    assert page.locator("#map canvas").count() > 0
