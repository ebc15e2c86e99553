"""Finding tiles and what is in them."""

import time

import mapbox_vector_tile
from pyproj import Transformer

from twin.tiles.address import Address, block

WAIT_S = 10


def metres(place):
    return Transformer.from_crs(4326, 3857, always_xy=True).transform(place.x, place.y)


def tile_at(place, zoom):
    x, y = metres(place)
    cell = block((x, y, x, y), zoom, buffer=0)
    return Address(zoom, cell.west, cell.north)


def path_of(tileset, address):
    return f"/tiles/{tileset}/{address.z}/{address.x}/{address.y}.mvt"


def names_in(response, layer="facility"):
    if response.status_code == 204:
        return set()
    tile = mapbox_vector_tile.decode(response.content)
    return {f["properties"].get("name_en") for f in tile.get(layer, {"features": []})["features"]}


def wait_for(check):
    deadline = time.monotonic() + WAIT_S
    while not check():
        assert time.monotonic() < deadline, "the edit was not heard"
        time.sleep(0.005)
