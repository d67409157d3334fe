"""Hours from firms' own tables: what is declared, what is said of every line, and nothing twice."""

import io
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import func, select

from app import worker
from app.db.tables import Contract, Line, Statement
from app.principal import Role
from app.schemas.statements import StatementIn, StatementOut
from app.services import statements as declaring
from app.services.verify import verify
from app.services.work import Writer
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    OTHER_CONTRACTOR,
    STRUCTURE,
    Service,
    add_contract,
    add_hire,
    serving,
)
from tests.api.sending_tables import HOURS, XLSX, told

HEADER = "Marché;Mise à l'emploi;Mois;Heures réalisées;Heures de formation;dont heures sup"
TEMPLATE = "/v1/imports/templates/hours"
send, imported, read = HOURS.send, HOURS.imported, HOURS.read


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running
        assert verify(running.means.database).holds


@pytest.fixture
def contract_id(service: Service) -> UUID:
    return add_contract(service)


def table(*lines: str, header: str = HEADER) -> str:
    return "\r\n".join((header, *lines, ""))


def hours(service: Service, contract_id: UUID) -> list[tuple[str, int, int, int]]:
    """Month, worked, training and overtime (hundredths) of each line of a contract."""
    with service.means.database.read() as session:
        query = select(Line).where(Line.contract_id == contract_id).order_by(Line.month, Line.hire_id)
        return [(f"{o.month:%Y-%m}", o.worked, o.training, o.overtime) for o in session.scalars(query)]


def statements(service: Service, contract_id: UUID) -> int:
    with service.means.database.read() as session:
        query = select(func.count()).select_from(Statement).where(Statement.contract_id == contract_id)
        return session.scalar(query) or 0


def reference_of(service: Service, contract_id: UUID) -> str:
    with service.means.database.read() as session:
        return session.scalars(select(Contract.reference).where(Contract.id == contract_id)).one()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_hours_taken_away_and_sent_back_change_nothing(
    service: Service, contract_id: UUID, form: str
) -> None:
    one, two, three = (add_hire(service, contract_id).hire_id for _ in range(3))
    # Of one the overtime too, of another two parts of the month, of the third no hour; nothing in January.
    lines = (
        f";{one};2024-12;70,25;7,5;2;;;",
        f";{two};2024-12;21;;1,5;16/12/2024;18/12/2024;",
        f";{two};2024-12;14;7;;23/12/2024;24/12/2024;",
        f";{three};2024-12;0;;;;;",
        f"{contract_id};;2025-01;;;;;;oui",
    )
    first = imported(service, table(*lines, header=f"{HEADER};Du;Au;Rien à déclarer"))
    assert [(row["outcome"], row["issues"]) for row in first["items"]] == [("created", [])] * 5
    before, sent = hours(service, contract_id), statements(service, contract_id)
    query = {"contract": str(contract_id), "format": form}
    taken = service.get("/v1/exports/hours", CONTRACTOR, Role.CONTRACTOR, **query)
    assert taken.status_code == 200, taken.text
    again = imported(service, taken.content, XLSX if form == "xlsx" else "text/csv")
    assert [(row["outcome"], row["issues"]) for row in again["items"]] == [("unchanged", [])] * 5
    assert (hours(service, contract_id), statements(service, contract_id)) == (before, sent)
    # A buyer declares none; others' are nobody's to take.
    assert service.get("/v1/exports/hours", BUYER, Role.BUYER).status_code == 403
    foreign = service.get("/v1/exports/hours", OTHER_CONTRACTOR, Role.CONTRACTOR)
    assert foreign.text.count("\r\n") == 1


