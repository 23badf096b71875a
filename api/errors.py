"""Errors at the door: one table from class to HTTP status, RFC 9457 problems in Chinese, no trace ever shown."""

import logging
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from data.imports.errors import FileTooLargeError
from gis.errors import (
    BadInputError,
    ConflictError,
    LaterError,
    MachineError,
    NotAllowedError,
    NotFoundError,
    UnauthorizedError,
    WanggeError,
)
from maps.trouble import TroubleView, trouble_page

log = logging.getLogger("wangge")


STATUS: Mapping[type[WanggeError], int] = MappingProxyType(
    {
        WanggeError: 400,
        BadInputError: 422,
        NotFoundError: 404,
        MachineError: 503,
        UnauthorizedError: 401,
        LaterError: 429,
        ConflictError: 409,
        NotAllowedError: 403,
        FileTooLargeError: 413,
    }
)
TITLES = MappingProxyType(
    {
        400: "请求有误",
        401: "需要登录",
        403: "没有这个权限",
        404: "没有找到",
        405: "不支持这种请求",
        409: "同时有别的改动",
        413: "内容太大",
        422: "参数有误",
        429: "太频繁",
        500: "内部错误",
        503: "暂时不可用",
    }
)
WORDS = MappingProxyType(
    {
        413: "请求内容太大，没有处理。分几次发送，或缩小后再试",
        404: "没有这个地址。回首页再找",
        405: "这个地址不支持这种请求方法。看 /openapi.json 里的说明",
    }
)
# what a page calls the words of an address, each with an example
FIELDS = MappingProxyType(
    {
        "as_of": "日期（例如 2026-11-01）",
        "area": "区的代码（例如 610199）",
        "code": "代码（例如 610199001001）",
        "q": "要找的字（最多 40 个）",
    }
)


def problem(status: int, code: str, detail: str, **more: object) -> JSONResponse:
    """One RFC 9457 problem answer."""
    body = {
        "type": "about:blank",
        "title": TITLES.get(status, "请求有误"),
        "status": status,
        "code": code,
        "detail": detail,
    }
    return JSONResponse(body | more, status_code=status, media_type="application/problem+json")


def answer(request: Request, status: int, code: str, detail: str, **more: object) -> Response:
    """A page for who opens an address in a browser, a problem for everybody else."""
    if not wants_page(request):
        return problem(status, code, detail, **more)
    number, settings = getattr(request.state, "request_id", ""), request.app.state.settings
    view = TroubleView(TITLES.get(status, "请求有误"), _ended(detail), _ways(request), number, settings.review_number)
    return HTMLResponse(trouble_page(view).build().html, status, {"Cache-Control": "no-store", "Vary": "Accept"})


def wants_page(request: Request) -> bool:
    """Whether somebody looks at the answer in a browser."""
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")


def _ways(request: Request) -> list[tuple[str, str]]:
    """Where to go from here: the same page of today, and what everybody who is signed in may open."""
    if request.url.path.startswith("/p/"):
        return []
    query = {key: word for key, word in request.query_params.items() if key != "as_of"}
    today = f"{request.url.path}{'?' if query else ''}{urlencode(query)}"
    return [("看今天的", today)] * ("as_of" in request.query_params) + [("回首页", "/"), ("找网格", "/grids")]


def _ended(detail: str) -> str:
    return detail if detail.endswith("。") else f"{detail}。"


def status_of(error: WanggeError) -> int:
    """HTTP status of the nearest class in the table."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def install(app: FastAPI, headers: Mapping[str, str]) -> None:
    """Answer every error of the product, of the framework and every unexpected one; `headers` every answer carries."""

    @app.exception_handler(WanggeError)
    def ours(request: Request, error: WanggeError) -> Response:
        return answer(request, status_of(error), error.code, error.detail, **error.facts)

    @app.exception_handler(LaterError)
    def later(request: Request, error: LaterError) -> Response:
        told = answer(request, 429, error.code, error.detail)
        told.headers["Retry-After"] = str(error.wait_s)
        return told

    @app.exception_handler(UnauthorizedError)
    def stranger(request: Request, error: UnauthorizedError) -> Response:
        if wants_page(request):
            here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?next={quote(here)}", status_code=303)
        told = problem(401, error.code, error.detail)
        told.headers["WWW-Authenticate"] = 'Bearer realm="wangge"'
        return told

    @app.exception_handler(RequestValidationError)
    def fields(request: Request, error: RequestValidationError) -> Response:
        faults = [
            {"field": ".".join(str(part) for part in one["loc"][1:]), "reason": one["type"]} for one in error.errors()
        ]
        named = dict.fromkeys(fault["field"] or "请求内容" for fault in faults)
        if wants_page(request):
            named = dict.fromkeys(FIELDS.get(name, name) for name in named)
        return answer(request, 422, "BAD_INPUT", f"{'、'.join(named)} 的取值不对。改正后再试", errors=faults)

    @app.exception_handler(HTTPException)
    def framework(request: Request, error: HTTPException) -> Response:
        words = WORDS.get(error.status_code, "请求没有被接受")
        told = answer(request, error.status_code, f"HTTP_{error.status_code}", words)
        told.headers.update(error.headers or {})
        return told

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> Response:
        log.error("unexpected error", exc_info=error)
        told = answer(request, 500, "INTERNAL", "系统出错，数据没有变。稍后再试，仍不行请联系管理员")
        # answered outside of everything that otherwise sets them
        told.headers.update({**headers, "X-Request-ID": str(getattr(request.state, "request_id", ""))})
        return told
