"""A really served twin, and a real Chromium."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from serving import serve
from visiting import Visit

from twin.settings import Settings

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session", params=["starter", "phuket"])
def served(request) -> Iterator[str]:
    """Base address of a served twin, once with each edition."""
    with serve(request.getfixturevalue(request.param)) as base:
        yield base


@pytest.fixture(scope="session")
def served_phuket(phuket) -> Iterator[str]:
    """Base address of a served twin with the real data."""
    with serve(phuket) as base:
        yield base


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless; while it is open, no other test can run an event loop."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("chromium is not installed; run scripts/test once")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Folder where screenshots are kept."""
    folder = Path(os.environ.get("TWIN_HOME", Settings().home)) / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def visit(browser: Browser, served: str) -> Iterator[Callable[..., Visit]]:
    """Open the page; at the end no request may have gone elsewhere, nothing been complained of."""
    visits: list[Visit] = []

    def start(width: int = 1280, height: int = 800) -> Visit:
        visits.append(Visit(browser, served, width, height))
        return visits[-1]

    yield start
    for one in visits:
        one.context.close()
    assert [url for one in visits for url in one.outside] == []
    assert [text for one in visits for text in one.complaints] == []


@pytest.fixture
def page(visit: Callable[..., Visit]) -> Page:
    """The page as it opens, 1280 × 800."""
    return visit().open()


@pytest.fixture
def projects(served: str) -> list[dict]:
    """The register as the API serves it."""
    return httpx.get(f"{served}/api/projects").raise_for_status().json()["features"]
