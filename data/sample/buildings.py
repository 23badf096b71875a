"""Building footprints: slabs facing south, towers, village houses, courtyards. Optional layer."""

import numpy as np
import shapely

# length, depth, gap along, gap across (m), floors, share of grid places built on
FORM = {
    "danwei": (44, 11.5, 8, 17, (4, 6), 0.86),
    "old": (46, 12, 8, 18, (5, 7), 0.88),
    "mid": (42, 13, 11, 26, (6, 12), 0.88),
    "high": (34, 16, 14, 35, (18, 33), 0.90),
    "giant": (36, 17, 15, 40, (24, 33), 0.94),
    "village": (11, 9.5, 1.6, 2.6, (2, 6), 0.84),
    "hutong": (12, 8.5, 1.6, 2.6, (1, 2), 0.84),
    "school": (48, 13, 34, 38, (4, 5), 0.55),
    "kindergarten": (26, 14, 24, 26, (2, 3), 0.7),
    "office": (38, 18, 16, 22, (5, 18), 0.7),
    "mall": (62, 44, 14, 16, (3, 6), 0.85),
    "factory": (70, 26, 16, 18, (1, 3), 0.72),
    "hospital": (56, 17, 22, 26, (5, 15), 0.7),
    "yard": (80, 20, 26, 40, (1, 2), 0.45),
    "logistics": (90, 42, 24, 30, (1, 2), 0.75),
    "campus": (58, 15, 42, 52, (4, 8), 0.6),
    "heritage": (22, 15, 18, 22, (1, 2), 0.6),
    "depot": (90, 22, 26, 36, (1, 2), 0.55),
    "stadium": (120, 90, 60, 60, (2, 4), 0.8),
}


def footprints(lot, rng):
    """[(polygon, floors)] for one lot; a lot too narrow for the usual slab gets shorter ones."""
    if lot.use not in FORM:
        return []
    return next((b for b in (_rows(lot, rng, k) for k in (1.0, 0.72, 0.5)) if b), [])


def _rows(lot, rng, scale):
    """Rows of slabs running east-west, turned a few degrees with the lot."""
    length, depth, gx, gy, (f0, f1), fill = FORM[lot.use]
    length, depth, gx, gy, fill = (
        length * scale,
        depth * min(1, scale * 1.15),
        gx * scale,
        gy * scale,
        fill if scale == 1 else 1.0,
    )
    inner = lot.poly.buffer(
        -(
            7.0
            if lot.use in ("high", "giant", "campus", "factory", "mid")
            else 2.6
            if lot.use in ("hutong", "village")
            else 5.0
        )
    )
    if inner.is_empty or inner.area < 120:
        return []
    c = np.asarray(lot.poly.minimum_rotated_rectangle.exterior.coords)
    e = c[1] - c[0]
    tilt = np.arctan2(e[1], e[0]) % (np.pi / 2)
    tilt = tilt - np.pi / 2 if tilt > np.pi / 4 else tilt
    tilt = np.clip(tilt, -0.22, 0.22)
    ca, sa = np.cos(tilt), np.sin(tilt)
    mid = np.array([lot.poly.centroid.x, lot.poly.centroid.y])
    p = (np.asarray(inner.envelope.exterior.coords) - mid) @ np.array([[ca, -sa], [sa, ca]])
    lo, hi = p.min(0), p.max(0)
    if hi[0] - lo[0] < length * 1.25:
        length = max(12.0, min(length, (hi[0] - lo[0]) * 0.8))
    xs = np.arange(lo[0] + length / 2 + rng.uniform(0, gx), hi[0], length + gx)
    ys = np.arange(lo[1] + depth / 2 + rng.uniform(0, gy / 2), hi[1], depth + gy)
    if not len(xs) or not len(ys):
        return []
    x, y = (a.ravel() for a in np.meshgrid(xs, ys))
    n = len(x)
    if lot.use in ("high", "giant"):  # alternate rows shift: towers look between each other
        x = x + np.where((np.arange(n) // len(xs)) % 2, (length + gx) / 2, 0)
    x, y = x + rng.normal(0, gx * 0.10, n), y + rng.normal(0, gy * 0.05, n)
    w, h = length * rng.uniform(0.82, 1.0, n), depth * rng.uniform(0.9, 1.06, n)
    u = np.stack([x - w / 2, x + w / 2, x + w / 2, x - w / 2], 1)
    v = np.stack([y - h / 2, y - h / 2, y + h / 2, y + h / 2], 1)
    xy = np.stack([mid[0] + u * ca - v * sa, mid[1] + u * sa + v * ca], 2)
    boxes = shapely.polygons(np.round(xy, 2))
    shapely.prepare(inner)
    ok = shapely.contains(inner, boxes) & (rng.random(n) < fill)
    floors = rng.integers(f0, f1 + 1, n)
    if lot.use in ("danwei", "old"):
        floors = np.where(rng.random(n) < 0.8, f1, floors)
    return [(b, int(f)) for b, f in zip(boxes[ok], floors[ok])]
