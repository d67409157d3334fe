"""A table comes back to who handed it over with what to do about each line, and is kept for days only."""

import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from httpx2 import Response
from sqlalchemy import func, select

from app import worker
from app.db.tables import ImportChunk, ImportTable, Organisation
from app.principal import Role
from app.schemas.rights import ErasureGround
from app.services import erasures
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    OTHER_CONTRACTOR,
    STRUCTURE,
    SUBCONTRACTOR,
    Service,
    add_contract,
    add_hire,
    serving,
)
from tests.api.sending_tables import XLSX, told
from tests.api.test_hour_imports import imported, send

MONTH = "Mois attendu, par exemple « mars 2026 » ou « 2026-03 »."
TITLE = "Relevé de l'entreprise exemple"


@pytest.fixture
def service(sqlite_url: str) -> Iterator[Service]:
    with serving(sqlite_url) as running:
        yield running


@pytest.fixture
def on_both(database_url: str) -> Iterator[Service]:
    with serving(database_url) as running:
        yield running


def file_of(service: Service, found: dict[str, Any]) -> Response:
    return service.get(found["file"], CONTRACTOR, Role.CONTRACTOR)


def count(service: Service) -> int:
    with service.means.database.read() as session:
        return session.scalar(select(func.count()).select_from(ImportChunk)) or 0


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_a_csv_comes_back_in_its_own_separator_and_alphabet(service: Service, encoding: str) -> None:
    one, two = (add_hire(service, add_contract(service)).hire_id for _ in range(2))
    lines = [
        f"{TITLE};;",
        "Salarié;Embauche;Mois;Heures",
        f'"Élève; dit ""X""";{one};mois 12;35,5',
        f"Zoé;{two};décembre 2024;douze",
        "",
        ";;Total;35,5",
    ]
    content = "\r\n".join((*lines, "")).encode(encoding)
    found = imported(service, content, mode="valid")
    answer = file_of(service, found)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="a-corriger.csv"'
    text = answer.content.decode(encoding)
    assert text.splitlines() == [
        f"{TITLE};;",
        "Salarié;Embauche;Mois;Heures;Problème",
        f'"Élève; dit ""X""";{one};mois 12;35,5;Colonne C : {MONTH}',
        f"Zoé;{two};décembre 2024;douze;Colonne D : Nombre attendu, par exemple « 151,67 » ou « 7h30 ».",
        "",
        ";;Total;35,5;Ligne de total : elle n'est pas reprise.",
    ]
    # Corrected, it is taken as it stands, and given back with the same columns.
    corrected = text.replace("mois 12", "décembre 2024").encode(encoding)
    again = imported(service, corrected, mode="valid")
    assert [outcome for _, outcome, _ in told(again)] == ["created", "rejected", "noted"]
    titles = file_of(service, again).content.decode(encoding).splitlines()[1]
    assert titles == "Salarié;Embauche;Mois;Heures;Problème"


def test_a_workbook_comes_back_by_its_values(service: Service) -> None:
    one, two = (add_hire(service, add_contract(service)).hire_id for _ in range(2))
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Paie"
    sheet.append(["Embauche", "Mois", "Heures", "Note"])
    sheet.append([str(one), date(2024, 12, 1), 35.5, "=1+1"])
    sheet.append([str(two), "décembre 2024", "douze", True])
    kept = io.BytesIO()
    book.save(kept)
    found = imported(service, kept.getvalue(), XLSX)
    answer = file_of(service, found)
    assert (answer.status_code, answer.headers["content-type"]) == (200, XLSX)
    returned = openpyxl.load_workbook(io.BytesIO(answer.content))["Paie"]
    rows = [[cell.value for cell in row] for row in returned.iter_rows()]
    assert rows[0] == ["Embauche", "Mois", "Heures", "Note", "Problème"]
    assert (rows[1][0], rows[1][2], rows[1][4]) == (
        str(one),
        35.5,
        "Ligne juste, non inscrite : d'autres lignes sont à corriger.",
    )
    assert rows[1][1].date() == date(2024, 12, 1)
    # What a formula gave was never computed: nothing is put in its place.
    assert rows[1][3] is None
    assert rows[2][2:] == ["douze", True, "Colonne C : Nombre attendu, par exemple « 151,67 » ou « 7h30 »."]


def test_it_is_for_who_handed_it_over_alone(on_both: Service) -> None:
    hire = add_hire(on_both, add_contract(on_both)).hire_id
    found = imported(on_both, f"Embauche;Mois;Heures\n{hire};2024-12;x\n")
    assert on_both.get(found["file"], OTHER_CONTRACTOR, Role.CONTRACTOR).status_code == 404
    # The platform sees the import, and no identity.
    assert on_both.get(found["file"], BUYER, Role.ADMIN).status_code == 403
    seen = on_both.get(f"/v1/imports/{found['id']}", BUYER, Role.ADMIN).json()
    assert (seen["file"], seen["state"]) == (None, "done")
    assert on_both.get(f"/v1/imports/{uuid4()}/file", CONTRACTOR, Role.CONTRACTOR).status_code == 404


