"""Landing page and conformance of OGC API Common."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request

from api.deps import STRICT
from api.links import link
from api.models.common import Bilingual
from api.models.landing import Conformance, Landing
from api.openapi import problems

router = APIRouter(tags=["landing"], dependencies=STRICT, responses=problems(400))

#: Only what holds. OpenAPI is written as 3.1, so the classes that ask for 3.0 are not claimed.
CONFORMS_TO: Final = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
]

_TITLES: Final = Bilingual(th="ฝาแฝดดิจิทัลภูเก็ต", en="Phuket Twin")
_DESCRIPTIONS: Final = Bilingual(
    th="ฝาแฝดดิจิทัลเชิงพื้นที่ของจังหวัดภูเก็ต สำหรับนักวางแผน",
    en="The open geospatial twin of Phuket for planners.",
)


@router.get("/api")
async def get_landing(request: Request) -> Landing:
    """Where to go from here."""
    return Landing(
        title=f"{_TITLES.th} | {_TITLES.en}",
        titles=_TITLES,
        description=f"{_DESCRIPTIONS.th} | {_DESCRIPTIONS.en}",
        descriptions=_DESCRIPTIONS,
        links=[
            link(request, "self", "/api", title="This document"),
            link(request, "service-desc", "/api/openapi.json", title="OpenAPI 3.1"),
            link(request, "conformance", "/api/conformance", title="Conformance classes"),
            link(request, "data", "/api/collections", title="Collections"),
            link(request, "related", "/api/projects", "application/geo+json", "Projects"),
            link(request, "related", "/api/programme", title="Totals of the programme"),
            link(request, "alternate", "/", "text/html", "Map"),
        ],
    )


@router.get("/api/conformance")
async def get_conformance() -> Conformance:
    """Conformance classes of OGC API that hold."""
    return Conformance(conformsTo=CONFORMS_TO)
