"""The papers of a plan as files to take away."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Request, Response

from api.access import today
from api.flows.plans import printing
from api.wire import Db, Who

router = APIRouter(prefix="/api/plans", tags=["社区规模调整"])
Word = Annotated[str, Path(max_length=20, pattern=r"^[a-z]+$")]


@router.get("/{number}/papers/{name}.{form}", summary="方案的材料：请示、公示、对照表", response_class=Response)
def paper(
    request: Request,
    connection: Db,
    viewer: Who,
    number: Annotated[int, Path(ge=1, le=2**62, description="方案的编号")],
    name: Annotated[Word, Path(description="request 请示、notice 公示、compounds 小区对照、plates 公示牌重印")],
    form: Annotated[Word, Path(description="docx、pdf 或 xlsx")],
) -> Response:
    """One paper; its file name says what it is and whether the data are made up."""
    state = request.app.state
    made = printing.printed(connection, state.benches, viewer, number, name, form, state.settings, today())
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name)}",
        "Cache-Control": "no-store",
    }
    return Response(made.content, media_type=made.media_type, headers=headers)
