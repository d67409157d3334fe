"""Hours are conserved over any history: lines, ledger and sums agree after every step."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.db.session import Database
from app.errors import DomainError
from app.schemas.compliance import ComplianceOut
from app.services.folding import fold
from app.services.verify import verify
from tests.databases import migrated_database
from tests.services.histories import PEOPLE, WINDOW, World

CONTRACTS = st.integers(0, 1)
OFTEN = st.sampled_from([True, True, True, False])
# Ends of the window before, inside and after the months worked.
ENDS = ("2025-01-20", "2025-02-15", WINDOW["end"], "2025-12-31")
MONTHS = ("2024-12", "2025-01", "2025-02")
# One line may pass the usual 151.67 hours of a month, two together the legal maximum of 212.57.
WORKED = st.sampled_from(["0.01", "75.50", "151.67", "212.57", "230.00"])
TRAINING = st.sampled_from(["0.00", "0.00", "7.01", "25.00"])
# Where the clause approves by itself, a proof that is seen is enough.
FIRST = st.sampled_from(["approved", "seen", "approved", None])
VERDICTS = st.sampled_from(["accepted", "accepted", "part", "returned"])

# What decisions on who is the same person may move, and parting must give back.
STANDING = """
    SELECT entries.line_id, kind, state, hours, rule, parameter, execution, residence FROM entries
    WHERE reverses_id IS NULL AND id NOT IN (SELECT reverses_id FROM entries WHERE reverses_id IS NOT NULL)
    ORDER BY 1, 2, 3, 4, 5, 6
"""
DAYS = "SELECT id, decision, counts_from, eligible_until FROM assessments ORDER BY id"
PERSONS = "SELECT id, person_id FROM participants ORDER BY id"

DECISIONS = (
    {"kind": "suspension", "since": "2025-01-06", "until": "2025-01-19"},
    {"kind": "suspension", "since": "2024-12-20", "until": "2025-02-10"},
    {"kind": "prolongation", "months": 2},
)
# Every hundredth that does not count says by which rule, with which value, and where that is written.
UNEXPLAINED = """
    SELECT id FROM entries
    WHERE state IN ('held', 'refused', 'pending')
      AND (coalesce(rule, '') = '' OR coalesce(parameter, '') = '' OR coalesce(reference, '') = '')
"""
LINES = "SELECT id, worked + training, pending, held, refused, counted FROM lines"
POSTED = """
    SELECT lines.id, coalesce(sum(entries.hours), 0),
           coalesce(sum(entries.hours) FILTER (WHERE state = 'pending'), 0),
           coalesce(sum(entries.hours) FILTER (WHERE state = 'held'), 0),
           coalesce(sum(entries.hours) FILTER (WHERE state = 'refused'), 0),
           coalesce(sum(entries.hours) FILTER (WHERE state = 'counted'), 0)
    FROM lines LEFT JOIN entries ON entries.line_id = lines.id GROUP BY lines.id
