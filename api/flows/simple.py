"""Borders drawn with fewer points for a screen: neighbours keep the border they share."""

import json
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

import geopandas as gpd
import numpy as np
import shapely
from sqlalchemy import Engine

from api.flows.reading import Asked
from data import features, layers
from data.areas import find_area
from data.session import transaction
from gis import crs
from gis.errors import BadInputError

BORDERS = ("districts", "subdistricts", "communities", "sub_areas", "grids")
KEPT = 16


class Simple:
    """Simplified layers as they were asked for last; a change of the rows is a new key."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def borders(self, asked: Asked, metres: float) -> bytes:
        """The layer as GeoJSON, bends below about so many metres taken out of all borders at once.

        BadInputError for a layer that is not made of borders, and for a part of one: simplified borders only fit
        together when all of them are.
        """
        if asked.layer not in BORDERS:
            raise BadInputError(f"只有边界图层能简化：{'、'.join(BORDERS)}。去掉 simplify 再试")
        if asked.bbox is not None:
            raise BadInputError("简化要对整层做，不能和 bbox、limit 一起用。去掉其中一个再试")
        with transaction(self._engine, asked.viewer) as connection:
            area = find_area(connection, asked.code, asked.as_of, asked.viewer) if asked.code else None
            query = layers.select(
                asked.layer,
                as_of=asked.as_of,
                viewer=asked.viewer,
                area=area,
                grid_set=asked.grid_set,
                tier=asked.tier,
            )
            key = (asked, metres, layers.fingerprint(connection, query))
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
            frame = layers.frame(connection, query)
        made = _text(frame[frame.geometry.notna()].reset_index(drop=True), asked.code, metres)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made


def _text(frame: gpd.GeoDataFrame, code: str | None, metres: float) -> bytes:
    if len(frame):
        zone = crs.to_zone(frame, crs.zone_of(code or str(frame["code"].iloc[0]), float(frame.total_bounds[0])))
        shapes = zone.geometry.to_numpy().copy()
        sheets = zone.groupby(["set", "tier"]).indices.values() if "tier" in zone else [np.arange(len(zone))]
        for one in sheets:  # grids of several sets lie over one another, those of one set side by side
            shapes[one] = shapely.coverage_simplify(shapes[one], metres)
        frame = crs.to_storage(zone.set_geometry(gpd.GeoSeries(shapes, index=zone.index, crs=zone.crs)))
    drawn = shapely.to_geojson(
        shapely.transform(frame.geometry.to_numpy(), lambda xy: xy.round(features.WEB_DIGITS))
    ).tolist()
    names = [name for name in frame.columns if name not in layers.HIDDEN and name != "geometry"]
    rows = frame[names].astype(object).where(frame[names].notna(), None).to_dict("records")
    said = (json.dumps({k: v for k, v in row.items() if v is not None}, ensure_ascii=False) for row in rows)
    texts = (
        f'{{"type":"Feature","geometry":{shape},"properties":{words}}}'
        for shape, words in zip(drawn, said, strict=True)
    )
    return ('{"type":"FeatureCollection","features":[' + ",".join(texts) + "]}").encode()
