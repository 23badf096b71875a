"""From a file's coordinates to EPSG:4490 degrees: the datum is declared (by flag or file) and checked for sense."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from gis import datum as datums
from gis.errors import BadInputError
from gis.findings import Finding

Floats: TypeAlias = NDArray[np.float64]
Geometries: TypeAlias = NDArray[np.object_]
Move: TypeAlias = Callable[[Floats], Floats]

STORAGE = 4490
_DIGITS = 9  # 0.1 mm
_CHINA = (73.0, 3.0, 136.0, 54.5)
_NEAR_CGCS2000 = ("world geodetic system 1984", "china 2000", "cgcs2000", "china geodetic coordinate system 2000")


class NoCrsError(BadInputError):
    """The file does not say where its coordinates are measured from."""

    code = "NO_CRS"


class UnknownCrsError(BadInputError):
    """A coordinate system that cannot be understood."""

    code = "CRS_UNKNOWN"


class MetresAsDegreesError(BadInputError):
    """Coordinates labelled as degrees that are metres."""

    code = "METRES_AS_DEGREES"


class SwappedAxesError(BadInputError):
    """Latitude stands where longitude should."""

    code = "SWAPPED_AXES"


class OutOfChinaError(BadInputError):
    """Almost nothing of the file lies in China after conversion."""

    code = "OUT_OF_CHINA"


@dataclass(frozen=True)
class Placing:
    """How a file's coordinates become EPSG:4490: the word and reason for the report, and whether a flag said so."""

    word: str
    why: str
    declared: bool
    degrees: bool
    move: Move
    findings: tuple[Finding, ...] = ()


def declare(file_crs: str | None, file_why: str, flag: str | None) -> Placing:
    """Decide on the datum: the flag, else the file; metres of the file stay metres under a datum word.

    Raises NoCrsError, UnknownCrsError, gis.datum.UnknownDatumError.
    """
    if flag is None:
        if file_crs is None:
            raise NoCrsError(f"{file_why}请用 --datum 说明坐标是 wgs84、cgcs2000、gcj02、bd09 还是 EPSG:编号。")
        crs = _crs(file_crs)
        return Placing(_name(crs), file_why, False, crs.is_geographic, _projector(crs), _ballpark(crs))
    chosen = datums.parse(flag)
    if isinstance(chosen, int):
        crs = _crs(f"EPSG:{chosen}")
        beside = "" if file_crs is None else f"，没有采用文件自带的 {_name(_crs(file_crs))}"
        why = f"由 --datum 指定{beside}。"
        return Placing(_name(crs), why, True, crs.is_geographic, _projector(crs), _ballpark(crs))
    unproject = _unprojector(file_crs)

    def move(xy: Floats) -> Floats:
        lonlat = unproject(xy) if unproject is not None else xy
        lon, lat = datums.convert(lonlat[:, 0], lonlat[:, 1], chosen, "cgcs2000")
        return np.column_stack([lon, lat])

    beside = "" if file_crs is None else f"；文件标的是 {_name(_crs(file_crs))}"
    return Placing(datums.NAMES[chosen], f"由 --datum 指定{beside}。", True, unproject is None, move)


def place(geometries: Geometries, placing: Placing, columns: tuple[str, str] | None = None) -> Geometries:
    """The geometries in EPSG:4490, rounded to 1e-9 degrees; None stays None.

    `columns` names the longitude and latitude columns of a table, for the proposal in an error.
    Raises MetresAsDegreesError, SwappedAxesError, OutOfChinaError.
    """
    if placing.degrees:
        _check_degrees(_centres(geometries), columns)

    def move(xy: Floats) -> Floats:
        with np.errstate(all="ignore"):  # nonsense stays nonsense and is refused by row
            return np.asarray(np.round(placing.move(xy), _DIGITS))

    moved: Geometries = shapely.transform(geometries, move)
    _check_china(geometries, moved, placing)
    return moved


