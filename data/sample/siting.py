"""Where service points can stand and how sites are chosen: at random, or where people are still without."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from data.sample.geo import Rng
from data.sample.ground import FRONTED, Ground, Street

STEP_M = 30.0
BY_CLASS = {"primary": 0.75, "secondary": 1.2, "tertiary": 1.0, "residential": 1.0, "living_street": 0.35}
HUBS = 26
GROUPS = ("residents", "elderly", "children")


@dataclass(frozen=True)
class People:
    """Where people live, in plan metres: one row per compound, or per square of ground beyond the border."""

    xy: np.ndarray
    counts: dict[str, np.ndarray]  # by group


@dataclass(frozen=True)
class Fronts:
    """Places beside streets, one every 30 m, with what surrounds them."""

    xy: np.ndarray
    street: np.ndarray  # position of the street
    cls: np.ndarray
    zone: np.ndarray
    near: np.ndarray  # (fronts, people) nearness in thousandths, 260 m
    density: dict[str, np.ndarray]  # by group, mean 1
    pull: np.ndarray  # of the next shopping centre, 0-1
    class_weight: np.ndarray  # how readily a service opens on that class of street

    def zone_weight(self, odds: dict[str, float]) -> np.ndarray:
        """The odds of the part of town each front lies in."""
        return np.array([odds.get(z, 1.0) for z in self.zone])


def fronts(streets: Sequence[Street], land: BaseGeometry, people: People, ground: Ground, rng: Rng) -> Fronts:
    """All places beside streets within the land, not on another street."""
    shapely.prepare(land)
    found = []
    for k, street in enumerate(streets):
        if street.cls not in FRONTED or street.layer or street.geom.length < 20 or not land.intersects(street.geom):
            continue
        n = int(street.geom.length / STEP_M) or 1
        d = (np.arange(n) + rng.uniform(0.2, 0.8, n)) / n * street.geom.length
        a = shapely.get_coordinates(shapely.line_interpolate_point(street.geom, np.clip(d - 1, 0, None)))
        b = shapely.get_coordinates(
            shapely.line_interpolate_point(street.geom, np.clip(d + 1, None, street.geom.length))
        )
        along = (b - a) / np.maximum(np.hypot(*(b - a).T), 1e-6)[:, None]
        side = (street.half_m + 3.0) * rng.choice([-1, 1], n)
        xy = (a + b) / 2 + np.column_stack([-along[:, 1], along[:, 0]]) * side[:, None]
        found.append(np.column_stack([xy, np.full(n, k)]))
    every = np.vstack(found)
    every = every[shapely.contains_xy(land, every[:, 0], every[:, 1])]
    every = every[~_on_street(every[:, :2], streets)]
    xy, at = every[:, :2], every[:, 2].astype(int)
    near = kernel(xy, people.xy, 260.0)
    density = {g: near @ people.counts[g].astype(float) for g in GROUPS}
    hubs = _centres(xy, people, rng)
    cls = np.array([streets[k].cls for k in at])
    return Fronts(
        xy,
        at,
        cls,
        np.array([ground.zone(*p) for p in xy]),
        near,
        {g: d / d.mean() for g, d in density.items()},
        np.exp(-((cKDTree(hubs).query(xy)[0] / 190.0) ** 2)),
        np.array([BY_CLASS[c] for c in cls]),
    )


def _on_street(xy: np.ndarray, streets: Sequence[Street]) -> np.ndarray:
    """Places that lie on a carriageway."""
    paved = np.array([s.geom.buffer(s.half_m - 1.5) for s in streets if s.half_m > 4])
    hit = shapely.STRtree(paved).query(shapely.points(xy), predicate="intersects")[0]
    return np.isin(np.arange(len(xy)), hit)


def _centres(xy: np.ndarray, people: People, rng: Rng) -> np.ndarray:
    """Commercial centres: a few places where shops gather."""
    tree, spots = cKDTree(people.xy), xy[::40]
    around = np.array([people.counts["residents"][tree.query_ball_point(p, 450)].sum() for p in spots])
    return spots[spread(spots, around.astype(float) ** 1.5, HUBS, 620, rng)]


def spread(xy: np.ndarray, weight: np.ndarray, number: int, gap_m: float, rng: Rng) -> list[int]:
    """Weighted draw without neighbours nearer than the gap (exponential races, accepted in order)."""
    order = np.argsort(rng.exponential(1, len(xy)) / np.maximum(weight, 1e-12), kind="stable")
    tree, taken, chosen = cKDTree(xy), np.zeros(len(xy), bool), []
    for i in order[weight[order] > 0]:
        if len(chosen) == number:
            break
        if not taken[i]:
            chosen.append(int(i))
            taken[tree.query_ball_point(xy[i], gap_m)] = True
    return chosen


def kernel(xy: np.ndarray, people_xy: np.ndarray, radius_m: float) -> np.ndarray:
    """Gaussian nearness in whole thousandths: sums over people stay exact, whatever the machine adds first."""
    d2 = (xy[:, None, 0] - people_xy[None, :, 0]) ** 2 + (xy[:, None, 1] - people_xy[None, :, 1]) ** 2
    return np.rint(1000 * np.exp(d2 / -(radius_m**2)))


def targeted(
    xy: np.ndarray,
    near: np.ndarray,
    demand: np.ndarray,
    weight: np.ndarray,
    number: int,
    gap_m: float,
    planned: float,
    rng: Rng,
) -> list[int]:
    """Each site goes where most people are still without; a share of 1 - `planned` follows luck more than need."""
    left, free = demand.astype(float), np.ones(len(xy), bool)
    score = near @ left
    tree, chosen = cKDTree(xy), []
    while len(chosen) < number and free.any():
        worth = np.where(free, score * weight, 0)
        luck = worth * rng.uniform(0.55, 1, len(xy)) if rng.random() < planned else worth**0.35 * rng.random(len(xy))
        best = int(np.argmax(luck))
        if worth[best] <= 0:
            break
        chosen.append(best)
        free[tree.query_ball_point(xy[best], gap_m)] = False
        served = np.rint(left * np.minimum(1, near[best] * 0.0016))
        hit = np.flatnonzero(served)
        score = np.maximum(score - near[:, hit] @ served[hit], 0)
        left = left - served
    return chosen
