"""A made-up district of twelve square communities with canned answers, small enough to reckon by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable

from maps.coverage import CoverageItem, CoverageView

CODE, WEST, SOUTH, STEP = "610199", 108.88, 34.25, 0.01
EVIL = "</script><img src=x onerror=window.__xss=1>\"'`${1}<b>"
GROUPS = ("all", "elderly", "elderly_80", "children")
SPEEDS = {"all": 1.10, "elderly": 0.90, "elderly_80": 0.70, "children": 0.90}
SUBDISTRICTS = (("610199001", "东坊街道"), ("610199002", "西坊街道"))
ITEMS = (
    CoverageItem("market", "菜市场", 10, 500, 8),
    CoverageItem("kindergarten", "幼儿园", 5, 300, None, "children"),
    CoverageItem("park", "公园", 5, 300, None),
    CoverageItem("park", "公园", 10, 500, None),
    CoverageItem("canteen", "社区食堂", 5, 500, None, "elderly"),
    CoverageItem("community_retail", "社区商业网点", None, None, None),
)
EMPTY = "canteen"
POINTS = (("S1", "第一市场", 108.885, 34.2553), ("S2", EVIL, 108.905, 34.2653), ("S3", "第三市场", 108.915, 34.2753))


def square(west: float, south: float, east: float, north: float) -> dict[str, object]:
    """A polygon of four corners."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [[[round(x, 7), round(y, 7)] for x, y in ring]]}


