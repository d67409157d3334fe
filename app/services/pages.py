"""Pages that stand alone: no script, nothing loaded from elsewhere, every value escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

STYLE = """
body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
body{color:#161616;background:#fff}
a{color:#000091}a:focus,table:focus{outline:3px solid #0a76f6;outline-offset:2px}
h1,h2,h3{line-height:1.25}table{border-collapse:collapse;width:100%;margin:0 0 1.5rem}
caption{text-align:left;font-weight:bold;padding:.5rem 0}
th,td{border:1px solid #666;padding:.4rem .6rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#eee}.skip{position:absolute;left:-999rem}.skip:focus{position:static}
@media print{.skip{display:none}table{page-break-inside:auto}tr{page-break-inside:avoid}}
"""


def document(title: str, *parts: str) -> str:
    """A whole French page; `parts` are HTML already."""
    return (
        '<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n"
        '<body><a class="skip" href="#contenu">Aller au contenu</a>'
        f'<main id="contenu"><h1>{escape(title)}</h1>\n{"".join(parts)}</main></body></html>\n'
    )


def heading(text: str, level: int = 2) -> str:
    """A heading."""
    return f"<h{level}>{escape(text)}</h{level}>\n"


def paragraph(text: str) -> str:
    """A paragraph."""
    return f"<p>{escape(text)}</p>\n"


def bullets(items: Iterable[str]) -> str:
    """A list."""
    inner = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f"<ul>{inner}</ul>\n" if inner else ""


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column names its rows."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(text)}</td>" for text in row[1:])
        + "</tr>\n"
        for row in rows
    )
    named = f"<caption>{escape(caption)}</caption>"
    return f"<table>{named}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>\n"
