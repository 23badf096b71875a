"""The pictures of the README: `python -m tests.shots` writes docs/img/*.png from the sample district.

The same installation is made anew each time, so that a picture never shows an older district than the code draws.
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser

from tests.installation import Installation
from tests.maps.browser import DESK, PHONE, Seen, chromium

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "img"
MAP = "/maps/coverage/610199"
# what @page leaves of a lying A4 sheet at 96 pixels an inch, with a little of its white edge
EDGE_PX = 24
SHEET = {"width": 1009 + 2 * EDGE_PX, "height": 680 + 2 * EDGE_PX}
# nothing is still being drawn: the page says so above the panel
QUIET = "document.getElementById('notes').textContent === ''"
SETTLED_MS = 600
# the compound of the market story whose walk is longest beside the straight line, as the page itself would list it
WORST = """async () => {
  const answer = await fetch('/api/coverage/610199/items/market?circle_min=10').then(r => r.json());
  const out = answer.compounds.filter(c => c.state === 'out' && c.net_m && c.people.all > 2000);
  return out.sort((a, b) => b.net_m / b.straight_m - a.net_m / a.straight_m)[0].uid;
}"""


def shot(browser: Browser, base: str, name: str, state: str, size: dict[str, int], paper: bool = False) -> None:
    """Open the page in a state, wait until it is drawn, and keep the picture; an unclean page is an error."""
    seen = Seen(browser, size)
    tab = seen.open(f"{base}{MAP}#{state}")
    seen.until(QUIET, seconds=60)
    if paper:
        tab.emulate_media(media="print")
        tab.evaluate(f"void (document.documentElement.style.padding = '{EDGE_PX}px')")
        tab.evaluate("void window.dispatchEvent(new Event('beforeprint'))")
    tab.wait_for_timeout(SETTLED_MS)
    tab.screenshot(path=IMAGES / f"{name}.png")
    seen.clean(base)
    seen.context.close()


def worst_walk(browser: Browser, base: str) -> str:
    """The uid of the compound with the greatest detour to a market."""
    seen = Seen(browser)
    uid = seen.open(base + MAP).evaluate(WORST)
    seen.context.close()
    return str(uid)


def main() -> int:
    """Take the four pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with Installation.made("shots") as site, site.serving() as base, chromium() as browser:
        shot(browser, base, "coverage", "category=market&circle_min=10", DESK)
        shot(browser, base, "why", f"category=market&circle_min=10&why={worst_walk(browser, base)}", DESK)
        shot(browser, base, "phone", "category=elderly_daycare&circle_min=5&group=elderly", PHONE)
        shot(browser, base, "print", "category=market&circle_min=10", SHEET, paper=True)
    sys.stderr.write(f"{IMAGES}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
