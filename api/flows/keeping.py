"""Accounts for the administrator, and who one is for everybody: the page and what it changes."""

from collections.abc import Mapping

from sqlalchemy import Connection

from api.flows import signing
from data import accounts, audit
from data.viewers import ROLES, Viewer
from gis.errors import BadInputError, NotAllowedError
from maps.accounts import AccountLine, AccountsView

ADD, DISABLE, PASSWORD = "add", "disable", "password"


def keeps(viewer: Viewer) -> bool:
    """Whether a viewer looks after the accounts: an administrator of everything."""
    return viewer.role == "管理员" and not viewer.scope


def view(connection: Connection, viewer: Viewer, map_number: str, said: str = "", wrong: str = "") -> AccountsView:
    """What the page shows: oneself, and all accounts to who looks after them."""
    listed = accounts.every(connection) if keeps(viewer) else []
    lines = tuple(
        AccountLine(one.name, one.role, one.scope or "全部", one.disabled, one.name == viewer.account) for one in listed
    )
    return AccountsView(
        account=viewer.account,
        role=viewer.role,
        scope=viewer.scope or "全部",
        keeps=keeps(viewer),
        lines=lines,
        roles=ROLES,
        said=said,
        wrong=wrong,
        map_number=map_number,
    )


def change(connection: Connection, viewer: Viewer, asked: Mapping[str, str]) -> str:
    """Make an account, disable one or give it a new password; the sentence that says so, put down in the audit."""
    if not keeps(viewer):
        raise NotAllowedError("账号只由管辖全部数据的管理员管。请找他们")
    what, name = asked.get("do", ""), asked.get("name", "").strip()
    if what == ADD:
        role, scope, password = asked.get("role", ""), asked.get("area", "").strip(), signing.new_password()
        accounts.add(connection, name, role, scope, password)
        audit.note(connection, viewer, "account_add", f"account {name}", {"role": role, "scope": scope})
        return f"已建账号 {name}（{role}），密码 {password}。只显示这一次，抄下来交给本人。"
    if what == DISABLE:
        if name == viewer.account:
            raise BadInputError("不能停用自己的账号。请另一位管理员来做")
        accounts.disable(connection, name)
        audit.note(connection, viewer, "account_disable", f"account {name}")
        return f"已停用账号 {name}，它的登录全部失效。重设密码就重新启用。"
    if what == PASSWORD:
        password = signing.new_password()
        accounts.set_password(connection, name, password)
        audit.note(connection, viewer, "account_password", f"account {name}")
        return f"{name} 的新密码 {password}。只显示这一次，抄下来交给本人；它原来的登录已失效。"
    raise BadInputError("没有这样的操作，什么也没有变。从账号页上点")
