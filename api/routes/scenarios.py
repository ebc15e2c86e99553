"""Named scenarios: a base and the changes laid over it; reading is open, writing the operator's."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Path, Request, Response

from api.deps import STRICT, WRITER, EngineDep, SettingsDep, WriteEngineDep
from api.geojson import GeoJSONResponse, dumps, respond
from api.links import absolute
from api.models.scenarios import (
    ChangeCollection,
    ChangeModel,
    ResultList,
    ResultModel,
    ScenarioList,
    ScenarioModel,
    ScenarioSummaryModel,
)
from api.openapi import WRITES, problems
from api.scenarios import (
    change_model,
    entity_tag,
    result_model,
    scenario_model,
    wanted_version,
)
from twin.db.engine import connect
from twin.studies.scenarios.changes import ScenarioChange
from twin.studies.scenarios.deferred import add_change, compute, rebase, remove_change
from twin.studies.scenarios.drawing import draw_changes
from twin.studies.scenarios.model import (
    MAX_RESULTS,
    MAX_SCENARIOS,
    NewScenario,
    Scenario,
    ScenarioEdit,
)
from twin.studies.scenarios.results import list_results
from twin.studies.scenarios.store import (
    create_scenario,
    delete_scenario,
    edit_scenario,
    get_scenario,
    list_scenarios,
)

router = APIRouter(
    prefix="/api/scenarios", tags=["scenarios"], dependencies=STRICT, responses=problems(400, 404)
)

ScenarioId = Annotated[str, Path(alias="scenarioId", max_length=60, examples=["clinic-in-rawai"])]
Position = Annotated[int, Path(ge=1, le=1_000_000, examples=[1])]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match", description="`ETag` of the scenario as you read it: refused if changed"
    ),
]

#: For every route that writes.
_WRITING: Final[dict[str, Any]] = {
    "dependencies": WRITER,
    "openapi_extra": WRITES,
    "responses": problems(401, 403, 404, 409, 412, 413, 415, 422),
}


@router.get("", response_model=ScenarioList)
def get_scenarios(engine: EngineDep) -> ScenarioList:
    """Return all scenarios, those changed last first."""
    with connect(engine) as connection:
        found = list_scenarios(connection)
    rows = [ScenarioSummaryModel.model_validate(row) for row in found]
    return ScenarioList(scenarios=rows, limit=MAX_SCENARIOS)


@router.post("", response_model=ScenarioModel, status_code=HTTPStatus.CREATED, **_WRITING)
def post_scenario(
    request: Request, response: Response, writer: WriteEngineDep, new: NewScenario
) -> ScenarioModel:
    """Keep a new scenario, without changes yet, on the base as it stands."""
    with connect(writer) as connection:
        scenario = create_scenario(connection, new)
        model = scenario_model(connection, scenario)
    response.headers["Location"] = absolute(request, f"/api/scenarios/{scenario.id}")
    return _tagged(response, scenario, model)


@router.get("/{scenarioId}", response_model=ScenarioModel)
def get_one_scenario(
    response: Response, engine: EngineDep, scenario_id: ScenarioId
) -> ScenarioModel:
    """Return a scenario with its changes, and whether its base has moved on."""
    with connect(engine) as connection:
        scenario = get_scenario(connection, scenario_id)
        model = scenario_model(connection, scenario)
    return _tagged(response, scenario, model)


@router.patch("/{scenarioId}", response_model=ScenarioModel, **_WRITING)
def patch_scenario(
    response: Response,
    writer: WriteEngineDep,
    scenario_id: ScenarioId,
    edit: ScenarioEdit,
    if_match: IfMatch = None,
) -> ScenarioModel:
    """Change names, note or question; what is left out stays."""
    with connect(writer) as connection:
        scenario = edit_scenario(connection, scenario_id, edit, wanted_version(if_match))
        model = scenario_model(connection, scenario)
    return _tagged(response, scenario, model)


@router.delete("/{scenarioId}", status_code=HTTPStatus.NO_CONTENT, **_WRITING)
def delete_one_scenario(
    writer: WriteEngineDep, scenario_id: ScenarioId, if_match: IfMatch = None
) -> None:
    """Forget a scenario with its changes and results."""
    with connect(writer) as connection:
        delete_scenario(connection, scenario_id, wanted_version(if_match))


@router.get(
    "/{scenarioId}/changes.geojson",
    response_model=ChangeCollection,
    response_class=GeoJSONResponse,
)
def get_changes(engine: EngineDep, scenario_id: ScenarioId) -> GeoJSONResponse:
    """Return the changes as features, to draw them."""
    with connect(engine) as connection:
        features = draw_changes(connection, get_scenario(connection, scenario_id))
    return respond(dumps({"type": "FeatureCollection", "features": features}))


@router.post(
    "/{scenarioId}/changes",
    response_model=ChangeModel,
    status_code=HTTPStatus.CREATED,
    **_WRITING,
)
def post_change(
    response: Response,
    writer: WriteEngineDep,
    scenario_id: ScenarioId,
    change: ScenarioChange,
    if_match: IfMatch = None,
) -> ChangeModel:
    """Add a change after those there are; refused where it could not be applied."""
    with connect(writer) as connection:
        position = add_change(connection, scenario_id, change, wanted_version(if_match))
        scenario = get_scenario(connection, scenario_id)
        _tagged(response, scenario, scenario_model(connection, scenario))
    return change_model(scenario, position)


@router.delete("/{scenarioId}/changes/{position}", status_code=HTTPStatus.NO_CONTENT, **_WRITING)
def delete_one_change(
    writer: WriteEngineDep, scenario_id: ScenarioId, position: Position, if_match: IfMatch = None
) -> None:
    """Take one change out that no later one needs; the others keep their positions."""
    with connect(writer) as connection:
        remove_change(connection, scenario_id, position, wanted_version(if_match))


@router.get("/{scenarioId}/results", response_model=ResultList)
def get_results(engine: EngineDep, scenario_id: ScenarioId) -> ResultList:
    """Return what the scenario came to, the newest first, each with whether it is stale."""
    with connect(engine) as connection:
        scenario = get_scenario(connection, scenario_id)
        found = list_results(connection, scenario_id)
        results = [result_model(connection, scenario, result) for result in found]
    return ResultList(results=results, limit=MAX_RESULTS)


@router.post(
    "/{scenarioId}/results",
    response_model=ResultModel,
    status_code=HTTPStatus.CREATED,
    **_WRITING,
)
def post_result(
    engine: EngineDep, writer: WriteEngineDep, settings: SettingsDep, scenario_id: ScenarioId
) -> ResultModel:
    """Answer the scenario beside the base as both stand now, and keep the table."""
    result = compute(engine, writer, scenario_id, settings)
    with connect(engine) as connection:
        return result_model(connection, get_scenario(connection, scenario_id), result)


@router.post("/{scenarioId}/rebase", response_model=ScenarioModel, **_WRITING)
def post_rebase(
    response: Response,
    engine: EngineDep,
    writer: WriteEngineDep,
    settings: SettingsDep,
    scenario_id: ScenarioId,
    if_match: IfMatch = None,
) -> ScenarioModel:
    """Accept the base as it stands now, and compute the scenario on it."""
    rebase(engine, writer, scenario_id, settings, wanted_version(if_match))
    return get_one_scenario(response, engine, scenario_id)


def _tagged(response: Response, scenario: Scenario, model: ScenarioModel) -> ScenarioModel:
    response.headers["ETag"] = entity_tag(model, scenario.version)
    return model
