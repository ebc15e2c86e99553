"""A client in front of the toy island, at the root of its host and behind a proxy's prefix."""

import pytest
from starlette.testclient import TestClient

from api.main import create_app


def with_root_path(settings, root_path, **changes):
    api = settings.api.model_copy(update={"root_path": root_path, **changes})
    return settings.model_copy(update={"api": api})


@pytest.fixture(scope="session", params=["", "/twin"], ids=["root", "prefix"])
def client(toy, request, open_folder):
    """The service; requests name paths as the service sees them, without the prefix."""
    settings = with_root_path(toy, request.param).model_copy(
        update={"web_dir": open_folder / "web"}
    )
    with TestClient(create_app(settings)) as client:
        client.prefix = request.param
        yield client


@pytest.fixture(scope="session")
def toy_client(toy):
    """The service at the root."""
    with TestClient(create_app(toy)) as client:
        yield client
