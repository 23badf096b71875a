"""Who may call what: one frozen line per route. A route without a line answers nobody and fails the test run."""

import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from time import monotonic
from types import MappingProxyType
from typing import Literal

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from api.access import identify
from data import audit
from data.session import transaction
from data.viewers import ROLES, Viewer
from gis.errors import NotAllowedError, NotFoundError, WanggeError

Bite = Literal["none", "rows", "area", "place", "district", "notice", "flow"]
ANYONE: frozenset[str] = frozenset()
SIGNED_IN = frozenset(ROLES)
EDITORS = frozenset({"管理员", "规划"})
STAFF = frozenset({"管理员", "规划", "街道", "社区"})
KEEPERS = frozenset({"管理员"})
DISTRICT = 6  # digits
LONG_S = 300
log = logging.getLogger("wangge")


class NoRuleError(WanggeError):
    """A route that nobody has said who may call."""

    code = "NO_RULE"


@dataclass(frozen=True)
class Rule:
    """Which roles may call a route, how the viewer's scope bites there, and what of it is put down in the audit.

    `scope`: none (nothing of an area in it), rows (`data.layers.select` leaves out what lies outside), area (exact
    inside, rounded outside), place (404 outside), district (404 for whom the district of the code is not wholly
    inside), notice (for strangers, without counts), flow (the flow refuses).
    `noted`: read | export for answers that may hold exact counts. `longest_s`: when it must have been answered; what
    thinks over a whole district may take longer.
    """

    roles: frozenset[str]
    scope: Bite
    noted: Literal["", "read", "export"] = ""
    longest_s: int = 30


