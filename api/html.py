"""Pages for people: templates with everything escaped, no script, nothing from outside."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.staticfiles import StaticFiles

from api.links import absolute

#: Where the stylesheet is served.
STATIC: Final = "/api/static"

#: Which letters each file of the font has.
_SCRIPTS: Final = {"latin": "U+0000-02FF,U+2000-22FF", "thai": "U+0E01-0E5B,U+25CC"}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(request: Request, template: str, **context: object) -> HTMLResponse:
    """Return the page that a template of `api/templates` makes.

    Parameters
    ----------
    template
        Its file name.
    context
        What the template's head says it needs; besides, it can call `url(path, query)` for an
        address of this service, and knows `json_url`, the address of the same as JSON.
    """

    def url(path: str, query: dict[str, str] | None = None) -> str:
        return absolute(request, path, query)

    own = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    json_url = absolute(request, own, {**request.query_params, "f": "json"})
    text = _environment().get_template(template).render(url=url, json_url=json_url, **context)
    return HTMLResponse(text)


def install(app: FastAPI, web_dir: Path) -> None:
    """Serve the files that pages need; the fonts are those of the built front end."""

    @app.get(f"{STATIC}/fonts.css", include_in_schema=False)
    def get_fonts() -> Response:
        return Response(font_faces(web_dir / "assets"), media_type="text/css")

    app.mount(STATIC, StaticFiles(packages=[("api", "static")]))


def font_faces(folder: Path) -> str:
    """Return the style rules of the fonts in a folder; none where it is not there."""
    return "\n".join(
        "@font-face{font-family:'Noto Sans Thai';font-display:swap;"
        f"font-weight:{weight};unicode-range:{letters};"
        f"src:url(../../assets/{path.name}) format('woff2')}}"
        for script, letters in _SCRIPTS.items()
        for weight in (400, 600)
        for path in sorted(folder.glob(f"noto-sans-thai-{script}-{weight}-normal-*.woff2"))
    )
