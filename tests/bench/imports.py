"""Import of a drawn city with all checks: `python -m tests.bench.imports [SCALE ...]` prints one JSON object.

At 1x: 132 communities, 5,016 grids, 12,500 buildings; borders share every vertex. Each size goes through the command
line into a private cluster of its own. Seconds are wall time of the command with the database's part; processor
seconds and peak memory are those of the command and the child that opens the file. The last part plants overlaps and
holds the check of borders against a search through all pairs without an index.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from gis import topology
from tests.bench.measure import best_of, peak_mb
from tests.installation import WANGGE, Installation

SCALES = (1, 4, 16)
ROWS, COLUMNS = 11, 12
CELLS = (2, 19)  # grids in a community, west to east and south to north
CELL_M = (200, 100)
PIECES = 4  # of each side of a grid
JITTER_M = 3
BUILDINGS = 12_500
DISTRICT = "610104"
OVERLAPS = 40
DAY = "2026-01-01"


class City:
    """A jittered lattice whose rings share all their vertices."""

    def __init__(self, scale):
        side = round(scale**0.5)
        self.rows, self.columns = ROWS * side, COLUMNS * side
        across, up = self.columns * CELLS[0] * PIECES, self.rows * CELLS[1] * PIECES
        draw = np.random.default_rng(scale)
        step = np.array(CELL_M) / PIECES
        lattice = np.stack(np.meshgrid(np.arange(across + 1), np.arange(up + 1), indexing="ij"), axis=-1)
        self.nodes = lattice * step + draw.uniform(-JITTER_M, JITTER_M, lattice.shape) + (300_000, 3_770_000)

    def ring(self, west, south, east, north):
        """The polygon around a box of grids."""
        west, south, east, north = (PIECES * one for one in (west, south, east, north))
        xs, ys = np.arange(west, east), np.arange(south, north)
        i = np.concatenate([xs, np.full(len(ys), east), xs[::-1] + 1, np.full(len(ys), west)])
        j = np.concatenate([np.full(len(xs), south), ys, np.full(len(xs), north), ys[::-1] + 1])
        return shapely.Polygon(self.nodes[i, j])

    def boxes(self):
        """Code of each community and the box of its grids."""
        wide, high = CELLS
        for row in range(self.rows):
            for column in range(self.columns):
                code = f"{DISTRICT}{row + 1:03d}{column + 1:03d}"
                yield code, wide * column, high * row, wide * (column + 1), high * (row + 1)

    def areas(self):
        across, up = self.columns * CELLS[0], self.rows * CELLS[1]
        rows = [(DISTRICT, "区", self.ring(0, 0, across, up))]
        rows += [
            (f"{DISTRICT}{row + 1:03d}", f"第{row + 1}街道", self.ring(0, CELLS[1] * row, across, CELLS[1] * (row + 1)))
            for row in range(self.rows)
        ]
        rows += [(code, f"社区{code[6:]}", self.ring(*box)) for code, *box in self.boxes()]
        return stored(rows)

    def grids(self):
        rows = []
        for code, west, south, east, north in self.boxes():
            cells = [(x, y) for y in range(north - 1, south - 1, -1) for x in range(west, east)]
            rows += [
                (f"{code}{number:03d}", f"第{number}网格", self.ring(x, y, x + 1, y + 1))
                for number, (x, y) in enumerate(cells, start=1)
            ]
        return stored(rows).assign(resident_households=400)

    def buildings(self, number):
        draw = np.random.default_rng(number)
        corner, end = self.nodes[0, 0], self.nodes[-1, -1]
        places = draw.uniform(corner, end, (number, 2))
        boxes = shapely.box(*places.T, *(places + draw.uniform(10, 40, places.shape)).T)
        frame = gpd.GeoDataFrame({"uid": [f"b{i}" for i in range(number)]}, geometry=boxes, crs=4545).to_crs(4490)
        return frame.assign(floors=draw.integers(1, 34, number), units=draw.integers(10, 400, number))


def stored(rows):
    """Rows of code, name and metric polygon in the storage CRS."""
    code, name, geometry = zip(*rows, strict=True)
    frame = gpd.GeoDataFrame({"code": code, "name": name}, geometry=list(geometry), crs=4545).to_crs(4490)
    return frame.set_geometry(shapely.transform(frame.geometry.to_numpy(), lambda xy: np.round(xy, 9)))


def measured(site, *words):
    """Run a command; its answer, wall seconds, processor seconds and peak memory."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(
            [WANGGE, *map(str, words), "--json"], env=site.environment, stdout=out, stderr=subprocess.DEVNULL
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
        out.seek(0)
        answer = json.load(out)
    figures = {
        "wall_s": round(wall, 1),
        "cpu_s": round(used.ru_utime + used.ru_stime, 1),
        "peak_mb": round(used.ru_maxrss / 1024),
    }
    return answer, process.returncode, figures


