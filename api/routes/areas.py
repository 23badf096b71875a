"""Areas by level, and the chain of areas over a position."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.flows import lookup
from api.wire import AsOf, Cursor, Db, Limit, Who

router = APIRouter(prefix="/api", tags=["区划"])
Level = Literal["city", "district", "subdistrict", "community", "sub_area"]


class Positions(BaseModel):
    """One position, or many answered in the same order; coordinates travel in the body and are never logged."""

    model_config = ConfigDict(extra="forbid")

    lon: float | None = Field(None, ge=-180, le=180, description="经度", examples=[108.9])
    lat: float | None = Field(None, ge=-90, le=90, description="纬度", examples=[34.27])
    positions: list[tuple[float, float]] | None = Field(None, max_length=1000, description="[[经度,纬度],…]")
    datum: Literal["wgs84", "cgcs2000", "gcj02", "bd09"] = Field("wgs84", description="坐标系；手机定位是 wgs84")


@router.get("/areas", summary="区划列表")
def areas(
    connection: Db,
    viewer: Who,
    as_of: AsOf,
    level: Annotated[Level | None, Query(description="层级")] = None,
    area: Annotated[str, Query(max_length=15, pattern=r"^[0-9A-Z]*$", description="只看这个代码之下")] = "",
    limit: Limit = None,
    cursor: Cursor = None,
) -> lookup.Page:
    """Areas in order of code: `{items: [...], next}`."""
    return lookup.areas(connection, viewer, as_of, level, area, limit, cursor)


@router.post("/locate", summary="这个位置属于哪个社区")
def locate(body: Positions, connection: Db, viewer: Who, as_of: AsOf) -> lookup.Chain | lookup.Chains:
    """The chain of areas from city to community over one position, or over each of many."""
    if body.positions is not None:
        return lookup.locate_many(connection, viewer, as_of, body.positions, body.datum)
    return lookup.locate_one(connection, viewer, as_of, body.lon, body.lat, body.datum)
