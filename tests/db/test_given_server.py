"""`TWIN_DB__URL`: a server that is not ours, here a second cluster started by the test."""

import pytest
from sqlalchemy import text

from api.commands.up import prepare
from twin.db.database import open_engine
from twin.db.embedded import Cluster
from twin.db.engine import make_engine
from twin.db.version import is_current
from twin.errors import SetupError
from twin.settings import DbSettings, Settings


@pytest.fixture(scope="module")
def server(open_folder):
    """A second cluster, with a role `guest` that owns nothing."""
    cluster = Cluster(open_folder / "given")
    with cluster.use() as url:
        with (cluster.data / "pg_ident.conf").open("a") as file:
            file.write(f"twin root guest\ntwin {cluster.user} guest\n")
        engine = make_engine(url.set(database="postgres"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SELECT pg_reload_conf()"))
            connection.execute(text("CREATE ROLE guest LOGIN"))
            connection.execute(text("CREATE DATABASE given"))
            connection.execute(text("CREATE DATABASE closed"))
        engine.dispose()
        yield url.set(drivername="postgresql", database="given")


def settings_for(url, home):
    return Settings(home=home, data_dir=None, db=DbSettings(url=url.render_as_string()))


def test_given_server_gets_schema_layers_and_projects(server, tmp_path):
    settings = settings_for(server, tmp_path)
    with open_engine(settings) as engine:
        prepare(engine, settings)
        with engine.begin() as connection:
            assert is_current(connection)
            assert connection.scalar(text("SELECT count(*) FROM layer.road")) == 25_000
            assert connection.scalar(text("SELECT count(*) FROM twin.project")) == 39
    assert not (tmp_path / "pg").exists()


def test_given_server_without_rights_says_what_to_ask_for(server, tmp_path):
    settings = settings_for(server.set(username="guest", database="closed"), tmp_path)
    with pytest.raises(SetupError, match="CREATE EXTENSION postgis"), open_engine(settings):
        pass
