"""Codes: levels by form, parents, provisional ones, other issuers."""

import pytest

from gis import codes


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
