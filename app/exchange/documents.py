"""Documents for people as accessible PDF: tagged (PDF/UA-1), in French, with its own fonts and no network."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst

if TYPE_CHECKING:
    from datetime import datetime

TEMPLATE = Path(__file__).with_name("document.typ")
# What the fonts of the compiler have for certain: European alphabets, punctuation, arrows and mathematics.
# PDF/UA admits no sign without a glyph: one bullet of a word processor would cost the whole document.
SHOWN = ((0x20, 0x500), (0x1E00, 0x2041), (0x2070, 0x2100), (0x2190, 0x2380))
NOT_SHOWN = "\u25a1"
NOTHING_KNOWN = "–"


class Hours(int):
    """Hours in hundredths, in a cell of a table: written as a text on a page, as a number in a workbook."""


# A text, a number of whatever the column counts, hours, or nothing known.
Cell = str | int | Hours | None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, paragraphs, and a table if there are rows; the first column names its rows."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    caption: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """Everything a document says: `facts` are (term, text) pairs."""

    title: str
    subtitle: str
    author: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    footer: str


def pdf(document: Document, made_at: datetime) -> bytes:
    """The document as PDF/UA-1; the same document made at the same instant has the same bytes."""
    return typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        format="pdf",
        ignore_system_fonts=True,
        pdf_standards="ua-1",
        sys_inputs={"data": json.dumps(_writable(asdict(document)), ensure_ascii=False)},
        timestamp=int(made_at.timestamp()),
    )


def hours_text(hundredths: int) -> str:
    """123450 → "1 234,50 h", with spaces that do not break."""
    sign = "-" if hundredths < 0 else ""
    whole, rest = divmod(abs(hundredths), 100)
    return f"{sign}{whole:,}".replace(",", "\u202f") + f",{rest:02d}\u00a0h"


def writable(text: str) -> str:
    """The text with a box for each sign that cannot be shown; what only steers the writing is left out."""
    return "".join(_sign(sign) for sign in unicodedata.normalize("NFC", text))


def _sign(sign: str) -> str:
    kind = unicodedata.category(sign)
    if sign.isspace():
        return sign if kind == "Zs" else " "
    if kind == "Cf":
        return ""
    shown = not kind.startswith("C") and any(first <= ord(sign) < end for first, end in SHOWN)
    return sign if shown else NOT_SHOWN


def _writable(value: Any) -> Any:  # noqa: ANN401 - cells, in lists and by name
    if isinstance(value, str):
        return writable(value)
    if value is None:
        return NOTHING_KNOWN
    if isinstance(value, int):
        return hours_text(value) if isinstance(value, Hours) else str(value)
    if isinstance(value, dict):
        return {name: _writable(item) for name, item in value.items()}
    return [_writable(item) for item in value]
