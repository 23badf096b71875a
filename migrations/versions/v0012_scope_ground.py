"""The ground of a scope is looked up once in a question, by a kept plan; buildings keep the point that says where."""

from alembic import op

revision = "0012"
down_revision = "0010"

SCOPE = "(SELECT current_setting('wangge.scope', true))"
QUICK = """
    CREATE OR REPLACE FUNCTION scope_ground() RETURNS geometry LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    DECLARE
        scope text := current_setting('wangge.scope', true);
        parts geometry[];
    BEGIN
        IF scope = '' THEN
            RETURN NULL;
        END IF;
        IF scope ~ '^[0-9]{15}$' THEN
            parts := ARRAY(SELECT geom FROM grid_version WHERE code = scope AND upper_inf(recorded));
        ELSE
            parts := ARRAY(
                SELECT geom FROM area_version WHERE code = scope AND upper_inf(recorded) AND geom IS NOT NULL
            );
        END IF;
        IF length(scope) < 6 THEN
            parts := parts || ARRAY(
                SELECT v.geom FROM area_version v JOIN area a USING (uid)
                WHERE a.level = 'district' AND starts_with(v.code, scope) AND upper_inf(v.recorded)
                    AND v.geom IS NOT NULL
            );
        END IF;
        IF cardinality(parts) = 1 THEN
            RETURN parts[1];
        END IF;
        RETURN ST_Union(parts);
    END $$
"""
INNER = """
    ALTER TABLE building_version ADD COLUMN inner_point geometry(POINT, 4490)
        GENERATED ALWAYS AS (ST_PointOnSurface(geom)) STORED
"""
POINTS = ("compound_version", "gate_version", "candidate_site_version")
COVERED = "ALTER POLICY {table}_scope ON {table} USING ({scope} <> '' AND ST_Covers((SELECT scope_ground()), {place}))"

BEFORE = """
    CREATE OR REPLACE FUNCTION scope_ground() RETURNS geometry LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
        SELECT ST_Union(geom) FROM (
            SELECT v.geom FROM area_version v
            WHERE v.code = current_setting('wangge.scope', true) AND upper_inf(v.recorded)
            UNION ALL
            SELECT v.geom FROM grid_version v
            WHERE v.code = current_setting('wangge.scope', true) AND upper_inf(v.recorded)
            UNION ALL
            SELECT v.geom FROM area_version v JOIN area a USING (uid)
            WHERE length(current_setting('wangge.scope', true)) = 4 AND a.level = 'district'
                AND starts_with(v.code, current_setting('wangge.scope', true)) AND upper_inf(v.recorded)
        ) ground
    $$
"""
ON_GROUND = """ALTER POLICY {table}_scope ON {table} USING ({scope} <> ''
    AND geom && (SELECT scope_ground()) AND ST_Covers((SELECT scope_ground()), ST_PointOnSurface(geom)))"""


def upgrade() -> None:
    op.execute(QUICK)
    for table in POINTS:
        op.execute(COVERED.format(table=table, scope=SCOPE, place="geom"))
    op.execute(INNER)
    op.execute(COVERED.format(table="building_version", scope=SCOPE, place="inner_point"))


def downgrade() -> None:
    op.execute(BEFORE)
    for table in (*POINTS, "building_version"):
        op.execute(ON_GROUND.format(table=table, scope=SCOPE))
    op.execute("ALTER TABLE building_version DROP COLUMN inner_point")
