"""What is expected of a file: its columns, geometry and rules, with or without a manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from layers.convert import convert
from layers.faults import Fault
from layers.manifest import DEFAULT_SEVERITY, Manifest, Rule, Severity, Source
from layers.normalise import is_missing
from layers.readers.raw import Raw
from twin.spec import GeometryType
from twin.types import ColumnType

#: A column of a file without a manifest is of a type when this share of its cells is.
_MOSTLY = 0.8
#: Codes are names made of digits, not numbers.
_CODE_ENDINGS = ("code", "รหัส")


@dataclass(frozen=True)
class Expected:
    """One column that a file should have.

    Parameters
    ----------
    name
        Name in the layer's table.
    field
        Name in the file.
    values
        The codes allowed; None: any.
    """

    name: str
    field: str
    kind: ColumnType
    required: bool = False
    values: frozenset[str] | None = None
    is_absent: bool = False


@dataclass(frozen=True)
class Plan:
    """Everything a check needs to know of a file.

    Parameters
    ----------
    name
        What messages call the file.
    geometry_type
        None: a table without geometry.
    key
        Columns that identify a row; empty: rows have no identity.
    severities
        What breaking a rule means.
    """

    name: str
    geometry_type: GeometryType | None
    columns: tuple[Expected, ...]
    key: tuple[str, ...] = ()
    duplicates_by: tuple[str, ...] = ()
    ignore: frozenset[str] = frozenset()
    where: Mapping[str, str] = field(default_factory=dict)
    severities: Mapping[Rule, Severity] = field(default_factory=lambda: DEFAULT_SEVERITY)

    def judge(self, found: Fault) -> Fault | None:
        """Return the fault with its severity; None where the rule is off.

        What concerns the whole file refuses no row.
        """
        severity = self.severities[found.rule]
        if severity == "off":
            return None
        if found.severity == "refuse" or found.row is None:
            return found
        return replace(found, severity=severity)

    def field_of(self, name: str) -> str | None:
        """Return the file's field for a column; None where the plan has no such column."""
        return next((column.field for column in self.columns if column.name == name), None)

    def is_on(self, *rules: Rule) -> bool:
        """Tell whether any of the rules is to be checked."""
        return any(self.severities[rule] != "off" for rule in rules)


def plan_of(manifest: Manifest, source: Source, name: str) -> Plan:
    """Return what a manifest expects of one of its sources."""
    columns = tuple(
        Expected(
            name=column.name,
            field=source.fields.get(column.name, column.name),
            kind=column.type,
            required=column.required or column.name in manifest.key,
            values=frozenset(column.values) if column.values else None,
            is_absent=column.name in source.absent,
        )
        for column in manifest.columns
    )
    return Plan(
        name=name,
        geometry_type=manifest.geometry_type,
        columns=columns,
        key=tuple(manifest.key),
        duplicates_by=tuple(source.duplicates_by),
        ignore=frozenset(source.ignore),
        where=source.where,
        severities=dict(DEFAULT_SEVERITY) | {rule: source.severity(rule) for rule in source.checks},
    )


def plan_for_any(raw: Raw, name: str) -> Plan:
    """Return a plan for a file that nobody described: its own columns, types as most cells are."""
    columns = tuple(
        Expected(name=str(field), field=str(field), kind=_kind_of(raw, str(field)))
        for field in raw.frame
        if field not in ("geometry", *raw.used)
    )
    return Plan(
        name=name,
        geometry_type="Geometry" if raw.has_geometry else None,
        columns=columns,
        duplicates_by=("geom",) if raw.has_geometry else (),
        severities=dict(DEFAULT_SEVERITY) | {"outside_province": "note"},
    )


def _kind_of(raw: Raw, name: str) -> ColumnType:
    if name.lower().endswith(_CODE_ENDINGS):
        return "text"
    cells = raw.frame[name]
    filled = cells[~cells.map(is_missing).astype(bool)]
    kinds: tuple[ColumnType, ...] = ("integer", "number", "date")
    for kind in kinds:
        failed = len(convert(filled, kind).failed)
        if len(filled) and failed <= (1 - _MOSTLY) * len(filled):
            return kind
    return "text"
