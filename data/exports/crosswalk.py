"""The crosswalk between grid sets as an Excel workbook: agreement, the table itself, the proposal, and what this is."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from data.exports.textcell import text_cell
from gis.crosswalk import Crosswalk

ABOUT = (
    ("一致程度", "两套网格逐个配对，使同属一对的户数最多；不在同一对里的户数就是不一致。"),
    ("对照表", "每一行是各套网格的一种组合：落在这几个网格里的户数和面积。画线误差造成的碎片没有列入。"),
    ("建议网格", "以改动户数最少的一套为底；半数以上的部门一致划到别处、且网格仍连成一片的地块，随多数。"),
    ("性质", "草拟，供各部门商量，不是法定边界。"),
)


def write(
    name: str,
    day: date,
    synthetic: bool,
    sets: Sequence[str],
    found: Mapping[str, Crosswalk],
    names: Mapping[str, str],
    target: Path,
) -> None:
    """Write the crosswalks by community code; `names` of the communities."""
    book = Workbook(write_only=True)
    _sheet(
        book,
        "一致程度",
        ("社区代码", "社区", "网格甲", "网格乙", "不一致户数", "占比", "不一致面积（平方米）"),
        (
            (code, names[code], first, second, round(apart), share, round(area_m2))
            for code, walk in found.items()
            for first, second, apart, share, area_m2 in walk.pairs.itertuples(index=False)
        ),
    )
    _sheet(
        book,
        "对照表",
        ("社区代码", "社区", *sets, "建议网格", "户数", "面积（平方米）"),
        (
            (code, names[code], *(row.get(one) for one in sets), row["proposed"], *map(round, _sums(row)))
            for code, walk in found.items()
            for row in walk.table().to_dict("records")
        ),
    )
    _sheet(
        book,
        "建议网格",
        ("社区代码", "社区", "网格", "户数", "面积（平方米）", "以哪套为底", "是否按多数调整"),
        (
            (code, names[code], grid, round(held), round(area_m2), walk.base, "是" if walk.majority else "否")
            for code, walk in found.items()
            for grid, held, area_m2 in walk.proposal()[["code", "households", "area_m2"]].itertuples(index=False)
        ),
    )
    marks = [("数据", "合成示例数据")] if synthetic else []
    _sheet(book, "说明", ("项目", "内容"), [("范围", name), ("日期", day.isoformat()), *marks, *ABOUT])
    book.save(target)


def _sums(row: Mapping[Any, Any]) -> tuple[float, float]:
    return row["households"], row["area_m2"]


def _sheet(book: Workbook, title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, head in enumerate(heads, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = 60 if head == "内容" else max(18, 2 * len(head))
    sheet.append([text_cell(sheet, head, bold=True) for head in heads])
    for row in rows:
        shares = ("0.0%" if isinstance(value, float) else None for value in row)
        sheet.append([text_cell(sheet, value, number_format=one) for value, one in zip(row, shares, strict=True)])
