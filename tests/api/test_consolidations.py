"""The consolidation of a year: the sums of what is served elsewhere, told as far as hires are."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import select, update

from app.db.tables import Assessment, Contract, HireTraits, Organisation
from app.principal import SERVICE, Role
from app.services import eligibility
from app.services.changes import settle
from app.services.work import writing
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    STRUCTURE,
    Service,
    Worker,
    add_contract,
    add_hire,
    add_mandate,
    serving,
)
from tests.api.declaring import accepted, line, sent

FRANCE = "/v1/territories/country/FR"
PATH = f"{FRANCE}/consolidation"
FACILITATED = (FACILITATOR, Role.FACILITATOR)


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        running.clock.moment = datetime(2025, 2, 20, 9, tzinfo=UTC)
        yield running


@pytest.fixture(scope="module")
def contract_id(service: Service) -> UUID:
    """Of the buyer 20 h in 2024, 70 + 30.50 h in 2025; of another one with the same facilitator, 10 h."""
    found, other = add_contract(service), add_contract(service, buyer=OTHER_BUYER)
    add_mandate(service, found)
    add_mandate(service, other, buyer=OTHER_BUYER)
    one = person(service, found, sex="female", age_band="under_26", level="bac")
    two = person(service, found, sex="male", modality="placement", contract_type="mission")
    accepted(service, sent(service, found, line(one, "20.00"), month="2024-12"))
    accepted(service, sent(service, found, line(one, "70.00"), line(two, "30.50")))
    accepted(service, sent(service, other, line(person(service, other, sex="female"), "10.00")))
    with service.means.database.write() as session:
        session.execute(update(Contract).where(Contract.id == found).values(cpv="45261100"))
        session.execute(
            update(Organisation)
            .where(Organisation.identifier == CONTRACTOR)
            .values(official_siae_kind="etti")
        )
    settle(service.means)
    return found


def person(
    service: Service,
    contract_id: UUID,
    *,
    public: str | None = None,
    sex: str | None = None,
    age_band: str | None = None,
    level: str | None = None,
    **values: Any,  # noqa: ANN401  # columns of any type
) -> Worker:
    """Somebody hired, with what is known of them for statistics, and the public they were approved for."""
    worker = add_hire(service, contract_id, **values)
    with writing(service.means, SERVICE, "test") as writer:
        writer.record("assessment.recorded", contract_id=contract_id)
        assessment = writer.session.scalars(
            select(Assessment).where(Assessment.hire_id == worker.hire_id)
        ).one()
        met = [{"code": public, "outcome": "met"}] if public else []
        eligibility.keep_file(writer, assessment, eligibility.File(decided_on={"publics": met}))
        traits = {"sex": sex, "age_band": age_band, "level": level, "qpv": None}
        writer.session.add(HireTraits(owner_id=assessment.owner_id, hire_id=worker.hire_id, **traits))
    return worker


def consolidated(service: Service, siret: str, role: Role, year: int = 2025, **asked: str) -> dict[str, Any]:
    answer = service.get(PATH, siret, role, year=year, **asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def by(found: dict[str, Any], code: str) -> dict[str | None, tuple[int | None, str]]:
    """People and hours of the categories of an indicator."""
    (breakdown,) = [item for item in found["breakdowns"] if item["code"] == code]
    return {item["code"]: (item["people"], item["hours"]) for item in breakdown["items"]}


def hundredths(hours: str) -> int:
    return int(hours.replace(".", ""))


def test_a_buyer_reads_its_year(service: Service, contract_id: UUID) -> None:
    found = consolidated(service, BUYER, Role.BUYER)
    assert found["figures"]["hours"]["counted"] == "100.50"
    assert (found["figures"]["participants"], found["hires"], found["hires_started"]) == (2, 2, 0)
    # 46 h over 274 days, 20 of them in 2024: 46 − 3.36. 100.50 ÷ 42.64; 100.50 ÷ 1,600.
    assert (found["figures"]["required"], found["balance"], found["rate"]) == ("42.64", "57.86", "2.3569")
    assert found["full_time_equivalents"] == "0.06"
    assert by(found, "sex") == {"female": (1, "70.00"), "male": (1, "30.50")}
    assert by(found, "modality") == {"direct_hire": (1, "70.00"), "placement": (1, "30.50")}
    assert by(found, "cpv_division") == {"45": (2, "100.50")}
    assert by(found, "structure") == {"etti": (2, "100.50")}
    withheld = {item["code"] for item in found["withheld"]}
    assert withheld == {"age_band", "level", "public", "qpv_residence", "prescriber"}
    assert withheld.isdisjoint(item["code"] for item in found["breakdowns"])
    assert [item["due"] for item in found["outcomes"]] == [0, 0, 0]


def test_its_totals_are_the_live_figures(service: Service, contract_id: UUID) -> None:
    for siret, role in ((BUYER, Role.BUYER), FACILITATED, (CONTRACTOR, Role.CONTRACTOR)):
        found = consolidated(service, siret, role)
        live = service.get(f"{FRANCE}/compliance", siret, role, **{"from": "2025-01", "to": "2025-12"})
        assert found["figures"] == live.json()["figures"]
        for breakdown in found["breakdowns"]:
            if breakdown["sums"]:
                hours = sum(hundredths(item["hours"]) for item in breakdown["items"])
                assert hours == hundredths(found["figures"]["hours"]["counted"]), breakdown["code"]
    # Both years together are all that was ever counted on the contract.
    years = [
        consolidated(service, BUYER, Role.BUYER, year)["figures"]["hours"]["counted"] for year in (2024, 2025)
    ]
    position = service.get(f"/v1/contracts/{contract_id}/compliance", BUYER, Role.BUYER).json()
    assert years == ["20.00", "100.50"]
    assert position["counted"] == "120.50"


@pytest.mark.usefixtures("contract_id")
def test_a_facilitator_reads_all_of_them_or_one_buyers(service: Service) -> None:
    found = consolidated(service, *FACILITATED)
    assert found["figures"]["hours"]["counted"] == "110.50"
    assert by(found, "sex") == {"female": (2, "80.00"), "male": (1, "30.50")}
    assert by(found, "age_band") == {"under_26": (1, "70.00"), None: (2, "40.50")}
    assert found["withheld"] == []
    found = consolidated(service, *FACILITATED, buyer=OTHER_BUYER)
    assert (found["buyer"], found["figures"]["hours"]["counted"]) == (OTHER_BUYER, "10.00")
    # Nobody's contracts are told of to who does not see them.
    assert consolidated(service, BUYER, Role.BUYER, buyer=OTHER_BUYER)["figures"]["contracts"] == 0


@pytest.mark.usefixtures("contract_id")
def test_a_firm_reads_quantities_alone(service: Service) -> None:
    found = consolidated(service, CONTRACTOR, Role.CONTRACTOR)
    assert [item["code"] for item in found["breakdowns"]] == ["cpv_division"]
    assert by(found, "cpv_division") == {"45": (None, "100.50"), None: (None, "10.00")}
    assert (found["hires"], len(found["withheld"])) == (None, 9)


def test_by_residence_the_detail_is_the_facilitators(service: Service, contract_id: UUID) -> None:
    found = consolidated(service, BUYER, Role.BUYER, basis="residence")
    assert (found["breakdowns"], len(found["withheld"])) == ([], 10)
    assert consolidated(service, *FACILITATED, basis="residence")["figures"]["required"] is None


@pytest.mark.usefixtures("contract_id")
def test_by_residence_no_buyer_is_told_apart_from_the_others(service: Service) -> None:
    """Of a firm's people on the contracts of two buyers: those of all less those of one are the other's."""
    whole = consolidated(service, CONTRACTOR, Role.CONTRACTOR, basis="residence")
    assert whole["figures"]["hours"]["counted"] == "110.50"
    found = consolidated(service, CONTRACTOR, Role.CONTRACTOR, basis="residence", buyer=BUYER)
    assert (found["figures"], found["breakdowns"]) == (None, [])
    assert consolidated(service, *FACILITATED, basis="residence", buyer=BUYER)["figures"] is not None


def test_publics_are_told_apart_where_enough_people_are_of_one(service: Service) -> None:
    contract_id = add_contract(service, buyer=STRUCTURE)
    add_mandate(service, contract_id, buyer=STRUCTURE)
    # As many as a figure that describes people needs.
    workers = [person(service, contract_id, public="rsa") for _ in range(11)]
    accepted(service, sent(service, contract_id, *(line(worker, "10.00") for worker in workers)))
    found = consolidated(service, *FACILITATED, buyer=STRUCTURE)
    assert by(found, "public") == {"rsa": (11, "110.00")}
    one = person(service, contract_id, public="deld")
    accepted(service, sent(service, contract_id, line(one, "5.00"), month="2025-02"))
    found = consolidated(service, *FACILITATED, buyer=STRUCTURE)
    # What is left beside the eleven would be one person's.
    assert by(found, "public") == {None: (12, "115.00")}


@pytest.mark.usefixtures("contract_id")
def test_the_workbook_says_the_same(service: Service) -> None:
    path = "/v1/exports/consolidations/country/FR"
    answer = service.get(path, BUYER, Role.BUYER, year=2025, format="xlsx")
    assert answer.status_code == 200, answer.text
    book = openpyxl.load_workbook(io.BytesIO(answer.content), data_only=True)
    rows = {(row[0], row[1]): row[2:] for row in book["Données"].iter_rows(min_row=2, values_only=True)}
    assert rows["Heures comptées", None] == (100.5, 2, 2, None, 2.3569, 0.06)
    assert rows["Heures attendues", None][0] == 42.64
    assert rows["Sexe", "Féminin"] == (70, 1, 1, 1, None, None)
    about = {row[0].value: row[1].value for row in book["Définitions"].iter_rows()}
    assert about["Année"] == "2025"
    assert "Tranche d'âge : Réservé au facilitateur" in about["Masquage"]


@pytest.mark.usefixtures("contract_id")
def test_what_is_not_asked_well_is_refused(service: Service) -> None:
    for path in (PATH, "/v1/exports/consolidations/country/FR"):
        assert service.get(path, BUYER, Role.BUYER).status_code == 422
        assert service.get(path, STRUCTURE, Role.INSERTION_STRUCTURE, year=2025).status_code == 403
    assert (
        service.get(PATH.replace("country/FR", "region/00"), BUYER, Role.BUYER, year=2025).status_code == 404
    )
