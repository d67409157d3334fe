"""Documents for people as accessible PDF: tagged (PDF/UA-1), in French, with its own fonts and no network."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typst

if TYPE_CHECKING:
    from datetime import datetime

TEMPLATE = Path(__file__).with_name("document.typ")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, paragraphs, and a table if there are rows; the first column names its rows."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    caption: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


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
        sys_inputs={"data": json.dumps(asdict(document), ensure_ascii=False)},
        timestamp=int(made_at.timestamp()),
    )
