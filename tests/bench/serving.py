"""Read paths against hand-written SQL and tipg on the same server: `python -m tests.bench.serving [SECONDS]`.

Everything is asked at random places by eight connections at once, cold: neither side keeps answers. `share` is
the site's requests a second in those of pgbench running the very statement of the site; `share_of_plain` in those of
the shortest hand-written SQL on plain tables without versions. `*_cpu_ms` are processor milliseconds a request.
"""

import json
import math
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import psycopg
from sqlalchemy import Integer, bindparam

from data import cluster, features, layers, session, tiles
from data.quick import Ready, ready
from data.viewers import PLANNER
from tests.bench import serving_town as town
from tests.bench.load import family, measured, run
from tests.bench.peers import PASSWORD, open_tcp, pgbench, tipg
from tests.installation import WANGGE, Installation, free_port, wait

NAME = "serving"
PAGE, WIDE = 1000, 0.06
ZOOM = 14
DAY = date.today()
SIDES = ("west", "south", "east", "north")
_FEATURES = """SELECT '{"type":"FeatureCollection","features":[' || coalesce(string_agg(f, ','), '') || ']}' FROM (
    SELECT '{"type":"Feature","id":' || id || ',"geometry":' || ST_AsGeoJSON(geom, 7, 0) || ',"properties":'
    || json_build_object(%s) || '}' f FROM peer.%s %s) s"""
_COLUMNS = {
    "grids": "'id', id, 'code', code, 'name', name, 'community', community, 'households', households",
    "buildings": "'id', id, 'floors', floors, 'units', units",
}
_TILE_COLUMNS = {"grids": "id, code, name, community, households", "buildings": "id, floors, units"}


@dataclass(frozen=True)
class Server:
    """A web server under test: its address and its process."""

    base: str
    pid: int

    def pids(self) -> list[int]:
        """The process with its children."""
        return family(self.pid)


@dataclass(frozen=True)
class Case:
    """One kind of question: the path on the site, the statement it runs, the plain SQL, the path on tipg."""

    name: str
    path: str
    body: str
    statement: Ready | None
    plain: str
    tipg: str


def cases() -> list[Case]:
    """All questions; `{west}` and the like are filled in anew for every request."""
    box = tiles.BOX
    bbox = "{west:.6f},{south:.6f},{east:.6f},{north:.6f}"
    made = []
    for layer in ("grids", "buildings"):
        query = layers.select(layer, as_of=DAY, viewer=PLANNER, bbox=box)
        cut = f"WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490) LIMIT {PAGE}"
        made.append(
            Case(
                f"page of {PAGE} {layer}",
                f"/layers/{layer}.geojson?bbox={bbox}&limit={PAGE}",
                "",
                ready(features.collection(query, bindparam("limit", type_=Integer))),
                _FEATURES % (_COLUMNS[layer], layer, cut),
                f"/collections/peer.{layer}/items?bbox={bbox}&limit={PAGE}&f=geojson",
            )
        )
        made.append(
            Case(
                f"cold tile z{ZOOM} {layer}",
                f"/tiles/{layer}/{ZOOM}/{{x}}/{{y}}.mvt",
                "",
                ready(tiles.statement(query, layer, ZOOM)),
                _plain_tile(layer),
                f"/collections/peer.{layer}/tiles/WebMercatorQuad/{ZOOM}/{{x}}/{{y}}",
            )
        )
    point = "ST_SetSRID(ST_MakePoint(%(west)s, %(south)s), 4490)"
    made.append(
        Case(
            "locate",
            "/api/locate",
            '{{"lon":{west:.6f},"lat":{south:.6f}}}',
            None,
            f"SELECT id, code, name FROM peer.grids WHERE ST_Covers(geom, {point}) ORDER BY id LIMIT 1",
            "/collections/peer.grids/items?limit=1&f=geojson&filter-lang=cql2-text"
            "&filter=S_INTERSECTS(geom,POINT({west:.6f}%20{south:.6f}))",
        )
    )
    everything = layers.select("grids", as_of=DAY, viewer=PLANNER)
    made.append(
        Case(
            f"whole layer of {town.GRIDS} grids",
            "/layers/grids.geojson",
            "",
            ready(features.collection(everything)),
            _FEATURES % (_COLUMNS["grids"], "grids", ""),
            "/collections/peer.grids/items?limit=10000&f=geojson",
        )
    )
    return made


def _plain_tile(layer: str) -> str:
    return f"""WITH b AS (SELECT ST_TileEnvelope({ZOOM}, %(x)s, %(y)s) e, ST_SetSRID(ST_Transform(
        ST_TileEnvelope({ZOOM}, %(x)s, %(y)s, margin => 64.0 / 4096), 4326), 4490) q)
        SELECT ST_AsMVT(t, '{layer}', 4096, 'g', 'id') FROM (SELECT ST_AsMVTGeom(ST_Transform(ST_SetSRID(x.geom, 4326),
        3857), b.e, 4096, 64, true) g, {_TILE_COLUMNS[layer]} FROM peer.{layer} x, b WHERE x.geom && b.q) t"""


def tile_of(lon: float, lat: float, zoom: int = ZOOM) -> tuple[int, int]:
    """The tile that a position lies in."""
    up = math.asinh(math.tan(math.radians(lat)))
    return int((lon + 180) / 360 * 2**zoom), int((1 - up / math.pi) / 2 * 2**zoom)


def places(path: str, body: str) -> Iterator[tuple[str, bytes]]:
    """Requests at random places of the town, the same ones in every run."""
    rng = random.Random(7)
    while True:
        lon, lat = rng.uniform(108.845, 109.015), rng.uniform(34.185, 34.335)
        x, y = tile_of(lon, lat)
        words = {"west": lon, "south": lat, "east": lon + WIDE, "north": lat + WIDE, "x": x, "y": y}
        yield path.format(**words), body.format(**words).encode()


