"""What cannot be asked is refused in Thai and English, with what to do."""

import pytest
from pydantic import TypeAdapter, ValidationError

from twin.studies.inputs import CandidateChoice, TravelTime
from twin.studies.question import Question, WhatIf
from twin.studies.scenarios.changes import ScenarioChange
from twin.studies.scenarios.model import NewScenario
from twin.validation import tell_fault

NAMES = {"th": "ก", "en": "A"}


@pytest.mark.parametrize(
    ("model", "asked", "en", "th"),
    [
        (Question, {"thresholds": [10, 5]}, "must grow", "น้อยไปมาก"),
        (Question, {"demand": {"year": 2564}}, "2564 BE is 2021", "พ.ศ. 2564 คือ ค.ศ. 2021"),
        (Question, {"demand": {"year": "2564"}}, "2564 BE is 2021", "พ.ศ. 2564 คือ ค.ศ. 2021"),
        (Question, {"supply": {"opened_by": "soon"}}, "YYYY-MM-DD", "ปี-เดือน-วัน"),
        (WhatIf, {}, "`remove`", "`remove`"),
        (TravelTime, {"steps": [5, 5]}, "must grow", "น้อยไปมาก"),
        (CandidateChoice, {"source": "layer"}, "need `layer`", "ต้องระบุ `layer`"),
        (NewScenario, {"id": "base", "names": NAMES}, "another id", "รหัสอื่น"),
        (
            NewScenario,
            {"id": "a", "names": NAMES, "question": {"scenario": "b"}},
            "leave `scenario` out",
            "เว้น `scenario`",
        ),
        (ScenarioChange, {"kind": "close_street"}, "`road` or `point`", "`road` หรือ `point`"),
        (ScenarioChange, {"kind": "population"}, "`factor` or", "`factor` หรือ"),
        (ScenarioChange, {"kind": "population", "factor": 2}, "`codes` or", "`codes` หรือ"),
        (
            ScenarioChange,
            {"kind": "population", "factor": 2, "point": [98.3, 7.9]},
            "needs `people`",
            "จำนวนคน",
        ),
    ],
)
def test_refusal_says_what_to_do_in_both_languages(model, asked, en, th):
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(model).validate_python(asked)
    (fault,) = caught.value.errors()
    told = tell_fault(fault)
    assert en in told.en
    assert th in told.th
