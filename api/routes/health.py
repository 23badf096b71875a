"""Whether the site and its database work."""

from fastapi import APIRouter, Request
from sqlalchemy import text

from data.session import transaction
from data.viewers import STRANGER

router = APIRouter(tags=["运行"])


@router.get("/health", summary="系统是否正常")
def health(request: Request) -> dict[str, str]:
    """ok with the database's answer; 503 as a problem when it cannot be reached."""
    with transaction(request.app.state.engine, STRANGER) as connection:
        postgis = connection.scalar(text("SELECT postgis_lib_version()"))
    return {"status": "ok", "version": request.app.version, "postgis": str(postgis)}