OPEN = Rule(ANYONE, "none")
RULES: Mapping[tuple[str, str], Rule] = MappingProxyType(
    {
        ("GET", "/health"): OPEN,
        ("GET", "/openapi.json"): OPEN,
        ("MOUNT", "/static"): OPEN,
        ("MOUNT", "/basemap"): OPEN,
        ("GET", "/login"): OPEN,
        ("POST", "/login"): OPEN,
        ("POST", "/logout"): OPEN,
        ("GET", "/p/{code}"): Rule(ANYONE, "notice"),
        ("GET", "/p/{code}/map.json"): Rule(ANYONE, "notice"),
        ("POST", "/p/{code}/corrections"): Rule(ANYONE, "notice"),
        ("GET", "/api/corrections"): Rule(STAFF, "rows"),
        ("POST", "/api/corrections/{number}/decide"): Rule(STAFF, "flow"),
        ("GET", "/"): Rule(SIGNED_IN, "area", "read"),
        ("GET", "/old-young"): Rule(SIGNED_IN, "area", "read"),
        ("GET", "/api/me"): Rule(SIGNED_IN, "none"),
        ("GET", "/api/areas"): Rule(SIGNED_IN, "area"),
        ("POST", "/api/locate"): Rule(SIGNED_IN, "area"),
        ("GET", "/api/areas/{code}/history"): Rule(SIGNED_IN, "area", "read"),
        ("GET", "/api/lineage/{code}"): Rule(SIGNED_IN, "area"),
        ("GET", "/api/grid-sets"): Rule(SIGNED_IN, "rows"),
        ("GET", "/api/grids/{code}"): Rule(SIGNED_IN, "rows", "read"),
        ("GET", "/api/grids/{code}/history"): Rule(SIGNED_IN, "rows", "read"),
        ("GET", "/api/candidates"): Rule(SIGNED_IN, "area", "read"),
        ("GET", "/sizes"): Rule(SIGNED_IN, "area"),
        ("GET", "/api/coverage/{code}"): Rule(SIGNED_IN, "area", "read", longest_s=LONG_S),
        ("GET", "/api/coverage/{code}/items/{category}"): Rule(SIGNED_IN, "area", "read", longest_s=LONG_S),
        ("GET", "/api/coverage/{code}/grids"): Rule(SIGNED_IN, "district", "read", longest_s=LONG_S),
        ("GET", "/api/provenance/{code}"): Rule(SIGNED_IN, "district", "read", longest_s=LONG_S),
        ("GET", "/api/targets/{code}"): Rule(SIGNED_IN, "area", "read"),
        ("POST", "/api/refresh/{code}"): Rule(EDITORS, "district", longest_s=LONG_S),
        ("GET", "/api/why/{compound_uid}/{category}"): Rule(SIGNED_IN, "place", "read", longest_s=LONG_S),
        ("GET", "/api/life-circle/{service_uid}"): Rule(SIGNED_IN, "none", longest_s=LONG_S),
        ("GET", "/api/life-circles/{code}"): Rule(SIGNED_IN, "none", longest_s=LONG_S),
        ("GET", "/layers/gaps.geojson"): Rule(SIGNED_IN, "none", longest_s=LONG_S),
        ("GET", "/layers/{layer}.geojson"): Rule(SIGNED_IN, "rows", "read"),
        ("GET", "/maps/coverage/{code}"): Rule(SIGNED_IN, "area", longest_s=LONG_S),
        ("GET", "/maps/coverage/{code}.js"): Rule(SIGNED_IN, "area", longest_s=LONG_S),
        ("GET", "/grids"): Rule(SIGNED_IN, "rows"),
        ("GET", "/grids/{code}"): Rule(SIGNED_IN, "place", "read"),
        ("GET", "/grids/{code}/sheet"): Rule(SIGNED_IN, "place", "export"),
        ("GET", "/grids/{code}/map.json"): Rule(SIGNED_IN, "place"),
        ("GET", "/atlas"): Rule(SIGNED_IN, "area"),
        ("GET", "/atlas/{code}.pdf"): Rule(SIGNED_IN, "flow", "export", longest_s=LONG_S),
        ("GET", "/tiles/style.json"): Rule(SIGNED_IN, "rows"),
        ("GET", "/tiles/{layer}.json"): Rule(SIGNED_IN, "rows", "read"),
        ("GET", "/tiles/{layer}/{z}/{x}/{y}.mvt"): Rule(SIGNED_IN, "rows"),
        ("GET", "/api/gaps/{code}"): Rule(SIGNED_IN, "district", "read", longest_s=LONG_S),
        ("GET", "/api/site/{code}"): Rule(SIGNED_IN, "district", "read", longest_s=LONG_S),
        ("GET", "/api/capacity/{code}"): Rule(SIGNED_IN, "district", "read", longest_s=LONG_S),
        ("GET", "/data"): Rule(SIGNED_IN, "flow"),
        ("GET", "/data/grids"): Rule(SIGNED_IN, "flow"),
        ("POST", "/api/grids/divide"): Rule(EDITORS, "flow", longest_s=LONG_S),
        ("POST", "/api/grids/overlay"): Rule(EDITORS, "flow", longest_s=LONG_S),
        ("GET", "/api/export/{layer}"): Rule(SIGNED_IN, "rows", "export", longest_s=LONG_S),
        ("POST", "/api/whatif/{code}"): Rule(SIGNED_IN, "district", "read", longest_s=LONG_S),
        ("GET", "/api/closures/{code}"): Rule(SIGNED_IN, "district", "read", longest_s=LONG_S),
        ("GET", "/api/scenarios"): Rule(SIGNED_IN, "flow", "read"),
        ("POST", "/api/scenarios"): Rule(EDITORS, "flow", longest_s=LONG_S),
        ("GET", "/api/scenarios/{number}"): Rule(SIGNED_IN, "flow", "read"),
        ("POST", "/api/scenarios/{number}/undo"): Rule(EDITORS, "flow", longest_s=LONG_S),
        ("POST", "/api/scenarios/{number}/refresh"): Rule(EDITORS, "flow", longest_s=LONG_S),
        ("DELETE", "/api/scenarios/{number}"): Rule(EDITORS, "flow", longest_s=LONG_S),
        ("GET", "/api/imports"): Rule(EDITORS, "flow"),
        ("POST", "/api/imports"): Rule(EDITORS, "flow", longest_s=LONG_S),
        ("GET", "/api/imports/{number}"): Rule(EDITORS, "flow"),
        ("POST", "/api/imports/{number}/repairs"): Rule(EDITORS, "flow", longest_s=LONG_S),
        ("POST", "/api/imports/{number}/accept"): Rule(EDITORS, "flow", longest_s=LONG_S),
        ("POST", "/api/imports/{number}/reject"): Rule(EDITORS, "flow"),
        ("GET", "/api/imports/{number}/findings.geojson"): Rule(EDITORS, "flow"),
        ("GET", "/api/imports/{number}/borders.geojson"): Rule(EDITORS, "flow"),
        ("GET", "/api/imports/{number}/report.xlsx"): Rule(EDITORS, "flow", "export"),
        ("GET", "/api/imports/{number}/original"): Rule(EDITORS, "flow", "export"),
        ("GET", "/api/imports/batches/{number}/report.xlsx"): Rule(EDITORS, "flow", "export"),
        ("GET", "/api/imports/batches/{number}/original"): Rule(EDITORS, "flow", "export"),
        ("GET", "/api/plans"): Rule(SIGNED_IN, "flow", "read"),
        ("POST", "/api/plans"): Rule(EDITORS, "flow", longest_s=LONG_S),
        ("GET", "/api/plans/{number}"): Rule(SIGNED_IN, "flow", "read"),
        ("GET", "/api/plans/{number}/atoms.geojson"): Rule(SIGNED_IN, "flow", "read"),
        ("GET", "/api/plans/{number}/borders.geojson"): Rule(SIGNED_IN, "flow", "read"),
        ("GET", "/api/plans/{number}/compare/{other}"): Rule(SIGNED_IN, "flow", "read"),
        ("GET", "/api/plans/{number}/papers/{name}.{form}"): Rule(SIGNED_IN, "flow", "export", longest_s=LONG_S),
        ("POST", "/api/plans/{number}/move"): Rule(EDITORS, "flow"),
        ("POST", "/api/plans/{number}/undo"): Rule(EDITORS, "flow"),
        ("POST", "/api/plans/{number}/redo"): Rule(EDITORS, "flow"),
        ("POST", "/api/plans/{number}/repair"): Rule(EDITORS, "flow"),
        ("POST", "/api/plans/{number}/lock"): Rule(EDITORS, "flow"),
        ("POST", "/api/plans/{number}/rename"): Rule(EDITORS, "flow"),
        ("POST", "/api/plans/{number}/comment"): Rule(STAFF, "flow"),
        ("POST", "/api/plans/{number}/copy"): Rule(EDITORS, "flow"),
        ("GET", "/plans"): Rule(SIGNED_IN, "flow", "read"),
        ("GET", "/plans/{code}"): Rule(SIGNED_IN, "flow", "read"),
        ("GET", "/api/jobs"): Rule(SIGNED_IN, "flow"),
        ("POST", "/api/jobs"): Rule(SIGNED_IN, "flow"),
        ("GET", "/api/jobs/{number}"): Rule(SIGNED_IN, "flow", "read"),
        ("POST", "/api/jobs/{number}/cancel"): Rule(SIGNED_IN, "flow"),
        ("GET", "/api/jobs/{number}/files/{name}"): Rule(SIGNED_IN, "flow", "export"),
        ("POST", "/api/plans/{number}/state"): Rule(EDITORS, "flow"),
        ("POST", "/api/plans/{number}/adopt"): Rule(EDITORS, "flow", longest_s=LONG_S),
        ("POST", "/api/plans/{number}/revoke"): Rule(EDITORS, "flow"),
        ("GET", "/accounts"): Rule(SIGNED_IN, "none"),
        ("POST", "/accounts"): Rule(KEEPERS, "none"),
        ("GET", "/audit"): Rule(KEEPERS, "none"),
        ("GET", "/api/audit"): Rule(KEEPERS, "none"),
        ("GET", "/api/audit.csv"): Rule(KEEPERS, "none"),
    }
)


