"""Problems as pages, for whoever came with a browser."""

from __future__ import annotations

import json
from typing import Final

from fastapi import Request, Response

from api.formats import HTML, preferred
from api.html import page

PROBLEM: Final = "application/problem+json"

#: What belongs to the body that the page takes the place of.
_OF_BODY: Final = {"content-type", "content-length"}


def for_reader(request: Request, problem: Response) -> Response:
    """Return a problem as a page where the Accept header likes one best, else as it is."""
    if preferred(request.headers.get("accept", ""), (PROBLEM, HTML)) != HTML:
        return problem
    shown = page(request, "problem.html", it=json.loads(bytes(problem.body)))
    shown.status_code = problem.status_code
    kept = {name: text for name, text in problem.headers.items() if name not in _OF_BODY}
    shown.headers.update(kept)
    return shown
