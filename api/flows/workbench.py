"""社区调整工作台: what its two pages say before anything is fetched."""

from datetime import date

import geopandas as gpd
import shapely
from sqlalchemy import Connection
from sqlalchemy import select as sql_select

from api.flows import district, sizes
from api.flows.plans import making, showing
from api.settings import Settings
from data import layers
from data.areas import Area, find_area, list_areas
from data.viewers import Viewer
from gis import crs
from gis.errors import BadInputError, NotFoundError
from gis.sizes import Watch
from gis.split.named import lines_within
from maps.bench import BenchView, Candidate, Line, PlanRow, PlansView, Watched

MOST_PLANS = 200
AROUND_DEG = 0.006  # of streets drawn beyond the community
READ_ONLY = "你可以看方案。改动由管理员或规划人员来做"
LEAST_PARTS = 2


def plans_view(connection: Connection, viewer: Viewer, today: date, settings: Settings, area: str) -> PlansView:
    """Candidates and stored plans of a district, of the first one in sight where none is named."""
    code = area or _first(connection, viewer, today)
    if code and not viewer.meets(code):
        raise NotFoundError(f"没有找到代码 {code}。查对代码，或先导入这个区划")
    found = find_area(connection, code, today, viewer) if code else None
    listed = showing.listed(connection, viewer, code, MOST_PLANS, None)
    watched = _watched(connection, viewer, today, settings, code, listed["items"])
    names = _names(connection, viewer, today, found, {one["community"] for one in listed["items"]})
    return PlansView(
        district=code,
        name="" if found is None else found.name,
        watched=watched,
        plans=[_row(one, names) for one in listed["items"]],
        places=_places(connection, viewer, today, code),
        more=listed["next"] is not None,
        closed=_closed(viewer),
        synthetic=found is not None and found.synthetic,
        map_number=settings.review_number,
    )


def bench_view(connection: Connection, viewer: Viewer, today: date, settings: Settings, code: str) -> BenchView:
    """The desk of a community inside the viewer's scope; NotFoundError for any other."""
    here = find_area(connection, code, today, viewer)
    if not viewer.covers(code):
        raise NotFoundError(f"没有找到代码 {code}。查对代码，或先导入这个区划")
    if here.level != "community":
        raise BadInputError(f"{here.name}不是社区。给出 12 位社区代码")
    if here.geom is None:
        raise BadInputError(f"{here.name}还没有边界。先导入或草拟边界，再来调整")
    west, south, east, north = here.geom.bounds
    listed = showing.listed(connection, viewer, here.district_code, MOST_PLANS, None)
    watched = _watched(connection, viewer, today, settings, here.district_code, listed["items"])
    suggested = next((one.parts for one in watched.candidates if one.code == code), LEAST_PARTS)
    box = shapely.box(west, south, east, north).buffer(AROUND_DEG).bounds
    over = find_area(connection, here.district_code, today, viewer)
    return BenchView(
        code=code,
        name=here.name,
        district=over.code,
        district_name=over.name,
        bounds=((south, west), (north, east)),
        value=_size(connection, viewer, today, here, watched.metric),
        parts=max(suggested, LEAST_PARTS),
        watched=watched,
        around=",".join(f"{side:.5f}" for side in box),
        account=viewer.account or viewer.role,
        lines=_lines(connection, viewer, today, here),
        neighbours=_neighbours(connection, viewer, today, here),
        closed=_closed(viewer),
        draft=here.status == "draft",
        synthetic=here.synthetic,
        basemap=settings.basemap_address,
        map_number=settings.review_number,
    )


def _neighbours(connection: Connection, viewer: Viewer, today: date, here: Area) -> tuple[tuple[str, str], ...]:
    """Whom the community may be joined or adjusted with."""
    rows = layers.frame(connection, layers.select("communities", as_of=today, viewer=viewer, within=here.geom))
    shared = shapely.length(shapely.intersection(rows.geometry.to_numpy(), shapely.boundary(here.geom)))
    beside = (rows["code"] != here.code) & rows["code"].str.startswith(here.code[:9]) & (shared > 0)
    chosen = rows[beside].sort_values("code")
    return tuple((str(code), str(name)) for code, name in zip(chosen["code"], chosen["name"], strict=True))


