"""The tables of schema `twin`, all of them: whoever needs the whole imports it from here."""

from __future__ import annotations

from typing import Final

from sqlalchemy import MetaData

from twin.db import models, models_network, models_scenario

#: Each module that declares tables is named, so that it is imported.
_MODULES: Final = (models, models_network, models_scenario)

METADATA: Final[MetaData] = models.Base.metadata
