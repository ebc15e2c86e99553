"""The register gets into the database whole or not at all, by code, and out of it unchanged."""

import csv
from datetime import date

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError

from twin.db.models import Domain, Phase, ProgrammeFact, Project, ProjectFact, ProjectSite
from twin.errors import InvalidInputError, SetupError
from twin.projects.exchange import export_register, import_file, write_entries_file
from twin.projects.model import Fact
from twin.projects.register import import_register, read_register, seed_register
from twin.projects.store import NO_SOURCE_EN, read_entries, write_entries

VERSIONS = text(
    "SELECT 'project', code, ctid::text FROM twin.project"
    " UNION ALL SELECT 'site', id::text, ctid::text FROM twin.project_site"
    " UNION ALL SELECT 'fact', project_code || field, ctid::text FROM twin.project_fact"
)


@pytest.fixture
def seeded(connection):
    assert seed_register(connection)
    return connection


def versions(connection):
    return sorted(map(tuple, connection.execute(VERSIONS)))


def entry(connection, code):
    [found] = read_entries(connection, [code])
    return found


def changed(entry, sites=None, facts=None, **fields):
    record = entry.record.model_copy(update=fields)
    return entry.model_copy(update={"record": record, "sites": sites, "facts": facts})


def test_seed_register_gives_back_what_the_file_says(seeded):
    assert read_entries(seeded) == list(read_register().entries)
    assert seeded.scalar(select(func.sum(Domain.planned))) == 39
    assert seeded.scalar(select(func.sum(Phase.planned))) == 39
    notes = seeded.scalars(select(ProgrammeFact.id).order_by(ProgrammeFact.position)).all()
    assert notes == ["announced-39", "depa-42", "phase-unpublished"]


def test_seed_register_again_leaves_what_planners_changed(seeded):
    seeded.execute(update(Project).where(Project.code == "ENV-01").values(budget_thb=5))
    seeded.execute(delete(Project).where(Project.code == "MOB-04"))
    assert not seed_register(seeded)
    assert entry(seeded, "ENV-01").record.budget_thb == 5
    assert read_entries(seeded, ["MOB-04"]) == []


def test_import_register_twice_rewrites_nothing(seeded):
    before = versions(seeded)
    changes = import_register(seeded, read_register())
    assert len(changes.unchanged) == 39
    assert changes.created == changes.updated == []
    assert versions(seeded) == before


def test_write_entries_changes_only_the_project_that_differs(seeded):
    before = versions(seeded)
    tram = entry(seeded, "MOB-02")
    assert tram.record.status == "not_started"
    sites = tram.sites
    changes = write_entries(
        seeded, [changed(tram, sites, tram.facts, status="planned"), entry(seeded, "MOB-01")]
    )
    assert changes.updated == ["MOB-02"]
    assert changes.unchanged == ["MOB-01"]
    touched = {key for kind, key, version in set(versions(seeded)) - set(before)}
    ids = seeded.scalars(select(ProjectSite.id).where(ProjectSite.project_code == "MOB-02"))
    assert touched <= {"MOB-02", *map(str, ids), *(f"MOB-02{fact.field}" for fact in tram.facts)}
    assert entry(seeded, "MOB-02").record.status == "planned"


def test_write_entries_with_fewer_sites_keeps_the_ids_of_the_rest(seeded):
    ids = select(ProjectSite.position, ProjectSite.id).where(ProjectSite.project_code == "ECO-04")
    before = dict(seeded.execute(ids).all())
    project = entry(seeded, "ECO-04")
    first = project.sites[0].model_copy(update={"name_en": "Patong beach"})
    write_entries(seeded, [changed(project, (first,), project.facts)])
    assert dict(seeded.execute(ids).all()) == {1: before[1]}
    assert entry(seeded, "ECO-04").sites == (first,)


def test_write_entries_without_sources_marks_only_changed_fields_unknown(seeded):
    project = entry(seeded, "LIV-05")
    write_entries(seeded, [changed(project, budget_thb=1, start_date=None)])
    after = entry(seeded, "LIV-05")
    facts = {fact.field: fact for fact in after.facts}
    assert facts["budget_thb"] == Fact(
        field="budget_thb",
        confidence="unknown",
        note_th=facts["budget_thb"].note_th,
        note_en=NO_SOURCE_EN,
    )
    assert facts["start_date"] == Fact(field="start_date", confidence="unknown")
    kept = {fact.field: fact for fact in project.facts}
    for field in ("name", "status", "place", "phase"):
        assert facts[field] == kept[field]
    assert after.sites == project.sites


