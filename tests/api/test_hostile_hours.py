"""Tables of hours as nobody should send them: each is answered for at its lines, and nothing is half done."""

from collections.abc import Iterator

import pytest

from app.services.verify import verify
from tests.api.builders import Service, add_contract, add_hire, serving
from tests.api.sending_tables import told
from tests.api.test_hour_imports import hours, imported, send

HEADER = "Mise à l'emploi;Mois;Heures;Marché"


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running
        assert verify(running.means.database).holds


REFUSED = (
    ("2025-01", "9999999999999", "not_a_number"),
    # The API takes 10,000,000 hours at most for one number.
    ("2025-01", "10000000,01", "not_a_number"),
    ("2025-01", "1e400", "not_a_number"),
    ("2025-01", "NaN", "not_a_number"),
    ("2025-01", "-7", "negative"),
    ("2025-01", "7,125", "too_many_decimals"),
    ("9999-12", "7", "month_outside_window"),
    ("31/12/9999", "7", "month_outside_window"),
    ("0001-01", "7", "month_outside_window"),
    ("2025-13", "7", "not_a_month"),
)


def test_what_no_month_holds(service: Service) -> None:
    contract_id = add_contract(service)
    lines = [f"{add_hire(service, contract_id).hire_id};{month};{given};" for month, given, _ in REFUSED]
    found = imported(service, "\n".join((HEADER, *lines, "")))
    said = [[flaw for flaw, _ in flaws] for _, _, flaws in told(found)]
    assert said == [[code] for _, _, code in REFUSED]
    assert hours(service, contract_id) == []


def test_a_title_is_a_text(service: Service) -> None:
    answer = send(service, b"Mois;x\n", columns="worked:a\0b")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/query/columns/0")
    for title in ("=cmd()", "deux\nlignes", "\U0010fffd"):
        assert send(service, b"Mois;x\n", columns=f"worked:{title}").status_code == 202


def test_a_filename_is_a_name(service: Service) -> None:
    for name in ("a\0b.csv", "../../etc/passwd", "a\r\nSet-Cookie: x", "x" * 121):
        assert send(service, b"Mois;x\n", filename=name).status_code == 422
    assert send(service, b"", media="application/zip").status_code == 415
    assert send(service, b"", media="").status_code == 415
