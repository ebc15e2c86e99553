"""Routes for which nothing is injected: FastAPI may take as long around them as they do."""

from __future__ import annotations

from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import request_response


class PlainRoute(APIRoute):
    """Gives the request to its function and sends what that returns; described like any other."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (as FastAPI's)
        super().__init__(*args, **kwargs)
        self.app = request_response(self.endpoint)
