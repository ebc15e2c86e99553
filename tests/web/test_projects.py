"""Projects on the page: filters with counts, list, table and card agree with the register."""

import re
from collections import Counter

import httpx
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

DOMAINS = ["environment", "economy", "energy", "government", "living", "mobility", "people"]


def codes(page):
    return set(page.locator(".panel .project .code").all_inner_texts())


def test_domains_show_the_announced_counts(page):
    shown = [page.locator(f".domain:has(#domain-{name}) .count").inner_text() for name in DOMAINS]
    assert shown == ["4", "5", "3", "8", "9", "4", "6"]


def test_filters_agree_with_the_register(page, served):
    page.locator("#domain-living").check(force=True)
    page.locator("#domain-mobility").check(force=True)
    expect(page.locator(".panel .project")).to_have_count(13)
    page.locator(".filters > summary").click()
    page.locator("#status-operating").check(force=True)
    query = {"domain": ["living", "mobility"], "status": "operating"}
    expected = httpx.get(f"{served}/api/projects", params=query).json()["features"]
    assert expected
    expect(page.locator(".panel .project")).to_have_count(len(expected))
    assert codes(page) == {feature["id"] for feature in expected}


def test_filter_counts_tell_what_a_choice_would_leave(page, projects):
    page.locator("#domain-living").check(force=True)
    page.locator(".filters > summary").click()
    living = [p["properties"] for p in projects if p["properties"]["domain"] == "living"]
    for status, count in Counter(one["status"] for one in living).items():
        chip = page.locator(f".chip:has(#status-{status}) .count")
        expect(chip).to_have_text(str(count))


def test_filter_by_tambon_names_and_narrows(visit, projects):
    page = visit().open("?lang=en")
    page.locator(".filters > summary").click()
    inside = {p["id"] for p in projects if "830202" in p["properties"]["tambon_codes"]}
    page.locator("#filter-tambon").select_option(label=f"Pa Tong ({len(inside)})")
    expect(page.locator(".panel .project")).to_have_count(len(inside))
    assert codes(page) == inside


def test_filter_text_without_match_offers_a_way_back(page):
    page.locator(".filters > summary").click()
    page.locator("#filter-q").fill("ไม่มีโครงการนี้แน่")
    expect(page.locator(".empty")).to_be_visible()
    page.locator(".empty button").click()
    expect(page.locator(".panel .project")).to_have_count(39)


def test_list_keeps_projects_without_a_place_apart(page, projects):
    placed = [p for p in projects if any(s["marker"] for s in p["properties"]["sites"])]
    wide = [p for p in projects if p["properties"]["is_province_wide"] and p not in placed]
    counts = page.locator(".group-title .count").all_inner_texts()
    assert [int(count) for count in counts] == [
        len(placed),
        len(wide),
        len(projects) - len(placed) - len(wide),
    ]


def test_card_shows_budget_with_unit_sources_and_confidence(visit):
    page = visit().open("?lang=en&project=MOB-02")
    card = page.locator(".card")
    expect(card.locator("h2")).to_have_text(re.compile("rail"))
    expect(card).to_contain_text("35,200 million baht")
    expect(card.locator(".fact .confidence").first).to_be_visible()
    expect(card.locator(".sources li").first).to_contain_text(re.compile(r"\w{4}"))
    card.locator(".reference").first.click()
    expect(page.locator("#source-1")).to_be_focused()


def test_card_of_an_unnamed_record_says_so(visit):
    page = visit().open("?lang=en&project=GOV-07")
    expect(page.locator(".card .callout")).to_contain_text("only the number of projects")
    expect(page.locator(".card")).to_contain_text("Not known")


def test_card_site_leads_to_its_place(visit):
    page = visit().open("?lang=en&project=LIV-05")
    page.locator(".site .icon-button").first.click()
    expect(page).to_have_url(re.compile(r"lon=98\.3\d+&lat=7\.8\d+&zoom=1[5-8]"))


def test_card_of_an_unknown_code_is_an_error_in_both_languages(visit):
    one = visit()
    page = one.open("?project=XXX-99")
    notice = page.locator(".card .notice")
    expect(notice).to_be_visible()
    expect(notice.locator("button")).to_have_text("ลองอีกครั้ง")
    assert len(notice.locator("p").all_inner_texts()) == 2
    assert [text for text in one.complaints if "404" not in text] == []
    one.complaints.clear()


def test_table_keeps_step_with_filters_and_card(page):
    page.locator("#table-open").click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(39)
    page.locator("#domain-energy").check(force=True)
    expect(rows).to_have_count(3)
    page.locator("#row-ENE-02").click()
    expect(page.locator("tr.is-chosen")).to_contain_text("ENE-02")
    expect(page.locator(".card-over")).to_contain_text("ENE-02")
    expect(page.locator("#item-ENE-02")).to_have_attribute("aria-current", "true")


def test_table_sorts_both_ways(page, projects):
    page.locator("#table-open").click()
    page.locator("#sort-budget").click()
    page.locator("#sort-budget").click()
    expect(page.locator("th.col-budget")).to_have_attribute("aria-sort", "descending")
    shown = page.locator("tbody td.number").all_inner_texts()
    budgets = sorted((p["properties"]["budget_thb"] or 0 for p in projects), reverse=True)
    assert shown == [f"{budget:,}" if budget else "–" for budget in budgets]


def test_table_only_in_view_follows_the_map(visit, projects):
    page = visit().open("?table=yes&inview=yes&lon=98.3038&lat=7.8972&zoom=15")
    west, south, east, north = 98.28, 7.88, 98.33, 7.91
    near = {
        p["id"]
        for p in projects
        for s in p["properties"]["sites"]
        if s["marker"] and west < s["marker"][0] < east and south < s["marker"][1] < north
    }
    shown = set(page.locator("tbody td.code").all_inner_texts())
    assert shown
    assert shown <= near


def test_summary_is_told_to_screen_readers(page):
    expect(page.locator("#live")).to_have_attribute("aria-live", "polite")
    expect(page.locator("#live")).to_contain_text("แสดงทั้ง 39 โครงการ")
    page.locator("#domain-people").check(force=True)
    expect(page.locator("#live")).to_contain_text("แสดง 6 จาก 39 โครงการ")
