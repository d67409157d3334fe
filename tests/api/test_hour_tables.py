"""Tables of hours in more shapes: dated parts of a month, nothing to declare, files longer than a wave."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from app import worker
from app.db.queries import statements as queries
from app.db.session import ReadSession
from app.db.tables import Contract, Line, Statement
from app.services.verify import verify
from tests.api.builders import OTHER_CONTRACTOR, Service, add_contract, add_hire, serving
from tests.api.sending_tables import told
from tests.api.test_hour_imports import hours, imported, read, reference_of, send, statements

DATED = "Identifiant de l'embauche;Du;Au;Heures effectuées;Heures formation"
NOTHING = "Contrat;Mois;Mise à l'emploi;Heures;Rien à déclarer"
Flaws = list[tuple[str, str | None]]


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running
        assert verify(running.means.database).holds


def table(header: str, *lines: str) -> str:
    return "\n".join((header, *lines, ""))


def periods(service: Service, contract_id: Any) -> list[list[tuple[str, str, int, int]]]:  # noqa: ANN401 - an id
    with service.means.database.read() as session:
        found = session.scalars(select(Line.sub_periods).where(Line.contract_id == contract_id)).all()
    return [[(o["first"], o["last"], o["worked"], o["training"]) for o in line] for line in found]


class TestDatedParts:
    def test_dated_lines_of_one_hire_are_one_line_of_the_statement(self, service: Service) -> None:
        contract_id = add_contract(service)
        one = add_hire(service, contract_id).hire_id
        content = table(DATED, f"{one};02/12/2024;13/12/2024;70;", f"{one};16/12/2024;31/12/2024;63,5;7")
        assert told(imported(service, content)) == [(2, "created", []), (3, "created", [])]
        # 70 + 63.5 hours worked, 7 of training.
        assert hours(service, contract_id) == [("2024-12", 13350, 700, 0)]
        assert periods(service, contract_id) == [
            [("2024-12-02", "2024-12-13", 7000, 0), ("2024-12-16", "2024-12-31", 6350, 700)]
        ]
        assert told(imported(service, content)) == [(2, "unchanged", []), (3, "unchanged", [])]
        moved = content.replace("13/12/2024", "12/12/2024")
        assert [flaws for _, _, flaws in told(imported(service, moved))] == [[("already_declared", None)]] * 2

    @pytest.mark.parametrize(
        ("lines", "said"),
        [
            (["{hire};02/12/2024;;7;"], [("half_a_period", "B")]),
            (["{hire};31/12/2024;02/01/2025;7;"], [("half_a_period", "B")]),
            (["{hire};13/12/2024;02/12/2024;7;"], None),
        ],
        ids=["no last day", "two months", "reversed"],
    )
    def test_what_is_no_part_of_a_month(self, service: Service, lines: list[str], said: Flaws | None) -> None:
        contract_id = add_contract(service)
        hire = add_hire(service, contract_id).hire_id
        found = told(imported(service, table(DATED, *(line.format(hire=hire) for line in lines))))
        assert [outcome for _, outcome, _ in found] == ["rejected"]
        if said is not None:
            assert found[0][2] == said
        assert hours(service, contract_id) == []

    def test_a_month_and_a_part_of_it_are_one_too_many(self, service: Service) -> None:
        contract_id = add_contract(service)
        one = add_hire(service, contract_id).hire_id
        header = "Mise à l'emploi;Mois;Du;Au;Heures"
        lines = [f"{one};2024-12;02/12/2024;13/12/2024;70", f"{one};2024-12;;;63"]
        found = told(imported(service, table(header, *lines), mode="valid"))
        assert found == [(2, "held_back", [("held_back", None)]), (3, "rejected", [("hire_twice", "A")])]


class TestNothingToDeclare:
    def test_a_line_says_that_nobody_worked(self, service: Service) -> None:
        contract_id = add_contract(service)
        content = table(NOTHING, f"{reference_of(service, contract_id)};décembre 2024;;;oui")
        assert told(imported(service, content)) == [(2, "created", [])]
        with service.means.database.read() as session:
            query = select(Statement.nothing_to_declare).where(Statement.contract_id == contract_id)
            assert session.scalars(query).all() == [True]
        assert told(imported(service, content)) == [(2, "unchanged", [])]

    def test_it_goes_with_no_hours(self, service: Service) -> None:
        contract_id, foreign = add_contract(service), add_contract(service, holder=OTHER_CONTRACTOR)
        one = add_hire(service, contract_id).hire_id
        content = table(
            NOTHING,
            f"{contract_id};2024-12;;;oui",
            f";2024-12;{one};7;non",
            f"{contract_id};2025-01;{one};7;X",
            f"{foreign};2024-12;;;oui",
            "Inconnu;2024-12;;;oui",
            ";2024-12;;;oui",
            f"{contract_id};2024-12;{one};7;peut-être",
        )
        found = told(imported(service, content, mode="valid"))
        assert found == [
            (2, "rejected", [("nothing_and_lines", "E")]),
            (3, "held_back", [("held_back", None)]),
            (4, "rejected", [("nothing_and_hours", "E")]),
            (5, "rejected", [("contract_unknown", "A")]),
            (6, "rejected", [("contract_unknown", "A")]),
            (7, "rejected", [("cell_empty", "A")]),
            (8, "rejected", [("not_yes_or_no", "E"), ("hire_twice", "C")]),
        ]
        assert statements(service, contract_id) == 0

    def test_a_reference_of_two_contracts_names_neither(self, service: Service) -> None:
        one, two = add_contract(service), add_contract(service)
        name = reference_of(service, one)
        with service.means.database.write() as session:
            session.scalars(select(Contract).where(Contract.id == two)).one().reference = name
        found = told(imported(service, table(NOTHING, f"{name};2024-12;;;oui", f"{one};2024-12;;;oui")))
        assert found == [(2, "rejected", [("contract_unsure", "A")]), (3, "held_back", [("held_back", None)])]


@pytest.mark.parametrize("mode", ["all", "valid"])
@pytest.mark.parametrize("dry_run", ["true", "false"])
def test_a_file_longer_than_a_wave_is_told_as_any_other(
    service: Service, monkeypatch: pytest.MonkeyPatch, mode: str, dry_run: str
) -> None:
    """Lines of one statement stand far apart: they are found in every reading of the file."""
    monkeypatch.setattr("app.services.table_imports.WAVE", 3)
    monkeypatch.setattr("app.services.table_imports.BATCH", 2)
    contracts = [add_contract(service) for _ in range(4)]
    hires = [[add_hire(service, contract_id).hire_id for _ in range(2)] for contract_id in contracts]
    lines = [f"{hires[c][h]};2024-12;{10 * c + h};" for h in range(2) for c in range(4)]
    lines[5] = lines[5].replace(";11;", ";onze;")
    found = told(imported(service, table("Embauche;Mois;Heures;x", *lines), mode=mode, dry_run=dry_run))
    sound = "held_back" if mode == "all" else "created"
    expected = [sound] * 8
    # The second contract's lines are the second and the sixth.
    expected[1], expected[5] = "held_back", "rejected"
    assert [(number, outcome) for number, outcome, _ in found] == list(enumerate(expected, start=2))
    kept = [hours(service, contract_id) for contract_id in contracts]
    if mode == "all" or dry_run == "true":
        assert kept == [[], [], [], []]
    else:
        assert [sorted(o[1] for o in lines) for lines in kept] == [[0, 100], [], [2000, 2100], [3000, 3100]]


def test_of_two_files_at_once_the_second_one_finds_what_the_first_one_wrote(
    postgres_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = queries.statement_of_month

    def slowly(session: ReadSession, *given: Any) -> Statement | None:  # noqa: ANN401 - as it is given
        found = kept(session, *given)
        time.sleep(0.3)
        return found

    with serving(postgres_database_url) as service:
        hire = add_hire(service, add_contract(service)).hire_id
        content = f"Embauche;Mois;Heures\n{hire};2024-12;7\n".encode()
        sent = [send(service, content, mode="valid").json()["id"] for _ in range(2)]
        monkeypatch.setattr(queries, "statement_of_month", slowly)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(worker.drain, [service.means] * 2))
        outcomes = sorted(row["outcome"] for found in sent for row in read(service, found)["items"])
    assert outcomes == ["created", "unchanged"]
