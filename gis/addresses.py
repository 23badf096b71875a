"""How far to trust a polygon: test addresses beside the streets, walked one by one, held against the ground claimed."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from gis import reach, snapping
from gis.network import Floats, Longs, Network
from gis.snapping import DEFAULT_LIMITS, SnapLimits, Snaps

# as in the comparison of builders of isochrones: 3 to 60 m beside a street, most of them close to it
NEAREST_M: Final = 3.0
FARTHEST_M: Final = 60.0
MEAN_BEYOND_M: Final = 14.0


@dataclass(frozen=True)
class Measured:
    """`addresses` truly within the limit; of them as shares: falsely claimed besides, and missed."""

    addresses: int
    false_share: float
    missed_share: float


def beside_streets(network: Network, segments: Longs, number: int, rng: np.random.Generator) -> Floats:
    """Places (number, 2) in metres beside these segments, by their length, 3 to 60 m off on either side."""
    length = network.seg_cm[segments].astype(np.float64)
    segment = rng.choice(segments, number, p=length / length.sum())
    share, off = rng.random(number), np.clip(NEAREST_M + rng.exponential(MEAN_BEYOND_M, number), NEAREST_M, FARTHEST_M)
    start, stop = network.xy[network.seg_u[segment]], network.xy[network.seg_v[segment]]
    along = stop - start
    aside = along[:, ::-1] * [-1, 1] / np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    places: Floats = start + along * share[:, None] + aside * (off * rng.choice([-1, 1], number))[:, None]
    return places


def measure(
    network: Network,
    source: Snaps,
    limit_cm: int,
    ground: shapely.Geometry,
    walls: shapely.STRtree | None,
    number: int = 1_000,
    seed: int = 7,
    off_street: SnapLimits = DEFAULT_LIMITS,
) -> Measured:
    """Walk `number` test addresses around a source and compare with the ground claimed; equal seed, equal answer.

    Addresses lie beside the ground streets reached a little beyond the limit; they attach as compounds do, never across
    `walls` (barriers).
    """
    distance = reach.node_distances(network, source, limit_cm)
    middle = source.start_xy.mean(axis=0)
    wide = limit_cm / 100 + FARTHEST_M + np.hypot(*(source.start_xy - middle).T).max(initial=0.0)
    half = (network.xy[network.seg_u] + network.xy[network.seg_v]) / 2
    near = np.hypot(*(half - middle).T) <= wide
    segments = np.flatnonzero(near & network.seg_snappable & (network.seg_cm > 0))
    if len(segments) == 0:
        return Measured(0, 0.0, 0.0)
    places = beside_streets(network, segments, number, np.random.default_rng(seed))
    snaps = snapping.snap(network, places, walls, off_street)
    truth = reach.walks(network, distance[:, None], snaps, number, [source], limit_cm).net_cm[:, 0] >= 0
    claimed = shapely.contains_xy(ground, places)
    within = max(1, int(truth.sum()))
    wrong, missed = int((claimed & ~truth).sum()), int((truth & ~claimed).sum())
    return Measured(int(truth.sum()), round(wrong / within, 4), round(missed / within, 4))
