"""Imports in two steps: a file is handed in, judged and shown; then it is accepted as one new version, or rejected."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import shapely
from sqlalchemy import Engine

from api.flows import importing
from api.flows.order import Order
from api.wire import dumps
from data import batches, pending
from data.imports import report
from data.imports.sheet import sheet
from data.pending import Pending, Shown
from data.session import transaction
from data.viewers import Viewer
from gis.errors import BadInputError, ConflictError, NotAllowedError
from gis.records import schema_of
from gis.tessellation import Judged

EDITORS = ("管理员", "规划")
MOST_DRAWN = 5_000
WEB_GRID = 1e-7
HISTORY = 50


class NotAcceptableError(BadInputError):
    """The file as a whole is refused because of its data."""

    code = "IMPORT_REFUSED"


def stage(engine: Engine, order: Order, viewer: Viewer, today: date, originals: Path) -> dict[str, Any]:
    """Keep a file, judge it and remember it as waiting; returns what the preview shows."""
    allowed(viewer)
    parsed = importing.parse(engine, order, viewer, today)
    digest = batches.keep_original(order.path, originals)
    with transaction(engine, viewer) as connection:
        judged, base = importing.judge(connection, parsed, order, viewer, today, offer=True)
        shown = _shown(judged, order, base)
        actor = viewer.account or viewer.role
        number = pending.add(connection, order.kind, order.path.name, digest, _asked(order), actor, shown)
        return told(pending.find(connection, number))


def judge_again(
    engine: Engine, number: int, repairs: Sequence[str], viewer: Viewer, today: date, originals: Path
) -> dict[str, Any]:
    """Judge a waiting file with other repairs, against what is stored now."""
    found = waiting(engine, number, viewer)
    with pending.named(pending.original(originals, found.file_sha256), found.file_name) as path:
        order = replace(_order(found, path), repairs=tuple(repairs))
        parsed = importing.parse(engine, order, viewer, today)
    with transaction(engine, viewer) as connection:
        _still_waiting(pending.find(connection, number, lock=True))
        judged, base = importing.judge(connection, parsed, order, viewer, today, offer=True)
        pending.show(connection, number, _asked(order), _shown(judged, order, base))
        return told(pending.find(connection, number))


def accept(engine: Engine, number: int, viewer: Viewer, today: date, originals: Path) -> dict[str, Any]:
    """Write a waiting file as one new version in one transaction, judged again as it was shown.

    Raises ConflictError where the stored borders are no longer those of the preview, NotAcceptableError where the file
    is refused.
    """
    found = waiting(engine, number, viewer)
    with pending.named(pending.original(originals, found.file_sha256), found.file_name) as path:
        order = _order(found, path)
        parsed = importing.parse(engine, order, viewer, today)
        with transaction(engine, viewer) as connection:
            pending.queue_up(connection, found.kind)
            now = _still_waiting(pending.find(connection, number, lock=True))
            judged, base = importing.judge(connection, parsed, order, viewer, today, offer=False)
            if base != now.base:
                raise ConflictError("预览之后有人改过这一层，没有导入，现有数据没有变。重新预览，看过新的差异再接受")
            if judged.parsed.blocked or len(judged.parsed.frame) == 0:
                raise NotAcceptableError("没有导入，现有数据没有变。改好标出的问题，或选用修复，再接受")
            batch_id, _, said = importing.store(connection, order, judged, found.file_sha256, viewer, today)
            pending.decide(connection, number, "accepted", batch_id, said)
            return told(pending.find(connection, number))


def reject(engine: Engine, number: int, viewer: Viewer) -> dict[str, Any]:
    """Drop a waiting file; nothing of it was written, the original stays."""
    allowed(viewer)
    with transaction(engine, viewer) as connection:
        found = _still_waiting(pending.find(connection, number, lock=True))
        pending.decide(connection, number, "rejected", None, found.report)
        return told(pending.find(connection, number))


def find(engine: Engine, number: int, viewer: Viewer) -> Pending:
    """A file that was handed in, whatever became of it."""
    allowed(viewer)
    with transaction(engine, viewer) as connection:
        return pending.find(connection, number)


def waiting(engine: Engine, number: int, viewer: Viewer) -> Pending:
    """A file that nobody decided on yet."""
    return _still_waiting(find(engine, number, viewer))


def drawn(engine: Engine, number: int, what: str, viewer: Viewer) -> str:
    """GeoJSON text of the findings (`places`) or of the rows (`borders`) of a preview."""
    allowed(viewer)
    with transaction(engine, viewer) as connection:
        return pending.geojson(connection, number, what)


def history(engine: Engine, viewer: Viewer) -> list[dict[str, Any]]:
    """The latest imports, those that wait, went in or were rejected."""
    allowed(viewer)
    with transaction(engine, viewer) as connection:
        rows = pending.history(connection, HISTORY)
    return [row | {"at": row["at"].isoformat(), "title": title(row["kind"])} for row in rows]


def batch(engine: Engine, number: int, viewer: Viewer) -> Mapping[str, Any]:
    """A stored import with its report."""
    allowed(viewer)
    with transaction(engine, viewer) as connection:
        return pending.batch(connection, number)


def workbook(said: Mapping[str, Any]) -> bytes:
    """A stored report as .xlsx; the sample district's own report has no rows to show."""
    if "findings" not in said:
        raise BadInputError("合成示例数据是生成的，没有导入报告")
    return sheet(said)


