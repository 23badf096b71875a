"""Random questions of random accounts at every door that hands out rows, and many accounts at once."""

import asyncio
import json
import math
import os
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from fastapi.testclient import TestClient
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import Engine, text

from api.main import create_app
from api.settings import Settings
from data import tiles
from data.session import transaction
from data.viewers import Viewer
from tests.rights.brute import AREAS, OPEN, PLACES, TODAY, Whole, borders, everything, expected, on_edge
from tests.rights.conftest import COMMUNITY, LATER, SUBDISTRICT

# the full numbers with `make fuzz`
FULL = bool(os.environ.get("WANGGE_FULL"))
QUESTIONS, REQUESTS, AT_ONCE = (1000, 10_000, 8) if FULL else (150, 500, 8)
BEFORE = date(1990, 1, 1)
LAYERS = (*AREAS, "grids", "compounds", "gates", "candidate_sites", "buildings", *OPEN)
ROLE = {0: "管理员", 6: "规划", 9: "街道", 12: "社区", 15: "网格长"}
Bearer = Callable[[Viewer], dict[str, str]]


@pytest.fixture(scope="module")
def worlds(walled: Engine) -> dict[date, Whole]:
    """All there is, by day: before anything was recorded, today, and after the changes."""
    return {day: everything(walled, day) for day in (BEFORE, TODAY, LATER)}


@pytest.fixture(scope="module")
def codes(worlds: dict[date, Whole]) -> list[str]:
    """Codes of every area and grid."""
    found = sorted(borders(worlds[TODAY]))
    assert {len(code) for code in found} == {6, 9, 12, 15}
    return found


@dataclass(frozen=True)
class Question:
    """Rows of a layer asked for at a door by somebody of a scope."""

    door: str
    layer: str
    scope: str
    area: str | None
    as_of: date
    bbox: tuple[float, float, float, float] | None
    tile: tuple[int, int, int]

    @property
    def address(self) -> str:
        words = f"?as_of={self.as_of}" + (f"&area={self.area}" if self.area else "")
        if self.door == "export":
            return f"/api/export/{self.layer}{words}&format=geojson"
        if self.door == "tile":
            return f"/tiles/{self.layer}/{'/'.join(map(str, self.tile))}.mvt{words}"
        return f"/layers/{self.layer}.geojson{words}" + (f"&bbox={','.join(map(repr, self.bbox))}" if self.bbox else "")

    @property
    def box(self) -> shapely.Geometry | None:
        if self.door == "tile":
            return ground_of(*self.tile)
        return shapely.box(*self.bbox) if self.bbox and self.door == "layer" else None

    @property
    def foreign(self) -> bool:
        """Whether the question is for places of an area that the scope has no share in."""
        area = self.area or ""
        apart = not area.startswith(self.scope) and not self.scope.startswith(area)
        return apart and (self.layer in PLACES or self.layer == "grids" or len(area) == 15)


def ground_of(z: int, x: int, y: int) -> shapely.Geometry:
    """A tile in degrees."""

    def north(row: int) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / 2**z))))

    return shapely.box(x / 2**z * 360 - 180, north(y + 1), (x + 1) / 2**z * 360 - 180, north(y))


def tile_over(z: int, lon: float, lat: float) -> tuple[int, int, int]:
    rise = math.asinh(math.tan(math.radians(lat)))
    return z, int((lon + 180) / 360 * 2**z), int((1 - rise / math.pi) / 2 * 2**z)


def asked_at_random(seeded: random.Random, codes: list[str], bounds: tuple[float, float, float, float]) -> Question:
    west, south, east, north = bounds
    x, y = sorted(seeded.uniform(west, east) for _ in "ab"), sorted(seeded.uniform(south, north) for _ in "ab")
    by_length = [[code for code in codes if len(code) == length] for length in (6, 9, 12, 15)]
    area = seeded.choice([None, seeded.choice(seeded.choice(by_length[:3]))])
    layer = seeded.choice(LAYERS)
    return Question(
        seeded.choice(("layer", "tile", "export")),
        layer,
        seeded.choice(["", *(seeded.choice(one) for one in by_length)]),
        area,
        seeded.choice((TODAY, TODAY, LATER, LATER, BEFORE)),
        seeded.choice([None, (x[0], y[0], x[1], y[1])]),
        tile_over(seeded.randint(max(12, tiles.MIN_ZOOM.get(layer, 0)), 16), x[0], y[0]),
    )


