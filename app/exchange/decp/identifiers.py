"""Identifiers of buyers, holders and subcontractors: recognised, checked, never refused when they exist."""

import re

from stdnum.eu import vat
from stdnum.fr import siret

from app.exchange.decp.issues import Findings, IssueCode
from app.exchange.decp.received import Received, storable
from app.exchange.decp.records import Identifier
from app.exchange.decp.values import only_element, scalar
from app.exchange.folding import fold_words

SIRET = "SIRET"
OTHER = "OTHER"
_UNION = "UE"

_SCHEMES = {
    "siret": SIRET,
    "siren": SIRET,
    "tva": "TVA",
    "tvaintracommunautaire": "TVA",
    "tvaintracom": "TVA",
    "tahiti": "TAHITI",
    "ridet": "RIDET",
    "frwf": "FRWF",
    "frw": "FRWF",
    "irep": "IREP",
    "horsue": "HORS-UE",
    "ue": _UNION,
}
_OFFICIAL = frozenset({SIRET, "TVA", "TAHITI", "RIDET", "FRWF", "IREP", "HORS-UE", _UNION})
# Outside these, the identifier is built from the first letters of the firm's, often a person's, name.
_PERSONAL = frozenset({"FRWF", "HORS-UE", OTHER})
_SHAPES = {
    "TAHITI": re.compile(r"[A-Z0-9]{9}"),
    "RIDET": re.compile(r"[A-Z0-9]{10}"),
    "FRWF": re.compile(r"FRWF[A-Z0-9]{14}"),
    "IREP": re.compile(r"[0-9]{5}[A-Z0-9]*"),
    "HORS-UE": re.compile(r"[A-Z]{2}[A-Z0-9]{0,16}"),
    _UNION: re.compile(r"[A-Z]{2}[A-Z0-9]{0,16}"),
}
_DIGITS = re.compile(r"[0-9]+")
_SIRET_LENGTH = 14
_LONGEST = 64
_SEPARATORS = re.compile(r"[\s.\-]+")
_FLOAT_TAIL = re.compile(r"(?<=[0-9])\.0$")
_VAT = re.compile(r"[A-Z]{2}[A-Z0-9+*]{2,13}")


def is_siret(value: str) -> bool:
    """Whether 14 digits satisfy the keys of a SIRET (La Poste's own rule included), not all zeros."""
    return (
        len(value) == _SIRET_LENGTH
        and _DIGITS.fullmatch(value) is not None
        and set(value) != {"0"}
        and bool(siret.is_valid(value))
    )


def buyer(value: Received, pointer: str, findings: Findings) -> Identifier | None:
    """Give the buyer: 14 digits, not all zeros; a wrong key is only a warning."""
    text = scalar(value, pointer, findings)
    if text is None:
        findings.add(IssueCode.BUYER_MISSING, pointer)
        return None
    digits = _compact(text)
    if len(digits) == _SIRET_LENGTH - 1 and is_siret("0" + digits):
        # A number lost its leading zero on the way.
        findings.add(IssueCode.UNUSUAL_SPELLING, pointer)
        digits = "0" + digits
    if len(digits) != _SIRET_LENGTH or _DIGITS.fullmatch(digits) is None or set(digits) == {"0"}:
        findings.add(IssueCode.BUYER_UNUSABLE, pointer)
        return None
    if not is_siret(digits):
        findings.add(IssueCode.SIRET_INVALID, pointer)
    return Identifier(SIRET, digits, is_siret(digits), personal=False)


def firm(value: Received, pointer: str, findings: Findings) -> Identifier | None:
    """Give a holder or subcontractor from an object, or from the bare text of its identifier."""
    value = only_element(value)
    fields = {key.strip(): item for key, item in value.items()} if isinstance(value, dict) else {"id": value}
    text = scalar(fields.get("id"), f"{pointer}/id", findings)
    text = None if text is None else "".join(c for c in storable(text) if c.isprintable() or c.isspace())
    if text is None or not _compact(text) or len(text) > _LONGEST or "id" in {text, fold_words(text)}:
        findings.add(IssueCode.IDENTIFIER_UNREADABLE, f"{pointer}/id")
        return None
    compact = _compact(text)
    scheme = _scheme(fields.get("typeIdentifiant"), compact, f"{pointer}/typeIdentifiant", findings)
    if scheme == SIRET:
        return _french(compact, pointer, findings)
    return _other(scheme, "".join(text.split()).upper(), pointer, findings)


def _scheme(value: Received, compact: str, pointer: str, findings: Findings) -> str:
    text = scalar(value, pointer, findings)
    if text is None:
        findings.add(IssueCode.SCHEME_MISSING, pointer)
        guessed = len(compact) == _SIRET_LENGTH and _DIGITS.fullmatch(compact) is not None
        return SIRET if guessed else OTHER
    scheme = _SCHEMES.get(fold_words(text).replace(" ", ""))
    if scheme is None:
        findings.add(IssueCode.SCHEME_UNKNOWN, pointer)
    elif text not in _OFFICIAL:
        findings.add(IssueCode.SCHEME_SPELLING, pointer)
    if scheme != SIRET and is_siret(compact):
        findings.add(IssueCode.SCHEME_MISMATCH, pointer)
        return SIRET
    if scheme == _UNION:
        findings.add(IssueCode.SCHEME_WITHDRAWN, pointer)
    return scheme or OTHER


def _french(compact: str, pointer: str, findings: Findings) -> Identifier:
    if len(compact) == _SIRET_LENGTH - 1 and is_siret("0" + compact):
        findings.add(IssueCode.UNUSUAL_SPELLING, f"{pointer}/id")
        compact = "0" + compact
    if not is_siret(compact):
        findings.add(IssueCode.SIRET_INVALID, f"{pointer}/id")
    # Letters where a number is expected: nobody knows what was typed there.
    return Identifier(SIRET, compact, is_siret(compact), personal=_DIGITS.fullmatch(compact) is None)


def _other(scheme: str, value: str, pointer: str, findings: Findings) -> Identifier:
    if scheme == "TVA":
        value = _SEPARATORS.sub("", value)
        valid = _VAT.fullmatch(value) is not None and bool(vat.is_valid(value))
    else:
        shape = _SHAPES.get(scheme)
        valid = shape is not None and shape.fullmatch(value) is not None
    if not valid:
        findings.add(IssueCode.IDENTIFIER_INVALID, f"{pointer}/id")
    if scheme in _PERSONAL:
        findings.add(IssueCode.PERSONAL_IDENTIFIER, f"{pointer}/id")
    return Identifier(scheme, value, valid, personal=scheme in _PERSONAL)


def may_hold_a_name(scheme: str, identifier: str) -> bool:
    """Whether an identifier may be made of a person's name; letters for a SIRET may be anything."""
    return scheme.upper() in _PERSONAL or (scheme == SIRET and _DIGITS.fullmatch(identifier) is None)


def _compact(text: str) -> str:
    return _SEPARATORS.sub("", _FLOAT_TAIL.sub("", text.strip())).upper()
