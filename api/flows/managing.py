"""The page 数据管理: which district its map shows, what was imported before, and the import it is asked for."""

from datetime import date

from sqlalchemy import Connection, Engine

from api.flows import staging
from api.rules import STAFF
from api.settings import Settings
from data.areas import Area, find_area, list_areas
from data.session import transaction
from data.viewers import Viewer
from gis.errors import NotAllowedError, NotFoundError
from gis.records import KINDS, schema_of
from maps.manage import ManageView, Past

CHINA = ((18.0, 73.0), (54.0, 135.0))


def manage_view(engine: Engine, viewer: Viewer, today: date, settings: Settings, number: int) -> ManageView:
    """What the page says; with a number, that of the import it shows."""
    closed, past, code = "", [], ""
    try:
        past = staging.history(engine, viewer)
        found = staging.find(engine, number, viewer) if number else None
        code = _code_of(found.asked.get("area"), found.report) if found else ""
    except NotAllowedError as error:
        closed = error.detail
    with transaction(engine, viewer) as connection:
        area = district(connection, viewer, today, code)
    return ManageView(
        bounds=bounds_of(area),
        district="" if area is None else area.code,
        name="" if area is None else area.name,
        kinds=[(kind, schema_of(kind).title) for kind in KINDS],
        today=today.isoformat(),
        number=0 if closed else number,
        past=[_past(row) for row in past],
        closed=closed,
        decides=viewer.role in STAFF,
        synthetic=area is not None and area.synthetic,
        basemap=settings.basemap_address,
        map_number=settings.review_number,
        most_mb=settings.upload_mb,
    )


def bounds_of(area: Area | None) -> tuple[tuple[float, float], tuple[float, float]]:
    """What a map of the area shows: ((south, west), (north, east)), the whole country without a border."""
    if area is None or area.geom is None:
        return CHINA
    west, south, east, north = area.geom.bounds
    return (south, west), (north, east)


def _code_of(area: object, report: object) -> str:
    """The district an import speaks of: the one asked for, else that of the first code in its difference."""
    if isinstance(area, str) and len(area) >= 6:
        return area[:6]
    steps = (report.get("difference") or {}).get("steps") if isinstance(report, dict) else None
    return str(steps[0]["code"])[:6] if steps else ""


def district(connection: Connection, viewer: Viewer, today: date, code: str) -> Area | None:
    """The district of a code where it has a border, else the first that has one."""
    found = list_areas(connection, today, viewer, level="district", prefix="", after=None, limit=None)
    drawn = [row["code"] for row in found if row["has_border"]]
    if not drawn:
        return None
    try:
        return find_area(connection, code if code in drawn else drawn[0], today, viewer)
    except NotFoundError:
        return None


def _past(row: dict[str, object]) -> Past:
    return Past(
        number=int(str(row["id"])),
        batch=None if row["batch_id"] is None else int(str(row["batch_id"])),
        title=str(row["title"]),
        file=str(row["file_name"]),
        day=str(row["at"])[:10],
        state=str(row["state"]),
        has_report=row["kind"] not in ("sample", "draft"),
    )
