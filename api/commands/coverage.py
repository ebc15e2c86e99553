"""`twin coverage …`: who is served, who is not, and by what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated, Final

import typer

from api.commands import coverage_batch, coverage_tables
from api.commands.asking import asks
from api.commands.console import out, progress, settings
from twin.jobs.process import Progress
from twin.studies.answer import CoverageAnswer
from twin.studies.question import Question
from twin.studies.session import open_context
from twin.types import Text

app = typer.Typer(no_args_is_help=True, help="ความครอบคลุมของบริการ | Service coverage.")
app.command("batch")(coverage_batch.batch)

_STEPS: Final = 100

OutputOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--output", "-o", help="FILE.gpkg, .csv, .xlsx or .json; again for more than one."
    ),
]


@app.command()
@asks
def run(question: Question, output: OutputOption = None) -> None:
    """ใครได้รับบริการ ใครไม่ได้ และจากที่ใด | Who is served, who is not, and by what."""
    files = _needing_the_engine("twin.studies.files")
    for file in output or ():
        files.check_target(file)
    with open_context(settings()) as context:
        with _telling() as tell:
            result = _needing_the_engine("twin.studies.run").coverage(context, question, tell)
        answer = CoverageAnswer.model_validate(result)
        if output:  # before the tables: what they are piped to may end early
            studies = _needing_the_engine("twin.studies.study").studies_of(context)
            found = files.Found(answer, *studies.coverage(question), context.engine)
            for file in output:
                files.write_file(file, found)
    coverage_tables.show(answer)
    for file in output or ():
        out.print(f"▸ {file}", soft_wrap=True)


def _needing_the_engine(module: str) -> ModuleType:
    """Import what takes long to import: other commands need not wait for it."""
    return import_module(module)


@contextmanager
def _telling() -> Iterator[Progress]:
    with progress(_STEPS, "") as bar:

        def tell(share: float, text: Text) -> None:
            bar.update(
                bar.task_ids[0],
                completed=round(share * _STEPS),
                description=f"{text.th} | {text.en}",
            )

        yield tell
