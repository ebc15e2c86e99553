"""What pydantic refuses is told in Thai and English, with the path of the value and what to do."""

import re
from datetime import date, datetime
from typing import Any, Literal

import pytest
from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from api.commands.console import settings
from api.models.geojson import AnyGeometry
from twin.errors import SetupError
from twin.studies.scenarios.changes import ScenarioChange
from twin.validation import fault_path, tell_fault, tell_faults

THAI = re.compile("[ก-๛]")


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size: float


class Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field("abc", min_length=2, max_length=5, pattern="^[a-z]+$")
    count: int = Field(1, ge=1, le=9)
    share: float = Field(0.5, gt=0, lt=1, allow_inf_nan=False)
    kind: Literal["a", "b"] = "a"
    is_on: bool = True
    parts: list[Part] = Field([Part(size=1)], min_length=1, max_length=2)
    place: tuple[float, float] = (0, 0)
    labels: dict[str, int] = {}
    day: date = date(2026, 1, 31)
    moment: datetime = datetime(2026, 1, 31)  # noqa: DTZ001
    site: AnyHttpUrl | None = None


@pytest.mark.parametrize(
    ("sent", "path", "en", "th"),
    [
        ({"name": 1}, "name", "must be text", "ต้องเป็นข้อความ"),
        ({"name": "a"}, "name", "at least 2 character(s)", "อย่างน้อย 2 ตัวอักษร"),
        ({"name": "abcdef"}, "name", "at most 5 character(s); shorten", "ไม่เกิน 5 ตัวอักษร โปรดย่อ"),
        ({"name": "A1"}, "name", "must match the pattern ^[a-z]+$", "ต้องตรงกับ ^[a-z]+$"),
        ({"count": "x"}, "count", "must be a whole number", "ต้องเป็นจำนวนเต็ม"),
        ({"count": []}, "count", "must be a whole number", "ต้องเป็นจำนวนเต็ม"),
        ({"count": 1.5}, "count", "must be a whole number", "ต้องเป็นจำนวนเต็ม"),
        ({"count": "9" * 5000}, "count", "too large", "ใหญ่เกินไป"),
        ({"count": 0}, "count", "must be at least 1", "ต้องไม่น้อยกว่า 1"),
        ({"count": 10}, "count", "must be at most 9", "ต้องไม่เกิน 9"),
        ({"share": "x"}, "share", "must be a number", "ต้องเป็นตัวเลข"),
        ({"share": None}, "share", "must be a number", "ต้องเป็นตัวเลข"),
        ({"share": float("inf")}, "share", "must be a finite number", "ค่าจำกัด"),
        ({"share": 0}, "share", "must be greater than 0", "ต้องมากกว่า 0"),
        ({"share": 1}, "share", "must be less than 1", "ต้องน้อยกว่า 1"),
        ({"kind": "c"}, "kind", "must be one of 'a' or 'b'", "ค่าใดค่าหนึ่งใน 'a' หรือ 'b'"),
        ({"is_on": "perhaps"}, "is_on", "must be true or false", "true หรือ false"),
        ({"is_on": []}, "is_on", "must be true or false", "true หรือ false"),
        ({"parts": 1}, "parts", "must be a list", "ต้องเป็นรายการ"),
        ({"parts": []}, "parts", "at least 1 item(s)", "อย่างน้อย 1 รายการ"),
        (
            {"parts": [{"size": 1}] * 3},
            "parts",
            "at most 2 item(s); remove",
            "ไม่เกิน 2 รายการ โปรดลด",
        ),
        ({"parts": [3]}, "parts.0", "must be a JSON object, `{…}`", "ออบเจ็กต์ JSON `{…}`"),
        ({"parts": [{}]}, "parts.0.size", "is required; add it", "ต้องระบุค่า โปรดเพิ่ม"),
        ({"parts": [{"size": 1, "b": 2}]}, "parts.0.b", "is not a known name; remove", "โปรดตัดออก"),
        ({"place": 1}, "place", "must be a list", "ต้องเป็นรายการ"),
        ({"place": [1]}, "place.1", "is required; add it", "ต้องระบุค่า โปรดเพิ่ม"),
        ({"place": [1, 2, 3]}, "place", "at most 2 item(s)", "ไม่เกิน 2 รายการ"),
        ({"labels": 1}, "labels", "must be a JSON object", "ออบเจ็กต์ JSON"),
        ({"labels": {"x": "y"}}, "labels.x", "must be a whole number", "ต้องเป็นจำนวนเต็ม"),
        ({"day": "31/1/2569"}, "day", "must be a day, YYYY-MM-DD", "ปีเป็น ค.ศ."),
        ({"day": []}, "day", "must be a day, YYYY-MM-DD", "ปีเป็น ค.ศ."),
        ({"moment": "now"}, "moment", "must be a date and time", "วันเวลา"),
        ({"site": "here"}, "site", "must be a web address", "ที่อยู่เว็บ"),
        ({"site": "ftp://here"}, "site", "must be a web address", "ที่อยู่เว็บ"),
    ],
    ids=str,
)
def test_fault_names_the_value_and_what_to_do(sent, path, en, th):
    with pytest.raises(ValidationError) as caught:
        Whole.model_validate(sent)
    (fault,) = caught.value.errors()
    told = tell_fault(fault)
    assert fault_path(fault, sent) == path
    assert en in told.en
    assert th in told.th
    assert "{" not in told.en.replace("`{…}`", "")


