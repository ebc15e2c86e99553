"""The way into the CRS of the house."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import CRS

from layers.projection import agreed_crs, crs_name, to_metric, to_storage
from twin.errors import LayerFileError

#: The Provincial Hall in both systems (facts of the province, 5 m).
HALL_UTM = (433_685, 872_185)
HALL_INDIAN = (434_198, 871_836)


def metres(point):
    return shapely.get_coordinates(to_metric(to_storage(np.array([point[0]]), point[1])))[0]


def test_indian_1975_goes_through_the_pinned_operation():
    found = metres((shapely.Point(HALL_INDIAN), CRS(24047)))
    assert np.hypot(*(found - HALL_UTM)) < 5


def test_indian_1975_mislabelled_as_wgs84_is_620_m_off():
    found = metres((shapely.Point(HALL_INDIAN), CRS(32647)))
    assert np.hypot(*(found - HALL_UTM)) == pytest.approx(620, abs=5)


def test_geographic_indian_1975_goes_through_the_same_operation():
    lon, lat = 98.40297339, 7.88746938
    found = metres((shapely.Point(lon, lat), CRS(4240)))
    assert np.hypot(*(found - HALL_UTM)) < 5


def test_to_storage_keeps_none_and_axis_order():
    points = np.array([shapely.Point(HALL_UTM), None], dtype=object)
    hall, nothing = to_storage(points, CRS(32647))
    assert nothing is None
    assert (hall.x, hall.y) == pytest.approx((98.3984, 7.8900), abs=1e-4)


@pytest.mark.parametrize("own", ["OGC:CRS84", "EPSG:4326", "EPSG:4979"])
def test_agreed_crs_wgs84_by_any_name_is_the_same(own):
    assert agreed_crs("EPSG:4326", CRS(own), "a.gpkg").to_epsg() == 4326


def test_agreed_crs_esri_wkt_is_known_by_its_meaning():
    own = CRS(CRS(24047).to_wkt("WKT1_ESRI"))
    assert agreed_crs("EPSG:24047", own, "a.zip").to_epsg() == 24047


def test_agreed_crs_missing_asks_for_one():
    with pytest.raises(LayerFileError, match="declare") as caught:
        agreed_crs(None, None, "stops.csv")
    assert caught.value.parameter == "crs"
    assert "stops.csv" in caught.value.th


def test_agreed_crs_contradictory_names_both():
    with pytest.raises(LayerFileError, match=r"EPSG:32647.*EPSG:24047") as caught:
        agreed_crs("EPSG:32647", CRS(24047), "a.zip")
    assert "EPSG:32647" in caught.value.th
    assert "EPSG:24047" in caught.value.th


def test_agreed_crs_other_datum_without_operation_is_refused():
    with pytest.raises(LayerFileError, match="pinned operation"):
        agreed_crs(None, CRS(27700), "uk.gpkg")


def test_agreed_crs_unknown_number_is_refused():
    with pytest.raises(LayerFileError, match="not a known CRS"):
        agreed_crs("EPSG:999999", None, "a.csv")


def test_crs_name_without_number_is_the_name():
    assert crs_name(CRS("+proj=utm +zone=47 +ellps=evrst30")) == "unknown"
    assert crs_name(None) == "no CRS"
