"""What one visitor may send: size of a request, number of requests; and the number that each request is given."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem
from api.settings import Settings

LARGEST_BODY = 8_000_000
UPLOADS = ("/api/imports",)  # counted where they are received
BURST = 10
KEPT = 10_000
LARGE = "请求内容超过 8 MB，没有处理。分几次发送，或缩小后再试"
OFTEN = "请求太频繁，先停一下再试"


@dataclass
class Bucket:
    """How many requests a visitor has left, as of a moment; it fills up again with time."""

    left: float
    at: float


class Buckets:
    """How much each visitor may still send: `most` at once, filled up again by `rate` a second; no rate, no limit."""

    def __init__(self, rate: float, most: float) -> None:
        self._rate, self._most = rate, most
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def wait_s(self, visitor: str) -> int:
        """Seconds until the visitor's next request is taken, 0 for this one."""
        if not self._rate:
            return 0
        now = monotonic()
        bucket = self._buckets.setdefault(visitor, Bucket(self._most, now))
        bucket.left = min(self._most, bucket.left + (now - bucket.at) * self._rate)
        bucket.at = now
        self._buckets.move_to_end(visitor)
        while len(self._buckets) > KEPT:
            self._buckets.popitem(last=False)
        if bucket.left < 1:
            return max(1, round((1 - bucket.left) / self._rate))
        bucket.left -= 1
        return 0


class Limits:
    """Numbers each request, refuses bodies that are too large and visitors that are too quick. Plain ASGI."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings
        rate = 0 if settings.open else settings.requests_per_s
        self._buckets = Buckets(rate, rate * BURST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = number
        headers = Headers(scope=scope)

        async def numbered(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-request-id", number.encode())]
            await send(message)

        wait_s = self._buckets.wait_s(self._visitor(scope, headers))
        if wait_s:
            answer = problem(429, "TOO_MANY", OFTEN)
            answer.headers["Retry-After"] = str(wait_s)
            await answer(scope, receive, numbered)
            return
        counted = receive if scope["path"] in UPLOADS else _counted(receive)
        if counted is not receive and _said(headers) > LARGEST_BODY:
            answer = problem(413, "TOO_LARGE", LARGE)
            answer.headers["Connection"] = "close"
            await answer(scope, receive, numbered)
            return
        await self._app(scope, counted, numbered)

    def _visitor(self, scope: Scope, headers: Headers) -> str:
        """Whose requests are counted together: an address, as a trusted proxy tells it where there is one."""
        peer = scope["client"][0] if scope.get("client") else ""
        told = headers.get("x-forwarded-for", "") if peer in self._settings.proxy_hosts else ""
        return told.rpartition(",")[2].strip() or peer


def _said(headers: Headers) -> int:
    told = headers.get("content-length", "0")
    return int(told) if told.isdecimal() else 0


def _counted(receive: Receive) -> Receive:
    """The body as it comes, stopped where it grows too large whatever it said."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > LARGEST_BODY:
            raise HTTPException(413)
        return message

    return counted
