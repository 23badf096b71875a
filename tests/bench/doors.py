"""Planning through the doors of a real site on the sample district: `python -m tests.bench.doors`.

Prints one JSON object, milliseconds of wall clock a request over one kept connection: a service point closed or added
with the scorecards of every community touched, all closings of a category, sites to build, the numbers a change marks.
"""

import http.client
import json
import statistics
import time

from tests.installation import Installation

NAME, CODE, TRIALS = "doors", "610199", 60


class Door:
    """One kept connection to the site."""

    def __init__(self, port):
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(self, path, body=None):
        """The answer as JSON, and the milliseconds it took."""
        start = time.perf_counter()
        words = None if body is None else json.dumps(body)
        self._line.request("GET" if body is None else "POST", path, words, {"Content-Type": "application/json"})
        answer = self._line.getresponse()
        text = answer.read()
        spent = (time.perf_counter() - start) * 1000
        assert answer.status < 300, (path, answer.status, text[:200])
        return json.loads(text), spent


def summary(ms):
    return {"median_ms": round(statistics.median(ms), 1), "p95_ms": round(sorted(ms)[int(0.95 * len(ms))], 1)}


def edits(door):
    """One point closed, one added, each from today's state; the first question builds it."""
    points = door.ask(f"/layers/service_points.geojson?area={CODE}&category=market")[0]["features"]
    places = door.ask(f"/layers/service_points.geojson?area={CODE}&category=canteen")[0]["features"]
    uids = [one["properties"]["uid"] for one in points]
    base = door.ask(f"/api/whatif/{CODE}", {"edits": [{"kind": "close", "uid": uids[0]}]})[0]["base"]
    path, closed, added = f"/api/whatif/{CODE}?base={base}", [], []
    for n in range(TRIALS):
        closed.append(door.ask(path, {"edits": [{"kind": "close", "uid": uids[n % len(uids)]}]})[1])
        at = places[n % len(places)]["geometry"]["coordinates"]
        added.append(door.ask(path, {"edits": [{"kind": "add", "category": "market", "at": at}]})[1])
    return {"close": summary(closed), "add": summary(added), "mark_ms": 20}


def main():
    with Installation.made(NAME) as installation, installation.serving() as base:
        door = Door(int(base.rsplit(":", 1)[1]))
        report = {
            "bench": "doors",
            "one_facility_edit": edits(door),
            "closures_ms": round(door.ask(f"/api/closures/{CODE}?category=market")[1]),
            "sites_ms": round(door.ask(f"/api/site/{CODE}?category=market&add=5")[1]),
            "refresh_ms": round(door.ask(f"/api/refresh/{CODE}", {})[1]),
        }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
