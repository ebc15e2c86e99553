"""Asking processes without the service."""

import json

import jsonschema

from twin.db.engine import make_engine
from twin.jobs.process import Context
from twin.studies.processes import get_process


def open_context(settings):
    """Yield what a run may use, and close it."""
    engine, writer = make_engine(settings.db.url, read_only=True), make_engine(settings.db.url)
    yield Context(settings, engine, writer)
    engine.dispose()
    writer.dispose()


def ask(context, process_id, told=None, **inputs):
    """Run a process; its answer is checked against what the process says of it.

    `told` takes what the run tells of its progress.
    """
    process = get_process(process_id)
    shares = [] if told is None else told
    answer = process.run(
        context, process.inputs.model_validate(inputs), lambda *news: shares.append(news)
    )
    text = json.dumps(answer, allow_nan=False)
    jsonschema.validate(json.loads(text), process.output.schema)
    if "summary" in answer:
        assert answer["summary"]["th"]
        assert answer["summary"]["en"]
        assert any("\u0e00" <= letter <= "\u0e7f" for letter in answer["summary"]["th"])
    return answer
