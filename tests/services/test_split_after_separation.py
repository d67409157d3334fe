"""An agreed split between two records that turn out to be two people."""

from app.principal import Role
from tests.api.builders import FACILITATOR, OTHER_CONTRACTOR, Service
from tests.api.declaring import Body
from tests.services.ledger_books import Books
from tests.services.test_merged_people import books, decide, one_contract, service, side, standing

__all__ = ["books", "service"]


def split_of(service: Service, path: str) -> Body:
    answer = service.get(path, FACILITATOR, Role.FACILITATOR)
    assert answer.status_code == 200, answer.text
    found: Body = answer.json()
    return found


def test_it_rests_while_they_are_two_and_binds_again_later(service: Service, books: Books) -> None:
    contract_id = one_contract(service)
    a = side(service, books, contract_id, hours="155.00")
    b = side(service, books, contract_id, OTHER_CONTRACTOR)
    decide(books, "merge", a, b)
    contract = f"/v1/contracts/{contract_id}"
    (held,) = split_of(service, f"{contract}/held-hours")["items"]
    # 212.57 h for the two: the later claim asks for 80 of its 100, the earlier keeps the rest.
    body = {
        "line_id": held["line_id"],
        "claim": held["others"][0]["claim"],
        "hours": "80.00",
        "other_hours": "132.57",
    }
    proposed = service.post(f"{contract}/splits", FACILITATOR, Role.FACILITATOR, body)
    assert proposed.status_code == 201, proposed.text
    path = f"{contract}/splits/{proposed.json()['id']}"
    accepted = service.send("POST", f"{path}/accept", FACILITATOR, Role.FACILITATOR, {"reason": "Convenu"}, 1)
    assert accepted.status_code == 200, accepted.text
    agreed = ({"counted": "132.57", "held": "22.43"}, {"counted": "80.00", "held": "20.00"})
    assert (standing(a), standing(b)) == agreed
    assert split_of(service, path)["in_force"] is True

    decide(books, "separate", a, b)
    assert (standing(a), standing(b)) == ({"counted": "155.00"}, {"counted": "100.00"})
    assert split_of(service, path)["in_force"] is False

    decide(books, "merge", a, b)
    assert (standing(a), standing(b)) == agreed
    assert split_of(service, path)["in_force"] is True
