"""Which new codes continue old ones: a new code for the same area, or areas divided and joined."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data.history import Link
from gis.errors import BadInputError

_BETWEEN = re.compile(r"[\s,;，；、]+")


@dataclass(frozen=True)
class Succession:
    """What the former codes of an import say.

    `same`: new code to the uid it keeps; `divided`: (old uid, new code, kind); `ended`: uids of areas that are no more.
    """

    same: Mapping[str, str]
    divided: tuple[tuple[str, str, str], ...]
    ended: tuple[str, ...]

    def links(self, uids: Mapping[str, str]) -> list[Link]:
        """The links of the lineage, new codes as uids."""
        return [Link(old, uids[code], kind) for old, code, kind in self.divided]  # type: ignore[arg-type]


def former_codes(text: str) -> list[str]:
    """The codes that one cell of former codes names."""
    return [one for one in _BETWEEN.split(text.upper()) if one]


def succession(codes: Sequence[str], former: Sequence[str], uids: Mapping[str, str]) -> Succession:
    """Read the former codes of new rows (several apart by commas); `uids` are those of the codes known so far.

    One new code for one old one that is not given again is the same area under another code. An old code that several
    name, or that is given again beside the new one, was divided; a new code that names several joins them. Raises
    BadInputError for an old code that is not there.
    """
    named = {code: [one for one in former_codes(text) if one != code] for code, text in zip(codes, former, strict=True)}
    unknown = sorted({old for olds in named.values() for old in olds} - set(uids))
    if unknown:
        raise BadInputError(f"没有写入：原代码 {'、'.join(unknown)} 没有导入过。核对“原代码”一列")
    heirs: dict[str, list[str]] = {}
    for code, olds in named.items():
        for old in olds:
            heirs.setdefault(old, []).append(code)
    given = set(codes)
    same, divided = {}, []
    for old, news in heirs.items():
        if (
            len(news) == 1
            and named[news[0]] == [old]
            and old not in given
            and uids.get(news[0], uids[old]) == uids[old]
        ):
            same[news[0]] = uids[old]
            continue
        kind = "split" if len(news) > 1 or old in given else "merge"
        divided += [(uids[old], code, kind) for code in news]
    kept = set(same.values())
    ended = tuple(sorted({uids[old] for old in heirs if old not in given} - kept))
    return Succession(same, tuple(divided), ended)
