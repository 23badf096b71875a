"""Splits of real drafted communities: `python -m tests.bench.split_lianhu` prints one JSON object.

Loads real Lianhu as docs/lianhu.md does, drafts the communities, and asks for two and three parts of every draft with
at least `LEAST` households on its compounds: which proof each best plan carries, and why the others have no plan.
"""

import json
import re
import time
from collections import Counter

from api.access import today
from api.flows import communities
from data import areas
from data.session import addresses, make_engine, transaction
from data.viewers import PLANNER
from gis.errors import WanggeError
from gis.split.rules import Rules
from gis.split.solve import solve
from tests.bench.lianhu import CODE, IMPORTS
from tests.bench.measure import real_data
from tests.installation import Installation

NAME = "bench-split-lianhu"
ANCHORS = "lianhu_community_poi_matches.geojson"
LEAST = 1_000
TOLERANCE = 0.1


def tried(read, code, parts):
    """Proof, gap and seconds of the best plan of one community, or the reason there is none."""
    start = time.process_time()
    try:
        rules = Rules(parts, TOLERANCE)
        atoms, _ = communities.prepare(read, code, rules, "blocks")
        if int(atoms.households.sum()) < LEAST:
            return None
        found = solve(atoms, rules, 7)
    except WanggeError as error:
        return {"code": code, "parts": parts, "why": error.detail, "seconds": round(time.process_time() - start, 1)}
    best = found.proposals[0]
    return {
        "code": code,
        "parts": parts,
        "atoms": len(atoms),
        "proof": best.proof.kind,
        "gap": None if best.proof.gap is None else round(best.proof.gap, 4),
        "pairs": f"{found.pairs_proven}/{found.pairs}",
        "plans": len(found.proposals),
        "seconds": round(time.process_time() - start, 1),
    }


def main():
    """Print the figures."""
    files = {kind: real_data(name) for kind, name, *_ in IMPORTS}
    with Installation.made(NAME) as site:
        for kind, _, *words in IMPORTS:
            site.json("import", kind, str(files[kind]), *words)
        site.json("draft", "communities", "--district", CODE, "--anchors", str(real_data(ANCHORS)))
        engine = make_engine(addresses(None, NAME)[1])
        with transaction(engine, PLANNER) as connection:
            day = today()
            read = communities.read_area(connection, areas.find_area(connection, CODE, day, PLANNER), PLANNER, day)
        engine.dispose()
        codes = sorted(read.communities["code"][read.communities.geometry.notna()])
        rows = [row for code in codes for parts in (2, 3) if (row := tried(read, code, parts)) is not None]
    proofs = {parts: Counter(row.get("proof", "no plan") for row in rows if row["parts"] == parts) for parts in (2, 3)}
    told = [re.sub(r"[\d,]+", "…", row["why"].split("；")[0]) for row in rows if "why" in row]
    why = Counter(re.sub("基本单元 .* 有", "基本单元 … 有", one) for one in told)
    print(json.dumps({"bench": "split_lianhu", "drafts": len(codes), "proofs": proofs, "why": why, "rows": rows}))


if __name__ == "__main__":
    main()
