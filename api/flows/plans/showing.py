"""Plans read: lists, one plan with everything, its units and borders as GeoJSON, two of them compared."""

import json
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Connection

from api.flows.plans import dressing, making
from api.flows.plans.shelf import Bench, Benches
from data import areas, plans
from data.plans import Stored
from data.viewers import Viewer
from gis.errors import BadInputError, NotFoundError
from gis.split.plan import difference

# what became law says what was so when it was made; nothing has to be computed again
DONE = frozenset({"生效", "撤销"})


def listed(connection: Connection, viewer: Viewer, code: str, limit: int, cursor: str | None) -> dict[str, Any]:
    """Plans of the communities below a code (all in the scope for an empty one), the newest first."""
    found = plans.listed(connection, code, viewer, limit + 1, int(cursor) if cursor else None)
    kinds = plans.kinds(connection, {one.run_id for one in found})
    items = [dressing.as_item(one, kinds[one.run_id]) for one in found[:limit]]
    return {"items": items, "next": str(found[limit - 1].id) if len(found) > limit else None}


def whole(connection: Connection, benches: Benches, viewer: Viewer, number: int, day: date) -> dict[str, Any]:
    """Everything about a plan."""
    stored = plans.find(connection, number, viewer)
    bench = benches.take(connection, stored.run_id)
    run = bench.run
    return (
        dressing.as_item(stored, run.kind)
        | told(bench, stored, items=True)
        | {
            "communities": [{"code": c, "name": n} for c, n in zip(run.codes, run.names, strict=True)],
            "as_of": run.as_of.isoformat(),
            "synthetic": run.synthetic,
            "settings": dict(run.settings),
            "atoms": {"kind": bench.atoms.kind, "count": len(bench.atoms), "digest": run.digest},
            "notes": run.facts["notes"],
            "services_note": run.facts.get("services_note"),
            "adjacent_pairs": run.facts.get("pairs"),
            "adjacent_pairs_proven": run.facts.get("pairs_proven"),
            "rows_digest": run.rows_digest,
            "stale": stored.state not in DONE and is_stale(connection, bench, viewer, day),
            "document_no": stored.document_no,
            "effective": stored.effective.isoformat() if stored.effective else None,
            "remarks": dict(stored.remarks),
            "course": [one | {"at": one["at"].isoformat()} for one in plans.events(connection, number)],
            "comments": [one | {"at": one["at"].isoformat()} for one in plans.comments(connection, number)],
            "steps": [one | {"at": one["at"].isoformat()} for one in plans.steps(connection, number)],
        }
    )


def told(bench: Bench, stored: Stored, *, items: bool = False, said: dict[str, Any] | None = None) -> dict[str, Any]:
    """The numbers of a plan (`said`, where they are at hand) and its editing state: what a move answers."""
    said = said or dressing.numbers(bench, bench.plan(stored), dict(stored.solved), items=items)
    for part, name in zip(said["parts"], stored.names, strict=True):
        part["name"] = name
        part["locked"] = part["no"] in stored.locked_parts
    return said | {
        "id": stored.id,
        "version": stored.version,
        "step": stored.step,
        "assignment": list(stored.assignment),
        "locked_atoms": list(stored.locked_atoms),
        "locked_parts": list(stored.locked_parts),
    }


def atoms_geojson(connection: Connection, benches: Benches, viewer: Viewer, number: int) -> str:
    """The basic units with the part each is in."""
    stored = plans.find(connection, number, viewer)
    bench = benches.take(connection, stored.run_id)
    atoms, locked = bench.atoms, set(stored.locked_atoms)
    features = []
    for one, (shape, part) in enumerate(zip(bench.shapes, stored.assignment, strict=True)):
        words = {
            "atom": one,
            "part": part,
            "name": atoms.names[one],
            "households": int(atoms.households[one]),
            "residents": int(atoms.residents[one]),
            "elderly": None if atoms.elderly is None else int(atoms.elderly[one]),
            "children": None if atoms.children is None else int(atoms.children[one]),
            "estate": "、".join(bench.estates[one]) or None,
            "centre": one in atoms.centres,
            "locked": one in locked or part in stored.locked_parts,
        }
        features.append(f'{{"type":"Feature","id":{one},"geometry":{shape},"properties":{_json(words)}}}')
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'


def borders_geojson(connection: Connection, benches: Benches, viewer: Viewer, number: int) -> str:
    """The new inner border, piece by piece, with what runs along it."""
    stored = plans.find(connection, number, viewer)
    bench = benches.take(connection, stored.run_id)
    edges, part = bench.atoms.edges, stored.assignment
    longest: dict[tuple[int, int], tuple[int, str]] = {}
    rows = zip(edges.first.tolist(), edges.second.tolist(), edges.border_cm.tolist(), edges.plain.tolist(), strict=True)
    for first, second, length, kind in rows:
        if part[first] != part[second]:
            pair = (first, second)
            longest[pair] = max(longest.get(pair, (-1, "")), (length, kind))
    features = []
    for (first, second), (_, kind) in sorted(longest.items()):
        shape = bench.lines.get((first, second))
        if shape is not None:
            words = {"kind": kind, "parts": sorted((part[first], part[second]))}
            features.append(f'{{"type":"Feature","geometry":{shape},"properties":{_json(words)}}}')
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'


def compared(connection: Connection, benches: Benches, viewer: Viewer, number: int, other: int) -> dict[str, Any]:
    """Two plans of one run: their numbers, and the units that lie in different parts."""
    one, two = (plans.find(connection, each, viewer) for each in (number, other))
    if one.run_id != two.run_id:
        raise BadInputError("这两个方案的基本单元不同，不能逐个比较。选同一次求解的两个方案")
    bench = benches.take(connection, one.run_id)
    first, second = bench.plan(one), bench.plan(two)
    apart = [
        {"atom": atom, "name": bench.atoms.names[atom], "part": a, "other_part": b}
        for atom, (a, b) in enumerate(zip(first.assignment, second.assignment, strict=True))
        if a != b
    ]
    moved = np.flatnonzero(first.part != second.part)
    return {
        "plan": told(bench, one),
        "other": told(bench, two),
        "atoms": apart,
        "households": int(bench.atoms.households[moved].sum()),
        "residents": int(bench.atoms.residents[moved].sum()),
        "difference": round(difference(bench.atoms, first, second), 6),
    }


def is_stale(connection: Connection, bench: Bench, viewer: Viewer, day: date) -> bool:
    """Whether the rows that the plan was made from have changed since."""
    try:
        now = [areas.find_area(connection, code, day, viewer.whole) for code in bench.run.codes]
    except NotFoundError:
        return True
    return making.rows_digest(connection, now, day, viewer, bench.run.settings["atoms"]) != bench.run.rows_digest


def _json(words: dict[str, Any]) -> str:
    return json.dumps(words, ensure_ascii=False, separators=(",", ":"))
