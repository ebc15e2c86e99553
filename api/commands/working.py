"""The process that runs jobs: `python -m api.commands.working PARENT`, as `twin serve` starts it.

It imports little, since it mostly waits.
"""

from __future__ import annotations

import logging.config
import sys

from api.observing.logs import logging_config
from twin.jobs.working import work
from twin.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    logging.config.dictConfig(logging_config(settings.log))
    work(settings, int(sys.argv[1]))
