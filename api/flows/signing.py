"""Signing in and out: guesses are slowed, who gets it right has a session, everything is in the audit."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, func, select

from data import accounts, audit, layers, sessions
from data.accounts import Account
from data.session import transaction
from data.viewers import PLANNER, Viewer
from gis.errors import LaterError, UnauthorizedError

FIRST = "admin"
# the three kinds of user that the demo lets in by a link: who, account, role
SHOWN = (("规划人员", "示例规划", "规划"), ("网格长", "示例网格长", "网格长"), ("社区调整组", "示例街道", "街道"))


class WrongPasswordError(UnauthorizedError):
    """Name and password do not belong together, or the account is disabled: which of them is not said."""

    code = "WRONG_PASSWORD"


@dataclass(frozen=True)
class Guess:
    """A try to sign in; `known` where this browser has signed in as this account before."""

    name: str
    password: str
    address: str
    known: str = ""

    @property
    def key(self) -> str:
        """Whose guesses are counted together: a browser that is known counts for itself, so that strangers who
        guess at an account never keep its owner out."""
        return f"{self.name}\0{self.known or self.address}"


def sign_in(engine: Engine, guess: Guess, now: datetime) -> tuple[Account, str]:
    """The account and what the cookie of its new session holds; LaterError, WrongPasswordError."""
    with transaction(engine, PLANNER) as connection:
        # a guess is counted before it is looked at, one at a time, so that many at once are many
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(sessions.digest(guess.key)))))
        wait_s = sessions.wait_s(connection, guess.key, now)
        if wait_s:
            raise LaterError(f"试错太多次。{_words(wait_s)}后再试", wait_s)
        sessions.guessed(connection, guess.key, now)
    with transaction(engine, PLANNER) as connection:
        account = accounts.signs_in(connection, guess.name, guess.password)
        if account is None:
            audit.note(connection, Viewer("", account="未登录"), "sign_in_refused", f"account {guess.name[:40]}")
        else:
            sessions.forgive(connection, guess.key)
            cookie = sessions.begin(connection, account.name, now)
            audit.note(connection, _as(account), "sign_in", f"account {account.name}")
    if account is None:
        raise WrongPasswordError("账号或密码不对。再试一次；忘了密码请管理员重设")
    return account, cookie


def sign_in_by_link(engine: Engine, name: str, now: datetime) -> tuple[Account, str] | None:
    """The same without a password, for the links that `wangge demo` prints."""
    with transaction(engine, PLANNER) as connection:
        account = accounts.find(connection, name)
        if account is None or account.disabled:
            return None
        audit.note(connection, _as(account), "sign_in", f"account {account.name}")
        return account, sessions.begin(connection, account.name, now)


def shown_visitors(engine: Engine, today: date, district: str) -> list[tuple[str, str, str]]:
    """Who may look at the demo by a link, as what account, and the page to begin with; made where they are missing."""
    with transaction(engine) as connection:
        grids = layers.frame(connection, layers.select("grids", as_of=today, viewer=PLANNER))
        communities = layers.frame(connection, layers.select("communities", as_of=today, viewer=PLANNER))
        home = str(sorted(communities["code"])[0])
        grid = next(iter(sorted(code for code in grids["code"] if code.startswith(district))), None)
        scopes = {"规划": district, "网格长": grid or home, "街道": home[:9]}
        pages = {"规划": f"/maps/coverage/{district}", "网格长": f"/grids/{grid or home}", "街道": f"/?area={district}"}
        for _, name, role in SHOWN:
            as_role = "社区" if role == "网格长" and grid is None else role
            if accounts.find(connection, name) is None:
                accounts.add(connection, name, as_role, scopes[role], None)
    return [(words, name, pages[role]) for words, name, role in SHOWN]


def sign_out(engine: Engine, cookie: str) -> None:
    """End a session."""
    with transaction(engine, PLANNER) as connection:
        sessions.end(connection, cookie)


def first_administrator(engine: Engine) -> str | None:
    """The password of a new administrator where there is none, else None."""
    with transaction(engine) as connection:
        if not sessions.nobody_yet(connection, FIRST):
            return None
        password = new_password()
        accounts.add(connection, FIRST, "管理员", "", password)
        audit.note(connection, Viewer("命令行"), "account_add", f"account {FIRST}")
        return password


def new_password() -> str:
    """A password nobody guesses."""
    return secrets.token_urlsafe(12)


def _as(account: Account) -> Viewer:
    return Viewer(account.role, account.scope, account.name)


def _words(seconds: int) -> str:
    return f" {seconds} 秒" if seconds < 60 else f" {-(-seconds // 60)} 分钟"
