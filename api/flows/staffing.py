"""Who works where, on its way in: every row must name a grid of the set on the day."""

from dataclasses import replace

from sqlalchemy import Connection

from api.flows.order import Order
from data import layers
from data.viewers import Viewer
from gis.findings import Finding, Parsed


def placed(connection: Connection, parsed: Parsed, order: Order, viewer: Viewer) -> Parsed:
    """The rows whose grid is there; the others are refused one by one."""
    query = layers.select("grids", as_of=order.day, viewer=viewer, grid_set=order.grid_set)
    there = parsed.frame["code"].isin(set(layers.frame(connection, query)["code"]))
    lost = parsed.frame[~there]
    findings = [
        Finding(
            "NO_PARENT",
            "error",
            f"“{order.grid_set}”里没有网格 {row.code}，这一行没有收。",
            row.source_row,
            "code",
            refuses=True,
        )
        for row in lost.itertuples()
    ]
    return replace(
        parsed,
        frame=parsed.frame[there].reset_index(drop=True),
        findings=(*parsed.findings, *findings),
        accepted=parsed.accepted - len(lost),
        refused=parsed.refused + len(lost),
    )
