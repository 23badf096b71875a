"""What is inside a PDF file, read with the standard library alone: pages, faces, text."""

import re
import zlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Inside:
    """Pages by number, their sizes in millimetres, names of the embedded and of all faces, the words of every page."""

    pages: int
    sizes_mm: tuple[tuple[float, float], ...]
    fonts: frozenset[str]
    embedded: frozenset[str]
    words: tuple[str, ...]
    images: int


def inside(raw: bytes) -> Inside:
    """Read a PDF that fpdf2 wrote."""
    assert raw.startswith(b"%PDF-")
    objects = {int(n): body for n, body in re.findall(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", raw, re.DOTALL)}
    told = {number: body.split(b"stream\n")[0] for number, body in objects.items()}
    maps = {number: _unicode(objects, body) for number, body in told.items() if b"/ToUnicode" in body}
    pages = [body for body in told.values() if re.search(rb"/Type /Page\b", body)]
    boxes = [
        [float(part) for part in re.search(rb"/MediaBox \[([^\]]+)\]", _boxed(body, told))[1].split()] for body in pages
    ]
    descriptors = [body for body in told.values() if b"/Type /FontDescriptor" in body]
    return Inside(
        len(pages),
        tuple((round((b[2] - b[0]) / 72 * 25.4, 1), round((b[3] - b[1]) / 72 * 25.4, 1)) for b in boxes),
        frozenset(_name(body) for body in told.values() if b"/Type /Font\n" in body or b"/Subtype /Type0" in body),
        frozenset(_font_name(body) for body in descriptors if b"/FontFile" in body),
        tuple(_words(objects, told, body, maps) for body in pages),
        sum(b"/Subtype /Image" in body for body in told.values()),
    )


def _boxed(page: bytes, told: dict[int, bytes]) -> bytes:
    return page if b"/MediaBox" in page else next(body for body in told.values() if b"/Type /Pages" in body)


def _name(body: bytes) -> str:
    return re.search(rb"/BaseFont /(\S+)", body)[1].decode()


def _font_name(body: bytes) -> str:
    return re.search(rb"/FontName /(\S+)", body)[1].decode()


def _stream(body: bytes) -> bytes:
    held = body.split(b"stream\n", 1)[1].rsplit(b"\nendstream", 1)[0]
    return zlib.decompress(held) if b"/FlateDecode" in body.split(b"stream\n")[0] else held


def _unicode(objects: dict[int, bytes], font: bytes) -> dict[int, str]:
    number = int(re.search(rb"/ToUnicode (\d+) 0 R", font)[1])
    pairs = re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>\n", _stream(objects[number]))
    return {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}


def _words(objects: dict[int, bytes], told: dict[int, bytes], page: bytes, maps: dict[int, dict[int, str]]) -> str:
    number = int(re.search(rb"/Contents (\d+) 0 R", page)[1])
    names = {}
    for body in (page, *told.values()):
        for name, font in re.findall(rb"/(F\d+) (\d+) 0 R", body):
            names[name] = maps.get(int(font), {})
    said, face = [], {}
    for one in re.finditer(rb"/(F\d+) [\d.]+ Tf|\((.*?)(?<!\\)\) Tj", _stream(objects[number]), re.DOTALL):
        if one[1]:
            face = names[one[1]]
        else:
            raw = re.sub(rb"\\([()\\])", rb"\1", one[2]).replace(b"\\r", b"\r").replace(b"\\n", b"\n")
            said.append("".join(face.get(raw[i] * 256 + raw[i + 1], "?") for i in range(0, len(raw) - 1, 2)))
    return "\n".join(said)