def test_nothing_is_kept_where_nothing_is_to_be_corrected(service: Service) -> None:
    hire = add_hire(service, add_contract(service)).hire_id
    for content in (f"Embauche;Mois;Heures\n{hire};2024-12;7\n", "Embauche\n", "\0\0;\n"):
        found = imported(service, content)
        assert found["file"] is None
        answer = service.get(f"/v1/imports/{found['id']}/file", CONTRACTOR, Role.CONTRACTOR)
        assert answer.status_code == 404
    assert count(service) == 0


def test_it_is_sealed_and_goes_after_its_days(on_both: Service) -> None:
    hire = add_hire(on_both, add_contract(on_both)).hire_id
    found = imported(on_both, f"Embauche;Mois;Heures\n{hire};2024-12;SECRET\n")
    with on_both.means.database.read() as session:
        (piece,) = session.scalars(select(ImportChunk)).all()
    assert piece.content is None
    assert piece.sealed is not None
    assert b"SECRET" not in piece.sealed
    # Longer than what no import knows of is kept; one day short of what tables are.
    on_both.clock.moment += timedelta(days=6)
    worker.drain(on_both.means)
    assert file_of(on_both, found).status_code == 200
    on_both.clock.moment += timedelta(days=2)
    worker.drain(on_both.means)
    assert count(on_both) == 0
    assert file_of(on_both, found).status_code == 404
    with on_both.means.database.read() as session:
        assert session.scalars(select(ImportTable.copy_id)).all() == [None]
    # What was said of the lines stays.
    assert on_both.get(found["rows"], CONTRACTOR, Role.CONTRACTOR).json()["items"][0]["outcome"] == "rejected"


def erase(service: Service, participant_id: UUID) -> None:
    found = erasures.replay(service.means, [(participant_id, ErasureGround.PERSON_REQUEST)])
    assert found == (1, 0, 0)


def handed_over(service: Service, siret: str, role: Role) -> None:
    """A table of hours with names beside them, of which a line is to be corrected."""
    content = f"Salarié;Embauche;Mois;Heures\nEffacée;{uuid4()};2024-12;x\n"
    assert send(service, content.encode(), siret, role).status_code == 202


def test_an_erasure_takes_the_tables_of_who_employs_or_declares_in_the_place_of_another(
    on_both: Service,
) -> None:
    contract_id = add_contract(on_both)
    for siret, role in ((OTHER_CONTRACTOR, Role.CONTRACTOR), (STRUCTURE, Role.INSERTION_STRUCTURE)):
        handed_over(on_both, siret, role)
    with on_both.means.database.read() as session:
        query = select(Organisation.id).where(Organisation.identifier == OTHER_CONTRACTOR)
        employer = session.scalars(query).one()
    lent, own = add_hire(on_both, contract_id, employer_id=employer), add_hire(on_both, contract_id)
    path = f"/v1/contracts/{contract_id}/delegations"
    given = on_both.post(path, CONTRACTOR, Role.CONTRACTOR, {"siret": STRUCTURE})
    assert given.status_code == 201, given.text
    worker.drain(on_both.means)
    assert count(on_both) == 2
    stranger = add_hire(on_both, add_contract(on_both, holder=SUBCONTRACTOR), declarant=SUBCONTRACTOR)
    erase(on_both, stranger.participant_id)
    assert count(on_both) == 2
    erase(on_both, own.participant_id)
    assert count(on_both) == 1
    erase(on_both, lent.participant_id)
    assert count(on_both) == 0


def test_a_table_that_waited_while_somebody_was_erased_is_not_kept(on_both: Service) -> None:
    hire = add_hire(on_both, add_contract(on_both))
    stranger = add_hire(on_both, add_contract(on_both, holder=SUBCONTRACTOR), declarant=SUBCONTRACTOR)
    handed_over(on_both, CONTRACTOR, Role.CONTRACTOR)
    on_both.clock.moment += timedelta(seconds=1)
    erase(on_both, hire.participant_id)
    handed_over(on_both, SUBCONTRACTOR, Role.CONTRACTOR)
    worker.drain(on_both.means)
    # The other one's alone; somebody else who goes later takes nothing of what is sent afterwards.
    assert count(on_both) == 1
    erase(on_both, stranger.participant_id)
    on_both.clock.moment += timedelta(seconds=1)
    handed_over(on_both, CONTRACTOR, Role.CONTRACTOR)
    worker.drain(on_both.means)
    assert count(on_both) == 1
