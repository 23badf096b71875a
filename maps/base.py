"""Folium pages whose bytes depend on their inputs alone, with no inline script or style and no outside address.

Assets are set on each element just before it is rendered; no class attribute of folium or branca is ever written.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import mimetypes
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from branca.element import CssLink, Element, Figure, JavascriptLink
from folium.elements import JSCSSMixin
from markupsafe import escape

from gis.errors import WanggeError
from maps.assets import STATIC

STYLES = ("vendor/leaflet/leaflet.css", "tokens.css", "page.css")
PRINT = "print.css"  # the last word on every page: how it looks on paper
ICON = "mark.svg"
# folium's link names: ours, and those no page of ours needs. Any other name is refused.
MAP_SCRIPTS = ("vendor/leaflet/leaflet.js", "base.js", "ground.js", "labels.js")
LOCAL = {"leaflet": "vendor/leaflet/leaflet.js", "leaflet_css": "vendor/leaflet/leaflet.css"}
DROPPED = frozenset(
    {
        "jquery",
        "bootstrap",
        "bootstrap_css",
        "awesome_markers",
        "awesome_markers_css",
        "awesome_markers_font_css",
        "glyphicons_css",
        "awesome_rotate_css",
    }
)
LOST = {r"(?<![\w$])\$\(": "jQuery", r"L\.AwesomeMarkers": "awesome-markers"}
OUTSIDE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//|\s*(?:javascript|vbscript):", re.I)
LINKS = ("src", "href", "action", "srcset", "data", "poster", "formaction")


class PageError(WanggeError):
    """The element tree cannot become a clean page."""

    code = "PAGE"


def js(value: object) -> str:
    """JSON that is safe inside a script file and inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def digest(text: str | bytes) -> str:
    """First 16 hex digits of sha256."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()[:16]


def data_uri(path: Path) -> str:
    """One file as a data address."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


@dataclass(frozen=True)
class Assets:
    """Static files: their address for pages, their text for the one-file variant."""

    folder: Path = STATIC
    base: str = "/static"
    _tags: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def path(self, name: str) -> Path:
        """The file of a name; PageError when it is not there."""
        path = self.folder / name
        if not path.is_file():
            raise PageError(f"网页文件 {name} 不在。运行 make setup 取回网页组件")
        return path

    def url(self, name: str) -> str:
        """Address with the digest of the file, so that a browser never mixes two versions."""
        if name not in self._tags:
            self._tags[name] = digest(self.path(name).read_bytes())[:8]
        return f"{self.base}/{name}?v={self._tags[name]}"

    def text(self, name: str) -> str:
        """The file's text; in a style sheet every url(...) of a file becomes data."""
        path = self.path(name)
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".css":
            text = re.sub(r"url\(([^):#\"']+)\)", lambda m: f"url({data_uri(path.parent / m[1])})", text)
        return text


@dataclass(frozen=True)
class Built:
    """A page and the script it names; equal inputs give equal strings in every process."""

    html: str
    script: str


def elements(root: Element) -> Iterator[Element]:
    """Every element reachable from the root, also those kept in attributes (tooltips, icons)."""
    seen: set[int] = set()
    stack: list[object] = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, Element) and id(item) not in seen:
            seen.add(id(item))
            yield item
            stack += vars(item).values()
            stack += item._children.values()
        elif isinstance(item, list | tuple):
            stack += [part for part in item if isinstance(part, Element)]


