"""The rules of the house that a machine can watch."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    if (ROOT / name).exists()
]
CODE = [path for path in TRACKED if path.suffix in {".py", ".js", ".css", ".sql"}]
PYTHON = [path for path in TRACKED if path.suffix == ".py" and "migrations" not in path.parts]
MAX_LINES = 400
MAX_DATA_BYTES = 2_000_000


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_is_at_most_400_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_distribution_is_private_and_named_phuket_twin():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["name"] == "phuket-twin"
    assert "Private :: Do Not Upload" in project["classifiers"]
    assert project["requires-python"] == ">=3.11"


def test_top_level_holds_only_the_house():
    names = {path.relative_to(ROOT).parts[0] for path in TRACKED}
    folders = {"twin", "layers", "api", "web", "notebooks", "tests", "scripts", "docs", ".ci"}
    assert {name for name in names if (ROOT / name).is_dir()} <= folders | {"requirements"}


def test_locks_have_hashes_and_no_addresses():
    locks = [path for path in TRACKED if path.parent.name == "requirements"]
    assert len(locks) == 4
    for path in locks:
        text = path.read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
    npm = (ROOT / "web" / "package-lock.json").read_text()
    assert '"integrity"' in npm
    assert '"resolved"' not in npm


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_sql_is_not_assembled_in_fstrings(path):
    statement = r"\bf\"[^\"]*\b(SELECT|INSERT INTO|DELETE FROM|UPDATE [a-z]+ SET|CREATE TABLE)\b"
    found = re.findall(statement, path.read_text(encoding="utf-8"))
    assert not found


def test_bundled_data_is_under_two_megabytes():
    data = [path for path in TRACKED if "starter" in path.parts and path.suffix != ".py"]
    assert data
    assert sum(path.stat().st_size for path in data) < MAX_DATA_BYTES


def test_data_folder_is_not_committed():
    assert not [path for path in TRACKED if path.suffix in {".tif", ".gpkg", ".shp", ".pbf"}]
