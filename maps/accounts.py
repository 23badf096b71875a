"""The sign-in page and the page of the audit, as a value in and a page out; neither needs a script."""

from __future__ import annotations

from dataclasses import dataclass

from maps.base import Page
from maps.frame import words_page

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


def login_page(view: LoginView) -> Page:
    """The page on which visitors sign in."""
    return words_page("登录 · 网格", "login.html", {"v": view}, (), STYLES, "flow")


def audit_page(view: AuditView) -> Page:
    """The audit for the administrator."""
    return words_page("审计记录 · 网格", "audit.html", {"v": view}, (), STYLES, "flow")
