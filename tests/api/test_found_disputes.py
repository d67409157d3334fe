"""What is left to do counts the disputes that its reader finds in the list, no more and no fewer."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.principal import Role
from tests.api.builders import CONTRACTOR, FACILITATOR, OTHER_CONTRACTOR, SUBCONTRACTOR, Service, serving
from tests.api.penalising import MEETING, Body, disputed, path_of, penalised
from tests.api.test_disputes import penalty, refused_hire, reviewed_line

GROUP: list[Body] = [{"siret": CONTRACTOR, "lead": True}, {"siret": OTHER_CONTRACTOR}]


@pytest.fixture
def service(sqlite_url: str) -> Iterator[Service]:
    with serving(sqlite_url) as found:
        found.clock.moment = datetime(2025, 2, 3, 9, tzinfo=UTC)
        yield found


def counted(service: Service, contract: Body, siret: str, role: Role) -> tuple[int, int]:
    """How many are listed, and how many are left to do."""
    listed = service.get(path_of(contract, "disputes"), siret, role).json()["items"]
    actions = service.get(path_of(contract, "compliance"), siret, role).json()["next_actions"]
    left = sum(item["count"] for item in actions if item["code"] == "disputes_open")
    return len(listed), left


def test_a_holder_counts_no_dispute_on_the_eligibility_of_its_subcontractors_people(service: Service) -> None:
    contract = penalised(service)
    disputed(service, contract, SUBCONTRACTOR, **refused_hire(service, contract, SUBCONTRACTOR))
    assert counted(service, contract, CONTRACTOR, Role.CONTRACTOR) == (0, 0)
    assert counted(service, contract, SUBCONTRACTOR, Role.CONTRACTOR) == (1, 1)
    assert counted(service, contract, FACILITATOR, Role.FACILITATOR) == (1, 1)


def test_a_holder_counts_the_disputes_on_the_lines_of_its_subcontractors(service: Service) -> None:
    contract = penalised(service)
    disputed(service, contract, SUBCONTRACTOR, **reviewed_line(service, contract, SUBCONTRACTOR))
    assert counted(service, contract, CONTRACTOR, Role.CONTRACTOR) == (1, 1)


def test_a_member_of_a_group_counts_the_disputes_on_penalties_and_on_its_own_lines(service: Service) -> None:
    contract = penalised(service, MEETING, holders=GROUP)
    disputed(service, contract, **penalty(service, contract))
    disputed(service, contract, **reviewed_line(service, contract))
    assert counted(service, contract, OTHER_CONTRACTOR, Role.CONTRACTOR) == (1, 1)
    assert counted(service, contract, CONTRACTOR, Role.CONTRACTOR) == (2, 2)
    assert counted(service, contract, SUBCONTRACTOR, Role.CONTRACTOR) == (0, 0)
