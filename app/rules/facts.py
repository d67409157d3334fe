"""What is known of a person on the day a hire starts. A fact that was not recorded is None: unknown, never false."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from app.rules.codes import Level, Programme, Structure
from app.rules.errors import Finding, WrongDocumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True, kw_only)
class Facts:
    """Facts on one day; the comment beside each in `FACT_LABELS` is what people read.

    `months_worked` is in hundredths of a month, over the twelve months before that day.
    """

    birth_date: date | None = None
    jobseeker: bool | None = None
    registered_since: date | None = None
    months_worked: int | None = None
    rsa: bool | None = None
    rsa_dependant: bool | None = None
    ass: bool | None = None
    aah: bool | None = None
    allocation_insertion: bool | None = None
    veuvage: bool | None = None
    invalidite: bool | None = None
    disabled_worker: bool | None = None
    level: Level | None = None
    in_studies: bool | None = None
    left_studies_on: date | None = None
    inactive_since: date | None = None
    programmes: tuple[Programme, ...] | None = None
    qpv: bool | None = None
    frr: bool | None = None
    structure: Structure | None = None
    justice: bool | None = None
    refugee: bool | None = None
    school_status: bool | None = None
    opinion_body: str | None = None
    lone_parent: bool | None = None
    former_ase: bool | None = None
    homeless: bool | None = None
    french_below_a1: bool | None = None


class FactKind(StrEnum):
    """How a fact is written in JSON."""

    DATE = "date"
    BOOLEAN = "boolean"
    MONTHS = "months"
    LEVEL = "level"
    PROGRAMMES = "programmes"
    STRUCTURE = "structure"
    TEXT = "text"


FACT_LABELS: dict[str, tuple[FactKind, str]] = {
    "birth_date": (FactKind.DATE, "Date de naissance"),
    "jobseeker": (FactKind.BOOLEAN, "Demandeur d'emploi"),
    "registered_since": (FactKind.DATE, "Inscrit à France Travail depuis le"),
    "months_worked": (FactKind.MONTHS, "Mois travaillés dans les 12 derniers mois"),
    "rsa": (FactKind.BOOLEAN, "Allocataire du RSA"),
    "rsa_dependant": (FactKind.BOOLEAN, "Ayant droit d'un allocataire du RSA"),
    "ass": (FactKind.BOOLEAN, "Allocataire de l'ASS"),
    "aah": (FactKind.BOOLEAN, "Allocataire de l'AAH"),
    "allocation_insertion": (FactKind.BOOLEAN, "Allocataire de l'allocation d'insertion"),
    "veuvage": (FactKind.BOOLEAN, "Allocataire de l'allocation de veuvage"),
    "invalidite": (FactKind.BOOLEAN, "Titulaire d'une pension ou allocation d'invalidité"),
    "disabled_worker": (FactKind.BOOLEAN, "Bénéficiaire de l'obligation d'emploi des travailleurs handicapés"),
    "level": (FactKind.LEVEL, "Niveau de diplôme"),
    "in_studies": (FactKind.BOOLEAN, "En cours d'études"),
    "left_studies_on": (FactKind.DATE, "Date de fin des études"),
    "inactive_since": (FactKind.DATE, "Sans activité depuis le"),
    "programmes": (FactKind.PROGRAMMES, "Parcours suivis"),
    "qpv": (FactKind.BOOLEAN, "Habite un quartier prioritaire de la ville"),
    "frr": (FactKind.BOOLEAN, "Habite une zone France ruralités revitalisation"),
    "structure": (FactKind.STRUCTURE, "Structure d'insertion ou du secteur adapté"),
    "justice": (FactKind.BOOLEAN, "Sous main de justice"),
    "refugee": (FactKind.BOOLEAN, "Réfugié ou bénéficiaire de la protection subsidiaire"),
    "school_status": (FactKind.BOOLEAN, "Sous statut scolaire"),
    "opinion_body": (FactKind.TEXT, "Organisme auteur de l'avis motivé"),
    "lone_parent": (FactKind.BOOLEAN, "Parent isolé"),
    "former_ase": (FactKind.BOOLEAN, "Sortant de l'aide sociale à l'enfance"),
    "homeless": (FactKind.BOOLEAN, "Sans hébergement ou hébergé"),
    "french_below_a1": (FactKind.BOOLEAN, "Niveau de français inférieur à A1"),
}


class _WrongFactError(ValueError):
    """A fact written in another shape than its kind."""


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _WrongFactError
    return value


def read_day(value: object) -> date:
    """Read a day written `YYYY-MM-DD` and in no other way; ValueError otherwise."""
    day = date.fromisoformat(_text(value))
    if day.isoformat() != value:
        raise _WrongFactError
    return day


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise _WrongFactError
    return value


def _months(value: object) -> int:
    amount = Decimal(_text(value)) * 100
    if not amount.is_finite() or amount < 0 or amount != int(amount):
        raise _WrongFactError
    return int(amount)


def _programmes(value: object) -> tuple[Programme, ...]:
    if not isinstance(value, list):
        raise _WrongFactError
    return tuple(sorted({Programme(_text(item)) for item in value}))


_READERS: dict[FactKind, Callable[[object], Any]] = {
    FactKind.DATE: read_day,
    FactKind.BOOLEAN: _boolean,
    FactKind.MONTHS: _months,
    FactKind.LEVEL: lambda value: Level(_text(value)),
    FactKind.PROGRAMMES: _programmes,
    FactKind.STRUCTURE: lambda value: Structure(_text(value)),
    FactKind.TEXT: _text,
}

_EXPECTED = {
    FactKind.DATE: "Une date AAAA-MM-JJ est attendue.",
    FactKind.BOOLEAN: "true, false ou null est attendu.",
    FactKind.MONTHS: "Un nombre décimal positif entre guillemets, deux décimales au plus, est attendu.",
    FactKind.LEVEL: "Un des niveaux est attendu : " + ", ".join(Level) + ".",
    FactKind.PROGRAMMES: "Une liste de parcours est attendue parmi : " + ", ".join(Programme) + ".",
    FactKind.STRUCTURE: "Un des types de structure est attendu : " + ", ".join(Structure) + ".",
    FactKind.TEXT: "Un texte est attendu.",
}


def facts_from_json(document: Mapping[str, object]) -> Facts:
    """Read facts from plain JSON types (keys of `FACT_LABELS`; null is unknown; dates `YYYY-MM-DD`).

    Raises WrongDocumentError with a pointer for every unknown or wrong key.
    """
    values: dict[str, Any] = {}
    findings = []
    for key, value in document.items():
        if key not in FACT_LABELS:
            findings.append(Finding("unknown_field", "/" + pointer_part(key), "Ce fait n'est pas connu."))
            continue
        kind = FACT_LABELS[key][0]
        try:
            values[key] = None if value is None else _READERS[kind](value)
        except (ValueError, ArithmeticError):
            findings.append(Finding("invalid", f"/{key}", _EXPECTED[kind]))
    if findings:
        raise WrongDocumentError(tuple(findings))
    return Facts(**values)


def pointer_part(key: str) -> str:
    """Return a key as one part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def facts_to_json(facts: Facts) -> dict[str, object]:
    """Return the facts that are known, as plain JSON types."""
    known = ((item.name, getattr(facts, item.name)) for item in fields(facts))
    return {name: _plain(value) for name, value in known if value is not None}


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [str(item) for item in value]
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return f"{Decimal(value).scaleb(-2):.2f}"
    return str(value)
