"""A file of borders judged as a whole: repairs applied, faults found, compared with what is stored; all or nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis import crs, difference, faces, repair, topology
from gis.difference import Difference, People, Step
from gis.faults import as_findings
from gis.findings import Finding, Parsed, count_by_code
from gis.records import schema_of
from gis.repair import Repair
from gis.topology import Ground, parts

OFFERED = {
    "CODE_DUPLICATE": ("duplicates",),
    "OVERLAP": ("overlap=smaller", "overlap=larger", "overlap=first", "snap=0.5"),
    "GAP": ("gap=5", "gap=20", "gap=50"),
    "SLIVER": ("gap=2", "snap=0.5"),
    "OUTSIDE_PARENT": ("snap=0.5",),
}


@dataclass(frozen=True)
class Standing:
    """What a set is judged against, metric: the ground, the stored rows it replaces or joins, and the compounds.

    old: stored areas of the levels in question (code, name, level, counts, geometry); kept: codes of them that stay
    though the file lacks them; compounds: Points (uid, name, households).
    """

    zone: int
    ground: Ground
    old: gpd.GeoDataFrame
    kept: frozenset[str]
    compounds: gpd.GeoDataFrame


@dataclass(frozen=True)
class Effect:
    """What a repair changes: rows, rows dropped, ground that changes hands, and the compounds on it."""

    repair: str
    title: str
    rows: int
    dropped: int
    m2: float
    people: People


@dataclass(frozen=True)
class Judged:
    """The outcome: what would go in (`parsed`, frame empty where refused) and everything the preview shows.

    borders: the rows as repaired (EPSG:4490), also where they are refused; shapes: geometries (EPSG:4490) of findings
    by position in `parsed.findings`; chosen, offers: effects of the repairs applied and of those that may help.
    """

    parsed: Parsed
    borders: gpd.GeoDataFrame
    shapes: dict[int, object] = field(default_factory=dict)
    chosen: tuple[Effect, ...] = ()
    offers: tuple[Effect, ...] = ()
    difference: Difference | None = None


def _nothing_more(_: Parsed) -> tuple[Finding, ...]:
    return ()


def tessellate(
    parsed: Parsed,
    standing: Standing,
    chosen: Sequence[Repair],
    offer: bool = True,
    look: Callable[[Parsed], tuple[Finding, ...]] = _nothing_more,
) -> Judged:
    """Judge the rows of a tessellated kind, read with `settle=False`, as one set.

    One error keeps all rows out (ALL_OR_NOTHING). What goes in is vertex-matched. With `offer` the effect of every
    repair that may help is worked out too; `look` finds what else is wrong with the repaired rows.
    """
    if parsed.blocked or len(parsed.frame) == 0:
        return Judged(_closed(parsed), parsed.frame)
    hulls = [shapely.convex_hull(one) for _, one in parsed.left_out if not shapely.is_missing(one)]
    ground = replace(standing.ground, refused=tuple(_metric(hulls, standing.zone)))
    start = crs.to_zone(parsed.frame, standing.zone)
    counts = range(1, len(chosen) + 1)
    stages = [start, *(repair.mend(start, ground, chosen[:count]).frame for count in counts)]
    made = repair.matched(stages[-1], ground)
    effects = [
        effect(one, before, after, standing) for one, before, after in zip(chosen, stages, stages[1:], strict=False)
    ]
    again = _again(parsed) if any(one.name == "duplicates" for one in chosen) else parsed
    faults = topology.check(made, ground)
    if made is not stages[-1]:
        faults += topology.hairlines(stages[-1], ground, faults)
    found, shapes = as_findings(faults, made.crs)
    told = (*again.findings, *_dropped(start, stages[-1]), *found)
    judged = replace(again, frame=_stored(parsed.frame, start, made), findings=())
    judged = replace(judged, findings=(*look(judged), *told))
    offers = _offers(judged, chosen, stages[-1], start, standing, ground) if offer else ()
    closed = _closed(judged)
    at = {len(closed.findings) - len(found) + i: shape for i, shape in enumerate(shapes)}
    return Judged(closed, judged.frame, at, tuple(effects), offers, compare(made, standing))


def compare(made: gpd.GeoDataFrame, standing: Standing) -> Difference:
    """The set against the stored one, level by level; compounds are followed in the lowest level of the set."""
    steps: list[Step] = []
    people = People(0, 0)
    for part, rows in made.groupby(parts(made), sort=False):
        old = standing.old[parts(standing.old) == part]
        found = difference.difference(rows, old, sorted(standing.kept), standing.compounds)
        steps += found.steps
        people = found.people if len(rows["code"].iloc[0]) == made["code"].str.len().max() else people
    return Difference(tuple(steps), people)


def effect(one: Repair, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, standing: Standing) -> Effect:
    """What lies between two frames (metric, `source_row` in both)."""
    was, now = before.set_index("source_row"), after.set_index("source_row")
    both = was.index.intersection(now.index)
    won, lost = difference.ground_moved(was.geometry.loc[both].to_numpy(), now.geometry.loc[both].to_numpy())
    lowest = before["code"].str.len() == before["code"].str.len().max()
    later = after["code"].str.len() == before["code"].str.len().max()
    people = difference.moved_people(before[lowest], after[later], standing.compounds)
    m2 = float(max(won.sum(), lost.sum()))
    return Effect(one.text, one.title, int(((won + lost) > 0).sum()), len(was) - len(both), m2, people)


def _offers(
    judged: Parsed,
    chosen: Sequence[Repair],
    now: gpd.GeoDataFrame,
    start: gpd.GeoDataFrame,
    standing: Standing,
    ground: Ground,
) -> tuple[Effect, ...]:
    taken = {one.name for one in chosen}
    wrong = count_by_code(one for one in judged.findings if one.severity != "info")
    texts = dict.fromkeys(text for code in wrong for text in OFFERED.get(code, ()))
    found: list[Effect] = []
    for text in texts:
        (one,) = repair.parse([text])
        if one.name in taken:
            continue
        after = repair.mend(start, ground, repair.parse([*(each.text for each in chosen), text])).frame
        made = effect(one, now, after, standing)
        twice = sum(each.code == "CODE_DUPLICATE" for each in judged.findings) if one.name == "duplicates" else 0
        made = replace(made, dropped=made.dropped + twice)
        same = any(each.repair.split("=")[0] == one.name == "gap" and each.m2 == made.m2 for each in found)
        if (made.rows or made.dropped) and not same:
            found.append(made)
    return tuple(found)


def _stored(before: gpd.GeoDataFrame, start: gpd.GeoDataFrame, made: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The set in EPSG:4490; rows that nothing touched keep every digit."""
    back = crs.to_storage(made)
    was = before.set_index("source_row").geometry.loc[made["source_row"]]
    metric = start.set_index("source_row").geometry.loc[made["source_row"]]
    differs = faces.touched(metric, made.geometry)
    shapes = np.where(differs, back.geometry.to_numpy(), was.to_numpy())
    return back.set_geometry(gpd.GeoSeries(shapes, index=back.index, crs=back.crs))


