"""Single values as publishers write them: texts, numbers, dates, amounts, CPV, lists of labels.

Every function takes what was received, the pointer of the field and the findings; it gives the
value or None, and records what was wrong.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from app.exchange.decp import vocabulary
from app.exchange.decp.issues import Findings, IssueCode
from app.exchange.decp.received import NumberText, Received, is_nothing, storable
from app.exchange.folding import fold_words

# Marks of the "augmenté" files: CDL says that a conditional value is rightly absent, MQ that a
# mandatory one is missing, INX that the value which follows is unusable as it stands.
_ABSENT: dict[str, IssueCode | None] = {
    **dict.fromkeys(("", "CDL", "NULL", "NONE", "NAN", "<NA>")),
    "MQ": IssueCode.MISSING,
    **dict.fromkeys(("NC", "N/C", "NON COMMUNIQUÉ", "NON COMMUNIQUE"), IssueCode.NOT_COMMUNICATED),
}
_UNUSABLE = re.compile(r"INX\b\s*")

_STRAY_BACKSLASH = re.compile(r"(?<!\\)\\+(?=[\"'])")
_WRITTEN_NEWLINE = re.compile(r"\\[nrt]")
_FLOAT_TAIL = re.compile(r"(?<=\d)\.0+$")
_INTEGER = re.compile(r"[+-]?[0-9]{1,9}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?")
_ISO_DATE = re.compile(r"(?<![0-9])([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?![0-9])")
_COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[T ]?[0-9]{0,6})?(?:\.0)?")
_PLAIN_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FRENCH_DATE = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})\b")
_ENGLISH_DATE = re.compile(r"([a-z]+) ([0-9]{1,2}) ([0-9]{4})\b")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
# The currency, and that the tax is left out.
_UNIT = re.compile(r"[\s€']|EUROS?|EUR|H\.?T\.?$", re.IGNORECASE)
_CPV = re.compile(r"([0-9]{5,8})(?:-([0-9]))?")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_SEPARATOR = re.compile(r"['\"]?\s*[,;|]\s*['\"]?")

_TRUE = frozenset({"true", "vrai", "oui", "1"})
_FALSE = frozenset({"false", "faux", "non", "0"})

# Public procurement data began in the 2000s: an earlier or much later year is a typing error.
_FIRST_YEAR = 1990
_LAST_YEAR = 2100
# Far above every list of labels; longer texts are not worth the time of a search.
_LONGEST_LIST = 2_000
_CPV_LENGTH = 8
_CPV_WEIGHTS = (3, 7, 1, 3, 7, 1, 3, 7)
_LOST_LEADING_ZERO = 7
# Fits the 64-bit integers of the database with room for sums (10 000 billion euros).
_MAX_CENTS = 10**15


def scalar(
    value: Received, pointer: str, findings: Findings, *, keep: frozenset[str] = frozenset()
) -> str | None:
    """Give the characters of a scalar, or of the only element of a list; None when absent.

    ``keep`` are texts that look like a mark but are values in this field.
    """
    value = only_element(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_nothing(value):
        return None
    if not isinstance(value, str):
        findings.add(IssueCode.UNREADABLE, pointer)
        return None
    text = value.strip()
    return text if text in keep else _without_mark(text, pointer, findings)


def only_element(value: Received) -> Received:
    """Give what a list of one element contains, however deep; other values unchanged."""
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value


def clean_text(value: Received, pointer: str, findings: Findings, *, longest: int) -> str | None:
    """Give one line of text, as `tidy` makes it, cut at ``longest`` characters."""
    text = scalar(value, pointer, findings)
    if text is None:
        return None
    tidied = tidy(text, pointer, findings)
    if len(tidied) > longest:
        findings.add(IssueCode.TEXT_TOO_LONG, pointer)
    return tidied[:longest] or None


def tidy(text: str, pointer: str, findings: Findings) -> str:
    """Give the text on one line: HTML entities read, control characters and stray escapes removed."""
    unescaped = _unescaped(_unescaped(text))
    plain = _WRITTEN_NEWLINE.sub(" ", _STRAY_BACKSLASH.sub("", unescaped))
    spaced = " ".join(storable(plain).split())
    visible = spaced
    if not spaced.isprintable():
        visible = "".join(c for c in spaced if unicodedata.category(c) not in {"Cc", "Cf"})
    if plain != text or visible != spaced:
        findings.add(IssueCode.TEXT_CLEANED, pointer)
    return visible.strip()


def _unescaped(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:
        # A numeric entity of thousands of digits is more than Python converts.
        return text


def label(value: Received, values: tuple[str, ...], pointer: str, findings: Findings) -> str | None:
    """Give the official spelling of a value of a closed list."""
    text = scalar(value, pointer, findings)
    return None if text is None else _recognised(text[:_LONGEST_LIST], values, pointer, findings)


def labels(
    value: Received, wrapper: str, values: tuple[str, ...], pointer: str, findings: Findings
) -> tuple[str, ...]:
    """Give the values of a closed list from an array, a scalar, or a list written as text."""
    found: dict[str, None] = {}
    for item in entries(value, wrapper):
        text = scalar(item, pointer, findings)
        for part in () if text is None else _listed(text[:_LONGEST_LIST], values):
            known = _recognised(part, values, pointer, findings)
            if known is not None:
                found[known] = None
    return tuple(found)


def entries(value: Received, *wrappers: str) -> Iterator[Received]:
    """Give the items of an array, however nested, each without its wrapper object if it has one."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(item))
        elif isinstance(item, dict) and (wrapper := next((w for w in wrappers if w in item), None)):
            waiting.append(item[wrapper])
        elif not is_nothing(item):
            yield item


