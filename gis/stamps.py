"""What each number reads: a stamp per community and category, so that a change marks exactly the numbers it touches.

A walk is never searched farther than the search distance, so the number of a community rests on its compounds and their
gates, and on the streets, barriers and points of the category within that distance of them. Nothing else can move it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.digests import digest

Hashes = NDArray[np.uint64]
Stamps = Mapping[str, Mapping[str, str]]
STREET = ("uid", "class", "bridge", "tunnel", "layer", "walkable", "main")


def stamps(
    frames: Mapping[str, gpd.GeoDataFrame], said: Mapping[str, object], everything: object, within_m: float
) -> dict[str, dict[str, str]]:
    """Return group -> category -> stamp; a group is a community, else a subdistrict, else '' (compounds outside both).

    `frames`: compounds (community, subdistrict), gates, service_points, streets, barriers in metres, with `uid` and
    `id` (version; streets by what they are, their versions change with every network). `said` per category: all else
    its numbers rest on; `everything`: what all of them rest on. `within_m`: how far a walk is searched, snapping
    included.
    """
    compounds, points = frames["compounds"], frames["service_points"]
    group = compounds["community"].where(compounds["community"].notna(), compounds["subdistrict"]).fillna("")
    codes = sorted(group.unique())
    number = group.map({code: n for n, code in enumerate(codes)}).to_numpy(np.int64)
    ground = [shapely.multipoints(compounds.geometry.to_numpy()[number == n]) for n in range(len(codes))]
    own = _sum(_versions(compounds), number, len(codes))
    gates = frames["gates"]
    home = gates["compound_uid"].map(dict(zip(compounds["uid"], number, strict=True)))
    mine = home.notna().to_numpy()
    own += _sum(_versions(gates)[mine], home[mine].to_numpy(np.int64), len(codes))
    for name, hashes in (("streets", _streets(frames["streets"])), ("barriers", _versions(frames["barriers"]))):
        near, row = _near(ground, frames[name].geometry.to_numpy(), within_m)
        own += _sum(hashes[row], near, len(codes))
    near, row = _near(ground, points.geometry.to_numpy(), within_m)
    hashes, kind = _versions(points)[row], points["category"].to_numpy()[row]
    found: dict[str, dict[str, str]] = {code: {} for code in codes}
    shared = digest(everything)
    for category, facts in said.items():
        sums = _sum(hashes[kind == category], near[kind == category], len(codes))
        for n, code in enumerate(codes):
            found[code][category] = digest([shared, facts, code, int(own[n]), int(sums[n])])
    return found


def changed(before: Stamps, after: Stamps) -> frozenset[tuple[str, str]]:
    """The (group, category) pairs whose stamp is another, or that are there on one side only."""
    pairs = {(group, category) for side in (before, after) for group, by in side.items() for category in by}
    return frozenset(
        (group, category)
        for group, category in pairs
        if before.get(group, {}).get(category) != after.get(group, {}).get(category)
    )


def touches(pairs: Iterable[tuple[str, str]], code: str, category: str | None = None) -> bool:
    """Whether a number of an area (its code is a prefix of its groups'), of one category or any, is among the pairs.

    Compounds outside every community count for the district alone.
    """
    district = len(code) <= len("610104")
    return any(
        (group.startswith(code) or (district and group == "")) and category in (None, one) for group, one in pairs
    )


def _versions(frame: pd.DataFrame) -> Hashes:
    return _hashes([f"{uid}:{version}" for uid, version in zip(frame["uid"], frame["id"], strict=True)])


def _streets(streets: gpd.GeoDataFrame) -> Hashes:
    words = streets[list(STREET)].astype(str).agg("|".join, axis=1) if len(streets) else []
    shapes = shapely.to_wkb(streets.geometry.to_numpy())
    return _hashes([word + "|" + shape.hex() for word, shape in zip(words, shapes, strict=True)])


def _hashes(texts: Sequence[str]) -> Hashes:
    raw = b"".join(hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts)
    return np.frombuffer(raw, np.uint64)


def _sum(hashes: Hashes, group: NDArray[np.int64], n: int) -> Hashes:
    """Sum per group, whatever the order; overflow wraps."""
    total = np.zeros(n, np.uint64)
    np.add.at(total, group, hashes)
    return total


def _near(ground: Sequence[shapely.Geometry], shapes: NDArray[np.object_], metres: float) -> NDArray[np.int64]:
    """Pairs (2, p) of group and row of the shapes within the distance of the group's places."""
    if not ground or not len(shapes):
        return np.empty((2, 0), np.int64)
    pairs: NDArray[np.int64] = shapely.STRtree(shapes).query(np.array(ground), predicate="dwithin", distance=metres)
    return pairs
