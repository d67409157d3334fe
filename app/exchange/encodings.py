"""From the bytes of a file to its text, piece by piece: marks, UTF-8, and what is written otherwise.

Files come in UTF-8, in UTF-8 with stray bytes of another alphabet, or wholly in an older alphabet. Nothing is
held but one block: a file is read once to learn how it is written, then again for its text.
"""

import codecs
import io
from itertools import pairwise
from typing import BinaryIO

BLOCK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEAD = 4096
_SAMPLE = 32_768
_WESTERN = "cp1252"
# What French systems wrote before UTF-8, besides; told apart by the letters that they make of the same bytes.
_OLDER = ("mac_roman", "cp850")
_FRENCH = frozenset("àâäæçèéêëîïôöùûüœÀÂÆÇÈÉÊËÎÏÔÙÛÜŒ’«»°€–…")
_STRAY = "stray_western_bytes"


def _as_western(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as Windows-1252: single stray letters in files put together from many."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    found = error.object[error.start : error.end]
    return found.decode(_WESTERN, errors="replace"), error.end


codecs.register_error(_STRAY, _as_western)


def open_text(stream: BinaryIO) -> tuple[io.TextIOWrapper, bool]:
    """Give the text of a seekable stream, without its mark, and whether its encoding had to be guessed."""
    stream.seek(0)
    head = stream.read(_HEAD)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return _text(stream, len(mark), encoding), False
    encoding = _without_mark(head)
    if encoding != "utf-8":
        return _text(stream, 0, encoding), True
    odd = _first_odd_bytes(stream)
    if odd is None:
        return _text(stream, 0, "utf-8"), False
    # Most of what is not UTF-8 is Windows-1252, whole or in places: both are read by the same handler.
    readings = {"utf-8": odd.decode("utf-8", errors=_STRAY), **{name: odd.decode(name) for name in _OLDER}}
    return _text(stream, 0, max(readings, key=lambda name: _frenchness(readings[name]))), True


def mark_of(stream: BinaryIO) -> bytes:
    """The mark of its encoding with which a text begins, if it does."""
    stream.seek(0)
    head = stream.read(_HEAD)
    stream.seek(0)
    return next((mark for mark, _ in _MARKS if head.startswith(mark)), b"")


def _frenchness(text: str) -> float:
    """Which part of the letters beyond ASCII French has: no capital follows a small letter.

    Guessers for all languages mistake short texts.
    """
    found = [(before, letter) for before, letter in pairwise(f" {text}") if not letter.isascii()]
    french = sum(
        letter in _FRENCH and not (before.islower() and letter.isupper()) for before, letter in found
    )
    return french / len(found) if found else 0.0


def _text(stream: BinaryIO, start: int, encoding: str) -> io.TextIOWrapper:
    stream.seek(start)
    errors = _STRAY if encoding == "utf-8" else "replace"
    return io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")


def _without_mark(head: bytes) -> str:
    """UTF-16 without a mark shows by its zeros: every other byte of what is mostly ASCII."""
    even, odd = head[::2], head[1::2]
    if len(odd) > 1 and odd.count(0) > 0.7 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if len(odd) > 1 and even.count(0) > 0.7 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return "utf-8"


def _first_odd_bytes(stream: BinaryIO) -> bytes | None:
    """The neighbourhood of the first bytes that are no UTF-8; None when there are none."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    while True:
        block = stream.read(BLOCK)
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            start = max(0, error.start - _SAMPLE // 4)
            return error.object[start : start + _SAMPLE]
        if not block:
            return None
