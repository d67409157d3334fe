"""The territories of one edition, read from the committed file into plain records."""

import csv
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.exchange.folding import fold_words

EDITION = "2026"
DATA_FILE = Path(__file__).parent / "data" / f"territories-{EDITION}.csv.gz"

ALIAS_LEVEL = "alias"
COLUMNS = (
    "level",
    "code",
    "name",
    "kind",
    "commune",
    "epci",
    "ept",
    "department",
    "region",
    "country",
    "population",
    "postal_codes",
)

_ABBREVIATIONS = {"saint": "st", "sainte": "ste", "saints": "sts", "saintes": "stes"}


@dataclass(frozen=True, slots=True)
class TerritoryRecord:
    """One territory with the codes of those that contain it, its own code at its own level.

    An *arrondissement municipal* is of level ``commune`` and its ``commune`` is its parent.
    EPCI and EPT overlap departments and regions, so they have neither.
    """

    place: str
    level: str
    code: str
    name: str
    search_name: str
    kind: str
    commune: str | None
    epci: str | None
    ept: str | None
    department: str | None
    region: str | None
    country: str
    population: int | None
    postal_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PostalCode:
    """A postal code and one commune that it serves (the arrondissement where there are some)."""

    code: str
    commune: str


@dataclass(frozen=True, slots=True)
class Alias:
    """A code that designated, or designates a part of, a present commune.

    The code alone is no key: a delegated commune often bears the code of the commune it belongs
    to, and two sources may send one former code to two present communes.
    """

    code: str
    kind: str
    commune: str
    name: str | None


@dataclass(frozen=True, slots=True)
class TerritoryFile:
    """Everything in the committed file; ``territories`` lists parents before children."""

    edition: str
    territories: tuple[TerritoryRecord, ...]
    postal_codes: tuple[PostalCode, ...]
    aliases: tuple[Alias, ...]


def search_name(text: str) -> str:
    """Give the form under which names are stored for search and looked up.

    Lower case, without accents, ligatures, hyphens nor apostrophes; *saint* and *sainte* are
    abbreviated, since both spellings are in use for the same commune.
    """
    words = fold_words(text).split()
    return " ".join(_ABBREVIATIONS.get(word, word) for word in words)


def read_territories(path: Path = DATA_FILE) -> TerritoryFile:
    """Read the whole edition (about 39,000 rows, well under a second; nothing is cached).

    Raises OSError, ValueError or KeyError when the file is not the one built by
    ``scripts/build_territories.py``.
    """
    territories: list[TerritoryRecord] = []
    aliases: list[Alias] = []
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["level"] == ALIAS_LEVEL:
                aliases.append(Alias(row["code"], row["kind"], row["commune"], row["name"] or None))
            else:
                territories.append(_territory(row))
    return TerritoryFile(EDITION, tuple(territories), tuple(_postal_codes(territories)), tuple(aliases))


def _territory(row: dict[str, str]) -> TerritoryRecord:
    return TerritoryRecord(
        place=f"{row['level']}/{row['code']}",
        level=row["level"],
        code=row["code"],
        name=row["name"],
        search_name=search_name(row["name"]),
        kind=row["kind"],
        commune=row["commune"] or None,
        epci=row["epci"] or None,
        ept=row["ept"] or None,
        department=row["department"] or None,
        region=row["region"] or None,
        country=row["country"],
        population=int(row["population"]) if row["population"] else None,
        postal_codes=tuple(row["postal_codes"].split()),
    )


def _postal_codes(territories: Iterable[TerritoryRecord]) -> Iterator[PostalCode]:
    # Paris 75011 would otherwise fit both Paris and its 11th arrondissement and never resolve.
    communes = [t for t in territories if t.level == "commune"]
    served_by_parts = {
        (code, part.commune) for part in communes if part.commune != part.code for code in part.postal_codes
    }
    for commune in communes:
        for code in commune.postal_codes:
            if (code, commune.code) not in served_by_parts:
                yield PostalCode(code, commune.code)
