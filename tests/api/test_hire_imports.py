"""Hires from a firm's own table: people recorded once, their identity nowhere but in its sealed place."""

import io
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from sqlalchemy import func, select

from app import worker
from app.db.tables import Assessment, Hire, ImportChunk, ImportMapping, ImportRow, Job, Participant
from app.principal import SERVICE, Role
from app.services import eligibility, hires
from app.services.import_results import Results
from app.services.table_lines import Line
from app.services.verify import verify
from app.services.work import reading
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    OTHER_CONTRACTOR,
    Service,
    add_contract,
    serving,
)
from tests.api.sending_tables import HIRES, XLSX, told
from tests.api.test_hour_imports import reference_of

HEADER = (
    "Marché;NOM;Prénom;Né(e) le;Ville de naissance;Genre;Code INSEE;Modalité;Type de contrat;"
    "Date d'embauche;Date de fin;Durée hebdomadaire;ROME;Public;Justificatifs"
)
NAME = "CANARI-NOMDEFAMILLE"
send, imported, read = HIRES.send, HIRES.imported, HIRES.read


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running
        assert verify(running.means.database).holds


def table(*lines: str) -> str:
    return "\r\n".join((HEADER, *lines, ""))


def line(contract: object, name: str = NAME, **changed: str) -> str:
    """A line that is taken; `changed` are cells by the beginning of their title."""
    cells = [
        *(str(contract), name, "Élise Testeuse", "17/05/1999", "Exempleville", "F", "57433"),
        *("embauche directe", "CDD", "16/12/2024", "", "35h00", "F1503", "rsa", "rsa"),
    ]
    titles = HEADER.split(";")
    for start, cell in changed.items():
        cells[next(i for i, title in enumerate(titles) if title.startswith(start))] = cell
    return ";".join(cells)


def declared(service: Service, contract_id: UUID) -> list[Hire]:
    with service.means.database.read() as session:
        return list(session.scalars(select(Hire).where(Hire.contract_id == contract_id).order_by(Hire.id)))


def count(service: Service, table: Any) -> int:  # noqa: ANN401 - any table
    with service.means.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_line_is_a_person_and_their_hire(service: Service) -> None:
    contract_id, other = add_contract(service), add_contract(service)
    content = table(
        line(reference_of(service, contract_id)),
        line(other),
        line(
            contract_id,
            "Deuxième-Exemple",
            Modalité="placement",
            Type="contrat de mission",
            Né="1er mai 1980",
        ),
    )
    people = count(service, Participant)
    dry = imported(service, content, dry_run="true")
    assert [row["outcome"] for row in dry["items"]] == ["created"] * 3
    assert (declared(service, contract_id), count(service, Participant)) == ([], people)
    assert told(imported(service, content)) == [(number, "created", []) for number in (2, 3, 4)]
    first, second = declared(service, contract_id)
    assert (first.modality, first.contract_type, first.weekly_hours, first.job) == (
        *("direct_hire", "cdd", 3500, "F1503"),
    )
    assert (first.starts_on.isoformat(), second.modality) == ("2024-12-16", "placement")
    # One person on two contracts is one record.
    assert declared(service, other)[0].participant_id == first.participant_id
    assert count(service, Participant) == people + 2
    shown = service.get(f"/v1/participants/{first.participant_id}", CONTRACTOR, Role.CONTRACTOR).json()
    assert (shown["birth_name"], shown["birth_date"], shown["sex"]) == (NAME, "1999-05-17", "female")
    assert shown["residences"][0]["place"] == "commune/57433"
    again = imported(service, content)
    assert [row["outcome"] for row in again["items"]] == ["unchanged"] * 3
    assert (len(declared(service, contract_id)), count(service, Participant)) == (2, people + 2)