def told(found: Pending) -> dict[str, Any]:
    """What the preview shows, as plain JSON."""
    said = found.report
    return {
        "id": found.id,
        "kind": found.kind,
        "title": title(found.kind),
        "file_name": found.file_name,
        "file_sha256": found.file_sha256,
        "state": found.state,
        "actor": found.actor,
        "batch_id": found.batch_id,
        "created_at": found.created_at.isoformat(),
        "asked": dict(found.asked),
        "acceptable": found.state == "pending" and not said["blocked"] and said["stored_rows"] > 0,
        "report": dict(said),
    }


def title(kind: str) -> str:
    """The kind in words."""
    return "合成示例城区" if kind == "sample" else "草拟边界" if kind == "draft" else schema_of(kind).title


def allowed(viewer: Viewer) -> None:
    """Only who looks after the whole of the data may import; raises NotAllowedError."""
    if viewer.scope or viewer.role not in EDITORS:
        raise NotAllowedError("导入数据要由管理员或规划人员来做。把文件交给他们，或用他们的账号登录")


def _still_waiting(found: Pending) -> Pending:
    if found.state != "pending":
        what = "已经接受" if found.state == "accepted" else "已经放弃"
        raise ConflictError(f"编号 {found.id} 的导入{what}，没有再改动。要重做就重新上传")
    return found


def _asked(order: Order) -> dict[str, Any]:
    return {
        "day": order.day.isoformat(),
        "layer": order.layer,
        "datum": order.datum,
        "columns": dict(order.columns or {}),
        "area": order.area,
        "inventory": order.inventory,
        "grid_set": order.grid_set,
        "document": order.document,
        "repairs": list(order.repairs),
        "standards": None if order.standards is None else str(order.standards),
    }


def _order(found: Pending, path: Path) -> Order:
    asked = dict(found.asked)
    own = asked.pop("standards")
    words = asked | {
        "day": date.fromisoformat(asked["day"]),
        "repairs": tuple(asked["repairs"]),
        "standards": None if own is None else Path(own),
    }
    return Order(found.kind, path, **words)


def _shown(judged: Judged, order: Order, base: str) -> Shown:
    said = importing.told(judged, order)
    return Shown(base, said | {"drawn": min(len(judged.borders), MOST_DRAWN)}, _places(judged), _borders(judged))


def _places(judged: Judged) -> str:
    """Findings with a place in the order of the report, each with its number there; its shape where it has one."""
    found = judged.parsed.findings
    features = []
    for number, position in enumerate(report.ranking(found)[: report.MAX_JSON_FINDINGS]):
        one = found[position]
        shape = judged.shapes.get(position)
        if shape is None and one.lon is not None:
            shape = shapely.Point(one.lon, one.lat)
        if shape is not None:
            what = {"n": number, "code": one.code, "severity": one.severity, "message": one.message, "row": one.row}
            what |= {"lon": one.lon, "lat": one.lat}
            features.append((shape, what))
    return _collection(features)


def _borders(judged: Judged) -> str:
    rows = judged.borders.iloc[:MOST_DRAWN]
    if judged.parsed.kind in ("codes", "staff") or len(rows) == 0:
        return _collection([])
    names = [name for name in ("code", "name", "level") if name in rows]
    said = rows[names].astype(object).to_dict("records")
    return _collection(list(zip(rows.geometry.to_numpy(), said, strict=True)))


def _collection(features: Sequence[tuple[Any, Mapping[str, Any]]]) -> str:
    shapes = shapely.set_precision([shape for shape, _ in features], WEB_GRID, mode="pointwise")
    texts = [
        f'{{"type":"Feature","geometry":{text},"properties":{dumps(said)}}}'
        for text, (_, said) in zip(shapely.to_geojson(shapes), features, strict=True)
        if text is not None
    ]
    return '{"type":"FeatureCollection","features":[' + ",".join(texts) + "]}"
