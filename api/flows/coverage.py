"""The coverage walk: read a district, walk every compound to every service, score it, store it by digest."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection, Engine

from api.access import day_of
from api.flows import district as reading
from api.flows.district import District, Rules
from data import inputs, results
from data.areas import Area, find_area
from data.session import transaction
from data.standards import DEFAULT
from data.viewers import Viewer
from gis import coverage, network, snapping, stamps, walking, wording
from gis.errors import NotFoundError
from gis.estimate import METHODS
from gis.groupings import Grouping, group_scores
from gis.standards import GROUPS, Group
from gis.verdicts import CategoryFacts
from gis.walked import Mask, Walked
from gis.walking import Walking

Say = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """Which number is asked for: an area and standard as of a date, by whom."""

    code: str
    as_of: date
    viewer: Viewer
    standard_id: str = DEFAULT
    strict: bool = False
    folder: Path | None = None
    estimate: bool = False

    def rules(self) -> Rules:
        """The rules of the standard asked for."""
        return reading.rules_of(self.standard_id, self.strict, self.folder, self.estimate)


@dataclass(frozen=True)
class Found:
    """A stored result, the area asked for, and whether what its numbers rest on has changed since.

    `changed`: the (community, category) pairs whose inputs are others now, None where that was not looked at.
    """

    head: results.Head
    area: Area
    stale: bool
    changed: frozenset[tuple[str, str]] | None = None

    def touched(self, code: str, category: str | None = None) -> bool:
        """Whether a number of an area, of one category or any, waits to be computed again."""
        return self.stale and (self.changed is None or stamps.touches(self.changed, code, category))


def ensure(engine: Engine, asked: Asked, now: datetime, say: Say = lambda _: None, refresh: bool = False) -> Found:
    """The result of the district an area lies in, computed when there is none.

    A result of today whose rows have changed since is handed out as stale, unless `refresh` asks for a new one. The
    whole district is thought over whatever the viewer's scope; what is shown of it is cut by `api.flows.rounding`.
    """
    rules, whole = asked.rules(), asked.viewer.whole
    with transaction(engine, whole) as connection:
        found = stored(connection, asked, now, latest=not refresh)
        if found is not None and found.stale and found.changed is None and inputs.known(connection, found.head.digest):
            stamp_now(connection, asked)
            found = stored(connection, asked, now)
        if found is not None:
            return found
        district = reading.district_of(connection, asked.code, asked.as_of, whole)
        area = find_area(connection, asked.code, asked.as_of, asked.viewer)
        say(f"读取{district.name}的数据…")
        rows = reading.read(connection, district, asked.as_of, whole, rules)
    result = compute(rows, asked.as_of, now, say)
    keep(engine, asked, rows, result)
    return Found(result.head, area, stale=False)


def keep(engine: Engine, asked: Asked, rows: District, result: results.Result) -> None:
    """Store a result and what each of its numbers rests on."""
    known = reading.stamps_of(rows, _facts_of(rows, asked.as_of))
    with transaction(engine, asked.viewer.whole) as connection:
        inputs.store(connection, rows.digest, known)
        results.store(connection, result)


def stamp_now(connection: Connection, asked: Asked) -> None:
    """Work out what each number would rest on now, so that only those that differ are marked."""
    whole = asked.viewer.whole
    district = reading.district_of(connection, asked.code, asked.as_of, whole)
    rows = reading.read(connection, district, asked.as_of, whole, asked.rules())
    inputs.store(connection, rows.digest, reading.stamps_of(rows, _facts_of(rows, asked.as_of)))


def _facts_of(rows: District, as_of: date) -> dict[str, CategoryFacts]:
    points = rows.frames["service_points"]
    serving = set(points["category"][points["serves_uid"].notna()])
    own = {name for name, one in rows.rules.categories.items() if one.catchment == "own"}
    return category_facts(rows, tuple(rows.rules.categories), serving & own, as_of)


def stored(connection: Connection, asked: Asked, now: datetime, latest: bool = True) -> Found | None:
    """The result that is there, without computing: the exact one, else with `latest` the newest of today as stale."""
    rules = asked.rules()
    area = find_area(connection, asked.code, asked.as_of, asked.viewer)
    district = reading.district_of(connection, asked.code, asked.as_of, asked.viewer.whole)
    digest = reading.digest_of(connection, district, asked.as_of, asked.viewer.whole, rules)
    head = results.find(connection, digest)
    if head is None and latest and asked.as_of == day_of(now):
        head = results.latest(connection, district.code, rules.key)
    if head is None or head.digest == digest:
        return None if head is None else Found(head, area, stale=False)
    before, after = (inputs.find(connection, one) for one in (head.digest, digest))
    if before is None or after is None:
        return Found(head, area, stale=True)
    changed = stamps.changed(before, after)
    return Found(head, area, stamps.touches(changed, area.code), changed)


def compute(rows: District, as_of: date, now: datetime, say: Say = lambda _: None) -> results.Result:
    """Think: walks, scores of the district and of every area in it. Reads and writes nothing."""
    return scored(rows, walk(rows, tuple(rows.rules.categories), say), as_of, now, say)


def walk(rows: District, categories: Sequence[str], say: Say = lambda _: None) -> Walking:
    """Walk from every compound to some categories."""
    rules, frames = rows.rules, rows.frames
    say("建步行网络…")
    graph = network.build(frames["streets"])
    say("算每个小区到各类服务点的步行距离…")
    return walking.walk_to_services(
        graph,
        frames["compounds"],
        frames["gates"],
        frames["barriers"],
        frames["service_points"],
        {name: rules.categories[name] for name in categories},
        int(rules.halo_m * 100),
        rules.snap_limits,
    )


def scored(rows: District, walked: Walking, as_of: date, now: datetime, say: Say = lambda _: None) -> results.Result:
    """Score the district and every area in it by walks to all categories."""
    rules, frames = rows.rules, rows.frames
    say("评分…")
    facts = category_facts(rows, walked.categories, walked.recorded, as_of)
    lengths = Walked(frames["compounds"], walked.categories, walked.net_cm, walked.straight_cm, walked.snapped, facts)
    scores: dict[tuple[str, str], object] = {
        (code, group or ""): _plain(score)
        for group in (None, *GROUPS)
        for code, score in _scores(rows, lengths, group).items()
    }
    head = results.Head(rows.digest, rows.area.code, as_of, rules.key, now, _said(rows, walked))
    return results.Result(head, scores, _walk_rows(rows, walked))


def scorecard(
    connection: Connection, found: Found, group: Group | None, grouping: Grouping | None = None
) -> Mapping[str, object]:
    """The coverage JSON of an area (CONTRACT, "JSON"), with its first sentences and by groups where asked for."""
    head, area = found.head, found.area
    score = results.score(connection, head.digest, area.code, group or "")
    if score is None:
        raise NotFoundError(f"{area.name}没有覆盖结果。运行 wangge coverage {area.code} 重新计算")
    facts: dict[str, Any] = dict(head.facts)
    if "estimated" in facts:
        facts["estimated"] = {name: value for name, value in facts["estimated"].items() if name != "by_compound"}
    card = as_score(score)
    return {
        "code": area.code,
        "name": area.name,
        "level": area.level,
        "as_of": head.as_of.isoformat(),
        "computed_at": head.computed_at.isoformat(timespec="seconds"),
        "digest": head.digest,
        "stale": found.stale,
        "synthetic": area.synthetic,
        **facts,
        **score,
        "items": [{**item, "stale": found.touched(area.code, item["category"])} for item in score["items"]],
        "headline": wording.headline(card),
        **({} if grouping is None else {"grouping": _grouped(card, grouping)}),
    }


def as_score(stored: Mapping[str, Any]) -> coverage.Score:
    """A stored scorecard as a value again."""
    items = tuple(coverage.Item(**item) for item in stored["items"])
    return coverage.Score(items, stored["met"], stored["required"], stored["no_data"])


def _grouped(card: coverage.Score, grouping: Grouping) -> dict[str, object]:
    lines = [
        {
            **{name: getattr(line, name) for name in ("name", "verdict", "met", "required", "no_data", "note")},
            "items": [
                {name: getattr(item, name) for name in ("category", "name", "circle_min", "group", "share", "verdict")}
                for item in line.items
            ],
        }
        for line in group_scores(card.items, grouping)
    ]
    head = {name: getattr(grouping, name) for name in ("id", "title", "status", "source")}
    return {**head, "groups": lines}


def _scores(
    rows: District, lengths: Walked, group: Group | None
) -> dict[str, tuple[coverage.Score, Sequence[coverage.Child]]]:
    """Score and children of the district, its subdistricts and its communities."""
    standard, speeds, compounds = rows.rules.standard, rows.rules.speeds, rows.frames["compounds"]
    whole = {rows.area.code: coverage.score(lengths, standard, speeds, group)}
    tiers = []
    for layer, column in (("subdistricts", "subdistrict"), ("communities", "community")):
        frame = rows.frames[layer]
        frame = frame[frame.geometry.notna()].sort_values("code")
        codes = frame["code"].tolist()
        scored = coverage.score_by(lengths, compounds[column], codes, standard, speeds, group) if codes else {}
        tiers.append(
            (scored, dict(zip(codes, frame["name"], strict=True)), dict(zip(codes, frame["parent_code"], strict=True)))
        )
    (subs, sub_names, _), (coms, com_names, parent_of) = tiers
    out: dict[str, tuple[coverage.Score, Sequence[coverage.Child]]] = {
        rows.area.code: (whole[rows.area.code], coverage.children(subs or coms, sub_names or com_names))
    }
    for code, score in subs.items():
        mine = {one: coms[one] for one in coms if parent_of[one] == code}
        out[code] = (score, coverage.children(mine, com_names))
    out.update({code: (score, ()) for code, score in coms.items()})
    return out


def _plain(scored: tuple[coverage.Score, Sequence[coverage.Child]]) -> dict[str, object]:
    score, children = scored
    items = [dict(vars(item)) for item in score.items]
    return vars(score) | {"items": items, "children": [dict(vars(child)) for child in children]}


def category_facts(
    rows: District, categories: Sequence[str], recorded: Collection[str], as_of: date
) -> dict[str, CategoryFacts]:
    """What is known of every category in the district; `recorded`: those whose points say whom they serve."""
    points = rows.frames["service_points"]
    inside = shapely.covers(rows.border, points.geometry.to_numpy()) if len(points) else np.zeros(0, bool)
    facts = {}
    for category in categories:
        here = points[inside & (points["category"] == category).to_numpy()]
        sources = [rows.batches[int(one)] for one in here["batch_id"].unique()]
        newest = max((one.data_date for one in sources), default=None)
        facts[category] = CategoryFacts(
            points=len(here),
            inventory=bool(sources) and all(one.inventory for one in sources),
            data_date=newest.isoformat() if newest else None,
            age_days=(as_of - newest).days if newest else None,
            serves_recorded=category in recorded,
        )
    return facts


def _said(rows: District, walked: Walking) -> dict[str, object]:
    """What is printed once beside the numbers: dates, standard, speeds, drafts, sources."""
    frames, standard = rows.frames, rows.rules.standard
    dates = {
        name: max((rows.batches[int(one)].data_date.isoformat() for one in frame["batch_id"].unique()), default=None)
        for name, frame in frames.items()
    }
    communities, points = frames["communities"], frames["service_points"]
    guessed = {"estimated": _guessed(frames["compounds"])} if rows.rules.people.estimate_missing else {}
    drawn = communities[communities.geometry.notna()]
    return guessed | {
        "draft_borders": bool((drawn["status"] == "draft").any()),
        "communities": {"drawn": len(drawn), "known": len(communities)},
        "data_date": {name: day for name, day in dates.items() if day is not None},
        "standard": {
            "id": standard.id,
            "title": standard.title,
            "status": standard.status,
            "unchecked": standard.unchecked,
        },
        "speeds": {group: speed.cm_s / 100 for group, speed in rows.rules.speeds.items()},
        "search_m": round(rows.rules.halo_m),
        "osm": any(one.osm for one in rows.batches.values()),
        "undecided": _names(frames["compounds"], ~walked.snapped),
        "undecided_points": _names(
            frames["service_points"], np.isin(range(len(points)), walked.doors.owner, invert=True)
        ),
        "off_main": {name: _names(frames[name], _off_main(rows, name)) for name in ("compounds", "service_points")},
    }


def _guessed(compounds: gpd.GeoDataFrame) -> dict[str, object]:
    """How many compounds got estimated households, how, and where known counts alone pass the published figure.

    `by_compound` keeps the figure of each for `api.flows.detail`; a scorecard leaves it out.
    """
    rows = compounds[compounds["estimate_method"] != ""]
    return {
        "compounds": len(rows),
        "households": round(float(rows["households"].sum())),
        "methods": {METHODS[word]: int(n) for word, n in rows["estimate_method"].value_counts().sort_index().items()},
        "exceeded": sorted(rows["community"][rows["estimate_exceeded"]].unique()),
        "by_compound": dict(zip(rows["uid"], rows["households"].round().astype(int).tolist(), strict=True)),
    }


def _off_main(rows: District, layer: str) -> Mask:
    """Which places stand nearest to a street that the main walking network does not reach (CONTRACT)."""
    xy = shapely.get_coordinates(rows.frames[layer].geometry.to_numpy())
    return snapping.off_main(xy, rows.frames["streets"], rows.rules.snap_limits)


def _names(frame: gpd.GeoDataFrame, chosen: Mask) -> list[str]:
    return [str(name) for name in frame["name"][chosen].fillna("（无名）")]


def _walk_rows(rows: District, walked: Walking) -> pd.DataFrame:
    compounds, points = rows.frames["compounds"], rows.frames["service_points"]
    m, k = walked.net_cm.shape
    service = points["uid"].to_numpy(dtype=object)
    reached = walked.service.ravel()
    named = np.where(reached >= 0, service[np.maximum(reached, 0)] if len(service) else None, None)

    def or_none(lengths: np.ndarray) -> np.ndarray:
        flat = lengths.ravel().astype(object)
        flat[lengths.ravel() < 0] = None
        return flat

    def each(column: str) -> np.ndarray:
        values = compounds[column].to_numpy(dtype=object)
        return np.repeat(np.where(pd.isna(values), None, values), k)

    return pd.DataFrame(
        {
            "category": np.tile(np.array(walked.categories, object), m),
            "compound_uid": each("uid"),
            "compound_version": each("id"),
            "community": each("community"),
            "subdistrict": each("subdistrict"),
            "snapped": np.repeat(walked.snapped, k),
            "net_cm": or_none(walked.net_cm),
            "snap_cm": or_none(walked.snap_cm),
            "straight_cm": or_none(walked.straight_cm),
            "service_uid": named,
        }
    )