def test_text_that_is_no_json_is_told_where():
    with pytest.raises(ValidationError) as caught:
        Whole.model_validate_json('{"name": }')
    told = tell_faults(caught.value.errors(), "JSON")
    assert re.fullmatch(r"JSON: is not valid JSON: .* line 1 column 10", told.en)
    assert "ไม่ใช่ JSON ที่ถูกต้อง" in told.th


def test_fault_of_an_unknown_kind_says_what_pydantic_says():
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(complex).validate_python("x")
    (fault,) = caught.value.errors()
    told = tell_fault(fault)
    assert told.en == fault["msg"]
    assert fault["msg"] in told.th
    assert THAI.search(told.th)


@pytest.mark.parametrize(
    ("model", "sent", "path", "told"),
    [
        (ScenarioChange, {"kind": "add_facility", "point": [98, "b"]}, "point.1", "number"),
        (ScenarioChange, {"kind": "add_facility", "point": [98]}, "point.1", "required"),
        (ScenarioChange, {"kind": "speed", "mode": "car"}, "factor", "required"),
        (ScenarioChange, {"kind": "close_street"}, "", "`road` or `point`"),
        (ScenarioChange, {"kind": "fly"}, "", "'kind' must be one of 'add_facility'"),
        (ScenarioChange, {}, "", "needs 'kind'"),
        (AnyGeometry, {"type": "Point", "coordinates": ["x", 1]}, "coordinates.0", "number"),
        (
            AnyGeometry,
            {"type": "GeometryCollection", "geometries": [{"type": "Point"}]},
            "geometries.0.coordinates",
            "required",
        ),
    ],
)
def test_kinds_of_a_union_are_no_part_of_the_path(model: Any, sent, path, told):
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(model).validate_python(sent)
    fault = caught.value.errors()[0]
    assert fault_path(fault, sent) == path
    assert told in tell_fault(fault).en
    assert THAI.search(tell_fault(fault).th)


def test_setting_that_cannot_be_used_is_named_by_its_variable(monkeypatch):
    monkeypatch.setenv("TWIN_JOBS__WORKERS", "many")
    with pytest.raises(SetupError) as caught:
        settings()
    assert caught.value.en == "settings: TWIN_JOBS__WORKERS: must be a whole number, e.g. 3"
    assert caught.value.th == "ค่าตั้งไม่ถูกต้อง: TWIN_JOBS__WORKERS: ต้องเป็นจำนวนเต็ม เช่น 3"
