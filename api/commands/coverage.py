"""`twin coverage …`: who is served, who is not, where next, and what hangs on what."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Final

import typer
from pydantic import BaseModel

from api.commands import coverage_batch, coverage_tables
from api.commands.asking import Typed, read_inputs, takes
from api.commands.console import out, settings, telling
from api.commands.coverage_options import (
    EXPLAIN,
    LINKS,
    ONLY_QUESTION,
    OPPORTUNITY,
    QUESTION,
    ROADS,
    SDG,
    SITING,
)
from twin.studies.answer import CoverageAnswer
from twin.studies.inputs import (
    Criticality,
    MissingLinks,
    Opportunity,
    RoadCriticality,
    Sdg,
    SitingProblem,
)
from twin.studies.processes import get_process
from twin.studies.question import Place, Question
from twin.studies.session import open_context

app = typer.Typer(no_args_is_help=True, help="ความครอบคลุมของบริการ | Service coverage.")
app.command("batch")(coverage_batch.batch)

_WITHIN: Final = ("question",)

#: Share of a run in which a street network is built where there is none yet.
_BUILDING: Final = 0.1

OutputOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--output", "-o", help="FILE.gpkg, .csv, .xlsx or .json; again for more than one."
    ),
]


@app.command()
@takes(QUESTION)
def run(typed: Typed, output: OutputOption = None) -> None:
    """ใครได้รับบริการ ใครไม่ได้ และจากที่ใด | Who is served, who is not, and by what."""
    report = _answer("coverage", read_inputs(Question, typed), output or ())
    coverage_tables.show(CoverageAnswer.model_validate(report.answer), report.titles)
    _tell_written(output or ())


@app.command()
@takes(EXPLAIN)
def explain(typed: Typed, output: OutputOption = None) -> None:
    """ทำไมจุดหนึ่งจึงได้ หรือไม่ได้รับบริการ | Why a place is served, or is not."""
    _list("explain", read_inputs(Place, typed, _WITHIN), output or ())


@app.command()
@takes(SITING)
def siting(typed: Typed, output: OutputOption = None) -> None:
    """ควรตั้งแห่งใหม่ที่ใด | Which places to choose for new facilities."""
    _list("siting", read_inputs(SitingProblem, typed, _WITHIN), output or ())


@app.command()
@takes(OPPORTUNITY)
def opportunity(typed: Typed, output: OutputOption = None) -> None:
    """มุมถนนใดช่วยคนได้มากที่สุด | Where one facility more would newly serve most people."""
    _list("opportunity", read_inputs(Opportunity, typed, _WITHIN), output or ())


@app.command()
@takes(ONLY_QUESTION)
def criticality(typed: Typed, output: OutputOption = None) -> None:
    """ถ้าปิดแห่งใดแห่งหนึ่ง ใครขาดบริการ | Who loses service if a facility closes."""
    _list("criticality", read_inputs(Criticality, typed, _WITHIN), output or ())


@app.command()
@takes(ROADS)
def roads(typed: Typed, output: OutputOption = None) -> None:
    """ถ้าปิดถนนสายใด ใครขาดบริการ | Who loses service if a road closes."""
    _list("road-criticality", read_inputs(RoadCriticality, typed, _WITHIN), output or ())


@app.command("missing-links")
@takes(LINKS)
def missing_links(typed: Typed, output: OutputOption = None) -> None:
    """ควรเชื่อมถนนที่ใด | Which short connection would serve most people for its length."""
    _list("missing-links", read_inputs(MissingLinks, typed, _WITHIN), output or ())


@app.command()
@takes(SDG, file=False)
def sdg(typed: Typed, output: OutputOption = None) -> None:
    """ตัวชี้วัด SDG 11.2.1 และ 11.7.1 | SDG 11.2.1 and 11.7.1, along streets."""
    _list("sdg", read_inputs(Sdg, typed), output or ())


def _list(process: str, asked: BaseModel, output: Sequence[Path]) -> None:
    report = _answer(process, asked, output)
    coverage_tables.show_listed(report.summary, report.listed, report.titles)
    _tell_written(output)


def _answer(process: str, asked: BaseModel, output: Sequence[Path]) -> Any:  # noqa: ANN401
    """Run a process; write its report before it is shown, since a pipe may end early."""
    files, reports = _slow("twin.studies.files"), _slow("twin.studies.reports")
    for file in output:
        files.check_target(file)
    with (
        telling() as tell,
        open_context(settings(), lambda share, text: tell(share * _BUILDING, text)) as context,
    ):
        result = get_process(process).run(context, asked, tell)
        report = reports.make_report(context, process, asked, result)
        for file in output:
            files.write_file(file, report)
    return report


def _tell_written(output: Sequence[Path]) -> None:
    for file in output:
        out.print(f"▸ {file}", soft_wrap=True)


def _slow(module: str) -> ModuleType:
    """Import what takes long to import: other commands need not wait for it."""
    return import_module(module)
