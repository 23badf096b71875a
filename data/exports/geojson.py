"""A layer as GeoJSON: positions to the last stored digit, so that nothing is lost on the way back."""

import json
from pathlib import Path

import numpy as np
import shapely

from data import tables as t
from data.exports.cells import plain
from data.exports.extract import Extract

_METRE_DIGITS = 5  # 0.01 mm: finer than what is stored in degrees


def write(made: Extract, target: Path) -> None:
    """Write the rows that have geometry, one feature a line.

    Degrees go out as CRS84, as RFC 7946 has it; metres name their system in the older `crs` member, which GDAL reads.
    """
    shapes = made.frame.geometry.to_numpy()
    head: dict[str, object] = {"type": "FeatureCollection", "name": made.layer, "title": made.title}
    head |= {"as_of": made.as_of.isoformat(), "synthetic": made.synthetic, "remark": made.remark}
    if made.epsg != t.STORAGE_SRID:
        head["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{made.epsg}"}}
        shapes = shapely.transform(shapes, lambda xy: np.round(xy, _METRE_DIGITS))
    names = [column.name for column in made.columns]
    rows = zip(*plain(made), strict=True)
    with target.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head, ensure_ascii=False)[:-1] + ',"features":[\n')
        for number, (shape, row) in enumerate(zip(shapely.to_geojson(shapes).tolist(), rows, strict=True)):
            said = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=str)
            file.write(f'{"," if number else ""}{{"type":"Feature","geometry":{shape},"properties":{said}}}\n')
        file.write("]}\n")