def one_size(scale):
    """All three kinds at one size, then the grids again, which changes nothing."""
    city = City(scale)
    frames = {"areas": city.areas(), "grids": city.grids(), "buildings": city.buildings(BUILDINGS * scale)}
    report = {}
    with tempfile.TemporaryDirectory() as place, Installation.made("bench-imports") as site:
        for kind, frame in frames.items():
            frame.to_file(Path(place) / f"{kind}.gpkg", driver="GPKG", engine="pyogrio")
        measured(site, "db", "start")
        for kind in (*frames, "grids again"):
            name = kind.split()[0]
            answer, code, figures = measured(site, "import", name, Path(place) / f"{name}.gpkg", "--date", DAY)
            assert code == 0, answer
            told = answer["written"]["added" if kind == name else "unchanged"]
            assert told == len(frames[name])
            report[kind] = {"rows": told, **figures}
    if scale == 1:
        report["planted"] = planted(city)
    return report


def planted(city):
    """Overlaps of every size from noise up: those the check of borders finds, and those that all pairs have."""
    grids = city.grids().to_crs(4545)
    draw = np.random.default_rng(0)
    shapes = grids.geometry.to_numpy()
    for row in draw.choice(len(grids), OVERLAPS, replace=False).tolist():
        shapes[row] = shapely.affinity.translate(shapes[row], *(10.0 ** draw.uniform(-5, 1, 2)))
    codes = grids["code"].tolist()
    rows = grids.set_geometry(shapes).assign(
        level="grid", tier=1, parent_code=[code[:12] for code in codes], source_row=range(1, len(codes) + 1)
    )
    faults, seconds = best_of(1, lambda: topology.check(rows, topology.Ground()))
    found = {frozenset(one.involved) for one in faults if one.code == "OVERLAP"}
    expected, brute_s = best_of(1, lambda: brute_force(shapes, codes))
    return {
        "rows": len(rows),
        "check_s": round(seconds, 2),
        "brute_force_s": round(brute_s, 2),
        "found": len(found),
        "brute_force": len(expected),
        "equal": found == expected,
    }


def brute_force(shapes, codes):
    """Codes of every pair of polygons sharing more than 0.05 m2, each row against all rows behind it."""
    box = shapely.bounds(shapes)
    pairs = set()
    for i in range(len(shapes)):
        rest = box[i + 1 :]
        near = (rest[:, 0] < box[i, 2]) & (rest[:, 2] > box[i, 0]) & (rest[:, 1] < box[i, 3]) & (rest[:, 3] > box[i, 1])
        others = i + 1 + np.flatnonzero(near)
        shared = shapely.area(shapely.intersection(shapes[i], shapes[others]))
        pairs |= {frozenset((codes[i], codes[one])) for one in others[shared > 0.05]}
    return pairs


def main():
    scales = [int(word) for word in sys.argv[1:]] or list(SCALES)
    sizes = {f"{scale}x": one_size(scale) for scale in scales}
    print(json.dumps({"bench": "imports", **sizes, "drawing_peak_mb": peak_mb()}, ensure_ascii=False))


if __name__ == "__main__":
    main()
