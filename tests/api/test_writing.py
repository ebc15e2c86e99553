"""Who may write: this machine, the operator with a token, and no page of another site."""

import logging

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from api.main import create_app
from twin.settings import ApiSettings, Settings

TOKEN = "correct horse battery staple"  # noqa: S105 (nobody's)
RUN = "/api/processes/echo/execution"
HELLO = {"inputs": {"message": "x"}}
HERE = "127.0.0.1"
OWN = "http://127.0.0.1:8000"


def ask(settings, *, token=TOKEN, peer=HERE, base=OWN, **headers):
    api = settings.api.model_validate({**settings.api.model_dump(), "admin_token": token})
    jobs = settings.jobs.model_copy(update={"max_queued": 10_000})
    app = create_app(settings.model_copy(update={"api": api, "jobs": jobs}))
    sent = {"Prefer": "respond-async"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    with TestClient(app, base_url=base, client=(peer, 50_000)) as client:
        return client.post(RUN, json=HELLO, headers=sent)


@pytest.mark.parametrize(
    ("peer", "base"),
    [
        (HERE, OWN),
        ("127.8.8.8", "http://localhost:8000"),
        ("::1", "http://[::1]:8000"),
        ("::ffff:127.0.0.1", "http://twin.localhost"),
    ],
)
@pytest.mark.parametrize("token", [None, TOKEN])
def test_this_machine_may_write(toy, token, peer, base):
    assert ask(toy, token=token, peer=peer, base=base).status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": OWN},
        {"Origin": OWN, "Sec_Fetch_Site": "same-origin"},
        {"Sec_Fetch_Site": "none"},
    ],
)
def test_own_pages_may_write(toy, headers):
    assert ask(toy, **headers).status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:3000"},
        {"Origin": "http://localhost:8000"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": OWN, "Sec_Fetch_Site": "cross-site"},
    ],
)
def test_pages_of_other_sites_may_not_write(toy, headers):
    response = ask(toy, **headers)
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    assert ask(toy, Authorization=f"Bearer {TOKEN}", **headers).status_code == 201


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
def test_what_a_form_could_send_is_refused(toy, media_type):
    app = create_app(toy)
    with TestClient(app, base_url=OWN, client=(HERE, 50_000)) as client:
        response = client.post(
            RUN,
            content='{"inputs": {"message": "x"}}',
            headers={"Content-Type": media_type, "Prefer": "respond-async"},
        )
    assert (response.status_code, response.json()["code"]) == (415, "unsupported-media-type")


@pytest.mark.parametrize(
    "strange",
    [
        {"peer": "192.0.2.7"},
        {"peer": "testclient"},
        {"base": "http://evil.example:8000"},
        {"base": "http://127.0.0.1.evil.example"},
        {"X_Forwarded_For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X_Real_IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
    ],
    ids=str,
)
def test_others_need_the_token(toy, strange):
    closed = ask(toy, token=None, **strange)
    assert (closed.status_code, closed.json()["code"]) == (403, "forbidden")
    assert "TWIN_API__ADMIN_TOKEN" in closed.json()["detail_th"]
    without = ask(toy, **strange)
    assert (without.status_code, without.json()["code"]) == (401, "unauthorised")
    assert without.headers["www-authenticate"] == "Bearer"
    assert ask(toy, Authorization=f"Bearer {TOKEN}", **strange).status_code == 201
    assert ask(toy, Authorization=f"bearer {TOKEN}", **strange).status_code == 201


def test_client_named_by_a_trusted_proxy_needs_the_token(toy):
    api = toy.api.model_validate({**toy.api.model_dump(), "trusted_proxies": "127.0.0.1"})
    proxied = toy.model_copy(update={"api": api})
    for client in ("192.0.2.7", "127.0.0.1"):
        assert ask(proxied, X_Forwarded_For=client).status_code == 401
        assert ask(proxied, X_Forwarded_For=client, Authorization=f"Bearer {TOKEN}").is_success


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer wrong",
        f"Bearer {TOKEN}x",
        "Bearer ",
        "Bearer",
        f"Basic {TOKEN}",
        TOKEN,
        "Bearer ไทย",
    ],
)
def test_wrong_token_is_refused_even_here_and_never_logged(toy, authorization, caplog):
    with caplog.at_level(logging.DEBUG):
        response = ask(toy, Authorization=authorization.encode())
    assert (response.status_code, response.json()["code"]) == (401, "unauthorised")
    assert TOKEN not in response.text
    assert TOKEN not in caplog.text


def test_token_where_none_is_set_is_refused(toy):
    assert ask(toy, token=None, Authorization="Bearer None").status_code == 401
    assert ask(toy, token=None, Authorization="Bearer ").status_code == 401


def test_token_is_long_and_told_nowhere(monkeypatch):
    with pytest.raises(ValidationError, match="at least 20"):
        ApiSettings(admin_token="a" * 19)
    monkeypatch.setenv("TWIN_API__ADMIN_TOKEN", "a-short-secret")
    with pytest.raises(ValidationError) as told:
        Settings()
    assert "a-short-secret" not in str(told.value)
    assert TOKEN not in repr(ApiSettings(admin_token=TOKEN))


def test_reading_stays_open(toy):
    with TestClient(create_app(toy), client=("192.0.2.7", 50_000)) as client:
        for path in ("/api/processes", "/api/processes/echo", "/api/jobs"):
            assert client.get(path).status_code == 200
        assert client.delete("/api/jobs/0b5cb4ba-9d52-4d4d-a5f8-1f4c9d3cf3b5").status_code == 403


def test_running_at_once_is_reading(toy):
    far = {"peer": "192.0.2.7", "token": None}
    assert ask(toy, **far, Prefer="").status_code == 200
    assert ask(toy, **far, Prefer="respond-async").status_code == 403


def test_browsers_are_not_told_that_other_sites_may_send_a_token(toy):
    with TestClient(create_app(toy)) as client:
        asked = client.options(
            RUN,
            headers={
                "Origin": "https://evil.example",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization, content-type",
            },
        )
    assert asked.status_code == 405
    assert "access-control-allow-headers" not in asked.headers