def test_read_entries_of_a_table_edited_by_hand_names_the_project(seeded):
    seeded.execute(update(Project).where(Project.code == "ENV-02").values(name_th="  padded "))
    with pytest.raises(InvalidInputError, match=r"ENV-02 .*name_th") as caught:
        read_entries(seeded)
    assert "ENV-02" in caught.value.th


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_export_then_import_changes_nothing(seeded, tmp_path, suffix):
    path = tmp_path / f"register{suffix}"
    before = versions(seeded)
    assert export_register(seeded, path) == 39
    report = import_file(seeded, path)
    assert report.ok
    assert report.notes == ()
    assert len(report.changes.unchanged) == 39
    placed = {key for kind, key, _ in set(versions(seeded)) - set(before) if kind != "site"}
    assert placed == set()


def test_export_imported_elsewhere_gives_the_same_register(seeded, tmp_path):
    path = tmp_path / "register.xlsx"
    export_register(seeded, path)
    before = read_entries(seeded)
    seeded.execute(delete(Project))
    report = import_file(seeded, path)
    assert len(report.changes.created) == 39
    assert read_entries(seeded) == before


def test_import_file_keeps_projects_that_it_does_not_name(seeded, tmp_path):
    path = tmp_path / "one.xlsx"
    project = entry(seeded, "ENV-04")
    fact = Fact(
        field="name", confidence="verified", source="จังหวัดภูเก็ต", source_date=date(2026, 1, 5)
    )
    write_entries_file(
        path,
        [changed(project, facts=(fact,), name_th="ชื่อจริง", name_en="Real name", is_named=True)],
    )
    report = import_file(seeded, path)
    assert report.changes.updated == ["ENV-04"]
    assert len(read_entries(seeded)) == 39
    after = entry(seeded, "ENV-04")
    assert after.record.is_named
    assert after.facts[0] == fact


def test_import_file_adds_a_new_project_and_places_it(seeded, tmp_path):
    path = tmp_path / "new.xlsx"
    model = entry(seeded, "LIV-03")
    write_entries_file(path, [changed(model, model.sites, model.facts, code="LIV-10")])
    report = import_file(seeded, path)
    assert report.changes.created == ["LIV-10"]
    geometries = seeded.scalars(
        select(func.ST_AsText(ProjectSite.geom))
        .where(ProjectSite.project_code == "LIV-10")
        .order_by(ProjectSite.position)
    ).all()
    assert geometries == ["POINT(98.38324 7.89743)", None]
    assert report.placement.placed > 0


def test_import_csv_changes_records_but_neither_sites_nor_other_sources(seeded, tmp_path):
    path = tmp_path / "register.csv"
    export_register(seeded, path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows = [row for row in rows if row["รหัสโครงการ (code)"] == "MOB-02"]
    rows[0]["งบประมาณ บาท (budget_thb)"] = "๓๖,๐๐๐,๐๐๐,๐๐๐"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    before = entry(seeded, "MOB-02")
    assert import_file(seeded, path).changes.updated == ["MOB-02"]
    after = entry(seeded, "MOB-02")
    assert after.record == before.record.model_copy(update={"budget_thb": 36_000_000_000})
    assert after.sites == before.sites
    assert {f.field for f in after.facts if f not in before.facts} == {"budget_thb"}


def test_import_file_with_one_fault_writes_nothing(seeded, tmp_path):
    path = tmp_path / "register.csv"
    export_register(seeded, path)
    text_ = path.read_text(encoding="utf-8-sig").replace("35200000000", "สามหมื่นล้าน")
    path.write_text(text_.replace("ภูเก็ตสมาร์ทบัส", "ชื่อใหม่"), encoding="utf-8")
    before = versions(seeded)
    report = import_file(seeded, path)
    assert not report.ok
    assert report.changes is report.placement is None
    assert [(fault.column, fault.rule) for fault in report.faults] == [("budget_thb", "number")]
    assert versions(seeded) == before


def test_import_file_that_the_database_refuses_leaves_it_as_it_was(seeded, tmp_path):
    path = tmp_path / "register.xlsx"
    register = [changed(each, status="suspended") for each in read_entries(seeded)]
    write_entries_file(path, register)
    before = versions(seeded)
    seeded.execute(
        text("ALTER TABLE twin.project ADD CHECK (code <> 'PEO-06' OR status = 'unknown')")
    )
    with pytest.raises(IntegrityError):
        import_file(seeded, path)
    assert versions(seeded) == before


def test_import_file_before_the_register_is_set_up_is_refused(connection, tmp_path):
    path = tmp_path / "register.xlsx"
    write_entries_file(path, read_register().entries)
    with pytest.raises(SetupError):
        import_file(connection, path)


def test_delete_project_takes_its_sites_and_facts_along(seeded):
    seeded.execute(delete(Project).where(Project.code == "MOB-01"))
    for model in (ProjectSite, ProjectFact):
        left = select(func.count()).where(model.project_code == "MOB-01")
        assert seeded.scalar(left) == 0
