"""One name for all that a city is answered from, without reading it into memory."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

from layers.cities.form import City
from layers.cities.reading import of_field
from layers.digest import file_sha256
from layers.readers.raw import require_content
from twin.analysis.network.build import METHOD as NETWORK_METHOD
from twin.analysis.network.speeds import SPEEDS
from twin.studies.city import ASKED, METHOD, made_by

#: Names of a city do not change its numbers.
_NAMES: Final = frozenset({"id", "name_th", "name_en"})


def digest_city(city: City) -> str:
    """Return the SHA-256 of a city's files, its question and what works it out.

    Where files lie and what they and the city are called does not matter, but the ending, by which
    a format is told, does.

    Raises
    ------
    LayerFileError
        A file is missing or empty.
    """
    told = city.model_dump(mode="json", exclude=set(_NAMES) | {"question"})
    for name in ("roads", "demand", "facilities", "areas"):
        part = getattr(city, name)
        if part is not None and part.path is not None:
            with of_field(name):
                files = [(one.suffix.lower(), file_sha256(one)) for one in _parts(part.path)]
            told[name]["path"] = files
    question = city.question.model_dump(mode="json", include=set(ASKED))
    speeds = hashlib.sha256(SPEEDS.canonical()).hexdigest()
    whole = [told, question, METHOD, NETWORK_METHOD, speeds, made_by()]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def _parts(path: Path) -> list[Path]:
    """Return a file with those beside it that belong to it, as those of a Shapefile do."""
    require_content(path)
    if path.suffix.lower() != ".shp":
        return [path]
    return sorted(path.parent.glob(f"{path.stem}.*"), key=lambda part: part.suffix.lower())
