"""What a workbook holds, measured before it is opened: a sheet takes memory for all of its rectangle.

Two cells at opposite corners of a sheet make a small file and seventeen billion places, for which there is no
memory: the process would end, and take the work of others with it.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from xml.parsers import expat

from app.exchange.tables.problems import TableProblem, Unreadable

# A small archive may unpack to more than the memory holds.
UNPACKED_BYTES = 1 << 28
# Places of one sheet, empty ones within its rectangle included; each takes some thirty bytes.
PLACES = 10_000_000
# The other formats that the reader knows; nobody measures their sheets.
_OTHERS = frozenset({"content.xml", "xl/workbook.bin"})
_SHEET = b"sheetData"
_REFERENCE = re.compile(r"([A-Za-z]{1,7})([0-9]{1,10})", re.ASCII)
_ALPHABET = 26


def check_package(content: bytes) -> None:
    """Refuse a workbook that does not fit into memory, or is none: FILE_TOO_LARGE, FILE_DAMAGED."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > UNPACKED_BYTES:
                raise Unreadable(TableProblem.FILE_TOO_LARGE)
            if any(part.filename.lower() in _OTHERS for part in parts):
                raise Unreadable(TableProblem.FILE_DAMAGED)
            for part in parts:
                text = archive.read(part)
                if _SHEET in text:
                    _Measured().read(text)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, NotImplementedError):
        raise Unreadable(TableProblem.FILE_DAMAGED) from None
    except (RuntimeError, EOFError, OSError, ValueError):
        # Encrypted, cut, or telling of places outside of itself.
        raise Unreadable(TableProblem.FILE_DAMAGED) from None


class _Measured:
    """The rectangle of one sheet, cell by cell: those without a value take no place."""

    def __init__(self) -> None:
        self._row = self._column = self._height = self._width = 0

    def read(self, text: bytes) -> None:
        """Walk the sheet; Unreadable as soon as it grows too large."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._begin
        parser.StartDoctypeDeclHandler = self._refuse
        parser.Parse(text, True)  # noqa: FBT003 - by position alone: the last piece

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind == "row":
            given = attributes.get("r", "")
            self._row = int(given) if given.isdecimal() else self._row + 1
            self._column = 0
        elif kind == "c":
            found = _REFERENCE.fullmatch(attributes.get("r", ""))
            if found is None:
                self._column += 1
            else:
                self._row, self._column = int(found[2]), _number_of(found[1])
        elif kind in ("v", "is", "f"):
            self._height, self._width = max(self._height, self._row), max(self._width, self._column)
            if self._height * self._width > PLACES:
                raise Unreadable(TableProblem.FILE_TOO_LARGE)

    def _refuse(self, *_: object) -> None:
        raise Unreadable(TableProblem.FILE_DAMAGED)


def _number_of(letters: str) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters.upper():
        number = number * _ALPHABET + ord(letter) - ord("A") + 1
    return number
