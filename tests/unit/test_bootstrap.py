"""The set-up before anything is installed: resumable steps, clear words."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bootstrap(tmp_path, monkeypatch):
    monkeypatch.setenv("TWIN_HOME", str(tmp_path))
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "scripts" / "bootstrap.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.MARKS.mkdir()
    return module


def test_mark_is_left_only_when_the_step_ends(bootstrap):
    inputs = [ROOT / "pyproject.toml"]
    with pytest.raises(RuntimeError), bootstrap.Mark("step", inputs):
        raise RuntimeError
    assert not bootstrap.Mark("step", inputs).is_done
    with bootstrap.Mark("step", inputs):
        pass
    assert bootstrap.Mark("step", inputs).is_done


def test_mark_is_not_done_when_an_input_changed(bootstrap):
    with bootstrap.Mark("step", [ROOT / "pyproject.toml"]):
        pass
    assert not bootstrap.Mark("step", [ROOT / "pyproject.toml"], "another Python").is_done
    assert not bootstrap.Mark("step", [ROOT / "README.md"]).is_done


def test_step_that_fails_stops_with_its_output_in_both_languages(bootstrap, capsys):
    command = [sys.executable, "-c", "print('the reason'); raise SystemExit(3)"]
    with pytest.raises(SystemExit) as stopped:
        bootstrap.step("a step", command)
    assert stopped.value.code == 1
    told = capsys.readouterr().err
    assert "the reason" in told
    assert "a step failed" in told
    assert "a step ไม่สำเร็จ" in told


def test_system_packages_without_apt_says_what_to_install(bootstrap, monkeypatch, capsys):
    monkeypatch.setattr(bootstrap, "has_postgis", lambda: False)
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.delenv("TWIN_DB__URL", raising=False)
    with pytest.raises(SystemExit):
        bootstrap.system_packages(tests=False)
    told = capsys.readouterr().err
    assert "PostGIS" in told
    assert "brew install" in told
    assert "Chromium" not in told


def test_system_packages_with_a_given_server_needs_no_postgis(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap, "has_postgis", lambda: False)
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setenv("TWIN_DB__URL", "postgresql://twin@elsewhere/twin")
    assert bootstrap.system_packages(tests=False) is None


def test_system_packages_for_the_tests_need_postgis_beside_a_given_server(
    bootstrap, monkeypatch, capsys
):
    monkeypatch.setattr(bootstrap, "has_postgis", lambda: False)
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setenv("TWIN_DB__URL", "postgresql://twin@elsewhere/twin")
    with pytest.raises(SystemExit):
        bootstrap.system_packages(tests=True)
    assert "PostGIS" in capsys.readouterr().err


def test_system_packages_for_the_tests_name_each_that_is_missing(bootstrap, monkeypatch, capsys):
    monkeypatch.setattr(bootstrap, "has_postgis", lambda: True)
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(SystemExit):
        bootstrap.system_packages(tests=True)
    told = capsys.readouterr().err
    assert "Chromium" in told
    assert "ogrinfo" in told
    assert "PostgreSQL 14" not in told


def test_system_packages_are_installed_where_apt_is(bootstrap, monkeypatch):
    commands = []
    monkeypatch.setattr(bootstrap, "has_postgis", lambda: True)
    monkeypatch.setattr(bootstrap, "step", lambda name, _command: commands.append(name))
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 0)
    there = {"apt-get": "/usr/bin/apt-get"}
    monkeypatch.setattr(bootstrap.shutil, "which", there.get)
    bootstrap.system_packages(tests=True)
    assert commands == ["apt-get update", "apt-get install chromium libatomic1 gdal-bin"]


def test_newest_postgis_is_the_greatest_version_as_a_number(bootstrap, monkeypatch):
    listed = "postgresql-9-postgis-3\npostgresql-15-postgis-3\npostgresql-15-postgis-3-scripts\n"
    answer = subprocess.CompletedProcess([], 0, listed, "")
    monkeypatch.setattr(bootstrap, "run_quietly", lambda _command: answer)
    assert bootstrap.newest_postgis() == "15"


def test_home_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    environment = os.environ | {"TWIN_HOME": str(tmp_path / "file" / "home")}
    done = subprocess.run(
        [sys.executable, "scripts/bootstrap.py"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "TWIN_HOME" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("script", ["up", "test"])
def test_script_help_tells_its_options(script):
    command = ["sh", f"scripts/{script}", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"scripts/{script} [" in done.stdout


@pytest.mark.parametrize("path", ["up", "test", "dev", "lib.sh"])
def test_script_is_valid_posix_shell(path):
    subprocess.run(["sh", "-n", f"scripts/{path}"], cwd=ROOT, check=True)
