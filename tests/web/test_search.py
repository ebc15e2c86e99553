"""The search box: aliases in both scripts, and a combobox that a keyboard can use."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.browser,
    # What is driven here is the same with either edition.
    pytest.mark.parametrize("served", ["starter"], indirect=True),
]


@pytest.mark.parametrize("text", ["Patong", "Pa Tong", "pa-tong", "ป่าตอง"])
def test_search_finds_patong_by_every_spelling(page, text):
    page.locator("#search").fill(text)
    tambon = page.locator("[role=option]", has_text="ตำบล").filter(has_text="Pa Tong")
    expect(tambon).to_have_count(1)


def test_search_by_keyboard_opens_a_project(page):
    page.locator("#search").fill("Smart Bus")
    expect(page.locator("[role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    box = page.locator("#search")
    expect(box).to_have_attribute("aria-activedescendant", "found-0")
    expect(page.locator("#found-0")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("project=MOB-01"))
    expect(page.locator("#found")).to_be_hidden()


def test_search_entered_before_the_answer_waits_for_it(page):
    page.locator("#search").fill("Patong")
    expect(page.locator("#found-0")).to_be_visible()
    page.locator("#search").fill("GOV-05")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("project=GOV-05"))
    assert "at=" not in page.url


def test_search_of_a_tambon_moves_the_map_and_tells_about_it(page):
    page.locator("#search").fill("Kathu")
    page.locator("[role=option]", has_text="ตำบล").filter(has_text="Kathu").first.click()
    expect(page.locator(".identify")).to_contain_text("กะทู้")
    expect(page).to_have_url(re.compile(r"lon=98\.3\d+&lat=7\.9\d+&zoom=1[2-5]"))


def test_search_without_result_says_what_to_try(page):
    page.locator("#search").fill("qqqqzzzz")
    expect(page.locator(".found-note")).to_contain_text("qqqqzzzz")
    page.keyboard.press("Escape")
    expect(page.locator("#found")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#search")).to_have_value("")


def test_search_text_is_never_markup(page):
    page.locator("#search").fill("<img src=x onerror=alert(1)>")
    expect(page.locator(".found-note")).to_contain_text("<img src=x")
    assert page.locator("#found img").count() == 0
