"""Every table of the product: identities, versions with legal and recorded time, networks, imports, results.

An identity is for ever (`uid`, never re-used); a version says what was so in `valid` (legal time) as known in
`recorded`.
As of a date: `valid @> date AND upper_inf(recorded)`.
"""

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB, TSTZRANGE, ExcludeConstraint

STORAGE_SRID = 4490
metadata = MetaData()


def _geometry(kind: str, nullable: bool = False, name: str = "geom", *more: Computed) -> "Column[object]":
    return Column(name, Geometry(kind, srid=STORAGE_SRID, spatial_index=False), *more, nullable=nullable)


def _counts(*names: str) -> "list[Column[int]]":
    return [Column(name, Integer, CheckConstraint(f"{name} >= 0")) for name in names]


import_batch = Table(
    "import_batch",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("file_sha256", Text, nullable=False),
    Column("area_code", Text),
    Column("data_date", Date, nullable=False),
    Column("inventory", Boolean, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("osm", Boolean, nullable=False, comment="rows come from OpenStreetMap, attribution is due"),
    Column("document_no", Text, comment="number of the paper that decided what the rows say"),
    Column("report", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)


def _versioned(name: str, *columns: "Column[object]", extra: "tuple[Column[object], ...]" = ()) -> tuple[Table, Table]:
    """The identity table `name` and its version table `name_version`."""
    identity = Table(
        name, metadata, Column("uid", Text, primary_key=True), Column("synthetic", Boolean, nullable=False), *extra
    )
    version = Table(
        f"{name}_version",
        metadata,
        Column("id", BigInteger, Identity(), primary_key=True),
        Column("uid", Text, ForeignKey(f"{name}.uid"), nullable=False),
        Column("valid", DATERANGE, CheckConstraint("NOT isempty(valid)"), nullable=False),
        Column("recorded", TSTZRANGE, nullable=False, server_default=text("tstzrange(now(), NULL)")),
        Column("batch_id", BigInteger, ForeignKey("import_batch.id"), nullable=False),
        Column("row_digest", Text, nullable=False, comment="equal digests: the row says the same"),
        *columns,
        ExcludeConstraint(
            ("uid", "="), ("valid", "&&"), where=text("upper_inf(recorded)"), name=f"{name}_one_version_at_a_time"
        ),
        Index(f"{name}_version_geom", "geom", postgresql_using="gist", postgresql_where=text("upper_inf(recorded)")),
        Index(
            f"{name}_version_uid",
            "uid",
            postgresql_include=["code", "valid"] if any(one.name == "code" for one in columns) else [],
            postgresql_where=text("upper_inf(recorded)"),
        ),
    )
    return identity, version


SIZE_METRICS = ("registered_households", "resident_households", "dwelling_units", "undelivered_units", "population")
AGE_GROUPS = ("elderly", "elderly_80", "children")

area, area_version = _versioned(
    "area",
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("parent_uid", Text, ForeignKey("area.uid")),
    Column("status", Text, CheckConstraint("status IN ('legal', 'draft')"), nullable=False),
    *_counts(*SIZE_METRICS, *AGE_GROUPS),
    _geometry("GEOMETRY", nullable=True),
    extra=(
        Column(
            "level",
            Text,
            CheckConstraint("level IN ('city', 'district', 'subdistrict', 'community', 'sub_area')"),
            nullable=False,
        ),
    ),
)
area_version.append_constraint(
    ExcludeConstraint(
        ("code", "="),
        ("valid", "&&"),
        where=text("upper_inf(recorded)"),
        name="area_code_once_at_a_time",
        deferrable=True,
        initially="DEFERRED",
    )
)
Index("area_version_code", area_version.c.code, postgresql_ops={"code": "text_pattern_ops"})

lineage = Table(
    "lineage",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("layer", Text, CheckConstraint("layer IN ('area', 'grid')"), nullable=False),
    Column("old_uid", Text, nullable=False),
    Column("new_uid", Text, nullable=False),
    Column(
        "kind", Text, CheckConstraint("kind IN ('split', 'merge', 'adjust', 'subdivide', 'recode')"), nullable=False
    ),
    Column("document_no", Text),
    Column("effective", Date, nullable=False),
    Column("batch_id", BigInteger, ForeignKey("import_batch.id"), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("lineage_once", "layer", "old_uid", "new_uid", "effective", unique=True),
    Index("lineage_new", "layer", "new_uid"),
)

grid_set = Table(
    "grid_set",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("scope", Text, nullable=False, comment="code of the area whose grids these are"),
    Column("name", Text, nullable=False, comment="whose grids: 综治, 党建, 城管, 全科 and so on"),
    Column("synthetic", Boolean, nullable=False),
    Index("grid_set_name", "scope", "name", "synthetic", unique=True),
)
grid, grid_version = _versioned(
    "grid",
    Column("set_id", BigInteger, ForeignKey("grid_set.id"), nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text),
    Column("tier", SmallInteger, CheckConstraint("tier BETWEEN 1 AND 3"), nullable=False),
    Column("kind", Text, CheckConstraint("kind IN ('基础', '专属')"), nullable=False),
    Column("parent_uid", Text, ForeignKey("grid.uid"), comment="the grid of the tier above that it is part of"),
    Column("community_uid", Text, ForeignKey("area.uid"), nullable=False),
    Column("status", Text, CheckConstraint("status IN ('legal', 'draft')"), nullable=False),
    *_counts(*SIZE_METRICS, *AGE_GROUPS),
    _geometry("GEOMETRY"),
)
grid_version.append_constraint(
    ExcludeConstraint(
        ("set_id", "="),
        ("code", "="),
        ("valid", "&&"),
        where=text("upper_inf(recorded)"),
        name="grid_code_once_at_a_time",
        deferrable=True,
        initially="DEFERRED",
    )
)
Index("grid_version_code", grid_version.c.code, postgresql_ops={"code": "text_pattern_ops"})
Index("grid_version_community", grid_version.c.community_uid)
grid_staff = Table(
    "grid_staff",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("grid_uid", Text, ForeignKey("grid.uid"), nullable=False),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("work_phone", Text),
    Column("valid", DATERANGE, CheckConstraint("NOT isempty(valid)"), nullable=False),
    Column("recorded", TSTZRANGE, nullable=False, server_default=text("tstzrange(now(), NULL)")),
    Column("batch_id", BigInteger, ForeignKey("import_batch.id"), nullable=False),
    ExcludeConstraint(
        ("grid_uid", "="),
        ("role", "="),
        ("name", "="),
        ("valid", "&&"),
        where=text("upper_inf(recorded)"),
        name="grid_staff_once_at_a_time",
    ),
)

compound, compound_version = _versioned(
    "compound",
    Column("name", Text),
    Column("kind", Text),
    *_counts("households", "registered_households", "dwelling_units", "undelivered_units", "residents", *AGE_GROUPS),
    Column(
        "quality", JSONB, nullable=False, server_default="{}", comment="flag per count: absurd | missing | estimated"
    ),
    _geometry("POINT"),
    _geometry("GEOMETRY", nullable=True, name="outline"),
)
service_point, service_point_version = _versioned(
    "service_point",
    Column("name", Text),
    Column("category", Text, nullable=False),
    Column("size_m2", Float),
    Column("capacity", Float),
    Column("open_hours", Text),
    Column("step_free", Boolean),
    Column("verified_on", Date),
    Column("serves_uid", Text, ForeignKey("area.uid"), comment="the community or grid it serves, where recorded"),
    _geometry("POINT"),
)
Index("service_point_version_category", service_point_version.c.category)
gate, gate_version = _versioned(
    "gate",
    Column("name", Text),
    Column("compound_uid", Text, nullable=False),
    Column("access", Text),
    Column("hours", Text),
    _geometry("POINT"),
)
barrier, barrier_version = _versioned(
    "barrier", Column("kind", Text, nullable=False), Column("name", Text), _geometry("LINESTRING")
)
building, building_version = _versioned(
    "building",
    Column("compound_uid", Text),
    Column("floors", SmallInteger),
    Column("floor_area_m2", Float),
    Column("units", Integer),
    _geometry("GEOMETRY"),
    _geometry("POINT", True, "inner_point", Computed("st_pointonsurface(geom)", persisted=True)),  # where it belongs
)
candidate_site, candidate_site_version = _versioned(
    "candidate_site",
    Column("name", Text),
    Column("area_m2", Float),
    Column("tenure", Text),
    _geometry("POINT"),
)

network = Table(
    "network",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("scope", Text, nullable=False, comment="code prefix of the areas it serves; the longest match wins"),
    Column("synthetic", Boolean, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("batch_id", BigInteger, ForeignKey("import_batch.id"), nullable=False),
)
street = Table(
    "street",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("network_id", BigInteger, ForeignKey("network.id"), nullable=False),
    Column("uid", Text, nullable=False),
    Column("name", Text),
    Column("class", Text, nullable=False),
    Column("access", Text),
    Column("bridge", Boolean, nullable=False),
    Column("tunnel", Boolean, nullable=False),
    Column("layer", SmallInteger, nullable=False),
    Column("walkable", Boolean, nullable=False),
    Column("main", Boolean, nullable=False, comment="in the largest walking component of the network"),
    _geometry("LINESTRING"),
    Index("street_network", "network_id"),
    Index("street_geom", "geom", postgresql_using="gist"),
)
backdrop = Table(
    "backdrop",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("scope", Text, nullable=False),
    Column("kind", Text, CheckConstraint("kind IN ('water', 'green', 'railway', 'landuse')"), nullable=False),
    Column("name", Text),
    Column("synthetic", Boolean, nullable=False),
    Column("batch_id", BigInteger, ForeignKey("import_batch.id"), nullable=False),
    _geometry("GEOMETRY"),
    Index("backdrop_geom", "geom", postgresql_using="gist"),
)
coverage = Table(
    "coverage",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("district_code", Text, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("standard_id", Text, nullable=False),
    Column("computed_at", DateTime(timezone=True), nullable=False),
    Column("facts", JSONB, nullable=False, comment="what the rows said about themselves: dates, inventories, sources"),
    Index("coverage_district", "district_code", "standard_id", "computed_at"),
)


def _of_result(**options: bool) -> "Column[str]":
    return Column("digest", Text, ForeignKey("coverage.digest", ondelete="CASCADE"), **options)


coverage_score = Table(
    "coverage_score",
    metadata,
    _of_result(primary_key=True),
    Column("code", Text, primary_key=True),
    Column("people_group", Text, primary_key=True, comment="empty: each item's own target group"),
    Column("score", JSONB, nullable=False),
)
coverage_walk = Table(
    "coverage_walk",
    metadata,
    _of_result(nullable=False),
    Column("category", Text, nullable=False),
    Column("compound_uid", Text, nullable=False),
    Column("compound_version", BigInteger, nullable=False),
    Column("community", Text),
    Column("subdistrict", Text),
    Column("snapped", Boolean, nullable=False),
    Column("net_cm", Integer),
    Column("snap_cm", Integer),
    Column("straight_cm", Integer),
    Column("service_uid", Text),
    Index("coverage_walk_digest", "digest", "category"),
)
coverage_gap = Table(
    "coverage_gap",
    metadata,
    _of_result(nullable=False),
    Column("category", Text, nullable=False),
    Column("limit_m", Integer, nullable=False),
    _geometry("MULTIPOLYGON"),
    Index("coverage_gap_key", "digest", "category", "limit_m", unique=True),
)
life_circle = Table(
    "life_circle",
    metadata,
    _of_result(nullable=False),
    Column("kind", Text, CheckConstraint("kind IN ('service_point', 'community')"), nullable=False),
    Column("place", Text, nullable=False, comment="uid of the service point, or code of the community"),
    Column("people_group", Text, nullable=False),
    Column("minutes", SmallInteger, nullable=False),
    Column("measured", JSONB, comment="test addresses beside the streets: how many, falsely covered, missed"),
    _geometry("MULTIPOLYGON"),
    _geometry("MULTILINESTRING", name="streets"),
    Index("life_circle_key", "digest", "kind", "place", "people_group", "minutes", unique=True),
)
finding = Table(
    "finding",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("batch_id", BigInteger, ForeignKey("import_batch.id", ondelete="CASCADE"), nullable=False),
    Column("code", Text, nullable=False),
    Column("severity", Text, CheckConstraint("severity IN ('error', 'warning', 'info')"), nullable=False),
    Column("row", Integer),
    Column("field", Text),
    Column("message", Text, nullable=False),
    _geometry("POINT", nullable=True),
    Index("finding_batch", "batch_id"),
)
undrafted = Table(
    "undrafted",
    metadata,
    Column("district_code", Text, primary_key=True),
    Column("reasons", JSONB, nullable=False, comment="why a community code got no draft border"),
    Column("without", ARRAY(Text), nullable=False, comment="community codes without an anchor"),
)
pending_import = Table(
    "pending_import",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("file_sha256", Text, nullable=False),
    Column("asked", JSONB, nullable=False, comment="the order without the file: date, area, datum, repairs"),
    Column("base", Text, nullable=False, comment="digest of the stored borders the preview was held against"),
    Column("report", JSONB, nullable=False),
    Column("places", Text, nullable=False, comment="findings with a place, GeoJSON"),
    Column("borders", Text, nullable=False, comment="the rows as they would go in, GeoJSON; empty once decided"),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('pending', 'accepted', 'rejected')"),
        nullable=False,
        server_default="pending",
    ),
    Column("actor", Text, nullable=False),
    Column("batch_id", BigInteger, ForeignKey("import_batch.id")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("decided_at", DateTime(timezone=True)),
)
