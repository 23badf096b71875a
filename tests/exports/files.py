"""Out to a file and in again."""

from pathlib import Path

from sqlalchemy import Engine

from api.access import today
from api.flows import exporting, importing
from api.flows.sample import CODE
from data.viewers import PLANNER

KINDS = {"districts": "areas", "subdistricts": "areas", "communities": "areas"}


def out(engine: Engine, folder: Path, layer: str, form: str = "gpkg", **words: str) -> exporting.Written:
    """Export a layer of the synthetic district into the folder."""
    order = exporting.Order(layer, form, CODE, **words)
    return exporting.write_layer(engine, PLANNER, today(), order, folder)


def back(engine: Engine, file: Path, layer: str, **words: object) -> importing.Outcome:
    """Import a file of the layer's kind into the same database today."""
    kind = KINDS.get(layer, layer)
    order = importing.Order(kind, file, today(), area=CODE, **words)  # type: ignore[arg-type]
    return importing.run(engine, order, PLANNER, today(), file.parent / "originals")


def change(outcome: importing.Outcome) -> dict[str, int]:
    """How many rows were added, changed, unchanged and closed."""
    assert outcome.change is not None, outcome.report
    return vars(outcome.change)
