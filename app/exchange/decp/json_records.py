"""The records of a JSON file of either format, one after the other, in or out of their envelope.

The envelope is walked, never held: what stands between the records is looked into until records are found,
each of them is read as one value. A file that breaks off, or breaks in the middle, gives every record that
can be read.
"""

import re
from collections.abc import Iterator
from typing import TextIO

from app.exchange.decp.issues import IssueCode
from app.exchange.decp.received import (
    RECORD_KEYS,
    Received,
    Source,
    is_nothing,
    is_of_2019,
    looks_like_record,
)
from app.exchange.decp.window import Broken, Window

_ALL, _CONTRACTS, _CONCESSIONS = "marches", "marche", "contrat-concession"
_NAMES = {
    **dict.fromkeys(("marches", "marchés"), _ALL),
    **dict.fromkeys(("marche", "marché"), _CONTRACTS),
    **dict.fromkeys(
        ("contrat-concession", "contrats-concession", "contratConcession", "contrat_concession"), _CONCESSIONS
    ),
}
_PROPER = {(_ALL,), (_ALL, _CONTRACTS), (_ALL, _CONCESSIONS)}
_DEEPEST = 8
_FIRST_KEY = re.compile(r'\{[\s\0]*"([^"\\]{0,64})"')
_LONGEST_KEY = 200
_RECORD_START = re.compile(r'\{[\s\0]*"')
# A damaged file ends in bounded time: it is looked at so many times over at most.
_MOST_READINGS = 4
_START_COST = 200

Path = tuple[str, ...]


class _Lost(Exception):
    """The file is damaged here: its order is lost, its records may still be found."""


class JsonRecords:
    """The records of one text. What is wrong with the whole is known once all are read (`issues`)."""

    def __init__(self, text: TextIO) -> None:
        """Begin at the beginning."""
        self._window = Window(text)
        self._records = 0
        # An envelope was met in which records could have been.
        self._expected = False
        self._unusual = False
        self._damaged = False

    def __iter__(self) -> Iterator[Source]:
        """Give each record; what holds no contract and stands where none is expected is passed over."""
        try:
            while self._window.peek():
                yield from self._any((), 0)
                if self._window.peek() == ",":
                    self._window.skip()
                self._unusual = self._unusual or bool(self._window.peek())
        except _Lost:
            self._damaged = True
            yield from self._salvaged()

    @property
    def issues(self) -> tuple[IssueCode, ...]:
        """What is wrong with the file as a whole."""
        if not self._records and not self._expected:
            return (IssueCode.SHAPE_UNKNOWN,)
        if self._damaged:
            return (IssueCode.FILE_DAMAGED,)
        return (IssueCode.ENVELOPE_UNUSUAL,) if self._unusual and self._records else ()

    def _any(self, path: Path, depth: int) -> Iterator[Source]:
        following = self._window.peek()
        if following == "[" and depth < _DEEPEST:
            yield from self._array(path, depth)
        elif following == "{" and depth < _DEEPEST:
            yield from self._object(path, depth)
        else:
            value = self._value()
            if not is_nothing(value):
                yield from self._given(value, path)

    def _array(self, path: Path, depth: int) -> Iterator[Source]:
        self._expected = self._expected or bool(path)
        self._window.skip()
        while (following := self._window.peek()) != "]":
            if following == ",":
                self._window.skip()
            elif following == "[" or (following == "{" and self._is_envelope()):
                yield from self._any(path, depth + 1)
            else:
                self._window.repeated = False
                yield from self._given(self._value(), path)
        self._window.skip()

    def _is_envelope(self) -> bool:
        key = self._window.starts_with(_FIRST_KEY, _LONGEST_KEY)
        return key is not None and key[1].strip() in _NAMES

    def _object(self, path: Path, depth: int) -> Iterator[Source]:
        """Walk the members: into what may hold records; the others together may be one record."""
        members: dict[str, Received] = {}
        self._window.repeated = False
        self._window.skip()
        while (following := self._window.peek()) != "}":
            if following == ",":
                self._window.skip()
                continue
            key = self._key()
            name = _NAMES.get(key)
            if name is not None:
                self._expected = self._expected or name != _ALL
                yield from self._any(path if path[-1:] == (name,) else (*path, name), depth + 1)
            elif key in RECORD_KEYS or looks_like_record(members):
                members[key] = self._value()
            else:
                # Another system's envelope, or a remark about the file.
                yield from self._any((), depth + 1)
        self._window.skip()
        if members:
            yield from self._given(members, path)

    def _key(self) -> str:
        key = self._value() if self._window.peek() == '"' else None
        if not isinstance(key, str) or self._window.peek() != ":":
            raise _Lost
        self._window.skip()
        return key.strip()

    def _value(self) -> Received:
        if not self._window.peek():
            raise _Lost
        try:
            return self._window.value()
        except Broken:
            raise _Lost from None

    def _given(self, value: Received, path: Path) -> Iterator[Source]:
        for item in _flattened(value):
            # Where records are expected everything is one, be it unreadable; elsewhere it must look like one.
            if not path and not looks_like_record(item):
                continue
            self._records += 1
            # The 2019 format has its records right under the name that is the envelope of the other.
            if path not in _PROPER or (path == (_ALL,) and not is_of_2019(item)):
                self._unusual = True
            yield self._source(item, concession=bool(path) and path[-1] == _CONCESSIONS)

    def _source(self, item: Received, *, concession: bool = False) -> Source:
        issues = (IssueCode.KEY_REPEATED,) if self._window.repeated else ()
        return Source(item, item, concession=concession, issues=issues)

    def _salvaged(self) -> Iterator[Source]:
        """Look for records one by one behind what cannot be read."""
        looked = 0
        while looked <= _MOST_READINGS * (self._window.taken + _LONGEST_KEY):
            if not self._window.find(_RECORD_START, _LONGEST_KEY):
                return
            self._window.repeated = False
            try:
                value = self._window.value()
            except Broken as broken:
                looked += broken.read + _START_COST
                self._window.skip()
                continue
            for item in _flattened(value):
                if looks_like_record(item):
                    self._records += 1
                    yield self._source(item)


def _flattened(value: Received) -> Iterator[Received]:
    """The records of arrays in arrays, and of envelopes around few of them; else the value itself."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        inner = _content(item) if isinstance(item, dict) and not looks_like_record(item) else item
        if isinstance(inner, list):
            waiting.extend(reversed(inner))
        elif inner is item:
            yield item
        else:
            waiting.append(inner)


def _content(envelope: dict[str, Received]) -> Received:
    for name, inner in envelope.items():
        if name.strip() in _NAMES and isinstance(inner, (dict, list)):
            return inner
    return envelope
