"""Streets and people as files for the browser."""

import gzip

import pytest
from starlette.testclient import TestClient

from api.main import create_app
from twin.analysis.compact import read_arrays
from twin.settings import DbSettings, Settings

CAR = "/api/network/car.bin"
PEOPLE = "/api/network/car/demand.bin"
PLAIN = {"Accept-Encoding": "identity"}


@pytest.mark.parametrize("mode", ["walk", "motorcycle", "car"])
def test_streets_come_as_a_file_with_their_source(client, mode):
    answer = client.get(f"/api/network/{mode}.bin", headers=PLAIN)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.phuket-twin.arrays"
    assert answer.headers["cache-control"] == "public, no-cache"
    assert answer.headers["access-control-allow-origin"] == "*"
    head, arrays = read_arrays(answer.content)
    assert (head["kind"], head["mode"]) == ("network", mode)
    assert head["source"]["en"]
    assert head["pieces"] == len(arrays["along"]) > 0
    assert arrays["start"][-1] == head["pieces"]


def test_people_are_on_the_streets_of_the_file_beside(client):
    streets, _ = read_arrays(client.get(CAR).content)
    head, arrays = read_arrays(client.get(PEOPLE).content)
    assert head["network"] == streets["network"]
    assert head["areas"]["layer"] == "tambon"
    known = arrays["piece"][arrays["piece"] != 2**32 - 1]
    assert known.max() < streets["pieces"]
    assert arrays["weight"].sum() > 0
    assert arrays["area"].max() < len(head["areas"]["codes"])
    by_district = client.get(PEOPLE, params={"areas": "amphoe"})
    assert read_arrays(by_district.content)[0]["areas"]["layer"] == "amphoe"


@pytest.mark.parametrize("path", [CAR, PEOPLE])
def test_who_has_the_file_is_told_so(client, path):
    plain = client.get(path, headers=PLAIN)
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]
    for answer, accepts in ((plain, "identity"), (packed, "gzip")):
        known = {"If-None-Match": answer.headers["etag"], "Accept-Encoding": accepts}
        again = client.get(path, headers=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == answer.headers["etag"]
        assert again.headers["vary"] == "Accept-Encoding"
    stale = client.get(path, headers={"If-None-Match": '"old"'})
    assert stale.status_code == 200


def test_head_tells_what_get_would(client):
    got, head = client.get(CAR), client.head(CAR)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "content-type", "content-length", "vary"):
        assert head.headers[name] == got.headers[name]


def test_the_compressed_file_is_a_gzip_member(client):
    with client.stream("GET", CAR, headers={"Accept-Encoding": "gzip"}) as answer:
        content = b"".join(answer.iter_raw())
    assert int(answer.headers["content-length"]) == len(content)
    assert gzip.decompress(content) == client.get(CAR, headers=PLAIN).content


@pytest.mark.parametrize(
    ("path", "status", "parameter"),
    [
        ("/api/network/boat.bin", 404, "mode"),
        ("/api/network/car.bin?ferries=perhaps", 400, "ferries"),
        ("/api/network/car.bin?speed=1", 400, "speed"),
        ("/api/network/car/demand.bin?variant=all", 400, "variant"),
        ("/api/network/car/demand.bin?areas=nowhere", 400, "areas"),
        ("/api/network/car/demand.bin?areas=road", 400, "areas"),
    ],
)
def test_what_cannot_be_had_is_refused_by_name(toy_client, path, status, parameter):
    answer = toy_client.get(path)
    assert answer.status_code == status
    told = answer.json()
    assert told["parameter"] == parameter
    assert told["detail"]


def test_without_streets_the_answer_says_what_to_do(new_database, open_folder):
    address = new_database("no_streets").set(drivername="postgresql").render_as_string()
    settings = Settings(home=open_folder / "no_streets", db=DbSettings(url=address))
    with TestClient(create_app(settings)) as client:
        answer = client.get(CAR)
    assert answer.status_code == 404
    assert "twin layers load" in str(answer.json())
