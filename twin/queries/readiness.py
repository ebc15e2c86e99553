"""Whether the twin can serve: a database that answers, the newest schema, layers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from twin.db.engine import connect
from twin.db.models import Layer
from twin.db.version import is_current
from twin.errors import DatabaseUnavailableError
from twin.types import Text


@dataclass(frozen=True)
class Obstacle:
    """One reason why the twin cannot serve."""

    code: str
    names: Text


_NO_DATABASE = Obstacle("database", Text("ฐานข้อมูลไม่ตอบสนอง", "The database does not answer."))
_OLD_SCHEMA = Obstacle(
    "schema",
    Text(
        "โครงสร้างฐานข้อมูลไม่ใช่รุ่นปัจจุบัน โปรดสั่ง `twin db upgrade`",
        "The database schema is not current; run `twin db upgrade`.",
    ),
)
_NO_LAYERS = Obstacle(
    "layers",
    Text("ยังไม่มีชั้นข้อมูล โปรดสั่ง `twin layers load`", "No layers are loaded; run `twin layers load`."),
)


def find_obstacles(engine: Engine) -> list[Obstacle]:
    """Return every reason why the twin cannot serve; none when it can."""
    try:
        with connect(engine) as connection:
            if not is_current(connection):
                return [_OLD_SCHEMA]
            if not connection.scalar(select(func.count()).select_from(Layer)):
                return [_NO_LAYERS]
    except (DatabaseUnavailableError, PoolTimeoutError):
        return [_NO_DATABASE]
    return []
