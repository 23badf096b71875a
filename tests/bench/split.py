"""Splitting against the marks of its issue: `python -m tests.bench.split` prints one JSON object.

Instances lie in ../shared/bench/split beside the checkout; the other four come from the generator there where networkx
is installed. Legality, weights and optima are counted here again, without the engine. Seconds are processor seconds.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from data import instances
from gis.split import pairwise, search
from gis.split.dual import Window, shortest
from gis.split.dualmap import rings_of
from gis.split.plan import numbered
from gis.split.rules import Rules, broken
from gis.split.scores import score
from gis.split.solve import solve, tightened
from gis.split.units import join
from tests.bench.measure import SHARED, best_of, peak_mb
from tests.split.cases import connected, least, units, window

# the least weighted cut any method reached (two of them proven)
BEST_KNOWN = {
    "60_2": 212,
    "60_4": 1003,
    "150_3": 903,
    "150_5": 1625,
    "300_2": 510,
    "300_4": 2086,
    "600_3": 626,
    "600_5": 3153,
}
SEEDS = (1, 2, 3)
TOLERANCES = (0.005, 0.01, 0.02, 0.05, 0.1)


def found(folder):
    """Names and paths of the instances at hand."""
    source = SHARED / "bench" / "split"
    if not source.is_dir():
        print("skipped: bench/split is not in ../shared beside this checkout; set WANGGE_SHARED", file=sys.stderr)
        raise SystemExit(0)
    if importlib.util.find_spec("networkx"):
        shutil.copy(source / "make_instances.py", folder)
        subprocess.run([sys.executable, "make_instances.py"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        source = Path(folder)
    return {name: source / f"inst_{name}.json" for name in BEST_KNOWN if (source / f"inst_{name}.json").exists()}


def faults(raw, part, parts, tolerance):
    """Letters of what a plan breaks: K parts, B balance, C contiguity, S centres, T together."""
    held = np.bincount(part, weights=raw["households"], minlength=parts)
    mean = sum(raw["households"]) / parts
    said = "" if len(set(part.tolist())) == parts else "K"
    said += "B" if np.abs(held / mean - 1).max() > tolerance + 1e-9 else ""
    said += "S" if set(part[raw["centres"]].tolist()) != set(range(parts)) else ""
    said += "T" if any(len(set(part[group].tolist())) > 1 for group in raw["together"]) else ""
    tied = [(a, b) for group in raw["together"] for a in group for b in group if a < b]
    edges = np.array([(e["u"], e["v"]) for e in raw["edges"] if e["passable"]] + tied)
    for p in range(parts):
        own = np.flatnonzero(part == p)
        inner = edges[(part[edges] == p).all(axis=1)]
        said += "" if connected(len(own), np.searchsorted(own, inner)) else "C"
    return said


def runs(paths):
    """Every instance by every seed, by metres and by weights: faults, and the weighted cut against the best known."""
    failed = total = 0
    rows = []
    for name, path in paths.items():
        raw, instance = json.loads(path.read_text()), instances.read(path)
        rules = Rules(instance.parts, instance.tolerance)
        ends = np.array([(e["u"], e["v"]) for e in raw["edges"]])
        weight = np.array([e["w"] for e in raw["edges"]])
        metres, weighted, offered, spent = [], [], [], []
        for seed in SEEDS:
            for objective in ("metres", "instance"):
                start = time.process_time()
                solution = solve(instance.atoms, rules, seed, objective)
                spent.append(time.process_time() - start)
                plans = [one.plan.part for one in solution.proposals]
                total += 1
                failed += any(faults(raw, plan, rules.parts, rules.tolerance) for plan in plans)
                cuts = [int(weight[plan[ends[:, 0]] != plan[ends[:, 1]]].sum()) for plan in plans]
                if objective == "instance":
                    weighted.append(cuts[0] / BEST_KNOWN[name])
                else:
                    offered.append(min(cuts) / BEST_KNOWN[name])
                    metres.append(solution)
        first = metres[0].proposals[0]
        borders = [one.proposals[0].score.border_cm / 100 for one in metres]
        rows.append(
            {
                "instance": name,
                "weighted_over_best": round(max(weighted), 4),
                "offered_over_best": round(max(offered), 4),
                "border_m": [min(borders), max(borders)],
                "proof": first.proof.kind,
                "gap": round(first.proof.gap, 4),
                "pairs": f"{metres[0].pairs_proven}/{metres[0].pairs}",
                "most_s": round(max(spent), 1),
            }
        )
    return {"runs": total, "failed": failed}, rows


def two_parts(paths):
    """Every community in two parts at five tolerances, by plain metres: proven or open with its bound, and seconds."""
    rows = []
    for name, path in paths.items():
        atoms = instances.read(path).atoms
        graph = join(atoms, atoms.edges.border_cm).units
        rings = rings_of(graph)
        for tolerance in TOLERANCES:
            target = Rules(2, tolerance).target(atoms)
            start = time.process_time()
            plans = search.portfolio(graph, target, 1)
            upper = (graph.cut(plans[0]), plans[0]) if plans else (None, None)
            border = shortest(graph, rings, Window(target.low, target.high, True), *upper)
            spent = time.process_time() - start
            gap = None if border.cost is None else round(1 - border.bound / border.cost, 4)
            rows.append([name, tolerance, border.cost, gap, border.proven, round(spent, 2)])
    slowest = max(rows, key=lambda row: row[5])
    return {
        "cases": len(rows),
        "proven": sum(row[4] for row in rows),
        "open": [row[:4] for row in rows if not row[4]],
        "slowest": {"instance": slowest[0], "tolerance": slowest[1], "seconds": slowest[5]},
    }


def pairs(paths):
    """Three parts and more: adjacent pairs certified, and the seconds it took after the search."""
    rows = []
    for name, path in paths.items():
        instance = instances.read(path)
        if instance.parts < 3:
            continue
        graph = join(instance.atoms, instance.atoms.edges.border_cm).units
        rings, target = rings_of(graph), Rules(instance.parts, instance.tolerance).target(instance.atoms)
        plan = search.portfolio(graph, target, 1)[0]
        done, spent = best_of(1, lambda g=graph, r=rings, p=plan, t=target: pairwise.certify(g, r, p, t))
        rows.append({"instance": name, "proven": done.proven, "pairs": done.pairs, "seconds": round(spent, 2)})
    return rows


def bounds(paths):
    """Three parts and more: the bound of the whole against the best plan, by weights and by metres, and seconds."""
    rows = []
    for name, path in paths.items():
        instance = instances.read(path)
        if instance.parts < 3:
            continue
        rules = Rules(instance.parts, instance.tolerance)
        for objective in ("instance", "metres"):
            quick = solve(instance.atoms, rules, 1, objective)
            start = time.process_time()
            proof = tightened(instance.atoms, quick).proposals[0].proof
            spent = time.process_time() - start
            gaps = [round(one.gap, 4) for one in (quick.proposals[0].proof, proof)]
            rows.append([name, objective, proof.bound, *gaps, round(spent, 1)])
    return {"columns": ["instance", "objective", "bound", "quick_gap", "gap", "seconds"], "rows": rows}


def brute_force(cases):
    """Bounds and plans of two parts on small random planar graphs against every plan there is."""
    wrong = exact = 0
    for seed in range(cases):
        graph = units(10_000 + seed, 11)
        asked = window(graph, (0.05, 0.1, 0.25)[seed % 3], bool(seed % 2))
        best = least(graph, 2, asked.low, asked.high, asked.centres)
        border = shortest(graph, rings_of(graph), asked)
        wrong += best is not None and border.bound > best
        exact += border.proven and border.cost == best
    return {"graphs": cases, "invalid_bounds": wrong, "exact": exact}


def moves(path):
    """Milliseconds to judge and score one moved atom, the median of 200."""
    instance = instances.read(path)
    rules = Rules(instance.parts, instance.tolerance)
    graph = join(instance.atoms, instance.atoms.edges.border_cm)
    part = search.portfolio(graph.units, rules.target(instance.atoms), 1)[0]
    plan = numbered(instance.atoms, part[graph.unit_of], rules.parts)
    spent = []
    for atom in range(200):
        start = time.perf_counter()
        moved = plan.move(atom, (plan.assignment[atom] + 1) % rules.parts)
        broken(instance.atoms, rules, moved)
        score(instance.atoms, moved)
        spent.append(time.perf_counter() - start)
    return {"atoms": len(instance.atoms), "median_ms": round(1000 * float(np.median(spent)), 2)}


def main():
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("OGR_CURRENT_DATE", "2026-01-01T00:00:00Z")
        paths = found(folder)
        smallest = instances.read(next(iter(paths.values()))).atoms
        solve(smallest, Rules(2, 0.1), 1)
        solve(smallest, Rules(3, 0.1), 1)
        failure, rows = runs(paths)
        report = {
            "bench": "split",
            "failure": failure,
            "instances": rows,
            "two_parts": two_parts(paths),
            "pairs": pairs(paths),
            "bounds": bounds(paths),
            "brute_force": brute_force(400),
            "move": moves(list(paths.values())[-1]),
            "peak_mb": peak_mb(),
        }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
