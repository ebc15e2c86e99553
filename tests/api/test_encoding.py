"""Compressed answers: right bytes, honest headers, streams piece by piece."""

import asyncio
import gzip
import zlib

import pytest

from api.encoding import Gzip, takes_gzip

TEXT = ("ภูเก็ต smart city " * 100).encode()


def answer(pieces, headers, accept="gzip", status=200):
    """Return head and body pieces of an answer that passes the middleware."""
    sent = []

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for place, piece in enumerate(pieces, start=1):
            is_more = place < len(pieces)
            await send({"type": "http.response.body", "body": piece, "more_body": is_more})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "headers": [(b"accept-encoding", accept.encode())]}
    asyncio.run(Gzip(app)(scope, None, send))
    head, *bodies = sent
    return dict(head["headers"]), [body["body"] for body in bodies]


def json_of(length):
    return [
        (b"content-type", b"application/geo+json; charset=utf-8"),
        (b"content-length", b"%d" % length),
    ]


def test_text_is_compressed_with_its_new_length():
    headers, (body,) = answer([TEXT], json_of(len(TEXT)))
    assert gzip.decompress(body) == TEXT
    assert headers[b"content-encoding"] == b"gzip"
    assert headers[b"content-length"] == b"%d" % len(body)
    assert headers[b"vary"] == b"Accept-Encoding"
    assert len(body) < len(TEXT) / 10
    assert answer([TEXT], json_of(len(TEXT)))[1] == [body]  # no time in it: an ETag stays true


def test_vary_is_told_also_where_it_is_not_compressed():
    headers, (body,) = answer([TEXT], json_of(len(TEXT)), accept="br")
    assert body == TEXT
    assert headers[b"vary"] == b"Accept-Encoding"
    assert b"content-encoding" not in headers


def test_stream_can_be_read_piece_by_piece():
    pieces = [TEXT, b"", TEXT[:7], TEXT]
    headers, bodies = answer(pieces, [(b"content-type", b"text/csv")])
    assert b"content-length" not in headers
    reader = zlib.decompressobj(wbits=31)
    for piece, body in zip(pieces, bodies, strict=True):
        assert reader.decompress(body) == piece
    assert reader.eof


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([(b"content-type", b"image/png")], 200),
        ([(b"content-type", b"text/event-stream")], 200),
        ([(b"content-type", b"application/geopackage+sqlite3")], 200),
        ([(b"content-type", b"application/json"), (b"content-encoding", b"br")], 200),
        ([(b"content-type", b"application/json"), (b"content-range", b"bytes 0-1/2")], 206),
        ([], 200),
    ],
    ids=["image", "events", "archive", "compressed already", "part", "no type"],
)
def test_left_as_it_is(headers, status):
    told, bodies = answer([TEXT, TEXT], headers, status=status)
    assert bodies == [TEXT, TEXT]
    assert told == dict(headers)


def test_small_answer_is_left_as_it_is():
    assert answer([b"{}"], json_of(2)) == (dict(json_of(2)), [b"{}"])


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip, deflate, br, zstd", True),
        ("GZIP", True),
        ("x-gzip;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("identity", False),
        ("agzip", False),
        ("", False),
    ],
)
def test_accept_encoding(accepted, takes):
    assert takes_gzip(accepted) is takes


def test_items_travel_compressed(toy_client):
    response = toy_client.get("/api/collections/road/items", headers={"Accept-Encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    assert len(response.json()["features"]) == 5
