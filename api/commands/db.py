"""`twin db …`: the private cluster, migrations, backup and restore."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer
from sqlalchemy import URL, func, null, select

from api.commands.console import out, settings
from twin.db.database import database_address, open_database, open_engine, upgrade_schema
from twin.db.embedded import Cluster
from twin.db.engine import libpq_address
from twin.db.models import Layer
from twin.db.postgres import installed_programs
from twin.errors import InvalidInputError, SetupError

#: Everything that is ours.
SCHEMAS: Final = ("twin", "layer", "tile", "stage", "stage_tile", "job")

app = typer.Typer(no_args_is_help=True, help="ฐานข้อมูล PostGIS | The PostGIS database.")


def private_cluster() -> Cluster:
    """Return the private cluster.

    Raises
    ------
    SetupError
        The settings name another server, which is not ours to start or stop.
    """
    told = settings()
    if told.db.url:
        raise SetupError(
            "TWIN_DB__URL names a server that is not ours to start or stop.",
            "TWIN_DB__URL ระบุเซิร์ฟเวอร์อื่น จึงสั่งเริ่มหรือหยุดจากที่นี่ไม่ได้",
            parameter="TWIN_DB__URL",
        )
    return Cluster(told.home)


@app.command()
def start() -> None:
    """เริ่มฐานข้อมูลค้างไว้จนสั่งหยุด | Start the private cluster until `twin db stop`."""
    cluster = private_cluster()
    cluster.start()
    cluster.kept_running.touch()
    out.print(f"▸ {cluster.root}")


@app.command()
def stop() -> None:
    """หยุดฐานข้อมูล | Stop the private cluster."""
    private_cluster().stop()


@app.command()
def status() -> None:
    """สถานะฐานข้อมูล | Tell whether the private cluster is up, and where it is."""
    cluster = private_cluster()
    state = "running" if cluster.is_running() else "stopped" if cluster.data.exists() else "none"
    out.print(f"{state}  {cluster.root}")


@app.command()
def url() -> None:
    """ที่อยู่ฐานข้อมูลสำหรับ psql และ QGIS | Print the address, for psql and QGIS."""
    out.print(libpq_address(database_address(settings())), soft_wrap=True)


@app.command()
def upgrade() -> None:
    """ปรับโครงสร้างฐานข้อมูลเป็นรุ่นล่าสุด | Bring the database to the newest schema."""
    with open_engine(settings()):
        out.print("▸ schema is current")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Archive to write (pg_dump custom).")],
) -> None:
    """สำรองฐานข้อมูลทั้งหมดลงไฟล์เดียว | Write the whole database into one archive."""
    with open_database(settings()) as address:
        unfinished = file.with_name(file.name + ".part")
        try:
            schemas = [f"--schema={name}" for name in SCHEMAS]
            _run("pg_dump", address, "--format=custom", *schemas, f"--file={unfinished}")
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)
    out.print(f"▸ {file}  {file.stat().st_size / 1e6:.1f} MB")


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="Archive of `twin db backup`.")]) -> None:
    """กู้คืนจากไฟล์สำรอง แทนที่ข้อมูลเดิม | Put an archive in the place of what is there."""
    if not file.is_file():
        raise InvalidInputError(f"{file}: no such file", f"{file}: ไม่มีไฟล์นี้")
    with open_engine(settings()) as engine:
        engine.dispose()
        with TemporaryDirectory() as folder:
            script = Path(folder) / "restore.sql"
            _run("pg_restore", None, f"--file={script}", str(file))
            # What is there goes first, whatever it is: the archive may hold fewer layers.
            drop = f"DROP SCHEMA IF EXISTS {', '.join(SCHEMAS)} CASCADE"
            options = ("--no-psqlrc", "--quiet", "--single-transaction", "--output=/dev/null")
            stop = ("--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse")
            _run("psql", engine.url, *options, *stop, f"--command={drop}", f"--file={script}")
        upgrade_schema(engine)
        with engine.begin() as connection:  # a service that runs meanwhile keeps nothing of before
            connection.execute(select(func.twin.announce(Layer.id, null())))
    out.print(f"▸ {file}")


def _run(program: str, address: URL | None, *arguments: str) -> None:
    installed = installed_programs()
    if not installed:
        raise SetupError(f"{program} is not installed", f"ยังไม่ได้ติดตั้ง {program}")
    command = [str(installed[0].folder / program), *arguments]
    if address is not None:
        command.append(f"--dbname={libpq_address(address)}")
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        faults = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        told = "\n".join(faults[:3]) or done.stderr.strip()
        raise SetupError(
            f"{program} failed, nothing was changed: {told}",
            f"{program} ไม่สำเร็จ ไม่มีสิ่งใดเปลี่ยนแปลง: {told}",
        )
