"""`serve` and `demo`: the site on this machine."""

import errno
import ipaddress
import socket
from typing import Annotated
from urllib.parse import quote

import typer
import uvicorn

from api import tokens
from api.access import now, today
from api.cli.output import WRONG_USE, Json, say, show
from api.cli.site import Site, open_site
from api.cli.tables import coverage_table
from api.flows import coverage, sample, signing
from api.main import create_app
from api.worker.beside import worker_beside
from data.session import transaction
from data.viewers import PLANNER
from gis.errors import MachineError

Host = Annotated[str, typer.Option(help="监听的地址")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="监听的端口")]

TOUR = """
{name} 已就绪（合成示例数据）。十分钟看一遍：

  1. 首页              {base}/
     全区一眼：各项覆盖、缺得最多的社区、超过门槛的社区、等你决定的事。
  2. 服务覆盖一张图    {base}/maps/coverage/{code}
     先看左上角的一句话，再换设施、人群和算法；点一个社区看它的记分卡，点一个白圈看“为什么没覆盖”。
  3. 铁路以北没有菜市场  {base}/maps/coverage/{code}#category=market
  4. 老城没有日间照料    {base}/maps/coverage/{code}#category=elderly_daycare
  5. 我的网格            {base}/grids
     按名称找，手机上也能看；文昌里街道已划成网格，例如 {base}/grids/{code}002003001，可打印 A4 和公示牌。
  6. 同样的数字（JSON）  {base}/api/coverage/{code}
  7. 图层（GeoJSON）     {base}/layers/communities.geojson?area={code}
  8. 接口说明            {base}/openapi.json
  9. 一个文件带走        .venv/bin/wangge page coverage {code} -o 覆盖.html

按 Ctrl-C 停止。
"""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("serve", help="启动网站")(serve)
    app.command("demo", help="载入合成示例城区，计算覆盖，启动网站")(demo)


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    open_: Annotated[bool, typer.Option("--open", help="不用登录，来访者都当作规划（只限本机）")] = False,
) -> None:
    """Serve the site; everybody signs in, except with --open on this machine."""
    local = _is_loopback(host)
    if open_ and not local:
        say("--open 只能用在本机地址上。去掉 --open，或用 --host 127.0.0.1")
        raise typer.Exit(WRONG_USE)
    _check_port(host, port)
    site = open_site()
    if not open_:
        _say_first_password(site)
    _run(site, host, port, open_)


def demo(
    port: Port = 8000,
    serving: Annotated[bool, typer.Option("--serve/--no-serve", help="算完后启动网站")] = True,
    seed: Annotated[int, typer.Option(help="示例城区的随机种子")] = 7,
    as_json: Json = False,
) -> None:
    """Everything from nothing to a map; a second run only starts the site."""
    if serving:
        _check_port("127.0.0.1", port)
    say("启动数据库…")
    site = open_site()
    sample.load_sample(site.engine, seed, say)
    asked = coverage.Asked(sample.CODE, today(), PLANNER)
    found = coverage.ensure(site.engine, asked, now(), say, refresh=True)
    sample.divide_shown(site.engine, say)
    if not serving:
        with transaction(site.engine) as connection:
            card = coverage.scorecard(connection, found, None)
        show(card, as_json, coverage_table(card))
        return
    base = f"http://127.0.0.1:{port}"
    say(TOUR.format(name=found.area.name, base=base, code=sample.CODE))
    _say_links(site, base)
    _run(site, "127.0.0.1", port, open_=True)


def _say_links(site: Site, base: str) -> None:
    """Everybody is 规划 here without signing in; the links show what others see, each of its own scope."""
    say("换个身份看（当天有效）：")
    for words, account, page in signing.shown_visitors(site.engine, today(), sample.CODE):
        link = tokens.link(site.settings, account, now())
        say(f"  {words}  {base}/login?next={quote(page)}&link={link}")


def _say_first_password(site: Site) -> None:
    password = signing.first_administrator(site.engine)
    if password is not None:
        say(f"第一次启动，已建管理员账号 {signing.FIRST}，密码 {password}（只显示这一次，请记下）")


def _run(site: Site, host: str, port: int, open_: bool) -> None:
    settings = site.settings.model_copy(update={"open": open_})
    # no access log: what people look at is nobody's business, and positions must never be written down; what a proxy
    # says of its visitors is judged by the settings, not by the server
    with worker_beside(settings):
        uvicorn.run(
            create_app(settings), host=host, port=port, log_level="warning", access_log=False, proxy_headers=False
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise MachineError(f"端口 {port} 已被占用。换一个，例如 make demo PORT={port + 1}") from error
            if error.errno == errno.EACCES:
                raise MachineError(f"没有使用端口 {port} 的权限。换一个 1024 以上的端口") from error
            raise MachineError(f"不能监听 {host}:{port}（{error.strerror}）。换一个地址") from error
