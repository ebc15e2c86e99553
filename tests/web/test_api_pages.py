"""The API's pages in a real browser: nothing fails, nothing comes from elsewhere, phones too."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

PAGES = [
    "/api",
    "/api/docs",
    "/api/collections",
    "/api/collections/tambon",
    "/api/collections/tambon/items?limit=5",
    "/api/collections/tambon/items/830101",
    "/api/collections/facility/queryables",
    "/api/conformance",
    "/api/tiles/WebMercatorQuad?collections=base",
    "/api/tileMatrixSets/WebMercatorQuad",
    "/api/processes",
    "/api/processes/network",
    "/api/jobs",
]
AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"


@pytest.mark.parametrize("width", [1100, 360])
@pytest.mark.parametrize(
    ("served", "path"),
    # The bundled edition has no rasters.
    [*(("starter", path) for path in PAGES), ("phuket", "/api/collections/elevation")],
    indirect=["served"],
)
def test_page_is_whole_and_accessible(visit, path, width):
    visited = visit(width, 800)
    mark = "&" if "?" in path else "?"
    visited.page.goto(f"{visited.base}{path}" + ("" if path == "/api/docs" else f"{mark}f=html"))
    assert visited.page.evaluate("document.documentElement.scrollWidth") <= width
    # As text for the debugger to run: the pages' policy lets no script in.
    visited.page.evaluate(f"{AXE.read_text(encoding='utf-8')};0")
    faults = visited.page.evaluate("axe.run()")
    told = [(fault["id"], fault["nodes"][0]["html"]) for fault in faults["violations"]]
    assert told == []
