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
    line: list[str] = []
    room = width - first
    for piece in PIECES.findall(text):
        if measure("".join(line) + piece) <= room or not line:
            line.append(piece)
            continue
        cut = _fair([*line, piece])
        lines.append("".join(line[:cut]).rstrip(" "))
        line, room = [*line[cut:], piece], width
        while line[0] == " " and len(line) > 1:
            line.pop(0)
    return [*lines, "".join(line)]


def _fair(pieces: Sequence[str]) -> int:
    """Where to break before the last piece, so that neither line begins or ends with the wrong mark."""
    cut = len(pieces) - 1
    while cut > 1 and (pieces[cut][0] in NOT_FIRST or pieces[cut - 1][-1] in NOT_LAST):
        cut -= 1
    return cut