def answered(question: Question, content: bytes, folder: Path) -> dict[str, int | None]:
    """Uids and household counts of an answer."""
    if question.door == "tile":
        if not content:
            return {}
        z, x, y = question.tile
        path = folder / str(z) / str(x) / f"{y}.pbf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        rows = pyogrio.read_dataframe(path, layer=question.layer, read_geometry=False).to_dict("records")
    else:
        rows = [one["properties"] for one in json.loads(content)["features"]]
    counted = question.layer in AREAS
    return {row["uid"]: whole(row.get("registered_households")) if counted else None for row in rows}


def whole(count: float | None) -> int | None:
    return None if count is None or count != count else int(count)


def test_random_questions_are_answered_as_by_brute_force(
    site: TestClient, worlds: dict[date, Whole], codes: list[str], bearer: Bearer, tmp_path: Path
) -> None:
    """150 in the suite, 1,000 with `make fuzz`: account, area, box, tile, export and day at random."""
    seeded = random.Random(20)
    bounds = worlds[TODAY]["districts"][0]["geometry"].bounds
    headers: dict[str, dict[str, str]] = {}
    told: Counter[str] = Counter()
    for number in range(QUESTIONS):
        question = asked_at_random(seeded, codes, bounds)
        scope = question.scope
        if scope not in headers:
            headers[scope] = bearer(Viewer(ROLE[len(scope)], scope))
        asked = site.get(question.address, headers=headers[scope])
        if question.foreign or (question.area and question.as_of == BEFORE):
            assert asked.status_code == 404, question
            told["refused"] += 1
            continue
        assert asked.status_code in (200, 204), (question, asked.text[:200])
        world = worlds[question.as_of]
        wanted = expected(world, question.layer, scope, question.box, question.area)
        found = answered(question, asked.content, tmp_path / str(number))
        assert set(found) - set(wanted.sure) <= around(question, world, scope) | wanted.unsure, question
        assert set(wanted.sure) <= set(found), question
        assert {uid: found[uid] for uid in wanted.sure} == wanted.sure, question
        told[question.door] += 1
        told["rows"] += len(found)
    assert sum(told[one] for one in ("refused", "layer", "tile", "export")) == QUESTIONS
    assert min(told[one] for one in ("refused", "layer", "tile", "export")) > QUESTIONS / 20
    assert told["rows"] > 10 * QUESTIONS


def around(question: Question, world: Whole, scope: str) -> set[str]:
    """What the margin of a tile may show besides: never anything outside the scope."""
    if question.door != "tile":
        return set()
    west, south, east, north = question.box.bounds  # type: ignore[union-attr]
    more = (east - west) / 16
    wide = shapely.box(west - more, south - more, east + more, north + more)
    seen = expected(world, question.layer, scope, wide, question.area)
    return set(seen.sure) | seen.unsure


def test_the_wall_alone_holds_fifty_accounts_at_once(
    walled: Engine, worlds: dict[date, Whole], codes: list[str]
) -> None:
    """Plain SQL on connections that eight threads share, without the first wall: no row of another scope."""
    border = borders(worlds[TODAY])
    points = {row["uid"]: row["geometry"] for day in (TODAY, LATER) for row in worlds[day]["compounds"]}
    now_and_later = [{row["uid"]: row["geometry"] for row in worlds[day]["compounds"]} for day in (TODAY, LATER)]
    accounts = [code for code in codes if len(code) in (9, 12)][:35] + [code for code in codes if len(code) == 15][:15]
    assert len(accounts) == 50
    own = {}
    for code in accounts:
        inside = [{uid for uid, place in day.items() if shapely.covers(border[code], place)} for day in now_and_later]
        own[code] = inside[0] | inside[1]
    some = sorted(points)
    query = text("SELECT DISTINCT uid FROM compound_version WHERE uid = ANY(:asked)")

    def ask(number: int) -> tuple[int, int]:
        seeded = random.Random(number)
        code = seeded.choice(accounts)
        asked = seeded.sample(some, 12) + seeded.sample(sorted(own[code]), min(2, len(own[code])))
        with transaction(walled, Viewer("社区", code)) as connection:
            found = set(connection.scalars(query, {"asked": asked}))
        assert found == own[code].intersection(asked)
        return len(found), len(found - own[code])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(ask, range(REQUESTS)))
    assert len(told) == REQUESTS
    assert sum(foreign for _, foreign in told) == 0
    assert sum(seen for seen, _ in told) > REQUESTS


