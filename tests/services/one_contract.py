"""One contract followed through its figures: the questions that its tests ask."""

from datetime import date, datetime
from typing import TypedDict
from uuid import UUID

from app.db.tables import Clause, Contract, Organisation
from app.principal import Role
from app.schemas.compliance import ComplianceOut, ComplianceQuery, EntriesQuery, EntryPage, Figure
from app.schemas.follow_up import ActionOut
from app.services.contract_positions import read_compliance
from app.services.entries import list_entries
from tests.books import Books, Worker


class Viewer(TypedDict):
    role: Role
    organisation: Organisation


class Story:
    """One contract of 46 h from 2024-12-12 to 2025-09-11, statements due the 15th, one hire."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.began = books.clock.wait(300)
        self.buyer: Organisation = books.organisation()
        self.firm: Organisation = books.organisation()
        self.contract: Contract = self.books.contract(self.buyer, self.firm)
        self.clause: Clause = self.books.clause(self.contract)
        self.worker: Worker = self.books.worker(self.clause, self.contract, self.firm)

    def actions(self, as_of: date | None = None, role: Role = Role.FACILITATOR) -> list[ActionOut]:
        """What is left to do, for the buyer's own staff unless another role is named."""
        organisation = self.firm if role is Role.CONTRACTOR else self.buyer
        found = self.compliance(as_of, role=role, organisation=organisation).next_actions
        assert found is not None
        return found

    def compliance(
        self,
        as_of: date | None = None,
        known_at: datetime | None = None,
        role: Role = Role.BUYER,
        organisation: Organisation | None = None,
    ) -> ComplianceOut:
        with self.books.reading(organisation or self.buyer, role) as reader:
            asked = ComplianceQuery(as_of=as_of, known_at=known_at)
            return read_compliance(reader, self.contract.id, asked)

    def entries(
        self,
        figure: Figure,
        as_of: date | None = None,
        known_at: datetime | None = None,
        role: Role = Role.BUYER,
        organisation: Organisation | None = None,
        limit: int = 200,
        after: UUID | None = None,
    ) -> EntryPage:
        with self.books.reading(organisation or self.buyer, role) as reader:
            asked = EntriesQuery(figure=figure, as_of=as_of, known_at=known_at, limit=limit, after=after)
            return list_entries(reader, self.contract.id, asked)
