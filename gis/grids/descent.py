"""Which grids a new division came from: by the ground they share."""

from collections import Counter
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from gis.crs import require_metric

# of the smaller of the two: less is a border drawn anew, not ground that changed hands
LEAST_SHARE: Final = 0.05


def descent(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> list[tuple[str, str, str]]:
    """Triples (old uid, new uid, kind) of grids that share at least a twentieth of the smaller one, by uid.

    old, new: [uid, geometry Polygon], in one metric CRS. Kinds: split (the new grid has this one origin and others came
    of it too), merge (the old grid went here alone, with others), adjust (both several), recode (one became one). A
    grid that continues under its uid counts for the kind and makes no triple of its own. Raises MissingCrsError,
    NotMetricError.
    """
    require_metric(new)
    was, now = old.geometry.to_numpy(), new.geometry.to_numpy()
    b, a = shapely.STRtree(was).query(now, predicate="intersects")
    shared = shapely.area(shapely.intersection(was[a], now[b]))
    real = shared >= LEAST_SHARE * np.minimum(shapely.area(was[a]), shapely.area(now[b]))
    links = sorted(zip(old["uid"].to_numpy()[a[real]], new["uid"].to_numpy()[b[real]], strict=True))
    heirs, origins = Counter(one for one, _ in links), Counter(one for _, one in links)
    return [(one, other, _kind(heirs[one], origins[other])) for one, other in links if one != other]


def _kind(heirs: int, origins: int) -> str:
    if heirs > 1:
        return "split" if origins == 1 else "adjust"
    return "merge" if origins > 1 else "recode"
