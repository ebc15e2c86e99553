"""Supply on the toy island: three facilities, project sites, drawn points."""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from sqlalchemy import text, update

from twin.db.models import Project
from twin.errors import InvalidInputError
from twin.studies.question import SupplyChoice
from twin.studies.supply import read_supply, tell_mixed
from twin.testing import (
    CELL_M,
    SOUTH_M,
    WEST_M,
    centre,
    make_columns,
    make_spec,
    publish_layer,
    publish_toy,
    publish_toy_projects,
)


@pytest.fixture
def ask(connection):
    publish_toy(connection)

    def ask(**choice):
        return read_supply(connection, SupplyChoice(**choice))

    return ask


@pytest.fixture
def with_projects(ask, connection):
    publish_toy_projects(connection)
    return ask


@pytest.fixture
def clinics(ask, connection):
    """Four clinics, two of them in one place; one without beds, one without a day."""
    columns = make_columns(code="text", beds="integer", opening_date="date", rank="integer")
    columns[1] = columns[1].model_copy(update={"unit": "beds"})
    rows = pd.DataFrame(
        {
            "id": [1, 2, 3, 4],
            "code": list("abcd"),
            "beds": [10, None, 0, 5],
            "opening_date": [date(2020, 1, 1), None, date(2024, 6, 1), date(2030, 1, 1)],
            "rank": [1, -2, 3, -4],
        }
    ).astype({"beds": "Int64"})
    points = [centre(0, 0), centre(0, 0), centre(1, 1), centre(4, 4)]
    frame = gpd.GeoDataFrame(rows, geometry=points, crs=4326).rename_geometry("geom")
    publish_layer(connection, make_spec("clinic", "Point", columns=columns), frame)
    return ask


def set_project(connection, **values):
    connection.execute(update(Project).where(Project.code == "ENV-02").values(**values))


def cells(supply):
    """Column and row of each facility on the island."""
    return ((supply.xy - (WEST_M, SOUTH_M)) / CELL_M - 0.5).round(3).tolist()


def test_facilities_of_a_layer_have_places_ids_and_names(ask):
    supply = ask()
    assert supply.ids == ("facility/1", "facility/2", "facility/3")
    assert cells(supply) == [[0, 0], [2, 2], [4, 4]]
    assert supply.names[1] == ("facility/2", "facility/2")
    assert np.isnan(supply.capacity).all()
    assert supply.opened == (None, None, None)
    assert "Layer facility (`facility`): 3." in supply.basis.text.en
    assert "3 แห่ง" in supply.basis.text.th


def test_filter_keeps_what_it_says_and_is_told(ask):
    supply = ask(filter="amenity = 'school' AND S_INTERSECTS(geom, BBOX(98, 7, 99, 8))")
    assert supply.ids == ("facility/1", "facility/3")
    assert "amenity = 'school'" in supply.basis.text.en


@pytest.mark.usefixtures("ask")
def test_several_kinds_without_a_filter_are_told(connection):
    told = tell_mixed(connection, SupplyChoice())
    assert "School, Hospital are counted as one service" in told.en
    assert "โรงเรียน, โรงพยาบาล" in told.th
    assert "`amenity = 'school'`" in told.en
    assert tell_mixed(connection, SupplyChoice(filter="amenity = 'school'")) is None
    assert tell_mixed(connection, SupplyChoice(layer=None, points=[(98.3, 7.9)])) is None
    assert tell_mixed(connection, SupplyChoice(layer="tambon")) is None


def test_areas_stand_for_a_point_in_them(ask):
    supply = ask(layer="grid", filter="people >= 43")
    assert supply.ids == ("grid/143", "grid/144")
    assert cells(supply) == [[4, 3], [4, 4]]


def test_capacity_comes_from_a_column_and_may_be_unknown(clinics):
    supply = clinics(layer="clinic", capacity="beds")
    assert supply.capacity.tolist()[0] == 10
    assert np.isnan(supply.capacity[1])
    assert supply.capacity[2:].tolist() == [0, 5]
    assert "15 beds in all, unknown for 1" in supply.basis.text.en


def test_negative_capacity_is_refused_with_its_rows(clinics):
    with pytest.raises(InvalidInputError, match=r"2 rows .* \(id 2, 4\)") as refusal:
        clinics(layer="clinic", capacity="rank")
    assert refusal.value.parameter == "capacity"


def test_facilities_open_on_their_day_and_those_without_are_open(clinics):
    assert clinics(layer="clinic").opened[0] == date(2020, 1, 1)
    supply = clinics(layer="clinic", opened_by=date(2024, 6, 1))
    assert supply.ids == ("clinic/1", "clinic/2", "clinic/3")
    assert "open by 2024-06-01; 1 open later" in supply.basis.text.en


def test_nothing_open_by_the_day_is_refused(clinics):
    with pytest.raises(InvalidInputError, match="Nothing is open by 2019-01-01"):
        clinics(layer="clinic", filter="code <> 'b'", opened_by=date(2019, 1, 1))


def test_facilities_at_one_place_are_kept_and_told(clinics):
    supply = clinics(layer="clinic")
    assert len(supply.ids) == 4
    assert "1 is at the same place as another" in supply.basis.text.en
    assert "same place" not in clinics().basis.text.en


