"""What is known of a person on the day a hire starts. A fact not recorded is None: unknown, never false."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from app.rules import reading
from app.rules.codes import FactKind, Level, Programme, Structure
from app.rules.errors import WrongDocumentError, WrongValueError
from app.rules.texts import hundredths_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Facts on one day; `FACT_LABELS` says what each is for people.

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
    "disabled_worker": (
        FactKind.BOOLEAN,
        "Bénéficiaire de l'obligation d'emploi (travailleur handicapé)",
    ),
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


def _programmes(value: object, at: str) -> tuple[Programme, ...]:
    items = reading.array(value, at)
    return tuple(sorted({reading.code(item, f"{at}/{i}", Programme) for i, item in enumerate(items)}))


_READERS: dict[FactKind, Callable[[object, str], Any]] = {
    FactKind.DATE: reading.day,
    FactKind.BOOLEAN: reading.boolean,
    FactKind.MONTHS: reading.hundredths,
    FactKind.LEVEL: lambda value, at: reading.code(value, at, Level),
    FactKind.PROGRAMMES: _programmes,
    FactKind.STRUCTURE: lambda value, at: reading.code(value, at, Structure),
    FactKind.TEXT: reading.text,
}


def facts_from_json(document: Mapping[str, object]) -> Facts:
    """Read facts from plain JSON types (keys of `FACT_LABELS`; null is unknown; dates `YYYY-MM-DD`).

    Raises WrongDocumentError with a pointer for every unknown or wrong key.
    """
    values: dict[str, Any] = {}
    findings = []
    for key, value in document.items():
        try:
            values[key] = _read(key, value)
        except WrongValueError as error:
            findings.append(error.finding)
    if findings:
        raise WrongDocumentError(tuple(findings))
    return Facts(**values)


def _read(key: str, value: object) -> object:
    at = reading.pointer("", key)
    if key not in FACT_LABELS:
        raise WrongValueError(at, "Ce fait n'est pas connu.", "unknown_field")
    return None if value is None else _READERS[FACT_LABELS[key][0]](value, at)


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
        return hundredths_text(value)
    return str(value)
