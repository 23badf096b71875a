"""Errors at the door: one table from class to HTTP status, RFC 9457 problems in Chinese, no trace ever shown."""

import logging
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
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


def status_of(error: WanggeError) -> int:
    """HTTP status of the nearest class in the table."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def install(app: FastAPI) -> None:
    """Answer every error of the product, of the framework and every unexpected one as a problem."""

    @app.exception_handler(WanggeError)
    def ours(_: Request, error: WanggeError) -> JSONResponse:
        return problem(status_of(error), error.code, error.detail, **error.facts)

    @app.exception_handler(LaterError)
    def later(_: Request, error: LaterError) -> JSONResponse:
        answer = problem(429, error.code, error.detail)
        answer.headers["Retry-After"] = str(error.wait_s)
        return answer

    @app.exception_handler(UnauthorizedError)
    def stranger(request: Request, error: UnauthorizedError) -> Response:
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?next={quote(here)}", status_code=303)
        answer = problem(401, error.code, error.detail)
        answer.headers["WWW-Authenticate"] = 'Bearer realm="wangge"'
        return answer

    @app.exception_handler(RequestValidationError)
    def fields(_: Request, error: RequestValidationError) -> JSONResponse:
        faults = [
            {"field": ".".join(str(part) for part in one["loc"][1:]), "reason": one["type"]} for one in error.errors()
        ]
        names = "、".join(dict.fromkeys(fault["field"] or "请求内容" for fault in faults))
        return problem(422, "BAD_INPUT", f"{names} 的取值不对。改正后再试", errors=faults)

    @app.exception_handler(HTTPException)
    def framework(_: Request, error: HTTPException) -> JSONResponse:
        answer = problem(error.status_code, f"HTTP_{error.status_code}", WORDS.get(error.status_code, "请求没有被接受"))
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(Exception)
    def unexpected(_: Request, error: Exception) -> JSONResponse:
        log.error("unexpected error", exc_info=error)
        return problem(500, "INTERNAL", "系统出错，数据没有变。稍后再试，仍不行请联系管理员")
