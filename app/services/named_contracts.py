"""Which contract a line of a table is about: by its id, or by its reference as its buyer writes it.

A contract that is not the caller's is unknown, in the same words as one that does not exist.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from app.db.queries.contracts import visible_contracts
from app.db.queries.named_contracts import contracts_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.services.jobs import Running
    from app.services.table_lines import Line

SENTENCES = {
    "contract_unknown": "Contrat inconnu ou hors de votre périmètre : sa référence, ou son identifiant.",
    "contract_unsure": "Plusieurs contrats portent cette référence : donnez l'identifiant de l'un d'eux.",
}
LONGEST_REFERENCE = 64
# Names that are remembered; a longer file asks again.
MOST_REMEMBERED = 20_000


def written(reference: str) -> str:
    """A reference as it is compared: neither case nor spaces count."""
    return " ".join(reference.split()).casefold()


@dataclass(slots=True)
class NamedContracts:
    """The contracts that an import names, looked up some at a time."""

    running: Running
    _known: dict[str, list[tuple[UUID, str]]] = field(default_factory=dict)

    def place(self, lines: Sequence[Line], names: Iterable[str | None]) -> None:
        """Give each line its contract, or refuse it; a line whose cell is empty is left as it is."""
        pairs = [(line, name) for line, name in zip(lines, names, strict=True) if name]
        named = [(line, written(name)) for line, name in pairs]
        self._look_up({written(name): " ".join(name.split()) for _, name in pairs})
        for line, name in named:
            found = self._known[name]
            if len(found) == 1:
                line.contract_id, line.reference = found[0]
            else:
                code = "contract_unsure" if found else "contract_unknown"
                line.refuse(code, SENTENCES[code], "contract")

    def _look_up(self, names: Mapping[str, str]) -> None:
        """Learn what these stand for; by how they are compared, as they are typed."""
        if len(self._known) > MOST_REMEMBERED:
            self._known.clear()
        new = {name for name in names.keys() - self._known.keys() if _may_exist(name)}
        found: defaultdict[str, list[tuple[UUID, str]]] = defaultdict(list)
        if new:
            ids = {name: read for name in new if (read := _id_in(name)) is not None}
            typed = {names[name] for name in new}
            with self.running.reading() as reader:
                seen = visible_contracts(reader.principal, reader.today)
                rows = contracts_named(reader.session, seen, set(ids.values()), typed)
            for row in rows:
                found[written(row.reference)].append((row.id, row.reference))
                for name, contract_id in ids.items():
                    if contract_id == row.id:
                        found[name].append((row.id, row.reference))
        self._known.update({name: found[name] for name in names.keys() - self._known.keys()})


def _may_exist(name: str) -> bool:
    return len(name) <= LONGEST_REFERENCE and name.isprintable()


def _id_in(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