class TestDeclaring:
    def test_a_table_becomes_a_statement_per_contract_and_month(
        self, service: Service, contract_id: UUID
    ) -> None:
        one, two = (add_hire(service, contract_id).hire_id for _ in range(2))
        elsewhere = add_contract(service)
        other = add_hire(service, elsewhere).hire_id
        name = reference_of(service, contract_id)
        content = table(
            f"{name.lower()};{one};décembre 2024;70h15;7,5;2",
            f"{contract_id};{two};12/2024;35;;",
            f"{name};{one};2025-01;40,00;0;",
            f";{other};2025-01;12,25;;",
            f";{two};2025-01;;;",
            "Total;;;157,5;7,5;2",
        )
        found = imported(service, content.encode("cp1252"), filename="heures.csv")
        assert (found["kind"], found["done"], found["total"]) == ("hours", 6, 6)
        assert told(found) == [
            *((number, "created", []) for number in (2, 3, 4, 5)),
            (6, "noted", [("no_hours", "D")]),
            (7, "noted", [("total_row", None)]),
        ]
        assert found["items"][0]["reference"] == name
        assert found["items"][3]["contract_id"] == str(elsewhere)
        # 70 h 15 min are 70.25 h.
        assert sorted(hours(service, contract_id)) == [
            ("2024-12", 3500, 0, 0),
            ("2024-12", 7025, 750, 200),
            ("2025-01", 4000, 0, 0),
        ]
        assert (statements(service, contract_id), statements(service, elsewhere)) == (2, 1)
        page = service.get(f"/v1/contracts/{contract_id}/statements", CONTRACTOR, Role.CONTRACTOR).json()
        assert {item["declarant"] for item in page["items"]} == {CONTRACTOR}

    def test_the_same_again_changes_nothing_and_other_hours_are_for_a_correction(
        self, service: Service, contract_id: UUID
    ) -> None:
        one, two, late = (add_hire(service, contract_id).hire_id for _ in range(3))
        content = table(f";{one};2025-01;40;;", f";{two};2025-01;30;;")
        imported(service, content)
        assert told(imported(service, content)) == [(2, "unchanged", []), (3, "unchanged", [])]
        changed = table(f";{one};2025-01;40;;", f";{two};2025-01;31;;", f";{late};2025-01;1;;")
        found = imported(service, changed)
        assert told(found) == [
            (2, "unchanged", []),
            (3, "rejected", [("already_declared", None)]),
            (4, "rejected", [("already_declared", None)]),
        ]
        assert sorted(hours(service, contract_id)) == [("2025-01", 3000, 0, 0), ("2025-01", 4000, 0, 0)]
        assert statements(service, contract_id) == 1

    def test_a_dry_run_says_what_would_happen_and_writes_nothing(
        self, service: Service, contract_id: UUID
    ) -> None:
        one = add_hire(service, contract_id).hire_id
        content = table(f";{one};2025-01;40;;", f";{one};2025-02;40;;")
        found = imported(service, content, dry_run="true", mode="valid")
        # The clock stands in January.
        assert told(found) == [(2, "created", []), (3, "rejected", [("month_not_begun", None)])]
        assert hours(service, contract_id) == []


class TestFlaws:
    def test_each_flaw_says_where_it_is_and_never_what_was_written(
        self, service: Service, contract_id: UUID
    ) -> None:
        one, two, three = (add_hire(service, contract_id).hire_id for _ in range(3))
        foreign = add_hire(
            service, add_contract(service, holder=OTHER_CONTRACTOR), declarant=OTHER_CONTRACTOR
        )
        content = table(
            f";{one};2025-01;SECRET;;",
            ";SECRET;2025-01;12;;",
            f";{foreign.hire_id};2025-01;12;;",
            f"SECRET;{two};2025-01;12;;",
            f";{three};SECRET;12;;",
            f";{three};2025-01;12;;13",
            f";{three};2025-01;12;;",
        )
        found = imported(service, content, mode="valid")
        assert told(found) == [
            (2, "rejected", [("not_a_number", "D")]),
            (3, "rejected", [("not_a_hire", "B")]),
            (4, "rejected", [("hire_unknown", "B")]),
            (5, "rejected", [("other_contract", "A")]),
            (6, "rejected", [("not_a_month", "C")]),
            (7, "held_back", [("held_back", None)]),
            (8, "rejected", [("hire_twice", "B")]),
        ]
        assert "SECRET" not in str(found)
        assert hours(service, contract_id) == []

    def test_what_the_statement_refuses_is_said_at_its_line(
        self, service: Service, contract_id: UUID
    ) -> None:
        one, two = (add_hire(service, contract_id).hire_id for _ in range(2))
        # More overtime than hours worked.
        found = imported(service, table(f";{one};2025-01;12;;", f";{two};2025-01;12;;13"), mode="valid")
        first, second = told(found)
        assert first == (2, "held_back", [("held_back", None)])
        assert (second[0], second[1], second[2][0][1]) == (3, "rejected", "F")
        assert hours(service, contract_id) == []

    def test_all_applies_nothing_while_valid_applies_the_sound_months(
        self, service: Service, contract_id: UUID
    ) -> None:
        one = add_hire(service, contract_id).hire_id
        content = table(f";{one};2024-12;35;;", f";{one};2025-01;x;;")
        found = imported(service, content)
        assert [row["outcome"] for row in found["items"]] == ["held_back", "rejected"]
        assert (found["outcomes"]["held_back"], found["outcomes"]["rejected"]) == (1, 1)
        assert hours(service, contract_id) == []
        found = imported(service, content, mode="valid")
        assert [row["outcome"] for row in found["items"]] == ["created", "rejected"]
        assert hours(service, contract_id) == [("2024-12", 3500, 0, 0)]

    def test_a_column_that_is_not_found_is_named_and_may_be_said(
        self, service: Service, contract_id: UUID
    ) -> None:
        one = add_hire(service, contract_id).hire_id
        content = table(f"{one};2025-01;40", header="Matricule;Mois;Quantité")
        found = imported(service, content)
        assert [(row["index"], row["issues"][0]["pointer"]) for row in found["items"]] == [
            (-2, "/hire"),
            (-1, "/worked"),
        ]
        assert {row["issues"][0]["code"] for row in found["items"]} == {"column_missing"}
        found = imported(service, content, columns=["hire:MATRICULE", "worked:quantite"])
        assert told(found) == [(2, "created", [])]

    @pytest.mark.parametrize("content", ["", "Mise à l'emploi;Mois;Heures\n"])
    def test_a_file_without_lines_is_said_to_be_empty(self, service: Service, content: str) -> None:
        headers_only = imported(service, content or " ")
        assert told(headers_only) == [(-1, "rejected", [("file_empty", None)])]


