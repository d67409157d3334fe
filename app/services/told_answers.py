"""Stored answers to creating requests, emptied where they tell of what is to be forgotten.

The row stays: a repetition of the request does nothing, and tells nothing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from app.db.tables import StoredAnswer
    from app.services.work import Writer


def empty(writer: Writer, answers: Iterable[StoredAnswer], ids: Collection[str]) -> None:
    """Empty those of these answers that hold one of the ids anywhere."""
    for stored in answers:
        place = {
            "table": "stored_answers",
            "column": "body",
            "row": f"{stored.organisation_id}|{stored.role}|{stored.key}",
        }
        told = writer.keyring.decrypt(stored.body, **place).decode()
        if told and any(found in ids for found in _texts_in(json.loads(told))):
            stored.body = writer.keyring.encrypt(b"", **place)
            stored.headers = {}


def _texts_in(document: object) -> Iterator[str]:
    if isinstance(document, dict):
        for inner in document.values():
            yield from _texts_in(inner)
    elif isinstance(document, list):
        for inner in document:
            yield from _texts_in(inner)
    elif isinstance(document, str):
        yield document
