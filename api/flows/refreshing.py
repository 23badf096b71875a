"""重新计算: only the numbers whose inputs have changed since their result was stored; the others are taken over."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from time import perf_counter

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Engine

from api.flows import coverage
from api.flows import district as reading
from api.flows.coverage import Asked, Found, Say
from api.flows.district import District
from data import results
from data.session import transaction
from gis import walking
from gis.errors import NotFoundError
from gis.kernels import Ints
from gis.walking import NONE, Walking


def refresh_all(engine: Engine, asked: Asked, now: datetime, say: Say = lambda _: None) -> Mapping[str, object]:
    """Refresh every stored result below a code, of whatever standard; '' for all."""
    with transaction(engine, asked.viewer.whole) as connection:
        heads = results.kept(connection, asked.code[:6])
    if asked.code and not heads:
        raise NotFoundError(f"{asked.code} 还没有算过覆盖。先运行 wangge coverage {asked.code}")
    done = [refresh(engine, _as(asked, head), now, say) for head in heads]
    return {"code": asked.code, "results": done, "refreshed": sum(bool(one["refreshed"]) for one in done)}


def refresh(engine: Engine, asked: Asked, now: datetime, say: Say = lambda _: None) -> dict[str, object]:
    """Compute the stale numbers of a district's newest result again and store all of them under the digest of today."""
    started = perf_counter()
    found = coverage.ensure(engine, asked, now, say)
    digest = found.head.digest
    with transaction(engine, asked.viewer.whole) as connection:
        district = reading.district_of(connection, asked.code, asked.as_of, asked.viewer.whole)
        current = reading.digest_of(connection, district, asked.as_of, asked.viewer.whole, asked.rules())
    stale, scores = _stale(engine, asked, replace(found, stale=digest != current))
    fresh: Sequence[str] = ()
    if digest != current:
        everything = asked.rules().categories if found.changed is None else {name for _, name in found.changed}
        fresh = sorted(everything)
        digest = _again(engine, asked, found, fresh, now, say)
    return {
        "code": district.code,
        "standard": found.head.standard_id,
        "refreshed": found.head.digest != digest,
        "numbers": scores,
        "stale": stale,
        "categories": list(fresh),
        "digest_before": found.head.digest,
        "digest": digest,
        "seconds": round(perf_counter() - started, 3),
    }


def _as(asked: Asked, head: results.Head) -> Asked:
    """The same question about a stored result."""
    marks = head.standard_id.split(":")
    strict, estimate = "strict" in marks, "estimate" in marks
    return replace(asked, code=head.district_code, standard_id=marks[0], strict=strict, estimate=estimate)


def _stale(engine: Engine, asked: Asked, found: Found) -> tuple[int, int]:
    """How many numbers of areas wait, of how many."""
    with transaction(engine, asked.viewer.whole) as connection:
        cards = results.scores(connection, found.head.digest, "")
    pairs = [(code, item["category"]) for code, card in cards.items() for item in card["items"]]
    return sum(found.touched(code, category) for code, category in pairs), len(pairs)


def _again(engine: Engine, asked: Asked, found: Found, fresh: Sequence[str], now: datetime, say: Say) -> str:
    """Walk the categories that changed, take the other walks from the stored result, score, store."""
    whole = asked.viewer.whole
    with transaction(engine, whole) as connection:
        district = reading.district_of(connection, asked.code, asked.as_of, whole)
        rows = reading.read(connection, district, asked.as_of, whole, asked.rules())
        old = results.raw_walks(connection, found.head.digest)
    if not fresh:
        say("变化的数据不影响任何数字，直接沿用")
    names = tuple(rows.rules.categories)
    walked = coverage.walk(rows, fresh or names[:1], say)
    result = coverage.scored(rows, _merged(rows, walked, old, frozenset(fresh)), asked.as_of, now, say)
    coverage.keep(engine, asked, rows, result)
    return rows.digest


def _merged(rows: District, walked: Walking, old: pd.DataFrame, fresh: frozenset[str]) -> Walking:
    """New walks of the fresh categories, stored ones of the others; straight lines are cheap and all new."""
    compounds, points = rows.frames["compounds"], rows.frames["service_points"]
    names = tuple(rows.rules.categories)
    place = {uid: row for row, uid in enumerate(points["uid"])}
    lanes = {name: lane for lane, name in enumerate(walked.categories)}
    home_xy = shapely.get_coordinates(compounds.geometry.to_numpy())
    net, snap, service = (np.full((len(compounds), len(names)), NONE, np.int32) for _ in range(3))
    straight = np.empty_like(net)
    known = {name: part.set_index("compound_uid") for name, part in old.groupby("category")}
    for k, name in enumerate(names):
        mine = points.geometry.to_numpy()[(points["category"] == name).to_numpy()]
        straight[:, k] = walking.straight_lengths(home_xy, shapely.get_coordinates(mine))
        if name in fresh:
            lane = lanes[name]
            net[:, k], snap[:, k] = walked.net_cm[:, lane], walked.snap_cm[:, lane]
            service[:, k] = walked.service[:, lane]
        else:
            part = known[name].reindex(compounds["uid"])
            net[:, k], snap[:, k] = _lengths(part["net_cm"]), _lengths(part["snap_cm"])
            service[:, k] = part["service_uid"].map(place).fillna(NONE).to_numpy(np.int32)
    serving = set(points["category"][points["serves_uid"].notna()])
    recorded = frozenset(name for name in names if rows.rules.categories[name].catchment == "own" and name in serving)
    return replace(
        walked,
        categories=names,
        net_cm=net,
        snap_cm=snap,
        service=service,
        straight_cm=straight,
        recorded=recorded,
    )


def _lengths(column: "pd.Series[float]") -> Ints:
    return column.fillna(NONE).to_numpy().astype(np.int32)
