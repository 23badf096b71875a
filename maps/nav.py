"""The navigation: six words in one order on every page."""

from __future__ import annotations

from collections.abc import Sequence

HOME, COVERAGE, GRIDS, BENCH = "首页", "服务覆盖一张图", "我的网格", "社区调整工作台"
DATA, ATLAS = "数据管理", "网格图册"
# without an address a page is not open yet; {district} is the code of the district the reader is in
PAGES: tuple[tuple[str, str | None], ...] = (
    (HOME, "/?area={district}"),
    (COVERAGE, "/maps/coverage/{district}"),
    (GRIDS, "/grids"),
    (BENCH, "/plans"),
    (DATA, "/data"),
    (ATLAS, "/atlas?area={district}"),
)
NEEDS_DISTRICT = "{district}"


def navigation(here: str, district: str = "") -> Sequence[tuple[str, str | None]]:
    """Word and address of every page: "here" for the present one, None where it is not open.

    Without a district the pages of one district lead to 首页, where it is chosen.
    """
    return tuple((word, "here" if word == here else _address(link, district)) for word, link in PAGES)


def _address(link: str | None, district: str) -> str | None:
    if link is None or NEEDS_DISTRICT not in link:
        return link
    return link.format(district=district) if district else "/"
