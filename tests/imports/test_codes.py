"""Codes: levels by form, parents, provisional ones, other issuers."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import codes, yearly


@pytest.mark.parametrize(
    ("raw", "text", "level", "provisional"),
    [
        ("6101", "6101", "city", False),
        ("610100", "6101", "city", False),
        ("610104", "610104", "district", False),
        ("610104.0", "610104", "district", False),
        ("610104000000", "610104", "district", False),
        ("610104001", "610104001", "subdistrict", False),
        ("610104001000", "610104001", "subdistrict", False),
        (" 610104001002 ", "610104001002", "community", False),
        ("610104001p01", "610104001P01", "community", True),
        ("610104001002A03", "610104001002A03", "sub_area", False),
        ("610104001P01A03", "610104001P01A03", "sub_area", True),
        ("610104001002015", "610104001002015", "grid", False),
        ("610104001P01015", "610104001P01015", "grid", True),
    ],
)
def test_level_follows_from_the_form(raw: str, text: str, level: str, provisional: bool) -> None:
    assert codes.parse(raw) == codes.Code(text, level, provisional)


@pytest.mark.parametrize("raw", ["", "61", "61010", "6101040", "6101040010020"])
def test_wrong_lengths(raw: str) -> None:
    with pytest.raises(codes.CodeError):
        codes.parse(raw)


@pytest.mark.parametrize("raw", ["XA-LH-001", "990104", "莲湖区", "61010400100B", "1634", "610104001P1"])
def test_codes_of_another_issuer(raw: str) -> None:
    with pytest.raises(codes.ForeignCodeError, match="自编"):
        codes.parse(raw)


def test_parents_lead_to_the_city() -> None:
    code, chain = "610104001002A03", []
    while (above := codes.parent(code)) is not None:
        chain.append(above)
        code = above
    assert chain == ["610104001002", "610104001", "610104", "6101"]
    assert codes.parent("610104001P02015") == "610104001P02"
    assert codes.parent("610104001P02") == "610104001"


def test_ancestors() -> None:
    assert codes.ancestor("610104001002015", "district") == "610104"
    assert codes.ancestor("610104", "community") is None


def test_provisional_codes() -> None:
    assert codes.provisional("610104001", 7) == "610104001P07"
    with pytest.raises(codes.CodeError):
        codes.provisional("610104001", 100)
    with pytest.raises(codes.CodeError):
        codes.provisional("610104", 1)


def test_numbered_codes() -> None:
    assert codes.grid("610104001002", 7) == "610104001002007"
    assert codes.grid("610104001P02", 999) == "610104001P02999"
    assert codes.sub_area("610104001002", 3) == "610104001002A03"
    for made in (codes.grid("610104001P02", 1), codes.sub_area("610104001P02", 1)):
        assert codes.parent(made) == "610104001P02"
        assert codes.parse(made).provisional


@pytest.mark.parametrize("number", [0, -1, 1000])
def test_numbers_a_community_does_not_have(number: int) -> None:
    with pytest.raises(codes.CodeError, match=str(number)):
        codes.grid("610104001002", number)


@pytest.mark.parametrize("make", [codes.grid, codes.sub_area])
def test_only_communities_have_numbered_parts(make: Callable[[str, int], str]) -> None:
    with pytest.raises(codes.CodeError, match="不是 12 位社区代码"):
        make("610104001", 1)


def test_the_next_provisional_code_was_never_used() -> None:
    assert codes.next_provisional("610104001", ()) == "610104001P01"
    assert codes.next_provisional("610104001", {"610104001P01", "610104001P03"}) == "610104001P02"
    with pytest.raises(codes.CodeError, match="01 到 99"):
        codes.next_provisional("610104001", {f"610104001P{number:02d}" for number in range(1, 100)})


def test_two_yearly_tables() -> None:
    before = {"610104001": "甲街道", "610104001001": "一社区", "610104001002": "二社区", "610104001003": "三社区"}
    after = {"610104001": "乙街道", "610104001002": "二社区", "610104001031": "一社区", "610104001032": "四社区"}
    found = yearly.compare(before, after)
    assert found.recoded == (("610104001001", "610104001031"),)
    assert found.added == ("610104001032",)
    assert found.ended == ("610104001003",)
    assert found.renamed == (("610104001", "甲街道", "乙街道"),)


names = st.sampled_from(["一社区", "二社区", "三社区", "四社区"])
tables = st.dictionaries(st.sampled_from([f"610104{a:03d}{b:03d}" for a in (1, 2) for b in range(1, 6)]), names)


@given(tables, tables)
def test_every_code_that_differs_is_told_once(before: dict[str, str], after: dict[str, str]) -> None:
    found = yearly.compare(before, after)
    old, new = {pair[0] for pair in found.recoded}, {pair[1] for pair in found.recoded}
    assert sorted([*found.added, *new]) == sorted(after.keys() - before.keys())
    assert sorted([*found.ended, *old]) == sorted(before.keys() - after.keys())
    assert all(before[one] == after[other] for one, other in found.recoded)
    back = yearly.compare(after, before)
    assert (back.added, back.ended) == (found.ended, found.added)
