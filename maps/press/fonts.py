"""Type faces on this machine: those official papers ask for where they are installed, else Noto CJK."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from gis.errors import MachineError

Role = Literal["body", "title", "heading", "kai", "song", "sans", "sans_bold"]

FOLDERS: Final = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.local/share/fonts"),
    Path("~/.fonts"),
)
SERIF, SERIF_BOLD = "NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc"
SANS, SANS_BOLD = "NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"
# per role the name in GB/T 9704 and the files that carry it, first found first; the last one is the substitute
FILES: Final[dict[Role, tuple[str, tuple[str, ...], str]]] = {
    "body": ("仿宋", ("仿宋_GB2312.ttf", "simfang.ttf", "FangSong.ttf", "STFANGSO.TTF"), SERIF),
    "title": ("小标宋", ("FZXBSJW.TTF", "方正小标宋简体.ttf", "FZXBSK.TTF"), SERIF_BOLD),
    "heading": ("黑体", ("simhei.ttf", "SimHei.ttf"), SANS_BOLD),
    "kai": ("楷体", ("楷体_GB2312.ttf", "simkai.ttf", "STKAITI.TTF"), SERIF),
    "song": ("宋体", ("simsun.ttc", "SimSun.ttf"), SERIF),
    "sans": ("黑体", (), SANS),
    "sans_bold": ("黑体", (), SANS_BOLD),
}
SIMPLIFIED: Final = 2  # place of the simplified Chinese face in the Noto collections


class NoFontError(MachineError):
    """No Chinese face to print with."""

    code = "NO_FONT"


@dataclass(frozen=True)
class Face:
    """One face: what papers call it, its file, its place in a collection, and whether it stands in for another."""

    wanted: str
    file: Path
    index: int
    substitute: bool


@cache
def faces(own: Path | None = None) -> dict[Role, Face]:
    """A face for every role; `own` is a folder looked at first. NoFontError where there is none at all."""
    found = _files(([] if own is None else [own]) + [one.expanduser() for one in FOLDERS])
    return {role: _face(found, *names) for role, names in FILES.items()}


def substituted(known: dict[Role, Face], roles: Iterable[Role]) -> Sequence[str]:
    """Names of the faces that papers ask for and this machine does not have."""
    return tuple(dict.fromkeys(known[role].wanted for role in roles if known[role].substitute))


def _face(found: dict[str, Path], wanted: str, names: tuple[str, ...], instead: str) -> Face:
    for name in names:
        if name.lower() in found:
            return Face(wanted, found[name.lower()], 0, False)
    if instead.lower() not in found:
        raise NoFontError("这台机器没有中文字体，印不出来。请管理员运行：apt-get install -y fonts-noto-cjk")
    return Face(wanted, found[instead.lower()], SIMPLIFIED, bool(names))


def _files(folders: Iterable[Path]) -> dict[str, Path]:
    """Font files by lower-case name, the first folder first."""
    found: dict[str, Path] = {}
    for folder in folders:
        for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if file.suffix.lower() in (".ttf", ".ttc", ".otf"):
                found.setdefault(file.name.lower(), file)
    return found
