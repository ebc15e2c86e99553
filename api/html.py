"""Pages for people: templates with everything escaped, no script, nothing from outside."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.staticfiles import StaticFiles

from api.links import absolute

#: Where the stylesheet is served.
STATIC: Final = "/api/static"


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


def install(app: FastAPI) -> None:
    """Serve the files that pages need."""
    app.mount(STATIC, StaticFiles(packages=[("api", "static")]))
