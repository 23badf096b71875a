"""The edits of a what-if as they come from outside, and each one made in a session."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from api.flows.planning import Ground, positions
from gis.errors import BadInputError, NotFoundError
from gis.frozen import ANYBODY
from gis.network import Floats
from gis.snapping import Snaps
from gis.whatif import Session

Place = tuple[float, float]
Kind = Literal["add", "close", "move", "gate", "link", "close_street"]
NO_STREET = "200 米内没有能接上的路。把位置挪到路边再试"


@dataclass(frozen=True)
class Edit:
    """One change: `add` category at (of `serves`, a community code, alone), `close` uid, `move` uid to at,

    `gate` of a compound uid at, `link` at to `to`, `close_street` uid. Places are lon, lat in EPSG:4490.
    """

    kind: Kind
    category: str | None = None
    uid: str | None = None
    at: Place | None = None
    to: Place | None = None
    serves: str | None = None


@dataclass
class Made:
    """What edits did beside the session: categories with other points, and a sentence each."""

    closed: dict[str, list[str]] = field(default_factory=dict)
    added: dict[str, list[Floats]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)


def make(session: Session, ground: Ground, edit: Edit, made: Made) -> None:
    """Make one edit; BadInputError or NotFoundError say what is wrong with it, the session is then as before."""
    {
        "add": _add,
        "close": _close,
        "move": _move,
        "gate": _gate,
        "link": _link,
        "close_street": _close_street,
    }[edit.kind](session, ground, edit, made)


def _add(session: Session, ground: Ground, edit: Edit, made: Made) -> None:
    category = _given(edit.category, "add 要写类别：类别@经度,纬度")
    xy, snaps = _snapped(ground, edit.at)
    group = ANYBODY
    if ground.rules.categories[ground.warm.lanes[ground.lane(category)]].catchment == "own" and edit.serves:
        group = _community(ground, edit.serves)
    session.add_point(ground.lane(category), snaps, group)
    made.added.setdefault(category, []).append(xy)
    made.words.append(f"新增{ground.rules.categories[category].name}一处")


def _close(session: Session, ground: Ground, edit: Edit, made: Made) -> None:
    row, point = _point(ground, edit.uid)
    if point["category"] in ground.warm.lanes:
        session.close_point(row)
        made.closed.setdefault(str(point["category"]), []).append(str(point["uid"]))
    made.words.append(f"撤掉{point['name'] or '（无名）'}")


def _move(session: Session, ground: Ground, edit: Edit, made: Made) -> None:
    row, point = _point(ground, edit.uid)
    category = str(point["category"])
    xy, snaps = _snapped(ground, edit.at)
    old = session.point(row)
    session.close_point(row)
    session.add_point(old.lane, snaps, old.group)
    made.closed.setdefault(category, []).append(str(point["uid"]))
    made.added.setdefault(category, []).append(xy)
    made.words.append(f"把{point['name'] or '（无名）'}搬到新位置")


def _gate(session: Session, ground: Ground, edit: Edit, made: Made) -> None:
    uid = _given(edit.uid, "gate 要写小区编号：小区@经度,纬度")
    row = ground.warm.rows_by_uid["compounds"].get(uid)
    if row is None:
        raise NotFoundError(f"没有小区 {uid}。核对编号")
    home = ground.warm.rows.frames["compounds"].geometry.iloc[row]
    xy, snaps = _snapped(ground, edit.at)
    inner = round(float(np.hypot(xy[0] - home.x, xy[1] - home.y)) * 100)
    session.open_gate(row, replace(snaps, off_cm=snaps.off_cm + np.int32(inner)))
    made.words.append(f"{ground.compounds['name'].iloc[row] or '（无名小区）'}开一个新出入口")


def _link(session: Session, ground: Ground, edit: Edit, made: Made) -> None:
    one_xy, one = _snapped(ground, edit.at)
    other_xy, other = _snapped(ground, edit.to)
    between_cm = round(float(np.hypot(*(one_xy - other_xy))) * 100)
    session.add_way(one, other, between_cm)
    made.words.append(f"新建步行通道，长 {-(-between_cm // 100):,} 米")


def _close_street(session: Session, ground: Ground, edit: Edit, made: Made) -> None:
    uid = _given(edit.uid, "close_street 要写道路编号")
    streets = ground.warm.rows.frames["streets"]
    rows = np.flatnonzero(streets["uid"] == uid)
    segments = np.flatnonzero(np.isin(ground.warm.graph.seg_street, rows)).astype(np.int32)
    if len(segments) == 0:
        raise NotFoundError(f"没有能走的道路 {uid}。核对编号")
    session.shut_street(segments)
    made.words.append(f"封闭{streets['name'].iloc[rows[0]] or '（无名路）'}一段")


def _given(value: str | None, fault: str) -> str:
    if not value:
        raise BadInputError(f"{fault}。补上后再试")
    return value


def _snapped(ground: Ground, place: Place | None) -> tuple[Floats, Snaps]:
    if place is None:
        raise BadInputError("缺少位置：经度,纬度。补上后再试")
    xy = positions([place], ground)
    snaps = ground.warm.snap([place])
    if len(snaps) == 0:
        raise BadInputError(f"位置 {place[0]:.6f},{place[1]:.6f} {NO_STREET}")
    return xy[0], snaps


def _point(ground: Ground, uid: str | None) -> tuple[int, Mapping[str, object]]:
    wanted = _given(uid, "要写服务点编号")
    row = ground.warm.rows_by_uid["service_points"].get(wanted)
    if row is None:
        raise NotFoundError(f"本区和周边没有服务点 {wanted}。核对编号")
    return row, ground.warm.rows.frames["service_points"].iloc[row].to_dict()


def _community(ground: Ground, code: str) -> int:
    communities = ground.warm.rows.frames["communities"]
    uid = dict(zip(communities["code"], communities["uid"], strict=True)).get(code)
    if uid is None or uid not in ground.warm.groups:
        raise NotFoundError(f"本区没有社区 {code}，或它没有小区。核对代码")
    return ground.warm.groups[uid]
