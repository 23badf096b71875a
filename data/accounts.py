"""Accounts: who may sign in, as what, for which area or grid; passwords as argon2id hashes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import MappingProxyType

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, insert, select, update

from data.rights_tables import account as a
from data.rights_tables import session
from data.viewers import ROLES
from gis.errors import BadInputError, NotFoundError

NAME = re.compile(r"[\w.@-]{1,40}")
SHORTEST, LONGEST = 10, 200
# length of the code a role must be given; the others may be given any, or none for everything
SCOPES: Mapping[str, tuple[int, str]] = MappingProxyType(
    {"街道": (9, "街道的 9 位代码"), "社区": (12, "社区的 12 位代码"), "网格长": (15, "网格的 15 位代码")}
)
HASHER = PasswordHasher()


@dataclass(frozen=True)
class Account:
    """An account as it is listed; never its password."""

    name: str
    role: str
    scope: str
    disabled: bool
    created_at: datetime


def check_rights(role: str, scope: str) -> None:
    """BadInputError where a role does not exist, or its scope is not a code it can have."""
    if role not in ROLES:
        raise BadInputError(f"没有“{role}”这个角色。可选：{'、'.join(ROLES)}")
    if not re.fullmatch(r"[0-9A-Z]{0,15}", scope):
        raise BadInputError(f"“{scope}”不是区划或网格的代码。代码是数字和大写字母，最多 15 位")
    length, words = SCOPES.get(role, (len(scope), ""))
    if len(scope) != length:
        raise BadInputError(f"{role}要给出{words}，例如 {'610104001001001'[:length]}")


def add(connection: Connection, name: str, role: str, scope: str, password: str | None) -> None:
    """A new account; without a password only the reverse proxy can sign it on."""
    if not NAME.fullmatch(name):
        raise BadInputError("账号名只能用字母、汉字、数字和 . _ @ -，最多 40 个字")
    check_rights(role, scope)
    if find(connection, name) is not None:
        raise BadInputError(f"账号 {name} 已经有了。换一个名字，或用 wangge account password {name} 改密码")
    hashed = None if password is None else _hash(password)
    connection.execute(insert(a).values(name=name, role=role, scope=scope, password_hash=hashed))


def find(connection: Connection, name: str) -> Account | None:
    """The account of a name, disabled ones too."""
    query = select(a.c.name, a.c.role, a.c.scope, a.c.disabled, a.c.created_at).where(a.c.name == name)
    row = connection.execute(query).one_or_none()
    return None if row is None else Account(**row._asdict())


def every(connection: Connection) -> list[Account]:
    """All accounts in order of name."""
    query = select(a.c.name, a.c.role, a.c.scope, a.c.disabled, a.c.created_at).order_by(a.c.name)
    return [Account(**row._asdict()) for row in connection.execute(query)]


def disable(connection: Connection, name: str) -> None:
    """Nobody signs in with the account any more; its sessions end at once."""
    _change(connection, name, disabled=True)


def set_password(connection: Connection, name: str, password: str) -> None:
    """A new password; it enables the account again and ends its sessions."""
    _change(connection, name, password_hash=_hash(password), disabled=False)


def signs_in(connection: Connection, name: str, password: str) -> Account | None:
    """The account where name and password belong together; as slow for a name that does not exist."""
    kept = connection.scalar(select(a.c.password_hash).where(a.c.name == name, ~a.c.disabled))
    try:
        HASHER.verify(kept or _nobodys(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return None
    return find(connection, name) if kept else None


def _change(connection: Connection, name: str, **values: object) -> None:
    if not connection.execute(update(a).where(a.c.name == name).values(values)).rowcount:
        raise NotFoundError(f"没有账号 {name}。用 wangge account list 看有哪些")
    connection.execute(delete(session).where(session.c.account == name))


def _hash(password: str) -> str:
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInputError(f"密码要 {SHORTEST} 到 {LONGEST} 个字。换一个再试")
    return HASHER.hash(password)


@cache
def _nobodys() -> str:
    return HASHER.hash("nobody's password")
