"""The web application: settings in, routes on, one policy for every answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from api import errors
from api.flows.plans.shelf import Benches
from api.flows.simple import Simple
from api.flows.standing import Standing
from api.flows.warm import Shelf
from api.headers import Headers
from api.limits import Buckets, Limits
from api.routes import (
    accounts,
    areas,
    atlas,
    corrections,
    coverage,
    exporting,
    grids,
    gridsets,
    health,
    history,
    imports,
    jobs,
    layers,
    manage,
    pages,
    papers,
    places,
    planning,
    plans,
    scenarios,
    sizes,
    tiles,
    workbench,
)
from api.rules import enforce
from api.settings import Settings
from data.quick import Reader
from data.session import addresses, make_engine

CORRECTIONS_AN_HOUR = 20  # of one address, behind which a whole office may sit
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{tiles}; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'self'; form-action 'self'"
)
DESCRIPTION = "社区、网格、服务点和15分钟生活服务圈的地理接口。坐标为 CRS84（经度, 纬度）；错误按 RFC 9457 回答。"


def create_app(settings: Settings) -> FastAPI:
    """The application on the database that the settings name."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        app.state.engine.dispose()
        app.state.reader.dispose()

    app = FastAPI(
        title="网格 wangge",
        version="0.1.0",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        dependencies=[Depends(enforce)],
    )
    app.state.settings = settings
    address = addresses(settings.database_url, settings.cluster)[1]
    app.state.engine = make_engine(address, serving=True)
    app.state.reader = Reader(address)
    app.state.simple = Simple(app.state.engine)
    app.state.standing = Standing(app.state.engine, app.state.reader)
    app.state.shelf = Shelf()
    app.state.corrections = Buckets(CORRECTIONS_AN_HOUR / 3600, CORRECTIONS_AN_HOUR)
    app.state.benches = Benches()
    headers = {
        "Content-Security-Policy": POLICY.format(tiles=_tile_host(settings.basemap)),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
    }
    errors.install(app, headers)
    for module in (
        areas,  # first: routes are tried in order, and positions are asked for most
        health,
        accounts,
        history,
        imports,
        jobs,
        manage,
        grids,
        gridsets,
        sizes,
        plans,
        papers,
        coverage,
        planning,
        scenarios,
        layers,
        tiles,
        exporting,
        pages,
        places,
        corrections,
        workbench,
        atlas,
    ):
        app.include_router(module.router)
    pages.mount(app, settings.basemap_folder)

    app.add_middleware(Limits, settings=settings)
    app.add_middleware(Headers, headers=headers)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    return app


def _tile_host(basemap: str) -> str:
    """The one outside host the policy lets pictures come from: that of the configured tiles."""
    if "://" not in basemap:
        return ""
    scheme, _, rest = basemap.partition("://")
    return f" {scheme}://{rest.split('/')[0].replace('{s}', '*')}"
