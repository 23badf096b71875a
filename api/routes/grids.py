"""Grids by code, and the sets they belong to."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.flows import grids, history
from api.wire import AsOf, Db, SetName, Who

router = APIRouter(prefix="/api", tags=["网格"])
Code = Annotated[str, Path(min_length=15, max_length=15, pattern=r"^[0-9P]+$", description="15 位网格代码")]


@router.get("/grid-sets", summary="有哪几套网格")
def sets(connection: Db, viewer: Who, as_of: AsOf) -> grids.SetList:
    """The sets that have grids on the date."""
    return grids.sets(connection, viewer, as_of)


@router.get("/grids/{code}", summary="一个网格：户数人数和网格长")
def by_code(code: Code, connection: Db, viewer: Who, as_of: AsOf, grid_set: SetName = None) -> grids.GridList:
    """The grids of a code, one for each set that uses it."""
    return grids.by_code(connection, viewer, as_of, code, grid_set)


@router.get("/grids/{code}/history", summary="一个网格的所有版本")
def versions(code: Code, connection: Db, viewer: Who, grid_set: SetName = None) -> history.GridVersionList:
    """Every version with legal and recorded time, oldest first; where it came from says `/api/lineage/{code}`."""
    return history.grid_versions(connection, viewer, code, grid_set)
