"""Fixtures: a real PostGIS cluster for the session, databases made from a migrated template."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, text

from api.commands.up import prepare
from twin.db.database import database_address, open_engine
from twin.db.embedded import Cluster
from twin.db.engine import make_engine
from twin.db.migrate import upgrade
from twin.settings import DbSettings, Settings
from twin.testing import publish_toy, publish_toy_projects, publish_toy_rasters


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder with the real data; absent, the test skips, but not where CI promises the data."""
    folder = os.environ.get("TWIN_DATA_DIR")
    if folder and Path(folder).is_dir():
        return Path(folder).resolve()
    if os.environ.get("CI"):
        pytest.fail("TWIN_DATA_DIR does not name a folder, and CI promises real data")
    pytest.skip("needs real data: set TWIN_DATA_DIR to its folder")


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A temporary folder that the database server's own user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="twin-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def cluster_url(open_folder: Path) -> Iterator[URL]:
    """Address of a private cluster of this session."""
    with Cluster(open_folder / "home").use() as url:
        yield url


@pytest.fixture(scope="session")
def new_database(cluster_url: URL) -> Iterator[Callable[..., URL]]:
    """Make a database `test_<name>` with the newest schema, or as a copy of another."""
    admin = make_engine(cluster_url.set(database="postgres"))

    def create(name: str, template: str = "template1") -> URL:
        with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"CREATE DATABASE test_{name} TEMPLATE {template}"))
        return cluster_url.set(database=f"test_{name}")

    template = make_engine(create("template"))
    upgrade(template)
    template.dispose()
    try:
        yield lambda name, template="template": create(name, f"test_{template}")
    finally:
        admin.dispose()


@pytest.fixture(scope="session")
def empty_url(new_database: Callable[..., URL]) -> URL:
    """A migrated database without layers, for tests that roll back."""
    return new_database("empty")


@pytest.fixture
def connection(empty_url: URL) -> Iterator[Connection]:
    """A connection to the empty database in a transaction that is rolled back."""
    engine = make_engine(empty_url)
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()
    engine.dispose()


@pytest.fixture(scope="session")
def new_twin(new_database: Callable[..., URL], open_folder: Path) -> Callable[..., Settings]:
    """Make a database with an edition and the projects in it; return the settings that use it."""

    def create(name: str, data: Path | None = None) -> Settings:
        address = new_database(name).set(drivername="postgresql")
        settings = Settings(
            home=open_folder / name, data_dir=data, db=DbSettings(url=address.render_as_string())
        )
        with open_engine(settings) as engine:
            prepare(engine, settings)
        return settings

    return create


@pytest.fixture(scope="session")
def toy(new_database: Callable[..., URL], open_folder: Path) -> Settings:
    """Settings of a twin with the toy island of `twin.testing`, its rasters, and projects."""
    address = new_database("toy").set(drivername="postgresql").render_as_string()
    settings = Settings(home=open_folder / "toy", db=DbSettings(url=address))
    with open_engine(settings) as engine, engine.begin() as connection:
        publish_toy(connection)
        publish_toy_rasters(connection, settings.raster_dir)
        publish_toy_projects(connection)
    return settings


@pytest.fixture(scope="session")
def starter(new_twin: Callable[..., Settings]) -> Settings:
    """Settings of a twin with the bundled edition."""
    return new_twin("starter")


@pytest.fixture(scope="session")
def phuket(new_twin: Callable[..., Settings], data_dir: Path) -> Settings:
    """Settings of a twin with the real data."""
    return new_twin("phuket", data_dir)


@pytest.fixture(scope="session")
def starter_url(starter: Settings) -> URL:
    """Address of a database with the bundled edition."""
    return database_address(starter)


@pytest.fixture(scope="session")
def phuket_url(phuket: Settings) -> URL:
    """Address of a database with the real data."""
    return database_address(phuket)
