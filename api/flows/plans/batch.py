"""Plans for every community that is too large, one after another: each is kept as soon as it is found."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from api.flows.communities import Read, read_area
from api.flows.plans import making
from api.flows.plans.making import Order
from api.flows.warm import Shelf
from data import areas
from data.session import transaction
from data.viewers import Viewer
from gis.errors import WanggeError
from gis.sizes import Watch

Step = Callable[[int, int, str], None]


def propose(
    engine: Engine,
    found: Watch,
    order: Order,
    viewer: Viewer,
    day: date,
    step: Step,
    shelf: Shelf | None = None,
    standards: Path | None = None,
) -> Iterator[dict[str, Any]]:
    """The split of every candidate with the numbers of its plans; of one without a plan its code and why.

    `order` is that of each but for its code; `parts` 0 takes the number suggested. Whoever stops listening keeps what
    came so far.
    """
    reads: dict[str, Read] = {}
    warm = shelf or Shelf()
    for row, one in enumerate(found.candidates):
        step(row, len(found.candidates), one.name)
        asked = replace(order, code=one.code, parts=order.parts or max(one.suggested_parts, 2))
        try:
            district = one.code[:6]
            if district not in reads:
                with transaction(engine, viewer.whole) as connection:
                    area = areas.find_area(connection, district, day, viewer.whole)
                    reads[district] = read_area(connection, area, viewer.whole, day)
            yield making.create(engine, asked, viewer, day, warm, standards, reads[district])
        except WanggeError as error:
            yield {"code": one.code, "error": error.code, "detail": error.detail}
    step(len(found.candidates), len(found.candidates), "")


def as_json(done: list[dict[str, Any]]) -> dict[str, Any]:
    """Every split as CONTRACT has it; those without a plan with the reason."""
    return {"splits": [one for one in done if "plans" in one], "refused": [one for one in done if "plans" not in one]}