def test_fifty_accounts_at_once_at_the_doors(
    shut: Settings, worlds: dict[date, Whole], codes: list[str], bearer: Bearer
) -> None:
    """10,000 requests with `make fuzz`, 500 in the suite, always eight on the way, of fifty accounts at random."""
    border, homes = borders(worlds[TODAY]), worlds[TODAY]["compounds"]
    scopes = [code for code in codes if len(code) in (9, 12)][:35] + [code for code in codes if len(code) == 15][:15]
    own = {code: {row["uid"] for row in homes if shapely.covers(border[code], row["geometry"])} for code in scopes}
    headers = {code: bearer(Viewer(ROLE[len(code)], code)) for code in scopes}
    towns = {row["code"]: row["registered_households"] for row in worlds[TODAY]["communities"]}
    told: Counter[str] = Counter()
    seeded = random.Random(50)
    asked = [(seeded.choice(scopes), seeded.random(), seeded.choice(homes)["uid"]) for _ in range(REQUESTS)]

    async def one(client: AsyncClient, code: str, dice: float, uid: str) -> None:
        if dice < 0.4:
            answer = await client.get("/layers/compounds.geojson", headers=headers[code])
            seen = {row["properties"]["uid"] for row in answer.json()["features"]}
            told["foreign"] += len(seen - own[code])
            assert seen == own[code]
        elif dice < 0.7:
            answer = await client.get(f"/layers/communities.geojson?area={SUBDISTRICT}", headers=headers[code])
            rows = [row["properties"] for row in answer.json()["features"]]
            exact = [row for row in rows if row["code"].startswith(code)]
            assert all("approximate" not in row for row in exact)
            assert all(row["registered_households"] == towns[row["code"]] for row in exact)
            rounded = [row for row in rows if not row["code"].startswith(code)]
            told["foreign"] += sum(not row.get("approximate") for row in rounded)
            assert all(row["registered_households"] % 5 == 0 for row in rounded)
        elif dice < 0.9:
            answer = await client.get(f"/api/why/{uid}/market", headers=headers[code])
            told["foreign"] += answer.status_code == 200 and uid not in own[code]
            assert answer.status_code == (200 if uid in own[code] else 404)
        else:
            answer = await client.get("/api/me", headers=headers[code])
            told["foreign"] += answer.json()["scope"] != code
        told["answered"] += 1

    async def all_of_them() -> None:
        waiting = iter(asked)
        transport = ASGITransport(create_app(shut))
        async with AsyncClient(transport=transport, base_url="http://here") as client:

            async def go_on() -> None:
                for code, dice, uid in waiting:
                    await one(client, code, dice, uid)

            await asyncio.gather(*(go_on() for _ in range(AT_ONCE)))

    with ThreadPoolExecutor(1) as aside:  # a browser of other tests keeps a loop of its own in this thread
        aside.submit(asyncio.run, all_of_them()).result()
    assert (told["answered"], told["foreign"]) == (REQUESTS, 0)


def test_a_grid_leader_sees_the_own_grid(worlds: dict[date, Whole], site: TestClient, bearer: Bearer) -> None:
    """The own grid in full; of the neighbours the border and who leads them, on the page of the own grid."""
    grids = [row for row in worlds[TODAY]["grids"] if row["code"].startswith(COMMUNITY)]
    own, other = grids[0], grids[-1]
    headers = bearer(Viewer("网格长", own["code"]))
    seen = site.get("/layers/grids.geojson", headers=headers).json()["features"]
    assert {row["properties"]["code"] for row in seen} == {own["code"]}
    assert seen[0]["properties"]["resident_households"] == own["resident_households"]
    assert site.get(f"/api/grids/{own['code']}", headers=headers).status_code == 200
    assert site.get(f"/api/grids/{other['code']}", headers=headers).status_code == 404
    page = site.get(f"/grids/{own['code']}", headers=headers).text
    assert f"{own['resident_households']:,}" in page
    ground = site.get(f"/grids/{own['code']}/map.json", headers=headers).json()
    neighbours = [row["properties"] for row in ground["cells"]["features"] if row["properties"]["code"] != own["code"]]
    assert neighbours
    assert all("households" not in name for row in neighbours for name in row)
    homes = site.get("/layers/compounds.geojson", headers=headers).json()["features"]
    inside = [row for row in worlds[TODAY]["compounds"] if own["geometry"].covers(row["geometry"])]
    assert {row["properties"]["uid"] for row in homes} == {row["uid"] for row in inside} != set()


def test_shapes_near_an_edge_are_few(worlds: dict[date, Whole]) -> None:
    """What brute force leaves open is next to nothing."""
    west, south, east, north = worlds[TODAY]["districts"][0]["geometry"].bounds
    middle = shapely.box(west, south, (west + east) / 2, (south + north) / 2)
    shapes = np.array([row["geometry"] for row in worlds[TODAY]["compounds"]])
    assert on_edge(shapes, middle).mean() < 0.02
