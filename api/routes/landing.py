"""Landing page and conformance of OGC API Common."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from api.deps import STRICT
from api.describing import REL
from api.formats import HTML, PAGE, FormatDep, negotiated, own_links
from api.links import GEOJSON, link
from api.models.common import Bilingual, Link
from api.models.landing import Conformance, Landing
from api.openapi import OPENAPI, problems
from api.tilesets import TILESETS_VECTOR, TILING_SCHEMES

router = APIRouter(tags=["landing"], dependencies=STRICT, responses=problems(400))

_SPEC: Final = "http://www.opengis.net/spec"

#: Only what holds; tests/api/ogc tries what each class asks for.
CONFORMS_TO: Final = [
    *(
        f"{_SPEC}/ogcapi-common-1/1.0/conf/{name}"
        for name in ("core", "landing-page", "json", "html", "oas30")
    ),
    *(f"{_SPEC}/ogcapi-common-2/1.0/conf/{name}" for name in ("collections", "json", "html")),
    *(
        f"{_SPEC}/ogcapi-features-1/1.0/conf/{name}"
        for name in ("core", "geojson", "html", "oas30")
    ),
    f"{_SPEC}/ogcapi-features-2/1.0/conf/crs",
    *(
        f"{_SPEC}/ogcapi-features-3/1.0/conf/{name}"
        for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")
    ),
    *(
        f"{_SPEC}/cql2/1.0/conf/{name}"
        for name in (
            "cql2-text",
            "cql2-json",
            "basic-cql2",
            "advanced-comparison-operators",
            "case-insensitive-comparison",
            "basic-spatial-functions",
            "basic-spatial-functions-plus",
            "spatial-functions",
            "temporal-functions",
            "arithmetic",
            "property-property",
        )
    ),
    *(
        f"{_SPEC}/ogcapi-tiles-1/1.0/conf/{name}"
        for name in (
            "core",
            "tileset",
            "tilesets-list",
            "dataset-tilesets",
            "geodata-tilesets",
            "collections-selection",
            "mvt",
            "png",
            "oas30",
        )
    ),
    *(
        f"{_SPEC}/ogcapi-processes-1/1.0/conf/{name}"
        for name in ("core", "ogc-process-description", "json", "oas30", "job-list", "dismiss")
    ),
    *(
        f"{_SPEC}/tms/2.0/conf/{name}"
        for name in (
            "tilematrixset",
            "json-tilematrixset",
            "tilematrixsetlimits",
            "json-tilematrixsetlimits",
            "tilesetmetadata",
            "json-tilesetmetadata",
        )
    ),
]

_TITLES: Final = Bilingual(th="ฝาแฝดดิจิทัลภูเก็ต", en="Phuket Twin")
_DESCRIPTIONS: Final = Bilingual(
    th="ฝาแฝดดิจิทัลเชิงพื้นที่ของจังหวัดภูเก็ต สำหรับนักวางแผน",
    en="The open geospatial twin of Phuket for planners.",
)


@router.get("/api", response_model=Landing, responses={200: PAGE})
async def get_landing(request: Request, wanted: FormatDep) -> Response:
    """Where to go from here."""
    landing = Landing(
        title=f"{_TITLES.th} | {_TITLES.en}",
        titles=_TITLES,
        description=f"{_DESCRIPTIONS.th} | {_DESCRIPTIONS.en}",
        descriptions=_DESCRIPTIONS,
        links=[*own_links(request, "/api"), *_ways(request)],
    )
    return negotiated(request, wanted, landing, "landing.html")


@router.get("/api/conformance", response_model=Conformance, responses={200: PAGE})
async def get_conformance(request: Request, wanted: FormatDep) -> Response:
    """Conformance classes of OGC API that hold."""
    conformance = Conformance(conformsTo=CONFORMS_TO, links=own_links(request, "/api/conformance"))
    return negotiated(request, wanted, conformance, "conformance.html")


def _ways(request: Request) -> list[Link]:
    return [
        link(request, "data", "/api/collections", title="ชุดข้อมูล | Collections"),
        link(request, TILESETS_VECTOR, "/api/tiles", title="ชุดแผ่นแผนที่ | Vector tiles"),
        link(request, TILING_SCHEMES, "/api/tileMatrixSets", title="ตารางแผ่น | Tile matrix sets"),
        link(request, f"{REL}processes", "/api/processes", title="กระบวนการ | Processes"),
        link(request, f"{REL}job-list", "/api/jobs", title="งาน | Jobs"),
        link(request, "service-doc", "/api/docs", HTML, "คู่มือ API | How to use the API"),
        link(request, "service-desc", "/api/openapi.json", OPENAPI, "OpenAPI 3.0"),
        link(request, "conformance", "/api/conformance", title="มาตรฐานที่รองรับ | Conformance"),
        link(
            request,
            f"{REL}conformance",
            "/api/conformance",
            title="มาตรฐานที่รองรับ ตามชื่อของ OGC | Conformance, as OGC names it",
        ),
        link(request, "related", "/api/projects", GEOJSON, "โครงการ | Projects"),
        link(request, "related", "/api/programme", title="ภาพรวมแผน | Totals of the programme"),
        link(request, "related", "/", HTML, "แผนที่ | Map"),
    ]
