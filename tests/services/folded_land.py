"""A few buyers, contracts and people whose hours, names and viewers move at random; asked in every way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

from app.clock import day_of, new_id
from app.db.queries import figures as lines
from app.db.tables import Contract, ContractAccess, Organisation, Participant, PersonLink
from app.principal import SERVICE, Principal, Role
from app.rules.days import add_months
from app.services.areas import CONTAINED
from app.services.figures import ground_of
from app.services.folding import fold, wrong_areas
from app.services.territory_hours import hours_with_children
from app.services.work import reading, writing
from tests.books import Books, Worker
from tests.services.every_way import either_way

# Two communes of one department, one across its border, one in Grand Paris (a commune inside an EPT), a place
# known by its department alone, one of no known commune, and none at all.
PLACES = (
    *("commune/57433", "commune/57463", "commune/54395", "commune/93066"),
    *("department/57", "commune/99999", None),
)
TERRITORIES = ("country/FR", "region/44", "department/57", "department/93", "epci/200054781", "commune/57463")
STATES = ("counted", "counted", "counted", "pending", "held", "refused")
FIRST_MONTH, MONTHS = date(2025, 1, 1), 6
Pick = Callable[[Any], Any]  # one of several
Answer = TypeVar("Answer")


@dataclass
class FoldedLand:
    """What was written so far, and the steps that write more; `pick` says what each step is about."""

    books: Books
    pick: Pick
    buyers: list[Organisation] = field(default_factory=list)
    facilitators: list[Organisation] = field(default_factory=list)
    contracts: list[tuple[Contract, Any]] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)

    def found(self) -> None:
        """The organisations, a contract and somebody who worked on it."""
        self.firm = self.books.organisation("commune/57463")
        self.buyers = [self.books.organisation(place) for place in ("commune/57433", None)]
        self.facilitators = [self.books.organisation("commune/54395") for _ in range(2)]
        self.let_contract()
        self.hire()
        self.work()

    def let_contract(self) -> None:
        contract = self.books.contract(self.pick(self.buyers), self.firm)
        self.contracts.append((contract, self.books.clause(contract)))

    def hire(self) -> None:
        contract, clause = self.pick(self.contracts)
        person = self.pick([None, *(worker.participant_id for worker in self.workers)])
        self.workers.append(self.books.worker(clause, contract, self.firm, person=self._person(person)))

    def work(self) -> None:
        month = add_months(FIRST_MONTH, self.pick(range(MONTHS)))
        stamp = {
            name: self.pick(PLACES) for name in ("execution", "residence", "buyer_seat", "facilitator_seat")
        }
        hours = self.pick((1, 100, 1000))
        self.entries.append(
            self.books.post(self.pick(self.workers), month, self.pick(STATES), hours, **stamp)
        )

    def take_back(self) -> None:
        if self.entries:
            entry = self.pick(self.entries)
            self.entries.remove(entry)
            self.books.reverse(entry)

    def mandate(self) -> None:
        """A facilitator sees a contract from a day near today, to another or for good."""
        contract, _ = self.pick(self.contracts)
        since = self.today + timedelta(days=self.pick(range(-3, 4)))
        until = self.pick([None, since + timedelta(days=self.pick(range(4)))])
        access = self.books.access(contract, self.pick(self.facilitators).id, Role.FACILITATOR)
        access.cause_id, access.since, access.until = new_id(), since, until
        self.books.write(access, contract_id=contract.id)

    def end_mandates(self) -> None:
        """All that a facilitator sees of a contract ended yesterday, or never begins."""
        contract, _ = self.pick(self.contracts)
        facilitator = self.pick(self.facilitators)
        with writing(self.books.means, SERVICE, "test") as writer:
            writer.record("test.ended", contract_id=contract.id)
            writer.move_figures(contract.id)
            for access in writer.session.query(ContractAccess).filter_by(
                contract_id=contract.id, organisation_id=facilitator.id
            ):
                access.until = self.today - timedelta(days=1)

    def join(self) -> None:
        """A record becomes that of another's person, or a person of its own again, maybe twice in a row."""
        record = self.pick(self.workers).participant_id
        after = self._person(self.pick([worker.participant_id for worker in self.workers]))
        with writing(self.books.means, SERVICE, "test") as writer:
            change_id = writer.record("test.joined")
            row = writer.session.get_one(Participant, record)
            if row.person_id == after:
                after = record
            link = PersonLink(change_id=change_id, participant_id=record, first_id=record, second_id=record)
            link.from_person_id, link.to_person_id, row.person_id = row.person_id, after, after
            link.decision = link.reason = "test"
            link.decided_by, link.decided_at = self.firm.id, self.books.clock.now()
            writer.session.add(link)
            for worker in self.workers:
                if worker.participant_id == record:
                    writer.move_figures(worker.contract.id)

    def let_days_pass(self) -> None:
        self.books.clock.wait(self.pick(range(3)) * 24 * 3600)

    def fold(self) -> None:
        fold(self.books.means)
        assert fold(self.books.means) == 0

    @property
    def today(self) -> date:
        return day_of(self.books.clock.now())

    def _person(self, participant_id: Any) -> Any:  # noqa: ANN401  # an id or None
        if participant_id is None:
            return None
        with self.books.means.database.read() as session:
            return session.get_one(Participant, participant_id).person_id

    def sums_hold(self) -> None:
        """What is kept is what folding from nothing gives, with what moved since."""
        with self.books.means.database.read() as session:
            assert wrong_areas(session) == []

    def ask(self, *, every: bool) -> None:
        """Somebody asks about a territory, of some months, on some basis; or everybody, on every basis."""
        viewers = [(buyer.id, Role.BUYER) for buyer in self.buyers]
        viewers += [(found.id, Role.FACILITATOR) for found in self.facilitators]
        viewers.append((SERVICE.organisation_id, Role.ADMIN))
        first, last = sorted(add_months(FIRST_MONTH, self.pick(range(MONTHS))) for _ in "ab")
        for organisation_id, role in viewers if every else [self.pick(viewers)]:
            for basis in lines.PLACES if every else [self.pick(list(lines.PLACES))]:
                self._ask(Principal(organisation_id, role), self.pick(TERRITORIES), basis, (first, last))

    def _ask(self, principal: Principal, place: str, basis: str, months: tuple[date, date]) -> None:
        level, _, code = place.partition("/")
        inner = self.pick(CONTAINED.get(level, ("commune",)))

        def ask() -> Any:  # noqa: ANN401  # hours of several areas
            asked = lines.Asked(principal, self.today, *months, basis)
            with reading(self.books.means, principal, "test") as reader:
                ground = ground_of(reader, level, code, inner)
                return hours_with_children(reader, asked, ground)

        either_way(ask)
