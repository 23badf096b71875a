"""The page that stands in for one that could not be shown: what happened, what to do, a number for the help desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from maps.base import Assets, Page
from maps.frame import words_page


@dataclass(frozen=True)
class TroubleView:
    """What happened in few words, a sentence on what to do, ways on as (word, address), the number of the request."""

    head: str
    detail: str
    ways: Sequence[tuple[str, str]]
    number: str
    map_number: str


def trouble_page(view: TroubleView, assets: Assets | None = None) -> Page:
    """The page; equal views give equal bytes."""
    styles = ("flow.css", "accounts.css")
    return words_page(f"{view.head} · 网格", "trouble.html", {"v": view}, (), styles, "flow", assets)
