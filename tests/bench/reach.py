"""Nearest service of every category over a whole city, beside scipy: `python -m tests.bench.reach xian|generated`.

Prints one JSON object. Ratios compare processor time of one run of ours with scipy's bounded Dijkstra, one search per
category from the same attachments over the same integer graph; nodes and categories that differ are counted.
"""

import json
import sys

import geopandas as gpd
import numpy as np

from data.standards import walking_rule
from gis import crs, network, reach, snapping
from tests.bench.make_net import lattice_streets
from tests.bench.measure import best_of, peak_mb, real_data
from tests.gis.walking import scipy_distances, scipy_graph

CATEGORIES = 27
COMPARED = 15


def xian_streets():
    """The street file of Xi'an of 2017 as an import leaves it."""
    raw = gpd.read_file(real_data("xian_osm_roads_2017.gpkg"))
    flat = crs.to_zone(raw, crs.zone_of("6101", 108.93)).explode(index_parts=False, ignore_index=True)
    streets = flat.assign(
        access=None, **{"class": flat["fclass"], "bridge": flat["bridge"].eq("T"), "tunnel": flat["tunnel"].eq("T")}
    )
    streets = streets.assign(walkable=network.walkable(streets["class"], streets["access"], walking_rule()))
    return streets.assign(main=network.main_component(streets))


def xian_places(zone):
    """Compounds, and service points by the categories of the 2018 source."""
    compounds = crs.to_zone(gpd.read_file(real_data("xian_compounds_2020.gpkg")), zone)
    points = crs.to_zone(gpd.read_file(real_data("xian_poi_2018.gpkg")), zone)
    return snapping.point_xy(compounds), [snapping.point_xy(group) for _, group in points.groupby("category")]


def generated_places(net, rng):
    """Homes and 305 points per category scattered beside the streets."""
    homes = net.xy[rng.integers(0, net.n_nodes, 5261)] + rng.normal(0, 20, (5261, 2))
    return homes, [scattered(net, rng, 305) for _ in range(COMPARED)]


def scattered(net, rng, n):
    return net.xy[rng.integers(0, net.n_nodes, n)] + rng.normal(0, 20, (n, 2))


def compared(net, categories, limit_cm, ours, seconds):
    """Run scipy over the same categories."""
    graphs = [scipy_graph(net, snaps) for snaps in categories]
    theirs, scipy_s = best_of(3, lambda: [scipy_distances(graph, limit_cm) for graph in graphs])
    return {
        "categories": len(categories),
        "seconds": round(seconds, 4),
        "scipy_seconds": round(scipy_s, 4),
        "times_faster_than_scipy_each": round(scipy_s / seconds, 2),
        "times_one_scipy_search": round(seconds / (scipy_s / len(categories)), 2),
        "differing_pairs": int(sum((ours[:, k] != found).sum() for k, found in enumerate(theirs))),
    }


def main(which):
    limit_cm = {"xian": 150_000, "generated": 120_000}[which]
    rng = np.random.default_rng(1)
    streets = xian_streets() if which == "xian" else lattice_streets(200_000)
    net, build_s = best_of(2, lambda: network.build(streets))
    homes_xy, points = xian_places(streets.crs.to_epsg()) if which == "xian" else generated_places(net, rng)
    points += [scattered(net, rng, 200) for _ in range(CATEGORIES - len(points))]
    origins, homes_s = best_of(1, lambda: snapping.snap(net, homes_xy))
    categories, points_s = best_of(1, lambda: [snapping.snap(net, xy) for xy in points])
    reach.walks(net, reach.distances(net, categories[:1], 1000), origins, len(homes_xy), categories[:1], 1000)
    distance, reach_s = best_of(5, lambda: reach.distances(net, categories, limit_cm))
    walks, walks_s = best_of(2, lambda: reach.walks(net, distance, origins, len(homes_xy), categories, limit_cm))
    some, some_s = best_of(5, lambda: reach.distances(net, categories[:COMPARED], limit_cm))
    report = {
        "bench": f"reach {which}",
        "nodes": net.n_nodes,
        "segments": net.n_segments,
        "limit_m": limit_cm // 100,
        "compounds": len(homes_xy),
        "compounds_without_street": len(origins.missing(len(homes_xy))),
        "service_points": sum(len(xy) for xy in points),
        "walks_found": int((walks.net_cm >= 0).sum()),
        "build_seconds": round(build_s, 3),
        "snap_seconds": round(homes_s + points_s, 3),
        "walks_seconds": round(walks_s, 3),
        "peak_mb": peak_mb(),
        "fifteen": compared(net, categories[:COMPARED], limit_cm, some, some_s),
        "all": compared(net, categories, limit_cm, distance, reach_s),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1])
