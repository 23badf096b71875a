"""What the database refuses, in words: the constraint that spoke, and the codes it spoke about."""

import re

from sqlalchemy import exc

from gis.errors import BadInputError, CodeTwiceError, OverlapError

_CODE = re.compile(r"=\((?:\d+, )?([0-9A-Z]+), [\[(]")
_UNCHANGED = "没有写入，现有数据没有变："


def refusal(error: exc.IntegrityError) -> BadInputError:
    """The error of the product that a refused row stands for."""
    said = getattr(error.orig, "diag", None)
    constraint = getattr(said, "constraint_name", None) or ""
    detail = getattr(said, "message_detail", None) or ""
    if constraint.endswith("_no_overlap"):
        one, other, area_m2 = detail.split()
        return OverlapError(f"{_UNCHANGED}{one} 和 {other} 的边界重叠 {area_m2} 平方米。改到不重叠再试")
    if constraint.endswith("_border_valid"):
        return BadInputError(f"{_UNCHANGED}{detail} 的边界自相交。改正后再试")
    if constraint.endswith("_code_once_at_a_time"):
        found = _CODE.search(detail)
        code = f" {found[1]} " if found else ""
        return CodeTwiceError(f"{_UNCHANGED}代码{code}在同一时间用了两次。换一个代码，或先停用原来的")
    return BadInputError(f"{_UNCHANGED}与已有记录冲突。核对编码和日期后再试")
