"""What reverse proxies tell is believed of trusted ones only, and never breaks anything."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.testclient import TestClient

from api.main import create_app
from api.middleware import PathPrefix
from api.proxies import TrustedProxies, forwarded_hops, x_forwarded_hops
from twin.settings import ApiSettings

PROXY, INNER, CLIENT, STRANGER = "10.0.0.1", "10.0.0.2", "203.0.113.9", "198.51.100.7"


def told(headers, peer=PROXY, path="/api", **options):
    """What the application sees of a request with these headers."""

    async def app(scope, receive, send):
        request = Request(scope)
        seen = {
            "client": list(scope["client"]),
            "base": str(request.base_url).rstrip("/"),
            "path": scope["path"],
        }
        await JSONResponse(seen)(scope, receive, send)

    options = {"trusted_proxies": "10.0.0.0/8, 2001:db8::/32", **options}
    around = TrustedProxies(
        PathPrefix(app, options.pop("root_path", "")), ApiSettings.model_validate(options)
    )
    client = TestClient(around, base_url="http://inside:8000", client=(peer, 4711))
    return client.get(path, headers=headers).json()


EVERYTHING = {
    "X-Forwarded-For": CLIENT,
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "twin.phuket.go.th",
    "X-Forwarded-Prefix": "/twin",
}
INSIDE = "http://inside:8000"


def test_trusted_proxy_is_believed():
    seen = told(EVERYTHING)
    assert seen["base"] == "https://twin.phuket.go.th/twin"
    assert seen["client"] == [CLIENT, 0]
    assert seen["path"] == "/twin/api"


@pytest.mark.parametrize("peer", [STRANGER, "127.0.0.1", "::1", "testclient", "11.0.0.1"])
@pytest.mark.parametrize("family", ["x-forwarded", "forwarded"])
def test_stranger_changes_nothing(peer, family):
    headers = {**EVERYTHING, "Forwarded": "for=1.2.3.4;proto=https;host=evil.example"}
    seen = told(headers, peer, proxy_headers=family)
    assert seen == {"client": [peer, 4711], "base": INSIDE, "path": "/api"}


def test_nobody_is_trusted_unless_told():
    seen = told(EVERYTHING, trusted_proxies=())
    assert seen["base"] == INSIDE
    assert ApiSettings().trusted_proxies == ()


def test_forwarded_is_read_where_it_is_set():
    header = f'for="{CLIENT}:55";proto=https;host="twin.phuket.go.th";by={PROXY}'
    seen = told({"Forwarded": header}, proxy_headers="forwarded")
    assert (seen["base"], seen["client"]) == ("https://twin.phuket.go.th", [CLIENT, 55])


@pytest.mark.parametrize(
    ("family", "headers"),
    [
        ("x-forwarded", {"Forwarded": "for=1.2.3.4;proto=https;host=evil.example"}),
        ("forwarded", EVERYTHING),
    ],
)
def test_headers_that_the_proxy_does_not_set_are_the_client_s_and_not_read(family, headers):
    assert told(headers, proxy_headers=family)["base"] == INSIDE


@pytest.mark.parametrize(
    ("chain", "client"),
    [
        (CLIENT, CLIENT),
        (f"{CLIENT}, {INNER}", CLIENT),
        (f"1.2.3.4, {CLIENT}", CLIENT),
        (f"{INNER}, {CLIENT}", CLIENT),
        (f"1.2.3.4, {CLIENT}, {INNER}, 10.9.9.9", CLIENT),
        (f"{INNER}, 10.9.9.9", INNER),
        (f"unknown, {INNER}", PROXY),
        ("unknown", PROXY),
        (f"1.2.3.4:80, {CLIENT}:1234", CLIENT),
        ("1.2.3.4, [2001:db9::1]:99", "2001:db9::1"),
        ("1.2.3.4, 2001:db9::1", "2001:db9::1"),
        ("2001:db9::1, 2001:db8::5", "2001:db9::1"),
        (f"::ffff:{CLIENT}", CLIENT),
    ],
)
def test_client_is_the_first_from_the_right_that_is_not_trusted(chain, client):
    assert told({"X-Forwarded-For": chain})["client"][0] == client
    quoted = ", ".join(f'for="{address.strip()}"' for address in chain.split(","))
    assert told({"Forwarded": quoted}, proxy_headers="forwarded")["client"][0] == client


def test_what_the_outermost_trusted_proxy_says_counts():
    chain = {
        "X-Forwarded-For": f"1.2.3.4, {CLIENT}, {INNER}",
        "X-Forwarded-Proto": "http, https, http",
        "X-Forwarded-Host": "evil.example, twin.phuket.go.th, inner.local",
        "X-Forwarded-Prefix": "/evil, /twin, /inner",
    }
    assert told(chain)["base"] == "https://twin.phuket.go.th/twin"
    header = (
        "for=1.2.3.4;host=evil.example;proto=http"
        f", for={CLIENT};host=twin.phuket.go.th;proto=https, for={INNER};host=inner.local"
    )
    seen = told({"Forwarded": header}, proxy_headers="forwarded")
    assert seen["base"] == "https://twin.phuket.go.th"


def test_value_added_behind_what_the_client_sent_counts():
    chain = {"X-Forwarded-For": f"1.2.3.4, {CLIENT}", "X-Forwarded-Host": "evil.example, good.th"}
    assert told(chain)["base"] == "http://good.th"


def test_inner_proxy_speaks_where_the_outer_is_silent():
    header = f"for={CLIENT}, for={INNER};proto=https;host=twin.phuket.go.th"
    seen = told({"Forwarded": header}, proxy_headers="forwarded")
    assert seen["base"] == "https://twin.phuket.go.th"


@pytest.mark.parametrize(
    ("headers", "base"),
    [
        ({"X-Forwarded-Port": "8443"}, "http://inside:8443"),
        ({"X-Forwarded-Port": "443", "X-Forwarded-Proto": "https"}, "https://inside"),
        ({"X-Forwarded-Port": "80"}, "http://inside"),
        ({"X-Forwarded-Host": "a.th", "X-Forwarded-Port": "81"}, "http://a.th:81"),
        ({"X-Forwarded-Host": "a.th:82", "X-Forwarded-Port": "81"}, "http://a.th:82"),
        (
            {"X-Forwarded-Host": "[2001:db8::1]", "X-Forwarded-Port": "81"},
            "http://[2001:db8::1]:81",
        ),
        ({"X-Forwarded-Host": "[2001:db8::1]:82"}, "http://[2001:db8::1]:82"),
        ({"X-Forwarded-Port": "0"}, INSIDE),
        ({"X-Forwarded-Port": "65536"}, INSIDE),
        ({"X-Forwarded-Port": "99999999999999999999"}, INSIDE),
        ({"X-Forwarded-Port": "eighty"}, INSIDE),
    ],
)
def test_port(headers, base):
    assert told(headers)["base"] == base


@pytest.mark.parametrize(
    ("prefix", "base"),
    [
        ("/twin", f"{INSIDE}/twin"),
        ("/twin/", f"{INSIDE}/twin"),
        ("/city/twin", f"{INSIDE}/city/twin"),
        ("/", INSIDE),
        ("twin", INSIDE),
        ("//evil.example", INSIDE),
        ("/a/../b", INSIDE),
        ("/./a", INSIDE),
        ("/a b", INSIDE),
        ("/a?x", INSIDE),
        ("/a%2fb", INSIDE),
        ("/a\\b", INSIDE),
        ("https://evil.example", INSIDE),
    ],
)
def test_prefix(prefix, base):
    assert told({"X-Forwarded-Prefix": prefix})["base"] == base


def test_prefix_told_comes_before_the_one_that_is_set():
    assert told({}, root_path="/set")["base"] == f"{INSIDE}/set"
    assert told({"X-Forwarded-Prefix": "/told"}, root_path="/set")["base"] == f"{INSIDE}/told"


def test_prefix_is_kept_or_cut_off_by_the_proxy():
    for path in ("/api", "/twin/api"):
        assert told({"X-Forwarded-Prefix": "/twin"}, path=path)["path"] == "/twin/api"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example/path"},
        {"X-Forwarded-Host": "a b"},
        {"X-Forwarded-Host": "user@evil.example"},
        {"X-Forwarded-Host": ""},
        {"X-Forwarded-Proto": "javascript"},
        {"X-Forwarded-Proto": "wss"},
        {"X-Forwarded-For": ",,,"},
        {"X-Forwarded-For": "999.1.1.1"},
        {"X-Forwarded-For": "é".encode()},
    ],
)
def test_malformed_value_is_passed_over(headers):
    assert told(headers) == {"client": [PROXY, 4711], "base": INSIDE, "path": "/api"}


@pytest.mark.parametrize(
    "header",
    [
        "",
        ";",
        "for",
        "for=",
        'for="1.2.3.4',
        'for="1.2.3.4";;host=a b',
        "host=evil.example for=1.2.3.4",
        'host="evil.example/"',
        'host="a\\"b"',
        "proto=ftp",
        "for=_hidden",
        "for=unknown",
        '"' * 4000,
        "for=1.2.3.4," * 1000,
    ],
)
def test_malformed_forwarded_is_passed_over(header):
    seen = told({"Forwarded": header}, proxy_headers="forwarded")
    assert seen == {"client": [PROXY, 4711], "base": INSIDE, "path": "/api"}


def test_forwarded_names_are_in_any_case_and_lines_are_joined():
    lines = [("Forwarded", "For=1.2.3.4"), ("Forwarded", f"FOR={CLIENT};Proto=HTTPS;HOST=a.th")]
    seen = told(lines, proxy_headers="forwarded")
    assert (seen["base"], seen["client"][0]) == ("https://a.th", CLIENT)


def test_chain_that_is_very_long_is_cut():
    hops = x_forwarded_hops(Headers({"x-forwarded-for": f"{PROXY}," * 5000 + CLIENT}))
    assert len(hops) == 32
    assert hops[-1].client == CLIENT


@given(st.text(st.characters(codec="latin-1"), max_size=200))
@settings(max_examples=300, deadline=None)
def test_no_header_breaks_the_readers(text):
    for name, read in (("forwarded", forwarded_hops), ("x-forwarded-for", x_forwarded_hops)):
        headers = Headers(raw=[(name.encode(), text.encode("latin-1"))])
        assert isinstance(read(headers), list)


@pytest.mark.parametrize("family", ["x-forwarded", "forwarded"])
@given(text=st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_header_of_a_trusted_proxy_is_a_fault_of_ours(family, text):
    names = ["Forwarded", *(f"X-Forwarded-{n}" for n in ("For", "Proto", "Host", "Port", "Prefix"))]
    headers = dict.fromkeys(names, text.encode("latin-1"))
    assert told(headers, proxy_headers=family)["path"].endswith("/api")


@pytest.mark.parametrize("value", ["10.0.0.1/8", "proxy.local", "10.0.0.0/33", "*"])
def test_setting_that_is_no_network_is_refused(value):
    with pytest.raises(ValidationError):
        ApiSettings(trusted_proxies=value)


def test_setting_is_read_from_the_environment(monkeypatch):
    from twin.settings import Settings  # noqa: PLC0415 (read after the variable is set)

    monkeypatch.setenv("TWIN_API__TRUSTED_PROXIES", "127.0.0.1, ::1 10.0.0.0/8")
    networks = [str(network) for network in Settings().api.trusted_proxies]
    assert networks == ["127.0.0.1/32", "::1/128", "10.0.0.0/8"]


def test_links_and_openapi_of_the_service_follow_the_proxy(toy):
    api = toy.api.model_copy(
        update={"trusted_proxies": ApiSettings(trusted_proxies=PROXY).trusted_proxies}
    )
    app = create_app(toy.model_copy(update={"api": api}))
    with TestClient(app, client=(PROXY, 1)) as client:
        links = client.get("/api", headers=EVERYTHING).json()["links"]
        assert all(link["href"].startswith("https://twin.phuket.go.th/twin/") for link in links)
        document = client.get("/api/openapi.json", headers=EVERYTHING).json()
        assert document["servers"] == [{"url": "/twin"}]
        page = client.get("/api?f=html", headers=EVERYTHING).text
        assert "https://twin.phuket.go.th/twin/api/static/page.css" in page
        plain = client.get("/api").json()["links"]
        assert plain[0]["href"] == "http://testserver/api"
    with TestClient(app, client=(STRANGER, 1)) as client:
        links = client.get("/api", headers=EVERYTHING).json()["links"]
        assert links[0]["href"] == "http://testserver/api"
