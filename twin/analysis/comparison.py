"""The fixed table of two answers to the same question, as it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final, Literal

from twin.analysis.coverage import ServiceCoverage
from twin.analysis.tally import Totals
from twin.types import Text

Presence = Literal["both", "added", "removed", "moved"]

_SECONDS: Final = 60.0
#: Of people, ratios and baht: nobody needs more of them.
_DECIMALS: Final = 6


@dataclass(frozen=True)
class Measure:
    """One change of a scenario as far as its cost goes.

    Parameters
    ----------
    key
        Equal keys, equal changes: they cancel out.
    name
        For messages.
    cost_thb
        Thai baht; None where nobody has said.
    is_assumption
        An assumption about people, which is nothing to be paid for.
    """

    key: str
    name: Text
    cost_thb: int | None
    is_assumption: bool = False


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two: the base or a scenario, with its answer and what it costs."""

    id: str
    name: Text
    coverage: ServiceCoverage
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True)
class Label:
    """What a side is called."""

    id: str
    name: Text


@dataclass(frozen=True)
class WorstOff:
    """The area with the lowest ratio on one side; None where no area has demand."""

    code: str
    name: Text
    ratio: float


@dataclass(frozen=True)
class Cost:
    """What the second side costs more, Thai baht, and what that is for each newly served person.

    Parameters
    ----------
    thb
        None where a cost is not known.
    per_person_thb
        Of those served more within the threshold; None where it means nothing.
    reason
        Why it is None.
    """

    thb: int | None
    per_person_thb: float | None
    reason: Text | None


@dataclass(frozen=True)
class ThresholdRow:
    """Both sides within one threshold.

    Parameters
    ----------
    a, b
        Served, unserved (the gap), unknown, total.
    ratio_a, ratio_b
        Served of total; None where there is no demand.
    gained, lost
        People served at points where more, or fewer, are served on the second side: their
        difference is what the totals differ by.
    """

    threshold: float
    a: Totals
    b: Totals
    ratio_a: float | None
    ratio_b: float | None
    gained: float
    lost: float
    worst_a: WorstOff | None
    worst_b: WorstOff | None
    cost: Cost


@dataclass(frozen=True)
class AreaChange:
    """Both sides in one area within one threshold."""

    threshold: float
    served_a: float
    served_b: float
    total_a: float
    total_b: float
    ratio_a: float | None
    ratio_b: float | None
    gained: float
    lost: float


@dataclass(frozen=True)
class AreaRow:
    """One area, by threshold; people outside all areas have the code ''."""

    code: str
    name: Text
    thresholds: tuple[AreaChange, ...]


@dataclass(frozen=True)
class FacilityRow:
    """One facility on both sides: demand it is nearest to within the largest threshold.

    Parameters
    ----------
    served_a, served_b
        None where the side does not have it.
    """

    id: str
    name: Text
    presence: Presence
    capacity: float | None
    served_a: float | None
    served_b: float | None


@dataclass(frozen=True)
class Comparison:
    """The fixed table of two answers, from the first to the second.

    Parameters
    ----------
    unit
        Of all thresholds: `s` or `m`, as those of the graph.
    """

    a: Label
    b: Label
    unit: str
    thresholds: tuple[ThresholdRow, ...]
    areas: Mapping[str, tuple[AreaRow, ...]]
    facilities: tuple[FacilityRow, ...]

    @property
    def scale(self) -> float:
        """What one minute or metre, as questions have thresholds, is in `unit`."""
        return _SECONDS if self.unit == "s" else 1.0

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON has it: thresholds in minutes or metres, as the question has them."""
        told: dict[str, Any] = _in_units_of_questions(plain(self), self.scale)
        return told | {"unit": "minutes" if self.unit == "s" else "metres"}


def _in_units_of_questions(value: Any, scale: float) -> Any:  # noqa: ANN401 (any JSON)
    if isinstance(value, dict):
        return {
            key: one / scale if key == "threshold" else _in_units_of_questions(one, scale)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [_in_units_of_questions(one, scale) for one in value]
    return round(value, _DECIMALS) if isinstance(value, float) else value


def plain(value: Any) -> Any:  # noqa: ANN401 (any JSON)
    """Return dataclasses and texts as JSON has them."""
    if isinstance(value, Text):
        return value._asdict()
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value
