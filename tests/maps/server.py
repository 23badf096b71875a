"""A small server for page tests: one built page, the static files, canned answers, ETags and the real policy."""

from __future__ import annotations

import hashlib
import mimetypes
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from api.main import POLICY
from maps.assets import STATIC
from maps.base import Built

SCRIPT = "/maps/coverage/page.js"


class Canned(ThreadingHTTPServer):
    """Answers by address; `hits` counts status and path."""

    daemon_threads = True

    def __init__(self, built: Built, answers: Mapping[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.built, self.answers, self.hits = built, dict(answers), Counter[str]()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Canned
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        path = unquote(self.path)
        if path == "/":
            self.reply(200, "text/html; charset=utf-8", self.server.built.html.encode())
        elif path.startswith(SCRIPT):
            self.reply(200, "text/javascript; charset=utf-8", self.server.built.script.encode())
        elif path.startswith("/static/"):
            file = STATIC / path.split("?")[0].removeprefix("/static/")
            self.reply(200, mimetypes.guess_type(file.name)[0] or "", file.read_bytes())
        elif path in self.server.answers:
            self.reply(200, "application/json; charset=utf-8", self.server.answers[path].encode())
        else:
            self.reply(404, "application/problem+json", '{"code":"NOT_FOUND","detail":"没有这个地址"}'.encode())

    def reply(self, status: int, kind: str, data: bytes) -> None:
        tag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        if status == 200 and self.headers.get("If-None-Match") == tag:
            status, data = 304, b""
        self.server.hits[f"{status} {unquote(self.path)}"] += 1
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", tag)
        self.send_header("Cache-Control", "private, no-cache")
        self.send_header("Content-Security-Policy", POLICY.format(tiles=""))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def serving(built: Built, answers: Mapping[str, str]) -> Iterator[Canned]:
    """The server on a free port of this machine."""
    server = Canned(built, answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)