def _again(parsed: Parsed) -> Parsed:
    """With the rows given twice left out on purpose, so that they refuse nothing any more."""
    return replace(
        parsed,
        findings=tuple(
            replace(one, severity="warning", refuses=False, message=f"按修复去掉这一行：{one.message}")
            if one.code == "CODE_DUPLICATE" and one.row is not None
            else one
            for one in parsed.findings
        ),
    )


def _dropped(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> list[Finding]:
    gone = before[~before["source_row"].isin(after["source_row"])]
    return [
        Finding("ROW_DROPPED", "warning", f"按修复去掉“{row.name or row.code}”：它的地都归了别的行。", row.source_row)
        for row in gone[["code", "name", "source_row"]].itertuples(index=False)
    ]


def _closed(parsed: Parsed) -> Parsed:
    """All or nothing: one error, and no row goes in."""
    bad = {one.row for one in parsed.findings if one.refuses and one.severity == "error" and one.row is not None}
    accepted = len(parsed.frame)
    counted = replace(parsed, accepted=accepted, refused=parsed.read - parsed.set_aside - accepted)
    if not bad:
        return counted
    text = f"{schema_of(parsed.kind).title}要全部合格才能入库：有 {len(bad)} 行不合格，这次一行也没有收。"
    whole = Finding("ALL_OR_NOTHING", "error", text, refuses=True)
    return replace(
        counted,
        frame=parsed.frame.iloc[:0],
        findings=(whole, *parsed.findings),
        accepted=0,
        refused=parsed.read - parsed.set_aside,
    )


def _metric(shapes: Sequence[object], zone: int) -> list[object]:
    return list(gpd.GeoSeries(list(shapes), crs=crs.STORAGE).to_crs(zone)) if len(shapes) else []


def ground_frame(rows: Sequence[gpd.GeoDataFrame], zone: int) -> gpd.GeoDataFrame:
    """Stored rows of several layers as one metric frame, those with a geometry."""
    drawn = [one[one.geometry.notna()] for one in rows if len(one)]
    if not drawn:
        return topology.nothing()
    return crs.to_zone(gpd.GeoDataFrame(pd.concat(drawn, ignore_index=True), crs=crs.STORAGE), zone)
