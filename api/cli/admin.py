"""`db`: the database of this installation."""

import typer

from api.cli.output import Json, show
from api.settings import Settings
from data import cluster
from gis.errors import BadInputError


def register(app: typer.Typer) -> None:
    """Add the commands."""
    database = typer.Typer(help="自带的数据库", no_args_is_help=True)
    database.command("start", help="启动")(start)
    database.command("stop", help="停止")(stop)
    database.command("status", help="是否在运行")(status)
    app.add_typer(database, name="db")


def start(as_json: Json = False) -> None:
    """Start the private cluster."""
    own = _own()
    cluster.start(own, durable=Settings().cluster != "test")
    show(_state(own), as_json, "数据库已启动")


def stop(as_json: Json = False) -> None:
    """Stop the private cluster."""
    own = _own()
    cluster.stop(own)
    show(_state(own), as_json, "数据库已停止")


def status(as_json: Json = False) -> None:
    """Say whether the private cluster runs."""
    own = _own()
    state = _state(own)
    show(state, as_json, "数据库在运行" if state["running"] else "数据库没有运行。用 wangge db start 启动")


def _own() -> cluster.Cluster:
    settings = Settings()
    if settings.database_url:
        raise BadInputError("现在用的是 WANGGE_DATABASE_URL 指定的数据库，由它自己的管理员启停")
    return cluster.locate(settings.cluster)


def _state(own: cluster.Cluster) -> dict[str, object]:
    return {"running": cluster.running(own), "data": str(own.data), "socket": str(own.socket)}
