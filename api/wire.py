"""How answers are dressed: query words that every route shares, text with its ETag, canonical JSON."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import Depends, Query, Request, Response
from sqlalchemy import Connection

from api.access import today, viewer_of
from data.exports import tabled
from data.exports.words import SYNTHETIC
from data.session import transaction
from data.viewers import STRANGER, Viewer
from gis.errors import BadInputError

GPKG = "application/geopackage+sqlite3"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GEOJSON = "application/geo+json"
MOST_ITEMS = 10_000


def connection_of(request: Request) -> Iterator[Connection]:
    """One transaction for a request, in which the database shows what its viewer may see.

    Where the rule of the route does not leave it to the rows, the flow reads all, and rounds or leaves out itself.
    """
    viewer = getattr(request.state, "viewer", None) or replace(STRANGER, until=request.state.until)
    by_rows = getattr(request.state, "by_rows", False)
    with transaction(request.app.state.engine, viewer if by_rows else viewer.whole) as connection:
        yield connection


Day = Annotated[date | None, Query(alias="as_of", description="按哪一天的数据，默认今天")]


async def as_of_of(as_of: Day = None) -> date:
    """The date asked for, today by default."""
    return as_of or today()


async def bbox_of(
    bbox: Annotated[
        str | None, Query(description="范围：西,南,东,北（度）", examples=["108.8,34.2,109.0,34.3"])
    ] = None,
) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees; BadInputError names what is wrong."""
    if bbox is None:
        return None
    try:
        west, south, east, north = (float(part) for part in bbox.split(","))
    except ValueError as error:
        raise BadInputError("bbox 要写成“西,南,东,北”四个数，例如 108.8,34.2,109.0,34.3") from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadInputError("bbox 的范围不对：西不大于东，南不大于北，单位是度")
    return west, south, east, north


Db = Annotated[Connection, Depends(connection_of)]
Who = Annotated[Viewer, Depends(viewer_of)]
AsOf = Annotated[date, Depends(as_of_of)]
Box = Annotated[tuple[float, float, float, float] | None, Depends(bbox_of)]
Limit = Annotated[int | None, Query(ge=1, le=MOST_ITEMS, description="最多返回多少条；不给就是全部")]
SetName = Annotated[str | None, Query(alias="set", max_length=20, description="哪一套网格：综治、党建、城管、全科…")]
FormWord = Literal["json", "xlsx"]
Form = Annotated[FormWord, Query(alias="format", description="json，或 xlsx：每个表一张工作表")]
Cursor = Annotated[str | None, Query(max_length=200, description="上一页回答里的 next")]


@dataclass(frozen=True)
class Text:
    """A finished answer: text and its media type."""

    body: str | bytes
    media_type: str = "application/json"


def answer(request: Request, text: Text, link: str | None = None) -> Response:
    """The text with an ETag of its bytes, or 304 where the client has it."""
    raw = text.body.encode() if isinstance(text.body, str) else text.body
    viewer = getattr(request.state, "viewer", STRANGER)
    whose = f"{viewer.role}\0{viewer.scope}\0".encode()
    tag = f'W/"{hashlib.sha256(whose + raw).hexdigest()[:20]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding, Authorization, Cookie"}
    if link:
        headers["Link"] = link
    if tag in [part.strip() for part in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(raw, media_type=text.media_type, headers=headers)


def dressed(request: Request, found: Mapping[str, object], form: FormWord) -> Response:
    """An answer with tables in it: JSON with its ETag, or a workbook to take away."""
    if form == "json":
        return answer(request, Text(dumps(found)))
    return attached(tabled.to_bytes(found), f"{file_name(found, request.url.path.split('/')[2])}.xlsx", XLSX)


def file_name(found: Mapping[str, object], what: str = "") -> str:
    """What a file is called: of what and where it is, and whether it is made up."""
    name = f"{found.get('name') or ''}{found.get('code') or ''}{what and '-'}{what}"
    return f"{name}_{SYNTHETIC}" if found.get("synthetic") else name


def attached(content: bytes, name: str, media_type: str) -> Response:
    """A file to take away."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)


def dumps(value: object) -> str:
    """JSON text as the site and the command line print it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