def test_each_flaw_says_where_it_is_and_tells_nothing_of_anybody(service: Service) -> None:
    contract_id = add_contract(service)
    foreign = add_contract(service, holder=OTHER_CONTRACTOR)
    content = table(
        line(contract_id, Né="17/05/99"),
        line(contract_id, Né="17/05/2999"),
        line(contract_id, NAME + "A", Genre=NAME),
        line(contract_id, NAME + "B", Public=f"rsa, {NAME}"),
        line(contract_id, NAME + "C", Code=NAME),
        line(contract_id, NAME + "D", Durée="169"),
        line(contract_id, NAME + "E", ROME=NAME),
        line(contract_id, NAME + "F", **{"Date de fin": "01/12/2024"}),
        line(foreign),
        line(uuid4()),
        line(contract_id, NOM=""),
        line(contract_id, NAME + "G", **{"Type de contrat": NAME}),
        line(contract_id, "Autre", Prénom="Zoé"),
        line(contract_id, "Autre", Prénom="Zoé", Durée="20"),
    )
    found = imported(service, content, mode="valid", filename="embauches.csv")
    flaws = [(outcome, [(code, column) for code, column in said]) for _, outcome, said in told(found)]
    assert flaws == [
        ("rejected", [("short_year", "D")]),
        ("rejected", [("not_a_birth_date", "D")]),
        ("rejected", [("unknown_code", "F")]),
        ("rejected", [("unknown_code", "N")]),
        ("rejected", [("wrong_form", "G")]),
        ("rejected", [("too_large", "L")]),
        ("rejected", [("wrong_form", "M")]),
        ("rejected", [("end_before_start", "K")]),
        ("rejected", [("contract_unknown", "A")]),
        ("rejected", [("contract_unknown", "A")]),
        ("rejected", [("cell_empty", "B")]),
        ("rejected", [("unknown_code", "I")]),
        ("held_back", [("held_back", None)]),
        ("rejected", [("person_twice", None)]),
    ]
    assert declared(service, contract_id) == []
    # Neither what is answered nor what is stored, but for the sealed file, names anybody.
    assert NAME not in str(found)
    with service.means.database.read() as session:
        kept: list[Any] = [*session.scalars(select(ImportRow)), *session.scalars(select(Job))]
        stored = [str(vars(row)) for row in kept]
        sealed = session.scalars(select(ImportChunk.sealed)).all()
    assert not any(NAME in row for row in stored)
    assert sealed
    assert not any(NAME.encode() in (piece or b"") for piece in sealed)


def test_a_hire_that_stands_otherwise_is_told(service: Service) -> None:
    contract_id = add_contract(service)
    imported(service, table(line(contract_id, "Standing")))
    found = imported(service, table(line(contract_id, "STANDING", Durée="20")))
    assert told(found) == [(2, "rejected", [("hire_differs", None)])]
    (hire,) = declared(service, contract_id)
    assert hire.weekly_hours == 3500
    # Another first day is another hire, of the same person.
    imported(service, table(line(contract_id, "Standing", **{"Date d": "06/01/2025"})))
    assert len({hire.participant_id for hire in declared(service, contract_id)}) == 1
    assert len(declared(service, contract_id)) == 2


def test_a_line_that_is_there_twice_stands_with_the_first_or_not_at_all(service: Service) -> None:
    contract_id = add_contract(service)
    good, odd, late = (
        line(contract_id, "Sûre"),
        line(contract_id, "Étrange", ROME="x"),
        line(contract_id, "Tard"),
    )
    found = imported(service, table(good, good, odd, odd), mode="valid")
    assert [row["outcome"] for row in found["items"]] == ["created", "unchanged", "rejected", "held_back"]
    imported(service, table(late))
    other = line(contract_id, "Tard", Durée="20")
    found = imported(service, table(other, other, good), mode="valid")
    assert [row["outcome"] for row in found["items"]] == ["rejected", "held_back", "unchanged"]
    assert len(declared(service, contract_id)) == 2


def test_facts_are_told_under_their_own_words_and_never_read_back(service: Service) -> None:
    contract_id = add_contract(service)
    facts = ";Allocataire du RSA;Inscrit à France Travail depuis le;Mois travaillés dans les 12 derniers mois"
    more = ";Parcours suivis;Sortant de l'aide sociale à l'enfance"
    content = table(
        f"{line(contract_id, 'Faits')};oui;01/09/2024;2,5;EPIDE, cej;",
        f"{line(contract_id, 'Doute')};peut-être;;13;autre;non",
    ).replace("Justificatifs", f"Justificatifs{facts}{more}")
    found = imported(service, content, mode="valid")
    assert told(found) == [(2, "created", []), (3, "rejected", [("not_yes_or_no", "P")])]
    (hire,) = declared(service, contract_id)
    with reading(service.means, SERVICE, "test") as reader:
        assessment = reader.session.scalars(select(Assessment).where(Assessment.hire_id == hire.id)).one()
        known = eligibility.open_file(reader, assessment).declared
    assert known == {
        "rsa": True,
        "registered_since": "2024-09-01",
        "months_worked": "2.50",
        "programmes": ["epide", "cej"],
    }
    again = imported(service, content.replace("peut-être;;13;autre;non", "oui;;13;;non"), mode="valid")
    assert told(again) == [(2, "unchanged", []), (3, "rejected", [("too_large", "R")])]


def test_all_or_nothing(service: Service) -> None:
    contract_id = add_contract(service)
    people = count(service, Participant)
    found = imported(service, table(line(contract_id, "Sound"), line(contract_id, "Late", ROME="x")))
    assert [row["outcome"] for row in found["items"]] == ["held_back", "rejected"]
    assert (declared(service, contract_id), count(service, Participant)) == ([], people)