def test_names_are_the_id_where_a_layer_names_nothing(clinics):
    assert clinics(layer="clinic").names[0] == ("clinic/1", "clinic/1")


def test_drawn_points_are_numbered(ask):
    here = centre(3, 1)
    supply = ask(layer=None, points=((here.x, here.y), (98.3, 7.9)))
    assert supply.ids == ("drawn/1", "drawn/2")
    assert cells(supply)[0] == [3, 1]
    assert supply.names[0] == ("จุดที่วาด 1", "Drawn point 1")


def test_drawn_point_elsewhere_is_refused(ask):
    with pytest.raises(InvalidInputError, match="Drawn point 2") as refusal:
        ask(points=((98.3, 7.9), (7.9, 88)))
    assert refusal.value.parameter == "points"


def test_sites_of_projects_are_points_or_a_point_on_them(with_projects):
    supply = with_projects(projects=("MOB-01", "ENV-02"), points=((98.3, 7.9),))
    assert supply.ids[3:] == ("project/ENV-02/1", "project/MOB-01/1", "drawn/1")
    assert cells(supply)[3] == [2, 2]
    column, row = cells(supply)[4]
    assert 0 <= column <= 4
    assert row == pytest.approx(2, abs=0.01)
    assert supply.names[3].en
    assert "Left out, without a place: project/MOB-01/2" in supply.basis.text.en


def test_project_opens_on_its_last_day(with_projects, connection):
    set_project(connection, end_date=date(2027, 3, 1), status="planned")
    choice = {"layer": None, "projects": ("ENV-02",)}
    assert with_projects(**choice).opened == (date(2027, 3, 1),)
    assert with_projects(**choice, opened_by=date(2027, 3, 1)).ids == ("project/ENV-02/1",)
    with pytest.raises(InvalidInputError, match="Nothing is open"):
        with_projects(**choice, opened_by=date(2027, 2, 28))


def test_project_in_operation_is_open_whatever_its_dates(with_projects, connection):
    set_project(connection, end_date=date(2027, 3, 1), status="operating")
    assert with_projects(layer=None, projects=("ENV-02",)).opened == (None,)


def test_project_that_nobody_knows_the_day_of_counts_unless_a_day_is_asked_for(
    with_projects, connection
):
    set_project(connection, end_date=None, status="planned")
    supply = with_projects(projects=("ENV-02",))
    assert "when these projects open, counted as open: ENV-02" in supply.basis.text.en
    supply = with_projects(projects=("ENV-02",), opened_by=date(2030, 1, 1))
    assert supply.ids == ("facility/1", "facility/2", "facility/3")
    assert "left out: ENV-02" in supply.basis.text.en


def test_project_of_the_whole_province_is_refused_by_name(with_projects, connection):
    code, name = connection.execute(
        text(
            "SELECT project_code, project.name_en FROM twin.project_site JOIN twin.project"
            " ON code = project_code WHERE rule = 'province' ORDER BY 1 LIMIT 1"
        )
    ).one()
    with pytest.raises(InvalidInputError, match="province-wide") as refusal:
        with_projects(projects=(code,))
    assert code in refusal.value.en
    assert name in refusal.value.en
    assert code in refusal.value.th
    assert refusal.value.parameter == "projects"


def test_unknown_project_is_refused_with_those_there_are(with_projects):
    with pytest.raises(InvalidInputError, match=r"no project X-1, X-2; there are: ECO-01"):
        with_projects(projects=("X-2", "ENV-02", "X-1"))


@pytest.mark.parametrize(
    ("choice", "told", "parameter"),
    [
        ({"layer": "nothing"}, "there are: amphoe, facility, grid", "layer"),
        ({"layer": "road"}, "there are: amphoe, facility, grid", "layer"),
        ({"layer": "population"}, "there are: amphoe, facility, grid", "layer"),
        ({"layer": "grid", "capacity": "beds"}, "`beds`.*people, share", "capacity"),
        ({"capacity": "amenity"}, "`amenity`", "capacity"),
        ({"filter": "amenity = 'zoo'"}, r"amenity \(school, hospital\)", "filter"),
        ({"filter": "animal = 'zoo'"}, "animal", "filter"),
        ({"filter": "amenity ="}, "CQL2", "filter"),
        ({"layer": None}, "supply is empty", "layer"),
        ({"layer": None, "filter": "a = 1"}, "name one", "layer"),
    ],
)
def test_choice_that_cannot_be_met_is_refused_with_what_there_is(ask, choice, told, parameter):
    with pytest.raises(InvalidInputError, match=told) as refusal:
        ask(**choice)
    assert refusal.value.parameter == parameter
    assert refusal.value.th


def test_empty_layer_is_refused(ask, connection):
    connection.execute(text("DELETE FROM layer.facility"))
    with pytest.raises(InvalidInputError, match="`facility` is empty"):
        ask()


def test_revision_tells_content_and_choice(ask, connection):
    first = ask().basis.revision
    assert ask().basis.revision == first
    assert ask(filter="amenity = 'school'").basis.revision != first
    connection.execute(
        text("UPDATE layer.facility SET geom = ST_Translate(geom, 0.001, 0) WHERE id = 1")
    )
    assert ask().basis.revision != first
