"""The `twin` command, run in this process against a twin with the bundled edition."""

import socket
from dataclasses import dataclass

import pytest
from rich.progress import Progress

from api.cli import main
from api.commands import console


@dataclass(frozen=True)
class Told:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def environment(starter, monkeypatch):
    """The environment of the bundled edition's twin."""
    monkeypatch.setenv("TWIN_HOME", str(starter.home))
    monkeypatch.setenv("TWIN_DB__URL", starter.db.url)
    monkeypatch.delenv("TWIN_DATA_DIR", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    for one in (console.out, console.err):
        # A worker of the tests begins with a width, which they would keep for good.
        monkeypatch.setattr(one, "_width", None)
    return monkeypatch


@pytest.fixture
def twin(environment, capsys):
    """Run the command line as a user does."""

    def run(*arguments):
        environment.setattr("sys.argv", ["twin", *map(str, arguments)])
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        else:
            code = 0
        captured = capsys.readouterr()
        return Told(code, captured.out, captured.err)

    return run


@pytest.fixture
def bars(environment, starter, tmp_path):
    """What bars tell, in a home where no street network is built yet."""
    (tmp_path / "raster").symlink_to(starter.raster_dir)
    environment.setenv("TWIN_HOME", str(tmp_path))
    told, update = [], Progress.update

    def spy(bar, task, **values):
        told.append((values["completed"], values["description"]))
        update(bar, task, **values)

    environment.setattr(Progress, "update", spy)
    return told


@pytest.fixture
def busy_port():
    """A port that somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]
