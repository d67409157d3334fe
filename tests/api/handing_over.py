"""What stays of files that were handed over, written row by row."""

from uuid import UUID

from app.clock import new_id
from app.db.tables import ImportMapping, ImportTable, Job
from app.principal import Principal, Role
from app.services import uploads
from tests.api.builders import Service


def keep_file(service: Service, job_id: UUID) -> UUID:
    """A table that is kept with the import, and the columns that it confirmed; returns the id of these."""
    with service.means.database.read() as session:
        job = session.get_one(Job, job_id)
    assert job.organisation_id is not None
    upload = uploads.stored(service.means, Principal(job.organisation_id, Role(job.role)), b"Facture\nF-1\n")
    mapping = ImportMapping(
        id=new_id(),
        organisation_id=job.organisation_id,
        role=job.role,
        kind="invoices",
        fingerprint=upload.id.bytes,
        columns={"number": "Facture"},
        created_at=job.created_at,
    )
    table = ImportTable(
        job_id=job_id,
        kind="invoices",
        source="said",
        mapping_id=None,
        places={"number": 0},
        copy_id=upload.id,
    )
    with service.means.database.write() as session:
        session.add_all([mapping, table])
    return mapping.id
