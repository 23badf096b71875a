"""Codes of areas: what a code's form says about its level, its parents and its issuer.

Layout (GB/T 2260, GB/T 10114, statistical area codes): 2 province, 2 city, 2 district, 3 subdistrict, 3 community;
a grid adds three digits, a sub-area `A` and two digits; a community without an official code yet carries the nine
digits of its subdistrict, `P` and two digits.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gis.errors import BadInputError

_PROVINCES = frozenset(
    str(number)
    for number in (
        *range(11, 16),
        *range(21, 24),
        *range(31, 38),
        *range(41, 47),
        *range(50, 55),
        *range(61, 66),
        71,
        81,
        82,
    )
)
_LEVEL_BY_LENGTH: Mapping[int, str] = MappingProxyType(
    {4: "city", 6: "district", 9: "subdistrict", 12: "community", 15: "grid"}
)
_LENGTH: Mapping[str, int] = MappingProxyType({level: length for length, level in _LEVEL_BY_LENGTH.items()})
_PROVISIONAL = re.compile(r"\d{9}P\d{2}")
_SUB_AREA = re.compile(r"(\d{12}|\d{9}P\d{2})A\d{2}")
_GRID_OF_PROVISIONAL = re.compile(r"\d{9}P\d{2}\d{3}")

LEVELS = ("city", "district", "subdistrict", "community", "sub_area")
LEVEL_NAMES: Mapping[str, str] = MappingProxyType(
    {"city": "市", "district": "区县", "subdistrict": "街道", "community": "社区", "sub_area": "片区", "grid": "网格"}
)


class CodeError(BadInputError):
    """A text that is no code of an area."""

    code = "CODE_INVALID"


class ForeignCodeError(BadInputError):
    """A code in a shape of its own, issued by somebody else than the state."""

    code = "CODE_FOREIGN"


@dataclass(frozen=True, slots=True)
class Code:
    """A valid code: its normal text, its level, and whether it is provisional."""

    text: str
    level: str
    provisional: bool


def normalise(raw: str) -> str:
    """Drop what tables add to a code: spaces, a decimal `.0`, the zero padding of the statistical table."""
    text = re.sub(r"\s+", "", raw).upper()
    text = re.sub(r"\.0+$", "", text)
    if re.fullmatch(r"\d{12}", text):
        for length in (9, 6):
            if text[length:].strip("0") == "":
                text = text[:length]
    if re.fullmatch(r"\d{6}", text) and text.endswith("00"):
        text = text[:4]
    return text


def parse(raw: str) -> Code:
    """Read one code.

    Raises CodeError for a text of the wrong length or signs, ForeignCodeError for one that does not begin with a
    province of GB/T 2260.
    """
    text = normalise(raw)
    if _PROVISIONAL.fullmatch(text):
        found = Code(text, "community", True)
    elif _SUB_AREA.fullmatch(text):
        found = Code(text, "sub_area", "P" in text)
    elif _GRID_OF_PROVISIONAL.fullmatch(text):
        found = Code(text, "grid", True)
    elif text.isascii() and text.isdigit():
        level = _LEVEL_BY_LENGTH.get(len(text))
        if level is None:
            raise CodeError(
                f"代码“{raw}”有 {len(text)} 位；市 4 位、区县 6 位、街道 9 位、社区 12 位、网格 15 位，请核对。"
            )
        found = Code(text, level, False)
    elif text == "":
        raise CodeError("代码是空的，请补上。")
    else:
        raise ForeignCodeError(f"代码“{raw}”不是国家标准的行政区划代码，可能是别的单位自编的，请换成国标代码。")
    if text[:2] not in _PROVINCES:
        raise ForeignCodeError(f"代码“{raw}”开头的“{text[:2]}”不是国标省级代码，可能是别的单位自编的，请换成国标代码。")
    return found


def parent(code: str) -> str | None:
    """The code one level up, None above a city; a grid and a sub-area hang under their community."""
    found = parse(code)
    if found.level == "city":
        return None
    if found.level in ("grid", "sub_area"):
        return found.text[:12]
    above = {"district": "city", "subdistrict": "district", "community": "subdistrict"}[found.level]
    return found.text[: _LENGTH[above]]


def ancestor(code: str, level: str) -> str | None:
    """The part of a code that names its ancestor (or itself) at a level, None when it lies above the code."""
    text = parse(code).text
    length = _LENGTH[level]
    return text[:length] if len(text) >= length else None


def within(code: str, area: str) -> bool:
    """Whether a code is the area itself or lies below it."""
    return code.startswith(area)


def provisional(subdistrict: str, number: int) -> str:
    """The provisional code of the n-th new community of a subdistrict, 1..99.

    Raises CodeError for another level or number.
    """
    if parse(subdistrict).level != "subdistrict":
        raise CodeError(f"“{subdistrict}”不是 9 位街道代码，不能据此编临时社区代码。")
    if not 1 <= number <= 99:
        raise CodeError("一个街道的临时社区代码只有 01 到 99，请先为旧的临时社区换上正式代码。")
    return f"{subdistrict}P{number:02d}"


def next_provisional(subdistrict: str, taken: Collection[str]) -> str:
    """The first provisional code of a subdistrict that is not taken (codes ever used count as taken).

    Raises CodeError where all 99 are.
    """
    free = (number for number in range(1, 100) if f"{subdistrict}P{number:02d}" not in taken)
    return provisional(subdistrict, next(free, 100))


def sub_area(community: str, number: int) -> str:
    """The code of the n-th sub-area of a community, 1..99; raises CodeError."""
    return f"{_community(community, '片区')}A{_bounded(number, 99, '片区')}"


def grid(community: str, number: int) -> str:
    """The 15-digit code of the n-th grid of a community, 1..999; raises CodeError.

    Grids are numbered from west to east and north to south (DB6101/T 3185-2024).
    """
    return f"{_community(community, '网格')}{_bounded(number, 999, '网格')}"


def _community(code: str, what: str) -> str:
    found = parse(code)
    if found.level != "community":
        raise CodeError(f"“{code}”不是 12 位社区代码，不能据此编{what}代码。")
    return found.text


def _bounded(number: int, most: int, what: str) -> str:
    if not 1 <= number <= most:
        raise CodeError(f"一个社区的{what}代码只有 1 到 {most}，现在要编第 {number} 个。")
    return f"{number:0{len(str(most))}d}"
