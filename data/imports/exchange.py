"""The raw table a reader hands over, and its form on the way from the guarded child: numbers in npz, words in JSON.

Nothing here is executable: no pickle, array shapes are checked, geometry travels as WKB.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.imports.errors import ReaderStoppedError

Column = NDArray[Any]


@dataclass(frozen=True)
class RawTable:
    """A file as read: columns in file order, geometry as WKB (None in a row without), and where it all comes from.

    `columns` hold float64, int64, bool or object (str or None). `crs` is "EPSG:n" or WKT, None when the file does not
    say. `encoding_why`, `crs_why` are Chinese sentences. `ragged` lists 1-based rows with too many cells.
    """

    format: str
    layer: str | None
    columns: Mapping[str, Column]
    wkb: Column | None
    crs: str | None = None
    crs_why: str = ""
    encoding: str = "UTF-8"
    encoding_why: str = ""
    ragged: tuple[int, ...] = field(default=())

    def __len__(self) -> int:
        if self.wkb is not None:
            return len(self.wkb)
        return len(next(iter(self.columns.values()), ()))


def dump(table: RawTable, folder: Path) -> None:
    """Write the table into an empty folder."""
    arrays: dict[str, NDArray[Any]] = {}
    columns: list[dict[str, Any]] = []
    for number, (name, values) in enumerate(table.columns.items()):
        entry: dict[str, Any] = {"name": name}
        if values.dtype == object:
            entry["words"] = values.tolist()
        else:
            arrays[f"c{number}"] = values
        columns.append(entry)
    if table.wkb is not None:
        parts = [b"" if one is None else bytes(one) for one in table.wkb]
        arrays["wkb"] = np.frombuffer(b"".join(parts), dtype=np.uint8)
        arrays["wkb_bytes"] = np.fromiter((len(one) for one in parts), dtype=np.int64, count=len(parts))
    np.savez(folder / "arrays.npz", **arrays)  # type: ignore[arg-type]
    meta = {
        "format": table.format,
        "layer": table.layer,
        "columns": columns,
        "crs": table.crs,
        "crs_why": table.crs_why,
        "encoding": table.encoding,
        "encoding_why": table.encoding_why,
        "ragged": list(table.ragged),
    }
    (folder / "table.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")


def load(folder: Path) -> RawTable:
    """Read what `dump` wrote; raises ReaderStoppedError when it is not whole."""
    try:
        meta = json.loads((folder / "table.json").read_text(encoding="utf-8"))
        with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
            columns = {
                str(entry["name"]): _words(entry["words"]) if "words" in entry else arrays[f"c{number}"]
                for number, entry in enumerate(meta["columns"])
            }
            wkb = _split(arrays["wkb"], arrays["wkb_bytes"]) if "wkb" in arrays else None
        table = RawTable(
            format=str(meta["format"]),
            layer=None if meta["layer"] is None else str(meta["layer"]),
            columns=columns,
            wkb=wkb,
            crs=None if meta["crs"] is None else str(meta["crs"]),
            crs_why=str(meta["crs_why"]),
            encoding=str(meta["encoding"]),
            encoding_why=str(meta["encoding_why"]),
            ragged=tuple(int(row) for row in meta["ragged"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReaderStoppedError("读取程序没有交回完整结果，请重试；仍不行请把文件另存一份再导入。") from error
    if any(len(values) != len(table) for values in columns.values()):
        raise ReaderStoppedError("读取程序交回的各列长短不一，请把文件另存一份再导入。")
    return table


def _words(values: list[Any]) -> Column:
    words = np.empty(len(values), dtype=object)
    words[:] = [None if value is None else str(value) for value in values]
    return words


def _split(blob: NDArray[np.uint8], sizes: NDArray[np.int64]) -> Column:
    ends = np.cumsum(sizes)
    if (len(ends) and int(ends[-1]) != len(blob)) or bool((sizes < 0).any()):
        raise ValueError("geometry bytes do not add up")
    whole = blob.tobytes()
    pieces = np.empty(len(sizes), dtype=object)
    starts = ends - sizes
    pieces[:] = [whole[a:b] if b > a else None for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    return pieces