def boolean(value: Received, pointer: str, findings: Findings) -> bool | None:
    """Give a boolean from true/false, vrai/faux, oui/non or 1/0."""
    text = scalar(value, pointer, findings)
    if text is None:
        return None
    folded = fold_words(_FLOAT_TAIL.sub("", text))
    if folded in _TRUE or folded in _FALSE:
        return folded in _TRUE
    findings.add(IssueCode.UNREADABLE, pointer)
    return None


def integer(value: Received, pointer: str, findings: Findings, *, least: int, most: int) -> int | None:
    """Give a whole number written as a number or as text ("12", "12.0") between the limits."""
    text = scalar(value, pointer, findings)
    if text is None:
        return None
    text = _FLOAT_TAIL.sub("", text)
    if _INTEGER.fullmatch(text) is None:
        findings.add(IssueCode.NUMBER_UNREADABLE, pointer)
        return None
    number = int(text)
    if least <= number <= most:
        return number
    findings.add(IssueCode.NUMBER_OUT_OF_RANGE, pointer)
    return None


def cents(value: Received, pointer: str, findings: Findings) -> int | None:
    """Give an amount in cents, read from its characters; French and English separators."""
    text = scalar(value, pointer, findings)
    if text is None:
        return None
    amount = _decimal(text)
    if amount is None:
        findings.add(IssueCode.NUMBER_UNREADABLE, pointer)
        return None
    if amount < 0 or amount * 100 > _MAX_CENTS:
        findings.add(IssueCode.NUMBER_OUT_OF_RANGE, pointer)
        return None
    exact = amount * 100
    rounded = exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    if rounded != exact:
        findings.add(IssueCode.AMOUNT_ROUNDED, pointer)
    return int(rounded)


def number(value: Received) -> NumberText | None:
    """Give a decimal in its shortest writing; None for anything else."""
    text = scalar(value, "", Findings())
    found = None if text is None else _decimal(text)
    return None if found is None else NumberText(f"{found.normalize():f}")


def rate(value: Received) -> str | None:
    """Give a decimal from 0 to 1 in its shortest writing; None for anything else."""
    found = number(value)
    return str(found) if found is not None and 0 <= Decimal(found) <= 1 else None


