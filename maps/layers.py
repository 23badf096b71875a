"""The product's map and layers as folium elements. The drawing itself is in static/kit.js and static/base.js."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import folium
from folium.map import Layer
from folium.template import Template

from maps.base import MAP_SCRIPTS, js

Bounds = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Look:
    """How a value is painted and what the legend says; both sides read this one object.

    `steps`: (from, token, words), highest first; `none`: (token, words) where there is no value.
    """

    steps: tuple[tuple[float, str, str], ...]
    none: tuple[str, str] = ("cov-none", "无数据")
    line: str = "b-community"
    weight: float = 0.7


COVERAGE = Look(
    (
        (0.95, "cov-5", "95% 以上"),
        (0.8, "cov-4", "80% – 95%"),
        (0.65, "cov-3", "65% – 80%"),
        (0.5, "cov-2", "50% – 65%"),
        (0.0, "cov-1", "不到 50%"),
    )
)


class PageMap(folium.Map):
    """folium.Map with the product's panes and controls; takes folium's layers as children.

    `bounds`: [[south, west], [north, east]] in degrees. `basemap`: address of tiles with {z}, {x} and {y}, or None
    for the own layers alone.
    """

    needs: tuple[str, ...] = ("kit.js", *MAP_SCRIPTS)
    _template = Template("""{% macro html(this, kwargs) %}
        <div class="map" id="{{ this.get_name() }}" role="application" aria-label="{{ this.label|e }}"></div>
        {% endmacro %}{% macro script(this, kwargs) %}
        var {{ this.get_name() }} = W.map("{{ this.get_name() }}", {{ this.view }});
        {% endmacro %}""")

    def __init__(self, bounds: Bounds, label: str = "地图", basemap: str | None = None) -> None:
        super().__init__(tiles=None)
        self.default_js, self.default_css = [], []  # folium's add_js_link would otherwise write to the class
        self._name = "PageMap"
        self.label, self.view = label, js({"bounds": bounds, "basemap": basemap})


class UrlLayer(Layer):
    """GeoJSON fetched by address when it is first shown and drawn by its role.

    `role`: districts | subdistricts | communities | streets | barriers | backdrop.
    """

    _template = Template("""{% macro script(this, kwargs) %}
        var {{ this.get_name() }} = W.layer({{ this.url }}, {{ this.spec }});
        {% endmacro %}""")

    def __init__(self, address: str, name: str, role: str, look: Look | None = None) -> None:
        super().__init__(name=name)
        self._name, self.addresses, self.url = "UrlLayer", (address,), js(address)
        spec: dict[str, object] = {"name": name, "role": role}
        if look:
            spec["look"] = {"steps": look.steps, "none": look.none, "line": look.line, "weight": look.weight}
        self.spec = js(spec)
