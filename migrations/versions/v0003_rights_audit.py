"""Accounts, sessions, tokens, the append-only audit of every version, and row-level security by scope."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    """
    CREATE TABLE account (
        name TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('管理员', '规划', '街道', '社区', '网格长', '只读')),
        scope TEXT NOT NULL,
        password_hash TEXT,
        disabled BOOLEAN DEFAULT false NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        PRIMARY KEY (name)
    )
    """,
    "COMMENT ON COLUMN account.scope IS 'code of an area or a grid; empty: every area'",
    "COMMENT ON COLUMN account.password_hash IS 'argon2id; none: signed on by the reverse proxy alone'",
    """
    CREATE TABLE session (
        digest TEXT NOT NULL,
        account TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (digest),
        FOREIGN KEY(account) REFERENCES account (name) ON DELETE CASCADE
    )
    """,
    "COMMENT ON COLUMN session.digest IS 'sha256 of what the cookie holds'",
    "CREATE INDEX session_account ON session (account)",
    """
    CREATE TABLE api_token (
        digest TEXT NOT NULL,
        name TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('管理员', '规划', '街道', '社区', '网格长', '只读')),
        scope TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        revoked_at TIMESTAMP WITH TIME ZONE,
        PRIMARY KEY (digest)
    )
    """,
    "COMMENT ON COLUMN api_token.digest IS 'sha256 of the token''s own number'",
    "COMMENT ON COLUMN api_token.scope IS 'code of an area or a grid; empty: every area'",
    "CREATE INDEX api_token_name ON api_token (name)",
    """
    CREATE TABLE throttle (
        key TEXT NOT NULL,
        failures INTEGER NOT NULL,
        failed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        PRIMARY KEY (key)
    )
    """,
    "COMMENT ON COLUMN throttle.key IS 'sha256 of who guesses at which account, and from where'",
    """
    CREATE TABLE audit (
        id BIGINT GENERATED ALWAYS AS IDENTITY,
        at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        object TEXT NOT NULL,
        versions INT8MULTIRANGE,
        request_id TEXT,
        detail JSONB,
        PRIMARY KEY (id)
    )
    """,
    "COMMENT ON COLUMN audit.action IS 'write | read | export | sign_in | account and so on'",
    "COMMENT ON COLUMN audit.object IS 'table, layer or area; never a position'",
    "COMMENT ON COLUMN audit.versions IS 'ids of the versions that a write opened'",
    "CREATE INDEX audit_at ON audit (at)",
    "CREATE INDEX audit_object ON audit (object, action)",
)

# nobody changes or removes a line, not even the owner of the table
APPEND_ONLY = (
    """
    CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit is append only' USING ERRCODE = 'insufficient_privilege';
    END $$
    """,
    """
    CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()
    """,
    """
    CREATE FUNCTION audit_versions() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO audit (actor, action, object, versions, request_id)
        SELECT coalesce(nullif(current_setting('wangge.actor', true), ''), '命令行'), 'write', TG_TABLE_NAME,
            range_agg(int8range(id, id + 1)), nullif(current_setting('wangge.request', true), '')
        FROM opened HAVING count(*) > 0;
        RETURN NULL;
    END $$
    """,
)
VERSIONED = ("area", "grid", "compound", "service_point", "gate", "barrier", "building", "candidate_site")
TRIGGER = """
    CREATE TRIGGER {table}_audit AFTER INSERT ON {table} REFERENCING NEW TABLE AS opened
    FOR EACH STATEMENT EXECUTE FUNCTION audit_versions()
"""
BEFORE_THE_AUDIT = """
    INSERT INTO audit (actor, action, object, versions, detail)
    SELECT '升级', 'write', '{table}', range_agg(int8range(id, id + 1)), '{{"reason": "written before the audit began"}}'
    FROM {table} HAVING count(*) > 0
"""

# second wall: whoever reads as `wangge_viewer` sees what the transaction's `wangge.scope` covers; none set, nothing
GROUND = """
    CREATE FUNCTION scope_ground() RETURNS geometry LANGUAGE sql STABLE SECURITY DEFINER
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
SCOPE = "(SELECT current_setting('wangge.scope', true))"
ANY = f"{SCOPE} <> ''"
ON_GROUND = f"""{SCOPE} <> ''
    AND geom && (SELECT scope_ground()) AND ST_Covers((SELECT scope_ground()), ST_PointOnSurface(geom))"""
POLICIES = {
    "area_version": f"{SCOPE} <> '' AND (length(code) <= 12 OR starts_with(code, {SCOPE}))",
    "grid_version": f"{SCOPE} <> '' AND starts_with(code, {SCOPE})",
    "grid_staff": ANY,
    "compound_version": ON_GROUND,
    "building_version": ON_GROUND,
    "gate_version": ON_GROUND,
    "candidate_site_version": ON_GROUND,
    "service_point_version": ANY,
    "barrier_version": ANY,
    "street": ANY,
    "backdrop": ANY,
    "coverage_score": ANY,
    "coverage_walk": f"""{SCOPE} <> '' AND (
        starts_with(community, {SCOPE}) OR starts_with(subdistrict, {SCOPE}) OR starts_with({SCOPE}, community))""",
}
GRANTS = """
    DO $$ BEGIN
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wangge_app') THEN
            GRANT SELECT, INSERT, UPDATE, DELETE ON account, session, api_token, throttle TO wangge_app;
            GRANT SELECT, INSERT ON audit TO wangge_app;
            GRANT INSERT ON audit TO wangge_audit;
        END IF;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wangge_viewer') THEN
            GRANT SELECT ON ALL TABLES IN SCHEMA public TO wangge_viewer;
            REVOKE ALL ON account, session, api_token, throttle, audit FROM wangge_viewer;
            ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO wangge_viewer;
        END IF;
    END $$
"""


def upgrade() -> None:
    for statement in (*STATEMENTS, *APPEND_ONLY):
        op.execute(statement)
    for name in VERSIONED:
        op.execute(BEFORE_THE_AUDIT.format(table=f"{name}_version"))
        op.execute(TRIGGER.format(table=f"{name}_version"))
    op.execute(GROUND)
    for table, rule in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_scope ON {table} USING ({rule})")
    op.execute(GRANTS)


def downgrade() -> None:
    for table in POLICIES:
        op.execute(f"DROP POLICY {table}_scope ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP FUNCTION scope_ground")
    for name in VERSIONED:
        op.execute(f"DROP TRIGGER {name}_version_audit ON {name}_version")
    for table in ("audit", "throttle", "api_token", "session", "account"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION audit_versions")
    op.execute("DROP FUNCTION audit_refuse")
