"""Downloads of OpenStreetMap data: checked against the published sum, ready to be loaded."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from layers.fetch import Limits, fetch, fetch_edition
from layers.manifest import read_catalogue
from twin.errors import FetchError
from twin.settings import Settings

ANSWER = json.dumps({"version": 0.6, "osm3s": {}, "elements": []}).encode()
SUM = hashlib.md5(ANSWER, usedforsecurity=False).hexdigest()
QUICK = Limits(total_s=20, stall_s=1, attempts=2, backoff_s=0.01)


@pytest.fixture
def server():
    """What is served by path, in a dictionary, and the address of it all."""
    files, requests = {}, []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(self.path)
            body = files.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_):
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield files, requests, f"http://127.0.0.1:{http.server_port}"
    http.shutdown()
    thread.join()
    http.server_close()


def roads_at(url, **changes):
    """Return the manifest of roads with this upstream, as many times as there are layers of it."""
    manifest = next(each for each in read_catalogue() if each.id == "road")
    source = manifest.sources["phuket"]
    upstream = source.upstream.model_copy(update={"url": url, "md5_url": None} | changes)
    source = source.model_copy(update={"upstream": upstream})
    return [manifest.model_copy(update={"sources": {"phuket": source}})]


def test_download_that_is_right_by_its_sum_is_ready_to_be_loaded(server, tmp_path):
    files, requests, url = server
    files |= {"/x.osm.pbf": ANSWER, "/x.osm.pbf.md5": f"{SUM}  x.osm.pbf\n".encode()}
    manifests = roads_at(url + "/x.osm.pbf", md5_url=url + "/x.osm.pbf.md5")
    settings = Settings(home=tmp_path)
    [first] = fetch_edition(manifests, settings, limits=QUICK)
    [second] = fetch_edition(manifests, settings, limits=QUICK)
    assert (first.status, second.status) == ("downloaded", "kept")
    assert "takes it where the data folder has no file" in first.message.en
    assert "คำสั่ง twin layers load จะใช้ไฟล์นี้" in first.message.th
    assert [path.name for path in settings.download_dir.iterdir()] == [first.path.name]
    assert sorted(requests) == ["/x.osm.pbf", "/x.osm.pbf.md5"]


def test_download_that_is_wrong_by_its_sum_is_not_kept(server, tmp_path):
    files, _requests, url = server
    files |= {"/x.osm.pbf": ANSWER, "/x.md5": f"{'0' * 32}  x.osm.pbf\n".encode()}
    manifests = roads_at(url + "/x.osm.pbf", md5_url=url + "/x.md5")
    [result] = fetch_edition(manifests, Settings(home=tmp_path), limits=QUICK)
    assert result.status == "failed"
    assert f"its MD5 is {SUM}, expected 000" in result.message.en
    assert list((tmp_path / "downloads").iterdir()) == []


@pytest.mark.parametrize("told", [b"<html>", b"", b"abc  x"])
def test_sum_that_is_none_is_told(server, tmp_path, told):
    files, _requests, url = server
    files |= {"/x.osm.pbf": ANSWER, "/x.md5": told}
    manifests = roads_at(url + "/x.osm.pbf", md5_url=url + "/x.md5")
    [result] = fetch_edition(manifests, Settings(home=tmp_path), limits=QUICK)
    assert (result.status, "no MD5 sum" in result.message.en) == ("failed", True)
    assert list((tmp_path / "downloads").iterdir()) == []


def test_page_in_the_place_of_data_is_not_kept(server, tmp_path):
    files, _requests, url = server
    files["/interpreter?data=x"] = b"<html><body>busy</body></html>"
    manifests = roads_at(url + "/interpreter?data=x")
    [result] = fetch_edition(manifests, Settings(home=tmp_path), limits=QUICK)
    assert result.status == "failed"
    assert "no OpenStreetMap data" in result.message.en
    assert list((tmp_path / "downloads").iterdir()) == []


def test_answer_of_overpass_is_ready_to_be_loaded(server, tmp_path):
    files, _requests, url = server
    files["/interpreter?data=x"] = ANSWER
    [result] = fetch_edition(
        roads_at(url + "/interpreter?data=x"), Settings(home=tmp_path), limits=QUICK
    )
    assert result.status == "downloaded"
    assert result.path.name.endswith("-interpreter")


def test_fetch_checks_md5_and_sha256_alike(server, tmp_path):
    files, _requests, url = server
    files["/x"] = ANSWER
    assert fetch(url + "/x", tmp_path / "x", md5=SUM).read_bytes() == ANSWER
    with pytest.raises(FetchError, match="SHA-256"):
        fetch(url + "/x", tmp_path / "x", md5=SUM, sha256="0" * 64)
