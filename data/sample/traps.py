"""Small files with one deliberate fault each, made from the sample district: an import has to find it and no other."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from data.sample.frames import METRIC, STORE
from gis import crossings, datum, repair
from gis.errors import MachineError
from gis.topology import Ground

# far from the wall and the moat of the old town, which run through communities as they do in real ones; a barrier runs
# between some of its communities
SUBDISTRICT: Final = "610199009"
KEPT = ("code", "name", "parent_code", "population")
Shapes = np.ndarray[Any, np.dtype[np.object_]]


@dataclass(frozen=True)
class Scene:
    """The communities of one subdistrict with what lies in them, metric, and the whole district."""

    areas: gpd.GeoDataFrame
    outlines: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    district: Any

    def sides(self) -> Iterator[tuple[int, int, Any]]:
        """Pairs of neighbours with the border they share, longest first."""
        shapes = self.areas.geometry.to_numpy()
        left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        pairs = [(int(a), int(b)) for a, b in zip(left, right, strict=True) if a != b]
        borders = [shapely.line_merge(shapely.intersection(shapes[a], shapes[b])) for a, b in pairs]
        order = np.argsort([-shapely.length(one) for one in borders], kind="stable")
        for i in order.tolist():
            if shapely.length(borders[i]) > 0:
                yield *pairs[i], borders[i]

    def free(self, ground: Any) -> bool:
        """Whether a piece of ground touches no compound."""
        return not shapely.intersects(self.outlines.geometry.to_numpy(), ground).any()

    def with_shapes(self, changed: Mapping[int, Any]) -> gpd.GeoDataFrame:
        """The communities with some of their borders replaced."""
        shapes = self.areas.geometry.to_numpy().copy()
        for row, shape in changed.items():
            shapes[row] = shape
        return self.areas.set_geometry(gpd.GeoSeries(shapes, crs=METRIC))


class NoPlaceError(MachineError):
    """The generated district has no place where a fault could be put alone."""

    code = "SAMPLE"


def write_traps(frames: Mapping[str, gpd.GeoDataFrame], folder: Path) -> dict[str, str]:
    """Write one GeoJSON per finding code into a folder; returns file name by code. Raises MachineError."""
    scene = _scene(frames)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for code, make in TRAPS.items():
            (folder / _name(code)).write_text(make(scene), encoding="utf-8")
    except OSError as error:
        raise MachineError(f"没有写成 {folder}（{error.strerror or error}）。换一个可写的位置再试") from error
    return {code: _name(code) for code in TRAPS}


def _name(code: str) -> str:
    return f"{code.lower()}.geojson"


def _scene(frames: Mapping[str, gpd.GeoDataFrame]) -> Scene:
    communities = frames["communities"]
    mine = communities[communities["parent_code"] == SUBDISTRICT].reset_index(drop=True).to_crs(METRIC)
    within = shapely.box(*mine.total_bounds)
    around = {name: frames[name].to_crs(METRIC) for name in ("compounds", "barriers")}
    near = {name: rows[rows.intersects(within)].reset_index(drop=True) for name, rows in around.items()}
    return Scene(mine, near["compounds"], near["barriers"], frames["districts"].to_crs(METRIC).geometry.iloc[0])


def _text(rows: gpd.GeoDataFrame) -> str:
    """GeoJSON in EPSG:4490 rounded to 1e-9 degrees, every row labelled as made up."""
    stored = rows.to_crs(STORE)
    shapes = shapely.transform(stored.geometry.to_numpy(), lambda xy: np.round(xy, 9))
    features = [
        {"type": "Feature", "properties": {name: _plain(row[name]) for name in KEPT} | {"说明": "合成示例数据"}}
        | {"geometry": json.loads(shapely.to_geojson(shape))}
        for (_, row), shape in zip(stored.iterrows(), shapes, strict=True)
    ]
    return _collection(features)


def _collection(features: list[dict[str, Any]]) -> str:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}, ensure_ascii=False)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _on_a_border(scene: Scene, half_m: float) -> Iterator[tuple[int, int, Any]]:
    """Squares astride the middle of a shared border, clear of compounds and of third neighbours."""
    for a, b, border in scene.sides():
        line = max(shapely.get_parts(border), key=shapely.length)
        for share in (0.5, 0.35, 0.65, 0.2, 0.8):
            square = shapely.buffer(shapely.line_interpolate_point(line, share, normalized=True), half_m, quad_segs=1)
            others = scene.areas.geometry.drop([a, b])
            if scene.free(square) and not others.intersects(square).any():
                yield a, b, square


def _overlap(scene: Scene) -> str:
    a, _, square = _first(_on_a_border(scene, 20))
    return _text(scene.with_shapes({a: shapely.union(scene.areas.geometry[a], square)}))


def _gap(scene: Scene) -> str:
    a, b, square = _first(_on_a_border(scene, 20))
    shapes = scene.areas.geometry
    return _text(scene.with_shapes({row: shapely.difference(shapes[row], square) for row in (a, b)}))


def _sliver(scene: Scene) -> str:
    a, _, border = _first(scene.sides())
    return _text(
        scene.with_shapes(
            {a: shapely.difference(scene.areas.geometry[a], shapely.buffer(border, 0.5, cap_style="flat"))}
        )
    )


def _outside(scene: Scene) -> str:
    for a, shape in enumerate(scene.areas.geometry):
        rim = shapely.intersection(shapely.boundary(shape), shapely.boundary(scene.district))
        if shapely.length(rim) > 100:
            line = max(shapely.get_parts(shapely.line_merge(rim)), key=shapely.length)
            out = shapely.buffer(shapely.line_interpolate_point(line, 0.5, normalized=True), 15, quad_segs=1)
            return _text(scene.with_shapes({a: shapely.union(shape, shapely.difference(out, scene.district))}))
    raise NoPlaceError("示例城区里没有靠边的社区")


def _multipart(scene: Scene) -> str:
    """A piece of one neighbour given to another that it does not touch."""
    for a, b, _ in scene.sides():
        ground = shapely.buffer(scene.areas.geometry[b], -60)
        for x, y in shapely.get_coordinates(shapely.segmentize(shapely.boundary(ground), 25)):
            piece = shapely.box(x - 12, y - 12, x + 12, y + 12)
            if scene.free(piece) and shapely.distance(piece, scene.areas.geometry[a]) > 30:
                shapes = scene.areas.geometry
                changed = {a: shapely.union(shapes[a], piece), b: shapely.difference(shapes[b], piece)}
                return _text(scene.with_shapes(changed))
    raise NoPlaceError("示例城区里没有空地")


def _cut(scene: Scene, whole: bool, wanted: Callable[[gpd.GeoDataFrame], bool]) -> str:
    """Ground along a border given to the neighbour, the first that does what is wanted; compounds whole or as it comes.

    Tried where a barrier runs along the border first: there a cut across it is shortest.
    """
    lines = shapely.union_all(scene.barriers.geometry[scene.barriers["kind"].isin(crossings.WORDS)].to_numpy())
    beside = [
        (shapely.length(shapely.intersection(lines, shapely.buffer(border, 25))), a, b, border)
        for a, b, border in scene.sides()
    ]
    for _, a, b, border in sorted(beside, key=lambda one: -one[0] if whole else one[0]):
        for depth_m in range(20, 300, 20):
            moved = shapely.intersection(scene.areas.geometry[b], shapely.buffer(border, depth_m, join_style="mitre"))
            if whole:
                met = scene.outlines.geometry[scene.outlines.intersects(moved)].to_numpy()
                kept = shapely.intersection(shapely.union_all(met), scene.areas.geometry[b])
                moved = shapely.union(moved, kept)
            pair = (shapely.union(scene.areas.geometry[a], moved), shapely.difference(scene.areas.geometry[b], moved))
            if any(shapely.get_type_id(one) != 3 for one in pair):
                continue
            made = scene.with_shapes(dict(zip((a, b), pair, strict=True)))
            if wanted(made):
                return _text(_matched(made))
    raise NoPlaceError("示例城区里没有能这样切的社区")


def _matched(made: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Noded together, so that rounding turns nothing inside out."""
    rows = made.assign(source_row=range(1, len(made) + 1))
    return repair.mend(rows, Ground(), repair.parse(["overlap=smaller"])).frame


