"""Every table of schema `twin`: what migrations and the data dictionary go through."""

from twin.db import models_scenario
from twin.db.models import Base

__all__ = ["Base", "models_scenario"]
