"""Real Lianhu by straight-line radius and on foot: `python -m tests.bench.lianhu` prints one JSON object.

Loads the real files through the command line into a private cluster of its own, as docs/lianhu.md does, and compares
per category the people whose nearest point lies within the limit as the crow flies with those who can walk there.
"""

import json
import time

from tests.bench.measure import real_data
from tests.installation import Installation

CODE = "610104"
IMPORTS = (
    ("areas", "model_cities_districts_cgcs2000.geojson", "--date", "2024-12-31"),
    ("codes", "model_cities_communities.csv", "--area", CODE, "--date", "2023-06-30"),
    ("streets", "xian_osm_roads_2017_original_gbk_shp.zip", "--area", "6101", "--date", "2017-12-31"),
    ("compounds", "xian_compounds_2020.gpkg", "--area", CODE, "--date", "2020-09-19"),
    ("service_points", "xian_poi_2020.gpkg", "--area", CODE, "--date", "2020-09-06"),
)


def compared(item):
    """One item of the scorecard by both measures; None where it has no limit in metres or no point."""
    if item["limit_m"] is None or item["share"] is None:
        return None
    return {
        "category": item["category"],
        "circle_min": item["circle_min"],
        "limit_m": item["limit_m"],
        "group": item["group"],
        "on_foot": round(item["share"], 4),
        "by_radius": round(item["share_radius"], 4),
        "people_only_by_radius": round(item["people_in_radius"] - item["people_in"]),
    }


def main():
    files = {kind: real_data(name) for kind, name, *_ in IMPORTS}
    with Installation.made("bench-lianhu") as site:
        rows = {}
        for kind, _, *words in IMPORTS:
            said = site.json("import", kind, str(files[kind]), *words)
            rows[kind] = {key: said[key] for key in ("read", "accepted", "refused")}
        start = time.monotonic()
        card = site.json("coverage", CODE)
        seconds = time.monotonic() - start
    found = [one for one in map(compared, card["items"]) if one is not None]
    report = {
        "bench": "lianhu",
        "rows": rows,
        "coverage_command_seconds": round(seconds, 1),
        "people": card["items"][0]["people"],
        "compounds": card["items"][0]["compounds"],
        "undecided": card["items"][0]["undecided"],
        "mean_points_too_high_by_radius": round(
            100 * sum(one["by_radius"] - one["on_foot"] for one in found) / len(found), 1
        ),
        "items": found,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