def _centres(geometries: Geometries) -> Floats:
    box: Floats = shapely.bounds(geometries)
    box = box[np.isfinite(box).all(axis=1)]
    return np.column_stack([box[:, 0] + box[:, 2], box[:, 1] + box[:, 3]]) / 2


def _inside(xy: Floats) -> float:
    """Share of points in the box around China."""
    west, south, east, north = _CHINA
    x, y = xy[:, 0], xy[:, 1]
    return float(((x >= west) & (x <= east) & (y >= south) & (y <= north)).mean()) if len(xy) else 1.0


def _check_degrees(xy: Floats, columns: tuple[str, str] | None) -> None:
    if len(xy) == 0:
        return
    x, y = float(np.median(xy[:, 0])), float(np.median(xy[:, 1]))
    if _inside(xy) <= 0.5 and _inside(xy[:, ::-1]) > 0.5:
        hint = "请把两列对调后重新导出"
        if columns is not None:
            hint = f"请加 --map lon={columns[1]} --map lat={columns[0]}"
        raise SwappedAxesError(f"经度和纬度写反了（第一个数是 {x:.4f}，第二个是 {y:.4f}）；{hint}。")
    far = (np.abs(xy[:, 0]) > 180) | (np.abs(xy[:, 1]) > 90)
    if far.mean() > 0.5:
        raise MetresAsDegreesError(
            f"坐标标的是度，数值却像米（如 {x:.1f}, {y:.1f}）；"
            "请查明投影后用 --datum EPSG:编号 指定，西安 3 度带是 EPSG:4545。"
        )


def _check_china(before: Geometries, moved: Geometries, placing: Placing) -> None:
    xy = _centres(moved)
    if len(xy) == 0 and bool((~shapely.is_empty(before) & ~shapely.is_missing(before)).any()):
        raise OutOfChinaError(f"按 {placing.word} 换算后没有一个有效坐标，坐标系可能标错了；请用 --datum 重新指定。")
    if _inside(xy) > 0.5:
        return
    if not placing.degrees:
        flipped: Geometries = shapely.transform(before, lambda one: placing.move(np.ascontiguousarray(one[:, ::-1])))
        if _inside(_centres(flipped)) > 0.5:
            raise SwappedAxesError("东坐标和北坐标写反了，请把两个坐标对调后重新导出。")
    x, y = np.median(xy, axis=0)
    place_word = f"东经 {x:.3f}、北纬 {y:.3f}" if math.isfinite(x) and math.isfinite(y) else "无效的地方"
    raise OutOfChinaError(f"按 {placing.word} 换算后，多数坐标落在中国以外（{place_word}）；请用 --datum 重新指定。")


def _crs(text: str) -> CRS:
    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise UnknownCrsError(f"看不懂坐标系“{text[:60]}”，请用 --datum EPSG:编号 指定。") from error


def _name(crs: CRS) -> str:
    number = crs.to_epsg()
    return f"EPSG:{number}（{crs.name}）" if number is not None else crs.name


def _projector(crs: CRS) -> Move:
    transformer = Transformer.from_crs(crs, STORAGE, always_xy=True)

    def move(xy: Floats) -> Floats:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    return move


def _unprojector(file_crs: str | None) -> Move | None:
    """Metres of the file's projection to degrees, None when it is in degrees already."""
    if file_crs is None:
        return None
    crs = _crs(file_crs)
    return None if crs.is_geographic else _projector(crs)


def _ballpark(crs: CRS) -> tuple[Finding, ...]:
    base = crs.geodetic_crs
    name = base.datum.name.lower() if base is not None and base.datum is not None else ""
    if any(word in name for word in _NEAR_CGCS2000):
        return ()
    return (
        Finding(
            "DATUM_BALLPARK",
            "warning",
            f"{crs.name} 与 CGCS2000 之间没有公开的精确参数，换算可能差几十米；请尽量要 CGCS2000 的成果。",
        ),
    )