def _judged(scene: Scene, made: gpd.GeoDataFrame) -> tuple[int, int]:
    rows = made.assign(source_row=range(1, len(made) + 1))
    cut = crossings.split_outlines(rows, rows.iloc[:0], scene.outlines)
    return len(cut), len(crossings.crossed_barriers(rows, scene.barriers))


def _splits_compound(scene: Scene) -> str:
    return _cut(scene, False, lambda made: _judged(scene, made)[0] > 0 and _judged(scene, made)[1] == 0)


def _crosses_barrier(scene: Scene) -> str:
    return _cut(scene, True, lambda made: _judged(scene, made)[1] > 0 and _judged(scene, made)[0] == 0)


def _self_crossing(scene: Scene) -> str:
    shape = scene.areas.geometry[0]
    for i in range(1, shapely.get_num_coordinates(shape) - 3):
        ring = shapely.get_coordinates(shapely.get_exterior_ring(shape))
        ring[[i, i + 1]] = ring[[i + 1, i]]
        if not shapely.is_valid(shapely.Polygon(ring)):
            return _text(scene.with_shapes({0: shapely.Polygon(ring)}))
    raise NoPlaceError("示例城区的边界都太简单")


def _not_closed(scene: Scene) -> str:
    said = json.loads(_text(scene.areas))
    ring = said["features"][0]["geometry"]["coordinates"][0]
    del ring[-1]
    return json.dumps(said, ensure_ascii=False)


