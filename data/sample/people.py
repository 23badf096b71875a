"""Households, residents and ages per compound. Totals are exact, differences lie between kinds."""

import numpy as np

RESIDENTS, CHILDREN, ELDERLY = 1_020_000, 148_410, 185_946  # 14.55 % aged 0-14, 18.23 % aged 60+
GIANT = 9_000
# households per ha of lot, people per household, share 60+, share 0-14, registered / resident households, dwellings / household, built
KIND = {
    "hutong": (128, 2.35, 0.255, 0.112, 1.22, 1.06, (1930, 1965), "老街坊"),
    "danwei": (180, 2.30, 0.305, 0.100, 1.05, 1.08, (1954, 1986), "单位家属院"),
    "old": (212, 2.38, 0.235, 0.122, 0.98, 1.09, (1980, 1999), "老旧小区"),
    "mid": (185, 2.62, 0.148, 0.160, 0.84, 1.14, (1998, 2013), "商品房小区"),
    "high": (315, 2.78, 0.098, 0.193, 0.66, 1.24, (2009, 2024), "新建高层"),
    "village": (260, 2.05, 0.072, 0.106, 0.30, 1.12, (1985, 2012), "城中村"),
    "giant": (320, 2.84, 0.085, 0.205, 0.61, 1.20, (2012, 2021), "新建高层"),
}


def whole(x, total):
    """Integers near x with an exact sum (largest remainder)."""
    x = np.asarray(x, float) * (total / np.sum(x))
    n = np.floor(x).astype(int)
    n[np.argsort(n - x, kind="stable")[: total - n.sum()]] += 1
    return n


def share_out(base, people, total):
    """Shift all shares by one logit so that the people-weighted sum meets the total, then round."""
    lo, hi = -4.0, 4.0
    logit = np.log(base / (1 - base))
    for _ in range(60):
        mid = (lo + hi) / 2
        lo, hi = (mid, hi) if (people / (1 + np.exp(-(logit + mid)))).sum() < total else (lo, mid)
    return whole(people / (1 + np.exp(-(logit + lo))), total)


def count(kinds, areas_m2, seed):
    """Columns for every compound, in the order given."""
    rng = np.random.default_rng([seed, 5])
    kinds = np.asarray(kinds)
    col = lambda i: np.array([KIND[k][i] for k in kinds], float)
    n = len(kinds)
    giant = kinds == "giant"
    raw = areas_m2 / 1e4 * col(0) * rng.lognormal(0, 0.30, n)
    size = col(1) * rng.lognormal(0, 0.045, n)
    lo, hi = 0.2, 5.0
    for _ in range(60):  # one factor on all densities meets the district total
        f = (lo + hi) / 2
        hh = np.where(giant, GIANT, np.clip(raw * f, 60, 6800))
        lo, hi = (f, hi) if (hh * size).sum() < RESIDENTS else (lo, f)
    hh = np.where(giant, GIANT, np.round(hh)).astype(int)
    residents = whole(hh * size, RESIDENTS)
    old = share_out(np.clip(col(2) * rng.lognormal(0, 0.13, n), 0.02, 0.55), residents, ELDERLY)
    young = share_out(np.clip(col(3) * rng.lognormal(0, 0.10, n), 0.03, 0.40), residents, CHILDREN)
    old80 = np.round(old * np.clip(rng.normal(0.135, 0.02, n) + (col(2) - 0.18) * 0.25, 0.06, 0.24)).astype(int)
    built = np.array([rng.integers(a, b + 1) for a, b in (KIND[k][6] for k in kinds)])
    fresh = (np.isin(kinds, ["high"])) & (built >= 2022)
    return {
        "households": hh,
        "registered_households": np.round(hh * col(4) * rng.lognormal(0, 0.06, n)).astype(int),
        "dwelling_units": np.round(hh * np.maximum(1.0, col(5) * rng.lognormal(0, 0.03, n))).astype(int),
        "undelivered_units": np.where(fresh, np.round(hh * rng.uniform(0.2, 0.6, n)), 0).astype(int),
        "residents": residents,
        "elderly": old,
        "elderly_80": old80,
        "children": young,
        "built": built,
        "kind_name": [KIND[k][7] for k in kinds],
        "scale": round(float(lo), 4),
    }
