"""A plan adopted, all of it or nothing: what has to be there first, the one write, and the way back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from sqlalchemy import Engine

from api.flows.plans import dressing, showing
from api.flows.plans.course import APPROVED
from api.flows.plans.hand import Desk, desk
from api.flows.plans.regridding import grids_of
from api.flows.plans.resettling import Ready, adoption_of
from api.flows.plans.shelf import Benches
from data import adoptions, areas, batches, layers, plans
from data.adoptions import Adoption
from data.history import Link
from data.viewers import Viewer
from gis import crs
from gis.digests import digest
from gis.errors import BadInputError, ConflictError
from gis.grids.borders import SAME_DEG
from gis.split.rehoming import parts_ground

IN_FORCE, REVOKED = "生效", "撤销"


@dataclass(frozen=True)
class Order:
    """What adopting needs: the paper and the day (None: as approved), a sentence per broken soft rule, and names.

    `recut`: grids that the new border cuts are divided along it. `registrar`: the paper is there already and only
    entered here (command line), so the course before it was on paper.
    """

    version: int | None = None
    document_no: str | None = None
    effective: date | None = None
    waivers: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] | None = None
    recut: bool = False
    registrar: bool = False


def adopt(engine: Engine, benches: Benches, viewer: Viewer, number: int, order: Order, today: date) -> dict[str, Any]:
    """Write a plan as versions from its day on; all of it or nothing.

    Raises as `hand.desk`, BadInputError for what is missing, GridCutError, ConflictError where the ground has changed.
    """
    with desk(engine, benches, viewer, number, order.version, "adopt", draft=False) as here:
        stored, run = here.stored, here.bench.run
        if stored.state != APPROVED and not (order.registrar and stored.state in ("草案", "征求意见", "上报")):
            raise BadInputError(f"方案现在是“{stored.state}”，批准之后才能生效")
        adoptions.lock(here.connection, run.synthetic)
        ready = ready_of(here, order, today)
        adoption = adoption_of(here, ready)
        said = _said(here, ready) | {"closed": list(adoption.closed)}
        source = batches.Source(
            "plan",
            f"方案 {stored.id} {stored.name}",
            digest({"plan": stored.id, "assignment": stored.assignment}),
            ready.effective,
            synthetic=run.synthetic,
            area_code=run.code,
            document_no=ready.document_no,
        )
        batch_id = batches.open_batch(here.connection, source, said)
        adoptions.write(here.connection, replace(adoption, batch_id=batch_id))
        made = [{"no": no, "code": one.code, "name": one.name} for no, one in enumerate(adoption.parts)]
        actor = viewer.account or viewer.role
        plans.add_event(here.connection, stored.id, stored.state, IN_FORCE, actor, said | {"areas": made})
        return here.write(
            state=IN_FORCE,
            batch_id=batch_id,
            document_no=ready.document_no,
            effective=ready.effective,
            remarks=dict(ready.waivers),
            names=list(ready.names),
        ) | {"state": IN_FORCE, "areas": made, "grids": len(adoption.grids), "service_points": len(adoption.served)}


def revoke(
    engine: Engine,
    benches: Benches,
    viewer: Viewer,
    number: int,
    version: int | None,
    effective: date,
    document_no: str,
    note: str = "",
) -> dict[str, Any]:
    """Take an adopted plan back from a day on: what was before holds again, as a new entry of the lineage."""
    with desk(engine, benches, viewer, number, version, "revoke", draft=False) as here:
        stored, run = here.stored, here.bench.run
        if stored.state != IN_FORCE or stored.batch_id is None or stored.effective is None:
            raise BadInputError(f"方案现在是“{stored.state}”，没有生效，不用撤销")
        if effective < stored.effective:
            raise BadInputError(f"撤销日期不能早于生效日期 {stored.effective.isoformat()}")
        if not document_no.strip():
            raise BadInputError("撤销要写明依据的文号")
        adoptions.lock(here.connection, run.synthetic)
        if later := adoptions.touched(here.connection, stored.batch_id):
            raise ConflictError(f"{'、'.join(later)} 在这个方案生效之后又改过，不能整体撤销。用新的方案调整")
        links, begun = adoptions.links_of(here.connection, stored.batch_id)
        said = {"plan": stored.id, "revokes": stored.batch_id, "note": note}
        name = f"撤销方案 {stored.id} {stored.name}"
        source = batches.Source(
            "plan", name, digest(said), effective, synthetic=run.synthetic, area_code=run.code, document_no=document_no
        )
        batch_id = batches.open_batch(here.connection, source, said)
        back = Adoption(
            batch_id,
            effective,
            run.synthetic,
            (),
            begun,
            tuple(Link(one.new_uid, one.old_uid, "merge" if one.kind == "split" else one.kind) for one in links),
            document_no,
            {},
            {},
        )
        adoptions.undo(here.connection, stored.batch_id, back)
        detail = {"document_no": document_no, "effective": effective.isoformat(), "note": note}
        plans.add_event(here.connection, stored.id, IN_FORCE, REVOKED, viewer.account or viewer.role, detail)
        return here.write(state=REVOKED) | {"state": REVOKED}


def ready_of(here: Desk, order: Order, today: date) -> Ready:
    """Everything that has to be there, or BadInputError with the first thing that is not."""
    stored, bench = here.stored, here.bench
    number = (order.document_no or stored.document_no or "").strip()
    effective = order.effective or stored.effective
    if not number or effective is None:
        raise BadInputError("生效要写明批复文号和生效日期")
    plan = bench.plan(stored)
    faults = dressing.judged(bench, plan)
    if hard := [one.text for one in faults if one.hard]:
        raise BadInputError(f"方案没有守住硬规则（{'；'.join(hard)}），不能生效。退回草案改好")
    waivers = {one.rule: str(order.waivers.get(one.rule, "")).strip() for one in faults}
    if without := [one.text for one in faults if not waivers[one.rule]]:
        raise BadInputError(f"有规则没有守住，要逐条写特殊情况说明：{'；'.join(without)}")
    if showing.is_stale(here.connection, bench, here.viewer, today):
        raise ConflictError("求解之后数据已变化，没有写入。按现在的数据重新求解，再走一遍程序")
    before = _communities(here, effective)
    grounds = parts_ground(bench.ground, plan.part, plan.parts, before.geometry.to_numpy())
    grids = grids_of(here, effective, before, grounds, recut=order.recut)
    return Ready(number, effective, waivers, _names(here, order, effective), before, grounds, grids)


def _communities(here: Desk, day: date) -> gpd.GeoDataFrame:
    """The communities of the run as they are on a day, in the order of the run."""
    run, viewer = here.bench.run, here.viewer.whole
    found = []
    for code, uid in zip(run.codes, run.uids, strict=True):
        area = areas.find_area(here.connection, code, day, viewer)
        if area.uid != uid or area.geom is None:
            raise ConflictError(f"{code} 在 {day.isoformat()} 已不是原来的社区，没有写入。按现在的数据重新求解")
        found.append(area)
    shapes = np.array([one.geom for one in found], dtype=object)
    now, then = (shapely.boundary(shapely.coverage_union_all(one)) for one in (shapes, here.bench.ground))
    if shapely.hausdorff_distance(now, then) > 10 * SAME_DEG:
        raise ConflictError(f"社区边界在 {day.isoformat()} 与求解时不同，没有写入。按现在的数据重新求解")
    return gpd.GeoDataFrame({"uid": run.uids, "code": run.codes}, geometry=shapes, crs=crs.STORAGE)


def _names(here: Desk, order: Order, day: date) -> tuple[str, ...]:
    """Names of the parts; nobody else in the subdistrict may bear one."""
    run = here.bench.run
    names = order.names or here.stored.names
    if len(names) != run.parts or len(set(names)) < run.parts or not all(one.strip() for one in names):
        raise BadInputError(f"请给 {run.parts} 个部分各起一个不同的名称")
    if run.kind == "划分片区":
        return tuple(names)
    above = areas.find_area(here.connection, run.code[:9], day, here.viewer.whole)
    query = layers.select("communities", as_of=day, viewer=here.viewer.whole, area=above)
    others = layers.frame(here.connection, query)
    taken = set(others["name"][~others["uid"].isin(run.uids)])
    if twice := sorted(taken & set(names)):
        raise BadInputError(f"{above.name}已有{twice[0]}。换一个名称再试")
    return tuple(names)


def _said(here: Desk, ready: Ready) -> dict[str, Any]:
    return {
        "plan": here.stored.id,
        "kind": here.bench.run.kind,
        "document_no": ready.document_no,
        "effective": ready.effective.isoformat(),
        "waivers": dict(ready.waivers),
        "names": list(ready.names),
        "grids_cut": [piece.code for piece in ready.grids.pieces],
    }
