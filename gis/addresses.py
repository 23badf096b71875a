"""How far to trust a polygon: test addresses beside the streets, walked one by one, held against the ground claimed."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from gis import reach
from gis.kernels import UNREACHED
from gis.network import Floats, Longs, Network
from gis.snapping import Snaps

# as in the comparison of builders of isochrones: 3 to 60 m beside a street, most of them close to it
NEAREST_M: Final = 3.0
FARTHEST_M: Final = 60.0
MEAN_BEYOND_M: Final = 14.0


@dataclass(frozen=True)
class Measured:
    """`addresses` truly within the limit; as shares of them: falsely claimed besides, and missed."""

    addresses: int
    false_share: float
    missed_share: float


@dataclass(frozen=True)
class Addresses:
    """Places (a, 2) in metres, each beside one segment: where along it (cm) and how far off (cm)."""

    xy: Floats
    segment: Longs
    pos_cm: Floats
    off_cm: Floats


def beside_streets(network: Network, segments: Longs, number: int, rng: np.random.Generator) -> Addresses:
    """Scatter `number` addresses beside these segments by their length, 3 to 60 m off on either side."""
    length = network.seg_cm[segments].astype(np.float64)
    segment = rng.choice(segments, number, p=length / length.sum())
    share, off = rng.random(number), np.clip(NEAREST_M + rng.exponential(MEAN_BEYOND_M, number), NEAREST_M, FARTHEST_M)
    start, stop = network.xy[network.seg_u[segment]], network.xy[network.seg_v[segment]]
    along = stop - start
    aside = along[:, ::-1] * [-1, 1] / np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    places = start + along * share[:, None] + aside * (off * rng.choice([-1, 1], number))[:, None]
    return Addresses(places, segment, share * network.seg_cm[segment], off * 100)


def measure(
    network: Network, source: Snaps, limit_cm: int, ground: shapely.Geometry, number: int = 1_000, seed: int = 7
) -> Measured:
    """Walk `number` test addresses around a source over their own street; equal seed, equal answer.

    Addresses lie beside streets one can step off, as far around the source as anybody could walk.
    """
    distance = reach.node_distances(network, source, limit_cm)
    middle = source.start_xy.mean(axis=0)
    wide = limit_cm / 100 + FARTHEST_M + np.hypot(*(source.start_xy - middle).T).max(initial=0.0)
    half = (network.xy[network.seg_u] + network.xy[network.seg_v]) / 2
    near = np.hypot(*(half - middle).T) <= wide
    segments = np.flatnonzero(near & network.seg_snappable & (network.seg_cm > 0))
    if len(segments) == 0:
        return Measured(0, 0.0, 0.0)
    homes = beside_streets(network, segments, number, np.random.default_rng(seed))
    truth = _walks(network, distance, source, homes) <= limit_cm
    claimed = shapely.contains_xy(ground, homes.xy)
    within = max(1, int(truth.sum()))
    wrong, missed = int((claimed & ~truth).sum()), int((truth & ~claimed).sum())
    return Measured(int(truth.sum()), round(wrong / within, 4), round(missed / within, 4))


def _walks(
    network: Network, distance: "np.ndarray[tuple[int], np.dtype[np.int32]]", source: Snaps, homes: Addresses
) -> Floats:
    """Centimetres from every address over its own segment, from either end or straight along it from a source there."""
    u, v = (distance[ends[homes.segment]].astype(np.float64) for ends in (network.seg_u, network.seg_v))
    walk = np.minimum(u + homes.pos_cm, v + network.seg_cm[homes.segment] - homes.pos_cm)
    for segment, pos, off in zip(source.segment, source.pos_cm, source.off_cm, strict=True):
        here = np.flatnonzero(homes.segment == segment)
        walk[here] = np.minimum(walk[here], np.abs(homes.pos_cm[here] - pos) + off)
    found: Floats = np.where(walk < UNREACHED, walk + homes.off_cm, np.inf)
    return found
