"""What is well formed and still hard to believe: warnings only, a person decides.

The limits of amounts and durations are those of the controls that the Ministry of Economy applies
before publishing (reference notes on DECP, "real-life shapes").
"""

import re
from datetime import date

from app.exchange.decp import vocabulary
from app.exchange.decp.identifiers import SIRET
from app.exchange.decp.issues import Findings, IssueCode
from app.exchange.decp.records import DecpContract
from app.exchange.folding import fold_words

_EURO = 100
_HIGHEST = 3_000_000_000 * _EURO
_REPEATED_ABOVE = 100_000_000 * _EURO
# Round amounts repeat zeros without being typing errors.
_REPEATED = re.compile(r"([1-9])\1{6}")
_TYPED_IN_ORDER = "123456789"
_LONGEST_MONTHS = 180
_SIREN = 9

# "Test de…" is what laboratories and IT services sell; a bare TEST is a publication of nothing.
_TEST = re.compile(
    r"\bne pas toucher\b|^tests?\b(?! (de|d|du|des|et)\b)|\bmarche (de )?test\b|\btest support\b"
    r"|\b(marche|donnees?) fictifs?\b|\bceci est un test\b"
)


def suspects_test(text: str) -> bool:
    """Whether the object of the contract looks like a trial of the publisher's software."""
    return _TEST.search(fold_words(text)) is not None


def check(contract: DecpContract, today: date, findings: Findings) -> None:
    """Add the warnings that one contract deserves as a whole."""
    _check_amounts(contract, findings)
    _check_dates(contract, today, findings)
    if contract.duration_months is not None and contract.duration_months > _LONGEST_MONTHS:
        findings.add(IssueCode.DURATION_IMPLAUSIBLE, "/dureeMois")
    if contract.suspected_test:
        findings.add(IssueCode.SUSPECTED_TEST, "/objet")
    _check_parties(contract, findings)
    if _contradicts(contract.social_considerations, vocabulary.NO_SOCIAL):
        findings.add(IssueCode.SOCIAL_CONTRADICTION, "/considerationsSociales")
    if _contradicts(contract.environmental_considerations, vocabulary.NO_ENVIRONMENTAL):
        findings.add(IssueCode.ENVIRONMENTAL_CONTRADICTION, "/considerationsEnvironnementales")


def _check_parties(contract: DecpContract, findings: Findings) -> None:
    own = contract.buyer.value[:_SIREN]
    if any(holder.scheme == SIRET and holder.value[:_SIREN] == own for holder in contract.holders):
        findings.add(IssueCode.BUYER_IS_HOLDER, "/titulaires")
    for number, act in enumerate(contract.subcontract_acts):
        if act.subcontractor in contract.holders:
            findings.add(IssueCode.SUBCONTRACTOR_IS_HOLDER, f"/actesSousTraitance/{number}/sousTraitant")
    if contract.group_kind in {"Conjoint", "Solidaire"} and len(contract.holders) == 1:
        findings.add(IssueCode.GROUP_OF_ONE, "/typeGroupementOperateurs")
    if contract.framework_id == contract.external_id:
        findings.add(IssueCode.FRAMEWORK_IS_ITSELF, "/idAccordCadre")


def _contradicts(considerations: tuple[str, ...], nothing: str) -> bool:
    return nothing in considerations and len(considerations) > 1


def _check_amounts(contract: DecpContract, findings: Findings) -> None:
    amounts = [("/valeurGlobale" if contract.concession else "/montant", contract.amount)]
    amounts += [(f"/modifications/{n}/montant", m.amount) for n, m in enumerate(contract.modifications)]
    amounts += [
        (f"/actesSousTraitance/{n}/montant", a.amount) for n, a in enumerate(contract.subcontract_acts)
    ]
    for pointer, amount in amounts:
        if amount is None:
            continue
        euros = str(amount // _EURO)
        if amount < _EURO:
            findings.add(IssueCode.AMOUNT_TOO_LOW, pointer)
        elif (
            amount > _HIGHEST
            or euros.startswith(_TYPED_IN_ORDER)
            or (amount > _REPEATED_ABOVE and _REPEATED.search(euros) is not None)
        ):
            findings.add(IssueCode.AMOUNT_IMPLAUSIBLE, pointer)


def _check_dates(contract: DecpContract, today: date, findings: Findings) -> None:
    first = contract.notified_on or date.min
    signed = "dateSignature" if contract.concession else "dateNotification"
    days = [(f"/{signed}", contract.notified_on), ("/datePublicationDonnees", contract.published_on)]
    for number, modification in enumerate(contract.modifications):
        pointer = f"/modifications/{number}/{signed}Modification"
        days.append((pointer, modification.notified_on))
        if modification.notified_on is not None and modification.notified_on < first:
            findings.add(IssueCode.MODIFIED_BEFORE_NOTIFICATION, pointer)
    for pointer, written in days:
        if written is not None and written > today:
            findings.add(IssueCode.DATE_IN_FUTURE, pointer)
    if contract.published_on is not None and contract.published_on < first:
        findings.add(IssueCode.PUBLISHED_BEFORE_NOTIFICATION, "/datePublicationDonnees")
