"""From one received record of the 2022 format to one contract and everything wrong with it."""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.exchange.decp import amendments, identifiers, plausibility, values, vocabulary
from app.exchange.decp.issues import Findings, IssueCode
from app.exchange.decp.received import Received, Source, canonical, is_nothing, is_of_2019, mark_of, storable
from app.exchange.decp.records import DecpContract, DecpRow, Identifier
from app.exchange.decp.vocabulary import CLAIM, MARK

Fields = dict[str, Received]

_ID_FORMAT = re.compile(r"[A-Za-z0-9/\-_ .#]{1,16}")
_LONGEST_ID = 64
_LONGEST_OBJECT = 1000
_MAX_COUNT = 999_999_999
_NOBODY = Identifier(identifiers.SIRET, "", valid=False, personal=False)
_CONCESSION_KEYS = frozenset(
    {"autoriteConcedante", "autoriteConcedante.id", "valeurGlobale", "concessionnaires", "dateSignature"}
)
_CONCESSION = re.compile(r"concession|délégation de service public", re.IGNORECASE)


def read_record(source: Source, index: int, today: date) -> DecpRow:
    """Read one record; whatever it contains, the answer is a row."""
    findings = Findings()
    for code in source.issues:
        findings.add(code)
    try:
        raw_json = canonical(source.original)
        fingerprint = hashlib.sha256(raw_json.encode()).hexdigest()
        fields = _fields(source.value)
        if fields is None:
            if not findings.failed:
                empty = is_nothing(source.value)
                findings.add(IssueCode.RECORD_EMPTY if empty else IssueCode.RECORD_UNREADABLE)
            return DecpRow(index, None, findings.issues, fingerprint, raw_json)
        kind = _kind(fields, concession=source.concession)
        record = _Reading(fields, findings, kind, index, today).contract(fingerprint, raw_json)
    except RecursionError:
        findings.add(IssueCode.RECORD_UNREADABLE)
        return DecpRow(index, None, findings.issues)
    return DecpRow(index, None if findings.failed else record, findings.issues, fingerprint, raw_json)


def _fields(value: Received) -> Fields | None:
    value = values.only_element(value)
    if not isinstance(value, dict) or not value:
        return None
    return {key.strip(): item for key, item in value.items()}


def _year(fields: Fields) -> Received:
    """What a concession tells of one year, in the form of the schema."""
    silent = Findings()
    tariffs: list[Received] = [
        {
            "tarif": {
                "intituleTarif": values.clean_text(
                    found.get("intituleTarif"), "", silent, longest=_LONGEST_OBJECT
                ),
                "tarif": values.number(found.get("tarif")),
            }
        }
        for item in values.entries(fields.get("tarifs"))
        if isinstance(found := _inner(item, "tarif"), dict)
    ]
    day = values.day(fields.get("datePublicationDonneesExecution"), "", silent)
    return {
        "datePublicationDonneesExecution": day.isoformat() if day else None,
        "depensesInvestissement": values.number(fields.get("depensesInvestissement")),
        "tarifs": tariffs,
    }


def _inner(value: Received, wrapper: str) -> Received:
    """What an object wraps; a tariff has a member of its wrapper's name itself."""
    inner = value.get(wrapper) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else value


def _is_concession(fields: Fields) -> bool:
    if any(not is_nothing(fields.get(key)) for key in _CONCESSION_KEYS):
        return True
    kinds = (fields.get("_type"), fields.get("nature"))
    return any(isinstance(kind, str) and _CONCESSION.search(kind) is not None for kind in kinds)


@dataclass(frozen=True, slots=True)
class _Kind:
    """Under which names a kind of record tells what all kinds tell, and what it must tell."""

    concession: bool
    required: tuple[str, ...]
    natures: tuple[str, ...]
    procedures: tuple[str, ...]
    buyer: str
    holders: str
    notification: str
    amount: str


_CONTRACT = _Kind(
    concession=False,
    required=vocabulary.REQUIRED,
    natures=vocabulary.NATURES,
    procedures=vocabulary.PROCEDURES,
    buyer="acheteur",
    holders="titulaires",
    notification="dateNotification",
    amount="montant",
)
_CONTRACT_OF_2019 = replace(_CONTRACT, required=vocabulary.REQUIRED_IN_2019)
_CONCESSION_CONTRACT = _Kind(
    concession=True,
    required=vocabulary.REQUIRED_OF_CONCESSIONS,
    natures=vocabulary.CONCESSION_NATURES,
    procedures=vocabulary.PROCEDURES_OF_CONCESSIONS,
    buyer="autoriteConcedante",
    holders="concessionnaires",
    notification="dateSignature",
    amount="valeurGlobale",
)


