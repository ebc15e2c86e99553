"""Whatever the OpenAPI document allows or forbids, the service answers as the document says."""

import anyio
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from api.main import create_app
from twin.settings import JobSettings, Settings

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    allow_header_conformance,
]


#: What the service takes for the operator's token here: anybody else may write nothing.
TOKEN = b"a token for this test alone"


class Forward:
    """Stands for the service while tests are collected, and passes requests on while they run.

    Schemathesis opens an event loop for each request; the service stays in its own, as the
    connections of its pool must.
    """

    def __init__(self):
        self.app = create_app(Settings())
        self.portal = None

    async def __call__(self, scope, receive, send):
        if self.portal is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "lifespan":
            # The test client of `running` starts and stops the service.
            await receive()
            await send({"type": "lifespan.startup.complete"})
        else:
            messages = [await receive()]
            while messages[-1].get("more_body"):
                messages.append(await receive())
            for message in self.portal.call(self.answer, scope, messages):
                await send(message)

    async def answer(self, scope, messages):
        sent = []
        headers = [header for header in scope["headers"] if header[0] != b"authorization"]
        scope = {**scope, "headers": [*headers, (b"authorization", b"Bearer " + TOKEN)]}

        async def receive():
            return messages.pop(0) if messages else await anyio.sleep_forever()

        async def send(message):
            sent.append(message)

        await self.app(scope, receive, send)
        return sent


SERVICE = Forward()
SCHEMA = schemathesis.openapi.from_asgi("/api/openapi.json", SERVICE)
OPERATIONS = {
    operation.label: operation
    for operation in (result.ok() for result in SCHEMA.get_all_operations())
    if operation.path != "/tiles/changes"  # a stream without an end
}


#: Path parameters that name something on the toy island.
KNOWN = {
    "collectionId": "grid",
    "itemId": 123,
    "code": "ENV-02",
    "tileset": "base",
    "layer": "elevation",
    "processId": "echo",
    "tileMatrixSetId": "WebMercatorQuad",
    "tileMatrix": "12",
    "tileRow": 1957,
    "tileCol": 3167,
    "z": 12,
    "x": 3167,
    "y": 1957,
}


@pytest.fixture(scope="module", autouse=True)
def running(toy):
    """The service on the toy island."""
    api = toy.api.model_validate({**toy.api.model_dump(), "admin_token": TOKEN.decode()})
    jobs = JobSettings(sync_timeout_s=0.2)
    SERVICE.app = create_app(toy.model_copy(update={"api": api, "jobs": jobs}))
    with TestClient(SERVICE.app) as client:
        SERVICE.portal = client.portal
        KNOWN["jobId"] = client.post(
            "/api/processes/echo/execution",
            json={"inputs": {"message": "x"}},
            headers={"Authorization": f"Bearer {TOKEN.decode()}", "Prefer": "respond-async"},
        ).json()["jobID"]
        yield
        SERVICE.portal = None


def is_negatable(operation):
    """Whether any request could break the document: a text in a path can be anything."""
    typed = [p for p in operation.path_parameters if p.definition["schema"].get("type") != "string"]
    return bool(operation.query or operation.body or typed)


def test_every_operation_is_tried():
    assert len(OPERATIONS) == 67
    assert sum(map(is_negatable, OPERATIONS.values())) == 51


def check(data, label, mode, **known):
    operation = OPERATIONS[label]
    case = data.draw(operation.as_strategy(generation_mode=mode, **known))
    case.call_and_validate(checks=CHECKS)


limited = settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("label", OPERATIONS)
@given(data=st.data())
@limited
def test_request_as_documented_is_answered_as_documented(label, data):
    check(data, label, GenerationMode.POSITIVE)


@pytest.mark.parametrize("label", OPERATIONS)
@given(data=st.data())
@limited
def test_request_for_what_exists_is_answered_as_documented(label, data):
    known = {name: value for name, value in KNOWN.items() if f"{{{name}}}" in label}
    if label.startswith("GET /raster"):
        known["layer"] = data.draw(st.sampled_from(["elevation", "land_cover"]))
    if "/map/" in label:
        known["collectionId"] = data.draw(st.sampled_from(["elevation", "land_cover"]))
    check(data, label, GenerationMode.POSITIVE, path_parameters=known)


@pytest.mark.parametrize("label", [name for name, op in OPERATIONS.items() if is_negatable(op)])
@given(data=st.data())
@limited
def test_request_against_the_document_is_refused_as_documented(label, data):
    check(data, label, GenerationMode.NEGATIVE)
