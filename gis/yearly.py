"""Two yearly releases of a code table side by side: which codes are new, gone, renamed, or the same place again."""

from collections.abc import Mapping
from dataclasses import dataclass

from gis import codes


@dataclass(frozen=True)
class Yearly:
    """Differences between two code tables, in order of code.

    `added`, `ended`: codes; `renamed`: (code, old name, new name); `recoded`: (old code, new code) of a name that
    stayed in its subdistrict, or of a whole subdistrict that stayed in its district.
    """

    added: tuple[str, ...]
    ended: tuple[str, ...]
    renamed: tuple[tuple[str, str, str], ...]
    recoded: tuple[tuple[str, str], ...]


def compare(before: Mapping[str, str], after: Mapping[str, str]) -> Yearly:
    """Compare two tables of code to name.

    A code that is gone and one that is new under the same parent with the same name speak of the same place: they
    are in `recoded` and in neither list. Names that stand twice under a parent say nothing.
    """
    gone = {code: before[code] for code in before if code not in after}
    new = {code: after[code] for code in after if code not in before}
    places, again = _by_place(gone), _by_place(new)
    recoded = tuple(sorted((places[key], again[key]) for key in places.keys() & again.keys()))
    moved = {code for pair in recoded for code in pair}
    renamed = sorted((code, before[code], after[code]) for code in before.keys() & after.keys())
    return Yearly(
        tuple(sorted(set(new) - moved)),
        tuple(sorted(set(gone) - moved)),
        tuple(one for one in renamed if one[1] != one[2]),
        recoded,
    )


def _by_place(table: Mapping[str, str]) -> dict[tuple[str | None, str], str]:
    """The code of each name under a parent, where the name stands there once."""
    found: dict[tuple[str | None, str], list[str]] = {}
    for code, name in table.items():
        found.setdefault((codes.parent(code), name), []).append(code)
    return {key: listed[0] for key, listed in found.items() if len(listed) == 1}
