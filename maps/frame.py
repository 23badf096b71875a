"""Pages that are words first: a Jinja2 template with the common frame, rendered on the server and escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from folium.elements import JSCSSMixin
from folium.template import Template
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from maps.base import STYLES, Assets, Page, js
from maps.theme import badge

WORDS = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
MINUS = "−"


def thousands(number: float | None) -> str:
    """12,409; a missing number is a dash, never 0."""
    return "—" if number is None else f"{round(number):,}".replace("-", MINUS)


def percent(share: float | None) -> str:
    """Whole per cent rounded down, so that 99.9 % is never all."""
    return "—" if share is None else f"{int(share * 100 + 1e-9)}%"


WORDS.filters |= {"thousands": thousands, "percent": percent, "badge": badge}


class Body(JSCSSMixin):
    """The body of a page as finished HTML, with the scripts it needs in their order."""

    _template = Template("{% macro html(this, kwargs) %}{{ this.body }}{% endmacro %}")

    def __init__(self, body: str, needs: Sequence[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self.body, self.needs = "Body", body, tuple(needs)


class Mapped:
    """A view whose page starts with a map: `bounds` ((south, west), (north, east)) in degrees, tiles or none."""

    bounds: tuple[tuple[float, float], tuple[float, float]]
    basemap: str | None

    @property
    def map_view(self) -> str:
        """What the map starts with, as JSON."""
        return js({"bounds": self.bounds, "basemap": self.basemap})


def words_page(
    title: str,
    template: str,
    values: Mapping[str, object],
    scripts: Sequence[str],
    styles: Sequence[str],
    kind: str,
    assets: Assets | None = None,
) -> Page:
    """A page from a template of `maps/templates`; `kind` is the class of the body, `scripts` follow kit.js."""
    page = Page(title, assets or Assets(), (*STYLES, *styles), kind)
    Body(WORDS.get_template(template).render(values), ("kit.js", *scripts)).add_to(page)
    return page
