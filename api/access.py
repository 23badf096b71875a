"""Who asks: the viewer of a request, by token, reverse proxy, session, or because the site is open."""

import hmac
from datetime import UTC, date, datetime, timedelta, timezone
from urllib.parse import unquote, urlsplit

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from api import tokens
from api.settings import Settings
from data import accounts, sessions
from data.accounts import Account
from data.session import transaction
from data.viewers import PLANNER, Viewer
from gis.errors import NotAllowedError, UnauthorizedError

COOKIE, BROWSER_COOKIE, PROOF_HEADER = "wangge_session", "wangge_browser", "x-csrf-token"
CHINA = timezone(timedelta(hours=8))
READING = frozenset({"GET", "HEAD", "OPTIONS"})
SIGN_IN = "这里要先登录。到 /login 登录，或在请求头写 Authorization: Bearer …（令牌用 wangge token 发放）"
FORGED = "这个请求不是从本站的页面发出的，没有执行。刷新页面再试"


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


def day_of(moment: datetime) -> date:
    """The day a moment falls on in China, whose law and papers name days by its one clock (UTC+8)."""
    return moment.astimezone(CHINA).date()


def today() -> date:
    """The day it is in China."""
    return day_of(now())


async def identify(request: Request) -> Viewer:
    """The viewer of a request; UnauthorizedError where it has none, NotAllowedError where a write may be forged."""
    settings: Settings = request.app.state.settings
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and text:
        return await run_in_threadpool(_of_token, request, text.strip())
    _refuse_forged(request)
    name = _told_by_proxy(request, settings.proxy_header)
    cookie = request.cookies.get(COOKIE)
    if name or cookie:
        account = await run_in_threadpool(_account, request, name, cookie or "")
        if account is not None:
            return Viewer(account.role, account.scope, account.name, request_id(request))
    if settings.open:
        return Viewer(PLANNER.role, PLANNER.scope, request=request_id(request))
    raise UnauthorizedError(SIGN_IN)


async def viewer_of(request: Request) -> Viewer:
    """The viewer that the rule of the route has let in; async so that no thread is asked for it."""
    viewer = getattr(request.state, "viewer", None)
    if not isinstance(viewer, Viewer):
        raise UnauthorizedError(SIGN_IN)
    return viewer


def request_id(request: Request) -> str:
    """The number of a request, given at the door."""
    return str(getattr(request.state, "request_id", ""))


def behind_proxy(request: Request) -> bool:
    """Whether the request comes straight from a reverse proxy that the settings trust."""
    settings: Settings = request.app.state.settings
    return request.client is not None and request.client.host in settings.proxy_hosts


def address_of(request: Request) -> str:
    """Where a visitor sits: the peer, or what a trusted proxy says of it."""
    told = request.headers.get("x-forwarded-for", "") if behind_proxy(request) else ""
    peer = request.client.host if request.client else ""
    return told.rpartition(",")[2].strip() or peer


def is_encrypted(request: Request) -> bool:
    """Whether the visitor's own connection is encrypted."""
    told = request.headers.get("x-forwarded-proto", "") if behind_proxy(request) else ""
    return (told or request.url.scheme) == "https"


def _told_by_proxy(request: Request, header: str) -> str:
    """The account that a trusted proxy names: plain, percent-encoded or in UTF-8; empty where none is believed."""
    if not header or not behind_proxy(request):
        return ""
    raw = request.headers.get(header, "").encode("latin-1")
    return unquote(raw.decode("utf-8", "replace"))


def _of_token(request: Request, text: str) -> Viewer:
    number, role, scope = tokens.number_of(request.app.state.settings, text)
    with transaction(request.app.state.engine, Viewer(role)) as connection:
        kept = sessions.token_of(connection, number, now())
    if kept is None or (kept.role, kept.scope) != (role, scope):
        raise UnauthorizedError(tokens.INVALID)
    return Viewer(role, scope, f"令牌 {kept.name}", request_id(request))


def _account(request: Request, name: str, cookie: str) -> Account | None:
    with transaction(request.app.state.engine, PLANNER) as connection:
        if not name:
            return sessions.account_of(connection, cookie, now())
        found = accounts.find(connection, name)
    if found is None or found.disabled:
        raise UnauthorizedError("单点登录送来的账号在这里没有开通。请管理员用 wangge account add 开通")
    return found


def _refuse_forged(request: Request) -> None:
    """A browser says where a write comes from; where it does not, the write must carry the session's proof."""
    if request.method in READING:
        return
    cookie = request.cookies.get(COOKIE, "")
    given = request.headers.get(PROOF_HEADER, "")
    if cookie and hmac.compare_digest(given, tokens.proof(request.app.state.settings, cookie)):
        return
    origin = request.headers.get("origin")
    if origin is None:
        # only programs leave it out; without a cookie nobody's rights can be borrowed
        if cookie or request.app.state.settings.proxy_header:
            raise NotAllowedError(FORGED)
    elif not same_site(request):
        raise NotAllowedError(FORGED)


def same_site(request: Request) -> bool:
    """Whether a browser says that the request comes from a page of this very site, or says nothing."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")
