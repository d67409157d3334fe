"""What a publication leaves to be decided about a contract, written row by row."""

from uuid import UUID

from app.clock import new_id
from app.db.tables import Contract, DecpConflict, DecpReview
from app.services import decp_reviews
from tests.api.builders import Service
from tests.exchange.decp_samples import as_json, contract_of, read, sound


def publish(service: Service, contract_id: str, buyer: str) -> dict[str, str]:
    """A field in conflict and a record under review, by the names of their ids in addresses."""
    with service.means.database.write() as session:
        contract = session.get_one(Contract, UUID(contract_id))
        conflict = DecpConflict(
            field="duration_months",
            ours={"value": contract.duration_months},
            theirs={"value": 11},
            **_of(service, contract),
        )
        review = _review(service, contract, buyer)
        session.add_all((conflict, review))
        return {"conflict_id": str(conflict.id), "review_id": str(review.id)}


def _review(service: Service, contract: Contract, buyer: str) -> DecpReview:
    (row,) = read(as_json(sound(id=contract.reference, acheteur={"id": buyer})))
    record = contract_of(row)
    return DecpReview(
        reason="registered_otherwise",
        fingerprint=bytes.fromhex(record.fingerprint),
        record=decp_reviews.kept(record),
        source=None,
        **_of(service, contract),
    )


def _of(service: Service, contract: Contract) -> dict[str, object]:
    return {
        "id": new_id(),
        "owner_id": contract.owner_id,
        "contract_id": contract.id,
        "state": "open",
        "version": 1,
        "found_at": service.means.clock.now(),
    }
