"""How every layer is drawn, in the words of tokens.css: one table for QGIS styles and for tiles."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from maps.theme import BADGES, OTHER

_TOKENS = Path(__file__).parent / "static" / "tokens.css"
_COLOUR = re.compile(r"--([\w-]+):(#[0-9A-Fa-f]{6})\b")


@dataclass(frozen=True)
class Paint:
    """Colours as #RRGGBB; `shape` fill | line | circle, widths in pixels, `dash` in pixels."""

    shape: str
    colour: str
    width: float = 1.0
    opacity: float = 1.0
    outline: str | None = None
    outline_width: float = 1.0
    dash: tuple[float, ...] = ()


@cache
def tokens() -> Mapping[str, str]:
    """Every colour token of tokens.css as #RRGGBB."""
    return MappingProxyType(dict(_COLOUR.findall(_TOKENS.read_text(encoding="utf-8"))))


@cache
def paints() -> Mapping[str, Paint]:
    """The paint of every layer by its id."""
    c = tokens()
    return MappingProxyType(
        {
            "backdrop": Paint("fill", c["map-green"], outline=c["map-green-line"], outline_width=0.5),
            "districts": Paint("fill", c["paper"], opacity=0.0, outline=c["b-district"], outline_width=2.4),
            "subdistricts": Paint(
                "fill", c["paper"], opacity=0.0, outline=c["b-street"], outline_width=1.7, dash=(9, 3, 2, 3)
            ),
            "communities": Paint("fill", c["cov-none"], opacity=0.35, outline=c["b-community"], outline_width=0.7),
            "sub_areas": Paint("fill", c["pend-soft"], opacity=0.4, outline=c["pend"], outline_width=1.2, dash=(5, 4)),
            "grids": Paint("fill", c["accent-soft"], opacity=0.4, outline=c["b-grid"], outline_width=1.4, dash=(5, 4)),
            "buildings": Paint("fill", c["ground-2"], outline=c["line-2"], outline_width=0.5),
            "compounds": Paint("fill", c["ground-2"], opacity=0.6, outline=c["map-wall"], outline_width=0.7),
            "streets": Paint("line", c["map-case"], 1.8),
            "barriers": Paint("line", c["b-barrier"], 2.0, dash=(6, 3)),
            "life_circles": Paint("fill", c["accent"], opacity=0.22, outline=c["accent"], outline_width=1.5),
            "service_points": Paint("circle", c[OTHER[1]], 5.0, outline=c["paper"], outline_width=1.0),
            "gates": Paint("circle", c["ink-2"], 3.0, outline=c["paper"], outline_width=0.7),
            "candidate_sites": Paint("circle", c["good"], 5.0, outline=c["paper"], outline_width=1.5),
        }
    )


@cache
def category_colours() -> Mapping[str, str]:
    """The colour of every service category: that of its group."""
    return MappingProxyType({name: tokens()[token] for name, (_, token) in BADGES.items()})
