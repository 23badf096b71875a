"""The entry to 我的网格: places by name or code, and all communities where nothing is asked."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from data import places
from data.areas import list_areas
from data.places import Hit
from data.viewers import Viewer
from maps.place import Found, SearchView

KINDS = {"grid": "网格", "community": "社区", "compound": "小区"}


def search_view(
    connection: Connection, viewer: Viewer, as_of: date, words: str, today: date, map_number: str
) -> SearchView:
    """What the entry shows: hits for some words, else every community with a border by subdistrict."""
    asked = words.strip()
    hits = places.search(connection, asked, as_of, viewer) if asked else []
    found = [Found(hit.code, hit.name, KINDS[hit.kind], hit.within) for hit in _once(hits)]
    rows = list_areas(connection, as_of, viewer, level=None, prefix="", after=None, limit=None)
    drawn = [row for row in rows if row["level"] == "community" and row["has_border"]]
    offered: dict[str, list[Found]] = {}
    names = {row["code"]: row["name"] for row in rows}
    for row in drawn if not asked else []:
        above = names.get(row["parent_code"], "")
        offered.setdefault(above, []).append(Found(row["code"], row["name"], "社区", ""))
    return SearchView(
        words=asked,
        found=tuple(found),
        places=tuple((name, tuple(listed)) for name, listed in offered.items()),
        as_of="" if as_of == today else as_of.isoformat(),
        synthetic=any(row["synthetic"] for row in drawn),
        map_number=map_number,
    )


def _once(hits: Sequence[Hit]) -> Sequence[Hit]:
    """Compounds of one name in one community lead to the same page: one line is enough."""
    return list({(hit.kind, hit.name, hit.code): hit for hit in hits}.values())
