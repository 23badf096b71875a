"""Where things lie on the page under test, how they are painted, and pages with other answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

from maps.coverage import CoverageView, coverage_page
from tests.maps.server import SCRIPT, Canned, serving
from tests.maps.world import STEP, answers, communities, view


def middle(n: int) -> tuple[float, float]:
    """Longitude and latitude of a community's middle, away from its compounds."""
    row = communities()[n]
    return float(str(row["west"])) + STEP / 2, float(str(row["south"])) + STEP * 0.6


def pixel(tab: Page, lon: float, lat: float) -> tuple[float, float]:
    box = tab.locator(".map").bounding_box()
    assert box
    x, y = tab.evaluate(
        f"(() => {{ const p = W.page.map.latLngToContainerPoint([{lat}, {lon}]); return [p.x, p.y]; }})()"
    )
    return box["x"] + x, box["y"] + y


def fills(tab: Page, role: str = "communities") -> dict[str, str]:
    """Colour of every area of a layer as it is painted; a pattern counts as 'hatch'."""
    found: dict[str, str] = tab.evaluate(
        f"Object.fromEntries(W.page.map.roles.{role}.shape.getLayers().map(l => [l.feature.properties.code, "
        "typeof l.options.fillColor === 'string' ? l.options.fillColor : 'hatch']))"
    )
    return found


@contextmanager
def another(changes: dict[str, str], shown: CoverageView | None = None) -> Iterator[Canned]:
    with serving(coverage_page(shown or view()).build(SCRIPT), answers() | changes) as server:
        yield server