def test_an_erasure_takes_the_kept_files_that_may_name_the_person(service: Service) -> None:
    contract_id = add_contract(service)
    imported(service, table(line(contract_id, "Effacée")))
    (hire,) = declared(service, contract_id)
    found = imported(service, table(line(contract_id, "Effacée", ROME="x")))
    # Tables of hours have names beside the hours.
    hours = f"Salarié;Embauche;Mois;Heures\nEffacée;{hire.id};2024-12;x\n"
    assert imported(service, hours, kind="hours")["file"] is not None
    assert service.get(found["file"], CONTRACTOR, Role.CONTRACTOR).status_code == 200
    ended = {"ended_on": "2024-12-31", "reason": "end_of_contract"}
    path = f"/v1/hires/{hire.id}/end"
    assert service.send("POST", path, CONTRACTOR, Role.CONTRACTOR, ended, 1).status_code == 200
    close = {"closed_on": "2025-01-09"}
    path = f"/v1/contracts/{contract_id}/close"
    assert service.send("POST", path, BUYER, Role.BUYER, close, 1).is_success
    erased = service.post(
        f"/v1/participants/{hire.participant_id}/erase",
        CONTRACTOR,
        Role.CONTRACTOR,
        {"ground": "person_request"},
    )
    assert erased.status_code == 201, erased.text
    assert count(service, ImportChunk) == 0
    assert service.get(found["file"], CONTRACTOR, Role.CONTRACTOR).status_code == 404
    assert count(service, ImportMapping) == 0


def test_the_template_is_filled_in_and_taken(service: Service) -> None:
    contract_id = add_contract(service)
    template = "/v1/imports/templates/hires"
    assert service.get(template, BUYER, Role.BUYER).status_code == 403
    answer = service.get(template, CONTRACTOR, Role.CONTRACTOR, format="xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    explained = {str(row[0].value): str(row[1].value) for row in book["Définitions"].iter_rows()}
    assert "direct_hire : Embauche directe" in explained["Codes : modality"]
    sheet = book["Données"]
    given = {
        "Contrat": str(contract_id),
        "Nom de naissance": "Modèle",
        "Prénoms": "Testeur",
        "Date de naissance": "02/03/1990",
        # A spreadsheet took the leading zero away.
        "Commune de résidence": 1053,
        "Modalité": "Embauche directe",
        "Contrat de travail": "CDI",
        "Début": "16/12/2024",
        "Heures par semaine": 35,
    }
    for cell in sheet[1]:
        sheet.cell(2, cell.column).value = given.get(cell.value)
    kept = io.BytesIO()
    book.save(kept)
    found = imported(service, kept.getvalue(), XLSX)
    assert told(found) == [(2, "created", [])]
    assert len(found["mapping"]["columns"]) == len(list(sheet[1]))


class Died(BaseException):
    """A worker that ends without a word."""


def test_a_worker_that_dies_declares_nobody_twice(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    contract_id = add_contract(service)
    content = table(*(line(contract_id, f"Personne {letter}") for letter in "ABC")).encode()
    made = send(service, content, mode="valid").json()
    kept, calls = hires.declare_hire, 0

    def declare(*given: Any) -> Any:  # noqa: ANN401 - as the function that it stands before
        nonlocal calls
        calls += 1
        found = kept(*given)
        if calls == 2:
            # Written, and not committed.
            raise Died
        return found

    with monkeypatch.context() as patch:
        patch.setattr(hires, "declare_hire", declare)
        with pytest.raises(Died):
            worker.drain(service.means)
    assert len(declared(service, contract_id)) == 1
    service.clock.moment += timedelta(minutes=2)
    worker.drain(service.means)
    assert [row["outcome"] for row in read(service, made["id"])["items"]] == ["created"] * 3
    assert len(declared(service, contract_id)) == 3


@pytest.mark.parametrize("dry_run", ["false", "true"])
def test_a_worker_that_dies_once_a_line_is_refused_leaves_nothing_to_be_written(
    service: Service, monkeypatch: pytest.MonkeyPatch, dry_run: str
) -> None:
    contract_id = add_contract(service)
    content = table(line(contract_id, "Refusée", ROME="x"), line(contract_id, "Juste")).encode()
    made = send(service, content, dry_run=dry_run).json()
    kept, told_lines = Results.report, 0

    def report(results: Results, lines: Sequence[Line]) -> None:
        nonlocal told_lines
        if told_lines:
            raise Died
        kept(results, lines)
        told_lines += len(lines)

    with monkeypatch.context() as patch:
        patch.setattr(Results, "report", report)
        with pytest.raises(Died):
            worker.drain(service.means)
    service.clock.moment += timedelta(minutes=2)
    worker.drain(service.means)
    assert [row["outcome"] for row in read(service, made["id"])["items"]] == ["rejected", "held_back"]
    assert declared(service, contract_id) == []
