"""Collections: the published layers."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.collection_links import collection_links
from api.deps import STRICT, CollectionId, EngineDep
from api.formats import PAGE, FormatDep, negotiated, own_links
from api.models.collections import (
    Collection,
    Collections,
    ColumnModel,
    Extent,
    FaultCounts,
    LabelModel,
    SpatialExtent,
    ThemeModel,
)
from api.models.common import Bilingual, bilingual
from api.openapi import problems
from twin.crs import CRS84, OFFERED_CRS
from twin.db.engine import connect
from twin.queries.catalogue import PublishedLayer, get_layer, list_layers, list_themes
from twin.spec import Column, Title

router = APIRouter(tags=["collections"], dependencies=STRICT, responses=problems(400))


@router.get("/api/collections", response_model=Collections, responses={200: PAGE})
def get_collections(request: Request, engine: EngineDep, wanted: FormatDep) -> Response:
    """Return every published layer with source, licence, date, provenance and fault counts."""
    with connect(engine) as connection:
        layers = list_layers(connection)
    answer = Collections(
        collections=[_collection(request, layer) for layer in layers],
        themes=[ThemeModel(id=id_, titles=bilingual(text)) for id_, text in list_themes(layers)],
        edition=layers[0].edition if layers else None,
        links=own_links(request, "/api/collections"),
    )
    return negotiated(request, wanted, answer, "collections.html")


@router.get(
    "/api/collections/{collectionId}",
    response_model=Collection,
    responses={200: PAGE, **problems(400, 404)},
)
def get_collection(
    request: Request, engine: EngineDep, collection_id: CollectionId, wanted: FormatDep
) -> Response:
    """Return one published layer."""
    with connect(engine) as connection:
        collection = _collection(request, get_layer(connection, collection_id))
    return negotiated(request, wanted, collection, "collection.html")


def _collection(request: Request, layer: PublishedLayer) -> Collection:
    spec = layer.spec
    return Collection(
        id=spec.id,
        title=spec.title.th,
        titles=_titles(spec.title),
        description=spec.description.th,
        descriptions=_titles(spec.description),
        kind=spec.kind,
        itemType=None if spec.kind == "raster" else "feature",
        layerDataType="Coverage" if spec.kind == "raster" else None,
        theme=spec.theme,
        geometryType=spec.geometry_type,
        extent=Extent(spatial=SpatialExtent(bbox=[list(layer.bbox)])) if layer.bbox else None,
        crs=[CRS84.uri] if spec.kind == "raster" else list(OFFERED_CRS),
        featureCount=layer.feature_count,
        revision=layer.revision,
        edition=layer.edition,
        provenance=layer.provenance,
        sources=bilingual(layer.source),
        sourceUrl=layer.source_url,
        licence=layer.licence,
        attribution=layer.attribution,
        validDate=layer.valid_date,
        loadedAt=layer.loaded_at,
        faults=FaultCounts(noted=layer.noted, quarantined=layer.quarantined),
        minZoom=spec.min_zoom,
        maxZoom=spec.max_zoom,
        tileset=spec.tileset,
        style=spec.style,
        label=LabelModel(th=spec.label.th, en=spec.label.en) if spec.label else None,
        columns=[_column(column) for column in spec.columns],
        links=collection_links(request, layer),
    )


def _column(column: Column) -> ColumnModel:
    values = {value: _titles(title) for value, title in (column.values or {}).items()}
    return ColumnModel(
        name=column.name,
        type=column.type,
        titles=_titles(column.title),
        unit=column.unit,
        values=values or None,
    )


def _titles(title: Title) -> Bilingual:
    return Bilingual(th=title.th, en=title.en)
