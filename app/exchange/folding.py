"""Comparing what people typed: the same words whatever their accents, case and punctuation."""

import re
import unicodedata

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_ACCENT = re.compile(r"[\u0300-\u036f]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})


def fold_words(text: str) -> str:
    """Give the words of a text in lower-case ASCII letters and digits, separated by one space."""
    folded = text.lower()
    if not folded.isascii():
        folded = _ACCENT.sub("", unicodedata.normalize("NFKD", folded.translate(_LIGATURES)))
    return _NOT_A_WORD.sub(" ", folded).strip()
