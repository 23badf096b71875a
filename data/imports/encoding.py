"""Which encoding a file's text is in, decided with evidence; the reason is a Chinese sentence for the report."""

import codecs
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.imports.errors import EncodingError, UnreadableError

_LANGUAGE_BYTES = {0x4D: "gb18030", 0x7A: "gb18030", 0x4F: "cp950", 0x78: "cp950"}
_CHINESE = {"936", "cp936", "gbk", "gb2312", "gb18030", "ansi 936"}


@dataclass(frozen=True)
class Encoding:
    """A codec name and why it was chosen."""

    name: str
    why: str


def _decodes(texts: Iterable[bytes], name: str) -> bool:
    """Whether all texts decode strictly; a last character cut off by a fixed-width field is forgiven."""
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        for text in texts:
            decoder.reset()
            decoder.decode(text, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _codec(word: str) -> str | None:
    plain = word.strip().strip("\x00").lower()
    if plain in _CHINESE:
        return "gb18030"
    try:
        return codecs.lookup(plain).name
    except LookupError:
        return None


def _guess(texts: list[bytes], before: str) -> Encoding:
    if all(text.isascii() for text in texts):
        return Encoding("utf-8", f"{before}文字全是英文和数字，按 UTF-8 读。")
    if _decodes(texts, "utf-8"):
        return Encoding("utf-8", f"{before}全部文字都能按 UTF-8 严格解开。")
    if _decodes(texts, "gb18030"):
        return Encoding("gb18030", f"{before}按 UTF-8 解不开，按 GBK/GB18030 能严格解开。")
    raise EncodingError("文字既不是 UTF-8 也不是 GBK，请用 UTF-8 另存后再导入。")


def recode(latin: str, name: str) -> str:
    """Text that was read byte by byte, in its true encoding; a character cut off at the end is dropped."""
    return latin if latin.isascii() else latin.encode("latin-1").decode(name, "ignore")


def of_text(content: bytes) -> Encoding:
    """Encoding of a text file; raises EncodingError."""
    if content.startswith(codecs.BOM_UTF8):
        return Encoding("utf-8-sig", "文件开头有 UTF-8 标记。")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16", "文件开头有 UTF-16 标记。")
    return _guess([content], "")


def of_shapefile(shp: Path) -> Encoding:
    """Encoding of the attribute table: the .cpg if the text agrees, else the table's language byte, else by trial.

    Raises EncodingError, UnreadableError.
    """
    dbf = _sibling(shp, ".dbf")
    if dbf is None:
        raise UnreadableError("Shapefile 缺少 .dbf 属性表，请把 .shp .shx .dbf .prj 放在一起。")
    language, texts = _dbf_texts(dbf.read_bytes())
    cpg = _sibling(shp, ".cpg")
    before = "没有 .cpg；"
    if cpg is not None:
        word = cpg.read_bytes()[:40].decode("ascii", "replace").strip()
        name = _codec(word)
        if name is not None and _decodes(texts, name):
            return Encoding(name, f".cpg 写明 {word}，全部文字也解得开。")
        before = f".cpg 写的 {word} 解不开文字，不予采用；"
    declared = _LANGUAGE_BYTES.get(language)
    if declared is not None and _decodes(texts, declared):
        return Encoding(declared, f"{before}属性表的语言标记是 0x{language:02X}，全部文字也解得开。")
    return _guess(texts, before)


def _sibling(shp: Path, suffix: str) -> Path | None:
    for one in (shp.with_suffix(suffix), shp.with_suffix(suffix.upper())):
        if one.is_file():
            return one
    return None


def _dbf_texts(content: bytes) -> tuple[int, list[bytes]]:
    """Language byte and the distinct values of the character fields of a dBase table."""
    if len(content) < 33:
        raise UnreadableError("Shapefile 的 .dbf 属性表不完整，请重新导出。")
    rows = int.from_bytes(content[4:8], "little")
    start, width = int.from_bytes(content[8:10], "little"), int.from_bytes(content[10:12], "little")
    rows = min(rows, max(0, len(content) - start) // width) if width else 0
    table = np.frombuffer(content, dtype=np.uint8, count=rows * width, offset=start).reshape(rows, width)
    texts: set[bytes] = set()
    offset = 1  # the deletion mark
    for entry in range(32, start - 32, 32):
        if content[entry] == 0x0D:
            break
        texts.add(content[entry : entry + 11].split(b"\x00")[0])
        size = content[entry + 16]
        if content[entry + 11 : entry + 12] == b"C" and size and offset + size <= width:
            block = np.ascontiguousarray(table[:, offset : offset + size]).view(f"S{size}").ravel()
            texts.update(one.rstrip(b" ") for one in np.unique(block).tolist())
        offset += size
    return content[29], sorted(texts)
