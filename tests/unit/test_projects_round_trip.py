"""Whatever a register holds, a file of it reads back the same, and no cell runs as a formula."""

import csv
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from twin.projects.exchange import read_projects_file, write_entries_file
from twin.projects.model import (
    CONTROL,
    FACT_COLUMNS,
    Entry,
    Fact,
    Record,
    Site,
    SiteArgs,
    complete_facts,
)
from twin.projects.register import read_register

texts = (
    st.text(st.characters(exclude_categories=["Cs", "Co", "Cn"]), min_size=1, max_size=30)
    .map(str.strip)
    .filter(lambda text: text and not CONTROL.search(text))
)
maybe_texts = st.none() | texts
days = st.dates(date(1990, 1, 1), date(2200, 12, 31))
agencies = texts.filter(lambda text: ";" not in text)
routes = texts.filter(lambda text: not set(";,") & set(text))
longitudes, latitudes = st.floats(98.15, 98.60), st.floats(7.40, 8.30)
clips = st.tuples(longitudes, latitudes).map(lambda sw: (*sw, sw[0] + 0.5, sw[1] + 0.25))
args_of_rule = {
    "point": st.builds(SiteArgs, lon=longitudes, lat=latitudes, tambon=st.just(("830101",))),
    "route": st.builds(
        SiteArgs,
        roads=st.lists(routes, min_size=1, max_size=3).map(tuple),
        clip=st.none() | clips,
    ),
    "area": st.builds(SiteArgs, tambon=st.just(("830101", "830102"))),
    "coast_buffer": st.builds(SiteArgs, distance_m=st.floats(0.1, 50_000)),
    "province": st.just(SiteArgs()),
    "unknown": st.just(SiteArgs()),
}


@st.composite
def pairs(draw, name):
    thai = draw(maybe_texts)
    return {f"{name}_th": thai, f"{name}_en": thai and draw(texts)}


@st.composite
def sourced(draw):
    source = draw(maybe_texts)
    levels = ["unknown", "inferred"] + (["sourced", "verified"] if source else [])
    return {"source": source, "confidence": draw(st.sampled_from(levels))}


@st.composite
def sites(draw, position):
    rule = draw(st.sampled_from(sorted(args_of_rule)))
    return Site(
        position=position,
        name_th=draw(texts),
        name_en=draw(texts),
        rule=rule,
        args=draw(args_of_rule[rule]),
        precision=draw(st.sampled_from(["exact", "estimated", "unknown"])),
        is_marine=draw(st.booleans()),
        **draw(sourced()),
        **draw(pairs("note")),
    )


@st.composite
def facts(draw, field):
    return Fact(
        field=field,
        source_date=draw(st.none() | days),
        **draw(sourced()),
        **draw(pairs("note")),
    )


@st.composite
def entries(draw, code):
    thai = tuple(draw(st.lists(agencies, max_size=3)))
    start, end = sorted((draw(days), draw(days)))
    record = Record(
        code=code,
        domain_code=code[:3],
        phase_id=draw(st.sampled_from([None, "2021", "2022-2023"])),
        name_th=draw(texts),
        name_en=draw(texts),
        is_named=draw(st.booleans()),
        agencies_th=thai,
        agencies_en=tuple(draw(agencies) for _ in thai),
        budget_thb=draw(st.none() | st.integers(0, 10**13)),
        status=draw(st.sampled_from(["operating", "unknown"])),
        **draw(pairs("status_note")),
        progress=draw(st.none() | st.floats(0, 100)),
        start_date=draw(st.none() | st.just(start)),
        end_date=draw(st.none() | st.just(end)),
        **draw(pairs("place")),
        confidence=draw(st.sampled_from(["inferred", "unknown"])),
    )
    known = draw(st.lists(st.sampled_from(sorted(FACT_COLUMNS)), unique=True, max_size=3))
    return Entry(
        record=record,
        sites=tuple(draw(sites(n)) for n in range(1, draw(st.integers(1, 4)))),
        facts=complete_facts([draw(facts(field)) for field in known]),
    )


registers = st.lists(
    st.sampled_from(["ENV-01", "MOB-99", "PEO-06"]), unique=True, min_size=1
).flatmap(lambda codes: st.tuples(*map(entries, codes)))


@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
@given(registers)
def test_workbook_of_any_register_reads_back_the_same(tmp_path_factory, register):
    path = tmp_path_factory.mktemp("round") / "register.xlsx"
    write_entries_file(path, register)
    file = read_projects_file(path)
    assert file.faults == file.notes == ()
    assert [entry.record for entry in file.entries] == [entry.record for entry in register]
    assert [entry.sites or () for entry in file.entries] == [entry.sites for entry in register]
    assert [complete_facts(entry.facts or ()) for entry in file.entries] == [
        entry.facts for entry in register
    ]


@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
@given(registers)
def test_csv_of_any_register_reads_back_its_records(tmp_path_factory, register):
    path = tmp_path_factory.mktemp("round") / "register.csv"
    write_entries_file(path, register)
    file = read_projects_file(path)
    assert file.faults == file.notes == ()
    assert [entry.record for entry in file.entries] == [entry.record for entry in register]
    assert {(entry.sites, entry.facts) for entry in file.entries} == {(None, None)}


def test_workbook_of_the_seed_reads_back_the_same(tmp_path):
    path = tmp_path / "seed.xlsx"
    register = read_register().entries
    write_entries_file(path, register)
    read = read_projects_file(path).entries
    assert [entry.record for entry in read] == [entry.record for entry in register]
    assert [entry.sites or () for entry in read] == [entry.sites for entry in register]


DANGEROUS = ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "'=1", "#REF!", "-"]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("text", DANGEROUS)
def test_export_of_a_formula_is_text_and_comes_back(tmp_path, suffix, text):
    path = tmp_path / f"register{suffix}"
    record = Record(code="ENV-01", domain_code="ENV", name_th=text, name_en=text)
    write_entries_file(path, [Entry(record=record)])
    assert read_projects_file(path).entries[0].record == record
    if suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            cell = list(csv.reader(file))[1][3]
    else:
        cell = load_workbook(path)["projects"]["D2"]
        assert cell.data_type == "s"
        cell = cell.value
    assert cell == f"'{text}"
