"""Grids on the coverage map in Chromium: `python -m tests.bench.gridmap` prints one JSON object.

Sets of 131, 1,000, 5,000 and 20,000 seamless grids over the sample district. `ready_ratio` is the time to ready over
that of the smallest set in the same run; `zoom_ms` one zoom step until painted, `bare_zoom_ms` the same with nothing
but the grids on the map; `plain_zoom_ms` the peer: the same grids as Leaflet's own GeoJSON on a canvas and nothing
else; `frames_ms` two frames of a page where nothing happens. `right` of 60 clicks at random places farther than a
pixel from a border chose the grid PostGIS names.
"""

import json
import random
import statistics
import sys

import psycopg
from sqlalchemy import make_url

from data import cluster
from tests.bench.pages import CLOCK, PAGE, RECEIVED, ready_ms
from tests.installation import Installation
from tests.maps.browser import CHROMIUM, Seen, chromium

SIZES = (131, 1_000, 5_000, 20_000)
AGAIN, CLICKS = 5, 60
NAME = "gridmap"
CELLS = """
    INSERT INTO grid_set (scope, name, synthetic) VALUES ('610199', %(set)s, true);
    CREATE TEMP TABLE cell ON COMMIT DROP AS
        WITH d AS (SELECT geom FROM area_version WHERE code = '610199' LIMIT 1),
            p AS (SELECT ST_GeneratePoints(geom, %(n)s, 7) g FROM d),
            v AS (SELECT (ST_Dump(ST_VoronoiPolygons(p.g, 0, d.geom))).geom g FROM p, d)
        SELECT 'g' || %(n)s || '-' || row_number() OVER () uid, ST_Intersection(v.g, d.geom) geom FROM v, d;
    INSERT INTO grid (uid, synthetic) SELECT uid, true FROM cell;
    INSERT INTO grid_version (uid, valid, batch_id, row_digest, set_id, code, name, tier, kind, community_uid, status,
            resident_households, geom)
        SELECT c.uid, daterange('2026-01-01', NULL), (SELECT min(id) FROM import_batch), c.uid,
            (SELECT id FROM grid_set WHERE name = %(set)s), a.code || lpad((row_number() OVER (PARTITION BY a.code
            ORDER BY c.uid) %% 1000)::text, 3, '0'), c.uid, 1, '基础', a.uid, 'legal', 400, c.geom
        FROM cell c, LATERAL (SELECT code, uid FROM area_version WHERE code LIKE '610199______' ORDER BY
            geom <-> ST_Centroid(c.geom), code LIMIT 1) a WHERE ST_GeometryType(c.geom) = 'ST_Polygon'"""
NAMED = """SELECT v.code FROM grid_version v JOIN grid_set s ON s.id = v.set_id,
        ST_SetSRID(ST_MakePoint(%s, %s), 4490) p
    WHERE s.name = %s AND ST_Covers(v.geom, p) AND ST_Distance(ST_Boundary(v.geom)::geography, p::geography) > %s"""
STEP = """new Promise(done => { const m = W.page.map, from = performance.now();
    m.setZoom(m.getZoom() + %s, { animate: false });
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - from))); })"""
BARE = """void (() => { const m = W.page.map;
    Object.assign(W.page, { areas: null, points: [], data: { ...W.page.data, compounds: [] } });
    m.names = { streets: [], places: [] };
    Object.values(m.roles).forEach(role => m.removeLayer(role));
    m.eachLayer(one => {
        if (['pts', 'fill'].includes(one.options.pane) && !one._layers) one.remove(); }); })()"""
PLAIN = """void (() => { const m = W.page.map, grids = W.load('/layers/grids.geojson?area=610199&set=%s');
    m.eachLayer(one => one.remove());
    const drawn = data => L.geoJSON(data, { renderer: L.canvas(), style: { weight: 1 } }).addTo(m);
    window.__plain = grids.then(drawn); })()"""
