"""Columns of open data and their Table Schema (Frictionless), from one list: neither drifts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.exchange.tables.writing import Column, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SCHEMA = "https://specs.frictionlessdata.io/schemas/table-schema.json"
# What a CSV holds → the type that a reader checks.
TYPES = {
    Kind.TEXT: "string",
    Kind.DAY: "date",
    Kind.WHOLE: "integer",
    Kind.HUNDREDTHS: "number",
}


@dataclass(frozen=True, slots=True)
class OpenColumn:
    """A column that is published: its name for machines, what it means, what its values must be."""

    name: str
    title: str
    meaning: str
    example: str
    kind: Kind = Kind.TEXT
    constraints: Mapping[str, Any] = field(default_factory=dict)

    def as_column(self) -> Column:
        """As a file has it."""
        return Column(self.name, self.meaning, self.kind)

    def as_field(self) -> dict[str, Any]:
        """As the schema describes it."""
        said: dict[str, Any] = {
            "name": self.name,
            "title": self.title,
            "description": self.meaning,
            "type": TYPES[self.kind],
            "example": self.example,
        }
        return {**said, "constraints": dict(self.constraints)} if self.constraints else said


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns that name a row of another resource."""

    columns: tuple[str, ...]
    resource: str
    fields: tuple[str, ...]


def table_schema(
    about: Mapping[str, Any],
    columns: Sequence[OpenColumn],
    primary_key: Sequence[str],
    foreign_keys: Sequence[ForeignKey],
) -> dict[str, Any]:
    """The schema of a file with these columns; `about` says its name, title, version."""
    return {
        "$schema": SCHEMA,
        **about,
        "fields": [column.as_field() for column in columns],
        "missingValues": [""],
        "primaryKey": list(primary_key),
        "foreignKeys": [
            {
                "fields": list(key.columns),
                "reference": {"resource": key.resource, "fields": list(key.fields)},
            }
            for key in foreign_keys
        ],
    }
