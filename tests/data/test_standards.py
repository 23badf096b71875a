"""The bundled standards hold what they must, and a faulty file is refused by name and row."""

from pathlib import Path

import pytest

from data.standards import (
    BUNDLED,
    categories,
    list_groupings,
    list_standards,
    load_grouping,
    load_standard,
    people_rule,
    speeds,
    thresholds,
    walking_rule,
)
from gis.standards import GROUPS, StandardFileError

LIMITS = {
    ("party_service_center", 5): 300,
    ("street_service_center", 15): 1000,
    ("health_center", 15): 1000,
    ("health_station", 5): 300,
    ("elderly_center", 15): 1000,
    ("elderly_station", 5): 300,
    ("elderly_daycare", 5): 300,
    ("elderly_home", 15): 1000,
    ("canteen", 5): 500,
    ("fitness_outdoor", 5): 300,
    ("culture_room", 5): 500,
    ("culture_center", 15): 1000,
    ("pay_point", 10): 500,
    ("parcel_station", None): None,
    ("grid_post", 5): 300,
    ("kindergarten", 5): 300,
    ("nursery", 5): 300,
    ("primary_school", 10): 500,
    ("junior_school", 15): 1000,
    ("market", 10): 500,
    ("convenience", 5): 300,
    ("pharmacy", 10): 500,
    ("community_retail", 10): None,
    ("park", 15): 1000,
    ("park", 10): 500,
    ("park", 5): 300,
    ("public_toilet", 5): 500,
    ("waste_point", None): None,
    ("bus_stop", 10): 500,
    ("bus_stop", 5): 500,
}
HEAD = '[standard]\nid = "own"\ntitle = "本市标准"\npass_share = 0.9\npass_share_status = "local"\n'
ROW = '[[row]]\ncategory = "market"\ncircle_min = 10\nlimit_m = 800\ngroup = "all"\nclause = "市规"\nstatus = "local"\n'


def write(folder: Path, text: str, name: str = "own.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_every_category_is_there_once_and_judged_by_the_default():
    assert set(categories()) == {category for category, _ in LIMITS}
    assert len(categories()) == 27
    assert {row.category.id for row in load_standard().rows} == set(categories())
    assert {key for key, one in categories().items() if one.catchment == "own"} == {"party_service_center", "grid_post"}


def test_the_default_holds_the_first_value_of_every_cell():
    assert {row.key: row.limit_m for row in load_standard().rows} == LIMITS
    assert all(row.limit_min is None and row.pass_share == 0.9 for row in load_standard().rows)


def test_strict_takes_the_lower_ends():
    loose, tight = load_standard(), load_standard(strict=True)
    changed = {a.key: b.limit_m for a, b in zip(loose.rows, tight.rows, strict=True) if a.limit_m != b.limit_m}
    assert changed.pop(("canteen", 5)) == 300
    assert set(changed.values()) == {800}
    assert {circle for _, circle in changed} == {15}


def test_every_row_of_every_profile_says_where_it_comes_from():
    profiles = list_standards()
    assert [one.id for one in profiles] == ["merged", "gb50180", "gb50437", "mofcom", "td1062"]
    for row in (row for one in profiles for row in one.rows):
        assert row.clause
        assert row.sources or row.status in ("recalled", "local")
        assert all(source.startswith(("http://", "https://")) for source in row.sources)
        assert not any("sxytsm" in source or "lgjyuntun" in source for source in row.sources)


def test_groups_with_their_proxies():
    rows = {row.key: row for row in load_standard().rows}
    assert (rows["kindergarten", 5].group, rows["kindergarten", 5].proxy) == ("children", "3-6")
    assert (rows["nursery", 5].group, rows["nursery", 5].proxy) == ("children", "0-3")
    assert (rows["canteen", 5].group, rows["market", 10].group) == ("elderly", "all")


def test_the_ministry_of_commerce_counts_in_minutes():
    mofcom = load_standard("mofcom")
    assert {row.measure for row in mofcom.rows} == {"time"}
    assert {row.limit_min for row in mofcom.rows} == {5, 8, 15}


def test_the_rules_beside_the_standards():
    assert {group: speed.m_s for group, speed in speeds().items()} == dict(
        zip(GROUPS, (1.1, 0.9, 0.7, 0.9), strict=True)
    )
    default = [one for one in thresholds() if one.default]
    assert [(one.metric, one.op, one.value, one.action) for one in default] == [
        ("resident_households", ">", 3000, "split")
    ]
    walking = walking_rule()
    assert (walking.excluded_classes, walking.snap_all_m, walking.snap_max_m, walking.halo_factor) == (
        ("motorway", "motorway_link"),
        60,
        200,
        1.5,
    )
    assert people_rule().residents_per_household == 2.5


def test_a_city_adds_its_own_file_and_replaces_a_bundled_one(tmp_path):
    folder = write(tmp_path, HEAD + ROW)
    write(folder, (BUNDLED / "people.toml").read_text(encoding="utf-8").replace("2.5", "2.6"), "people.toml")
    own = load_standard("own", folder=folder)
    assert (own.title, own.rows[0].limit_m, own.rows[0].category.name) == ("本市标准", 800, "菜市场")
    assert "own" in [one.id for one in list_standards(folder)]
    assert people_rule(folder).residents_per_household == 2.6
    assert speeds(folder)["all"].cm_s == 110


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.replace('"market"', '"shop"'), "第 1 行（shop）：没有这个类别"),
        (lambda t: t + ROW, "第 2 行：market 的这一级重复了"),
        (
            lambda t: t.replace('status = "local"\n', "", 2).replace("pass_share_", 'pass_share_status = "local"\n'),
            "缺少",
        ),
        (lambda t: t.replace('clause = "市规"\nstatus = "local"', 'clause = "市规"'), "第 1 行：缺少 status"),
        (lambda t: t.replace("limit_m", "limit"), "第 1 行：不认识 limit"),
        (lambda t: t.replace("800", '"800"'), "limit_m 的写法不对"),
        (lambda t: t.replace("800", "true"), "limit_m 的写法不对"),
        (lambda t: t.replace("800", "0"), "limit_m 应当大于 0"),
        (lambda t: t.replace("800", "800\nstrict_m = 900"), "strict_m 应当小于"),
        (lambda t: t.replace("800", "800\nmin_size_m2 = 90"), "要一起写"),
        (lambda t: t.replace("circle_min = 10", "circle_min = 12"), "circle_min 只能是"),
        (lambda t: t.replace('"all"', '"everyone"'), "group 写成了“everyone”"),
        (lambda t: t.replace('"local"\n', '"sure"\n'), "只能是 verified、secondary、local、recalled"),
        (lambda t: t.replace("0.9", "9.0"), "pass_share 应当在 0 与 1 之间"),
        (lambda t: t.replace('"own"', '"other"'), "应当与文件名 own 一致"),
        (lambda t: t.replace(ROW, ""), "一行 [[row]] 都没有"),
        (lambda t: t + "[[", "不合 TOML 写法"),
    ],
)
def test_a_faulty_file_is_refused_by_name_and_row(tmp_path, change, words):
    with pytest.raises(StandardFileError, match=r"own\.toml") as caught:
        load_standard("own", folder=write(tmp_path, change(HEAD + ROW)))
    assert words in caught.value.detail


