"""The pages: what a page says of itself, and everything it would fetch when it goes into one file."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import Connection, func, select

from api.flows import circles, coverage, detail, reading
from api.flows.coverage import Asked, Found
from api.flows.warm import Shelf
from api.settings import Settings
from api.wire import dumps
from data import grids, layers
from data.areas import find_area
from gis.errors import MachineError
from maps.coverage import CoverageItem, CoverageView, coverage_addresses, coverage_page


def coverage_view(
    connection: Connection, found: Found, asked: Asked, settings: Settings, as_of: str = ""
) -> CoverageView:
    """What the coverage page of an area says before anything is fetched."""
    area, facts = found.area, _facts(found)
    west, south, east, north = area.geom.bounds if area.geom is not None else (73.0, 18.0, 135.0, 54.0)
    query = layers.select("subdistricts", as_of=asked.as_of, viewer=asked.viewer, area=area)
    subdistricts = layers.frame(connection, query).sort_values("code")
    drawn, known = facts["communities"]["drawn"], facts["communities"]["known"]
    rules = asked.rules()
    sets = grids.list_sets(connection, asked.viewer, asked.as_of)
    items = [
        CoverageItem(
            row.category.id, row.category.name, row.circle_min, row.limit_m, row.limit_min, row.group, row.pass_share
        )
        for row in rules.standard.rows
    ]
    return CoverageView(
        code=area.code,
        name=area.name,
        bounds=((south, west), (north, east)),
        items=tuple(items),
        subdistricts=tuple((row.code, row.name) for row in subdistricts.itertuples() if row.geometry is not None),
        communities=drawn,
        synthetic=area.synthetic,
        draft=(drawn, known) if facts["draft_borders"] else None,
        basemap=settings.basemap_address,
        dates=tuple(facts["data_date"].items()),
        standard_id=facts["standard"]["id"],
        standard_title=facts["standard"]["title"],
        standard_status=facts["standard"]["status"],
        unverified=facts["standard"]["unchecked"],
        osm=facts["osm"],
        map_number=settings.review_number,
        as_of=as_of,
        uncounted=_uncounted(connection, found, asked),
        estimate=asked.estimate,
        grid_sets=tuple(dict.fromkeys(str(one["name"]) for one in sets if area.code.startswith(str(one["scope"])))),
    )


def _uncounted(connection: Connection, found: Found, asked: Asked) -> int:
    """Compounds of the area of which nobody knows the households."""
    if found.area.geom is None:
        return 0
    rows = layers.select("compounds", as_of=asked.as_of, viewer=asked.viewer.whole, area=found.area).subquery()
    return int(connection.scalar(select(func.count()).where(rows.c.households.is_(None))) or 0)


def write_one_file(connection: Connection, found: Found, asked: Asked, settings: Settings, target: Path) -> int:
    """Write the coverage page with everything it fetches as one file; returns its size in bytes."""
    view = replace(coverage_view(connection, found, asked, settings), uncounted=0)  # a file has no other way to count
    query = layers.select("communities", as_of=asked.as_of, viewer=asked.viewer, area=found.area)
    communities = layers.frame(connection, query).dropna(subset="geometry")["code"].tolist()
    addresses = coverage_addresses(view, communities)
    shelf = Shelf()
    answers = {address: _answer(connection, shelf, found, asked, address) for address in addresses}
    text = coverage_page(view).one_file(answers)
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise MachineError(f"没有写成 {target}（{error.strerror}）。换一个可写的位置再试") from error
    return len(text.encode())


def _answer(connection: Connection, shelf: Shelf, found: Found, asked: Asked, address: str) -> str:
    """What the site answers at an address of the coverage page."""
    parts = urlsplit(address)
    words = dict(parse_qsl(parts.query))
    path = parts.path.strip("/").split("/")
    if path[0] == "layers":
        name = path[1].removesuffix(".geojson")
        if name == "gaps":
            return _gap(connection, shelf, found, asked, words["category"], words.get("circle_min"))
        wanted = reading.Asked(name, asked.as_of, asked.viewer, words["area"], category=words.get("category"))
        return reading.whole(connection, wanted)
    answers: Mapping[int, Callable[[], Mapping[str, Any]]] = {
        3: lambda: coverage.scorecard(connection, _of(connection, found, asked, path[2]), None),
        5: lambda: _item(connection, found, asked, path[4], words.get("circle_min")),
    }
    return dumps(answers[len(path)]())


def _gap(
    connection: Connection, shelf: Shelf, found: Found, asked: Asked, category: str, circle_min: str | None
) -> str:
    rules = asked.rules()
    row = detail.row_of(rules, category, int(circle_min) if circle_min else None)
    return circles.gap(connection, shelf, found, asked.viewer, asked.as_of, rules, row)


def _of(connection: Connection, found: Found, asked: Asked, code: str) -> Found:
    area = find_area(connection, code, asked.as_of, asked.viewer)
    return replace(found, area=area)


def _item(
    connection: Connection, found: Found, asked: Asked, category: str, circle_min: str | None
) -> Mapping[str, object]:
    rules = asked.rules()
    row = detail.row_of(rules, category, int(circle_min) if circle_min else None)
    return detail.item(connection, found, asked.viewer, asked.as_of, rules, row)


def _facts(found: Found) -> dict[str, Any]:
    return dict(found.head.facts)
