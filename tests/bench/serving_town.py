"""Data for the serving benchmark: 5,000 seamless grids in 131 communities and 200,000 buildings, by SQL.

The same rows lie twice in the database: in the product's own versioned tables, and in plain tables of the schema
`peer`, which the hand-written SQL and tipg read.
"""

BOX = (108.84, 34.18, 109.04, 34.36)
GRIDS, COMMUNITIES, BUILDINGS = 5_000, 131, 200_000
DISTRICT = "610199"
_ENVELOPE = "ST_MakeEnvelope({}, {}, {}, {}, 4490)".format(*BOX)
_PLACE = "108.84 + random() * 0.20, 34.18 + random() * 0.18"

PLAIN = (
    "SET session_replication_role = replica",  # the guards of single writes are not what is measured here
    "CREATE SCHEMA peer",
    "SELECT setseed(0.42)",
    f"""CREATE TEMP TABLE seed AS
        SELECT i, ST_SetSRID(ST_MakePoint({_PLACE}), 4490) g FROM generate_series(1, {GRIDS}) i""",
    f"""CREATE TEMP TABLE cell AS
        SELECT (ST_Dump(ST_VoronoiPolygons(ST_Collect(g), 0, {_ENVELOPE}))).geom g FROM seed""",
    f"CREATE TEMP TABLE centre AS SELECT i, g FROM seed ORDER BY i LIMIT {COMMUNITIES}",
    "CREATE INDEX ON centre USING gist (g)",
    f"""CREATE TABLE peer.grids AS
        SELECT row_number() OVER ()::int id, ''::text code, ''::text name, (100 + random() * 400)::int households,
            (SELECT c.i FROM centre c ORDER BY c.g <-> ST_Centroid(cell.g) LIMIT 1)::int community,
            ST_Intersection(g, {_ENVELOPE})::geometry(Polygon, 4490) geom FROM cell""",
    f"""UPDATE peer.grids g SET code = n.code, name = '网格' || n.code FROM (
        SELECT id, '{DISTRICT}' || lpad((community % 9 + 1)::text, 3, '0') || lpad(community::text, 3, '0')
            || lpad((row_number() OVER (PARTITION BY community ORDER BY id))::text, 3, '0') code FROM peer.grids) n
        WHERE n.id = g.id""",
    """CREATE TABLE peer.communities AS
        SELECT community id, left(min(code), 12) code, '社区' || community AS name, ST_Union(geom) geom
        FROM peer.grids GROUP BY community""",
    f"""CREATE TABLE peer.buildings AS
        SELECT i id, (1 + random() * 33)::int floors, (random() * 300)::int units, ST_Rotate(ST_MakeEnvelope(
            x, y, x + 0.0001 + random() * 0.0003, y + 0.0001 + random() * 0.0002, 4490), random() * 3.14,
            ST_SetSRID(ST_MakePoint(x, y), 4490))::geometry(Polygon, 4490) geom
        FROM (SELECT i, 108.84 + random() * 0.20 x, 34.18 + random() * 0.18 y
            FROM generate_series(1, {BUILDINGS}) i) s""",
    *(f"ALTER TABLE peer.{name} ADD PRIMARY KEY (id)" for name in ("grids", "communities", "buildings")),
    *(f"CREATE INDEX ON peer.{name} USING gist (geom)" for name in ("grids", "communities", "buildings")),
)
# the guard of single rows is no part of reading, and takes a minute to fill
_UNGUARDED = "ALTER TABLE building_version DROP CONSTRAINT building_one_version_at_a_time"
_VERSION = "daterange('2026-01-01', NULL), 1, ''"
PRODUCT = (
    """INSERT INTO import_batch (kind, file_name, file_sha256, data_date, inventory, synthetic, osm, report)
        VALUES ('bench', 'bench', '', '2026-01-01', true, true, false, '{}')""",
    f"INSERT INTO area (uid, synthetic, level) VALUES ('{DISTRICT}', true, 'district')",
    "INSERT INTO area (uid, synthetic, level) SELECT code, true, 'community' FROM peer.communities",
    f"""INSERT INTO area_version (uid, valid, batch_id, row_digest, code, name, status, geom)
        SELECT '{DISTRICT}', {_VERSION}, '{DISTRICT}', '合成示例区', 'legal', {_ENVELOPE}""",
    f"""INSERT INTO area_version (uid, valid, batch_id, row_digest, code, name, parent_uid, status, geom)
        SELECT code, {_VERSION}, code, name, '{DISTRICT}', 'legal', geom FROM peer.communities""",
    f"INSERT INTO grid_set (scope, name, synthetic) VALUES ('{DISTRICT}', '全科', true)",
    "INSERT INTO grid (uid, synthetic) SELECT code, true FROM peer.grids",
    f"""INSERT INTO grid_version (uid, valid, batch_id, row_digest, set_id, code, name, tier, kind, community_uid,
            status, resident_households, geom)
        SELECT code, {_VERSION}, 1, code, name, 1, '基础', left(code, 12), 'legal', households, geom FROM peer.grids""",
    _UNGUARDED,
    "INSERT INTO building (uid, synthetic) SELECT id::text, true FROM peer.buildings",
    f"""INSERT INTO building_version (uid, valid, batch_id, row_digest, floors, units, geom)
        SELECT id::text, {_VERSION}, floors, units, geom FROM peer.buildings""",
    "GRANT USAGE ON SCHEMA peer TO PUBLIC",
    "GRANT SELECT ON ALL TABLES IN SCHEMA peer TO PUBLIC",
)
AFTER = ("VACUUM ANALYZE",)