def day(value: Received, pointer: str, findings: Findings) -> date | None:
    """Give the calendar day as written: an offset or a time after it changes nothing."""
    text = scalar(value, pointer, findings)
    if text is None:
        return None
    found = _iso_day(text) or _other_day(text)
    if found is None:
        findings.add(IssueCode.DATE_UNREADABLE, pointer)
    elif _PLAIN_DATE.fullmatch(text) is None:
        findings.add(IssueCode.DATE_UNUSUAL, pointer)
    return found


def cpv(value: Received, pointer: str, findings: Findings) -> str | None:
    """Give the eight digits of the code, its check digit verified when present."""
    text = scalar(value, pointer, findings)
    if text is None:
        return None
    match = _CPV.fullmatch(_FLOAT_TAIL.sub("", "".join(text.split())))
    if match is None:
        findings.add(IssueCode.CPV_UNREADABLE, pointer)
        return None
    digits, check = match.groups()
    if len(digits) < _CPV_LENGTH:
        findings.add(IssueCode.CPV_PADDED, pointer)
        digits = _padded_cpv(digits)
    # The formula was inferred from published codes, no text gives it: never more than a warning.
    computed = sum(w * int(d) for w, d in zip(_CPV_WEIGHTS, digits, strict=True)) % 10
    if check is not None and int(check) != computed:
        findings.add(IssueCode.CPV_CHECK_DIGIT, pointer)
    return digits


def _without_mark(text: str, pointer: str, findings: Findings) -> str | None:
    if text.upper() in _ABSENT:
        reason = _ABSENT[text.upper()]
        if reason is not None:
            findings.add(reason, pointer)
        return None
    marked = _UNUSABLE.match(text)
    if marked is None:
        return text
    findings.add(IssueCode.MARKED_UNUSABLE, pointer)
    return text[marked.end() :] or None


def _recognised(text: str, values: tuple[str, ...], pointer: str, findings: Findings) -> str | None:
    if text in values:
        return text
    known = vocabulary.recognise(text, values)
    findings.add(IssueCode.UNKNOWN_VALUE if known is None else IssueCode.UNUSUAL_SPELLING, pointer)
    return known


def _listed(text: str, values: tuple[str, ...]) -> list[str]:
    """Split a list written as text: "['a', 'b']" as Python prints it, or "a, b"."""
    if text.startswith("["):
        return [single or double for single, double in _QUOTED.findall(text)] or [text.strip("[] ")]
    if vocabulary.recognise(text, values) is not None:
        return [text]
    return [part.strip("'\" ") for part in _SEPARATOR.split(text)]


def _decimal(text: str) -> Decimal | None:
    compact = _UNIT.sub("", text)
    if "," in compact and "." in compact:
        thousands = "," if compact.rfind(".") > compact.rfind(",") else "."
        compact = compact.replace(thousands, "")
    compact = compact.replace(",", ".")
    return None if _DECIMAL.fullmatch(compact) is None else Decimal(compact)


def _iso_day(text: str) -> date | None:
    match = _ISO_DATE.search(text) or _COMPACT_DATE.fullmatch(text)
    return None if match is None else _calendar_day(*match.groups())


def _other_day(text: str) -> date | None:
    french = _FRENCH_DATE.match(text)
    if french is not None:
        return _calendar_day(french[3], french[2], french[1])
    english = _ENGLISH_DATE.match(fold_words(text))
    if english is None or english[1] not in _MONTHS:
        return None
    return _calendar_day(english[3], str(_MONTHS.index(english[1]) + 1), english[2])


def _calendar_day(year: str, month: str, number: str) -> date | None:
    try:
        found = date(int(year), int(month), int(number))
    except ValueError:
        return None
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def _padded_cpv(digits: str) -> str:
    """Seven digits lost a leading zero if that makes a division; others lost trailing zeros."""
    leading = digits.zfill(_CPV_LENGTH)
    if len(digits) == _LOST_LEADING_ZERO and leading[:2] in vocabulary.CPV_DIVISIONS:
        return leading
    return digits.ljust(_CPV_LENGTH, "0")
