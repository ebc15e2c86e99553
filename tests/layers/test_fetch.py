"""Downloads against a local server that stalls, truncates, lies and fails."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from layers.fetch import Limits, fetch, fetch_edition, reachable
from layers.manifest import read_catalogue
from twin.errors import FetchError
from twin.settings import Settings

CONTENT = bytes(range(256)) * 400
SHA256 = hashlib.sha256(CONTENT).hexdigest()
QUICK = Limits(total_s=20, stall_s=0.3, attempts=3, backoff_s=0.01)


class Server:
    """What the server does on each path, and the requests that it saw."""

    def __init__(self, url):
        self.url = url
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.released = threading.Event()
        self.handlers: dict[str, Callable] = {}

    def on(self, path):
        def register(handler):
            self.handlers[path] = handler
            return self.url + path

        return register


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            state.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
            self.close_connection = True
            state.handlers.get(self.path.partition("?")[0], not_found)(self)

        def do_HEAD(self):
            self.send_response(200 if self.path in state.handlers else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    state = Server(f"http://127.0.0.1:{http.server_port}")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield state
    state.released.set()
    http.shutdown()
    thread.join()
    http.server_close()


def reply(handler, status=200, body=CONTENT, length=None, **headers):
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def not_found(handler):
    reply(handler, 404, b"")


def ranged(handler, etag='"v1"', content=CONTENT):
    """Answer as a server that can resume: 206 for the same file, 200 for another."""
    asked = handler.headers.get("Range")
    if asked and handler.headers.get("If-Range") == etag:
        start = int(asked.removeprefix("bytes=").removesuffix("-"))
        told = f"bytes {start}-{len(content) - 1}/{len(content)}"
        reply(handler, 206, content[start:], ETag=etag, Content_Range=told)
    else:
        reply(handler, 200, content, ETag=etag)


def left_behind(target):
    return sorted(path.name for path in target.parent.iterdir()) if target.parent.exists() else []


def test_fetch_writes_the_file_whole_and_tells_its_progress(server, tmp_path):
    url = server.on("/a.zip")(reply)
    seen = []
    target = tmp_path / "deep" / "a.zip"
    path = fetch(url, target, sha256=SHA256, progress=lambda *at: seen.append(at))
    assert path.read_bytes() == CONTENT
    assert seen[0] == (0, len(CONTENT))
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert left_behind(target) == ["a.zip"]


def test_fetch_without_content_length_tells_no_total(server, tmp_path):
    def unmeasured(handler):
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(CONTENT)

    seen = []
    fetch(server.on("/a")(unmeasured), tmp_path / "a", progress=lambda *at: seen.append(at))
    assert seen[-1] == (len(CONTENT), None)


def test_fetch_follows_redirects(server, tmp_path):
    server.on("/real")(reply)
    url = server.on("/moved")(lambda handler: reply(handler, 302, b"", Location="/real"))
    assert fetch(url, tmp_path / "a").read_bytes() == CONTENT


@pytest.mark.parametrize("where", ["/loop", "file:///etc/hostname", "ftp://127.0.0.1/a"])
def test_fetch_redirect_in_circles_or_out_of_http_is_refused(server, tmp_path, where):
    url = server.on("/loop")(lambda handler: reply(handler, 302, b"", Location=where))
    with pytest.raises(FetchError) as caught:
        fetch(url, tmp_path / "a", limits=QUICK)
    assert url in caught.value.en
    assert left_behind(tmp_path / "a") == []


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://example.org/a", "a.zip"])
def test_fetch_other_than_http_is_refused(tmp_path, url):
    with pytest.raises(FetchError, match="only http and https"):
        fetch(url, tmp_path / "a")


@pytest.mark.parametrize("status", [403, 404, 410])
def test_fetch_refused_by_the_server_names_address_and_status_at_once(server, tmp_path, status):
    url = server.on("/gone")(lambda handler: reply(handler, status, b"sorry"))
    with pytest.raises(FetchError, match=f"HTTP {status}") as caught:
        fetch(url, tmp_path / "a", limits=QUICK)
    assert url in caught.value.en
    assert url in caught.value.th
    assert len(server.requests) == 1
    assert left_behind(tmp_path / "a") == []


@pytest.mark.parametrize("status", [500, 503, 429])
def test_fetch_server_fault_is_tried_again(server, tmp_path, status):
    def recovers(handler):
        reply(handler, status, b"") if len(server.requests) < 3 else reply(handler)

    url = server.on("/a")(recovers)
    assert fetch(url, tmp_path / "a", limits=QUICK).read_bytes() == CONTENT
    assert len(server.requests) == 3


def test_fetch_server_fault_that_stays_is_told_after_all_tries(server, tmp_path):
    url = server.on("/a")(lambda handler: reply(handler, 500, b""))
    with pytest.raises(FetchError, match="HTTP 500"):
        fetch(url, tmp_path / "a", limits=QUICK)
    assert len(server.requests) == QUICK.attempts


def test_fetch_truncated_is_resumed_where_it_broke_off(server, tmp_path):
    def truncates_once(handler):
        if len(server.requests) == 1:
            reply(handler, 200, CONTENT[:5000], length=len(CONTENT), ETag='"v1"')
        else:
            ranged(handler)

    url = server.on("/a")(truncates_once)
    assert fetch(url, tmp_path / "a", sha256=SHA256, limits=QUICK).read_bytes() == CONTENT
    resumed = server.requests[1][1]
    assert (resumed["range"], resumed["if-range"]) == ("bytes=5000-", '"v1"')
    assert left_behind(tmp_path / "a") == ["a"]


def test_fetch_truncated_again_and_again_keeps_what_came_for_next_time(server, tmp_path):
    url = server.on("/a")(
        lambda handler: reply(handler, 200, CONTENT[:5000], length=len(CONTENT), ETag='"v1"')
    )
    with pytest.raises(FetchError, match="broke"):
        fetch(url, tmp_path / "a", limits=QUICK)
    assert left_behind(tmp_path / "a") == ["a.part", "a.part.json"]
    server.on("/a")(ranged)
    assert fetch(url, tmp_path / "a", sha256=SHA256, limits=QUICK).read_bytes() == CONTENT
    assert server.requests[-1][1]["range"] == "bytes=5000-"


def test_fetch_file_that_changed_meanwhile_is_started_anew(server, tmp_path):
    def changes(handler):
        if len(server.requests) == 1:
            reply(handler, 200, b"old" * 100, length=9999, ETag='"v1"')
        else:
            ranged(handler, etag='"v2"')

    url = server.on("/a")(changes)
    assert fetch(url, tmp_path / "a", sha256=SHA256, limits=QUICK).read_bytes() == CONTENT


def test_fetch_range_that_the_server_does_not_honour_is_started_anew(server, tmp_path):
    def wrong_part(handler):
        if len(server.requests) == 1:
            reply(handler, 200, CONTENT[:5000], length=len(CONTENT), ETag='"v1"')
        elif "Range" in handler.headers:
            reply(handler, 206, CONTENT, Content_Range=f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}")
        else:
            reply(handler)

    url = server.on("/a")(wrong_part)
    assert fetch(url, tmp_path / "a", sha256=SHA256, limits=QUICK).read_bytes() == CONTENT


def test_fetch_weak_tag_does_not_resume(server, tmp_path):
    def weak(handler):
        if len(server.requests) == 1:
            reply(handler, 200, CONTENT[:5000], length=len(CONTENT), ETag='W/"v1"')
        else:
            reply(handler)

    url = server.on("/a")(weak)
    assert fetch(url, tmp_path / "a", sha256=SHA256, limits=QUICK).read_bytes() == CONTENT
    assert "range" not in server.requests[1][1]


def test_fetch_part_of_another_address_is_not_resumed(server, tmp_path):
    (tmp_path / "a.part").write_bytes(b"x" * 500)
    state = {"url": "http://elsewhere/a", "validator": '"v1"'}
    (tmp_path / "a.part.json").write_text(json.dumps(state))
    url = server.on("/a")(ranged)
    assert fetch(url, tmp_path / "a", sha256=SHA256).read_bytes() == CONTENT


def test_fetch_wrong_digest_keeps_nothing_and_leaves_the_old_file(server, tmp_path):
    target = tmp_path / "a"
    target.write_bytes(b"old")
    url = server.on("/a")(reply)
    with pytest.raises(FetchError, match="SHA-256"):
        fetch(url, target, sha256="0" * 64)
    assert target.read_bytes() == b"old"
    assert left_behind(target) == ["a"]


@pytest.mark.parametrize("tells_length", [True, False])
def test_fetch_too_large_is_given_up(server, tmp_path, tells_length):
    def large(handler):
        handler.send_response(200)
        if tells_length:
            handler.send_header("Content-Length", str(len(CONTENT)))
        handler.end_headers()
        if not tells_length:
            handler.wfile.write(CONTENT)

    url = server.on("/a")(large)
    with pytest.raises(FetchError, match=r"larger than the limit of 0\.05 MB"):
        fetch(url, tmp_path / "a", limits=Limits(max_bytes=50_000))
    assert left_behind(tmp_path / "a") == []


def test_fetch_stalled_is_given_up_after_all_tries(server, tmp_path):
    def stalls(handler):
        reply(handler, 200, CONTENT[:100], length=len(CONTENT), ETag='"v1"')
        handler.wfile.flush()
        server.released.wait(10)

    url = server.on("/a")(stalls)
    with pytest.raises(FetchError, match=r"nothing came for 0\.3 s") as caught:
        fetch(url, tmp_path / "a", limits=Limits(stall_s=0.3, attempts=2, backoff_s=0.01))
    assert "0.3 วินาที" in caught.value.th
    assert len(server.requests) == 2


def test_fetch_dripping_runs_into_the_limit_of_time(server, tmp_path):
    def drips(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(CONTENT)))
        handler.end_headers()
        while not server.released.wait(0.05):
            try:
                handler.wfile.write(b"x")
            except OSError:
                return

    url = server.on("/a")(drips)
    with pytest.raises(FetchError, match=r"more than 0\.5 s"):
        fetch(url, tmp_path / "a", limits=Limits(total_s=0.5, stall_s=5))


def test_fetch_nobody_there_says_so_at_once(tmp_path):
    with pytest.raises(FetchError, match="cannot be reached") as caught:
        fetch("http://127.0.0.1:9/a", tmp_path / "a")
    assert "ติดต่อเซิร์ฟเวอร์ไม่ได้" in caught.value.th
    assert left_behind(tmp_path / "a") == []


def test_fetch_of_a_file_that_another_is_fetching_is_refused(server, tmp_path):
    started = threading.Event()

    def slow(handler):
        started.set()
        server.released.wait(10)
        reply(handler)

    url = server.on("/a")(slow)
    first = threading.Thread(target=fetch, args=(url, tmp_path / "a"))
    first.start()
    assert started.wait(10)
    with pytest.raises(FetchError, match="downloading it already"):
        fetch(url, tmp_path / "a")
    server.released.set()
    first.join()
    assert (tmp_path / "a").read_bytes() == CONTENT


def test_fetch_to_where_nothing_can_be_written_says_why(server, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FetchError, match="cannot write"):
        fetch(server.on("/a")(reply), tmp_path / "file" / "a")


def manifests_at(*urls):
    """Return the first manifests of the catalogue, with these upstreams."""
    result = []
    for manifest, url in zip(read_catalogue(), urls, strict=False):
        source = manifest.sources["phuket"]
        upstream = source.upstream.model_copy(update={"url": url})
        source = source.model_copy(update={"upstream": upstream})
        result.append(manifest.model_copy(update={"sources": {"phuket": source}}))
    return result


def test_fetch_edition_downloads_each_address_once_and_says_what_is_left_to_do(server, tmp_path):
    url = server.on("/cod.zip")(reply)
    settings = Settings(home=tmp_path)
    seen = set()
    results = fetch_edition(
        manifests_at(url, url),
        settings,
        lambda layer, done, _total: seen.add((layer, done)),
        limits=QUICK,
    )
    assert [(result.layer_id, result.status) for result in results] == [
        ("land", "downloaded"),
        ("province", "kept"),
    ]
    assert results[0].path == results[1].path
    assert results[0].path.parent == settings.download_dir
    assert results[0].path.name.endswith("-cod.zip")
    assert results[0].path.read_bytes() == CONTENT
    assert "needs preparation: Dataset page" in results[0].message.en
    assert "ยังต้องเตรียม" in results[0].message.th
    assert len(server.requests) == 1
    assert ("land", len(CONTENT)) in seen


def test_fetch_edition_failure_of_one_does_not_stop_the_others(server, tmp_path):
    gone, there = server.url + "/gone.zip", server.on("/a.zip")(reply)
    results = fetch_edition(manifests_at(gone, gone, there), Settings(home=tmp_path), limits=QUICK)
    assert [result.status for result in results] == ["failed", "failed", "downloaded"]
    assert "HTTP 404" in results[1].message.en
    assert [path for path, _ in server.requests] == ["/gone.zip", "/a.zip"]


def test_fetch_edition_with_nothing_reachable_is_no_error(tmp_path):
    nowhere = "http://127.0.0.1:9/a"
    results = fetch_edition(manifests_at(nowhere, nowhere), Settings(home=tmp_path))
    assert {result.status for result in results} == {"failed"}
    assert all(result.path is None for result in results)


def test_fetch_edition_of_the_starter_has_nothing_to_download(tmp_path):
    results = fetch_edition(read_catalogue(), Settings(home=tmp_path), edition="starter")
    assert {result.status for result in results} == {"none"}
    assert {"land", "tambon", "place"} <= {result.layer_id for result in results}
    assert "population" in {result.layer_id for result in results}


def test_reachable_names_the_layers_whose_server_answers(server):
    there = server.on("/a.zip")(reply)
    gone, nowhere = server.url + "/gone", "http://127.0.0.1:9/a"
    assert reachable(manifests_at(there, gone, nowhere, there), timeout_s=2) == ["land", "tambon"]
    assert reachable(read_catalogue(), edition="starter") == []
