"""The real site for page tests: one community of the sample district cut into four grids, served on a free port."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import geopandas as gpd
import shapely
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine

from api.access import today
from api.flows.sample import CODE, DATA_DATE
from data import batches, grids, storing
from data.areas import find_area
from data.session import transaction
from data.viewers import PLANNER
from tests.maps.world import EVIL

COMMUNITY = "610199002003"
LEADERS = ("王晓芳", EVIL, None, "周雅琴")
PHONES = ("029-00000001", "029-00000002", None, None)


def store_quarters(engine: Engine) -> None:
    """Cut one community into four grids of the usual set: north-west, north-east, south-west, south-east."""
    with transaction(engine) as connection:
        border = find_area(connection, COMMUNITY, today(), PLANNER).geom
        source = batches.Source("grids", "示例网格", "quarters", DATA_DATE, synthetic=True, area_code=CODE)
        origin = storing.Origin(batches.open_batch(connection, source, {}), DATA_DATE, synthetic=True)
        grids.store_grids(connection, _quarters(border), origin, grids.DEFAULT_SET)


def _quarters(border: shapely.Geometry) -> gpd.GeoDataFrame:
    west, south, east, north = border.bounds
    x, y = (west + east) / 2, (south + north) / 2
    boxes = ((west, y, x, north), (x, y, east, north), (west, south, x, y), (x, south, east, y))
    return gpd.GeoDataFrame(
        {
            "code": [f"{COMMUNITY}{number:03d}" for number in range(1, 5)],
            "name": [None] * 4,
            "tier": [1] * 4,
            "kind": ["基础"] * 4,
            "parent_code": [COMMUNITY] * 4,
            "leader": LEADERS,
            "work_phone": PHONES,
        },
        geometry=[shapely.intersection(border, shapely.box(*one)) for one in boxes],
        crs=4490,
    )


@contextmanager
def live(app: FastAPI) -> Iterator[str]:
    """The application on a free port of this machine; yields its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < until
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
