"""What was received, before any meaning: values from JSON, and one canonical form.

Numbers are kept as they were written (`NumberText`), so that no amount goes through a float.
"""

import hashlib
import json
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii

from app.exchange.decp.issues import IssueCode


class NumberText(str):
    """A JSON number in its own characters."""

    __slots__ = ()


Received = str | bool | list["Received"] | dict[str, "Received"] | None


@dataclass(frozen=True, slots=True)
class Source:
    """A record as the file's shape gave it.

    ``value`` has the form of the JSON formats, ``original`` is what was received, ``issues`` what the
    shape itself found wrong.
    """

    value: Received
    original: Received
    concession: bool = False
    issues: tuple[IssueCode, ...] = ()


# Keys that only contracts bear, and those that every kind of record may.
TELLING = frozenset({"acheteur", "acheteur.id", "acheteur_id", "objet", "autoriteConcedante"})
RECORD_KEYS = TELLING | {
    *("id", "uid", "_type", "source", "nature", "nom", "codeCPV", "CPV", "techniques", "modalitesExecution"),
    *("idAccordCadre", "marcheInnovant", "ccag", "offresRecues", "attributionAvance", "tauxAvance"),
    *("typeGroupementOperateurs", "sousTraitanceDeclaree", "actesSousTraitance", "procedure"),
    *("modificationsActesSousTraitance", "lieuExecution", "dureeMois", "dateNotification", "montant"),
    *("datePublicationDonnees", "typesPrix", "typePrix", "formePrix", "titulaires", "modifications"),
    *("considerationsSociales", "considerationsEnvironnementales", "origineUE", "origineFrance"),
    *("autoriteConcedante.id", "dateSignature", "dateDebutExecution", "valeurGlobale", "concessionnaires"),
    *("montantSubventionPublique", "donneesExecution", "created_at", "updated_at", "uuid"),
}
# Keys that no record of the 2019 format bears.
ONLY_2022 = frozenset(
    {"considerationsSociales", "techniques", "modalitesExecution", "offresRecues", "ccag", "typesPrix"}
)


_MARK_DIGITS = 16


def canonical(value: Received) -> str:
    """Give one line of ASCII JSON with sorted keys, numbers as they were written.

    NUL and lone surrogates are dropped: no database stores them. Raises RecursionError on
    absurdly deep values.
    """
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, NumberText):
        return str(value)
    if isinstance(value, str):
        return encode_basestring_ascii(storable(value))
    if isinstance(value, list):
        return f"[{','.join(canonical(item) for item in value)}]"
    members = (f"{canonical(key)}:{canonical(value[key])}" for key in sorted(value))
    return f"{{{','.join(members)}}}"


def fingerprint_of(value: Received) -> str:
    """The sha256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def mark_of(value: Received) -> str:
    """The first digits of it: enough to notice an edit, and no proof against who wants none noticed."""
    return fingerprint_of(value)[:_MARK_DIGITS]


def storable(text: str) -> str:
    """Give the text without what no database stores: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", errors="ignore").decode("utf-8")


def is_nothing(value: Received) -> bool:
    """Whether nothing was given: null, an empty text, array or object."""
    return value is None or value in ("", [], {})


def names_of(value: Received) -> set[str]:
    """The keys of an object, without the spaces that some writers leave around them."""
    return {key.strip() for key in value} if isinstance(value, dict) else set()


def looks_like_record(value: Received) -> bool:
    """Whether a value bears one of the keys every contract has."""
    return not TELLING.isdisjoint(names_of(value))


def is_of_2019(value: Received) -> bool:
    """Whether a record bears none of the keys that the 2022 format brought."""
    return ONLY_2022.isdisjoint(names_of(value))
