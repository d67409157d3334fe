"""Comparing what people typed: the same words whatever their accents, case and punctuation."""

import re
import unicodedata

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})


def fold_words(text: str) -> str:
    """Give the words of a text in lower-case ASCII letters and digits, separated by one space."""
    folded = unicodedata.normalize("NFKD", text.lower().translate(_LIGATURES))
    return _NOT_A_WORD.sub(" ", "".join(c for c in folded if not unicodedata.combining(c))).strip()
