"""The private cluster: made, started, shared, stopped; clear words where it cannot be."""

import os
import shutil
import stat
import tempfile
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from twin.db.embedded import MAX_SOCKET_PATH_BYTES, Cluster
from twin.db.engine import make_engine
from twin.db.postgres import find_programs, installed_programs
from twin.errors import SetupError


@pytest.fixture
def folder():
    path = Path(tempfile.mkdtemp(prefix="twin-cluster-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def test_cluster_is_made_used_and_stopped_by_the_last_user(folder):
    first, second = Cluster(folder), Cluster(folder)
    with first.use() as url:
        with second.use() as same:
            assert same == url
        assert first.is_running()
        engine = make_engine(url)
        with engine.begin() as connection:
            assert connection.scalar(text("SELECT current_database()")) == "twin"
            assert connection.scalar(text("SHOW data_checksums")) == "on"
            assert connection.scalar(text("SHOW listen_addresses")) == ""
            connection.execute(text("CREATE TABLE kept (id int)"))
        engine.dispose()
    assert not first.is_running()
    with first.use() as url:
        engine = make_engine(url)
        with engine.begin() as connection:
            assert connection.scalar(text("SELECT to_regclass('kept')::text")) == "kept"
        engine.dispose()


def test_cluster_folder_is_closed_to_others(folder):
    cluster = Cluster(folder)
    with cluster.use():
        for path in (cluster.root, cluster.socket, cluster.data):
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_cluster_kept_running_stays_until_stopped(folder):
    cluster = Cluster(folder)
    cluster.start()
    cluster.kept_running.touch()
    with cluster.use():
        pass
    assert cluster.is_running()
    cluster.stop()
    assert not cluster.is_running()
    assert not cluster.kept_running.exists()


def test_cluster_killed_server_starts_again_with_its_data(folder):
    cluster = Cluster(folder)
    with cluster.use() as url:
        engine = make_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE survivor AS SELECT 1 AS id"))
        engine.dispose()
        pid = int((cluster.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, 9)
        while cluster.is_running():
            pass
        cluster.start()
        engine = make_engine(url)
        with engine.begin() as connection:
            assert connection.scalar(text("SELECT count(*) FROM survivor")) == 1
        engine.dispose()


def test_cluster_initdb_cut_short_is_made_anew(folder):
    cluster = Cluster(folder)
    cluster._prepare_folders()
    unfinished = cluster.root / "data.new"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("half")
    with cluster.use():
        assert cluster.is_running()


def test_cluster_deep_home_gets_a_short_socket(folder):
    deep = folder / ("ภูเก็ต" * 6)
    cluster = Cluster(deep)
    assert len(os.fsencode(cluster.socket / ".s.PGSQL.5432")) <= MAX_SOCKET_PATH_BYTES
    with cluster.use():
        assert cluster.is_running()


def test_cluster_home_with_spaces_and_signs_works(folder):
    cluster = Cluster(folder / "ข้อมูล ของ+เมือง 100%")
    with cluster.use() as url:
        engine = make_engine(url)
        with engine.begin() as connection:
            assert connection.scalar(text("SELECT current_database()")) == "twin"
        engine.dispose()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_cluster_home_out_of_reach_goes_to_the_system_folder(folder):
    folder.chmod(0o700)
    cluster = Cluster(folder / "home")
    assert cluster.root.parent == Path("/var/lib/phuket-twin")
    with cluster.use():
        assert cluster.is_running()
    shutil.rmtree(cluster.root)


def test_cluster_of_another_major_version_is_named(folder):
    data = folder / "pg" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(SetupError, match=r"made by PostgreSQL 9.*has \d\d"):
        find_programs("9", data)


def test_installed_programs_prefer_those_with_postgis():
    programs = installed_programs()
    assert programs[0].has_postgis
    assert programs[0].initdb.exists()


def test_cluster_that_cannot_start_tells_the_end_of_its_log(folder):
    cluster = Cluster(folder)
    with cluster.use():
        pass
    with (cluster.data / "postgresql.conf").open("a") as file:
        file.write("no_such_setting = 1\n")
    with pytest.raises(SetupError, match="no_such_setting"):
        cluster.start()


def test_engine_read_only_refuses_to_write(empty_url):
    engine = make_engine(empty_url, read_only=True)
    with engine.connect() as connection, pytest.raises(DBAPIError, match="read-only") as refused:
        connection.execute(text("CREATE TABLE nothing (id int)"))
    assert isinstance(refused.value.orig, psycopg.errors.ReadOnlySqlTransaction)
    engine.dispose()
