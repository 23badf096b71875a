"""Chinese text in lines: none begins with a closing mark or ends with an opening one; figures stay whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

NOT_FIRST: Final = frozenset("，。；：、！？）〕】》”’%‰·…—,.;:!?)]}")
NOT_LAST: Final = frozenset("（〔【《“‘([{")
PIECES: Final = re.compile(r"[A-Za-z0-9.,:/%_-]*[A-Za-z0-9%]|\s|.")


def broken(text: str, width: float, measure: Callable[[str], float], first: float = 0.0) -> Sequence[str]:
    """The lines of a text no wider than `width`, the first one narrower by `first`; at least one line."""
    lines: list[str] = []
    line, room = "", width - first
    for piece in _pieces(text):
        if measure(line + piece) <= room or not line:
            line += piece
            continue
        kept, moved = _fair(line, piece)
        lines.append(kept.rstrip())
        line, room = (moved + piece).lstrip(" "), width
    return [*lines, line]


def _pieces(text: str) -> list[str]:
    return PIECES.findall(text)


def _fair(line: str, piece: str) -> tuple[str, str]:
    """Where to break before a piece, so that neither line begins or ends with the wrong mark."""
    cut = len(line)
    following = piece
    while cut > 1 and (following[0] in NOT_FIRST or line[cut - 1] in NOT_LAST):
        cut -= 1
        following = line[cut]
    return line[:cut], line[cut:]