"""


class History(RuleBasedStateMachine):
    """Random steps of a facilitator, two buyers and their common firm. A refused step changes nothing."""

    steps: ClassVar[Counter[tuple[str, bool]]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        # What the engine prepared for one history serves the next.
        self.lent = ExitStack()
        url = self.lent.enter_context(migrated_database("sqlite"))
        self.world = World(Database(url, pool_size=3))
        self.hires: list[tuple[int, UUID]] = []
        self.statements: list[tuple[int, UUID]] = []
        self.told: list[tuple[int, datetime, ComplianceOut]] = []

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.world.found(automatic=data.draw(OFTEN, "automatic approval"))
        # The same people on both contracts: what one of them counts may leave no room on the other.
        for contract in (0, 1):
            for person in range(PEOPLE):
                hire_id = self.world.declare(contract, person, starts_on="2024-12-16", contract_type="cdd")
                self.hires.append((contract, hire_id))
                first = data.draw(FIRST, "decided at once")
                if first is not None:
                    self.world.decide(hire_id, first)
        for contract in (0, 1):
            self._submit(data, contract, MONTHS[1])
        for _, statement_id in self.statements:
            self._accept(data, statement_id)

    @precondition(lambda self: len(self.hires) < 6)
    @rule(contract=CONTRACTS, person=st.integers(0, PEOPLE - 1))
    def declare(self, contract: int, person: int) -> None:
        hire_id = self.world.declare(contract, person, starts_on="2025-01-13", contract_type="mission")
        self.hires.append((contract, hire_id))

    @rule(data=st.data(), decision=st.sampled_from(["approved", "seen", "refused", "needs_proof"]))
    def decide(self, data: st.DataObject, decision: str) -> None:
        _, hire_id = data.draw(st.sampled_from(self.hires), "hire")
        if data.draw(OFTEN, "decided"):
            self._try("decide", lambda: self.world.decide(hire_id, decision))
        else:
            ended_on = data.draw(st.sampled_from([date(2025, 1, 17), date(2025, 2, 28)]), "ended on")
            self._try("end_hire", lambda: self.world.end_hire(hire_id, ended_on))

    @rule(data=st.data(), contract=CONTRACTS, month=st.sampled_from(MONTHS))
    def submit(self, data: st.DataObject, contract: int, month: str) -> None:
        self._submit(data, contract, month)

    @rule(data=st.data())
    def correct(self, data: st.DataObject) -> None:
        contract, statement_id = data.draw(st.sampled_from(self.statements), "statement")
        lines = self._lines(data, contract)
        self._try("correct", lambda: self.world.correct(statement_id, lines))
        self._accept(data, statement_id)

    @rule(data=st.data())
    def review(self, data: st.DataObject) -> None:
        _, statement_id = data.draw(st.sampled_from(self.statements), "statement")
        sent = self.world.lines_sent(statement_id)
        lines = [self._verdict(data, line) for line in sent if not data.draw(OFTEN, "accepted with the rest")]
        body = {"accept_all": data.draw(OFTEN, "the rest is accepted"), "lines": lines}
        if body["accept_all"] or lines:
            self._try("review", lambda: self.world.review(statement_id, body))

    @rule()
    def fold(self) -> None:
        fold(self.world.means)
        assert fold(self.world.means) == 0

    @rule(data=st.data(), body=st.sampled_from(DECISIONS))
    def decide_duration(self, data: st.DataObject, body: dict[str, Any]) -> None:
        _, hire_id = data.draw(st.sampled_from(self.hires), "hire")
        self._try("duration", lambda: self.world.decide_duration(hire_id, body))

    @rule(contract=CONTRACTS, number=st.integers(0, 3), part=st.integers(0, 100), accept=OFTEN)
    def split(self, contract: int, number: int, part: int, *, accept: bool) -> None:
        self._try("split", lambda: self.world.split(contract, number, part=part, accept=accept))

    @rule(contract=CONTRACTS, end=st.sampled_from([None, *ENDS]))
    def change_contract(self, contract: int, end: str | None) -> None:
        if end is None:
            self._try("resolve", lambda: self.world.resolve(contract, "commune/57433"))
            return
        effective_on = date(2024, 12, 20) + timedelta(days=self.world.amendments(contract))
        self._try("amend", lambda: self.world.amend(contract, effective_on, {**WINDOW, "end": end}))

    @rule(contract=CONTRACTS, word=st.sampled_from(["merge", "merge", "separate"]))
    def say_who_is_who(self, contract: int, word: str) -> None:
        known_at = self.world.moment()
        self.told.append((contract, known_at, self.world.known(contract, known_at)))
        self._try(word, lambda: getattr(self.world, word)(0, 1))

    @rule(contract=CONTRACTS, word=st.sampled_from(["agree", "agree", "leave"]))
    def pool(self, contract: int, word: str) -> None:
        if not self.world.pools:
            self._try("ask", self.world.ask_pool)
        known_at = self.world.moment()
        self.told.append((contract, known_at, self.world.known(contract, known_at)))
        self._try(word, lambda: self.world.answer_pool(contract, word))

    @rule()
    def work(self) -> None:
        self.world.work()

    @invariant()
    def books_hold(self) -> None:
        if not self.world.contracts:
            return
        assert verify(self.world.database).holds
        lines, posted = self.world.rows(LINES), self.world.rows(POSTED)
        assert sorted(lines) == sorted(posted)
        assert all(declared == sum(states) for _, declared, *states in lines)
        assert self.world.rows(UNEXPLAINED) == []

    def teardown(self) -> None:
        try:
            if self.world.contracts:
                self._nothing_is_left_to_count()
        finally:
            self.lent.close()

    def _nothing_is_left_to_count(self) -> None:
        self.world.work()
        assert self.world.unfinished_jobs() == []
        assert [self.world.recount(contract) for contract in (0, 1)] == [False, False]
        self.books_hold()
        self._parting_gives_back_what_joining_moved()
        for contract, known_at, answer in self.told:
            assert self.world.known(contract, known_at) == answer

    def _parting_gives_back_what_joining_moved(self) -> None:
        queries = (STANDING, DAYS, PERSONS)
        self._say("separate")
        before = [self.world.rows(query) for query in queries]
        self._say("merge")
        assert len({person for _, person in self.world.rows(PERSONS)}) == 1
        assert [self.world.recount(contract) for contract in (0, 1)] == [False, False]
        joined = self.world.rows(STANDING)
        self.steps["hours moved by joining", joined != before[0]] += 1
        self._say("separate")
        assert [self.world.rows(query) for query in queries] == before

    def _say(self, word: str) -> None:
        """Have it said, whether or not it was, and all that follows done."""
        self._try(f"last {word}", lambda: getattr(self.world, word)(0, 1))
        self.world.work()
        assert self.world.unfinished_jobs() == []
        self.books_hold()

    def _submit(self, data: st.DataObject, contract: int, month: str) -> None:
        lines = self._lines(data, contract)
        found = self._try("submit", lambda: self.world.submit(contract, month, lines))
        if found is not None:
            self.statements.append((contract, found))

    def _try(self, name: str, step: Callable[[], Any]) -> Any:  # noqa: ANN401  # what the step gives
        try:
            found = step()
        except DomainError:
            self.steps[name, False] += 1
            return None
        self.steps[name, True] += 1
        return found

    def _lines(self, data: st.DataObject, contract: int) -> list[dict[str, Any]]:
        own = [hire_id for number, hire_id in self.hires if number == contract]
        return [
            {
                "hire_id": str(hire_id),
                "worked": data.draw(WORKED, "worked"),
                "training": data.draw(TRAINING, "training"),
            }
            for hire_id in own
            if data.draw(OFTEN, "declared")
        ]

    def _accept(self, data: st.DataObject, statement_id: UUID) -> None:
        if data.draw(OFTEN, "accepted whole"):
            self._try("accept", lambda: self.world.review(statement_id, {"accept_all": True}))

    @staticmethod
    def _verdict(data: st.DataObject, line: dict[str, Any]) -> dict[str, Any]:
        verdict = data.draw(VERDICTS, "verdict")
        reason = None if verdict == "accepted" else "Exemple"
        found = {"hire_id": line["hire_id"], "verdict": verdict, "reason": reason}
        if verdict == "part":
            hundredths = data.draw(st.integers(0, line["worked"] + line["training"]), "accepted")
            found["hours"] = f"{hundredths // 100}.{hundredths % 100:02d}"
        return found


# Each step is a few transactions: making a failing history smaller would take longer than reading it.
History.TestCase.settings = settings(
    phases=[Phase.generate],
    max_examples=10,
    stateful_step_count=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestHistory = History.TestCase
