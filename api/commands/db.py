"""`twin db …`: the private cluster, migrations, backup and restore."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import URL

from api.commands.console import out, settings
from twin.db.database import database_address, open_database, open_engine
from twin.db.embedded import Cluster
from twin.db.postgres import installed_programs
from twin.errors import InvalidInputError, SetupError

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
    address = database_address(settings()).set(drivername="postgresql")
    out.print(address.render_as_string(hide_password=False), soft_wrap=True)


@app.command()
def upgrade() -> None:
    """ปรับโครงสร้างฐานข้อมูลเป็นรุ่นล่าสุด | Bring the database to the newest schema."""
    with open_engine(settings()):
        out.print("▸ schema is current")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Archive to write (pg_dump custom).")],
) -> None:
    """สำรองข้อมูลทั้งหมดลงไฟล์เดียว | Write everything into one archive."""
    with open_database(settings()) as address:
        unfinished = file.with_name(file.name + ".part")
        _run("pg_dump", address, "--format=custom", *_schemas(), f"--file={unfinished}")
        unfinished.rename(file)
    out.print(f"▸ {file}  {file.stat().st_size / 1e6:.1f} MB")


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="Archive of `twin db backup`.")]) -> None:
    """กู้คืนจากไฟล์สำรอง แทนที่ข้อมูลเดิม | Put an archive in the place of what is there."""
    if not file.is_file():
        raise InvalidInputError(f"{file}: no such file", f"{file}: ไม่มีไฟล์นี้")
    with open_engine(settings()) as engine:
        address = engine.url
        engine.dispose()
        _run("pg_restore", address, "--clean", "--if-exists", "--single-transaction", str(file))
    out.print(f"▸ {file}")


def _schemas() -> list[str]:
    return [f"--schema={name}" for name in ("twin", "layer", "tile", "stage", "stage_tile")]


def _run(program: str, address: URL, *arguments: str) -> None:
    installed = installed_programs()
    if not installed:
        raise SetupError(f"{program} is not installed", f"ยังไม่ได้ติดตั้ง {program}")
    target = address.set(drivername="postgresql").render_as_string(hide_password=False)
    command = [str(installed[0].folder / program), f"--dbname={target}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        told = done.stderr.strip().splitlines()[-1:]
        raise SetupError(f"{program}: {told}", f"{program} ไม่สำเร็จ: {told}")
