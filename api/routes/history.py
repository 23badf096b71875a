"""Areas in time: versions and lineage."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.flows import history
from api.wire import Db, SetName, Who

router = APIRouter(prefix="/api", tags=["区划"])
Code = Annotated[str, Path(max_length=15, pattern=r"^[0-9A-Z]+$", description="区划代码，已停用的也可以")]


@router.get("/areas/{code}/history", summary="一个区划的所有版本")
def versions(code: Code, connection: Db, viewer: Who) -> history.VersionList:
    """Every version with legal and recorded time and the number of its paper, oldest first."""
    return history.versions(connection, viewer, code)


@router.get("/lineage/{code}", summary="一个区划或网格的沿革：从哪里来，到哪里去")
def lineage(code: Code, connection: Db, viewer: Who, grid_set: SetName = None) -> history.LinkList:
    """The chain of changes an area or grid stands in, by date, with document numbers."""
    return history.lineage(connection, viewer, code, grid_set)
