"""Keyboard: everything can be reached, seen and left again."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.browser,
    # What is driven here is the same with either edition.
    pytest.mark.parametrize("served", ["starter"], indirect=True),
]

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"


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


@pytest.mark.parametrize(
    "query",
    [
        "?lang=en",
        "?project=MOB-01&table=yes",
        "?panel=layers",
        "?at=98.3013,7.8957&status=operating",
    ],
)
def test_page_meets_the_guidelines_of_wcag_2_1_aa(page, served, query):
    page.goto(f"{served}/{query}")
    page.wait_for_selector("html[data-map=drawn]")
    page.wait_for_load_state("networkidle")
    page.evaluate(f"{AXE.read_text(encoding='utf-8')};0")
    rules = ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", rules)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
