"""What lets a visitor in again: sessions of a browser, tokens of a program, and how long a guesser has to wait."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from data.accounts import Account
from data.rights_tables import account as a
from data.rights_tables import api_token as k
from data.rights_tables import session as s
from data.rights_tables import throttle as g
from gis.errors import NotFoundError

LASTS = timedelta(hours=12)
FREE_GUESSES = 5
LONGEST_WAIT_S = 900
FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True)
class Token:
    """A token as it is listed; the token itself is kept nowhere."""

    name: str
    role: str
    scope: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


def digest(secret: str) -> str:
    """What is kept instead of a secret that is long and random."""
    return hashlib.sha256(secret.encode()).hexdigest()


def begin(connection: Connection, name: str, now: datetime) -> str:
    """A new session of an account; returns what the cookie holds. Old ones are swept."""
    cookie = secrets.token_urlsafe(32)
    connection.execute(delete(s).where(s.c.expires_at < now))
    connection.execute(insert(s).values(digest=digest(cookie), account=name, expires_at=now + LASTS))
    return cookie


def account_of(connection: Connection, cookie: str, now: datetime) -> Account | None:
    """The account whose session this is, while it lasts and the account is enabled."""
    query = (
        select(a.c.name, a.c.role, a.c.scope, a.c.disabled, a.c.created_at)
        .join(s, s.c.account == a.c.name)
        .where(s.c.digest == digest(cookie), s.c.expires_at > now, ~a.c.disabled)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Account(**row._asdict())


def end(connection: Connection, cookie: str) -> None:
    """End a session."""
    connection.execute(delete(s).where(s.c.digest == digest(cookie)))


def add_token(connection: Connection, number: str, name: str, role: str, scope: str, expires_at: datetime) -> None:
    """Remember a token by the digest of its number."""
    values = {"digest": digest(number), "name": name, "role": role, "scope": scope, "expires_at": expires_at}
    connection.execute(insert(k).values(values))


def token_of(connection: Connection, number: str, now: datetime) -> Token | None:
    """The token of a number, while it is neither expired nor revoked."""
    query = select(k.c.name, k.c.role, k.c.scope, k.c.created_at, k.c.expires_at, k.c.revoked_at).where(
        k.c.digest == digest(number), k.c.expires_at > now, k.c.revoked_at.is_(None)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Token(**row._asdict())


def tokens(connection: Connection) -> list[Token]:
    """Every token, the newest first."""
    query = select(k.c.name, k.c.role, k.c.scope, k.c.created_at, k.c.expires_at, k.c.revoked_at)
    return [Token(**row._asdict()) for row in connection.execute(query.order_by(k.c.created_at.desc(), k.c.name))]


def revoke(connection: Connection, name: str, now: datetime) -> int:
    """Revoke the tokens of a name; returns how many were in force."""
    done = connection.execute(update(k).where(k.c.name == name, k.c.revoked_at.is_(None)).values(revoked_at=now))
    if not done.rowcount:
        raise NotFoundError(f"没有名为 {name} 的有效令牌。用 wangge token --list 看有哪些")
    return int(done.rowcount)


def wait_s(connection: Connection, key: str, now: datetime) -> int:
    """Seconds until the next guess is taken: none for the first few, then doubling to a quarter of an hour."""
    row = connection.execute(select(g.c.failures, g.c.failed_at).where(g.c.key == digest(key))).one_or_none()
    if row is None or row.failures < FREE_GUESSES:
        return 0
    pause = timedelta(seconds=min(2 ** min(row.failures - FREE_GUESSES, 20), LONGEST_WAIT_S))
    return max(0, -int((now - row.failed_at - pause).total_seconds() // 1))


def guessed(connection: Connection, key: str, now: datetime) -> None:
    """Count a wrong guess; a day without one is forgotten."""
    connection.execute(delete(g).where(g.c.failed_at < now - FORGOTTEN))
    row = upsert(g).values(key=digest(key), failures=1, failed_at=now)
    more = {"failures": g.c.failures + 1, "failed_at": now}
    connection.execute(row.on_conflict_do_update(index_elements=["key"], set_=more))


def forgive(connection: Connection, key: str) -> None:
    """Forget the wrong guesses of somebody who got it right."""
    connection.execute(delete(g).where(g.c.key == digest(key)))


def nobody_yet(connection: Connection, name: str) -> bool:
    """Whether there is no administrator, and no account of a name, so that the first one can be made."""
    known = select(func.count()).select_from(a).where(or_(a.c.role == "管理员", a.c.name == name))
    return connection.scalar(known) == 0
