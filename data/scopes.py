"""How a viewer's scope bites in a query: exact inside, rounded outside, and no places outside at all."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, func, literal_column, null, select, true, union_all

from data import tables as t
from data.areas import current
from data.viewers import Viewer

COUNTS = frozenset((*t.SIZE_METRICS, *t.AGE_GROUPS))
NEAREST = 5
DISTRICT, GRID = 6, 15  # digits of their codes
# layers whose rows are homes, doors and plans: outside the scope there are none
PLACES = frozenset({"compounds", "buildings", "gates", "candidate_sites"})


def about(count: ColumnElement[Any]) -> ColumnElement[Any]:
    """A count to the nearest 5: 0-2 become 0."""
    return (func.round(count / float(NEAREST)) * NEAREST).cast(Integer)


def shown(version: Any, names: Sequence[str], viewer: Viewer) -> list[ColumnElement[Any]]:
    """Columns of areas as a viewer may see them, and `approximate`, true where the counts of a row are rounded."""
    if not viewer.scope:
        return [version.c[name] for name in names]
    inside = version.c.code.startswith(viewer.scope, autoescape=True)
    columns = [
        case((inside, version.c[name]), else_=about(version.c[name])).label(name) if name in COUNTS else version.c[name]
        for name in names
    ]
    return [*columns, case((inside, null()), else_=true()).label("approximate")]


# one border is taken as it is: to unite it with nothing costs more than many a question
WHOLE = literal_column("CASE WHEN count(*) = 1 THEN (array_agg(geom))[1] ELSE ST_Union(array_agg(geom)) END")


def ground(viewer: Viewer, as_of: date) -> ColumnElement[Any]:
    """The ground of the viewer's scope, worked out once in a query: an area's, a grid's, or a city's districts'."""
    a, i, g = t.area_version, t.area, t.grid_version
    area = select(a.c.geom).where(a.c.code == viewer.scope, current(a, as_of))
    if len(viewer.scope) == GRID and viewer.scope.isdecimal():  # several sets may use one code
        parts = [select(g.c.geom).where(g.c.code == viewer.scope, current(g, as_of))]
    elif len(viewer.scope) < DISTRICT:
        below = select(a.c.geom).join(i, i.c.uid == a.c.uid)
        parts = [area, below.where(i.c.level == "district", a.c.code.startswith(viewer.scope), current(a, as_of))]
    else:
        return area.scalar_subquery()
    return select(WHOLE).select_from(union_all(*parts).subquery("parts")).scalar_subquery()


def on_ground(version: Any, whole: ColumnElement[Any], layer: str) -> ColumnElement[bool]:
    """Rows that stand on the ground; a building belongs where its inner point lies."""
    place = version.c.inner_point if layer == "buildings" else version.c.geom
    return and_(version.c.geom.op("&&")(whole), func.ST_Covers(whole, place))
