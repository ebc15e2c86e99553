"""Downloading upstreams: resumable, checked, within limits of size and time, whole or not at all.

A download grows in `NAME.part`, with what is needed to resume it in `NAME.part.json`, and takes its
name only when it is complete and its checksum is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

import httpx

from layers.download import Download, Limits, Progress, failed
from layers.manifest import Manifest, Upstream
from layers.osm_format import osm_format
from twin.errors import FetchError
from twin.settings import Settings
from twin.types import Edition, Text

__all__ = ["LayerFetch", "Limits", "Progress", "fetch", "fetch_edition", "reachable"]

DEFAULT_LIMITS: Final = Limits()

_MD5: Final = re.compile(r"[0-9a-f]{32}")
_SUM_BYTES: Final = 1000


@dataclass(frozen=True)
class LayerFetch:
    """What became of one layer's upstream.

    Parameters
    ----------
    status
        `downloaded` now, `kept` from before, `failed`, or `none`: there is no upstream.
    path
        The download as it came; None where there is none.
    message
        What is left to do with it, or why there is none.
    """

    layer_id: str
    status: Literal["downloaded", "kept", "failed", "none"]
    path: Path | None
    message: Text


def fetch(
    url: str,
    target: Path,
    *,
    sha256: str | None = None,
    md5: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = lambda _done, _total: None,
) -> Path:
    """Download `url` to `target`.

    An unfinished download is resumed where the server still has the same file (`If-Range`), and
    started anew where not. An existing `target` is replaced.

    Parameters
    ----------
    sha256
        Expected digest of the whole file, hexadecimal; None: unchecked.
    md5
        The same, where the publisher tells no better one.

    Raises
    ------
    FetchError
        The address is not http(s), cannot be reached, is refused, too large, too slow, breaks off
        again and again, or its digest is wrong. `target` is untouched then.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise failed(url, Text("ใช้ได้เฉพาะที่อยู่ http และ https", "only http and https can be fetched"))
    download = Download(url, target, limits, progress)
    try:
        with download.claim() as part:
            download.run(part)
            download.verify("sha256", sha256)
            download.verify("md5", md5)
            download.finish(target, part)
    except OSError as error:
        told = error.strerror or str(error)
        raise failed(url, Text(f"เขียนไฟล์ไม่ได้ ({told})", f"cannot write ({told})")) from error
    return target


def fetch_edition(
    manifests: Sequence[Manifest],
    settings: Settings,
    progress: Callable[[str, int, int | None], None] = lambda _layer, _done, _total: None,
    *,
    edition: Edition = "phuket",
    limits: Limits = DEFAULT_LIMITS,
) -> list[LayerFetch]:
    """Download the upstream of each layer; that nothing can be reached is no error.

    An address that several layers share is downloaded once, and what is there already is kept.
    OpenStreetMap data are loaded from the download as it came, where the data folder has no file.
    Of the others, what has to be done to each before it can be loaded is told.

    Parameters
    ----------
    settings
        Downloads go to `TWIN_HOME/downloads`.
    progress
        Called with a layer's id, bytes so far and bytes in all (None: unknown).
    limits
        As of `fetch`, but the size, which is each manifest's own.

    Returns
    -------
    One result a layer of the edition, in the order of `manifests`.
    """
    results: list[LayerFetch] = []
    unreachable: dict[str, Text] = {}
    for manifest in manifests:
        if edition not in manifest.sources:
            continue
        upstream = manifest.sources[edition].upstream
        if upstream is None:
            results.append(LayerFetch(manifest.id, "none", None, _BUNDLED))
        elif upstream.url in unreachable:
            results.append(LayerFetch(manifest.id, "failed", None, unreachable[upstream.url]))
        else:
            target = settings.download_dir / upstream.file_name

            def tell(done: int, total: int | None, layer_id: str = manifest.id) -> None:
                progress(layer_id, done, total)

            try:
                results.append(_fetch_layer(manifest.id, upstream, target, limits, tell))
            except FetchError as error:
                unreachable[upstream.url] = Text(error.th, error.en)
                results.append(LayerFetch(manifest.id, "failed", None, unreachable[upstream.url]))
    return results


_BUNDLED: Final = Text("มากับโปรแกรม ไม่ต้องดาวน์โหลด", "comes with the program; nothing to download")


def _fetch_layer(
    layer_id: str, upstream: Upstream, target: Path, limits: Limits, progress: Progress
) -> LayerFetch:
    if target.exists():
        return LayerFetch(layer_id, "kept", target, _what_next(upstream, target))
    fetch(
        upstream.url,
        target,
        sha256=upstream.sha256,
        md5=_published_md5(upstream.md5_url, target, limits) if upstream.md5_url else None,
        limits=replace(limits, max_bytes=upstream.max_bytes),
        progress=progress,
    )
    if upstream.format == "osm" and osm_format(target) is None:
        target.unlink()
        raise failed(
            upstream.url,
            Text("สิ่งที่ได้ไม่ใช่ข้อมูล OpenStreetMap", "what came is no OpenStreetMap data"),
        )
    return LayerFetch(layer_id, "downloaded", target, _what_next(upstream, target))


def _what_next(upstream: Upstream, target: Path) -> Text:
    if upstream.format == "osm":
        return Text(
            f"ดาวน์โหลดแล้วที่ {target} คำสั่ง twin layers load จะใช้ไฟล์นี้เมื่อโฟลเดอร์ข้อมูลไม่มีไฟล์ของชั้นนี้:"
            f" {upstream.note.th}",
            f"downloaded to {target}; `twin layers load` takes it where the data folder has no file"
            f" of the layer: {upstream.note.en}",
        )
    return Text(
        f"ดาวน์โหลดแล้วที่ {target} แต่ยังต้องเตรียมก่อนนำเข้า: {upstream.note.th}",
        f"downloaded to {target}, needs preparation: {upstream.note.en}",
    )


def _published_md5(url: str, target: Path, limits: Limits) -> str:
    """Return the sum that is published beside a file, as `md5sum` writes it."""
    beside = target.with_name(target.name + ".md5")
    fetch(url, beside, limits=replace(limits, max_bytes=_SUM_BYTES))
    told = beside.read_text("ascii", "replace").partition(" ")[0].strip().lower()
    beside.unlink()
    if not _MD5.fullmatch(told):
        raise failed(url, Text("ไม่ใช่ค่าตรวจสอบ MD5", "is no MD5 sum"))
    return told


def reachable(
    manifests: Sequence[Manifest], *, edition: Edition = "phuket", timeout_s: float = 3.0
) -> list[str]:
    """Return the layers whose upstream's server answers at all, asked side by side.

    Parameters
    ----------
    timeout_s
        Seconds after which a server counts as out of reach.
    """
    sources = [manifest.sources.get(edition) for manifest in manifests]
    urls = {source.upstream.url for source in sources if source and source.upstream}
    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = dict(zip(urls, pool.map(lambda url: _answers(url, timeout_s), urls), strict=True))
    return [
        manifest.id
        for manifest, source in zip(manifests, sources, strict=True)
        if source and source.upstream and answers[source.upstream.url]
    ]


def _answers(url: str, timeout_s: float) -> bool:
    try:
        return httpx.head(url, timeout=timeout_s, follow_redirects=True).is_success
    except httpx.HTTPError:
        return False
