"""The register of projects over HTTP, on the toy island with two placed projects."""

import pytest

DOMAINS = {
    "environment": 4,
    "economy": 5,
    "energy": 3,
    "government": 8,
    "living": 9,
    "mobility": 4,
    "people": 6,
}


def codes(answer):
    return [feature["id"] for feature in answer["features"]]


def test_projects_are_all_there_in_the_order_of_domains(client):
    answer = client.get("/api/projects").json()
    assert answer["numberMatched"] == 39
    assert answer["facets"]["domain"] == DOMAINS
    assert codes(answer)[0] == "ENV-01"
    assert codes(answer)[-1] == "PEO-06"
    assert answer["facets"]["phase"] == {"unassigned": 39}
    assert answer["facets"]["tambon"] == {"830101": 1, "830102": 2}


def test_project_feature_tells_its_record_and_sites(client):
    answer = client.get("/api/projects").json()
    features = {feature["id"]: feature for feature in answer["features"]}
    waste = features["ENV-02"]
    assert waste["geometry"]["type"] == "GeometryCollection"
    assert waste["geometry"]["geometries"][0]["type"] == "Point"
    properties = waste["properties"]
    assert (properties["domain"], properties["domain_code"], properties["phase"]) == (
        "environment",
        "ENV",
        None,
    )
    assert set(properties["names"]) == {"th", "en"}
    assert properties["tambon_codes"] == ["830102"]
    (site,) = properties["sites"]
    assert site["marker"] == waste["geometry"]["geometries"][0]["coordinates"]
    assert site["geometry_type"] == "Point"


def test_project_without_a_drawn_place_has_no_geometry(client):
    answer = client.get("/api/projects").json()
    startup = next(feature for feature in answer["features"] if feature["id"] == "ECO-02")
    assert startup["geometry"] is None
    assert startup["properties"]["is_province_wide"] is True
    assert {site["marker"] for site in startup["properties"]["sites"]} == {None}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("domain=energy", ["ENE-01", "ENE-02", "ENE-03"]),
        ("domain=energy&q=promthep", ["ENE-03"]),
        ("tambon=830102", ["ENV-02", "MOB-01"]),
        ("tambon=830101&tambon=830102&domain=mobility", ["MOB-01"]),
        ("amphoe=8301&domain=environment&domain=mobility", ["ENV-02", "MOB-01"]),
        ("agency=เทศบาลนครภูเก็ต&domain=environment", ["ENV-02"]),
        ("agency=Phuket City Municipality&domain=environment", ["ENV-02"]),
        ("q=env-02", ["ENV-02"]),
        ("q=รถพยาบาล", ["LIV-03"]),
        ("tambon=999999", []),
        ("phase=2021", []),
        ("q=%25", []),
    ],
)
def test_projects_are_filtered(client, query, expected):
    answer = client.get(f"/api/projects?{query}").json()
    assert codes(answer) == expected
    assert answer["numberMatched"] == len(expected)


def test_facet_counts_look_at_the_other_facets_only(client):
    facets = client.get("/api/projects?domain=energy&tambon=830102").json()["facets"]
    assert facets["domain"] == {"environment": 1, "mobility": 1}
    assert facets["tambon"] == {}
    assert facets["status"] == {}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("domain=weather", "domain.0"),
        ("status=lost", "status.0"),
        ("confidence=sure", "confidence.0"),
        ("phase=2564", "phase.0"),
        ("q=%00", "q"),
        ("q=" + "x" * 201, "q"),
    ],
)
def test_project_filter_malformed_is_named(client, query, parameter):
    response = client.get(f"/api/projects?{query}")
    assert response.status_code == 400
    assert response.json()["parameter"] == parameter


def test_project_detail_has_sources_by_field(client):
    project = client.get("/api/projects/ENV-02").json()
    properties = project["properties"]
    assert set(properties["facts"]["name"]) == {"confidence", "source", "source_date", "note"}
    assert properties["facts"]["name"]["source"]
    assert {"args", "source", "problem", "note"} <= set(properties["sites"][0])
    assert project["geometry"]["geometries"][0]["type"] == "Point"


@pytest.mark.parametrize("code", ["ENV-99", "env-02", "%00", "ENV-02%00", "x" * 500, "ENV-0๑"])
def test_project_unknown_is_404(client, code):
    response = client.get(f"/api/projects/{code}")
    assert response.status_code == 404
    assert response.json()["parameter"] == "code"


def test_programme_agrees_with_the_announcement(client):
    programme = client.get("/api/programme").json()
    assert (programme["planned"], programme["recorded"], programme["named"]) == (39, 39, 32)
    assert {domain["id"]: domain["planned"] for domain in programme["domains"]} == DOMAINS
    assert {domain["id"]: domain["recorded"] for domain in programme["domains"]} == DOMAINS
    assert [domain["placed"] for domain in programme["domains"]] == [1, 0, 0, 0, 0, 1, 0]
    assert [(p["id"], p["planned"], p["assigned"]) for p in programme["phases"]] == [
        ("2021", 22, 0),
        ("2022-2023", 17, 0),
    ]
    assert programme["phases"][0]["years"] == {"th": "2564", "en": "2021"}
    assert programme["phases"][1]["years"] == {"th": "2565–2566", "en": "2022–2023"}
    assert [check["ok"] for check in programme["checks"]] == [True, True, True]
    assert sum(programme["statuses"].values()) == 39
    assert len(programme["unverified"]) == 39
    assert all(source["texts"]["th"] for source in programme["sources"])
