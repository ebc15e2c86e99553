"""TileJSON 3.0.0: where a tileset's tiles are, and what is in them."""

from __future__ import annotations

from twin.crs import PROVINCE_BBOX
from twin.queries.catalogue import Described, PublishedLayer
from twin.rasters.styles import styles_of
from twin.tiles.tileset import Tileset
from twin.tiles.vector import attributes, label_layer
from twin.types import Json, Text

TITLES = {
    "base": Text("แผนที่ฐาน", "Base map"),
    "facilities": Text("สถานที่และบริการ", "Places and services"),
    "projects": Text("โครงการ", "Projects"),
}

REGISTER_ATTRIBUTION = "Phuket Twin: sources named in each record"


def vector_tilejson(tileset: Tileset, address: str) -> Json:
    """Describe a vector tileset.

    Parameters
    ----------
    address
        Absolute address of its tiles with `{z}`, `{x}` and `{y}`.
    """
    titles = TITLES.get(tileset.id)
    if titles is None:
        title = tileset.layers[0].spec.title
        titles = Text(title.th, title.en)
    attribution = [layer.attribution for layer in tileset.published]
    if tileset.id == "projects":
        attribution.append(REGISTER_ATTRIBUTION)
    return {
        **_common(tileset.id, titles, address, attribution),
        "bounds": list(tileset.bbox or PROVINCE_BBOX),
        "minzoom": tileset.min_zoom,
        "maxzoom": tileset.max_zoom,
        "vector_layers": [
            described for layer in tileset.layers for described in _vector_layers(layer)
        ],
    }


def raster_tilejson(layer: PublishedLayer, address: str, style: str, legend: str) -> Json:
    """Describe the tiles of a raster layer in one of its styles.

    Parameters
    ----------
    address
        As for `vector_tilejson`.
    legend
        Absolute address of the key to the colours.
    """
    title = layer.spec.title
    return {
        **_common(layer.id, Text(title.th, title.en), address, [layer.attribution]),
        "bounds": list(layer.bbox or PROVINCE_BBOX),
        "minzoom": layer.spec.min_zoom,
        "maxzoom": layer.spec.max_zoom,
        "style": style,
        "styles": list(styles_of(layer.spec)),
        "legend_url": legend,
    }


def _common(name: str, titles: Text, address: str, attribution: list[str]) -> Json:
    return {
        "tilejson": "3.0.0",
        "name": name,
        "description": f"{titles.th} | {titles.en}",
        "attribution": "; ".join(dict.fromkeys(attribution)),
        "scheme": "xyz",
        "tiles": [address],
    }


def _vector_layers(layer: Described) -> list[Json]:
    spec = layer.spec
    titles = {column.name: column.title for column in spec.columns}
    fields = {name: f"{titles[name].th} | {titles[name].en}" for name in attributes(layer)}
    described = {
        "description": f"{spec.title.th} | {spec.title.en}",
        "minzoom": spec.min_zoom,
        "maxzoom": spec.max_zoom,
        "fields": fields,
    }
    names = [spec.id, label_layer(layer)]
    return [{"id": name, **described} for name in names if name]
