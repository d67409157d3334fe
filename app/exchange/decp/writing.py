"""A contract in the form of the 2022 format: what is missing is left out, never made up.

What was read from a record and written here reads the same again. The order of the members is that of the
published schema (2.0.4), and a text stays as people wrote it.
"""

import json
from collections.abc import Iterable
from datetime import date

from app.exchange.decp.identifiers import OTHER
from app.exchange.decp.received import NumberText, Received, mark_of
from app.exchange.decp.records import (
    DecpContract,
    Identifier,
    Modification,
    SubcontractAct,
    SubcontractModification,
)
from app.exchange.decp.vocabulary import CLAIM, MARK

Members = dict[str, Received]
_EURO = 100


def text_of(contract: DecpContract) -> str:
    """One record as one line of JSON."""
    return _written(record_of(contract))


def record_of(contract: DecpContract) -> Members:
    """One record, a ``marche`` or a ``contrat-concession``; marked, if it says of which contract it is."""
    found = _present(_concession(contract) if contract.concession else _contract(contract))
    buyer = found["autoriteConcedante" if contract.concession else "acheteur"]
    if contract.claimed_id is not None and isinstance(buyer, dict):
        buyer[MARK] = mark_of(found)
    return found


def _contract(contract: DecpContract) -> Members:
    place: Members = {"code": contract.place_code, "typeCode": contract.place_type}
    return {
        "id": contract.external_id,
        "acheteur": {"id": contract.buyer.value, CLAIM: contract.claimed_id},
        "nature": contract.nature,
        "objet": contract.object,
        "codeCPV": contract.cpv,
        "techniques": _listed("technique", contract.techniques),
        "modalitesExecution": _listed("modaliteExecution", contract.modalities),
        "idAccordCadre": contract.framework_id,
        "marcheInnovant": contract.innovative,
        "ccag": contract.ccag,
        "offresRecues": _whole(contract.offers_received),
        "attributionAvance": contract.advance,
        "tauxAvance": _number(contract.advance_rate),
        "typeGroupementOperateurs": contract.group_kind,
        "sousTraitanceDeclaree": contract.subcontracting_declared,
        "actesSousTraitance": [{"acteSousTraitance": _act(act)} for act in contract.subcontract_acts],
        "procedure": contract.procedure,
        "lieuExecution": place if contract.place_code else None,
        "dureeMois": _whole(contract.duration_months),
        "dateNotification": _day(contract.notified_on),
        "datePublicationDonnees": _day(contract.published_on),
        "montant": _euros(contract.amount),
        "typesPrix": _listed("typePrix", contract.price_types),
        "formePrix": contract.price_form,
        "origineUE": _number(contract.union_origin),
        "origineFrance": _number(contract.french_origin),
        "titulaires": _firms("titulaire", contract.holders),
        **_considerations(contract),
        "modificationsActesSousTraitance": [
            {"modificationActeSousTraitance": _act_modification(found)}
            for found in contract.subcontract_modifications
        ],
        "modifications": [{"modification": _modification(found)} for found in contract.modifications],
    }


def _concession(contract: DecpContract) -> Members:
    return {
        "id": contract.external_id,
        "autoriteConcedante": {"id": contract.buyer.value, CLAIM: contract.claimed_id},
        "nature": contract.nature,
        "objet": contract.object,
        "procedure": contract.procedure,
        "dureeMois": _whole(contract.duration_months),
        "dateSignature": _day(contract.notified_on),
        "datePublicationDonnees": _day(contract.published_on),
        "dateDebutExecution": _day(contract.started_on),
        "valeurGlobale": _euros(contract.amount),
        "montantSubventionPublique": _euros(contract.subsidy),
        "donneesExecution": _kept(contract.execution),
        "concessionnaires": _firms("concessionnaire", contract.holders),
        **_considerations(contract),
        "modifications": [
            {"modification": _concession_modification(found)} for found in contract.modifications
        ],
    }


def _considerations(contract: DecpContract) -> Members:
    return {
        "considerationsSociales": _listed("considerationSociale", contract.social_considerations),
        "considerationsEnvironnementales": _listed(
            "considerationEnvironnementale", contract.environmental_considerations
        ),
    }


def _modification(found: Modification) -> Members:
    return {
        "id": _whole(found.number),
        "dateNotificationModification": _day(found.notified_on),
        "datePublicationDonneesModification": _day(found.published_on),
        "dureeMois": _whole(found.duration_months),
        "montant": _euros(found.amount),
        "titulaires": _firms("titulaire", found.holders),
    }


def _concession_modification(found: Modification) -> Members:
    return {
        "id": _whole(found.number),
        "dateSignatureModification": _day(found.notified_on),
        "datePublicationDonneesModification": _day(found.published_on),
        "dureeMois": _whole(found.duration_months),
        "valeurGlobale": _euros(found.amount),
        "concessionnaires": _firms("concessionnaire", found.holders),
    }


def _act(act: SubcontractAct) -> Members:
    return {
        "id": _whole(act.act_id),
        "sousTraitant": _firm(act.subcontractor) if act.subcontractor else None,
        "dureeMois": _whole(act.duration_months),
        "dateNotification": _day(act.notified_on),
        "datePublicationDonnees": _day(act.published_on),
        "montant": _euros(act.amount),
        "variationPrix": act.price_variation,
    }


def _act_modification(found: SubcontractModification) -> Members:
    return {
        "id": _whole(found.act_id),
        "dureeMois": _whole(found.duration_months),
        "dateNotificationModificationSousTraitance": _day(found.notified_on),
        "montant": _euros(found.amount),
        "datePublicationDonnees": _day(found.published_on),
    }


def _firms(wrapper: str, firms: Iterable[Identifier]) -> list[Received]:
    return [{wrapper: _firm(firm)} for firm in firms]


def _firm(firm: Identifier) -> Members:
    # OTHER is what the reader calls a type that nobody said, or that the format does not know.
    return {"typeIdentifiant": None if firm.scheme == OTHER else firm.scheme, "id": firm.value}


def _listed(wrapper: str, labels: tuple[str, ...]) -> Received:
    return {wrapper: list(labels)} if labels else None


def _whole(number: int | None) -> Received:
    return _number(None if number is None else str(number))


def _number(text: str | None) -> Received:
    return None if text is None else NumberText(text)


def _euros(cents: int | None) -> Received:
    if cents is None:
        return None
    euros, rest = divmod(cents, _EURO)
    return NumberText(f"{euros}.{rest:02d}" if rest else euros)


def _day(day: date | None) -> Received:
    return day.isoformat() if day else None


def _kept(canonical: str | None) -> Received:
    if canonical is None:
        return None
    found: Received = json.loads(canonical, parse_int=NumberText, parse_float=NumberText)
    return found


def _present(members: Members) -> Members:
    """The members that say something, and of each what does."""
    found = {name: _said(inner) for name, inner in members.items()}
    return {name: inner for name, inner in found.items() if inner not in (None, "", [], {})}


def _said(value: Received) -> Received:
    if isinstance(value, dict):
        return _present(value)
    return [_said(item) for item in value] if isinstance(value, list) else value


def _written(value: Received) -> str:
    if isinstance(value, NumberText):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(_written(item) for item in value)}]"
    if isinstance(value, dict):
        members = (f"{_written(name)}: {_written(inner)}" for name, inner in value.items())
        return f"{{{', '.join(members)}}}"
    return json.dumps(value, ensure_ascii=False)
