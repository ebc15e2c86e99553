"""The seed register says what the announcement and the sources say, and nothing more."""

import re
from collections import Counter
from importlib import resources

import pytest

from twin.errors import ProjectFileError
from twin.projects.checks import ANNOUNCED, ANNOUNCED_BY_DOMAIN, ANNOUNCED_BY_PHASE
from twin.projects.model import FACT_COLUMNS, has_value
from twin.projects.register import read_register

UNNAMED = {"ENV-04", "ECO-05", "GOV-07", "GOV-08", "PEO-04", "PEO-05", "PEO-06"}


@pytest.fixture(scope="module")
def register():
    return read_register()


@pytest.fixture(scope="module")
def entries(register):
    return {entry.record.code: entry for entry in register.entries}


def test_seed_has_the_announced_projects_by_domain(register, entries):
    assert len(entries) == len(register.entries) == ANNOUNCED == 39
    assert Counter(code[:3] for code in entries) == ANNOUNCED_BY_DOMAIN
    assert {domain.code: domain.planned for domain in register.domains} == ANNOUNCED_BY_DOMAIN
    assert {phase.id: phase.planned for phase in register.phases} == ANNOUNCED_BY_PHASE


def test_seed_leaves_every_phase_empty(register):
    assert {entry.record.phase_id for entry in register.entries} == {None}


def test_seed_leaves_seven_unnamed_and_empty(entries):
    unnamed = {code: entry for code, entry in entries.items() if not entry.record.is_named}
    assert set(unnamed) == UNNAMED
    for entry in unnamed.values():
        assert entry.sites == ()
        assert entry.record.status == entry.record.confidence == "unknown"
        known = {field for field in FACT_COLUMNS if has_value(entry.record, field)}
        assert known == {"domain"}


def test_seed_verifies_nothing(register):
    sure = {fact.confidence for entry in register.entries for fact in entry.facts}
    sure |= {site.confidence for entry in register.entries for site in entry.sites}
    sure |= {entry.record.confidence for entry in register.entries}
    assert sure == {"sourced", "inferred", "unknown"}


def test_seed_confidence_of_records_is_that_of_the_sources(register):
    counts = Counter(entry.record.confidence for entry in register.entries)
    assert counts == {"sourced": 23, "inferred": 9, "unknown": 7}


def test_seed_names_a_source_for_every_value(register):
    for entry in register.entries:
        facts = {fact.field: fact for fact in entry.facts}
        assert list(facts) == list(FACT_COLUMNS)
        for field, fact in facts.items():
            if has_value(entry.record, field):
                assert fact.source, (entry.record.code, field)
                assert fact.confidence != "unknown", (entry.record.code, field)
            else:
                assert fact.confidence == "unknown", (entry.record.code, field)


def test_seed_marks_status_and_titles_as_inferred(register):
    for entry in register.entries:
        for fact in entry.facts:
            if fact.field in ("name", "status") and has_value(entry.record, fact.field):
                assert fact.confidence == "inferred"


def test_seed_never_shows_cameras_as_points(entries):
    for code in ("LIV-01", "MOB-04"):
        assert {site.rule for site in entries[code].sites} <= {"province", "unknown"}
    for entry in entries.values():
        for site in entry.sites:
            if re.search("camera|CCTV", site.name_en, re.IGNORECASE):
                assert site.rule != "point"


def test_seed_points_without_a_source_say_estimated(entries):
    for code, position in (("ENE-03", 1), ("LIV-02", 1), ("LIV-04", 1), ("ENV-02", 1)):
        site = entries[code].sites[position - 1]
        assert site.precision == "estimated"
        assert site.confidence == "inferred"
        assert site.note_th


def test_seed_budgets_are_those_of_the_sources(entries):
    budgets = {
        code: entry.record.budget_thb for code, entry in entries.items() if entry.record.budget_thb
    }
    assert budgets == {
        "ENE-02": 55_000_000,
        "GOV-05": 11_000_000,
        "LIV-02": 10_000_000,
        "LIV-05": 60_000_000,
        "LIV-08": 85_000_000,
        "MOB-01": 40_000_000,
        "MOB-02": 35_200_000_000,
    }


def test_seed_notes_that_depa_says_42(register):
    facts = {item.id: item for item in register.programme}
    assert "42" in facts["depa-42"].text_th
    assert "42" in facts["depa-42"].text_en
    assert facts["announced-39"].source_date.isoformat() == "2020-02-19"


def test_seed_thai_texts_are_thai_and_english_ones_are_not(register):
    thai = re.compile(r"[\u0e00-\u0e7f]")
    for entry in register.entries:
        for item in (entry.record, *entry.sites, *entry.facts):
            values = item.model_dump()
            for name, value in values.items():
                if name.endswith("_th") and isinstance(value, str):
                    assert thai.search(value), value
                if name.endswith("_en") and isinstance(value, str):
                    assert not thai.search(value), value


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('sources = ["plan-summary"]', 'sources = ["nowhere"]', "nowhere"),
        ('rule = "province"', 'rule = "point"', "lon"),
        ("budget_thb = 55_000_000", "budget_thb = -1", "budget_thb"),
        ('code = "ENV-02"', 'code = "ENV-01"', "given twice"),
        ("[[domain]]", "[domain", "TOML|table|Expected|expected"),
        ('status = "planned"', 'status = "dreamt"', "status"),
    ],
)
def test_read_register_with_a_fault_names_it(tmp_path, old, new, complaint):
    text = (resources.files("twin.projects") / "register.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "register.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ProjectFileError, match=complaint) as caught:
        read_register(path)
    assert "register.toml" in caught.value.th
    why = caught.value.th.removeprefix("register.toml: ใช้เป็นทะเบียนโครงการไม่ได้: ")
    assert re.search("[ก-๛]", why)


def test_read_register_absent_file_is_refused(tmp_path):
    with pytest.raises(ProjectFileError, match=r"nothing\.toml"):
        read_register(tmp_path / "nothing.toml")