def test_a_standard_nobody_has_is_named_with_those_there_are():
    with pytest.raises(StandardFileError, match=r"没有标准“gb1”，可选 .*merged"):
        load_standard("gb1")


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("speeds", 'group = "children"', 'group = "all"', "all 重复了"),
        ("speeds", "1.10", "1.105", "最多两位小数"),
        ("speeds", 'group = "children"', 'group = "dogs"', "group 写成了“dogs”"),
        ("thresholds", "default = true\n", "", "有且只有一行"),
        ("thresholds", 'op = ">"', 'op = "!="', "op 写成了“!=”"),
        ("walking", "halo_factor = 1.5\n", "", "缺少 halo_factor"),
        ("people", '"local"', '"guess"', "status 写成了“guess”"),
    ],
)
def test_the_smaller_rules_are_checked_too(tmp_path, name, old, new, words):
    text = (BUNDLED / f"{name}.toml").read_text(encoding="utf-8")
    assert old in text
    folder = write(tmp_path, text.replace(old, new), f"{name}.toml")
    readers = {"speeds": speeds, "thresholds": thresholds, "walking": walking_rule, "people": people_rule}
    with pytest.raises(StandardFileError, match=rf"{name}\.toml") as caught:
        readers[name](folder)
    assert words in caught.value.detail


def test_a_missing_speed_is_named(tmp_path):
    text = (BUNDLED / "speeds.toml").read_text(encoding="utf-8").rsplit("[[speed]]", 1)[0]
    with pytest.raises(StandardFileError, match="缺少 children"):
        speeds(write(tmp_path, text, "speeds.toml"))


def test_views_by_group_name_only_what_exists_and_cover_what_is_asked(tmp_path: Path) -> None:
    views = {one.id: one for one in list_groupings()}
    assert {"wubuchu", "xian_nine", "complete_community", "old_young"} <= set(views)
    assert [group.name for group in views["wubuchu"].groups] == ["文化", "医疗", "助老", "缴费", "服务"]
    assert len(views["xian_nine"].groups) == 9
    assert all(group.categories or group.note for view in views.values() for group in view.groups)
    head = '[grouping]\nid = "own"\ntitle = "本市"\nstatus = "local"\nsource = ""\n'
    folder = write(tmp_path, head + '[[group]]\nname = "甲"\ncategories = ["market"]\n')
    assert load_grouping("own", folder).groups[0].categories == ("market",)
    write(tmp_path, head + '[[group]]\nname = "甲"\ncategories = ["moon"]\n')
    with pytest.raises(StandardFileError, match="moon"):
        load_grouping("own", tmp_path)
    with pytest.raises(StandardFileError, match="可选"):
        load_grouping("nothing")
