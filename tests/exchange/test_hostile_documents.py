"""Texts that no font shows, or that would be markup: the document is made, and they stay texts."""

import io
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime

import pypdf
import pytest

from app.exchange.documents import SHOWN, Document, Section, pdf, writable

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def pages_of(said: str) -> Iterator[str]:
    """The text of each page of a document that says it everywhere; read as they are asked for."""
    section = Section(said, (said,), said, ("", said), ((said, said),))
    document = Document(said, said, said, ((said, said),), (section,), said)
    return (page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf(document, NOW))).pages)


def text_of(said: str) -> str:
    return "".join(pages_of(said))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a\0b\x07c\x92d", "a□b□c□d"),
        ("\uf0b7 lot 漢 😀", "□ lot □ □"),
        ("a\u202eb\u200bc\u00ad", "abc"),
        ("a\r\n\tb\u2028", "a   b "),
        ("e\u0301 œ “½” – ≥ €", "é œ “½” – ≥ €"),
    ],
)
def test_signs_that_cannot_be_shown(given: str, shown: str) -> None:
    assert writable(given) == shown
    assert text_of(given)


def test_every_sign_that_is_let_through_has_a_glyph() -> None:
    every = [chr(number) for first, end in SHOWN for number in range(first, end)]
    # A document with a sign that no font shows is not made; its dozens of pages take seconds to read back.
    assert any(pages_of(" ".join(sign for sign in every if unicodedata.category(sign) != "Cn")))


def test_markup_stays_text() -> None:
    assert '#panic("x") *gras* $x$ <a> @b' in text_of('#panic("x") *gras* $x$ <a> @b')