def renumber(root: Element, *texts: str) -> list[str]:
    """Replace branca's random ids by 1, 2, 3 … in the order they first appear; look-alikes in the data stay."""
    ids = {item._id for item in elements(root)}
    order: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return order.setdefault(match[0], str(len(order) + 1)) if match[0] in ids else match[0]

    return [re.sub(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", number, text) for text in texts]


@dataclass(frozen=True)
class _Parts:
    styles: list[str]
    scripts: list[str]
    head: str
    body: str
    script: str


class Page(Figure):
    """One HTML document with any number of maps."""

    def __init__(self, title: str, assets: Assets, styles: Sequence[str] = STYLES, kind: str = "") -> None:
        super().__init__()
        self.title, self.assets, self.styles, self.kind = title, assets, (*styles, PRINT), kind

    def _set_links(self, item: JSCSSMixin) -> None:
        """Give one instance its own lists of local links, instead of its class's outside ones."""
        needs = getattr(item, "needs", None)
        for attribute in ("default_js", "default_css"):
            listed = [name for name, _ in getattr(type(item), attribute) if name not in DROPPED]
            names = [] if needs is not None else listed
            if unknown := [name for name in names if name not in LOCAL]:
                raise PageError(f"{type(item).__name__} 要用外部文件 {unknown}，页面不加载外部文件")
            setattr(item, attribute, [(LOCAL[name], self.assets.url(LOCAL[name])) for name in names])
        if needs is not None:
            item.default_js = [(name, self.assets.url(name)) for name in needs]

    def _parts(self) -> _Parts:
        for part in (self.header, self.html, self.script):
            part._children.clear()
        for item in list(elements(self)):
            if isinstance(item, JSCSSMixin):
                self._set_links(item)
        for child in self._children.values():
            child.render()
        heads = list(self.header._children.items())
        scripts = [name for name, item in heads if isinstance(item, JavascriptLink)]
        styles = list(dict.fromkeys([*self.styles, *(name for name, item in heads if isinstance(item, CssLink))]))
        head = "".join(item.render() for _, item in heads if not isinstance(item, JavascriptLink | CssLink))
        head, body, script = renumber(self, head, self.html.render(), self.script.render())
        script = "".join(line.strip() + "\n" for line in script.splitlines() if line.strip())
        if lost := [word for pattern, word in LOST.items() if re.search(pattern, script)]:
            raise PageError(f"有图层要用 {lost}，页面不加载它们")
        return _Parts(styles, scripts, head.strip(), re.sub(r"\n\s*", "\n", body).strip(), script)

    def _document(self, head: str, body: str) -> str:
        _Check().feed(head + body)
        kind = f' class="{escape(self.kind)}"' if self.kind else ""
        return (
            '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
            f"<title>{escape(self.title)}</title>\n"
            f'<meta name="viewport" content="width=device-width,initial-scale=1">\n{head}\n'
            f"</head>\n<body{kind}>\n{body}\n"
            "</body>\n</html>\n"
        )

    def build(self, script_url: str = "") -> Built:
        """The page for a server; `script_url` is where the server answers with `Built.script`, if there is one."""
        parts = self._parts()
        head = [f'<link rel="icon" href="{self.assets.url(ICON)}">']
        head += [f'<link rel="stylesheet" href="{self.assets.url(name)}">' for name in parts.styles]
        sources = [self.assets.url(name) for name in parts.scripts]
        if parts.script:
            sources.append(f"{escape(script_url)}{'&amp;' if '?' in script_url else '?'}v={digest(parts.script)}")
        body = parts.body + "".join(f'\n<script src="{url}"></script>' for url in sources)
        return Built(self._document("\n".join([*head, parts.head]).strip(), body), parts.script)

    def one_file(self, data: Mapping[str, str]) -> str:
        """The page as one file that needs no server.

        `data`: answer (JSON text) by the address the page asks for. PageError names the addresses without which the
        page cannot open; for any other absent one the page says so when it is asked for.
        """
        wanted = [address for item in elements(self) for address in getattr(item, "addresses", ())]
        if lacking := [address for address in wanted if address not in data]:
            raise PageError(f"单文件页面缺少这些数据：{'、'.join(lacking)}")
        parts = self._parts()
        sheet = "\n".join(self.assets.text(name) for name in parts.styles)
        codes = [*(self.assets.text(name) for name in parts.scripts), parts.script]
        codes = [re.sub(r"<(?=/script|!--)", r"\\x3C", text, flags=re.I) for text in codes]
        rules = f"script-src {' '.join(map(_hash, codes))}; style-src {_hash(sheet)}; img-src data: blob:"
        head = f'<link rel="icon" href="{data_uri(self.assets.path(ICON))}">\n{parts.head}'
        html = self._document(head.strip(), parts.body)
        csp = f'<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; {rules}">'
        boxes = "".join(
            f'\n<script type="application/gzip" data-url="{escape(url)}">{_packed(text)}</script>'
            for url, text in data.items()
        )
        html = html.replace("<title>", f"{csp}\n<title>", 1).replace("</head>", f"<style>{sheet}</style>\n</head>", 1)
        return html.replace(
            "\n</body>", boxes + "".join(f"\n<script>{code}</script>" for code in codes) + "\n</body>", 1
        )


def _packed(text: str) -> str:
    """Text as base64 of gzip, the same bytes on every day: a district's answers shrink to a fifth."""
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def _hash(text: str) -> str:
    """A source expression that allows exactly this inline text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class _Check(HTMLParser):
    """Refuse what the policy would refuse, and every outside address; escaped text is text, not markup."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "style" or (tag == "script" and "src" not in dict(attrs)):
            raise PageError(f"inline {tag}：页面不写行内脚本和样式")
        for name, value in attrs:
            if name.startswith("on"):
                raise PageError(f"event handler {name}：事件写在脚本文件里")
            if name == "style":
                raise PageError(f"style attribute：{tag} 用类名代替")
            if name in LINKS and OUTSIDE.match(value or ""):
                raise PageError(f"outside address：{tag} 指向页面之外（{value}）")
