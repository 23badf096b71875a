"""Vector files through GDAL, inside the guarded child: one layer as a raw table."""

import json
from pathlib import Path

import numpy as np
from pyogrio import errors as gdal_errors
from pyogrio import list_drivers, list_layers, raw, read_info

from data.imports import encoding, osm
from data.imports.errors import LayerNotFoundError, UnreadableError
from data.imports.exchange import Column, RawTable
from data.imports.picking import pick_layer
from data.imports.sniff import Kind

_CRS_WHY = {
    Kind.GEOJSON: "GeoJSON 标准规定用 WGS84。",
    Kind.OSM_PBF: "OpenStreetMap 数据一律用 WGS84。",
}
_GEOJSON_NAMED_CRS_BYTES = 4096


def read(path: Path, kind: Kind, layer: str | None) -> RawTable:
    """Read one layer.

    Raises LayerNotFoundError, UnreadableError, EncodingError.
    """
    try:
        if kind is Kind.SHAPEFILE:
            chosen = encoding.of_shapefile(path)
            return _table(path, kind, None, chosen, layer or path.stem)
        if kind is Kind.OSM_PBF:
            return _table(path, kind, "lines", encoding.Encoding("utf-8", "OSM PBF 固定用 UTF-8。"), "lines")
        name = pick_layer([(str(one), two) for one, two in list_layers(path)], layer)
        return _table(path, kind, name, encoding.Encoding("utf-8", f"{kind.value} 固定用 UTF-8。"), name)
    except gdal_errors.DataLayerError as error:
        raise LayerNotFoundError(f"图层“{layer}”读不出来，请核对 --layer。") from error
    except (gdal_errors.DataSourceError, gdal_errors.FeatureError, gdal_errors.GeometryError) as error:
        raise UnreadableError(f"文件像 {kind.value}，但读不完整，可能已损坏，请重新导出。") from error
    except UnicodeDecodeError as error:
        raise UnreadableError("文件里有解不开的文字，请用 UTF-8 另存后再导入。") from error


def require_only(driver: str) -> None:
    """Stop unless GDAL was started with this one driver."""
    present = set(list_drivers())
    if present - {driver}:
        raise UnreadableError("读取程序没有锁定格式，不予打开文件，请联系维护人员。")


def _table(path: Path, kind: Kind, layer: str | None, chosen: encoding.Encoding, shown: str) -> RawTable:
    shapefile = kind is Kind.SHAPEFILE
    # as single bytes first: GDAL and Python give up on a character cut off at the end of a field, we do not
    as_bytes = "ISO-8859-1" if shapefile else None
    extra = {"where": osm.where(read_info(path, layer=layer)["fields"])} if kind is Kind.OSM_PBF else {}
    meta, _, wkb, values = raw.read(
        path, layer=layer, encoding=as_bytes, force_2d=True, datetime_as_string=True, **extra
    )
    columns = {str(name): _plain(one) for name, one in zip(meta["fields"], values, strict=True)}
    if shapefile:
        columns = {encoding.recode(name, chosen.name): _recoded(one, chosen.name) for name, one in columns.items()}
    if kind is Kind.OSM_PBF:
        columns = osm.with_tags(columns)
    why = _CRS_WHY.get(kind, "文件自带坐标系。")
    if kind is Kind.GEOJSON and _names_crs(path):
        why = "GeoJSON 里写明了坐标系。"
    return RawTable(
        format=kind.value,
        layer=shown,
        columns=columns,
        wkb=wkb,
        crs=meta["crs"],
        crs_why=why if meta["crs"] else "文件没有坐标系。",
        encoding=chosen.name.upper(),
        encoding_why=chosen.why,
    )


def _names_crs(path: Path) -> bool:
    with path.open("rb") as stream:
        return b'"crs"' in stream.read(_GEOJSON_NAMED_CRS_BYTES)


def _plain(values: Column) -> Column:
    """Numbers stay numbers; whatever else there is becomes words or None."""
    if values.dtype.kind == "f":
        return values.astype(np.float64)
    if values.dtype.kind in "iu":
        return values.astype(np.int64)
    if values.dtype.kind == "b":
        return values.astype(np.bool_)
    words = np.empty(len(values), dtype=object)
    words[:] = [_word(value) for value in values.tolist()]
    return words


def _recoded(values: Column, name: str) -> Column:
    if values.dtype != object:
        return values
    known = {word: encoding.recode(word, name) for word in set(values.tolist()) if word is not None}
    words = np.empty(len(values), dtype=object)
    words[:] = [known.get(word) for word in values.tolist()]
    return words


def _word(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return None
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, np.ndarray):
        return json.dumps(value.tolist(), ensure_ascii=False, default=str)
    return str(value)
