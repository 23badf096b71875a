"""Vector tiles, and what a map needs to know to ask for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from urllib.parse import urlencode

from api.flows.reading import area_at
from data import layers, tiles
from data.areas import Area
from data.exports import words
from data.quick import Reader, Ready, ready
from data.viewers import Viewer
from gis.errors import NotFoundError
from maps import vectorstyle


@dataclass(frozen=True)
class Asked:
    """What tiles are of: a layer as a viewer sees it on a date, of an area where one is given."""

    layer: str
    as_of: date
    viewer: Viewer
    code: str | None = None


def tile(reader: Reader, asked: Asked, z: int, x: int, y: int) -> bytes:
    """One tile; empty where nothing is and below the layer's least zoom."""
    tiles.check(z, x, y)
    if z < least_zoom(asked.layer):
        return b""
    area = area_at(reader, asked.code, asked.as_of, asked.viewer)
    statement = _statement(asked.layer, asked.as_of, asked.viewer, area, z)
    row = reader.first(asked.viewer, statement, tiles.values(z, x, y))
    return bytes(row[0]) if row is not None and row[0] else b""


@lru_cache(maxsize=256)
def _statement(name: str, as_of: date, viewer: Viewer, area: Area | None, z: int) -> Ready:
    query = layers.select(name, as_of=as_of, viewer=viewer, area=area, bbox=tiles.BOX)  # type: ignore[arg-type]
    return ready(tiles.statement(query, name, z))


def least_zoom(layer: str) -> int:
    """The zoom from which on a layer has tiles; NotFoundError for a layer that does not exist."""
    if layer not in layers.LAYERS:
        raise NotFoundError(f"没有“{layer}”这个图层。可用的图层：{'、'.join(layers.LAYERS)}")
    return tiles.MIN_ZOOM.get(layer, 0)


def tilejson(reader: Reader, asked: Asked, base: str) -> Mapping[str, object]:
    """TileJSON 3.0 of a layer."""
    least = least_zoom(asked.layer)
    area = area_at(reader, asked.code, asked.as_of, asked.viewer)
    if asked.layer != "streets" or area is not None:
        query = layers.select(asked.layer, as_of=asked.as_of, viewer=asked.viewer, area=area)
        names = [column.name for column in query.selected_columns if column.name not in layers.HIDDEN]
    else:
        names = list(layers.LAYERS[asked.layer].columns)
    described: dict[str, object] = {
        "tilejson": "3.0.0",
        "name": words.layer_title(asked.layer),
        "tiles": [f"{base}tiles/{asked.layer}/{{z}}/{{x}}/{{y}}.mvt{_words(asked)}"],
        "minzoom": least,
        "maxzoom": tiles.MOST_DETAIL,
        "attribution": words.OSM if asked.layer in ("streets", "backdrop", "barriers") else "",
        "vector_layers": [
            {
                "id": asked.layer,
                "minzoom": least,
                "maxzoom": tiles.MOST_DETAIL,
                "fields": {name: words.title(asked.layer, name) for name in names},
            }
        ],
    }
    if area is not None and area.geom is not None:
        described["bounds"] = [round(side, 7) for side in area.geom.bounds]
    return described


def style(reader: Reader, code: str | None, as_of: date, viewer: Viewer, base: str) -> Mapping[str, object]:
    """A MapLibre style of all layers; streets and backdrop only with an area, whose network they are."""
    area = area_at(reader, code, as_of, viewer)
    shown = [name for name in layers.LAYERS if area is not None or name not in ("streets", "backdrop")]
    sources = {name: f"{base}tiles/{name}.json{_words(Asked(name, as_of, viewer, code))}" for name in shown}
    centre = area.geom.centroid.coords[0] if area is not None and area.geom is not None else None
    title = area.name if area is not None else "网格"
    return vectorstyle.style(title, sources, {name: tiles.MIN_ZOOM.get(name, 0) for name in shown}, centre)


def _words(asked: Asked) -> str:
    said = {"as_of": asked.as_of.isoformat()} | ({"area": asked.code} if asked.code else {})
    return f"?{urlencode(said)}"
