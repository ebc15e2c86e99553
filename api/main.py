"""The HTTP service, put together from settings; nothing exists before `create_app` is called."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from importlib.metadata import version

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from api import errors, html, openapi
from api.downloading import Seats
from api.encoding import Gzip
from api.executing import Runs
from api.kept import KeptAnswers
from api.middleware import Apology, BodyLimit, HeadAsGet, PathPrefix, SafeHeaders
from api.observing.leaving import Leaving
from api.observing.limits import Limits
from api.observing.metrics import PoolState, published
from api.observing.requests import Observed
from api.proxies import TrustedProxies
from api.routes import (
    batch,
    collections,
    docs,
    downloads,
    health,
    items,
    jobs,
    landing,
    metrics,
    network,
    ogc_maps,
    ogc_tiles,
    processes,
    programme,
    projects,
    query,
    queryables,
    raster,
    raster_query,
    scenarios,
    search,
    selecting,
    summary,
    surfaces,
    tiles,
)
from api.tiling.events import EventHub
from api.tiling.front import TileFront
from api.web import WebApp
from twin.db.database import open_database
from twin.db.engine import make_engine, pool_state
from twin.db.pool import open_pool
from twin.queries.held import HeldCatalogue
from twin.settings import Settings
from twin.tiles.opening import open_tiles

DESCRIPTION = """ฝาแฝดดิจิทัลเชิงพื้นที่ของจังหวัดภูเก็ต: ชั้นข้อมูล โครงการเมืองอัจฉริยะ และการค้นเชิงพื้นที่

The open geospatial twin of Phuket: layers, the projects of the smart-city plan, spatial queries.
Texts come in Thai and English; coordinates are lon/lat degrees (CRS84), distances metres."""

#: Threads beside those that limited requests may take.
SPARE_THREADS = 4

#: Connections that may write.
WRITE_CONNECTIONS = 2

#: Searched from the first to the last: what is asked most comes first.
ROUTERS = (
    items,
    landing,
    docs,
    collections,
    queryables,
    downloads,
    ogc_tiles,
    ogc_maps,
    projects,
    programme,
    search,
    query,
    batch,
    selecting,
    summary,
    tiles,
    raster,
    surfaces,
    raster_query,
    processes,
    jobs,
    network,
    scenarios,
    health,
    metrics,
)


class Twin(FastAPI):
    """The service: tiles in front, everything else by FastAPI."""

    tiles: TileFront | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        front = self.tiles if scope["type"] == "http" else None
        if front is None or not await front.answers(scope, receive, send):
            await super().__call__(scope, receive, send)

    def let_go(self) -> None:
        """End what would go on for as long as a client listens."""
        events: EventHub | None = getattr(self.state, "events", None)
        if events is not None:
            events.close()


@asynccontextmanager
async def _lifespan(app: Twin) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    async with AsyncExitStack() as stack:
        url = stack.enter_context(open_database(settings))
        engine = make_engine(
            url,
            pool_size=settings.db.pool_size,
            statement_timeout_ms=settings.db.statement_timeout_ms,
            read_only=True,
        )
        stack.callback(engine.dispose)
        writer = make_engine(
            url,
            pool_size=WRITE_CONNECTIONS,
            statement_timeout_ms=settings.db.statement_timeout_ms,
        )
        stack.callback(writer.dispose)
        app.state.write_engine = writer
        pool = await stack.enter_async_context(
            open_pool(
                url,
                size=settings.db.pool_size,
                max_waiting=settings.db.max_waiting,
                statement_timeout_ms=settings.db.statement_timeout_ms,
            )
        )
        catalogue = HeldCatalogue(engine)
        tiles = await stack.enter_async_context(open_tiles(settings, url, pool, catalogue))
        events = EventHub(settings.api.max_listeners)
        stack.callback(events.close)
        tiles.vector.listeners.append(events.tell)
        app.tiles = TileFront(
            tiles,
            max_weight=settings.tiles.memory_mb * 1_000_000,
            root_path=settings.api.root_path,
        )
        stack.callback(app.tiles.close)
        app.state.kept = KeptAnswers(tiles, settings.api.kept_mb * 1_000_000)
        app.state.engine, app.state.pool = engine, pool
        app.state.catalogue, app.state.events = catalogue, events
        # A thread for each request in work and each stream, and a few for files and health.
        threads = settings.api.max_in_flight + settings.api.max_streams + SPARE_THREADS
        current_default_thread_limiter().total_tokens = threads
        pools: dict[str, PoolState] = {
            "psycopg": partial(pool_state, engine),
            "asyncpg": pool.state,
        }
        await stack.enter_async_context(published(pools))
        yield


def create_app(settings: Settings) -> Twin:
    """Return the service; its engine lives as long as the application runs."""
    app = Twin(
        title="Phuket Twin",
        summary="ฝาแฝดดิจิทัลจังหวัดภูเก็ต | The open geospatial twin of Phuket",
        description=DESCRIPTION,
        version=version("phuket-twin"),
        license_info={"name": "Apache-2.0 (the service); each collection names its own"},
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        # What is measured is told by `api.observing`; looking for more costs each request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.settings = settings
    app.state.seats = Seats(settings.api.max_downloads)
    app.state.runs = Runs(settings.jobs.sync_runs)
    for module in ROUTERS:
        # As they are: an included router is searched twice for every request.
        app.router.routes.extend(module.router.routes)
    # Not mounted: a mount at the root would answer 404 where a path exists but not its method.
    app.router.default = WebApp(settings.web_dir)
    errors.install(app)
    openapi.install(app)
    html.install(app, settings.web_dir)
    # From the inside out: the last is the first to see a request.
    app.add_middleware(Gzip)
    app.add_middleware(BodyLimit, max_bytes=settings.api.max_body_bytes)
    app.add_middleware(Limits, api=settings.api)
    app.add_middleware(Leaving)
    app.add_middleware(Apology)
    app.add_middleware(SafeHeaders)
    app.add_middleware(Observed, log=settings.log)
    app.add_middleware(HeadAsGet)
    app.add_middleware(PathPrefix, root_path=settings.api.root_path)
    app.add_middleware(TrustedProxies, settings=settings.api)
    return app


def app_from_environment() -> Twin:
    """Return the service with the settings of the environment; what the server calls."""
    return create_app(Settings())
