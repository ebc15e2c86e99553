"""`twin db …`, `twin doctor`, and the faults of `twin up` and `twin serve`."""

import pytest
from sqlalchemy import text

from twin.db.engine import make_engine


def test_backup_then_restore_brings_back_what_was_lost(twin, new_twin, environment, tmp_path):
    settings = new_twin("backup")
    environment.setenv("TWIN_DB__URL", settings.db.url)
    archive = tmp_path / "twin.backup"
    assert twin("db", "backup", archive).code == 0
    engine = make_engine(settings.db.url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM twin.project"))
        connection.execute(text("DROP TABLE layer.road, tile.road"))
    engine.dispose()
    told = twin("db", "restore", archive)
    assert told.code == 0, told.err
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM twin.project")) == 39
        assert connection.scalar(text("SELECT count(*) FROM layer.road")) == 25_000
        assert connection.scalar(text("SELECT count(*) FROM tile.road")) == 25_000
        connection.execute(
            text("DELETE FROM layer.road WHERE id = (SELECT min(id) FROM layer.road)")
        )
        assert connection.scalar(text("SELECT count(*) FROM tile.road")) == 24_999
    engine.dispose()


def test_restore_archive_of_fewer_layers_puts_just_those_back(
    twin, new_twin, environment, tmp_path
):
    settings = new_twin("restore_fewer")
    environment.setenv("TWIN_DB__URL", settings.db.url)
    archive = tmp_path / "twin.backup"
    assert twin("db", "backup", archive).code == 0
    engine = make_engine(settings.db.url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE layer.later AS SELECT * FROM layer.road"))
    told = twin("db", "restore", archive)
    assert told.code == 0, told.err
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT to_regclass('layer.later')")) is None
        assert connection.scalar(text("SELECT count(*) FROM layer.road")) == 25_000
    engine.dispose()


def test_backup_that_fails_leaves_nothing(twin, tmp_path, environment):
    environment.setenv("TWIN_DB__URL", "postgresql://nobody@127.0.0.1:1/none")
    told = twin("db", "backup", tmp_path / "twin.backup")
    assert told.code == 1
    assert "127.0.0.1" in told.err
    assert list(tmp_path.iterdir()) == []


def test_home_that_cannot_be_made_is_named(twin, environment):
    environment.delenv("TWIN_DB__URL")
    environment.setenv("TWIN_HOME", "/dev/null/twin")
    for command in (("layers", "list"), ("db", "status"), ("doctor",)):
        told = twin(*command)
        assert told.code == 1
        assert "/dev/null" in told.err
        assert "TWIN_HOME" in told.err


def test_restore_file_that_is_not_there_says_so(twin, tmp_path):
    told = twin("db", "restore", tmp_path / "none")
    assert told.code == 1
    assert "no such file" in told.err


def test_restore_broken_archive_keeps_everything(twin, tmp_path, starter):
    archive = tmp_path / "broken"
    archive.write_bytes(b"PGDMP" + b"\0" * 20)
    assert twin("db", "restore", archive).code == 1
    engine = make_engine(starter.db.url)
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM twin.project")) == 39
    engine.dispose()


@pytest.mark.parametrize("command", ["start", "stop", "status"])
def test_private_cluster_commands_refuse_a_given_server(twin, command):
    told = twin("db", command)
    assert told.code == 1
    assert "TWIN_DB__URL" in told.err


def test_url_is_one_that_psql_and_qgis_take(twin, starter):
    assert twin("db", "url").out.strip() == starter.db.url


def test_private_cluster_starts_tells_and_stops(twin, environment, open_folder):
    environment.delenv("TWIN_DB__URL")
    environment.setenv("TWIN_HOME", str(open_folder / "commands"))
    assert twin("db", "status").out.startswith("none")
    assert twin("db", "start").code == 0
    assert twin("db", "status").out.startswith("running")
    assert twin("db", "stop").code == 0
    assert twin("db", "status").out.startswith("stopped")


def test_doctor_finds_a_good_twin_good(twin):
    told = twin("doctor")
    assert told.code == 0, told.out
    assert "39 projects" in told.out
    assert "PostGIS 3" in told.out
    assert "✗" not in told.out


def test_doctor_without_layers_says_what_to_run(twin, environment, empty_url):
    address = empty_url.set(drivername="postgresql").render_as_string()
    environment.setenv("TWIN_DB__URL", address)
    told = twin("doctor")
    assert told.code == 1
    assert "twin layers load" in told.out


def test_doctor_without_a_server_says_so(twin, environment):
    environment.setenv("TWIN_DB__URL", "postgresql://nobody@127.0.0.1:1/none")
    told = twin("doctor")
    assert told.code == 1
    assert "database" in told.out


def test_serve_port_in_use_is_named(twin, busy_port):
    told = twin("serve", "--port", busy_port)
    assert told.code == 1
    assert f"127.0.0.1:{busy_port}" in told.err
    assert "--port" in told.err


def test_up_port_in_use_is_told_before_anything_is_loaded(twin, busy_port):
    told = twin("up", "--port", busy_port)
    assert told.code == 1
    assert str(busy_port) in told.err
    assert "land" not in told.out


def test_up_unreadable_data_folder_says_what_to_do(twin, tmp_path):
    told = twin("up", "--setup-only", "--data", tmp_path / "nowhere")
    assert told.code == 1
    assert "nowhere" in told.err


def test_malformed_setting_is_named(twin, environment):
    environment.setenv("TWIN_API__PORT", "many")
    told = twin("doctor")
    assert told.code == 1
    assert "TWIN_API__PORT" in told.err
    assert "Traceback" not in told.err


def test_malformed_database_address_says_the_form(twin, environment):
    environment.setenv("TWIN_DB__URL", "mysql://x")
    told = twin("layers", "list")
    assert told.code == 1
    assert "postgresql://" in told.err
