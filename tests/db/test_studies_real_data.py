"""Demand of both editions: nobody is lost, and everybody is where the register says."""

import math

import pytest
from sqlalchemy import text

from twin.db.engine import make_engine
from twin.errors import InvalidInputError, NotFoundError
from twin.studies.areas import read_areas
from twin.studies.demand import read_demand
from twin.studies.question import DemandChoice, SupplyChoice
from twin.studies.supply import read_supply

REGISTER = text("SELECT code, total FROM layer.population WHERE level = :level AND year = :year")


def open_edition(settings):
    engine = make_engine(settings.db.url, read_only=True)
    with engine.connect() as connection:
        yield connection, settings.raster_dir
    engine.dispose()


@pytest.fixture(scope="module")
def real(phuket):
    yield from open_edition(phuket)


@pytest.fixture(scope="module")
def bundled(starter):
    yield from open_edition(starter)


def ask(edition, **choice):
    connection, folder = edition
    return read_demand(connection, DemandChoice(**choice), raster_dir=folder)


def check_register(edition, demand, year=2021):
    """Compare the demand of each sub-district and district to the register, to the last digit."""
    connection, _ = edition
    for level in ("tambon", "amphoe"):
        registered = {
            row.code: row.total
            for row in connection.execute(REGISTER, {"level": level, "year": year})
        }
        areas = read_areas(connection, level, demand.xy)
        assert (areas.member >= 0).all()
        counted = {
            code: math.fsum(demand.weight[areas.member == place])
            for place, code in enumerate(areas.codes)
        }
        if level == "tambon":
            assert counted == registered
        else:
            assert counted == pytest.approx(registered, abs=1e-6)


@pytest.mark.real_data
@pytest.mark.parametrize("spread", ["auto", "streets"])
def test_real_people_of_2021_are_418_785_and_each_sub_district_has_its_own(real, spread):
    demand = ask(real, spread=spread)
    assert math.fsum(demand.weight) == 418_785
    check_register(real, demand)
    assert "418,785 people" in demand.basis.text.en


@pytest.mark.real_data
@pytest.mark.parametrize("year", [1993, 2014, 2020])
def test_real_people_of_other_years_are_those_of_the_register(real, year):
    check_register(real, ask(real, year=year), year)


@pytest.mark.real_data
@pytest.mark.parametrize("year", [2015, 2016, 2022])
def test_real_year_that_is_missing_is_refused_with_those_there_are(real, year):
    with pytest.raises(InvalidInputError, match="Years: 1993–2014, 2017–2021") as refusal:
        ask(real, year=year)
    assert refusal.value.parameter == "demand.year"


@pytest.mark.real_data
def test_real_demand_is_at_built_up_land_of_2022_by_100_m(real):
    demand = ask(real)
    assert "built-up land of 2022" in demand.basis.text.en
    assert 20_000 < len(demand.weight) < 30_000
    # No cell of one hectare holds more people than one built up from edge to edge.
    assert demand.weight.max() < 200


@pytest.mark.real_data
def test_real_aged_are_those_of_the_provincial_office(real):
    demand = ask(real, variant="aged_60")
    assert math.fsum(demand.weight) == pytest.approx(52_552, abs=1e-6)
    assert "ที่ทำการปกครองจังหวัดภูเก็ต" in demand.basis.text.th


@pytest.mark.real_data
def test_real_hospitals_are_a_supply(real):
    supply = read_supply(real[0], SupplyChoice(filter="amenity = 'hospital'"))
    assert len(supply.ids) == 19
    assert len(set(supply.ids)) == 19


def test_bundled_people_live_along_streets_that_are_told_to_be_synthetic(bundled):
    demand = ask(bundled)
    assert math.fsum(demand.weight) == 418_785
    check_register(bundled, demand)
    assert "Roads: synthetic, not real" in demand.basis.text.en
    assert "ถนน: ข้อมูลสังเคราะห์" in demand.basis.text.th


def test_bundled_edition_does_not_know_the_aged_and_has_no_land_cover(bundled):
    with pytest.raises(NotFoundError, match="population_aged"):
        ask(bundled, variant="aged_60")
    with pytest.raises(NotFoundError, match="land_cover_YYYY"):
        ask(bundled, spread="land_cover")


def test_bundled_visitors_come_beside_the_register(bundled):
    demand = ask(bundled, variant="with_visitors", visitors=70_000, unregistered_share=0.1)
    assert math.fsum(demand.weight) == pytest.approx(418_785 * 1.1 + 70_000, abs=1e-6)


def test_bundled_facilities_have_names_in_both_languages(bundled):
    supply = read_supply(bundled[0], SupplyChoice(filter="amenity = 'hospital'"))
    assert len(supply.ids) == 9
    assert all(name.th and name.en for name in supply.names)
    assert any(name.th != name.en for name in supply.names)
