"""Category mappings as data: bundled rules name known categories, the first match counts, faults are named."""

from pathlib import Path

import pandas as pd
import pytest

from data.imports import mapping
from data.imports.mapping import MappingError
from gis import categories


def classify(*rows: tuple[str | None, str | None, str | None]) -> list[str | None]:
    frame = pd.DataFrame(rows, columns=["category", "tag", "name"], dtype=object)
    return categories.classify(mapping.load(), frame).tolist()


@pytest.mark.parametrize(
    ("category", "tag", "name", "target"),
    [
        ("药店", None, "甲", "pharmacy"),
        ("public_toilet", None, "甲", "public_toilet"),
        ("助餐点", None, "甲", "canteen"),
        ("medicalTreatment", "医疗;药店", "怡康医药超市", "pharmacy"),
        ("medicalTreatment", "医疗;诊所", "土门社区卫生服务中心", "health_center"),
        ("medicalTreatment", "医疗;诊所", "张敏口腔", None),
        ("medicalTreatment", "医疗;诊所", "大庆路社区卫生服务站", "health_station"),
        ("lifeService", None, "兴伦酒店-公共厕所", "public_toilet"),
        ("trafficFacilities", None, "莲湖公园-停车场", None),
        ("trafficFacilities", "公交车站", "建工路东口", "bus_stop"),
        ("government", "政府机构;各级政府", "新城区东方小学支部委员会", None),
        ("education", "教育培训;小学", "后宰门小学", "primary_school"),
        ("education", "教育培训;中学", "西安高级中学", None),
        ("finance", "金融;银行", "中国邮政储蓄银行", None),
        ("shopping", None, "黎明装饰建材超市", None),
        ("shopping", None, "佳俊超市", "convenience"),
        ("shopping", "购物;市场", "香王农贸市场", "market"),
        (None, None, None, None),
    ],
)
def test_bundled_rules(category: str | None, tag: str | None, name: str | None, target: str | None) -> None:
    assert classify((category, tag, name)) == [target]


def test_rows_set_aside_are_counted_per_tag() -> None:
    frame = pd.DataFrame({"tag": ["a", "a", None, "b"], "category": [None, None, "c", None]}, dtype=object)
    counted = categories.unmapped(frame, pd.Series([True, True, True, False]).to_numpy())
    assert counted == {"a": 2, "c": 1}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[rule]]\ntag = ['a']\n", "第 1 条写法不对"),
        ("[[rule]]\ntarget = 'pharmacy'\ntags = ['a']\n", "第 1 条写法不对"),
        ("[[rule]]\ntarget = 'shop'\n", "类别“shop”不存在"),
        ("[[rule]\n", "不是有效的 TOML"),
    ],
)
def test_faulty_mappings(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    with pytest.raises(MappingError, match=words):
        mapping.load_file(tmp_path / "own.toml")


def test_missing_mapping() -> None:
    with pytest.raises(MappingError, match="找不到"):
        mapping.load("nowhere")
