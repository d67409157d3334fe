"""What every import of a firm's table shares: its lines, what becomes of them, and what a kind has to say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from app.exchange.tables.matching import FIND_COLUMN, Flaw
from app.exchange.tables.problems import WHAT_TO_DO
from app.schemas.imports import ImportOutcome
from app.schemas.violations import meaning_of
from app.services.work import Writer

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from uuid import UUID

    from app.errors import DomainError
    from app.exchange.tables.lines import ReadRow
    from app.exchange.tables.matching import Field
    from app.exchange.tables.reading import Row
    from app.services.jobs import Running

Payload = TypeVar("Payload", bound=BaseModel)
HELD_BACK = "held_back"
SENTENCES: dict[str, str] = {
    **{str(code): text for code, text in WHAT_TO_DO.items()},
    **FIND_COLUMN,
    HELD_BACK: "Ligne juste, non inscrite : d'autres lignes sont à corriger.",
}


@dataclass(slots=True, eq=False)
class Line:
    """A line of the file, where it belongs, and what became of it.

    Lines of one `key` are written together or not at all; one without a key belongs nowhere and is refused.
    """

    row: ReadRow
    key: Hashable | None = None
    contract_id: UUID | None = None
    reference: str | None = None
    outcome: ImportOutcome = ImportOutcome.CREATED
    flaws: list[Flaw] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with what reading found."""
        self.flaws += self.row.flaws
        if self.row.left_out:
            self.outcome = ImportOutcome.NOTED
        elif self.row.flaws:
            self.outcome = ImportOutcome.REJECTED

    def refuse(self, code: str, detail: str, name: str = "") -> None:
        """Keep the line out, for this reason."""
        self.outcome = ImportOutcome.REJECTED
        self.flaws.append(Flaw(code, detail, name))

    def hold_back(self) -> None:
        """Keep a sound line out, for others."""
        if self.outcome is ImportOutcome.CREATED:
            self.outcome = ImportOutcome.HELD_BACK
            self.flaws.append(Flaw(HELD_BACK, SENTENCES[HELD_BACK], keeps_out=False))

    @property
    def rejected(self) -> bool:
        """Whether something keeps it out."""
        return self.outcome is ImportOutcome.REJECTED


@dataclass(slots=True)
class Group:
    """The lines of one key, in the order of the file."""

    lines: list[Line] = field(default_factory=list)

    @property
    def flawed(self) -> bool:
        """Whether a line is kept out: the others wait for it."""
        return any(line.rejected for line in self.lines)

    def hold_back(self) -> None:
        """Keep the sound lines out."""
        for line in self.lines:
            line.hold_back()


def blame(line: Line, refusal: DomainError, names: Mapping[str, str]) -> None:
    """Say at a line what its use case refused; `names` are the fields by where the refusal points."""
    for error in refusal.errors:
        line.refuse(error.code, error.detail.fr, names.get(error.pointer, ""))
    if not refusal.errors:
        line.refuse(refusal.code, (refusal.detail or refusal.title).fr)


def checked(
    model: type[Payload], values: dict[str, Any], line: Line, names: Mapping[str, str]
) -> Payload | None:
    """What a line asks of the API, or None with what its schema refuses said at the line."""
    try:
        return model.model_validate(values)
    except ValidationError as refused:
        for item in refused.errors(include_url=False):
            code, detail = meaning_of(item)
            pointer = "".join(f"/{part}" for part in item["loc"] if isinstance(part, str))
            line.refuse(code, detail.fr, names.get(pointer, ""))
        return None


def sibling(writer: Writer) -> Writer:
    """A writer in the same transaction, for a change of its own: a group may make several."""
    return Writer(writer.session, writer.principal, writer.means, writer.request_id)


class TableKind(Protocol):
    """A kind of table: its columns, how a line is read, where it belongs, and what is written of it.

    One instance per import and run: what it remembers is that of one reading of the file.
    """

    fields: ClassVar[Sequence[Field]]
    # By which name the rest of the file is kept apart for sealing, asking and forgetting.
    code: ClassVar[str]

    def __init__(self, running: Running) -> None:
        """Begin, with nothing read."""

    def read(self, row: Row, places: Mapping[str, int]) -> ReadRow:
        """One line, without knowing what is registered."""

    def place(self, lines: Sequence[Line]) -> None:
        """Say where these lines belong, or refuse them; one without a key is refused or left out."""

    def declare(self, writer: Writer, group: Group) -> None:
        """Write a group in this transaction, or say at its lines why not; DomainError as the use case has it.

        It may be undone afterwards: that is how a trial is made.
        """

    def locate(self, group: Group, pointer: str) -> tuple[Line | None, str]:
        """The line and the field that a refusal of the use case points at."""
