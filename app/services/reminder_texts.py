"""The text of a reminder: what is to be done, contract by contract, in plain French and without any name.

E-mail is read by whoever carries it. It counts and dates; firms, people and documents are looked up behind
the addresses it gives, with a key. Words are whole, for who listens to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.rules.texts import spoken_day, spoken_month
from app.schemas.follow_up import ActionCode
from app.schemas.labels import LABELS
from app.services.masking import masked, reference_told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.db.tables import Organisation
    from app.principal import Role
    from app.rules.contacts import ContactFunction
    from app.schemas.reminders import ReminderSubject
    from app.schemas.work_queue import QueueItem

MOST_CONTRACTS = 50
DUE = {
    ActionCode.STATEMENT_DUE: "relevé d'heures de {month}, à envoyer avant le {day}",
    ActionCode.MISSING_STATEMENT: "relevé d'heures de {month}, attendu depuis le {day}",
    ActionCode.STATEMENT_RETURNED: "relevé d'heures de {month}, à corriger : {count} renvoyées",
    ActionCode.STATEMENT_SENT_BACK: "relevé d'heures de {month}, renvoyé par le titulaire, à corriger",
    ActionCode.STATEMENT_TO_APPROVE: "relevé d'heures de {month}, à approuver jusqu'au {day}",
    ActionCode.PROOFS_MISSING: "justificatifs attendus : {count}",
    ActionCode.MISSING_DOCUMENT: "document prévu par la clause, attendu depuis le {day}",
}
COUNTED = {
    ActionCode.STATEMENT_RETURNED: ("1 ligne", "{count} lignes"),
    ActionCode.PROOFS_MISSING: ("1 dossier", "{count} dossiers"),
}
OF_OTHERS = ", d'une autre entreprise du contrat"


def subject_line(subject: ReminderSubject, items: Sequence[QueueItem]) -> str:
    """What stands above the message."""
    return f"Clauses sociales : {LABELS['reminder_subjects'][subject].lower()}, {len(items)} à traiter"


def letter_text(
    organisation: Organisation,
    role: Role,
    function: ContactFunction,
    items: Sequence[QueueItem],
    *,
    escalated: bool,
    home: str,
    days: int,
) -> str:
    """The whole message. `home`: the web address of the API; `days`: the shortest time to the next one."""
    contracts = _by_contract(items)
    shown = list(contracts.items())[:MOST_CONTRACTS]
    parts = [
        "Bonjour,",
        _greeting(organisation, role),
        *(_contract(contract_id, found, organisation.identifier, home) for contract_id, found in shown),
        *_others(len(contracts) - len(shown)),
        f"Tout ce qui vous attend se lit, avec votre clé ou votre compte, à l'adresse {home}/v1/work-queue",
        _why(function, escalated=escalated),
        _what_follows(days),
    ]
    return "\n\n".join(parts) + "\n"


def _greeting(organisation: Organisation, role: Role) -> str:
    named = f"{organisation.scheme} {masked(organisation.scheme, organisation.identifier)}"
    return (
        f"Ce message automatique rappelle ce qui attend votre organisme ({named}, rôle "
        f"« {LABELS['roles'][role]} ») dans le suivi des clauses sociales d'insertion."
    )


def _others(number: int) -> list[str]:
    if not number:
        return []
    return ["Et un autre contrat." if number == 1 else f"Et {number} autres contrats."]


def _what_follows(days: int) -> str:
    return (
        f"S'il reste à faire, le prochain rappel vient dans {days} jours au plus tôt. Votre organisme peut "
        "changer d'interlocuteur, ou ne plus vouloir de rappels pour lui (champ « reminders » de "
        "l'interlocuteur). Ce message ne nomme personne ; merci de ne pas y répondre."
    )


def _why(function: ContactFunction, *, escalated: bool) -> str:
    label = LABELS["contact_functions"][function]
    if escalated:
        return (
            f"Vous le recevez pour la direction : aucun interlocuteur « {label} » de votre organisme n'est "
            "joignable."
        )
    return f"Vous le recevez comme interlocuteur « {label} » de votre organisme."


def _by_contract(items: Sequence[QueueItem]) -> Mapping[UUID, list[QueueItem]]:
    found: dict[UUID, list[QueueItem]] = {}
    for item in items:
        if item.contract_id is not None:
            found.setdefault(item.contract_id, []).append(item)
    return found


def _contract(contract_id: UUID, items: Sequence[QueueItem], own: str, home: str) -> str:
    lines = [f"- {_line(item, own)}" for item in items]
    reference = reference_told(items[0].contract_reference or "")
    return "\n".join([f"Contrat {reference} :", *lines, f"{home}/v1/contracts/{contract_id}"])


def _line(item: QueueItem, own: str) -> str:
    few, many = COUNTED.get(item.code, ("", ""))
    count = few if item.count == 1 else many.format(count=item.count)
    text = DUE[item.code].format(
        month=spoken_month(item.month) if item.month else "",
        day=spoken_day(item.due_on) if item.due_on else "",
        count=count,
    )
    if item.code is ActionCode.STATEMENT_RETURNED and item.count == 1:
        text = text.removesuffix("s")
    return text if item.declarant in (None, own) else text + OF_OTHERS
