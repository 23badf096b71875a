"""The audit for the administrator: as lines, as a page, as a file."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from api.access import CHINA
from data import audit
from data.exports.textcell import plain_text
from data.viewers import Viewer
from gis.errors import NotAllowedError
from maps.accounts import AuditView

PAGE = 200
EVERYTHING = 1_000_000
COLUMNS = ("id", "at", "actor", "action", "what", "versions", "request_id", "detail")
WORDS = {
    "write": "写入",
    "read": "查看",
    "export": "导出",
    "sign_in": "登录",
    "sign_in_refused": "登录被拒",
    "account_add": "新建账号",
    "account_disable": "停用账号",
    "account_password": "改密码",
    "token_add": "发放令牌",
    "token_revoke": "吊销令牌",
    "correction_add": "收到纠错",
    "correction_accepted": "采纳纠错",
    "correction_declined": "不采纳纠错",
}


@dataclass(frozen=True)
class LineItem:
    """One line of the audit; `versions` is how many versions a write opened."""

    id: int
    at: str
    actor: str
    action: str
    what: str
    versions: int
    request_id: str | None
    detail: dict[str, object] | None


@dataclass(frozen=True)
class Lines:
    """A page of lines and the id to go on before, or None."""

    items: list[LineItem]
    next: int | None


def lines(connection: Connection, viewer: Viewer, before: int | None, limit: int) -> Lines:
    """Lines, the newest first, for an administrator of everything. That they were read is a line itself."""
    if viewer.scope:
        raise NotAllowedError("审计记录只给管辖全部数据的管理员看。请找他们")
    audit.note(connection, viewer, "read", "audit")
    found = [
        LineItem(
            id=one.id,
            at=one.at.isoformat(timespec="seconds"),
            actor=one.actor,
            action=one.action,
            what=one.object,
            versions=one.versions,
            request_id=one.request_id,
            detail=None if one.detail is None else dict(one.detail),
        )
        for one in audit.lines(connection, before, limit + 1)
    ]
    return Lines(items=found[:limit], next=found[limit - 1].id if len(found) > limit else None)


def view(connection: Connection, viewer: Viewer, before: int | None, map_number: str) -> AuditView:
    """What the page of the audit shows."""
    page = lines(connection, viewer, before, PAGE)
    rows = tuple(
        (
            f"{datetime.fromisoformat(one.at).astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
            one.actor,
            WORDS.get(one.action, one.action),
            one.what,
            f"{one.versions:,}" if one.versions else "",
            one.request_id or "",
        )
        for one in page.items
    )
    return AuditView(rows, page.next, map_number)


def csv_text(connection: Connection, viewer: Viewer) -> str:
    """Every line as CSV; cells that a spreadsheet would work out as a formula are kept as text."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in lines(connection, viewer, None, EVERYTHING).items:
        writer.writerow([plain_text(getattr(one, name)) for name in COLUMNS])
    return "﻿" + file.getvalue()
