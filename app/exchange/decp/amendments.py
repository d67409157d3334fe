"""The lists inside a record: holders, subcontracts and what later changed."""

from collections.abc import Iterator

from app.exchange.decp import identifiers, values, vocabulary
from app.exchange.decp.issues import Findings, IssueCode
from app.exchange.decp.received import Received, is_nothing
from app.exchange.decp.records import Identifier, Modification, SubcontractAct, SubcontractModification

Fields = dict[str, Received]

_MAX_MONTHS = 1200
_MAX_NUMBER = 999_999_999
# Keys instead of values, seen in files converted from XML: {"titulaire": "typeIdentifiant"}.
_KEYS_AS_VALUES = frozenset({"id", "typeIdentifiant"})


def months(value: Received, pointer: str, findings: Findings) -> int | None:
    """Give a duration in months, at least 1."""
    return values.integer(value, pointer, findings, least=1, most=_MAX_MONTHS)


def holders(value: Received, pointer: str, findings: Findings) -> tuple[Identifier, ...]:
    """Give each holder once, in the order of the source."""
    found: list[Identifier] = []
    for index, item in enumerate(values.entries(value, "titulaire", "concessionnaire")):
        place = f"{pointer}/{index}"
        if isinstance(item, str) and (
            item in _KEYS_AS_VALUES or values.scalar(item, place, findings) is None
        ):
            if item in _KEYS_AS_VALUES:
                findings.add(IssueCode.IDENTIFIER_UNREADABLE, pointer)
            continue
        holder = identifiers.firm(item, place, findings)
        if holder in found:
            findings.add(IssueCode.HOLDER_DUPLICATE, place)
        elif holder is not None:
            found.append(holder)
    return tuple(found)


def subcontract_acts(value: Received, findings: Findings) -> tuple[SubcontractAct, ...]:
    """Give the subcontracts declared; incomplete ones are kept with what they say."""
    return tuple(
        _subcontract_act(fields, pointer, findings)
        for pointer, fields in _objects(value, "acteSousTraitance", "/actesSousTraitance", findings)
    )


def subcontract_modifications(value: Received, findings: Findings) -> tuple[SubcontractModification, ...]:
    """Give the later changes of subcontracts."""
    return tuple(
        SubcontractModification(
            act_id=_number(fields, "id", pointer, findings),
            notified_on=values.day(
                fields.get("dateNotificationModificationSousTraitance"),
                f"{pointer}/dateNotificationModificationSousTraitance",
                findings,
            ),
            published_on=values.day(
                fields.get("datePublicationDonnees"), f"{pointer}/datePublicationDonnees", findings
            ),
            duration_months=months(fields.get("dureeMois"), f"{pointer}/dureeMois", findings),
            amount=values.cents(fields.get("montant"), f"{pointer}/montant", findings),
        )
        for pointer, fields in _objects(
            value, "modificationActeSousTraitance", "/modificationsActesSousTraitance", findings
        )
    )


def modifications(value: Received, findings: Findings) -> tuple[Modification, ...]:
    """Give the amendments, from an array, one object, a wrapped array or nothing at all."""
    return tuple(
        _modification(fields, pointer, findings)
        for pointer, fields in _objects(value, "modification", "/modifications", findings)
    )


def _modification(fields: Fields, pointer: str, findings: Findings) -> Modification:
    notified = _first_of(fields, "dateNotificationModification", "dateSignatureModification")
    published = _first_of(fields, "datePublicationDonneesModification", "datePublicationDonnees")
    amount = _first_of(fields, "montant", "valeurGlobale")
    parties = _first_of(fields, "titulaires", "concessionnaires")
    return Modification(
        number=_number(fields, "id", pointer, findings),
        notified_on=values.day(fields.get(notified), f"{pointer}/{notified}", findings),
        published_on=values.day(fields.get(published), f"{pointer}/{published}", findings),
        amount=values.cents(fields.get(amount), f"{pointer}/{amount}", findings),
        duration_months=months(fields.get("dureeMois"), f"{pointer}/dureeMois", findings),
        holders=holders(fields.get(parties), f"{pointer}/{parties}", findings),
    )


def _first_of(fields: Fields, usual: str, other: str) -> str:
    """The name under which this says something: that of contracts, or that of concessions."""
    return other if usual not in fields and other in fields else usual


def _subcontract_act(fields: Fields, pointer: str, findings: Findings) -> SubcontractAct:
    for name in vocabulary.REQUIRED_OF_ACTS:
        if is_nothing(fields.get(name)):
            findings.add(IssueCode.MISSING, f"{pointer}/{name}")
    return SubcontractAct(
        act_id=_number(fields, "id", pointer, findings),
        subcontractor=_subcontractor(fields, pointer, findings),
        duration_months=months(fields.get("dureeMois"), f"{pointer}/dureeMois", findings),
        notified_on=values.day(fields.get("dateNotification"), f"{pointer}/dateNotification", findings),
        published_on=values.day(
            fields.get("datePublicationDonnees"), f"{pointer}/datePublicationDonnees", findings
        ),
        amount=values.cents(fields.get("montant"), f"{pointer}/montant", findings),
        price_variation=values.label(
            fields.get("variationPrix"), vocabulary.PRICE_VARIATIONS, f"{pointer}/variationPrix", findings
        ),
    )


def _objects(value: Received, wrapper: str, pointer: str, findings: Findings) -> Iterator[tuple[str, Fields]]:
    for index, item in enumerate(values.entries(value, wrapper)):
        place = f"{pointer}/{index}"
        if isinstance(item, dict):
            yield place, {key.strip(): inner for key, inner in item.items()}
        elif values.scalar(item, place, findings) is not None:
            findings.add(IssueCode.UNREADABLE, place)


def _number(fields: Fields, name: str, pointer: str, findings: Findings) -> int | None:
    return values.integer(fields.get(name), f"{pointer}/{name}", findings, least=0, most=_MAX_NUMBER)


def _subcontractor(fields: Fields, pointer: str, findings: Findings) -> Identifier | None:
    value = fields.get("sousTraitant")
    if is_nothing(value):
        return None
    return identifiers.firm(value, f"{pointer}/sousTraitant", findings)