def _kind(fields: Fields, *, concession: bool) -> _Kind:
    if concession or _is_concession(fields):
        # Some publishers put the names of contracts into concessions.
        return replace(
            _CONCESSION_CONTRACT,
            buyer=_named(fields, "autoriteConcedante", "acheteur"),
            holders=_named(fields, "concessionnaires", "titulaires"),
            notification=_named(fields, "dateSignature", "dateNotification"),
            amount=_named(fields, "valeurGlobale", "montant"),
        )
    return _CONTRACT_OF_2019 if is_of_2019(fields) else _CONTRACT


def _named(fields: Fields, usual: str, other: str) -> str:
    absent = all(is_nothing(fields.get(key)) for key in (usual, f"{usual}.id", f"{usual}_id"))
    return (
        other if absent and (other in fields or f"{other}.id" in fields or f"{other}_id" in fields) else usual
    )


class _Reading:
    """The reading of one record: its fields, and what was found wrong so far."""

    def __init__(self, fields: Fields, findings: Findings, kind: _Kind, index: int, today: date) -> None:
        self._fields = fields
        self._findings = findings
        self._kind = kind
        self._index = index
        self._today = today
        self._claimed: str | None = None

    def contract(self, fingerprint: str, raw_json: str) -> DecpContract:
        """Read everything: what cannot be imported is worth all its issues too.

        When the findings hold an error, stand-ins replace what identifies the contract.
        """
        found, kind = self._findings, self._kind
        if kind.concession:
            found.add(IssueCode.CONCESSION)
        buyer = identifiers.buyer(self._nested(kind.buyer, "id"), f"/{kind.buyer}/id", found)
        self._claimed = values.scalar(self._nested(kind.buyer, CLAIM), "", Findings())
        external_id = self._identifier("id", missing=IssueCode.ID_MISSING)
        notified_on = self._notification()
        for name in kind.required:
            if is_nothing(self._fields.get(name)):
                found.add(IssueCode.MISSING, f"/{name}")
        place_code, place_type = self._place()
        text = self._text("objet")
        contract = DecpContract(
            source_index=self._index,
            external_id=external_id or "",
            buyer=buyer or _NOBODY,
            nature=self._label("nature", kind.natures),
            object=text,
            cpv=values.cpv(self._fields.get("codeCPV"), "/codeCPV", found),
            procedure=self._label("procedure", kind.procedures),
            ccag=self._label("ccag", vocabulary.CCAGS),
            techniques=self._labels("techniques", "technique", vocabulary.TECHNIQUES),
            modalities=self._labels("modalitesExecution", "modaliteExecution", vocabulary.MODALITIES),
            framework_id=self._identifier("idAccordCadre"),
            place_code=place_code,
            place_type=place_type,
            duration_months=amendments.months(self._fields.get("dureeMois"), "/dureeMois", found),
            concession=kind.concession,
            notified_on=notified_on,
            started_on=values.day(self._fields.get("dateDebutExecution"), "/dateDebutExecution", found),
            published_on=values.day(
                self._fields.get("datePublicationDonnees"), "/datePublicationDonnees", found
            ),
            amount=values.cents(self._fields.get(kind.amount), f"/{kind.amount}", found),
            offers_received=values.integer(
                self._fields.get("offresRecues"), "/offresRecues", found, least=1, most=_MAX_COUNT
            ),
            innovative=self._boolean("marcheInnovant"),
            advance=self._boolean("attributionAvance"),
            subcontracting_declared=self._boolean("sousTraitanceDeclaree"),
            holders=amendments.holders(self._fields.get(kind.holders), f"/{kind.holders}", found),
            group_kind=self._label("typeGroupementOperateurs", vocabulary.GROUP_KINDS),
            subcontract_acts=amendments.subcontract_acts(self._fields.get("actesSousTraitance"), found),
            subcontract_modifications=amendments.subcontract_modifications(
                self._fields.get("modificationsActesSousTraitance"), found
            ),
            modifications=amendments.modifications(self._fields.get("modifications"), found),
            social_considerations=self._labels(
                "considerationsSociales", "considerationSociale", vocabulary.SOCIAL
            ),
            environmental_considerations=self._labels(
                "considerationsEnvironnementales", "considerationEnvironnementale", vocabulary.ENVIRONMENTAL
            ),
            suspected_test=plausibility.suspects_test(text),
            fingerprint=fingerprint,
            raw_json=raw_json,
            **self._carried(),
        )
        plausibility.check(contract, self._today, found)
        return contract

    def _carried(self) -> dict[str, Any]:
        """What nothing rests on here: read for being written again, silently."""
        get, silent = self._fields.get, Findings()
        types = get("typesPrix") or get("typePrix")
        years: list[Received] = [
            {"donneesAnnuelles": _year(year)}
            for year in values.entries(get("donneesExecution"), "donneesAnnuelles")
            if isinstance(year, dict)
        ]
        return {
            "price_types": values.labels(types, "typePrix", vocabulary.PRICE_TYPES, "", silent),
            "price_form": values.label(get("formePrix"), vocabulary.PRICE_FORMS, "", silent),
            "advance_rate": values.rate(get("tauxAvance")),
            "union_origin": values.rate(get("origineUE")),
            "french_origin": values.rate(get("origineFrance")),
            "subsidy": values.cents(get("montantSubventionPublique"), "", silent),
            "execution": canonical(years) if years else None,
            "claimed_id": self._claimed,
            "unedited": self._claimed is not None and self._is_unedited(),
        }

    def _is_unedited(self) -> bool:
        buyer = self._fields.get(self._kind.buyer)
        if not isinstance(buyer, dict):
            return False
        rest = {name: inner for name, inner in buyer.items() if name != MARK}
        return buyer.get(MARK) == mark_of({**self._fields, self._kind.buyer: rest})

    def _nested(self, name: str, inner: str) -> Received:
        """Give a member of an object, also written as one flat key, or the object's bare value."""
        outer = values.only_element(self._fields.get(name))
        if isinstance(outer, dict):
            return {key.strip(): item for key, item in outer.items()}.get(inner)
        for key in (f"{name}.{inner}", f"{name}_{inner}"):
            if key in self._fields:
                return self._fields[key]
        return outer if inner == "id" else None

    def _notification(self) -> date | None:
        pointer = f"/{self._kind.notification}"
        text = values.scalar(self._fields.get(self._kind.notification), pointer, Findings())
        if text is None:
            self._findings.add(IssueCode.NOTIFICATION_MISSING, pointer)
            return None
        attempt = Findings()
        found = values.day(text, pointer, attempt)
        if found is None:
            self._findings.add(IssueCode.NOTIFICATION_UNREADABLE, pointer)
        elif attempt.issues:
            self._findings.add(IssueCode.DATE_UNUSUAL, pointer)
        return found

    def _identifier(self, name: str, *, missing: IssueCode | None = None) -> str | None:
        pointer = f"/{name}"
        value = self._fields.get(name)
        # What this service wrote is no mark of absence: people have numbered contracts "NC".
        own = missing is not None and self._claimed is not None and isinstance(value, str)
        keep = frozenset({str(value).strip()}) if own else frozenset[str]()
        text = values.scalar(value, pointer, self._findings, keep=keep)
        cleaned = "" if text is None else values.tidy(text, pointer, self._findings)
        if own and not cleaned:
            cleaned = storable(text or "")
        if not cleaned:
            if missing is not None:
                self._findings.add(missing, pointer)
            return None
        if len(cleaned) > _LONGEST_ID:
            self._findings.add(IssueCode.ID_TOO_LONG if missing else IssueCode.UNREADABLE, pointer)
            return None
        if _ID_FORMAT.fullmatch(cleaned) is None:
            self._findings.add(IssueCode.ID_FORMAT, pointer)
        return cleaned

    def _text(self, name: str) -> str:
        read = values.clean_text(self._fields.get(name), f"/{name}", self._findings, longest=_LONGEST_OBJECT)
        return read or ""

    def _place(self) -> tuple[str | None, str | None]:
        place_type = values.label(
            self._nested("lieuExecution", "typeCode"),
            vocabulary.PLACE_TYPES,
            "/lieuExecution/typeCode",
            self._findings,
        )
        # NC and MQ are marks of absence, and the country codes of New Caledonia and Martinique.
        keep = frozenset({"NC", "MQ"}) if place_type == vocabulary.COUNTRY_TYPE else frozenset[str]()
        pointer = "/lieuExecution/code"
        code = values.scalar(self._nested("lieuExecution", "code"), pointer, self._findings, keep=keep)
        if code is None:
            # Concessions tell no place.
            if not self._kind.concession:
                self._findings.add(IssueCode.MISSING, pointer)
            return None, place_type
        return values.tidy(code, pointer, self._findings)[:_LONGEST_ID] or None, place_type

    def _boolean(self, name: str) -> bool | None:
        return values.boolean(self._fields.get(name), f"/{name}", self._findings)

    def _label(self, name: str, known: tuple[str, ...]) -> str | None:
        return values.label(self._fields.get(name), known, f"/{name}", self._findings)

    def _labels(self, name: str, wrapper: str, known: tuple[str, ...]) -> tuple[str, ...]:
        return values.labels(self._fields.get(name), wrapper, known, f"/{name}", self._findings)