def script(text: str) -> str:
    """A statement with named values as a script of pgbench at random places."""
    (left, low), (right, high) = tile_of(108.845, 34.335), tile_of(109.015, 34.185)
    head = ["\\set lon random(108845000, 109015000)", "\\set lat random(34185000, 34335000)"]
    head += [f"\\set x random({left}, {right})", f"\\set y random({low}, {high})"]
    # a tile's box is worked out by the site itself; here by the database, once per request
    tile = "%(left)s" in text
    values = {"limit": str(PAGE), "z": str(ZOOM), "x": ":x", "y": ":y"}
    degrees = dict(
        zip(SIDES, (":lon", ":lat", f"(:lon + {WIDE * 1e6:.0f})", f"(:lat + {WIDE * 1e6:.0f})"), strict=True)
    )
    values |= {name: f"({value} / 1e6::float8)" for name, value in degrees.items()}
    if tile:
        values |= _tile_sides()
    return "\n".join([*head, re.sub(r"%\((\w+)\)s", lambda one: values[one[1]], text).replace("%%", "%") + ";\n"])


def _tile_sides() -> dict[str, str]:
    side, margin = 2**ZOOM, 1 / 64
    sides = {}
    for names, more in ((SIDES, margin), (("left", "bottom", "right", "top"), 0.0)):
        ends = (f":x - {more}", f":y + 1 + {more}", f":x + 1 + {more}", f":y - {more}")
        for name, at in zip(names, ends, strict=True):
            up = f"degrees(atan(sinh(pi() * (1 - 2 * ({at}) / {side}::float8))))"
            sides[name] = up if ":y" in at else f"(({at}) * 360.0::float8 / {side} - 180)"
    return sides


def load_town(own: cluster.Cluster) -> None:
    """Make the server, fill it, and open it to tipg."""
    cluster.start(own, durable=False)
    session.migrate(own.url(cluster.OWNER))
    cluster.stop(own)
    open_tcp(own)
    cluster.start(own, durable=False)
    told = {"host": str(own.socket), "user": cluster.ADMIN, "dbname": cluster.DATABASE}
    with psycopg.connect(**told, autocommit=True) as connection:
        for statement in (*town.PLAIN, *town.PRODUCT, *town.AFTER):
            connection.execute(statement)
        connection.execute(f"ALTER ROLE {cluster.OWNER} PASSWORD '{PASSWORD}'")


def compare(case: Case, own: cluster.Cluster, site: Server, peer: Server | None, seconds: float) -> dict[str, object]:
    """One question put to all of them, one after the other."""
    server = int((own.data / "postmaster.pid").read_text().split()[0])

    def database() -> list[int]:
        return family(server)

    plain, (plain_cpu,) = measured(lambda: pgbench(own, script(case.plain), seconds), database)
    ours, (app_cpu, database_cpu) = measured(
        lambda: run(site.base, places(case.path, case.body), seconds), site.pids, database
    )
    told: dict[str, object] = {"case": case.name, "site": round(ours.rate, 1), "p50_ms": ours.p50_ms}
    told |= {"p99_ms": ours.p99_ms, "errors": ours.errors, "bytes": ours.bytes_each}
    if case.statement is not None:
        same, (same_cpu,) = measured(lambda: pgbench(own, script(case.statement.text), seconds), database)
        told |= {"same_sql": round(same.rate, 1), "share": round(ours.rate / same.rate, 3), "same_cpu_ms": same_cpu}
    told |= {"plain_sql": round(plain.rate, 1), "share_of_plain": round(ours.rate / plain.rate, 3)}
    told |= {"site_cpu_ms": app_cpu, "database_cpu_ms": database_cpu, "plain_cpu_ms": plain_cpu}
    if peer is not None:
        theirs, (their_cpu, their_database_cpu) = measured(
            lambda: run(peer.base, places(case.tipg, ""), seconds), peer.pids, database
        )
        told |= {"tipg": round(theirs.rate, 1), "tipg_errors": theirs.errors}
        if theirs.requests:  # none where not one answer came in time
            told |= {"times_tipg": round(ours.rate / theirs.rate, 1), "tipg_cpu_ms": their_cpu}
            told |= {"tipg_database_cpu_ms": their_database_cpu}
    return told


def main(seconds: float) -> None:
    """Load, start, measure, print one JSON object."""
    with Installation.made(NAME) as installation:
        own = cluster.locate(NAME)
        load_town(own)
        port, tipg_port = free_port(), free_port()
        command = [str(WANGGE), "serve", "--open", "--port", str(port)]
        process = subprocess.Popen(command, env=installation.environment)
        site = Server(f"http://127.0.0.1:{port}", process.pid)
        try:
            wait(process, f"{site.base}/health")
            with tipg(tipg_port) as other:
                peer = None if other is None else Server(f"http://127.0.0.1:{tipg_port}", other.pid)
                if peer is not None:
                    wait(other, f"{peer.base}/healthz")
                made = []
                for case in cases():
                    for server, path, body in ((site, case.path, case.body), (peer, case.tipg, "")):
                        if server is not None:  # plans, pools and caches of both are warm before the clock runs
                            run(server.base, places(path, body), 1.0)
                    made.append(compare(case, own, site, peer, seconds))
        finally:
            process.terminate()
            process.wait(20)
    print(json.dumps({"bench": "serving", "seconds": seconds, "connections": 8, "cases": made}, ensure_ascii=False))


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 3.0)
