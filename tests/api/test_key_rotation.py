"""A new key takes over beside writers; then the old one goes, and everything still opens."""

import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import LargeBinary, select, update

from app.crypto import Keyring
from app.db.queries import sealed
from app.db.tables import ApiKey, Identity, Seal, StoredAnswer
from app.db.types import KEPT, Base
from app.principal import Role
from app.services import key_rotation
from app.services.work import Means
from app.settings import DEVELOPMENT_SECRET
from tests.api.builders import CONTRACTOR, FACILITATOR, Service, serving
from tests.api.people import PERSON, WHY, approved, decide, declared, mandated_contract, prove

PATH = "/v1/participants"
NEW = f"k2:{b64encode(bytes(range(32))).decode()}"
WRITERS, CHANGES = 3, 12


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as running:
        yield running


def under(service: Service, keys: str) -> Means:
    """The same service with other keys, as after a restart."""
    means = replace(service.means, keyring=Keyring(keys))
    service.client.app.state.means = means  # type: ignore[attr-defined]  # the application behind the client
    service.means = means
    return means


def person(number: int) -> dict[str, Any]:
    return {**PERSON, "birth_name": f"EXEMPLE {number}", "france_travail_number": f"9999{number:04d}"}


def created(service: Service, number: int) -> UUID:
    answer = service.post(PATH, CONTRACTOR, Role.CONTRACTOR, person(number))
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["id"])


def everything_opens(service: Service) -> None:
    """Every sealed field of every row, whatever its table."""
    with service.means.database.read() as session:
        for kept in sealed.sealed_tables():
            for row in session.execute(select(kept.table)):
                for column in kept.columns:
                    stored = getattr(row, column.name)
                    place = {"table": kept.table.name, "column": column.name, "row": kept.row(row)}
                    if stored is not None:
                        service.means.keyring.decrypt(stored, **place)


def rectify_again_and_again(service: Service, participant_id: UUID, told: list[str]) -> None:
    for number in range(CHANGES):
        body = {"birth_place": f"Exempleville {number}"}
        answer = service.send(
            "PATCH", f"{PATH}/{participant_id}", CONTRACTOR, Role.CONTRACTOR, body, number + 1
        )
        told.append(f"{answer.status_code} {answer.json().get('birth_place')}")


def test_a_rotation_beside_writers_loses_nothing_and_the_old_key_goes(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_rotation, "BATCH", 3)
    contract_id = mandated_contract(service)
    assessment = approved(service, contract_id, participant=person(0), facts={"opinion_body": "Mission"})
    refused = declared(service, contract_id, participant=person(1))
    prove(service, refused["id"])
    decide(service, refused["id"], "refused", "Motif d'exemple")
    duration = {"kind": "prolongation", "months": 1, "reason": "Congé d'exemple"}
    answer = service.client.post(
        f"/v1/hires/{assessment['hire_id']}/duration-decisions",
        json=duration,
        headers={
            **service.headers(FACILITATOR, Role.FACILITATOR),
            "Idempotency-Key": str(uuid4()),
            "If-Match": f'"{assessment["version"]}"',
        },
    )
    assert answer.status_code == 201, answer.text
    busy = [created(service, number) for number in range(2, 2 + WRITERS)]
    quiet = [created(service, number) for number in range(10, 16)]
    # As stored before hashes named their key.
    with service.means.database.write() as session:
        for row in session.scalars(select(Identity).where(Identity.participant_id.in_(quiet[:2]))):
            row.matching_hash = row.matching_hash.partition(b":")[2]
    service.headers(CONTRACTOR, Role.CONTRACTOR)
    means = under(service, f"{NEW},{DEVELOPMENT_SECRET}")
    told: list[list[str]] = [[] for _ in busy]
    writers = [
        threading.Thread(target=rectify_again_and_again, args=(service, participant_id, heard))
        for participant_id, heard in zip(busy, told, strict=True)
    ]
    for writer in writers:
        writer.start()
    key_rotation.rotate(means)
    for writer in writers:
        writer.join()
    key_rotation.rotate(means)
    assert told == [[f"200 Exempleville {number}" for number in range(CHANGES)]] * WRITERS
    found = key_rotation.usage(means, 48)
    assert (found.left, set(found.sealed), set(found.matching)) == (0, {"k2"}, {"k2"})
    # Keys made before keep their hash, which only the old master verifies: so do stored answers.
    assert not found.removable
    assert found.secrets == 2
    assert found.answers > 0
    everything_opens(service)
    with means.database.write() as session:
        session.execute(update(StoredAnswer).values(fingerprint=b"k2:purged"))
    under(service, NEW)
    everything_opens(service)
    assert service.get(PATH + f"/{quiet[0]}", CONTRACTOR, Role.CONTRACTOR).status_code == 401
    service.forget_keys()
    assert key_rotation.usage(service.means, 48).left == 0
    for participant_id in busy:
        read = service.get(f"{PATH}/{participant_id}", CONTRACTOR, Role.CONTRACTOR).json()
        assert read["birth_place"] == f"Exempleville {CHANGES - 1}"
    for number, participant_id in zip(range(10, 16), quiet, strict=True):
        names = ("birth_name", "first_names", "birth_date", "birth_place")
        sought = {name: person(number)[name] for name in names}
        headers = service.headers(CONTRACTOR, Role.CONTRACTOR)
        answer = service.client.post(f"{PATH}/search", json=sought, headers=headers)
        assert answer.json()["items"] == [{"id": str(participant_id)}]
    path = f"/v1/hires/{refused['id']}/assessment"
    read = service.get(path, FACILITATOR, Role.FACILITATOR, purpose=WHY).json()
    assert read["decision_reason"] == "Motif d'exemple"


