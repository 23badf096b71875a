"""A small load generator: some open connections to one HTTP server, each with one request on its way."""

import selectors
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

CLOCK = 100  # ticks of /proc a second
CONNECTIONS = 8


@dataclass(frozen=True)
class Load:
    """What came of one run."""

    requests: int
    seconds: float
    errors: int
    bytes_each: int
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


class Caller:
    """One connection: sends a request, gathers the answer by its length."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer, self.missing, self.started = b"", -1, 0.0

    def ask(self, request: bytes) -> None:
        """Send; the answer is gathered by `take`."""
        self.buffer, self.missing, self.started = b"", -1, time.perf_counter()
        self.socket.sendall(request)

    def take(self) -> int | None:
        """Status of the answer once all of it is there."""
        piece = self.socket.recv(1 << 20)
        if not piece:
            raise ConnectionError("the server hung up")
        if self.missing < 0:
            self.buffer += piece
            head, found, body = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return None
            lower = head.lower()
            at = lower.find(b"content-length:")
            length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            self.missing = length - len(body)
            self.size = length
            self.status = int(head[9:12])
        else:
            self.missing -= len(piece)
        return self.status if self.missing <= 0 else None


def run(base: str, requests: Iterator[tuple[str, bytes]], seconds: float) -> Load:
    """Ask for `requests` (path, body; a body makes it a POST) until the time is over."""
    parts = urlsplit(base)
    address = (parts.hostname or "127.0.0.1", parts.port or 80)
    ready = selectors.DefaultSelector()
    callers = [Caller(address) for _ in range(CONNECTIONS)]
    for caller in callers:
        ready.register(caller.socket, selectors.EVENT_READ, caller)
        caller.ask(_request(address, *next(requests)))
    start = time.perf_counter()
    end, taken, errors, size = start + seconds, [], 0, 0
    while (now := time.perf_counter()) < end:
        for key, _ in ready.select(0.1):
            caller = key.data
            status = caller.take()
            if status is None:
                continue
            taken.append(time.perf_counter() - caller.started)
            size += caller.size
            errors += status not in (200, 204)
            caller.ask(_request(address, *next(requests)))
    for caller in callers:
        caller.socket.close()
    ordered = sorted(taken) or [0.0]
    middle, late = (round(1000 * ordered[int(share * (len(ordered) - 1))], 2) for share in (0.5, 0.99))
    return Load(len(taken), now - start, errors, size // max(1, len(taken)), middle, late)


def _request(address: tuple[str, int], path: str, body: bytes) -> bytes:
    verb = "POST" if body else "GET"
    head = f"{verb} {path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def ticks(*pids: int) -> int:
    """Processor ticks of processes and of their children that have ended."""
    return sum(_ticks(pid) for pid in pids)


def family(pid: int) -> list[int]:
    """A process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


def _ticks(pid: int) -> int:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, words[11:15]))


def measured(call: Callable[[], Load], *groups: Callable[[], list[int]]) -> tuple[Load, list[float]]:
    """A run, and the milliseconds of processor time a request that each group of processes spent on it."""
    before = [ticks(*group()) for group in groups]
    load = call()
    spent = [ticks(*group()) - old for group, old in zip(groups, before, strict=True)]
    return load, [round(1000 * one / CLOCK / max(1, load.requests), 3) for one in spent]
