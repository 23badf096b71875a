"""The coverage page of the sample district in Chromium: `python -m tests.bench.pages` prints one JSON object.

Time to ready runs from the start of the navigation to the moment the page has drawn map, legend and panel.
"""

import gzip
import json
import statistics
import sys
import urllib.request

from tests.installation import Installation
from tests.maps.browser import CHROMIUM, Seen, chromium

PAGE = "/maps/coverage/610199"
AGAIN = 5
CLOCK = """
document.addEventListener('DOMContentLoaded', () => new MutationObserver((_, seen) => {
  if (document.body.dataset.ready) { window.__ready = performance.now(); seen.disconnect(); }
}).observe(document.body, { attributes: true, attributeFilter: ['data-ready'] }))
"""
RECEIVED = "performance.getEntries().reduce((sum, one) => sum + (one.transferSize || 0), 0)"


def ready_ms(seen, address):
    """Milliseconds from navigation to drawn, by the browser's own clock."""
    seen.open(address)
    return round(seen.tab.evaluate("window.__ready"))


def main():
    if not CHROMIUM.is_file():
        print(f"skipped: {CHROMIUM} is not there; make test installs Chromium where it may", file=sys.stderr)
        return
    with Installation.made("bench") as site, site.serving() as base, chromium() as browser:
        html = urllib.request.urlopen(base + PAGE).read()
        seen = Seen(browser)
        seen.tab.add_init_script(CLOCK)
        first = ready_ms(seen, base + PAGE)
        received, requests = seen.tab.evaluate(RECEIVED), len(seen.requests)
        again = [ready_ms(seen, base + PAGE) for _ in range(AGAIN)]
        report = {
            "bench": "page",
            "html_bytes": len(html),
            "html_gzip_bytes": len(gzip.compress(html)),
            "requests": requests,
            "received_kb": round(received / 1000),
            "outside_requests": len(seen.outside(base)),
            "console_errors": len(seen.errors),
            "refused_by_policy": len(seen.tab.evaluate("window.__refused")),
            "ready_first_ms": first,
            "ready_again_ms": round(statistics.median(again)),
        }
        seen.context.close()
    print(json.dumps(report))


if __name__ == "__main__":
    main()