def collection(rows: Iterable[tuple[dict[str, object], dict[str, object]]]) -> str:
    """GeoJSON text of (properties, geometry) rows."""
    features = [{"type": "Feature", "properties": p, "geometry": g} for p, g in rows]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def communities() -> list[dict[str, object]]:
    """Twelve cells, west to east and south to north; the seventh has a hostile name."""
    return [
        {
            "code": f"{SUBDISTRICTS[n % 4 // 2][0]}{n + 1:03d}",
            "name": EVIL if n == 6 else f"第{n + 1}社区",
            "parent_code": SUBDISTRICTS[n % 4 // 2][0],
            "status": "legal",
            "resident_households": 1000 + 400 * n,
            "population": 1000 * (n + 1),
            "west": WEST + n % 4 * STEP,
            "south": SOUTH + n // 4 * STEP,
        }
        for n in range(12)
    ]


def compounds(limit_m: int | None) -> list[dict[str, object]]:
    """Two per community, its people halved; the walk grows by 60 m from one to the next."""
    rows: list[dict[str, object]] = []
    for n, home in enumerate(communities()):
        for half in (0, 1):
            net = 40 + 60 * (2 * n + half)
            people = 500 * (n + 1)
            far = limit_m is not None and net > limit_m
            rows.append(
                {
                    "uid": f"C{2 * n + half + 1:02d}",
                    "name": EVIL if n == 6 and half else f"第{n + 1}小区{'甲乙'[half]}",
                    "community": home["code"],
                    "lon": round(float(str(home["west"])) + 0.003 + 0.004 * half, 7),
                    "lat": round(float(str(home["south"])) + 0.002, 7),
                    "households": people // 2,
                    "people": {
                        "all": people,
                        "elderly": people // 5,
                        "elderly_80": people // 50,
                        "children": people // 8,
                    },
                    "estimated": n == 3,
                    "net_m": None if n == 11 else net,
                    "straight_m": net // 2,
                    "minutes": {g: None if n == 11 else -(-net // int(60 * v)) for g, v in SPEEDS.items()},
                    "state": "undecided" if n == 10 and half else "out" if far or n == 11 else "in",
                    "service_uid": "S1",
                }
            )
    return rows


def _sums(rows: list[dict[str, object]], item: CoverageItem) -> dict[str, dict[str, int]]:
    minutes = item.limit_min or item.circle_min
    sums: dict[str, dict[str, int]] = {
        key: dict.fromkeys(GROUPS, 0) for key in ("people", "in_m", "in_min", "in_radius")
    }
    for row in rows:
        if row["state"] == "undecided":
            continue
        for group in GROUPS:
            people, minute = row["people"][group], row["minutes"][group]  # type: ignore[index]
            sums["people"][group] += people
            sums["in_m"][group] += people * (row["state"] == "in" and item.limit_m is not None)
            sums["in_min"][group] += people * (minutes is not None and minute is not None and minute <= minutes)
            sums["in_radius"][group] += people * (
                item.limit_m is not None and int(str(row["straight_m"])) <= item.limit_m
            )
    return sums


def item_answer(item: CoverageItem) -> dict[str, object]:
    """The answer of one item."""
    rows = compounds(item.limit_m)
    tiers = {
        "communities": [(str(c["code"]), str(c["name"]), str(c["parent_code"])) for c in communities()],
        "subdistricts": [(code, name, CODE) for code, name in SUBDISTRICTS],
    }
    return {
        "category": item.category,
        "circle_min": item.circle_min,
        "limit_m": item.limit_m,
        "limit_min": item.limit_min,
        "groups": GROUPS,
        "speeds": SPEEDS,
        "beyond_min": dict.fromkeys(GROUPS, 22),
        "areas": {
            tier: [
                {"code": code, "name": name, "parent_code": parent}
                | _sums([r for r in rows if str(r["community"]).startswith(code)], item)
                for code, name, parent in areas
            ]
            for tier, areas in tiers.items()
        },
        "compounds": rows,
    }


def card(code: str, name: str, level: str) -> dict[str, object]:
    """The coverage answer of one area."""
    items = []
    for item in ITEMS:
        sums = _sums([r for r in compounds(item.limit_m) if str(r["community"]).startswith(code)], item)
        people, inside = sums["people"][item.group], sums["in_m"][item.group]
        judged = item.limit_m is not None and item.category != EMPTY
        share = inside / people if item.limit_m is not None else None
        verdict: str | None = "no_data" if item.limit_m is not None else None
        if judged:
            verdict = "met" if (share or 0) >= item.pass_share else "unmet"
        items.append(
            {
                "category": item.category,
                "name": item.name,
                "circle_min": item.circle_min,
                "limit_m": item.limit_m,
                "limit_min": item.limit_min,
                "group": item.group,
                "people": people,
                "people_in": inside,
                "people_estimated": people // 10,
                "share": share,
                "proxy": "0–14 岁代替 3–6 岁" if item.category == "kindergarten" else None,
                "verdict": verdict,
                "sample": False,
                "reference": False,
            }
        )
    met = sum(i["verdict"] == "met" for i in items)
    required = sum(i["verdict"] in ("met", "unmet") for i in items)
    return {
        "code": code,
        "name": name,
        "level": level,
        "computed_at": "2026-11-02T09:14:03+08:00",
        "digest": "7c1e09afd2b34c10",
        "stale": False,
        "synthetic": True,
        "draft_borders": False,
        "data_date": {"compounds": "2026-11-01", "streets": "2026-10-01"},
        "standard": {"id": "merged", "title": "合并标准", "status": "recalled"},
        "items": items,
        "met": met,
        "required": required,
        "no_data": sum(i["verdict"] == "no_data" for i in items),
        "children": [
            {"code": code, "name": name, "met": 1, "required": 4} for code, name in SUBDISTRICTS if level == "district"
        ],
    }


def _why(uid: str, item: CoverageItem) -> dict[str, object]:
    row = next(r for r in compounds(item.limit_m) if r["uid"] == uid)
    _, name, lon, lat = POINTS[0]
    service = {"uid": "S1", "name": name, "lon": lon, "lat": lat}
    return {
        "compound": {key: row[key] for key in ("uid", "name", "lon", "lat", "households", "people")},
        "service": service,
        "straight_to": {"lon": lon, "lat": lat, "name": name},
        "net_m": row["net_m"],
        "straight_m": row["straight_m"],
        "minutes": row["minutes"],
        "route": [[row["lon"], row["lat"]], [row["lon"], lat], [lon, lat]],
        "cause": "绕行",
        "sentence": f"走到最近的{item.name}要 {row['net_m']} 米，超出限值，只能绕行。",
    }


def layers() -> dict[str, str]:
    """The layer answers."""
    east, north, middle = WEST + 4 * STEP, SOUTH + 3 * STEP, WEST + 2 * STEP
    whole = square(WEST, SOUTH, east, north)
    halves = (square(WEST, SOUTH, middle, north), square(middle, SOUTH, east, north))
    streets = []
    for n in range(5):
        x, kind = round(WEST + n * STEP, 7), ("primary", "residential")[n % 2]
        line = {"type": "LineString", "coordinates": [[x, SOUTH - 0.01], [x, SOUTH + 0.015], [x, north + 0.01]]}
        streets.append(({"class": kind, "name": f"第{n + 1}大街", "bridge": False}, line))
    river = {"type": "LineString", "coordinates": [[WEST - 0.01, SOUTH + 0.012], [east + 0.01, SOUTH + 0.012]]}
    rail = {"type": "LineString", "coordinates": [[WEST - 0.01, SOUTH + 0.018], [east + 0.01, SOUTH + 0.018]]}
    cells = []
    for row in communities():
        west, south = float(str(row["west"])), float(str(row["south"]))
        cells.append((row, square(west, south, west + STEP, south + STEP)))
    areas = zip(SUBDISTRICTS, halves, strict=True)
    answers = {
        "districts": collection([({"code": CODE, "name": "示例区"}, whole)]),
        "subdistricts": collection([({"code": c, "name": n, "parent_code": CODE}, g) for (c, n), g in areas]),
        "communities": collection(cells),
        "streets": collection(streets),
        "barriers": collection([({"kind": "city_wall", "name": "城墙"}, rail)]),
        "backdrop": collection(
            [({"kind": "water", "name": "清河"}, river), ({"kind": "railway", "name": "老铁路"}, rail)]
        ),
    }
    return {f"/layers/{name}.geojson?area={CODE}": text for name, text in answers.items()}


def answers() -> dict[str, str]:
    """Everything the page may fetch, by address."""
    found: dict[str, object] = {f"/api/coverage/{CODE}": card(CODE, "示例区", "district")}
    for code, name in SUBDISTRICTS:
        found[f"/api/coverage/{code}"] = card(code, name, "subdistrict")
    for row in communities():
        found[f"/api/coverage/{row['code']}"] = card(str(row["code"]), str(row["name"]), "community")
    texts = layers()
    for item in ITEMS:
        circle = "" if item.circle_min is None else f"?circle_min={item.circle_min}"
        found[f"/api/coverage/{CODE}/items/{item.category}{circle}"] = item_answer(item)
        for row in compounds(item.limit_m):
            found[f"/api/why/{row['uid']}/{item.category}{circle}"] = _why(str(row["uid"]), item)
        points = [] if item.category == EMPTY else POINTS
        texts[f"/layers/service_points.geojson?area={CODE}&category={item.category}"] = collection(
            ({"uid": u, "name": n, "open_hours": "06:00-20:00"}, {"type": "Point", "coordinates": [x, y]})
            for u, n, x, y in points
        )
        gap = square(WEST + 2.2 * STEP, SOUTH + 1.2 * STEP, WEST + 3.8 * STEP, SOUTH + 2.8 * STEP)
        texts[f"/layers/gaps.geojson?area={CODE}&category={item.category}{circle.replace('?', '&')}"] = collection(
            [({}, gap)]
        )
    for uid, _, x, y in POINTS:
        rings = [(m, square(x - m / 3000, y - m / 4000, x + m / 3000, y + m / 4000)) for m in (5, 10, 15)]
        for group in GROUPS:
            texts[f"/api/life-circle/{uid}?group={group}"] = collection(
                ({"kind": "circle", "minutes": m}, ring) for m, ring in rings
            )
    return texts | {url: json.dumps(value, ensure_ascii=False) for url, value in found.items()}


def view(**changes: object) -> CoverageView:
    """The view of the made-up district."""
    facts: dict[str, object] = {
        "code": CODE,
        "name": "示例区",
        "bounds": ((SOUTH, WEST), (SOUTH + 3 * STEP, WEST + 4 * STEP)),
        "items": ITEMS,
        "subdistricts": SUBDISTRICTS,
        "communities": 12,
        "synthetic": True,
        "standard_id": "merged",
        "standard_title": "合并标准",
        "standard_status": "recalled",
        "unverified": 3,
        "category": "market",
    }
    return CoverageView(**(facts | changes))  # type: ignore[arg-type]
