"""Language, era, address and failures: what the page shows survives being sent on."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.browser,
    # What is driven here is the same with either edition.
    pytest.mark.parametrize("served", ["starter"], indirect=True),
]

STATE = (
    "?lang=en&era=ce&lon=98.3012&lat=7.8957&zoom=14&domain=living,government&status=operating"
    "&sort=-budget&project=GOV-05&panel=projects&table=yes"
)


def test_language_switches_at_once_without_reload(page):
    page.evaluate("window.stamp = 1")
    page.locator("#lang-en").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".domains")).to_contain_text("Smart Environment")
    expect(page.locator("#search")).to_have_attribute("placeholder", re.compile("Search"))
    thai = re.compile("[\u0e00-\u0e7f]")
    labels = page.locator(".tabs button, .filters summary, .summary, .chip, .group-title")
    assert [text for text in labels.all_inner_texts() if thai.search(text)] == []
    page.locator("#lang-th").click()
    expect(page.locator(".domains")).to_contain_text("สิ่งแวดล้อมอัจฉริยะ")
    assert page.evaluate("window.stamp") == 1


def test_era_changes_every_year(visit):
    page = visit().open("?lang=en")
    page.locator(".filters > summary").click()
    chips = page.locator(".chips", has=page.locator("#phase-2021"))
    expect(chips).to_contain_text("BE 2564")
    page.locator("#era-ce").click()
    expect(chips).to_contain_text("CE 2022–2023")
    expect(page).to_have_url(re.compile("era=ce"))


def test_address_brings_the_same_page_back(visit):
    first = visit().open(STATE)
    expect(first.locator(".card-over")).to_contain_text("GOV-05")
    expect(first.locator("#domain-living")).to_be_checked()
    rows = first.locator("tbody td.code").all_inner_texts()
    assert rows
    second = visit().open("?" + first.url.split("?")[1])
    expect(second.locator(".card-over")).to_contain_text("GOV-05")
    assert second.locator("tbody td.code").all_inner_texts() == rows
    assert second.url == first.url
    for part in ("lang=en", "era=ce", "domain=living,government", "project=GOV-05", "zoom=14"):
        assert part in second.url


def test_back_button_goes_back_one_step_at_a_time(page):
    page.locator("#domain-energy").check(force=True)
    page.locator("#item-ENE-02").click()
    expect(page.locator(".card-over")).to_contain_text("ENE-02")
    page.locator("#table-open").click()
    page.go_back()
    expect(page.locator("table")).to_have_count(0)
    expect(page.locator(".card-over")).to_contain_text("ENE-02")
    page.go_back()
    expect(page.locator(".card")).to_have_count(0)
    expect(page.locator("#domain-energy")).to_be_checked()
    page.go_back()
    expect(page.locator("#domain-energy")).not_to_be_checked()
    page.go_forward()
    expect(page.locator("#domain-energy")).to_be_checked()


def test_moving_the_map_changes_the_address_but_not_the_history(page):
    before = page.evaluate("history.length")
    page.locator(".leaflet-control-zoom-in").click()
    expect(page).to_have_url(re.compile(r"lon=98\.\d+&lat=7\.\d+&zoom=12"))
    assert page.evaluate("history.length") == before


def test_failure_is_told_in_both_languages_and_mended_by_retry(visit):
    one = visit()
    one.page.route("**/api/projects", lambda route: route.abort())
    page = one.open()
    notice = page.locator(".panel .notice")
    expect(notice).to_contain_text("ติดต่อเครื่องแม่ข่ายไม่ได้")
    expect(notice).to_contain_text("The server does not answer")
    page.unroute("**/api/projects")
    notice.locator("button").click()
    expect(page.locator(".panel .project")).to_have_count(39)
    assert [text for text in one.complaints if "ERR_FAILED" not in text] == []
    one.complaints.clear()


def test_tiles_that_fail_are_told_and_mended_by_retry(visit):
    one = visit()
    one.page.route("**/tiles/**", lambda route: route.abort())
    one.page.goto(f"{one.base}/")
    notice = one.page.locator(".tile-error")
    expect(notice).to_contain_text("วาดแผนที่ฐานไม่ครบ")
    one.page.unroute("**/tiles/**")
    notice.locator("button").click()
    expect(notice).to_have_count(0)
    expect(one.page.locator("html")).to_have_attribute("data-map", "drawn")
    one.complaints.clear()
