"""OGC API Processes 1: core, process description, JSON, OpenAPI 3.0, job list, dismiss."""

import pytest

REL = "http://www.opengis.net/def/rel/ogc/1.0/"
CONF = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/"
EXCEPTION = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"


def schema_of(document, path, method, status):
    response = document["paths"][path][method]["responses"][status]
    return response["content"]["application/json"]["schema"]


def test_declared_classes(conforms_to):
    declared = {uri.removeprefix(CONF) for uri in conforms_to if uri.startswith(CONF)}
    assert declared == {
        "core",
        "ogc-process-description",
        "json",
        "oas30",
        "job-list",
        "dismiss",
    }


@pytest.mark.parametrize("name", ["processes", "job-list", "conformance"])
def test_landing_page_links_by_the_relations_of_the_standard(follow, find, name):
    (link,) = find(follow.json("/api"), REL + name, "application/json")
    assert follow.json(link["href"])


def test_process_list_and_descriptions(follow, find):
    listed = follow.json("/api/processes")
    assert find(listed, "self", "application/json")
    for process in listed["processes"]:
        assert {"id", "version", "jobControlOptions", "outputTransmission", "links"} <= {*process}
        (link,) = find(process, "self")
        described = follow.json(link["href"])
        assert described["id"] == process["id"]
        (execute,) = find(described, f"{REL}execute")
        assert execute["href"].endswith(f"/api/processes/{process['id']}/execution")
        for part in (*described["inputs"].values(), *described["outputs"].values()):
            assert part["schema"]
            assert part["title"]


def test_limit_of_the_process_list(follow, find):
    page = follow.json("/api/processes?limit=1")
    assert len(page["processes"]) == 1
    (more,) = find(page, "next")
    rest = follow.json(more["href"])["processes"]
    assert page["processes"][0]["id"] not in {process["id"] for process in rest}


def test_no_such_process_and_no_such_job(follow):
    for path, name in (
        ("/api/processes/none", "no-such-process"),
        ("/api/jobs/0b5cb4ba-9d52-4d4d-a5f8-1f4c9d3cf3b5", "no-such-job"),
        ("/api/jobs/0b5cb4ba-9d52-4d4d-a5f8-1f4c9d3cf3b5/results", "no-such-job"),
    ):
        response = follow.get(path)
        assert (response.status_code, response.json()["type"]) == (404, EXCEPTION + name)


def test_openapi_document_tells_of_execution_and_jobs(follow):
    document = follow.json("/api/openapi.json")
    run = document["paths"]["/api/processes/{processId}/execution"]["post"]
    assert {"200", "201", "400", "401", "403", "404"} <= {*run["responses"]}
    assert run["requestBody"]["required"]
    assert run["security"] == [{}, {"operatorToken": []}]
    assert document["components"]["securitySchemes"]["operatorToken"]["scheme"] == "bearer"
    assert "Prefer" in {parameter["name"].title() for parameter in run["parameters"]}
    jobs = document["paths"]["/api/jobs"]["get"]["parameters"]
    names = {"type", "processID", "status", "datetime", "minDuration", "maxDuration", "limit"}
    assert names <= {parameter["name"] for parameter in jobs}
    assert "delete" in document["paths"]["/api/jobs/{jobId}"]
    status = schema_of(document, "/api/jobs/{jobId}", "get", "200")["$ref"].rpartition("/")[2]
    required = set(document["components"]["schemas"][status]["required"])
    assert {"jobID", "status"} <= required


def test_job_list(follow, find):
    listed = follow.json("/api/jobs?limit=1")
    assert find(listed, "self", "application/json")
    for job in listed["jobs"]:
        assert {"processID", "type", "jobID", "status", "created", "updated", "links"} <= {*job}
        assert follow.json(find(job, "self")[0]["href"])["jobID"] == job["jobID"]
