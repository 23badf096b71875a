"""Signing in and out, who one is, and the audit for the administrator."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from api import tokens
from api.access import BROWSER_COOKIE, COOKIE, FORGED, address_of, is_encrypted, now, same_site
from api.flows import auditing, keeping, signing
from api.wire import Who
from data.accounts import Account
from data.session import transaction
from data.sessions import LASTS
from data.viewers import Viewer
from gis.errors import BadInputError, LaterError, NotAllowedError, NotFoundError
from maps.accounts import LoginView, accounts_page, audit_page, login_page

router = APIRouter(tags=["账号"])
LARGEST_FORM = 4_000


def _text(longest: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": longest}


def _form(required: list[str], **fields: dict[str, Any]) -> dict[str, Any]:
    """What a form sends, for the OpenAPI document."""
    schema = {"type": "object", "required": required, "properties": fields}
    return {"requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}}


FORM = _form(["name", "password"], name=_text(40), password=_text(200), next=_text(2000))
DEEDS = {"type": "string", "enum": ["add", "disable", "password"]}
CHANGE = _form(["do", "name"], do=DEEDS, name=_text(40), role=_text(10), area=_text(15))


class Me(BaseModel):
    """Who is signed in, and what a page sends along with a write."""

    account: str
    role: str
    scope: str
    proof: str


@router.get("/login", summary="登录页", response_class=Response)
def login_form(
    request: Request,
    after: Annotated[str, Query(alias="next", max_length=2000, description="登录后去哪一页")] = "/",
    link: Annotated[str, Query(max_length=600, description="wangge demo 打印的登录链接")] = "",
) -> Response:
    """The sign-in page as HTML; with a link of the demo the visitor is signed in at once."""
    settings, target = request.app.state.settings, _own_page(after)
    if link and settings.open:
        done = signing.sign_in_by_link(request.app.state.engine, tokens.account_of_link(settings, link), now())
        if done is not None:
            return _welcome(request, *done, target)
    return _page(LoginView(target, "", "", settings.review_number), 200)


@router.post("/login", summary="登录", response_class=Response, openapi_extra=FORM)
async def login(request: Request) -> Response:
    """Name and password as a form; 303 to the page asked for with the session's cookie."""
    if not same_site(request) or request.headers.get("sec-fetch-site") == "cross-site":
        raise NotAllowedError(FORGED)
    form = await _form(request)
    name, target = form.get("name", "").strip()[:40], _own_page(form.get("next", "/"))
    settings, known = request.app.state.settings, request.cookies.get(BROWSER_COOKIE, "")
    mark = known if known and tokens.knows(settings, known, name) else ""
    guess = signing.Guess(name, form.get("password", ""), address_of(request), mark)
    try:
        account, cookie = await run_in_threadpool(signing.sign_in, request.app.state.engine, guess, now())
    except LaterError as error:
        answer = _page(LoginView(target, name, error.detail, settings.review_number), 429)
        answer.headers["Retry-After"] = str(error.wait_s)
        return answer
    except signing.WrongPasswordError as error:
        return _page(LoginView(target, name, error.detail, settings.review_number), 401)
    return _welcome(request, account, cookie, target)


@router.post("/logout", summary="退出", response_class=Response)
def logout(request: Request) -> Response:
    """End the session; 303 to the sign-in page."""
    if not same_site(request):
        raise NotAllowedError(FORGED)
    if cookie := request.cookies.get(COOKIE):
        signing.sign_out(request.app.state.engine, cookie)
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/api/me", summary="我是谁")
def me(request: Request, viewer: Who) -> Me:
    """Account, role and scope; `proof` goes into the header X-CSRF-Token of writes."""
    cookie = request.cookies.get(COOKIE, "")
    proof = tokens.proof(request.app.state.settings, cookie) if cookie else ""
    return Me(account=viewer.account, role=viewer.role, scope=viewer.scope, proof=proof)


@router.get("/audit", summary="审计记录", response_class=Response)
def audit_list(request: Request, viewer: Who, before: Annotated[int | None, Query(ge=1, le=2**62)] = None) -> Response:
    """The audit as HTML, the newest lines first."""
    with transaction(request.app.state.engine, viewer.whole) as connection:
        view = auditing.view(connection, viewer, before, request.app.state.settings.review_number)
    return Response(audit_page(view).build().html, media_type="text/html", headers={"Cache-Control": "no-store"})


@router.get("/api/audit", summary="审计记录（JSON）")
def audit_lines(
    request: Request,
    viewer: Who,
    before: Annotated[int | None, Query(ge=1, le=2**62, description="从这一条之前起")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> auditing.Lines:
    """Lines, the newest first; `next` goes into `before`."""
    with transaction(request.app.state.engine, viewer.whole) as connection:
        return auditing.lines(connection, viewer, before, limit)


@router.get("/api/audit.csv", summary="审计记录（CSV，全部）", response_class=Response)
def audit_file(request: Request, viewer: Who) -> Response:
    """Every line as CSV."""
    with transaction(request.app.state.engine, viewer.whole) as connection:
        text = auditing.csv_text(connection, viewer)
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"', "Cache-Control": "no-store"}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/accounts", summary="账号", response_class=Response)
def accounts_list(request: Request, viewer: Who) -> Response:
    """Who one is, and the accounts for the administrator, as HTML."""
    return _accounts(request, viewer, {})


@router.post("/accounts", summary="新建、停用账号，重设密码", response_class=Response, openapi_extra=CHANGE)
async def accounts_change(request: Request, viewer: Who) -> Response:
    """A form; the page again with what became of it, new passwords shown this once."""
    return await run_in_threadpool(_accounts, request, viewer, await _form(request))


def _accounts(request: Request, viewer: Viewer, asked: Mapping[str, str]) -> Response:
    said, wrong, status, number = "", "", 200, request.app.state.settings.review_number
    if asked or request.method == "POST":
        try:
            with transaction(request.app.state.engine, viewer.whole) as connection:
                said = keeping.change(connection, viewer, asked)
        except (BadInputError, NotFoundError) as error:
            wrong, status = error.detail, 422
    with transaction(request.app.state.engine, viewer.whole) as connection:
        page = accounts_page(keeping.view(connection, viewer, number, said, wrong))
    headers = {"Cache-Control": "no-store"}
    return Response(page.build().html, status_code=status, media_type="text/html", headers=headers)


async def _form(request: Request) -> dict[str, str]:
    raw = await request.body()
    if len(raw) > LARGEST_FORM:
        raise BadInputError("表单太长。只填账号和密码")
    return {key: values[-1] for key, values in parse_qs(raw.decode("utf-8", "replace")).items()}


def _welcome(request: Request, account: Account, cookie: str, target: str) -> Response:
    settings, encrypted = request.app.state.settings, is_encrypted(request)
    answer = RedirectResponse(target, status_code=303)
    kept = {"httponly": True, "samesite": "lax", "secure": encrypted, "path": "/"}
    answer.set_cookie(COOKIE, cookie, max_age=int(LASTS.total_seconds()), **kept)
    mark = tokens.browser(settings, account.name, now())
    answer.set_cookie(BROWSER_COOKIE, mark, max_age=int(tokens.BROWSER_LASTS.total_seconds()), **kept)
    return answer


def _page(view: LoginView, status: int) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(login_page(view).build().html, status_code=status, media_type="text/html", headers=headers)


def _own_page(address: str) -> str:
    """An address of this site, whatever was asked for; the front page where it leads elsewhere."""
    clean = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if clean else "/"
