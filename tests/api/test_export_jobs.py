"""Exports made by a job: the same file as at once, made once, for who asked, and not for ever."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import func, select, update

from app.db.queries import exports as queries
from app.db.session import WriteSession
from app.db.tables import ContractAccess, ExportFile, ExportPiece
from app.principal import Principal, Role
from app.refusals.exports import ExportNotReady
from app.services import export_jobs, extracts, jobs
from app.services.changes import settle
from app.services.work import reading
from app.worker import HANDLERS, drain
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    OTHER_BUYER,
    STRUCTURE,
    SUBCONTRACTOR,
    Service,
    add_contract,
    add_hire,
    add_mandate,
    serving,
)
from tests.api.declaring import accepted, line, sent

PATH = "/v1/exports"
JANUARY_OVER = "2025-01-31"
BEGINNING = datetime(2025, 2, 20, 9, tzinfo=UTC)


class Killed(BaseException):
    """The worker dies without a word."""


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    """Two contracts of the buyer with three lines each."""
    with serving(module_database_url) as running:
        for _ in range(2):
            contract_id = add_contract(running)
            add_mandate(running, contract_id)
            workers = [add_hire(running, contract_id) for _ in range(3)]
            accepted(running, sent(running, contract_id, *(line(worker, "10.00") for worker in workers)))
        settle(running.means)
        yield running


@pytest.fixture(autouse=True)
def _present(service: Service) -> None:
    service.clock.moment = max(service.clock.moment, BEGINNING)


def asked(service: Service, **body: str) -> dict[str, Any]:
    answer = service.post(PATH, BUYER, Role.BUYER, body)
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["Location"] == found["job"]
    return found


def shown(service: Service, export: dict[str, Any]) -> dict[str, Any]:
    answer = service.get(f"{PATH}/{export['id']}", BUYER, Role.BUYER)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def kept(service: Service, export: dict[str, Any]) -> tuple[int, int]:
    """How many files and pieces there are of an export."""
    with service.means.database.read() as session:
        counts = [
            session.scalar(select(func.count()).select_from(table).where(table.job_id == UUID(export["id"])))
            for table in (ExportFile, ExportPiece)
        ]
    return counts[0] or 0, counts[1] or 0


def test_it_is_the_file_that_is_given_at_once(service: Service) -> None:
    for kind, rows in (("contracts", 2), ("statements", 6), ("entries", 6)):
        query = {"as_of": JANUARY_OVER} if kind != "statements" else {}
        export = asked(service, kind=kind, **query)
        assert (export["state"], export["available_until"]) == ("waiting", None)
        drain(service.means, daily=None)
        done = shown(service, export)
        assert (done["state"], done["rows"], done["problem"]) == ("done", rows, None)
        at_once = service.get(f"{PATH}/{kind}", BUYER, Role.BUYER, **query)
        made = service.get(done["file"], BUYER, Role.BUYER)
        assert made.text == at_once.text
        assert made.headers["content-disposition"] == at_once.headers["content-disposition"]


def test_a_workbook_beyond_the_bound(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.client.app.state.settings, "export_rows", 2)  # type: ignore[attr-defined]  # Starlette's
    query = {"as_of": JANUARY_OVER, "format": "xlsx"}
    assert service.get(f"{PATH}/entries", BUYER, Role.BUYER, **query).status_code == 409
    export = asked(service, kind="entries", **query)
    drain(service.means, daily=None)
    content = service.get(shown(service, export)["file"], BUYER, Role.BUYER).content
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    # Six lines of ten hours, an empty row, their sum.
    assert [book["Données"].cell(row, 4).value for row in range(2, 9)][5:] == [10, None]
    assert book["Données"].cell(9, 4).value == 60
    # The rows that it was made from are gone.
    assert kept(service, export) == (1, 1)
    statements = asked(service, kind="statements", format="xlsx")
    drain(service.means, daily=None)
    content = service.get(shown(service, statements)["file"], BUYER, Role.BUYER).content
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Données"]
    # An instant is one still, though it was kept as a text meanwhile.
    assert isinstance(sheet.cell(2, 7).value, datetime)


def test_a_territory_and_open_data(service: Service) -> None:
    months = {"from": "2025-01", "to": "2025-01"}
    export = asked(service, kind="territories", territory="country/FR", level="region", **months)
    other = asked(service, kind="open_data")
    drain(service.means, daily=None)
    text = service.get(shown(service, export)["file"], BUYER, Role.BUYER).text
    assert text.splitlines()[1].startswith("ensemble;Pays;FR;France;60,00")
    text = service.get(shown(service, other)["file"], BUYER, Role.BUYER).text
    assert text.startswith("acheteur_id,id,id_suivi")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_another_worker_goes_on_where_one_died(
    service: Service, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extracts, "ENOUGH", 1)
    monkeypatch.setattr("app.services.entry_exports.BATCH", 1)
    drain(service.means, daily=None)
    export = asked(service, kind="entries", as_of=JANUARY_OVER, format=form)
    breaths = iter(range(100))

    def breathe() -> None:
        if next(breaths) == 3:
            raise Killed

    with pytest.raises(Killed):
        jobs.work(service.means, HANDLERS, breathe=breathe, report=lambda _: None)
    # Three pages of one line are kept, and no more.
    assert (shown(service, export)["rows"], kept(service, export)) == (3, (1, 3))
    assert service.get(export["file"], BUYER, Role.BUYER).json()["code"] == "export_not_ready"
    service.clock.moment += timedelta(minutes=1)
    drain(service.means, daily=None)
    done = shown(service, export)
    assert (done["state"], done["rows"]) == ("done", 6)
    made = service.get(done["file"], BUYER, Role.BUYER)
    if form == "csv":
        assert made.text == service.get(f"{PATH}/entries", BUYER, Role.BUYER, as_of=JANUARY_OVER).text
    else:
        assert openpyxl.load_workbook(io.BytesIO(made.content))["Données"].auto_filter.ref == "A1:Q7"


def test_a_workbook_is_whole_though_a_worker_dies_while_its_rows_are_forgotten(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    drain(service.means, daily=None)
    export = asked(service, kind="entries", as_of=JANUARY_OVER, format="xlsx")
    forget = queries.forget_pieces

    def forget_and_die(session: WriteSession, job_id: UUID, part: str | None = None) -> bool:
        left = forget(session, job_id, part)
        if part == queries.ROWS and not left:
            raise Killed
        return left

    with monkeypatch.context() as patched:
        patched.setattr(queries, "forget_pieces", forget_and_die)
        with pytest.raises(Killed):
            jobs.work(service.means, HANDLERS, breathe=lambda: None, report=lambda _: None)
    # Nobody takes it before its job says so.
    assert service.get(export["file"], BUYER, Role.BUYER).json()["code"] == "export_not_ready"
    assert shown(service, export)["available_until"] is None
    service.clock.moment += timedelta(minutes=30)
    drain(service.means, daily=None)
    done = shown(service, export)
    assert (done["state"], done["rows"]) == ("done", 6)
    content = service.get(done["file"], BUYER, Role.BUYER).content
    assert openpyxl.load_workbook(io.BytesIO(content))["Données"].auto_filter.ref == "A1:Q7"


def test_a_file_forgotten_while_it_is_sent_does_not_look_whole(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extracts, "ENOUGH", 1)
    monkeypatch.setattr("app.services.entry_exports.BATCH", 1)
    export = asked(service, kind="entries", as_of=JANUARY_OVER)
    drain(service.means, daily=None)
    whole = service.get(export["file"], BUYER, Role.BUYER)
    assert int(whole.headers["content-length"]) == len(whole.content)
    with service.means.database.read() as session:
        file = session.get_one(ExportFile, UUID(export["id"]))
        principal = Principal(file.organisation_id, Role.BUYER)
    found = export_jobs.file_of(partial(reading, service.means, principal, "test"), UUID(export["id"]))
    pieces = iter(found.pieces)
    next(pieces)
    service.clock.moment += timedelta(days=7, minutes=1)
    assert jobs.plan(service.means, export_jobs.FORGET, "while it is sent", {})
    drain(service.means, daily=None)
    with pytest.raises(ExportNotReady):
        list(pieces)


def test_who_has_lost_a_contract_since_takes_no_file_that_may_tell_of_it(service: Service) -> None:
    contract_id = add_contract(service)
    add_mandate(service, contract_id, facilitator=STRUCTURE, until=date(2025, 12, 31))
    seat = (STRUCTURE, Role.FACILITATOR)
    export = service.post(PATH, *seat, {"kind": "contracts"}).json()
    drain(service.means, daily=None)
    assert service.get(export["file"], *seat).status_code == 200
    lost = service.clock.now().date()
    with service.means.database.write() as session:
        session.execute(
            update(ContractAccess).where(ContractAccess.contract_id == contract_id).values(until=lost)
        )
    assert service.get(export["file"], *seat).status_code == 200
    service.clock.moment += timedelta(days=1)
    assert service.get(export["file"], *seat).json()["code"] == "export_not_ready"
    # What is made from now on does not tell of it, be it asked for on the first day without it.
    again = service.post(PATH, *seat, {"kind": "contracts"}).json()
    drain(service.means, daily=None)
    assert str(contract_id) not in service.get(again["file"], *seat).text


def test_who_is_shut_out_at_once_takes_no_file_of_the_same_day(service: Service) -> None:
    """A mandate that is withdrawn had its last day yesterday."""
    contract_id = add_contract(service)
    add_mandate(service, contract_id, facilitator=SUBCONTRACTOR)
    seat = (SUBCONTRACTOR, Role.FACILITATOR)
    export = service.post(PATH, *seat, {"kind": "contracts"}).json()
    drain(service.means, daily=None)
    assert service.get(export["file"], *seat).status_code == 200
    mandates = f"/v1/contracts/{contract_id}/mandates"
    (mandate,) = service.get(mandates, BUYER, Role.BUYER).json()["items"]
    gone = service.send("DELETE", f"{mandates}/{mandate['id']}", BUYER, Role.BUYER, None, mandate["version"])
    assert gone.status_code == 204
    assert service.get(export["file"], *seat).json()["code"] == "export_not_ready"
    again = service.post(PATH, *seat, {"kind": "contracts"}).json()
    drain(service.means, daily=None)
    assert service.get(again["file"], *seat).status_code == 200


def test_it_is_for_who_asked_alone(service: Service) -> None:
    export = asked(service, kind="contracts")
    drain(service.means, daily=None)
    seats = [(OTHER_BUYER, Role.BUYER), (BUYER, Role.FACILITATOR), (CONTRACTOR, Role.CONTRACTOR)]
    for siret, role in [*seats, ("90000000100017", Role.ADMIN)]:
        for path in (f"{PATH}/{export['id']}", export["file"]):
            assert service.get(path, siret, role).status_code == 404, (siret, role)


def test_it_is_cancelled_and_forgotten(service: Service) -> None:
    export = asked(service, kind="contracts")
    answer = service.send("POST", f"{export['job']}/cancel", BUYER, Role.BUYER, None, None)
    assert answer.json()["state"] == "cancelled"
    drain(service.means, daily=None)
    assert service.get(export["file"], BUYER, Role.BUYER).json()["code"] == "export_not_ready"


def test_it_is_cancelled_on_its_way(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extracts, "ENOUGH", 1)
    monkeypatch.setattr("app.services.entry_exports.BATCH", 1)
    monkeypatch.setattr(jobs, "LOOK_SECONDS", 0)
    drain(service.means, daily=None)
    export = asked(service, kind="entries", as_of=JANUARY_OVER)
    breaths = iter(range(100))

    def breathe() -> None:
        if next(breaths) == 2:
            answer = service.send("POST", f"{export['job']}/cancel", BUYER, Role.BUYER, None, None)
            assert answer.json()["state"] == "running"

    jobs.work(service.means, HANDLERS, breathe=breathe, report=lambda _: None)
    assert (shown(service, export)["state"], kept(service, export)) == ("cancelled", (1, 2))
    assert service.get(export["file"], BUYER, Role.BUYER).json()["code"] == "export_not_ready"
    assert jobs.plan(service.means, export_jobs.FORGET, "once more", {})
    drain(service.means, daily=None)
    assert kept(service, export) == (0, 0)


def test_what_no_sheet_holds_is_said(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_jobs, "MOST_ROWS", 5)
    export = asked(service, kind="entries", as_of=JANUARY_OVER, format="xlsx")
    drain(service.means, daily=None)
    done = shown(service, export)
    assert (done["state"], done["problem"]["code"]) == ("failed", "export_too_large")


def test_it_is_kept_for_a_week(service: Service) -> None:
    export = asked(service, kind="contracts")
    drain(service.means, daily=None)
    made = service.clock.moment
    assert shown(service, export)["available_until"] == f"{made + timedelta(days=7):%Y-%m-%dT%H:%M:%SZ}"
    service.clock.moment = made + timedelta(days=7)
    assert service.get(export["file"], BUYER, Role.BUYER).json()["code"] == "export_not_ready"
    service.clock.moment += timedelta(minutes=1)
    assert jobs.plan(service.means, export_jobs.FORGET, "this minute", {})
    drain(service.means, daily=None)
    assert kept(service, export) == (0, 0)
    assert shown(service, export)["available_until"] is None


def test_what_cannot_be_exported_is_refused_at_once(service: Service) -> None:
    for body, code in (
        ({"kind": "entries", "level": "region"}, "not_of_kind"),
        ({"kind": "contracts", "contract": str(UUID(int=1))}, "not_of_kind"),
        ({"kind": "open_data", "format": "xlsx"}, "not_of_kind"),
        ({"kind": "territories", "level": "region"}, "territory_needed"),
        ({"kind": "statements", "from": "2025-02", "to": "2025-01"}, "end_before_start"),
    ):
        refused = service.post(PATH, BUYER, Role.BUYER, body)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code), body
    assert service.post(PATH, STRUCTURE, Role.INSERTION_STRUCTURE, {"kind": "entries"}).status_code == 403
    unknown = {"kind": "statements", "contract": str(UUID(int=1))}
    assert service.post(PATH, BUYER, Role.BUYER, unknown).status_code == 404
