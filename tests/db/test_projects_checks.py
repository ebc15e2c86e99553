"""The register's checks pass on the seed, and each fails on what it is for."""

import pytest
from sqlalchemy import delete, insert, text, update

from twin.db.models import Domain, Phase, Project, ProjectFact, ProjectSite
from twin.projects.checks import check_register
from twin.projects.placement import place_sites
from twin.projects.register import import_register, read_register

#: One sub-district of Rawai and the sea beside it; the seed's Promthep point lies inside.
LAYERS = """
CREATE TABLE layer.tambon (code text, geom geometry(MultiPolygon, 4326));
CREATE TABLE layer.land (geom geometry(MultiPolygon, 4326));
INSERT INTO layer.tambon
VALUES ('830107', ST_Multi(ST_MakeEnvelope(98.29, 7.75, 98.34, 7.80, 4326)));
INSERT INTO layer.land SELECT geom FROM layer.tambon;
"""


@pytest.fixture
def register(connection):
    """Domains and phases of the seed, and its project at Promthep Cape, placed on toy layers."""
    seed = read_register()
    entries = tuple(entry for entry in seed.entries if entry.record.code == "ENE-03")
    import_register(connection, seed.model_copy(update={"entries": entries}))
    connection.execute(text(LAYERS))
    place_sites(connection)
    return connection


def found(connection, name):
    checks = {check.id: check for check in check_register(connection).checks}
    assert checks[name].ok == (not checks[name].rows)
    return [row.text.en for row in checks[name].rows]


def test_check_seed_totals_agree_with_the_announcement(connection):
    import_register(connection, read_register())
    for name in ("announced-totals", "domain-totals", "phase-totals", "codes"):
        assert found(connection, name) == []


def test_check_announced_totals_with_a_changed_domain_names_it(register):
    register.execute(update(Domain).where(Domain.code == "LIV").values(planned=10))
    assert found(register, "announced-totals") == ["LIV: 10, should be 9", "39: 40, should be 39"]


def test_check_announced_totals_with_a_lost_phase_names_it(register):
    register.execute(delete(Phase).where(Phase.id == "2021"))
    assert found(register, "announced-totals") == ["2021: 0, should be 22", "39: 17, should be 39"]


def test_check_domain_totals_with_records_missing_counts_them(register):
    assert "ENE: 1, should be 3" in found(register, "domain-totals")
    assert len(found(register, "domain-totals")) == 7


def test_check_phase_totals_beyond_the_plan_counts_them(register):
    register.execute(update(Phase).where(Phase.id == "2021").values(planned=0))
    register.execute(update(Project).values(phase_id="2021"))
    assert found(register, "phase-totals") == ["2021: 1, should be 0"]


@pytest.mark.parametrize("code", ["ENE-3", "XYZ-01", "MOB-09", "ene-03"])
def test_check_codes_malformed_or_of_another_domain_are_named(register, code):
    register.execute(
        insert(Project).values(
            code=code,
            domain_code="ENE",
            name_th="ก",
            name_en="A",
            is_named=True,
            agencies_th=[],
            agencies_en=[],
            status="unknown",
            confidence="unknown",
        )
    )
    [message] = found(register, "codes")
    assert message.startswith(f"{code}:")


def test_check_sites_inside_their_tambon_and_on_land_pass(register):
    for name in ("sites-placed", "sites-on-land", "sites-in-tambon"):
        assert found(register, name) == []


def test_check_site_in_the_sea_is_named_unless_marine(register):
    at_sea = "ST_Point(98.345, 7.77, 4326)"
    register.execute(update(ProjectSite).values(geom=text(at_sea)))
    assert found(register, "sites-on-land") == ["Promthep Cape: lies in the sea, 552 m from land"]
    assert found(register, "sites-in-tambon") == [
        "Promthep Cape: not in sub-district 830107, 552 m away"
    ]
    register.execute(update(ProjectSite).values(is_marine=True))
    assert found(register, "sites-on-land") == []
    assert found(register, "sites-in-tambon") == []  # 550 m from Rawai: a pier may


def test_check_marine_site_too_far_from_its_tambon_is_named(register):
    far = "ST_Point(98.36, 7.77, 4326)"  # 2.2 km
    register.execute(update(ProjectSite).values(geom=text(far), is_marine=True))
    assert found(register, "sites-in-tambon") == [
        "Promthep Cape: not in sub-district 830107, 2,206 m away"
    ]


def test_check_site_of_an_absent_tambon_is_named(register):
    register.execute(update(ProjectSite).values(args={"tambon": ["830199"]}))
    assert found(register, "sites-in-tambon") == ["Promthep Cape: there is no sub-district 830199"]


def test_check_site_not_placed_tells_the_problem(register):
    register.execute(update(ProjectSite).values(geom=None, problem_th="ไม่มี", problem_en="Lacking."))
    assert found(register, "sites-placed") == ["Lacking."]


def test_check_without_layers_says_it_cannot_tell(connection):
    import_register(connection, read_register())
    assert found(connection, "sites-on-land") == [
        "Cannot be checked: this edition does not have the layer land."
    ]
    assert found(connection, "sites-in-tambon") == [
        "Cannot be checked: this edition does not have the layer tambon."
    ]


def test_check_lists_fields_that_are_not_verified(register):
    fields = {row.field for row in check_register(register).unverified}
    assert fields == {"name", "domain", "agencies", "status", "status_note", "place"}
    register.execute(
        update(ProjectFact).where(ProjectFact.field == "place").values(confidence="verified")
    )
    register.execute(delete(ProjectFact).where(ProjectFact.field == "domain"))
    rows = {row.field: row.confidence for row in check_register(register).unverified}
    assert "place" not in rows
    assert rows["domain"] == "unknown"


def test_check_texts_are_in_both_languages(register):
    register.execute(update(ProjectSite).values(geom=None))
    for check in check_register(register).checks:
        for both in (check.names, *(row.text for row in check.rows)):
            assert both.th
            assert both.en
        assert any("\u0e00" <= letter <= "\u0e7f" for letter in check.names.th)


@pytest.mark.real_data
def test_check_seed_on_real_layers_passes_every_check(real_layers):
    connection = real_layers
    import_register(connection, read_register())
    place_sites(connection)
    report = check_register(connection)
    assert [(check.id, check.rows) for check in report.checks if not check.ok] == []
    assert report.ok
    assert len({row.code for row in report.unverified}) == 39