async def enforce(request: Request) -> AsyncIterator[None]:
    """Let in whom the rule of the route names, and put down what was handed out to somebody with a name."""
    path = request.scope["route"].path
    rule = RULES.get((request.method, path))
    if rule is None:
        log.error("%s %s has no line in api/rules.py", request.method, path)
        raise NoRuleError("这个地址还没有写明谁可以用，暂不开放。请联系维护者")
    request.state.until = monotonic() + rule.longest_s
    if not rule.roles:
        yield
        return
    viewer = replace(await identify(request), until=request.state.until)
    if viewer.role not in rule.roles:
        raise NotAllowedError(f"{viewer.role}不能做这件事，要由{'或'.join(sorted(rule.roles))}来做")
    if rule.scope == "district" and not viewer.covers(request.path_params["code"][:DISTRICT]):
        raise NotFoundError("没有找到，或不在你的管辖范围。查对代码再试")
    request.state.viewer = viewer
    request.state.by_rows = rule.scope == "rows"
    yield
    if rule.noted and viewer.account:
        await run_in_threadpool(_note, request, rule, viewer)


def _note(request: Request, rule: Rule, viewer: Viewer) -> None:
    area = request.query_params.get("area")
    kind = "export" if request.query_params.get("format") in ("xlsx", "gpkg") else rule.noted
    with transaction(request.app.state.engine, replace(viewer.whole, until=None)) as connection:
        audit.note(connection, viewer, kind, request.url.path[:200], {"area": area[:15]} if area else None)
