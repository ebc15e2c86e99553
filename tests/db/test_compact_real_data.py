"""Streets and people of Phuket as the browser gets them, searched as it does."""

import json

import numpy as np
import pytest

from tests.browsing import REACH, run_node, to_places
from twin.db.engine import make_engine
from twin.jobs.process import Context
from twin.studies.compact import demand_file, network_file
from twin.studies.question import Question
from twin.studies.study import studies_of

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def context(phuket, phuket_url):
    engine = make_engine(phuket_url)
    yield Context(phuket, engine, engine)
    engine.dispose()


def test_a_browser_serves_whom_the_engine_serves(context, tmp_path):
    question = Question.model_validate(
        {
            "supply": {"filter": "amenity = 'hospital'"},
            "mode": "car",
            "thresholds": [10],
            "areas": ["tambon"],
        }
    )
    study, found = studies_of(context).coverage(question)
    network, mode = study.graph.network, question.mode
    (tmp_path / "network.bin").write_bytes(network_file(context, mode))
    people = demand_file(context, mode, question.demand, "tambon")
    (tmp_path / "demand.bin").write_bytes(people)
    places = to_places(network, mode, study.placed.supply.take(study.placed.supply.is_known))
    told = run_node(REACH, tmp_path, "to", json.dumps(places))
    seconds = np.array([text.replace("Infinity", "inf") for text in told], dtype=float)
    expected = found.reach.impedance
    is_near = np.isfinite(expected)
    assert is_near.sum() > 5_000
    np.testing.assert_array_equal(np.isnan(seconds), np.isnan(expected))
    np.testing.assert_allclose(seconds[is_near], expected[is_near], rtol=0, atol=1.5)
    served = study.demand.weight[seconds <= 600].sum()
    assert served == pytest.approx(found.totals[0].served, rel=1e-3)


def test_the_files_are_small(context):
    assert len(network_file(context, "car")) < 100_000
    choice = Question().demand
    assert len(demand_file(context, "car", choice, "tambon")) < 500_000
    assert network_file(context, "car") is network_file(context, "car")
