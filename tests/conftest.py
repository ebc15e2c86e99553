"""Fixtures: a real PostGIS cluster for the session, databases made from a migrated template."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, text

from twin.db.embedded import Cluster
from twin.db.engine import make_engine
from twin.db.migrate import upgrade


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
def new_database(cluster_url: URL) -> Callable[[str], URL]:
    """Make a database `test_<name>` with the newest schema and nothing in it."""
    admin = make_engine(cluster_url.set(database="postgres"))

    def create(name: str, template: str = "template1") -> URL:
        with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"CREATE DATABASE test_{name} TEMPLATE {template}"))
        return cluster_url.set(database=f"test_{name}")

    template = make_engine(create("template"))
    upgrade(template)
    template.dispose()
    try:
        yield lambda name: create(name, "test_template")
    finally:
        admin.dispose()


@pytest.fixture(scope="session")
def empty_url(new_database: Callable[[str], URL]) -> URL:
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
