"""Rows of a foreign file judged and shaped into the frame of their kind; the thinking half of an import."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis import categories as cats
from gis import codes, identity, shapes, streets, values, zones
from gis.errors import BadInputError
from gis.findings import Finding, Parsed
from gis.placing import STORAGE
from gis.records import Schema
from gis.sieve import Sieve
from gis.typed import typed

_OVERLAP_M2 = 0.05
_AREA_LEVELS = frozenset(codes.LEVELS)
_GRID_KINDS = {"基础": "基础", "基础网格": "基础", "专属": "专属", "专属网格": "专属"}


class CategoriesMissingError(BadInputError):
    """Service points cannot be told apart without a mapping."""

    code = "CATEGORY_MAP_MISSING"


@dataclass(frozen=True)
class Context:
    """What an import is judged against: the zone it is limited to, the codes of stored districts, the mapping.

    Without `settle` the borders of a tessellated kind are not judged against each other here, and single rows do not
    keep the others out: `tessellation.tessellate` decides.
    """

    zone: zones.Zone | None = None
    districts: frozenset[str] = frozenset()
    categories: cats.CategoryMap | None = None
    settle: bool = True


@dataclass(frozen=True)
class Rows:
    """Rows as read: raw columns, the source of each target, geometry in EPSG:4490, and which rings were not closed."""

    raw: pd.DataFrame
    source: Mapping[str, str]
    geometry: NDArray[np.object_] | None
    unclosed: NDArray[np.bool_]
    ragged: tuple[int, ...] = ()


def intake(schema: Schema, rows: Rows, context: Context, provenance: Mapping[str, Any]) -> Parsed:
    """Judge and shape all rows of one kind.

    Points and lines are refused one by one; of a tessellated kind one refused row inside the zone keeps all out.
    Raises CategoriesMissingError.
    """
    frame, noticed = typed(schema, rows.raw, rows.source)
    sieve = Sieve(frame, rows.geometry)
    ragged = np.isin(sieve.rows, np.array(rows.ragged, dtype=np.int64))
    sieve.refuse(ragged, "ROW_RAGGED", "这一行的格子比列名多，不收；请检查多余的分隔符。")
    if schema.kind == "service_points":
        _set_categories(sieve, context.categories)
    if schema.family != "none" and rows.geometry is not None:
        checked = shapes.check(rows.geometry, rows.unclosed, schema.family, sieve.rows)
        sieve.take(checked.geometry, checked.good, checked.findings)
    if schema.kind == "compounds":
        sieve.frame = sieve.frame.assign(outline=shapes.outlines(rows.geometry, len(sieve.frame)))
    _limit(sieve, context)
    _LOOKS[schema.kind](sieve, context)
    standing = set(sieve.rows[sieve.good].tolist())
    sieve.findings[:0] = [one for one in noticed if one.row in standing]
    return _close(schema, sieve, provenance, context.settle)


def _set_categories(sieve: Sieve, categories: cats.CategoryMap | None) -> None:
    if categories is None:
        raise CategoriesMissingError("导入服务设施需要类别对照表，请指定后再导入。")
    found = cats.classify(categories, sieve.frame)
    sieve.set_aside(np.asarray(found.isna()))
    sieve.frame = sieve.frame.assign(source_category=sieve.frame["category"], category=found)


def _limit(sieve: Sieve, context: Context) -> None:
    """Refuse rows outside the zone: by code where rows have one, else by place."""
    zone = context.zone
    if zone is None:
        return
    if "code" in sieve.frame.columns:
        text = sieve.column("code").map(lambda one: "" if one is None else codes.normalise(one))
        out = ~text.str.startswith(zone.code).to_numpy(dtype=np.bool_)
        odd = ~text.str.match(r"\d").to_numpy(dtype=np.bool_)
        sieve.refuse(out & ~odd, "OUTSIDE_PARENT", f"在区外：代码不属于 {zone.code}。", "code", "info")
    elif sieve.geometry is not None:
        out = np.zeros(len(sieve.frame), dtype=np.bool_)
        out[sieve.good] = zones.outside(sieve.geometry[sieve.good], zone)
        sieve.refuse(out, "OUTSIDE_PARENT", f"在区外：不在 {zone.code} 及其外围以内。", "geometry", "info")


def _coded(sieve: Sieve, context: Context, wanted: frozenset[str]) -> None:
    identity.with_codes(sieve, wanted)
    if context.districts:
        level = sieve.column("level")
        district = sieve.column("code").fillna("").str.slice(0, 6)
        alone = level.isin(("subdistrict", "community", "sub_area", "grid")) & ~district.isin(context.districts)
        message = "所属区县还没有边界，请先导入区县。"
        sieve.refuse(np.asarray(alone), "NO_PARENT", message, "code")


def _look_areas(sieve: Sieve, context: Context) -> None:
    _coded(sieve, context, _AREA_LEVELS)
    sieve.frame = sieve.frame.assign(status=_status(sieve))
    _tessellation(sieve, sieve.column("level"), context.settle)


def _look_grids(sieve: Sieve, context: Context) -> None:
    _coded(sieve, context, frozenset({"grid"}))
    kind = sieve.column("kind").map(_GRID_KINDS).fillna("基础").astype(object)
    tier = sieve.column("tier").fillna(1).astype(int)
    sieve.refuse(np.asarray(~tier.isin((1, 2, 3))), "VALUE_UNREADABLE", "网格级别只能是 1、2、3。", "tier")
    sieve.frame = sieve.frame.assign(kind=kind, tier=tier, status=_status(sieve))
    _tessellation(sieve, tier, context.settle)


def _look_staff(sieve: Sieve, _: Context) -> None:
    identity.with_codes(sieve, frozenset({"grid"}), once=False)
    sieve.refuse(np.asarray(sieve.column("name").isna()), "VALUE_UNREADABLE", "没有姓名，不收。", "name")
    sieve.frame = sieve.frame.assign(role=sieve.column("role").fillna("网格长").astype(object))
    again = sieve.frame.duplicated(["code", "role", "name"]).to_numpy()
    sieve.refuse(again, "CODE_DUPLICATE", "同一个网格、同一个岗位写了两次同一个人，后一行不收。", "name")


def _status(sieve: Sieve) -> "pd.Series[Any]":
    return sieve.column("status").map({"draft": "draft", "草拟": "draft"}).fillna("legal").astype(object)


def _tessellation(sieve: Sieve, levels: "pd.Series[Any]", settle: bool) -> None:
    """Pieces, and overlaps between areas of one level; touching and noise below 0.05 m2 are fine."""
    if sieve.geometry is None:
        return
    standing = np.flatnonzero(sieve.good)
    sieve.findings.extend(shapes.multipart(sieve.geometry[standing], sieve.rows[standing]))
    if not settle:
        return
    level = levels.to_numpy()
    names = sieve.column("name").where(sieve.column("name").notna(), sieve.column("code")).astype(str).to_numpy()
    for one in dict.fromkeys(level[standing].tolist()):
        where = standing[level[standing] == one]
        found = shapes.overlaps(sieve.geometry[where], sieve.rows[where], names[where].tolist(), _OVERLAP_M2)
        sieve.findings.extend(found)
        worse = np.array([finding.row for finding in found], dtype=np.int64)
        sieve.good = sieve.good & ~np.isin(sieve.rows, worse)


def _look_codes(sieve: Sieve, context: Context) -> None:
    _coded(sieve, context, _AREA_LEVELS)
    sieve.frame = sieve.frame.assign(status="legal")


def _look_anchors(sieve: Sieve, _: Context) -> None:
    """Places that say which community they belong to; many may name one code."""
    identity.with_codes(sieve, frozenset({"community"}), once=False)


def _look_streets(sieve: Sieve, _: Context) -> None:
    frame = sieve.frame
    lost = values.unreadable_names(frame["name"])
    sieve.flag(lost, "NAME_LOST", "路名在原文件里已是问号，按无名处理。", "name", "info")
    frame = frame.assign(
        name=frame["name"].mask(lost, None),
        bridge=frame["bridge"].eq(True).to_numpy(dtype=np.bool_),
        tunnel=frame["tunnel"].eq(True).to_numpy(dtype=np.bool_),
        layer=frame["layer"].fillna(0).clip(-20, 20).round().astype(np.int16),
        access=streets.foot_access(frame),
    )
    frame["class"] = streets.street_class(frame["class"])
    sieve.frame = frame.drop(columns="foot")
    sieve.refuse(np.asarray(sieve.column("class").isna()), "VALUE_UNREADABLE", "没有道路类别，不收。", "class")
    identity.with_uids(sieve, "streets")


def _look_barriers(sieve: Sieve, _: Context) -> None:
    kind = streets.barrier_kind(sieve.frame)
    sieve.frame = sieve.frame.assign(kind=kind)
    sieve.set_aside(np.asarray(kind.isna()))
    identity.with_uids(sieve, "barriers")


def _look_compounds(sieve: Sieve, _: Context) -> None:
    def code_of(level: str) -> Callable[[Any], str | None]:
        def found(text: Any) -> str | None:
            if text is None:
                return None
            try:
                code = codes.parse(text)
            except BadInputError:
                return None
            return code.text if code.level == level else None

        return found

    sieve.refuse(np.asarray(sieve.column("name").isna()), "VALUE_UNREADABLE", "没有小区名称，不收。", "name")
    sieve.frame = sieve.frame.assign(
        community=sieve.column("community").map(code_of("community")).astype(object),
        subdistrict=sieve.column("subdistrict").map(code_of("subdistrict")).astype(object),
        residents_estimated=False,
    )
    identity.with_uids(sieve, "compounds")
    identity.same_again(sieve)


def _look_service_points(sieve: Sieve, _: Context) -> None:
    sieve.frame = sieve.frame.assign(inventory=False)
    identity.with_uids(sieve, "service_points")
    identity.same_again(sieve)


def _look_others(kind: str) -> Callable[[Sieve, Context], None]:
    def look(sieve: Sieve, _: Context) -> None:
        if kind == "gates":
            alone = sieve.column("compound_uid").isna()
            sieve.refuse(np.asarray(alone), "NO_PARENT", "出入口没有写明属于哪个小区，不收。", "compound_uid")
        identity.with_uids(sieve, kind)

    return look


_LOOKS: Mapping[str, Callable[[Sieve, Context], None]] = MappingProxyType(
    {
        "areas": _look_areas,
        "codes": _look_codes,
        "grids": _look_grids,
        "staff": _look_staff,
        "anchors": _look_anchors,
        "streets": _look_streets,
        "barriers": _look_barriers,
        "compounds": _look_compounds,
        "service_points": _look_service_points,
        **{kind: _look_others(kind) for kind in ("buildings", "gates", "candidate_sites")},
    }
)


def _close(schema: Schema, sieve: Sieve, provenance: Mapping[str, Any], settle: bool) -> Parsed:
    faulty = any(one.refuses and one.severity == "error" for one in sieve.findings)
    if schema.tessellated and settle and faulty:
        bad = len({one.row for one in sieve.findings if one.refuses and one.severity == "error"})
        text = f"{schema.title}要全部合格才能入库：有 {bad} 行不合格，这次一行也没有收。"
        sieve.findings.insert(0, Finding("ALL_OR_NOTHING", "error", text, refuses=True))
        sieve.good = np.zeros(len(sieve.frame), dtype=np.bool_)
    where = np.flatnonzero(sieve.good)
    accepted, aside = len(where), int(sieve.aside.sum())
    rows = sieve.frame.iloc[where].assign(source_row=sieve.rows[where]).reset_index(drop=True)
    for name in rows.select_dtypes(["object", "string"]).columns:
        rows[name] = rows[name].astype(object).where(rows[name].notna(), None)  # None, never NaN, where unknown
    geometry = np.full(accepted, None, dtype=object) if sieve.geometry is None else sieve.geometry[where]
    frame = gpd.GeoDataFrame(rows, geometry=geometry, crs=STORAGE)
    if schema.kind == "codes":
        frame = with_subdistricts(frame)
    if schema.family == "line":
        frame = streets.single_lines(frame)
    parsed = Parsed(
        kind=schema.kind,
        frame=frame,
        findings=tuple(sieve.findings),
        provenance=provenance,
        read=len(sieve.frame),
        accepted=accepted,
        refused=len(sieve.frame) - accepted - aside,
        set_aside=aside,
        left_out=() if settle or sieve.geometry is None else _faulty(sieve),
    )
    if schema.kind == "service_points":
        tags = sieve.frame.assign(category=sieve.frame["source_category"])
        return replace(parsed, unmapped=MappingProxyType(cats.unmapped(tags, sieve.aside)))
    return parsed


def _faulty(sieve: Sieve) -> tuple[tuple[str | None, Any], ...]:
    rows = {one.row or 0 for one in sieve.findings if one.refuses and one.severity == "error"}
    bad = np.isin(sieve.rows, sorted(rows))
    return tuple(zip(sieve.column("code")[bad], np.asarray(sieve.geometry)[bad], strict=True))


def with_subdistricts(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """A code table with a row of its own for every subdistrict its columns name and no row gives, sorted by code."""
    named = frame[frame["subdistrict_code"].notna() & (frame["level"] == "community")]
    above = named.drop_duplicates("subdistrict_code")
    above = above[~above["subdistrict_code"].isin(frame["code"]) & (above["subdistrict_code"] == above["parent_code"])]
    counts = [name for name in frame.columns if frame[name].dtype.kind == "f"]
    rows = above.assign(
        code=above["subdistrict_code"],
        name=above["subdistrict_name"],
        level="subdistrict",
        parent_code=above["subdistrict_code"].str.slice(0, 6),
        **dict.fromkeys(counts, np.nan),
    )
    both = pd.concat([rows, frame]) if len(rows) else frame
    return gpd.GeoDataFrame(
        both.drop(columns=["subdistrict_code", "subdistrict_name"]).sort_values("code", ignore_index=True),
        geometry="geometry",
        crs=STORAGE,
    )
