"""What papers are made of, whatever they are written as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Which = Literal["before", "after"]


@dataclass(frozen=True)
class Head:
    """The red head of a paper: who writes, its number, and who signs."""

    office: str
    number: str
    signer: str


@dataclass(frozen=True)
class Title:
    """The title, in as many lines as given."""

    lines: Sequence[str]


@dataclass(frozen=True)
class Address:
    """To whom."""

    text: str


@dataclass(frozen=True)
class Heading:
    """A heading of the first (一、) or second (（一）) level."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, its first line set in by two letters."""

    text: str
    small: bool = False


@dataclass(frozen=True)
class Table:
    """A table: heads with the share of the width each takes, rows; columns named in `right` are set flush right."""

    heads: Sequence[tuple[str, float]]
    rows: Sequence[Sequence[str]]
    right: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Exhibit:
    """The start of an annex on a new page."""

    number: int
    title: str


@dataclass(frozen=True)
class Map:
    """The map before or after."""

    which: Which
    caption: str


@dataclass(frozen=True)
class Signature:
    """Who and when, at the right."""

    office: str
    day: str


Block = Head | Title | Address | Heading | Paragraph | Table | Exhibit | Map | Signature


@dataclass(frozen=True)
class Paper:
    """A paper: its name as files carry it, marks on every page, blocks, and the line under maps."""

    name: str
    marks: Sequence[str]
    blocks: Sequence[Block]
    footer: str


def closing(blocks: Sequence[Block]) -> frozenset[int]:
    """Positions of the paragraphs that a signature is never parted from: the list of annexes, else the last one."""
    kept: set[int] = set()
    for place, block in enumerate(blocks):
        if not isinstance(block, Signature):
            continue
        first = place - 1
        while first > 0 and _is_annex(blocks[first]) and _is_annex(blocks[first - 1]):
            first -= 1
        kept |= set(range(first, place))
    return frozenset(kept)


def _is_annex(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.text.startswith(("附件：", "　"))