FRAMES = """new Promise(done => { const from = performance.now();
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - from))); })"""
PRESSED = (
    "(([x, y]) => { const p = W.page.map.latLngToContainerPoint([y, x]), b = W.page.map.getContainer()"
    ".getBoundingClientRect(); return [p.x + b.left, p.y + b.top]; })"
)


def store(address: str) -> None:
    """Every set of grids, by SQL: the guards of writing are not what is measured here."""
    with psycopg.connect(address) as connection:
        connection.execute("SET session_replication_role = replica")
        for n in SIZES:
            for statement in CELLS.split(";"):
                connection.execute(statement, {"n": n, "set": str(n)})
            connection.commit()


def clicks(tab, connection, n: int) -> tuple[int, int]:
    """How many clicks chose the right grid, of how many."""
    rng, right, made = random.Random(7), 0, 0
    while made < CLICKS:
        bounds = tab.evaluate("(b => [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()])(W.page.map.getBounds())")
        west, south, east, north = bounds
        lon, lat = rng.uniform(west, east), rng.uniform(south, north)
        metres = tab.evaluate(
            "(m => m.distance(m.containerPointToLatLng([0, 9]), m.containerPointToLatLng([1, 9])))(W.page.map)"
        )
        wanted = connection.execute(NAMED, (lon, lat, str(n), 1.5 * metres)).fetchone()
        x, y = tab.evaluate(PRESSED, [lon, lat])
        if wanted is None or tab.evaluate(
            "([x, y]) => document.elementFromPoint(x, y)?.closest('.plate,.leaflet-control') != null", [x, y]
        ):
            continue
        made += 1
        tab.mouse.click(x, y)
        right += tab.evaluate("W.page.state.grid") == wanted[0]
    return right, made


def main():
    if not CHROMIUM.is_file():
        print(f"skipped: {CHROMIUM} is not there; make test installs Chromium where it may", file=sys.stderr)
        return
    with Installation.made(NAME) as site, site.serving() as base, chromium() as browser:
        address = make_url(cluster.locate(NAME).url(cluster.ADMIN)).set(drivername="postgresql")
        store(address.render_as_string())
        rows = [measured(browser, base, n, address.render_as_string()) for n in SIZES]
    for row in rows:
        row["ready_ratio"] = round(row["ready_ms"] / rows[0]["ready_ms"], 2)
    print(json.dumps({"bench": "grids on the map", "sets": rows}))


def measured(browser, base: str, n: int, address: str) -> dict:
    """Weight, time to ready, zoom step and clicks of one set."""
    seen = Seen(browser)
    seen.tab.add_init_script(CLOCK)
    page = f"{base}{PAGE}#grids={n}"
    first = ready_ms(seen, page)
    received = seen.tab.evaluate(RECEIVED)
    again = []
    for _ in range(AGAIN):
        seen.tab.goto("about:blank")
        again.append(ready_ms(seen, page))
    steps = [seen.tab.evaluate(STEP % by) for by in (1, 1, -1, -1) * 3]
    seen.tab.evaluate("void W.page.map.setZoom(W.page.map.getZoom() + 1, { animate: false })")
    with psycopg.connect(address) as connection:
        right, made = clicks(seen.tab, connection, n)
    seen.tab.evaluate(BARE)
    bare = [seen.tab.evaluate(STEP % by) for by in (1, -1) * 6]
    seen.tab.evaluate(PLAIN % n)
    seen.tab.evaluate("window.__plain.then(() => null)")
    plain = [seen.tab.evaluate(STEP % by) for by in (1, -1) * 6]
    frames = [seen.tab.evaluate(FRAMES) for _ in range(12)]
    errors = len(seen.errors)
    seen.context.close()
    return {
        "grids": n,
        "received_kb": round(received / 1000),
        "first_ms": first,
        "ready_ms": round(statistics.median(again)),
        "zoom_ms": round(statistics.median(steps)),
        "bare_zoom_ms": round(statistics.median(bare)),
        "plain_zoom_ms": round(statistics.median(plain)),
        "frames_ms": round(statistics.median(frames)),
        "right": right,
        "clicks": made,
        "errors": errors,
    }


if __name__ == "__main__":
    main()