class TestTaking:
    def test_who_declares_hours_imports_them(self, service: Service) -> None:
        for siret, role in ((BUYER, Role.BUYER), (BUYER, Role.FACILITATOR), (BUYER, Role.ADMIN)):
            assert send(service, b"Mois", siret, role).status_code == 403
            assert service.get(TEMPLATE, siret, role).status_code == 403
        assert send(service, b"Mois", STRUCTURE, Role.INSERTION_STRUCTURE).status_code == 202
        worker.drain(service.means)

    def test_what_is_asked_is_checked(self, service: Service) -> None:
        assert send(service, b"{}", media="application/json").status_code == 415
        assert send(service, b"x", mode="some").status_code == 422
        refused = send(service, b"{}", BUYER, Role.BUYER, "application/json", kind="decp", mode="all")
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "only_tables")
        for said in ("hire", "colour:Teinte", ":Teinte", "hire:a\0b", "hire:" + "x" * 121):
            assert (
                send(service, b"x", columns=[said])
                .json()["errors"][0]["pointer"]
                .startswith("/query/columns")
            )

    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    def test_the_template_is_filled_in_and_taken(self, service: Service, form: str) -> None:
        contract_id = add_contract(service)
        one = add_hire(service, contract_id).hire_id
        ended = add_hire(service, contract_id, ended_on=service.clock.moment.date()).hire_id
        answer = service.get(TEMPLATE, CONTRACTOR, Role.CONTRACTOR, format=form, month="2025-01")
        assert answer.status_code == 200, answer.text
        if form == "csv":
            assert str(ended) not in answer.text
            lines = answer.text.split("\r\n")
            filled = "\r\n".join(
                o[: -len(";;;;;")] + "41,5;;;;;" if str(one) in o else o for o in lines
            ).encode()
            media = "text/csv"
        else:
            book = openpyxl.load_workbook(io.BytesIO(answer.content))
            assert "Heures travaillées" in {row[0].value for row in book["Définitions"].iter_rows()}
            for row in book["Données"].iter_rows(min_row=2):
                assert row[1].value != str(ended)
                if row[1].value == str(one):
                    row[4].value = 41.5
            kept = io.BytesIO()
            book.save(kept)
            filled, media = kept.getvalue(), XLSX
        found = imported(service, filled, media=media)
        assert {name for name, number in found["outcomes"].items() if number} <= {"created", "noted"}
        assert hours(service, contract_id) == [("2025-01", 4150, 0, 0)]


class Died(BaseException):
    """A worker that ends without a word."""


@pytest.mark.parametrize(("mode", "fatal"), [("all", 5), ("valid", 2)])
def test_a_worker_that_dies_midway_leaves_the_rest_to_the_next(
    service: Service, monkeypatch: pytest.MonkeyPatch, mode: str, fatal: int
) -> None:
    contracts = [add_contract(service) for _ in range(3)]
    hires = [add_hire(service, contract_id).hire_id for contract_id in contracts]
    content = table(*(f";{hire};2025-01;{20 + place};;" for place, hire in enumerate(hires)))
    queued = send(service, content.encode(), mode=mode).json()
    kept = declaring.submit
    sent: list[UUID] = []

    def submit(writer: Writer, contract_id: UUID, request: StatementIn) -> StatementOut:
        found = kept(writer, contract_id, request)
        sent.append(contract_id)
        if len(sent) == fatal:
            # The second group is written, and not committed; with `all`, each was tried once before.
            raise Died
        return found

    with monkeypatch.context() as patch:
        patch.setattr(declaring, "submit", submit)
        with pytest.raises(Died):
            worker.drain(service.means)
    assert [statements(service, contract_id) for contract_id in contracts] == [1, 0, 0]
    service.clock.moment += timedelta(minutes=2)
    worker.drain(service.means)
    found = read(service, queued["id"])
    assert told(found) == [(2, "created", []), (3, "created", []), (4, "created", [])]
    assert (found["done"], found["total"]) == (3, 3)
    assert [hours(service, contract_id) for contract_id in contracts] == [
        [("2025-01", 2000, 0, 0)],
        [("2025-01", 2100, 0, 0)],
        [("2025-01", 2200, 0, 0)],
    ]