def test_the_usage_says_until_when_an_old_key_must_stay(service: Service) -> None:
    created(service, 1)
    means = under(service, f"{NEW},{DEVELOPMENT_SECRET}")
    before = key_rotation.usage(means, 48)
    # Six fields of one person (two are not sent) and one stored answer.
    assert (before.left, before.sealed["dev"], before.matching["dev"]) == (7, 6, 1)
    assert before.told()[-1].startswith("Relancez")
    key_rotation.rotate(means)
    told = key_rotation.usage(means, 48).told()
    assert told[0] == "Clé k2 : 6 champs chiffrés, 1 empreintes d'identité"
    assert told[-1] == "Gardez encore les anciennes clés."
    with means.database.write() as session:
        session.execute(update(ApiKey).values(revoked_at=means.clock.now()))
        session.execute(update(StoredAnswer).values(fingerprint=b"k2:purged"))
    assert key_rotation.usage(means, 48).told()[1:] == ["Toute clé autre que « k2 » peut être retirée."]


def test_a_killed_run_goes_on(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_rotation, "BATCH", 2)
    ids = [created(service, number) for number in range(5)]
    means = under(service, f"{NEW},{DEVELOPMENT_SECRET}")

    class Killed(Exception):
        pass

    def kill(table: str, rows: int) -> None:
        if table == "identities" and rows >= 2:
            raise Killed

    with pytest.raises(Killed):
        key_rotation.rotate(means, kill)
    assert key_rotation.usage(means, 48).left > 0
    key_rotation.rotate(means)
    assert key_rotation.usage(means, 48).left == 0
    assert len(ids) == key_rotation.usage(means, 48).matching["k2"]


def test_every_column_of_bytes_is_known_to_the_rotation_or_made_by_no_key() -> None:
    plain = {
        (Seal.__tablename__, "hash"),
        (Seal.__tablename__, "previous_hash"),
        ("decp_records", "holders_hash"),
        ("decp_records", "fingerprint"),
        ("decp_records", "likeness"),
        ("decp_reviews", "fingerprint"),
        ("import_files", "content"),
        ("import_chunks", "content"),
        ("import_mappings", "fingerprint"),
        ("quarter_editions", "content"),
        ("export_pieces", "content"),
    }
    unmarked = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and KEPT not in column.info
    }
    assert unmarked == plain


def test_a_hash_under_a_key_that_was_removed_is_of_no_secret() -> None:
    old, both, new = Keyring(DEVELOPMENT_SECRET), Keyring(f"{NEW},{DEVELOPMENT_SECRET}"), Keyring(NEW)
    stored = old.secret_hash("secret")
    assert stored.startswith(b"dev:")
    assert both.is_secret(stored, "secret")
    assert both.is_secret(stored.partition(b":")[2], "secret")
    assert not both.is_secret(stored, "other")
    assert not new.is_secret(stored, "secret")
    assert both.secret_hash("secret").startswith(b"k2:")
