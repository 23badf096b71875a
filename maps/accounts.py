"""The pages of signing in, of accounts and of the audit, as a value in and a page out; none needs a script."""

from __future__ import annotations

from dataclasses import dataclass

from maps.base import Page
from maps.frame import words_page
from maps.nav import navigation

STYLES = ("flow.css", "accounts.css")


@dataclass(frozen=True)
class LoginView:
    """Where to go after signing in, the name typed before, and what was wrong with it."""

    target: str
    name: str
    wrong: str
    map_number: str


@dataclass(frozen=True)
class AuditView:
    """Rows of time, actor, action, object, versions and request, the newest first; `next` leads to older ones."""

    rows: tuple[tuple[str, ...], ...]
    next: int | None
    map_number: str


@dataclass(frozen=True)
class AccountLine:
    """An account in the list; `own` is that of the reader."""

    name: str
    role: str
    scope: str
    disabled: bool
    own: bool


@dataclass(frozen=True)
class AccountsView:
    """Who one is; for who `keeps` the accounts all of them. `said` and `wrong` what became of the last change."""

    account: str
    role: str
    scope: str
    keeps: bool
    lines: tuple[AccountLine, ...]
    roles: tuple[str, ...]
    said: str
    wrong: str
    map_number: str


def login_page(view: LoginView) -> Page:
    """The page on which visitors sign in."""
    return words_page("登录 · 网格", "login.html", {"v": view}, (), STYLES, "flow")


def accounts_page(view: AccountsView) -> Page:
    """Who one is, signing out, and the accounts for the administrator."""
    values = {"v": view, "nav": navigation("")}
    return words_page("账号 · 网格", "accounts.html", values, ("home.js",), STYLES, "flow")


def audit_page(view: AuditView) -> Page:
    """The audit for the administrator."""
    values = {"v": view, "nav": navigation("")}
    return words_page("审计记录 · 网格", "audit.html", values, ("home.js",), STYLES, "flow")
