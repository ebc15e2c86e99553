"""The `twin` command: its groups and options."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from api.commands import (
    console,
    coverage,
    db,
    doctor,
    jobs,
    layers,
    network,
    projects,
    scenario,
    serve,
    tiles,
    up,
)
from twin.errors import SetupError, TwinError
from twin.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="ฝาแฝดดิจิทัลภูเก็ต | Phuket Twin",
)
app.add_typer(db.app, name="db")
app.add_typer(layers.app, name="layers")
app.add_typer(network.app, name="network")
app.add_typer(projects.app, name="projects")
app.add_typer(scenario.app, name="scenario")
app.add_typer(tiles.app, name="tiles")
app.add_typer(jobs.app, name="jobs")
app.add_typer(coverage.app, name="coverage")
app.command("doctor")(doctor.run)

PortOption = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="TCP port.")]


@app.command("up")
def up_(
    data: layers.DataOption = None,
    port: PortOption = None,
    setup_only: Annotated[bool, typer.Option("--setup-only", help="Do not serve.")] = False,
) -> None:
    """เตรียมทุกอย่างแล้วเปิดบริการ | Prepare everything, then serve."""
    settings = console.settings()
    update = {"data_dir": data} if data else {}
    up.run(_on_port(settings.model_copy(update=update), port), setup_only=setup_only)


@app.command("serve")
def serve_(port: PortOption = None) -> None:
    """เปิดบริการ | Serve what is loaded."""
    serve.run(_on_port(console.settings(), port))


def _on_port(settings: Settings, port: int | None) -> Settings:
    if port is None:
        return settings
    return settings.model_copy(update={"api": settings.api.model_copy(update={"port": port})})


def run() -> None:
    """Run the command line; a user's mistake ends with a message, not a traceback."""
    try:
        app()
    except TwinError as error:
        console.tell(error)
    except OSError as error:  # a folder that cannot be made, a disk that is full
        console.tell(_of_the_machine(error))
    else:
        return
    sys.exit(1)


def _of_the_machine(error: OSError) -> SetupError:
    what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    return SetupError(
        f"{what}. Mend that, or set TWIN_HOME to another folder, then run this again.",
        f"{what} โปรดแก้ไข หรือกำหนด TWIN_HOME เป็นโฟลเดอร์อื่น แล้วสั่งอีกครั้ง",
    )
