"""Which row is which: uids from the source or by digest, codes in their normal form, and rows given twice."""

import hashlib
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis import codes
from gis.errors import BadInputError
from gis.sieve import Sieve

Mask: TypeAlias = NDArray[np.bool_]

_DIGEST_DIGITS = 16
_PLACE_DIGITS = 6  # 0.1 m


def with_uids(sieve: Sieve, kind: str) -> None:
    """Give every row a uid: the source's, else a digest of kind, name and place (of the whole line for lines).

    Refuses rows that repeat an earlier one (CODE_DUPLICATE). Pieces of one way may share the source's uid: a later
    piece with another geometry gets `-2`, `-3` and so on.
    """
    given = sieve.column("uid")
    digests = pd.Series(_digests(sieve, kind), index=sieve.frame.index, dtype=object)
    uids = given.where(given.notna(), digests).astype(object)
    standing = pd.Series(sieve.good, index=uids.index)
    if kind in ("streets", "barriers"):
        shape = pd.Series(shapely.to_wkb(sieve.geometry), index=uids.index)
        again = pd.DataFrame({"uid": uids, "shape": shape}).where(standing).duplicated() & standing
        sieve.refuse(np.asarray(again), "CODE_DUPLICATE", "与前面一行完全相同，不重复收。", "uid")
        count = uids.where(pd.Series(sieve.good, index=uids.index)).groupby(uids).cumcount()
        uids = uids.where(count == 0, uids + "-" + (count + 1).astype(str))
    else:
        again = uids.where(standing).duplicated() & standing
        sieve.refuse(np.asarray(again), "CODE_DUPLICATE", "编号与前面一行相同，不重复收。", "uid")
    sieve.frame = sieve.frame.assign(uid=uids)


def same_again(sieve: Sieve) -> None:
    """Flag rows with the name and the place of an earlier row; they stay, for people to decide."""
    box = np.round(shapely.bounds(sieve.geometry)[:, :2], _PLACE_DIGITS)
    keys = pd.DataFrame({"name": sieve.column("name"), "x": box[:, 0], "y": box[:, 1]})
    again = keys.duplicated() & keys["name"].notna()
    sieve.flag(np.asarray(again), "DUPLICATE", "名称和位置都与前面一行相同，可能重复登记，请核实。", "name")


def with_codes(sieve: Sieve, wanted: frozenset[str], once: bool = True) -> None:
    """Normalise codes, add `level` and the code of the parent; refuse what is no code, or not of the wanted levels.

    `once`: a code may be there once only.
    Findings: CODE_INVALID, CODE_FOREIGN, CODE_DUPLICATE, CODE_PARENT_MISMATCH.
    """
    texts = sieve.column("code").tolist()
    parsed = [_parse(text) for text in texts]
    for kind, field_code in ((codes.CodeError, "CODE_INVALID"), (codes.ForeignCodeError, "CODE_FOREIGN")):
        for message in sorted({str(one.detail) for one in parsed if isinstance(one, kind)}):
            mask = np.array([isinstance(one, kind) and one.detail == message for one in parsed], dtype=np.bool_)
            sieve.refuse(mask, field_code, message, "code")
    good = [one if isinstance(one, codes.Code) else None for one in parsed]
    level = pd.Series([one.level if one else None for one in good], index=sieve.frame.index, dtype=object)
    code = pd.Series([one.text if one else None for one in good], index=sieve.frame.index, dtype=object)
    other = level.notna() & ~level.isin(wanted)
    names = "、".join(codes.LEVEL_NAMES[one] for one in (*codes.LEVELS, "grid") if one in wanted)
    sieve.refuse(np.asarray(other), "CODE_INVALID", f"代码的级别不对，这里只收：{names}。", "code")
    above = pd.Series([codes.parent(one.text) if one else None for one in good], index=code.index, dtype=object)
    claimed = sieve.column("parent_code").map(lambda text: None if text is None else codes.normalise(text))
    # a grid may name the grid it is part of, of the same community, in place of the community
    part = (level == "grid") & claimed.fillna("").str.fullmatch(r"[0-9P]{15}") & (claimed.str.slice(0, 12) == above)
    differs = claimed.notna() & above.notna() & (claimed != above) & ~part
    message = "上级代码与代码本身对不上，请核对这两列。"
    sieve.refuse(np.asarray(differs), "CODE_PARENT_MISMATCH", message, "parent_code")
    if once:
        standing = pd.Series(sieve.good, index=code.index)
        again = code.where(standing).duplicated() & standing
        sieve.refuse(np.asarray(again), "CODE_DUPLICATE", "代码在文件里出现过，不重复收。", "code")
    sieve.frame = sieve.frame.assign(code=code, level=level, parent_code=above)
    if "grid" in wanted:
        sieve.frame = sieve.frame.assign(parent_grid=claimed.where(part).astype(object))


def _parse(text: Any) -> codes.Code | BadInputError:
    try:
        return codes.parse("" if text is None else str(text))
    except BadInputError as error:
        return error


def _digests(sieve: Sieve, kind: str) -> list[str | None]:
    names = sieve.column("name").fillna("").tolist()
    if kind in ("streets", "barriers"):
        places = [b"" if one is None else one for one in shapely.to_wkb(sieve.geometry).tolist()]
    else:
        box = np.round(shapely.bounds(sieve.geometry)[:, :2], _PLACE_DIGITS)
        places = [f"{x:.6f},{y:.6f}".encode() for x, y in box.tolist()]
    return [
        hashlib.sha256(f"{kind}|{name}|".encode() + place).hexdigest()[:_DIGEST_DIGITS]
        for name, place in zip(names, places, strict=True)
    ]
