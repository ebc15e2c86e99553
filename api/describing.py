"""How a process is described: its pydantic model of inputs as the schemas of OGC API Processes."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request

from api.formats import HTML
from api.links import JSON, link
from api.models.common import Link, bilingual
from api.models.processes import (
    InputDescription,
    OutputDescription,
    ProcessDescription,
    ProcessSummary,
)
from api.openapi30 import schema30
from twin.jobs.process import Process
from twin.types import Json, Text

#: The one output of every process.
RESULT: Final = "result"

#: Relations of links that OGC API Processes names.
REL: Final = "http://www.opengis.net/def/rel/ogc/1.0/"

_DEFS: Final = "#/$defs/"


def summary(request: Request, process: Process) -> ProcessSummary:
    """Return the process as the list of processes has it."""
    path = f"/api/processes/{process.id}"
    links = [
        link(request, "self", path, title=both(process.title)),
        link(request, "alternate", path, HTML, both(process.title), query={"f": "html"}),
    ]
    return ProcessSummary(**_members(process), links=links)


def description(request: Request, process: Process, links: list[Link]) -> ProcessDescription:
    """Return the process with its inputs and its output.

    Parameters
    ----------
    links
        Of the document to itself.
    """
    path = f"/api/processes/{process.id}"
    output = process.output
    ways = [
        link(request, f"{REL}execute", f"{path}/execution", title="สั่งทำงาน | Execute"),
        link(request, f"{REL}job-list", "/api/jobs", JSON, "งาน | Jobs"),
    ]
    return ProcessDescription(
        **_members(process),
        links=[*links, *ways],
        inputs=_inputs(process),
        outputs={
            RESULT: OutputDescription(
                title=both(output.title),
                titles=bilingual(output.title),
                description=both(output.description),
                descriptions=bilingual(output.description),
                schema_=schema30(inlined(output.schema)),
            )
        },
    )


def both(text: Text) -> str:
    """Return a text in both languages at once."""
    return f"{text.th} | {text.en}"


def inlined(schema: Json) -> Json:
    """Return a JSON Schema with what it refers to in the place of the reference.

    Examples
    --------
    >>> inlined({"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}, "title": "t"})
    {'type': 'string', 'title': 't'}
    >>> inlined({})
    {}
    """
    found: Json = _inlined(schema, schema.get("$defs", {}))
    found.pop("$defs", None)
    return found


def _inlined(part: Any, defs: Json) -> Any:  # noqa: ANN401 (any JSON)
    if isinstance(part, list):
        return [_inlined(item, defs) for item in part]
    if not isinstance(part, dict):
        return part
    beside = {key: _inlined(value, defs) for key, value in part.items() if key != "$ref"}
    target = part.get("$ref")
    if target is None:
        return beside
    return {**_inlined(defs[target.removeprefix(_DEFS)], defs), **beside}


def _members(process: Process) -> dict[str, Any]:
    ways = ["async-execute", "dismiss"]
    return {
        "id": process.id,
        "version": process.version,
        "title": both(process.title),
        "titles": bilingual(process.title),
        "description": both(process.description),
        "descriptions": bilingual(process.description),
        "jobControlOptions": ways if process.is_long else ["sync-execute", *ways],
        "outputTransmission": ["value"],
    }


def _inputs(process: Process) -> dict[str, InputDescription]:
    schema = inlined(process.inputs.model_json_schema())
    required = schema.get("required", [])
    return {
        name: InputDescription(
            title=member.get("title", name),
            description=member.get("description", ""),
            minOccurs=int(name in required),
            maxOccurs=1,
            schema_=schema30(member),
        )
        for name, member in schema.get("properties", {}).items()
    }
