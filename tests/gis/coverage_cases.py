"""Small standards, walks and crowds for the tests of scoring."""

from dataclasses import replace

import numpy as np
import pandas as pd

from gis.standards import Category, Speed, Standard, StandardRow
from gis.verdicts import CategoryFacts
from gis.walked import Walked

MARKET = Category("market", "菜市场", "shop", "市", "any", None)
POST = Category("grid_post", "网格服务站", "service", "网", "own", "服务")
SPEEDS = {
    "all": Speed("all", "成年人", 110, "local", ""),
    "elderly": Speed("elderly", "60 岁以上", 90, "local", ""),
    "elderly_80": Speed("elderly_80", "80 岁以上", 70, "local", ""),
    "children": Speed("children", "0–14 岁", 90, "local", ""),
}
BY_DISTANCE = StandardRow(MARKET, 10, "all", "recalled", "附录 C", limit_m=500)
BY_TIME = StandardRow(MARKET, 10, "elderly", "secondary", "8 分钟", limit_min=8)
LISTED = StandardRow(MARKET, None, "all", "secondary", "只有面积要求")
FOUND = CategoryFacts(points=3, inventory=True, data_date="2026-11-01", age_days=20)


def standard(*rows: StandardRow) -> Standard:
    """Return a profile of these rows."""
    return Standard("test", "测试标准", rows)


def walked(compounds: list[dict], net_cm: list[int], facts: CategoryFacts = FOUND, category: str = "market") -> Walked:
    """Return walks to one category; a compound is a dict of the columns that matter, `snapped` among them."""
    blank = {"residents": np.nan, "elderly": np.nan, "elderly_80": np.nan, "children": np.nan}
    base = {**blank, "residents_estimated": False, "snapped": True, "community": None, "straight_cm": None}
    columns = ["uid", "name", *base]
    rows = [{"uid": n, "name": f"小区{n}", **base, **one} for n, one in enumerate(compounds)]
    frame = pd.DataFrame(rows, columns=columns)
    net = np.array(net_cm, np.int32).reshape(-1, 1)
    straight = [net_cm[n] if row["straight_cm"] is None else row["straight_cm"] for n, row in enumerate(rows)]
    return Walked(
        frame.drop(columns=["snapped", "straight_cm"]),
        (category,),
        net,
        np.array(straight, np.int32).reshape(-1, 1),
        frame["snapped"].to_numpy(bool),
        {category: facts},
    )


def with_facts(walks: Walked, **changes: object) -> Walked:
    """Return the same walks with other facts of their categories."""
    return replace(walks, facts={key: replace(value, **changes) for key, value in walks.facts.items()})
