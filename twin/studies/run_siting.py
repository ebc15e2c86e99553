"""Where next: siting problems, and what a facility at every street corner would change."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from time import monotonic
from typing import Any, Final

import numpy as np

from twin.analysis.coverage import Placed, ServiceCoverage, service_coverage
from twin.analysis.model import Supply
from twin.analysis.opportunity import find_opportunity
from twin.analysis.reach import impedance_array
from twin.analysis.siting.lscp import solve_lscp
from twin.analysis.siting.mclp import solve_mclp
from twin.analysis.siting.pmedian import solve_p_median
from twin.analysis.siting.problem import Candidates, Siting
from twin.analysis.siting.proof import Allowance
from twin.analysis.snap import snap
from twin.analysis.supply import select
from twin.db.engine import connect
from twin.errors import InvalidInputError, within
from twin.jobs.process import Context, Progress
from twin.studies.candidates import Places, read_candidates, with_sites
from twin.studies.inputs import Opportunity, SitingProblem
from twin.studies.run import READING, steps
from twin.studies.study import Study, studies_of
from twin.studies.writing_siting import write_opportunity, write_siting
from twin.types import Json, Text

#: Of what is left of the time of a run, for choosing and the proof; the rest is for the answer.
_PROOF_SHARE: Final = 0.75

_MEASURING: Final = Text("วัดระยะจากทุกแห่งที่เลือกได้", "Measuring from all candidates")
_CHOOSING: Final = Text("เลือกที่ตั้ง", "Choosing sites")
_SEARCHING: Final = Text("ลองตั้งที่มุมถนนทุกแห่ง", "Trying every street corner")


def siting(context: Context, asked: SitingProblem, progress: Progress) -> Json:
    """Return which places to choose for new facilities."""
    progress(0.0, READING)
    study, now = studies_of(context).coverage(asked.question)
    existing = study.supply if asked.existing else None
    before = (
        now
        if existing
        else _cover(study, select(study.supply, np.zeros(len(study.supply.ids), bool)))
    )
    with connect(context.engine) as connection, within("candidates"):
        places = read_candidates(connection, asked.candidates, study.graph)
    told = steps(progress, _MEASURING, 0.3, 0.5)
    problem, off_network = _problem(study, before, places, asked, told)
    ends = monotonic() + _PROOF_SHARE * (context.ends - monotonic())
    allowance = Allowance(ends, lambda: progress(0.5, _CHOOSING))
    found = _solve(problem, study, asked, allowance)
    after = _cover(study, with_sites(existing, places.supply, found.chosen))
    answer = write_siting(study, (before, after), places, found, asked, off_network=off_network)
    return answer.model_dump(mode="json")


def opportunity(context: Context, asked: Opportunity, progress: Progress) -> Json:
    """Return whom a facility at each street corner would newly serve."""
    progress(0.0, READING)
    study, now = studies_of(context).coverage(asked.question)
    told = steps(progress, _SEARCHING, 0.1)
    found = find_opportunity(study.situation, progress=told)
    return write_opportunity(study, now, found, asked).model_dump(mode="json")


def _cover(study: Study, supply: Supply) -> ServiceCoverage:
    """Return who is served by another supply."""
    question = study.question
    return service_coverage(
        study.graph,
        study.demand,
        supply,
        direction=question.direction,
        thresholds=study.thresholds,
        max_snap_m=question.max_snap_m,
        speed_range=None,
        at=Placed(
            study.placed.demand, snap(study.graph, supply.xy, max_snap_m=question.max_snap_m)
        ),
    )


def _problem(
    study: Study,
    before: ServiceCoverage,
    places: Places,
    asked: SitingProblem,
    told: Callable[[int, int], None],
) -> tuple[Candidates, int]:
    """Return the problem, and how many candidates are on no street and may not be chosen."""
    question = asked.question
    at = snap(study.graph, places.supply.xy, max_snap_m=question.max_snap_m)
    off = np.flatnonzero(~at.is_known).tolist()
    if len(off) == len(at):
        raise InvalidInputError(
            f"None of the {len(at)} candidates is within {question.max_snap_m:,.0f} m of a street;"
            " raise `max_snap_m`, or choose others.",
            f"ไม่มีที่ตั้งใดในตัวเลือก {len(at)} แห่งอยู่ห่างถนนไม่เกิน {question.max_snap_m:,.0f} ม."
            " โปรดเพิ่ม `max_snap_m` หรือเลือกแห่งอื่น",
            parameter="candidates",
        )
    # Only a p-median asks how far it is beyond the threshold.
    limit = inf if asked.problem == "p-median" else study.situation.limit
    impedance = impedance_array(
        study.graph,
        study.placed.demand,
        at,
        direction=question.direction,
        limit=limit,
        progress=told,
    )
    present = before.reach.impedance if asked.existing else None
    return Candidates(impedance, before.weight, present, forbidden=tuple(off)), len(off)


def _solve(problem: Candidates, study: Study, asked: SitingProblem, allowance: Allowance) -> Siting:
    limit = study.situation.limit
    solving: dict[str, Any] = {
        "prove": asked.prove,
        "time_limit_s": asked.time_limit_s,
        "allowance": allowance,
    }
    if asked.problem == "lscp":
        return solve_lscp(problem, limit, **solving)
    count = min(asked.count, len(problem.allowed))
    if asked.problem == "mclp":
        return solve_mclp(problem, limit, count, **solving)
    return solve_p_median(problem, count, **solving)
