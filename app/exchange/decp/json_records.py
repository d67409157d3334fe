"""The records of a JSON file of the 2022 format, in or out of its envelope."""

from app.exchange.decp.issues import IssueCode
from app.exchange.decp.received import Received, Source, looks_like_record, parse_json

_MARCHES = "marche"
_CONCESSIONS = "contrat-concession"
# Keys that no record of the 2019 format bears.
_ONLY_2022 = frozenset(
    {"considerationsSociales", "techniques", "modalitesExecution", "offresRecues", "ccag", "typesPrix"}
)
_SAMPLE = 50

Opened = tuple[tuple[IssueCode, ...], list[Source]]


def open_json(text: str) -> Opened:
    """Give the issues about the file, then its records: contracts first, then concessions.

    A file in the 2019 shape gives no record and the issue that names the shape.
    """
    document, damaged = parse_json(text)
    problems = (IssueCode.FILE_DAMAGED,) if damaged else ()
    if damaged and not document:
        return (IssueCode.SHAPE_UNKNOWN,), []
    issues, sources = _open_document(document)
    if damaged:
        issues = tuple(code for code in issues if code is not IssueCode.ENVELOPE_UNUSUAL)
    return (*problems, *issues), sources


def _open_document(document: Received) -> Opened:
    if isinstance(document, list):
        return _bare_list(document, IssueCode.SHAPE_UNKNOWN)
    members = _members(document)
    if "marches" in members:
        inner = members["marches"]
        if isinstance(inner, dict):
            return _envelope(_members(inner), ())
        return _bare_list([inner], IssueCode.SHAPE_V1_JSON)
    if _MARCHES in members or _CONCESSIONS in members:
        return _envelope(members, (IssueCode.ENVELOPE_UNUSUAL,))
    return _bare_list([members], IssueCode.SHAPE_UNKNOWN)


def _members(value: Received) -> dict[str, Received]:
    return {key.strip(): item for key, item in value.items()} if isinstance(value, dict) else {}


def _envelope(members: dict[str, Received], issues: tuple[IssueCode, ...]) -> Opened:
    if _MARCHES not in members and _CONCESSIONS not in members:
        return (IssueCode.SHAPE_UNKNOWN,), []
    contracts = _items(members.get(_MARCHES) or [])
    concessions = _items(members.get(_CONCESSIONS) or [])
    sources = [Source(item, item) for item in contracts]
    sources += [Source(item, item, concession=True) for item in concessions]
    return issues, sources


def _bare_list(items: list[Received], otherwise: IssueCode) -> Opened:
    """Read a list without envelope when its records bear keys of the 2022 format."""
    records = _items(items)
    sample = [item for item in records if isinstance(item, dict)][:_SAMPLE]
    if any(not _ONLY_2022.isdisjoint(key.strip() for key in item) for item in sample):
        return (IssueCode.ENVELOPE_UNUSUAL,), [Source(item, item) for item in records]
    if any(looks_like_record(item) for item in sample):
        return (IssueCode.SHAPE_V1_JSON,), []
    return (otherwise,), []


def _items(value: Received) -> list[Received]:
    """Give the records of an array, of nested arrays, or one record given without an array."""
    found: list[Received] = []
    waiting: list[Received] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(item))
        else:
            found.append(item)
    return found
