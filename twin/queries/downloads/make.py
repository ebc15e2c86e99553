"""The process that makes one file: reads an order, writes the file, tells a fault or nothing."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from twin.db.engine import make_engine
from twin.errors import TwinError
from twin.queries.downloads.files import write_file
from twin.queries.downloads.order import TOLD, read_order, tell

#: Files can wait; maps should not.
_NICENESS: Final = 5


def main() -> int:
    """Make the file that standard input orders, where the first argument says."""
    os.nice(_NICENESS)
    order = read_order(sys.stdin.buffer.read())
    engine = make_engine(
        order.database, pool_size=1, statement_timeout_ms=order.timeout_ms, read_only=True
    )
    try:
        write_file(engine, order, Path(sys.argv[1]))
    except TwinError as fault:
        sys.stdout.write(tell(fault))
        return TOLD
    finally:
        engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
