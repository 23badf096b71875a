"""Read a file of standards and refuse, by file and row, whatever is not meant."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from gis.standards import (
    CATCHMENTS,
    CIRCLES,
    FACILITY_GROUPS,
    GROUPS,
    STATUSES,
    Category,
    Standard,
    StandardFileError,
    StandardRow,
)

Table = Mapping[str, Any]
Shape = Mapping[str, tuple[type, ...]]

CATEGORY_MUST: Shape = {"id": (str,), "name": (str,), "fac": (str,), "badge": (str,)}
CATEGORY_MAY: Shape = {"catchment": (str,), "wu_bu_chu": (str,)}
HEAD_MUST: Shape = {"id": (str,), "title": (str,), "pass_share": (Decimal, int), "pass_share_status": (str,)}
ROW_MUST: Shape = {"category": (str,), "circle_min": (int, str), "group": (str,), "clause": (str,), "status": (str,)}
ROW_MAY: Shape = {
    "limit_m": (int,),
    "strict_m": (int,),
    "limit_min": (int,),
    "min_size_m2": (int,),
    "size_status": (str,),
    "capacity": (str,),
    "proxy": (str,),
    "pass_share": (Decimal, int),
    "pass_share_status": (str,),
    "max_age": (int,),
    "sources": (list,),
    "note": (str,),
}


@dataclass(frozen=True)
class Place:
    """Where in which file we are reading, so that every refusal can say so."""

    file: str
    row: str = ""

    def at(self, row: str) -> "Place":
        """Return the same file at another row."""
        return Place(self.file, row)

    def refuse(self, fault: str) -> StandardFileError:
        """Return the error to raise."""
        return StandardFileError(f"标准文件 {self.file}{self.row and ' ' + self.row}：{fault}")

    def check_keys(self, table: Any, must: Shape, may: Shape) -> None:
        """Refuse missing and unknown keys and values of another type."""
        if not isinstance(table, dict):
            raise self.refuse("这里应当是一张表")
        shape = {**must, **may}
        if missing := [key for key in must if key not in table]:
            raise self.refuse(f"缺少 {'、'.join(missing)}，补上后再读")
        if unknown := [key for key in table if key not in shape]:
            raise self.refuse(f"不认识 {'、'.join(unknown)}，改名或删去")
        for key, value in table.items():
            if not isinstance(value, shape[key]) or isinstance(value, bool) != (bool in shape[key]):
                raise self.refuse(f"{key} 的写法不对：{value}")

    def check_word(self, table: Table, key: str, words: Sequence[str]) -> None:
        """Refuse a word that is not one of `words`; a missing key passes."""
        if key in table and table[key] not in words:
            raise self.refuse(f"{key} 写成了“{table[key]}”，只能是 {'、'.join(words)}")


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a file, decimals exact; raises StandardFileError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError as error:
        raise StandardFileError(f"没有标准文件 {path.name}，看看文件名和文件夹") from error
    except (OSError, UnicodeDecodeError) as error:
        raise StandardFileError(f"标准文件 {path.name} 读不出来，存成 UTF-8 文本再试") from error
    except tomllib.TOMLDecodeError as error:
        raise StandardFileError(f"标准文件 {path.name} 不合 TOML 写法：{error}") from error


def tables(document: Table, key: str, place: Place) -> list[Any]:
    """Return the rows `[[key]]` of a document; refuses none at all."""
    rows = document.get(key)
    if not isinstance(rows, list) or not rows:
        raise place.refuse(f"一行 [[{key}]] 都没有")
    return rows


def read_categories(path: Path) -> dict[str, Category]:
    """Return the kinds of service points by id, in file order."""
    file = Place(path.name)
    found: dict[str, Category] = {}
    for number, table in enumerate(tables(read_toml(path), "category", file), start=1):
        place = file.at(f"第 {number} 行")
        place.check_keys(table, CATEGORY_MUST, CATEGORY_MAY)
        place.check_word(table, "fac", FACILITY_GROUPS)
        place.check_word(table, "catchment", CATCHMENTS)
        if len(table["badge"]) != 1:
            raise place.refuse("badge 只能是一个字")
        if table["id"] in found:
            raise place.refuse(f"{table['id']} 重复了")
        found[table["id"]] = Category(**{"catchment": "any", "wu_bu_chu": None, **table})
    return found


def read_standard(path: Path, categories: Mapping[str, Category]) -> Standard:
    """Return a profile; raises StandardFileError naming file and row."""
    file = Place(path.name)
    document = read_toml(path)
    head = document.get("standard")
    file.check_keys(head, HEAD_MUST, {})
    assert head is not None
    if head["id"] != path.stem:
        raise file.refuse(f"id 是 {head['id']}，应当与文件名 {path.stem} 一致")
    rows: dict[tuple[str, int | None], StandardRow] = {}
    for number, table in enumerate(tables(document, "row", file), start=1):
        row = _row(table, head, categories, file.at(f"第 {number} 行"))
        if row.key in rows:
            raise file.at(f"第 {number} 行").refuse(f"{row.category.id} 的这一级重复了，留一行")
        rows[row.key] = row
    return Standard(head["id"], head["title"], tuple(rows.values()))


def _row(table: Any, head: Table, categories: Mapping[str, Category], place: Place) -> StandardRow:
    place.check_keys(table, ROW_MUST, ROW_MAY)
    place = place.at(f"{place.row}（{table['category']}）")
    if table["category"] not in categories:
        raise place.refuse("没有这个类别，见 categories.toml")
    if table["circle_min"] not in (*CIRCLES, "block"):
        raise place.refuse("circle_min 只能是 15、10、5 或 block")
    place.check_word(table, "group", GROUPS)
    for key in ("status", "size_status", "pass_share_status"):
        place.check_word({**head, **table}, key, STATUSES)
    for key in ("limit_m", "strict_m", "limit_min", "min_size_m2", "max_age"):
        if table.get(key, 1) <= 0:
            raise place.refuse(f"{key} 应当大于 0")
    if "strict_m" in table and table["strict_m"] >= table.get("limit_m", 0):
        raise place.refuse("strict_m 应当小于 limit_m")
    if ("min_size_m2" in table) != ("size_status" in table):
        raise place.refuse("min_size_m2 和 size_status 要一起写")
    values = {"pass_share": head["pass_share"], "pass_share_status": head["pass_share_status"], **table}
    if not 0 < values["pass_share"] <= 1:
        raise place.refuse("pass_share 应当在 0 与 1 之间")
    values |= {
        "category": categories[table["category"]],
        "circle_min": None if table["circle_min"] == "block" else table["circle_min"],
        "pass_share": float(values["pass_share"]),
        "sources": tuple(table.get("sources", ())),
    }
    return StandardRow(**values)
