"""QGIS styles (QML) in the product's colours."""

from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

from maps.paint import Paint, category_colours, paints

_MM_PER_PX = 0.25
_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


def style(layer: str, aliases: Mapping[str, str], labels: Mapping[str, str] | None = None) -> str:
    """The style of a layer; `aliases` name its columns, `labels` its service categories.

    Points, lines and polygons of one layer share it: QGIS takes the symbol that fits.
    """
    paint = paints()[layer]
    if layer == "service_points" and labels:
        renderer = _categorised(paint, labels)
    else:
        renderer = f'<renderer-v2 type="singleSymbol"><symbols>{_symbol("0", paint)}</symbols></renderer-v2>'
    named = "".join(
        f'<alias field={quoteattr(name)} name={quoteattr(title)} index="{place}"/>'
        for place, (name, title) in enumerate(aliases.items(), start=1)
    )
    return (
        f'{_HEAD}<qgis version="3.22" styleCategories="Symbology|Fields">{renderer}<aliases>{named}</aliases></qgis>\n'
    )


def _categorised(paint: Paint, labels: Mapping[str, str]) -> str:
    known = [(name, colour) for name, colour in category_colours().items() if name in labels]
    groups = "".join(
        f'<category render="true" symbol="{place}" value={quoteattr(name)} label={quoteattr(labels[name])}/>'
        for place, (name, _) in enumerate(known)
    )
    symbols = "".join(_symbol(str(place), paint, colour) for place, (_, colour) in enumerate(known))
    other = len(known)
    groups += f'<category render="true" symbol="{other}" value="" label="其他"/>'
    symbols += _symbol(str(other), paint)
    return (
        '<renderer-v2 type="categorizedSymbol" attr="category">'
        f"<categories>{groups}</categories><symbols>{symbols}</symbols></renderer-v2>"
    )


def _symbol(name: str, paint: Paint, colour: str | None = None) -> str:
    kind, layer_class, words = _SHAPES[paint.shape](paint, colour or paint.colour)
    options = "".join(f'<prop k="{key}" v="{value}"/>' for key, value in words.items())
    return (
        f'<symbol type="{kind}" name="{name}" alpha="1">'
        f'<layer class="{layer_class}" enabled="1" pass="0">{options}</layer></symbol>'
    )


def _fill(paint: Paint, colour: str) -> tuple[str, str, dict[str, str]]:
    line = paint.outline or colour
    words = {"color": _rgba(colour, paint.opacity), "outline_color": _rgba(line), "outline_width_unit": "MM"}
    words |= {"outline_width": _mm(paint.outline_width), "outline_style": "dash" if paint.dash else "solid"}
    return "fill", "SimpleFill", words | {"style": "solid" if paint.opacity else "no"}


def _line(paint: Paint, colour: str) -> tuple[str, str, dict[str, str]]:
    words = {"line_color": _rgba(colour), "line_width": _mm(paint.width), "line_width_unit": "MM"}
    return "line", "SimpleLine", words | {"line_style": "dash" if paint.dash else "solid"}


def _circle(paint: Paint, colour: str) -> tuple[str, str, dict[str, str]]:
    words = {"name": "circle", "color": _rgba(colour), "size": _mm(2 * paint.width), "size_unit": "MM"}
    return "marker", "SimpleMarker", words | {"outline_color": _rgba(paint.outline or colour)}


_SHAPES = {"fill": _fill, "line": _line, "circle": _circle}


def _rgba(colour: str, opacity: float = 1.0) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"


def _mm(pixels: float) -> str:
    return f"{pixels * _MM_PER_PX:g}"
