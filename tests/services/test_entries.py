"""The entries behind a figure sum to it, whatever the day and the instant; and who sees which."""

from datetime import date
from uuid import uuid4

import pytest

from app.db.tables import ContractParty
from app.errors import Forbidden, NotFound
from app.principal import Role
from app.schemas.compliance import Figure
from tests.books import FIRST
from tests.services.one_contract import Story, Viewer

DECEMBER, JANUARY = date(2024, 12, 1), date(2025, 1, 1)


class TestEntries:
    def test_sum_to_each_figure_on_every_day_and_at_every_instant(self, story: Story) -> None:
        books = story.books
        instants = [books.settle()]
        pending = books.post(story.worker, DECEMBER, "pending", 2000)
        books.post(story.worker, JANUARY, "held", 700)
        instants.append(books.settle())
        books.reverse(pending)
        books.post(story.worker, DECEMBER, "counted", 1500, kind="training")
        cut = books.post(story.worker, DECEMBER, "refused", 500, rule="review", parameter="15 h acceptées")
        instants.append(books.settle())
        books.reverse(cut)
        books.post(story.worker, DECEMBER, "pending", 500)
        days = [date(2024, 12, 30), date(2024, 12, 31), date(2025, 1, 31), date(2025, 4, 10)]
        shown = set()
        for as_of in days:
            for known_at in (*instants, None):
                position = story.compliance(as_of, known_at)
                for figure in Figure:
                    page = story.entries(figure, as_of, known_at)
                    total = getattr(position, figure)
                    assert (page.total, sum(entry.hours for entry in page.items)) == (total, total)
                    assert all(entry.hours > 0 for entry in page.items)
                    shown.add((figure.value, total))
        # Each figure took the values that were written, and no other.
        assert shown == {
            *(("counted", hours) for hours in (0, 1500)),
            *(("pending", hours) for hours in (0, 2000, 500)),
            *(("held", hours) for hours in (0, 700)),
            *(("refused", hours) for hours in (0, 500)),
            *(("declared", hours) for hours in (0, 2000, 2700)),
        }

    def test_pages_follow_one_another(self, story: Story) -> None:
        for hours in (100, 200, 300):
            story.books.post(story.worker, DECEMBER, "counted", hours)
        first = story.entries(Figure.COUNTED, limit=2)
        rest = story.entries(Figure.COUNTED, limit=2, after=first.next)
        assert [entry.hours for entry in (*first.items, *rest.items)] == [100, 200, 300]
        assert (first.total, rest.total, rest.next) == (600, 600, None)

    def test_say_which_rule_decided_but_not_why_a_person_is_not_eligible(self, story: Story) -> None:
        story.books.post(
            story.worker, DECEMBER, "refused", 100, rule="window", parameter="Du 12", reference="Clause"
        )
        story.books.post(
            story.worker, DECEMBER, "refused", 100, rule="eligibility", parameter="Motif", reference="Texte"
        )
        for role, told in ((Role.BUYER, None), (Role.FACILITATOR, "Motif")):
            window, eligibility = story.entries(Figure.REFUSED, role=role).items
            assert (window.rule, window.parameter, window.reference) == ("window", "Du 12", "Clause")
            assert (eligibility.rule, eligibility.parameter) == ("eligibility", told)
            assert eligibility.rule_label == "Éligibilité approuvée"

    def test_tell_the_facilitator_alone_where_a_person_lives(self, story: Story) -> None:
        story.books.post(story.worker, DECEMBER, "counted", 100, residence="commune/54395")
        seen = {
            role: story.entries(Figure.COUNTED, role=role).items[0].places.residence
            for role in (Role.BUYER, Role.FACILITATOR)
        }
        assert seen == {Role.BUYER: None, Role.FACILITATOR: "commune/54395"}

    def test_a_contract_without_clause_has_none(self, story: Story) -> None:
        story.contract = story.books.contract(story.buyer)
        page = story.entries(Figure.DECLARED)
        assert (page.total, page.items) == (0, [])


class TestSight:
    def test_a_holder_sees_the_balance_and_every_line(self, story: Story) -> None:
        other = story.books.organisation()
        story.books.write(story.books.access(story.contract, other.id, Role.CONTRACTOR))
        borrowed = story.books.worker(story.clause, story.contract, other)
        story.books.post(story.worker, DECEMBER, "counted", 700)
        story.books.post(borrowed, DECEMBER, "counted", 300)
        holder: Viewer = {"role": Role.CONTRACTOR, "organisation": story.firm}
        assert story.compliance(**holder).balance == -3600
        page = story.entries(Figure.COUNTED, **holder)
        assert (page.total, page.own_only, len(page.items)) == (1000, False, 2)
        # Whoever performs without holding sees its own lines.
        performer: Viewer = {"role": Role.CONTRACTOR, "organisation": other}
        page = story.entries(Figure.COUNTED, **performer)
        assert (page.total, page.own_only, [entry.hours for entry in page.items]) == (300, True, [300])
        missing = {item.declarant for item in story.compliance(**performer).next_actions or ()}
        assert missing == {other.identifier}

    def test_members_of_a_group_do_not_read_each_others_lines(self, story: Story) -> None:
        fellow, under = story.books.organisation(), story.books.organisation()
        of = {"owner_id": story.contract.owner_id, "contract_id": story.contract.id}
        story.books.write(
            story.books.access(story.contract, fellow.id, Role.CONTRACTOR),
            ContractParty(
                **of, organisation_id=fellow.id, kind="holder", lead=False, share=None, since=FIRST
            ),
        )
        declarants = ((story.firm, 500), (fellow, 300), (under, 200))
        for firm, hours in declarants:
            worker = story.books.worker(story.clause, story.contract, firm)
            story.books.post(worker, DECEMBER, "counted", hours)
        page = story.entries(Figure.COUNTED, role=Role.CONTRACTOR, organisation=story.firm)
        # Its own and its subcontractor's.
        assert (page.total, page.own_only, sorted(entry.hours for entry in page.items)) == (
            700,
            True,
            [200, 500],
        )
        page = story.entries(Figure.COUNTED, role=Role.CONTRACTOR, organisation=fellow)
        assert (page.total, sorted(entry.hours for entry in page.items)) == (500, [200, 300])

    def test_an_insertion_structure_sees_no_balance(self, story: Story) -> None:
        structure = story.books.organisation()
        story.books.write(story.books.access(story.contract, structure.id, Role.INSERTION_STRUCTURE))
        asked: Viewer = {"role": Role.INSERTION_STRUCTURE, "organisation": structure}
        with pytest.raises(Forbidden):
            story.compliance(**asked)
        with pytest.raises(Forbidden):
            story.entries(Figure.COUNTED, **asked)

    @pytest.mark.parametrize("role", [Role.BUYER, Role.CONTRACTOR, Role.FACILITATOR, Role.OBSERVER])
    def test_strangers_see_nothing_and_settle_nothing(self, story: Story, role: Role) -> None:
        stranger: Viewer = {"role": role, "organisation": story.books.organisation()}
        with pytest.raises(NotFound):
            story.compliance(**stranger)
        with pytest.raises(NotFound):
            story.compliance(known_at=story.books.clock.instant, **stranger)
        with pytest.raises(NotFound):
            story.entries(Figure.COUNTED, known_at=story.books.clock.instant, **stranger)
        assert story.compliance().provisional is True

    def test_an_unknown_contract_is_not_found(self, story: Story) -> None:
        story.contract.id = uuid4()
        with pytest.raises(NotFound):
            story.compliance()
