"""What is reported of one contract: its bilan, and the attestation of the hours of a firm (domain §7)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from app.db.queries import reports as queries
from app.errors import InvalidPayload
from app.exchange.documents import Document, Hours, Section, hours_text
from app.principal import Role
from app.refusals.contracts import NoClause
from app.rules.codes import State
from app.rules.labels import LABELS
from app.services import contract_positions, contracts
from app.services.entries import view_of
from app.services.extracts import who_and_when

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.exchange.documents import Cell
    from app.schemas.compliance import ComplianceOut, ComplianceQuery
    from app.schemas.contracts import ContractOut
    from app.schemas.exports import AttestationQuery
    from app.services.entries import EntriesInView
    from app.services.work import Reader

ATTENDED = {State.COUNTED: "Comptées", State.PENDING: "En attente", State.HELD: "Retenues"}
STATES = {**ATTENDED, State.REFUSED: "Refusées"}
# Whom the people on a contract are told to, in numbers; firms read the quantities alone.
TOLD_PEOPLE = (Role.BUYER, Role.FACILITATOR)
PEOPLE = (
    ("sexes", "Par sexe", 1),
    ("age_bands", "Par tranche d'âge", 2),
    ("modalities", "Par modalité", 3),
    ("contract_types", "Par type de contrat de travail", 4),
)
# A buyer knows the hires of its contract one by one: hours of few of an age would tell whose age it is.
FOR_FACILITATORS = frozenset({"age_bands"})
NOT_KNOWN = "Non renseigné"
COUNTED_MEANS = (
    "Heure comptée : heure déclarée, acceptée à l'examen, faite pendant la période d'exécution de la clause "
    "par une personne dont l'éligibilité est approuvée, et retenue par toutes les règles de décompte."
)
NO_NAMES = "Ce document ne contient aucune donnée nominative."


def bilan(reader: Reader, contract_id: UUID, asked: ComplianceQuery) -> Document:
    """Quantities, trajectory and people of a contract; NotFound and Forbidden as for its position.

    NoClause without a clause.
    """
    position = contract_positions.read_compliance(reader, contract_id, asked)
    if position.target is None:
        raise NoClause
    contract = contracts.read_contract(reader, contract_id)
    view = view_of(reader, contract_id, asked.as_of, asked.known_at)
    sections = [_quantities(position), _trajectory(reader, view)]
    if reader.principal.role in TOLD_PEOPLE:
        sections += _people(reader, view)
    sections.append(Section("Comment lire ce bilan", (COUNTED_MEANS, _masking(reader), NO_NAMES)))
    facts = (*_of_contract(contract), *_times(reader, asked, position.known_at, position.provisional))
    return _document(reader, "Bilan de la clause sociale", contract, facts, sections)


def attestation(reader: Reader, contract_id: UUID, asked: AttestationQuery) -> Document:
    """The hours counted from a month to another, of the caller's own side for a firm, of all for the others.

    NotFound and Forbidden as for the entries; NoClause without a clause.
    """
    if asked.first and asked.last and asked.last < asked.first:
        raise InvalidPayload(errors=[asked.unordered()])
    view = view_of(reader, contract_id, None, asked.known_at)
    entries = view.entries([State.COUNTED])
    if entries is None:
        raise NoClause
    contract = contracts.read_contract(reader, contract_id)
    months: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for month, _, kind, hours in queries.hours_by_month(reader.session, entries):
        if (asked.first or month) <= month <= (asked.last or month):
            months[f"{month:%m/%Y}"][kind == "training"] += hours
    total = sum(sum(found) for found in months.values())
    whose = (
        "déclarées par l'entreprise ou sous sa responsabilité" if view.own_only else "déclarées sur le marché"
    )
    span = "".join(
        f" {word} {month:%m/%Y}"
        for word, month in (("depuis", asked.first), ("jusqu'à", asked.last))
        if month
    )
    said = (
        f"{hours_text(Hours(total))} d'insertion {whose} ont été acceptées et comptées au titre de ce marché"
        f"{span and ', pour les mois'}{span}."
    )
    rows: list[tuple[Cell, ...]] = [
        (month, *map(Hours, (*found, sum(found)))) for month, found in months.items()
    ]
    rows.append(("Total", *(Hours(sum(f[n] for f in months.values())) for n in (0, 1)), Hours(total)))
    heads = ("Mois", "Travail", "Formation", "Total")
    sections = [
        Section("Heures acceptées", (said,), "Heures comptées par mois", heads, tuple(rows)),
        Section("Définitions", (COUNTED_MEANS, NO_NAMES)),
    ]
    facts = (*_of_contract(contract), *_times(reader, asked, view.known_at, view.provisional))
    return _document(reader, "Attestation d'heures d'insertion", contract, facts, sections)


def _quantities(position: ComplianceOut) -> Section:
    target = position.target
    figures = (
        ("Dues à ce jour", position.required),
        ("Dues à la fin", position.required_at_end),
        ("Attendues au jour mesuré", position.expected),
        ("Déclarées", position.declared),
        ("En attente", position.pending),
        ("Retenues", position.held),
        ("Refusées", position.refused),
        ("Comptées", position.counted),
        ("Solde (comptées moins dues)", position.balance),
    )
    said = [f"Statut : {position.status.label}."]
    if target is not None:
        said.append(f"Objectif : {target.label}. Calcul : {target.formula}.")
    if position.window is not None:
        said.append(
            f"Période d'exécution : du {position.window.start:%d/%m/%Y} au {position.window.end:%d/%m/%Y}."
        )
    rows = tuple((name, None if hours is None else Hours(hours)) for name, hours in figures)
    return Section("Quantités", tuple(said), "Heures d'insertion", ("Heures", "Quantité"), rows)


def _trajectory(reader: Reader, view: EntriesInView) -> Section:
    entries = view.entries(list(State))
    months: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for month, state, _, hours in (
        queries.hours_by_month(reader.session, entries) if entries is not None else ()
    ):
        found = months[f"{month:%m/%Y}"]
        found[state] = found.get(state, 0) + hours
    if not months:
        return Section("Trajectoire", ("Aucune heure déclarée à ce jour.",))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (month, *(Hours(found.get(state, 0)) for state in STATES)) for month, found in months.items()
    )
    return Section("Trajectoire", (), "Heures par mois et par état", ("Mois", *STATES.values()), rows)


def _people(reader: Reader, view: EntriesInView) -> list[Section]:
    entries = view.entries([State.COUNTED])
    found = queries.hours_by_person(reader.session, entries) if entries is not None else ()
    if not found:
        return [Section("Personnes", ("Aucune personne n'a d'heure comptée à ce jour.",))]
    number = len({row[0] for row in found})
    said = f"Personnes distinctes ayant des heures comptées : {number}."
    return [
        Section("Personnes", (said,)),
        *(
            _by(found, codes, caption, place)
            for codes, caption, place in PEOPLE
            if reader.principal.role is Role.FACILITATOR or codes not in FOR_FACILITATORS
        ),
    ]


def _by(found: Sequence[Sequence[object]], codes: str, caption: str, place: int) -> Section:
    people: defaultdict[object, set[object]] = defaultdict(set)
    hours: defaultdict[object, int] = defaultdict(int)
    for row in found:
        people[row[place]].add(row[0])
        hours[row[place]] += int(str(row[5]))
    named: list[tuple[object, str]] = [*LABELS[codes].items(), (None, NOT_KNOWN)]
    rows = tuple((label, len(people[code]), Hours(hours[code])) for code, label in named if code in people)
    return Section(
        caption, (), f"Personnes et heures comptées, {caption.lower()}", ("", "Personnes", "Heures"), rows
    )


def _masking(reader: Reader) -> str:
    if reader.principal.role is Role.FACILITATOR:
        return "Les effectifs sont complets : ils sont réservés au facilitateur du marché."
    if reader.principal.role in TOLD_PEOPLE:
        return "Les effectifs par tranche d'âge sont réservés au facilitateur du marché."
    return "Les effectifs de personnes ne sont pas montrés dans ce rôle."


def _of_contract(contract: ContractOut) -> tuple[tuple[str, str], ...]:
    buyer = f"{contract.buyer.name or ''} ({contract.buyer.identifier})".strip()
    holders = " ; ".join(f"{holder.name or ''} ({holder.identifier})".strip() for holder in contract.holders)
    return (
        (
            "Marché",
            contract.reference if contract.lot is None else f"{contract.reference}, lot {contract.lot}",
        ),
        ("Objet", contract.object),
        ("Acheteur", buyer),
        ("Titulaire", holders or "–"),
    )


def _times(
    reader: Reader,
    asked: ComplianceQuery | AttestationQuery,
    known_at: datetime | None,
    provisional: bool,  # noqa: FBT001 - as the position has it
) -> tuple[tuple[str, str], ...]:
    told = who_and_when(reader, asked)
    known = f"{known_at:%d/%m/%Y %H:%M:%S} UTC" if known_at else told["Connu au"]
    return (*({**told, "Connu au": known + (" (provisoire)" if provisional else "")}).items(),)


def _document(
    reader: Reader,
    title: str,
    contract: ContractOut,
    facts: tuple[tuple[str, str], ...],
    sections: Sequence[Section],
) -> Document:
    return Document(
        title=title,
        subtitle=contract.object,
        author="Clauses sociales",
        facts=facts,
        sections=tuple(sections),
        footer=f"{title} – marché {contract.reference} – {reader.today:%d/%m/%Y}",
    )
