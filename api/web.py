"""The web application at `/`: files that Vite built, or a page that says they are missing."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

#: Vite puts a hash of the content into the names below this folder.
_HASHED: Final = "assets/"
_FOREVER: Final = "public, max-age=31536000, immutable"

_NOT_BUILT: Final = """<!doctype html>
<html lang="th"><meta charset="utf-8"><title>ฝาแฝดดิจิทัลภูเก็ต | Phuket Twin</title>
<h1>ฝาแฝดดิจิทัลภูเก็ต</h1>
<p>ยังไม่ได้สร้างหน้าเว็บ โปรดสั่ง <code>scripts/up</code> บริการข้อมูลอยู่ที่ <a href="api">/api</a></p>
<h1 lang="en">Phuket Twin</h1>
<p lang="en">The web page has not been built; run <code>scripts/up</code>.
The data service is at <a href="api">/api</a>.</p>
</html>
"""


class WebApp(StaticFiles):
    """Serves the built front end, with long caching for names that carry a hash."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True, check_dir=False)
        self.folder = folder

    async def check_config(self) -> None:
        """Accept a folder that is not there yet: it may be built while the service runs."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return one file; the start page tells where the front end has not been built."""
        if path == "." and not (self.folder / "index.html").is_file():
            return HTMLResponse(_NOT_BUILT)
        response = await super().get_response(path, scope)
        if path.startswith(_HASHED) and response.status_code < 400:  # noqa: PLR2004
            response.headers["Cache-Control"] = _FOREVER
        return response
