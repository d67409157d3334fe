"""The file of the right of access as a page that anybody can read and print, in clear French."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from app.clock import day_of
from app.rules.facts import FACT_LABELS
from app.rules.labels import LABELS as LAW
from app.rules.texts import french, french_day, french_month
from app.schemas.labels import LABELS
from app.services import pages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.schemas.assessments import AssessmentOut
    from app.schemas.person_files import FileHire, FileRecord, PersonFile

TITLE = "Les données tenues à votre sujet"
NOTHING = "non renseigné"
Pair = tuple[str, str]


def page_of_file(file: PersonFile) -> str:
    """The whole page: who, what, why, until when, and what may be asked."""
    parts = [pages.paragraph(f"Dossier établi le {french_day(file.made_on)} au titre du droit d'accès.")]
    parts += [pages.paragraph(text) for text in file.left_out]
    for number, record in enumerate(file.records, 1):
        parts += _record(record, number)
    for number, hire in enumerate(file.hires, 1):
        parts += _hire(hire, number)
    parts += _readings(file)
    parts += _processing(file)
    parts += [pages.heading("Vos droits"), pages.bullets(file.rights)]
    return pages.document(TITLE, *parts)


def _record(record: FileRecord, number: int) -> Iterator[str]:
    person = record.person
    yield pages.heading(f"Vous, fiche {number}")
    rows: list[Pair] = [
        ("Déclarée par", record.declared_by),
        ("Enregistrée le", _text(record.recorded_at)),
        ("Nom de naissance", person.birth_name),
        ("Prénoms", person.first_names),
        ("Date de naissance", _text(person.birth_date)),
        ("Lieu de naissance", _text(person.birth_place)),
        ("Sexe", _label("sexes", person.sex)),
        ("Niveau de diplôme", _label("levels", person.level)),
        ("Identifiant France Travail", _text(person.france_travail_number)),
        ("Numéro de PASS IAE", _text(person.pass_iae_number)),
        ("Informée du traitement le", _text(person.informed_on)),
    ]
    yield pages.table("Identité", ("Donnée", "Valeur"), rows)
    if person.residences:
        yield pages.table(
            "Adresses",
            ("Depuis", "Commune", "Quartier prioritaire", "Millésime"),
            [
                (_text(row.since), row.place, _text(row.qpv), _text(row.qpv_edition))
                for row in person.residences
            ],
        )
    if record.oppositions:
        yield pages.table(
            "Oppositions",
            ("Reçue le", "Décision", "Motif"),
            [(_text(row.received_on), row.decision_label, row.ground_label) for row in record.oppositions],
        )


def _hire(item: FileHire, number: int) -> Iterator[str]:
    hire = item.hire
    yield pages.heading(f"Mise à l'emploi {number} : {item.contract}")
    rows: list[Pair] = [
        ("Acheteur", item.buyer),
        ("Employeur", item.employer_name),
        ("Modalité", _label("modalities", hire.modality)),
        ("Contrat de travail", _label("contract_types", hire.contract_type)),
        ("Début", _text(hire.starts_on)),
        ("Fin prévue", _text(hire.planned_end_on)),
        ("Fin", _text(hire.ended_on)),
        ("Raison de la fin", _label("end_reasons", hire.end_reason)),
        ("Heures par semaine", french(hire.weekly_hours)),
        ("Heures prévues", NOTHING if hire.planned_hours is None else french(hire.planned_hours)),
        ("Métier (ROME)", _text(hire.job)),
        ("Lieu de travail", _text(hire.workplace)),
        ("Orientée par", _label("prescribers", hire.prescriber_kind)),
        ("Éligibilité", _label("eligibility", hire.eligibility.status if hire.eligibility else None)),
        ("Éligible jusqu'au", _text(hire.eligibility and hire.eligibility.eligible_until)),
    ]
    yield pages.table("L'emploi", ("Donnée", "Valeur"), rows)
    if item.months:
        heads = ("Mois", "Travail", "Formation", "Supplémentaires", "Comptées", "En attente", "Retenues")
        yield pages.table(
            "Heures",
            (*heads, "Refusées", "Motif"),
            [
                (
                    french_month(row.month),
                    *(french(n) for n in (row.worked, row.training, row.overtime, row.counted)),
                    *(french(n) for n in (row.pending, row.held, row.refused)),
                    _text(row.reason),
                )
                for row in item.months
            ],
        )
    if item.outcomes:
        yield pages.table(
            "Situation après l'emploi",
            ("Moment", "Situation", "Classe", "Dite le"),
            [
                (row.moment_label, _text(row.situation_label), row.category_label, _text(row.recorded_at))
                for row in item.outcomes
            ],
        )
    if item.assessment is not None:
        yield from _assessment(item.assessment)
    if item.durations:
        yield pages.table(
            "Décisions sur la durée",
            ("Prise le", "Décision", "Du", "Au", "Mois", "Motif", "Référence"),
            [
                (
                    *(_text(row.decided_on), row.label, _text(row.since), _text(row.until)),
                    *(_text(row.months), row.reason, _text(row.reference)),
                )
                for row in item.durations
            ],
        )
    if item.disputes:
        yield pages.table(
            "Contestations",
            ("Ouverte le", "Sur", "État", "Texte", "Réponse"),
            [
                (_text(row.opened_at), row.kind_label, row.state_label, _text(row.text), _text(row.answer))
                for row in item.disputes
            ],
        )


def _assessment(found: AssessmentOut) -> Iterator[str]:
    rows: list[Pair] = [
        ("Jugée au", _text(found.on)),
        ("Réponse des règles", _label("outcomes", found.outcome)),
        ("Décision", _label("decisions", found.decision)),
        ("Motif", _text(found.decision_reason)),
        ("Décidée le", _text(found.decided_at)),
        ("Publics revendiqués", ", ".join(found.claimed_publics) or NOTHING),
        ("Justificatifs annoncés", ", ".join(found.submitted_proofs) or NOTHING),
    ]
    yield pages.table("Éligibilité", ("Donnée", "Valeur"), rows)
    facts = [(_fact(name), _text(value)) for name, value in found.facts.items()]
    if facts:
        yield pages.table("Faits jugés", ("Fait", "Valeur"), facts)
    if found.publics:
        yield pages.table(
            "Publics examinés",
            ("Public", "Réponse", "Raisons"),
            [
                (
                    public.label,
                    _label("outcomes", public.outcome),
                    " ; ".join(f"{reason.text} : {_text(reason.answer)}" for reason in public.reasons),
                )
                for public in found.publics
            ],
        )
    if found.proofs:
        yield pages.table(
            "Justificatifs vus (aucun n'est gardé)",
            ("Type", "Délivré le", "Valable jusqu'au", "Vu le"),
            [
                (_label("proofs", row.type), _text(row.issued_on), _text(row.valid_until), _text(row.seen_on))
                for row in found.proofs
            ],
        )


def _readings(file: PersonFile) -> Iterator[str]:
    if file.readings:
        yield pages.heading("Qui a lu")
        yield pages.table(
            "Lectures par l'organisme qui remet ce dossier",
            ("Le", "Quoi", "Motif"),
            [(_text(row.at), row.action_label, _text(row.purpose_label)) for row in file.readings],
        )


def _processing(file: PersonFile) -> Iterator[str]:
    yield pages.heading("Pourquoi, pour qui, combien de temps")
    yield pages.table(
        "Traitements",
        ("Données", "Finalité", "Base légale", "Destinataires", "Conservation", "Source"),
        [
            (row.data, row.purpose, row.basis, " ; ".join(row.recipients), row.retention, row.source)
            for row in file.processing
        ],
    )


def _fact(name: str) -> str:
    return FACT_LABELS[name][1] if name in FACT_LABELS else name


def _label(kind: str, code: str | None) -> str:
    if code is None:
        return NOTHING
    return LAW.get(kind, LABELS.get(kind, {})).get(code, code)


def _text(value: object) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return french_day(day_of(value))
    if isinstance(value, date):
        return french_day(value)
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value) or NOTHING
    return str(value)
