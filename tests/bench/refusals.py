"""How soon hostile files are refused, and how much memory that takes: `python -m tests.bench.refusals`.

Each file is read as an import reads it, behind the guard: `seconds` and the largest memory of any guarded child so far;
`a fine file` is one that goes in. The 1 GB body goes to a site over HTTP; `site_grew_mb` is what the site gained by it.
"""

import json
import resource
import socket
import subprocess
import tempfile
import time
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np

from data.imports import reader
from gis.errors import WanggeError
from tests.bench.measure import peak_mb
from tests.imports.files import square
from tests.imports.test_hostile_shapes import one_of, pieces, ring
from tests.installation import WANGGE, Installation, free_port, wait

BODY = 2**30


def files(place):
    """The hostile files by what they are."""
    shapes = {
        "a fine file": square(),
        "ring of 100,000": ring(100_000),
        "10,000 parts": pieces(10_000),
        "nan": one_of(np.nan),
        "infinite": one_of(np.inf),
    }
    made = {}
    for name, shape in shapes.items():
        made[name] = place / f"{len(made)}.gpkg"
        rows = {"code": ["610104", "610103"], "name": ["甲区", "乙区"]}
        gpd.GeoDataFrame(rows, geometry=[shape, square(109.5)], crs=4490).to_file(made[name])
    zips = {"zip with ..": "../../a.shp", "zip 1000:1": "a.shp"}
    for name, member in zips.items():
        made[name] = place / f"{len(made)}.zip"
        with zipfile.ZipFile(made[name], "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member, bytes(200 * 2**20) if "1000" in name else b"x")
    made["zip with a link"] = place / "link.zip"
    with zipfile.ZipFile(made["zip with a link"], "w") as archive:
        link = zipfile.ZipInfo("a.shp")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return made


def body_of_a_gigabyte(site):
    """Send a body of 1 GB to the site; seconds until it answers, the status, megabytes that the site gained."""
    port = free_port()
    process = subprocess.Popen([WANGGE, "serve", "--open", "--port", str(port)], env=site.environment)
    try:
        wait(process, f"http://127.0.0.1:{port}/health")
        before = resident_mb(process.pid)
        start = time.perf_counter()
        with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
            words = ("POST /api/imports HTTP/1.1", "Host: x", f"Content-Length: {BODY}")
            line.sendall("\r\n".join([*words, "Content-Type: multipart/form-data; boundary=x", "", ""]).encode())
            piece, sent = b"0" * 2**20, 0
            try:
                while sent < BODY:
                    line.sendall(piece)
                    sent += 2**20
            except (ConnectionError, TimeoutError):
                pass
            said = line.recv(4096)
        told = {"seconds": round(time.perf_counter() - start, 2), "sent_mb": sent // 2**20}
        return told | {"answer": said[:12].decode(), "site_grew_mb": round(resident_mb(process.pid) - before)}
    finally:
        process.terminate()
        process.wait(20)


def resident_mb(pid):
    """Memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def refused(path):
    """One file read: what it was refused for, and what that cost."""
    start = time.perf_counter()
    try:
        found = [one.code for one in reader.parse(path, "areas", settle=False).findings if one.refuses]
    except WanggeError as error:
        found = [error.code]
    seconds = round(time.perf_counter() - start, 2)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {"refused": found, "seconds": seconds, "child_peak_mb": round(peak / 1024)}


def main():
    report = {"bench": "refusals"}
    with tempfile.TemporaryDirectory() as folder:
        for name, path in files(Path(folder)).items():
            report[name] = refused(path)
    with Installation.made("bench-refusals") as site:
        report["1 GB body"] = body_of_a_gigabyte(site)
    print(json.dumps({**report, "own_peak_mb": peak_mb()}, ensure_ascii=False))


if __name__ == "__main__":
    main()
