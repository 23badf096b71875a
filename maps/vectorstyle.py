"""The MapLibre style of the product's vector tiles, in the colours of tokens.css."""

from collections.abc import Mapping

from maps.paint import Paint, category_colours, paints, tokens

# from the ground up
ORDER = (
    *("backdrop", "communities", "sub_areas", "grids", "compounds", "buildings", "streets", "barriers"),
    *("subdistricts", "districts", "life_circles", "gates", "candidate_sites", "service_points"),
)


def style(
    title: str, sources: Mapping[str, str], least_zoom: Mapping[str, int], centre: tuple[float, float] | None
) -> Mapping[str, object]:
    """A style (version 8) of the given layers; `sources` are addresses of TileJSON, `centre` degrees.

    There are no labels: a style with text would need fonts from a server.
    """
    painted = [name for name in ORDER if name in sources]
    drawn: list[Mapping[str, object]] = [
        {"id": "land", "type": "background", "paint": {"background-color": tokens()["map-land"]}}
    ]
    for name in painted:
        drawn += _layers(name, paints()[name], least_zoom[name])
    view = {"center": [round(one, 6) for one in centre], "zoom": 12} if centre else {}
    return {
        "version": 8,
        "name": title,
        **view,
        "sources": {name: {"type": "vector", "url": sources[name], "promoteId": "uid"} for name in painted},
        "layers": drawn,
    }


def _layers(name: str, paint: Paint, least: int) -> list[Mapping[str, object]]:
    shared = {"source": name, "source-layer": name, "minzoom": least}
    if paint.shape == "circle":
        colour: object = paint.colour
        if name == "service_points":
            pairs = [word for pair in category_colours().items() for word in pair]
            colour = ["match", ["get", "category"], *pairs, paint.colour]
        circle = {"circle-color": colour, "circle-radius": paint.width, "circle-stroke-width": paint.outline_width}
        return [{"id": name, "type": "circle", **shared, "paint": circle | {"circle-stroke-color": paint.outline}}]
    if paint.shape == "line":
        return [{"id": name, "type": "line", **shared, "paint": _line(paint.colour, paint.width, paint.dash)}]
    fill = {"id": name, "type": "fill", **shared, "paint": {"fill-color": paint.colour, "fill-opacity": paint.opacity}}
    edge = _line(paint.outline or paint.colour, paint.outline_width, paint.dash)
    return [fill, {"id": f"{name}-edge", "type": "line", **shared, "paint": edge}]


def _line(colour: str, width: float, dash: tuple[float, ...]) -> Mapping[str, object]:
    painted: dict[str, object] = {"line-color": colour, "line-width": width}
    if dash:
        painted["line-dasharray"] = [round(part / width, 2) for part in dash]
    return painted