def _no_parent(scene: Scene) -> str:
    """A community given over to a subdistrict that nobody has heard of."""
    said = json.loads(_text(scene.areas))
    row = said["features"][0]["properties"]
    row |= {"former_code": row["code"], "code": "610199099001", "parent_code": "610199099"}
    return json.dumps(said, ensure_ascii=False)


def _code_duplicate(scene: Scene) -> str:
    said = json.loads(_text(scene.areas))
    said["features"].append(said["features"][0])
    return json.dumps(said, ensure_ascii=False)


def _parent_mismatch(scene: Scene) -> str:
    return _text(scene.areas.assign(parent_code=["610199001", *scene.areas["parent_code"].iloc[1:]]))


def _datum_offset(scene: Scene) -> str:
    """Every border drawn on a map whose coordinates are offset by law."""

    def shifted(xy: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
        return np.column_stack(datum.convert(xy[:, 0], xy[:, 1], "wgs84", "gcj02"))

    stored = scene.areas.to_crs(STORE)
    moved = shapely.transform(stored.geometry.to_numpy(), shifted)
    return _text(stored.set_geometry(gpd.GeoSeries(moved, crs=STORE)))


def _absurd_count(scene: Scene) -> str:
    people = scene.areas["population"].astype(int).tolist()
    return _text(scene.areas.assign(population=[99_999_999, *people[1:]]))


def _first(found: Iterator[Any]) -> Any:
    for one in found:
        return one
    raise NoPlaceError("示例城区里没有这样的地方")


TRAPS: Mapping[str, Callable[[Scene], str]] = MappingProxyType(
    {
        "OVERLAP": _overlap,
        "GAP": _gap,
        "SLIVER": _sliver,
        "NOT_CLOSED": _not_closed,
        "SELF_CROSSING": _self_crossing,
        "MULTIPART": _multipart,
        "OUTSIDE_PARENT": _outside,
        "SPLITS_COMPOUND": _splits_compound,
        "CROSSES_BARRIER": _crosses_barrier,
        "NO_PARENT": _no_parent,
        "CODE_DUPLICATE": _code_duplicate,
        "CODE_PARENT_MISMATCH": _parent_mismatch,
        "DATUM_OFFSET": _datum_offset,
        "ABSURD_COUNT": _absurd_count,
    }
)
