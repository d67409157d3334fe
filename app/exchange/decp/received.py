"""What was received, before any meaning: text from bytes, values from JSON, and one canonical form.

Numbers are kept as they were written (`NumberText`), so that no amount goes through a float.
"""

import json
import re
from collections.abc import Iterator
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

    ``value`` has the form of the 2022 JSON, ``original`` is what was received, ``issues`` what the
    shape itself found wrong.
    """

    value: Received
    original: Received
    concession: bool = False
    issues: tuple[IssueCode, ...] = ()


_VALID_OR_STRAY_ESCAPE = re.compile(r'\\(["\\/bfnrt]|u[0-9a-fA-F]{4})|\\')
_RECORD_START = re.compile(r'\{\s*"')
_FIRST_ARRAY = re.compile(r'"march[eé]s?"\s*:\s*\[')
_RECORD_KEYS = frozenset({"acheteur", "acheteur.id", "objet", "autoriteConcedante"})
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# Damaged files end in bounded time: so many failed starts, and so many readings of the whole.
_MAX_FAILED_STARTS = 1_000
_MAX_READINGS = 4


def decode(content: bytes) -> tuple[str, bool]:
    """Give the text and whether its encoding had to be guessed (Windows-1252)."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, errors="replace"), False
    try:
        return content.decode("utf-8"), False
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), True


def parse_json(text: str) -> tuple[Received, bool]:
    """Give the document and whether it is damaged: then it is the list of its readable records.

    Accepts NaN and Infinity (as null), control characters in strings and stray backslashes.
    """
    decoder = _decoder()
    for candidate in (text, _VALID_OR_STRAY_ESCAPE.sub(_keep_valid_escape, text)):
        try:
            document: Received = decoder.decode(candidate)
        except (ValueError, RecursionError):
            continue
        return document, False
    return list(_salvage(text, decoder)), True


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


def storable(text: str) -> str:
    """Drop what UTF-8 or a database refuses: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", errors="ignore").decode("utf-8")


def looks_like_record(value: Received) -> bool:
    """Whether a value bears one of the keys every contract has."""
    return isinstance(value, dict) and not _RECORD_KEYS.isdisjoint(key.strip() for key in value)


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(
        parse_float=NumberText, parse_int=NumberText, parse_constant=_no_number, strict=False
    )


def _no_number(_name: str) -> None:
    return None


def _keep_valid_escape(match: re.Match[str]) -> str:
    return match.group(0) if match.group(1) else ""


def _salvage(text: str, decoder: json.JSONDecoder) -> Iterator[Received]:
    """Read records one by one, starting again after what cannot be read."""
    opening = _FIRST_ARRAY.search(text)
    position = opening.end() if opening else 0
    failures = wasted = 0
    while failures < _MAX_FAILED_STARTS and wasted <= _MAX_READINGS * len(text):
        start = _RECORD_START.search(text, position)
        if start is None:
            return
        try:
            value, position = decoder.raw_decode(text, start.start())
        except json.JSONDecodeError as error:
            failures += 1
            wasted += error.pos - start.start()
            position = start.end()
        except RecursionError:
            return
        else:
            if looks_like_record(value):
                yield value
