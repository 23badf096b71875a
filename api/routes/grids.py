"""Grids by code, and the sets they belong to."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.flows import grids
from api.wire import AsOf, Db, Who

router = APIRouter(prefix="/api", tags=["网格"])
Code = Annotated[str, Path(min_length=15, max_length=15, pattern=r"^[0-9P]+$", description="15 位网格代码")]
SetName = Annotated[str | None, Query(alias="set", max_length=20, description="哪一套网格：综治、党建、城管、全科…")]


@router.get("/grid-sets", summary="有哪几套网格")
def sets(connection: Db, viewer: Who, as_of: AsOf) -> grids.SetList:
    """The sets that have grids on the date."""
    return grids.sets(connection, viewer, as_of)


@router.get("/grids/{code}", summary="一个网格：户数人数和网格长")
def by_code(code: Code, connection: Db, viewer: Who, as_of: AsOf, grid_set: SetName = None) -> grids.GridList:
    """The grids of a code, one for each set that uses it."""
    return grids.by_code(connection, viewer, as_of, code, grid_set)