def _lines(connection: Connection, viewer: Viewer, today: date, here: Area) -> tuple[Line, ...]:
    """What the community may be divided along by name."""
    near = {
        name: layers.frame(
            connection, layers.select(name, as_of=today, viewer=viewer.whole, area=here, within=here.geom)
        )
        for name in ("streets", "barriers")
    }
    zone = district.zone_of(here)
    ground = gpd.GeoSeries([here.geom], crs=crs.STORAGE).to_crs(zone).iloc[0]
    found = lines_within(ground, crs.to_zone(near["streets"], zone), crs.to_zone(near["barriers"], zone))
    return tuple(Line(one.name, one.kind, one.length_m) for one in found)


def _places(connection: Connection, viewer: Viewer, today: date, code: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Communities with a border inside the scope, by subdistrict: any of them may be joined or adjusted."""
    if not code:
        return []
    over, under = (
        list_areas(connection, today, viewer, level=level, prefix=code, after=None, limit=None)
        for level in ("subdistrict", "community")
    )
    held: dict[str, list[tuple[str, str]]] = {}
    for row in under:
        if row["has_border"] and viewer.covers(str(row["code"])):
            held.setdefault(str(row["code"])[:9], []).append((str(row["code"]), str(row["name"])))
    names = {str(row["code"]): str(row["name"]) for row in over}
    return [(names.get(one, one), places) for one, places in sorted(held.items())]


def _closed(viewer: Viewer) -> str:
    return "" if viewer.role in making.EDITORS else READ_ONLY


def _first(connection: Connection, viewer: Viewer, today: date) -> str:
    found = list_areas(connection, today, viewer, level="district", prefix="", after=None, limit=None)
    return next((str(row["code"]) for row in found if row["has_border"] and viewer.meets(str(row["code"]))), "")


def _watched(
    connection: Connection, viewer: Viewer, today: date, settings: Settings, code: str, plans: list[dict[str, object]]
) -> Watched:
    found: Watch = sizes.candidates(connection, viewer, today, code or None, folder=settings.standards)
    rule = found.bound.rule
    count: dict[str, list[str]] = {}
    for one in plans:
        count.setdefault(str(one["community"]), []).append(str(one["state"]))
    return Watched(
        metric=found.bound.metric,
        bound=found.bound.value,
        rule="" if rule is None else f"{rule.place}，{rule.date or '无日期'} 起",
        judged=found.judged,
        without=found.without,
        candidates=[
            Candidate(
                one.code,
                one.name,
                one.value,
                max(one.suggested_parts, LEAST_PARTS),
                len(count.get(one.code, [])),
                next((state for state in count.get(one.code, []) if state != "草案"), ""),
            )
            for one in found.candidates
            if viewer.covers(one.code)
        ],
    )


def _names(connection: Connection, viewer: Viewer, today: date, area: Area | None, codes: set[str]) -> dict[str, str]:
    if area is None or not codes:
        return {}
    rows = layers.select("communities", as_of=today, viewer=viewer, area=area).subquery()
    query = sql_select(rows.c.code, rows.c.name).where(rows.c.code.in_(sorted(codes)))
    return {str(code): str(name) for code, name in connection.execute(query)}


def _size(connection: Connection, viewer: Viewer, today: date, area: Area, metric: str) -> int | None:
    rows = layers.select("communities", as_of=today, viewer=viewer, area=area).subquery()
    found = connection.scalar(sql_select(rows.c[metric]).where(rows.c.code == area.code))
    return None if found is None else int(found)


def _row(one: dict[str, object], names: dict[str, str]) -> PlanRow:
    proof = one["proof"]
    assert isinstance(proof, dict)
    code = str(one["community"])
    return PlanRow(
        id=int(str(one["id"])),
        code=code,
        community=names.get(code, code),
        name=str(one["name"]),
        kind=str(one["kind"]),
        state=str(one["state"]),
        proof=str(proof["kind"]),
        border_m=float(str(one["border_m"])),
        deviation=float(str(one["max_deviation"])),
        moved=int(str(one["moved_residents"])),
        author=str(one["author"]),
        day=str(one["changed_at"])[:10],
    )
