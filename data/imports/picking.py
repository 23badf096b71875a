"""Which layer of a file is meant when it has several."""

from typing import Any

from data.imports.errors import LayerNotFoundError, NotGeodataError


def pick_layer(layers: list[tuple[str, Any]], wanted: str | None) -> str:
    """The wanted layer, or the only one with geometry (else the only one); raises LayerNotFoundError."""
    names = [name for name, _ in layers]
    if wanted is not None:
        if wanted not in names:
            raise LayerNotFoundError(f"文件里没有图层“{wanted}”，有：{'、'.join(names) or '（没有图层）'}。")
        return wanted
    spatial = [name for name, geometry in layers if geometry is not None] or names
    if not spatial:
        raise NotGeodataError("文件里没有任何图层，请核对文件。")
    if len(spatial) > 1:
        raise LayerNotFoundError(f"文件里有 {len(spatial)} 个图层：{'、'.join(spatial)}；请用 --layer 选一个。")
    return spatial[0]
