"""Households, residents and ages per compound: totals are exact, differences lie between kinds."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

RESIDENTS, CHILDREN, ELDERLY = 1_020_000, 148_410, 185_946  # 14.55 % aged 0-14, 18.23 % aged 60+
GIANT_HOUSEHOLDS = 9_000
LEAST_HOUSEHOLDS = 60
LANDMARK_PER_HA = {"high": 330.0, "danwei": 250.0}
LANDMARK_RANGE = (2_400, 7_600)
EASED_HOUSEHOLDS = 3_400  # above it an estate not drawn in the plan grows more slowly


class Kind(NamedTuple):
    """What is typical of a housing kind; shares are of residents, ratios are to resident households."""

    name: str
    households_ha: float
    spread: float  # sigma of the lognormal density
    household_size: float
    elderly: float
    children: float
    registered: float
    dwellings: float
    built: tuple[int, int]


KINDS = {
    "hutong": Kind("老街坊", 128, 0.32, 2.35, 0.255, 0.112, 1.22, 1.06, (1930, 1965)),
    "danwei": Kind("单位家属院", 180, 0.36, 2.30, 0.305, 0.100, 1.05, 1.08, (1954, 1986)),
    "old": Kind("老旧小区", 212, 0.34, 2.38, 0.235, 0.122, 0.98, 1.09, (1980, 1999)),
    "mid": Kind("商品房小区", 185, 0.42, 2.62, 0.148, 0.160, 0.84, 1.14, (1998, 2013)),
    "high": Kind("新建高层", 315, 0.40, 2.78, 0.098, 0.193, 0.66, 1.24, (2009, 2024)),
    "village": Kind("城中村", 260, 0.30, 2.05, 0.072, 0.106, 0.30, 1.12, (1985, 2012)),
    "giant": Kind("新建高层", 320, 0.30, 2.84, 0.085, 0.205, 0.61, 1.20, (2012, 2021)),
}


def count(kinds: Sequence[str], area_m2: np.ndarray, landmark: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Columns for every compound, in the order given; `landmark` marks the great estates of the plan."""
    rng = np.random.default_rng([seed, 5])
    kind = [KINDS[k] for k in kinds]
    n = len(kind)
    size = np.array([k.household_size for k in kind]) * rng.lognormal(0, 0.045, n)
    density = np.array([k.households_ha for k in kind]) * rng.lognormal(0, [k.spread for k in kind])
    households = _households(np.asarray(kinds), area_m2 / 1e4, density, size, landmark)
    residents = whole(households * size, RESIDENTS)
    old_share = np.array([k.elderly for k in kind])
    young_share = np.array([k.children for k in kind])
    elderly = share_out(np.clip(old_share * rng.lognormal(0, 0.13, n), 0.02, 0.55), residents, ELDERLY)
    children = share_out(np.clip(young_share * rng.lognormal(0, 0.10, n), 0.03, 0.40), residents, CHILDREN)
    very_old = np.clip(rng.normal(0.135, 0.02, n) + (old_share - 0.18) * 0.25, 0.06, 0.24)
    built = np.array([rng.integers(k.built[0], k.built[1] + 1) for k in kind])
    fresh = (np.asarray(kinds) == "high") & (built >= 2022)
    registered = np.array([k.registered for k in kind]) * rng.lognormal(0, 0.06, n)
    dwellings = np.maximum(1.0, np.array([k.dwellings for k in kind]) * rng.lognormal(0, 0.03, n))
    return {
        "households": households,
        "registered_households": np.round(households * registered).astype(int),
        "dwelling_units": np.round(households * dwellings).astype(int),
        "undelivered_units": np.where(fresh, np.round(households * rng.uniform(0.2, 0.6, n)), 0).astype(int),
        "residents": residents,
        "elderly": elderly,
        "elderly_80": np.round(elderly * very_old).astype(int),
        "children": children,
        "built": built,
        "kind_name": np.array([k.name for k in kind]),
    }


def _households(
    kinds: np.ndarray, area_ha: np.ndarray, density: np.ndarray, size: np.ndarray, landmark: np.ndarray
) -> np.ndarray:
    """Whole households; one factor on all densities meets the district total, the great estates keep theirs."""
    fixed = np.where(kinds == "giant", GIANT_HOUSEHOLDS, 0.0)
    for kind, per_ha in LANDMARK_PER_HA.items():
        fixed = np.where(landmark & (kinds == kind), np.clip(area_ha * per_ha, *LANDMARK_RANGE), fixed)
    low, high = 0.2, 5.0
    for _ in range(60):
        factor = (low + high) / 2
        households = np.where(fixed > 0, fixed, _bounded(area_ha * density * factor))
        low, high = (factor, high) if (households * size).sum() < RESIDENTS else (low, factor)
    return np.round(households).astype(int)


def _bounded(households: np.ndarray) -> np.ndarray:
    """Small compounds pressed together above the smallest count, great ones eased."""
    soft = LEAST_HOUSEHOLDS + households / 3
    eased = EASED_HOUSEHOLDS + 0.45 * (households - EASED_HOUSEHOLDS)
    out = np.where(households < 1.5 * LEAST_HOUSEHOLDS, soft, households)
    return np.where(households > EASED_HOUSEHOLDS, eased, out)


def whole(values: np.ndarray, total: int) -> np.ndarray:
    """Integers in proportion to the values with an exact sum (largest remainder)."""
    exact = np.asarray(values, float) * (total / np.sum(values))
    out = np.floor(exact).astype(int)
    out[np.argsort(out - exact, kind="stable")[: total - out.sum()]] += 1
    return out


def share_out(share: np.ndarray, people: np.ndarray, total: int) -> np.ndarray:
    """Shift all shares by one logit so that the people-weighted sum meets the total, then round to it."""
    logit = np.log(share / (1 - share))
    low, high = -4.0, 4.0
    for _ in range(60):
        shift = (low + high) / 2
        below = (people / (1 + np.exp(-(logit + shift)))).sum() < total
        low, high = (shift, high) if below else (low, shift)
    return whole(people / (1 + np.exp(-(logit + low))), total)
