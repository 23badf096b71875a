"""`account`, `token`, `doctor`: who may use this installation, and whether what it remembers is whole."""

import sys
from datetime import timedelta
from typing import Annotated

import typer

from api import tokens
from api.access import now
from api.cli.output import REFUSED, WRONG_USE, Json, say, show, table
from api.cli.site import OPERATOR, open_site
from api.flows import signing
from data import accounts, audit, sessions
from data.session import transaction
from data.viewers import ROLES

Name = Annotated[str, typer.Argument(help="账号名")]
Area = Annotated[str, typer.Option(help="管辖区划或网格的代码；不给就是全部")]
Stdin = Annotated[bool, typer.Option("--stdin", help="从标准输入读密码；不给就随机生成并显示一次")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    account = typer.Typer(help="账号", no_args_is_help=True)
    account.command("add", help="新建账号")(add)
    account.command("list", help="有哪些账号")(every)
    account.command("disable", help="停用账号")(disable)
    account.command("password", help="重设密码，并重新启用")(password_of)
    app.add_typer(account, name="account")
    app.command("token", help="发放、列出、吊销访问令牌")(token)
    app.command("doctor", help="检查每个版本是否恰有一条审计记录")(doctor)


def add(
    name: Name,
    role: Annotated[str, typer.Option(help=f"角色：{'、'.join(ROLES)}")],
    area: Area = "",
    stdin: Stdin = False,
    no_password: Annotated[bool, typer.Option("--no-password", help="只能由反向代理单点登录")] = False,
    as_json: Json = False,
) -> None:
    """Make an account and print its password once."""
    password = None if no_password else _password(stdin)
    with transaction(open_site().engine) as connection:
        accounts.add(connection, name, role, area, password)
        audit.note(connection, OPERATOR, "account_add", f"account {name}", {"role": role, "scope": area})
    told = {"account": name, "role": role, "scope": area} | ({} if stdin or no_password else {"password": password})
    shown = "" if stdin or no_password else f"，密码 {password}（只显示这一次）"
    show(told, as_json, f"已建账号 {name}（{role}{'，' + area if area else ''}）{shown}")


def every(as_json: Json = False) -> None:
    """List the accounts."""
    with transaction(open_site().engine) as connection:
        found = accounts.every(connection)
    items = [{**vars(one), "created_at": one.created_at.isoformat(timespec="seconds")} for one in found]
    rows = [(one.name, one.role, one.scope or "全部", "停用" if one.disabled else "在用") for one in found]
    columns = [("账号", False), ("角色", False), ("管辖", False), ("状态", False)]
    show({"items": items}, as_json, table(columns, rows) if rows else "还没有账号。用 wangge account add 新建")


def disable(name: Name, as_json: Json = False) -> None:
    """Disable an account and end its sessions."""
    with transaction(open_site().engine) as connection:
        accounts.disable(connection, name)
        audit.note(connection, OPERATOR, "account_disable", f"account {name}")
    show({"account": name, "disabled": True}, as_json, f"已停用账号 {name}，它的登录全部失效")


def password_of(name: Name, stdin: Stdin = False, as_json: Json = False) -> None:
    """Set a new password; the sessions of the account end."""
    password = _password(stdin)
    with transaction(open_site().engine) as connection:
        accounts.set_password(connection, name, password)
        audit.note(connection, OPERATOR, "account_password", f"account {name}")
    told = {"account": name} | ({} if stdin else {"password": password})
    show(told, as_json, f"已改密码：{name}" + ("" if stdin else f"，新密码 {password}（只显示这一次）"))


def token(
    role: Annotated[str | None, typer.Option(help=f"角色：{'、'.join(ROLES)}")] = None,
    area: Annotated[str | None, typer.Option(help="管辖区划或网格的代码；空字符串就是全部")] = None,
    name: Annotated[str, typer.Option(help="令牌的名字，吊销时用它")] = "",
    days: Annotated[int, typer.Option(min=1, max=366, help="几天后过期")] = tokens.LIFETIME.days,
    listed: Annotated[bool, typer.Option("--list", help="列出令牌")] = False,
    revoke: Annotated[str | None, typer.Option(help="吊销这个名字的令牌")] = None,
    as_json: Json = False,
) -> None:
    """Print a new bearer token once, list the tokens, or revoke those of a name."""
    site = open_site()
    if listed or revoke is not None:
        _tokens(site.engine, revoke, as_json)
        return
    if role is None or area is None:
        say("要给出 --role 和 --area，或用 --list、--revoke 名字")
        raise typer.Exit(WRONG_USE)
    accounts.check_rights(role, area)
    made = tokens.issue(site.settings, role, area, now(), timedelta(days=days))
    called = name or f"{role}-{area or '全部'}"
    with transaction(site.engine) as connection:
        sessions.add_token(connection, made.number, called, role, area, made.expires_at)
        audit.note(connection, OPERATOR, "token_add", f"token {called}", {"role": role, "scope": area})
    show({"token": made.text, "name": called, "role": role, "area": area, "days": days}, as_json, made.text)


def doctor(as_json: Json = False) -> None:
    """Prove that every stored version has exactly one line in the audit."""
    with transaction(open_site().engine) as connection:
        found = audit.faults(connection)
    clean = all(one.clean for one in found.values())
    rows = [(name, f"{one.without:,}", f"{one.several:,}", f"{one.unknown:,}") for name, one in found.items()]
    columns = [("表", False), ("没有记录", True), ("多条记录", True), ("记录了不存在的", True)]
    show(
        {"clean": clean, "tables": {name: vars(one) for name, one in found.items()}},
        as_json,
        table(columns, rows, "每个版本恰有一条审计记录" if clean else "审计记录对不上，请保留数据库并联系维护者"),
    )
    if not clean:
        raise typer.Exit(REFUSED)


def _tokens(engine: signing.Engine, revoked: str | None, as_json: bool) -> None:
    with transaction(engine) as connection:
        if revoked is not None:
            number = sessions.revoke(connection, revoked, now())
            audit.note(connection, OPERATOR, "token_revoke", f"token {revoked}")
            show({"name": revoked, "revoked": number}, as_json, f"已吊销 {number} 个名为 {revoked} 的令牌")
            return
        found = sessions.tokens(connection)
    rows = [
        (one.name, one.role, one.scope or "全部", f"{one.expires_at:%Y-%m-%d}", "已吊销" if one.revoked_at else "")
        for one in found
    ]
    items = [{"name": row[0], "role": row[1], "scope": one.scope} for row, one in zip(rows, found, strict=True)]
    for item, one in zip(items, found, strict=True):
        item |= {"expires_at": one.expires_at.isoformat(timespec="seconds"), "revoked": one.revoked_at is not None}
    columns = [("名字", False), ("角色", False), ("管辖", False), ("到期", False), ("", False)]
    show({"items": items}, as_json, table(columns, rows) if rows else "还没有令牌")


def _password(stdin: bool) -> str:
    return sys.stdin.readline().rstrip("\n") if stdin else signing.new_password()
