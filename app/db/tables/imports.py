"""Files handed over for import, what became of their records, and what was published behind contracts."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.contracts import OF_CONTRACT
from app.db.types import (
    Base,
    Code,
    Data,
    Day,
    Id,
    Items,
    Label,
    Moment,
    RoleCode,
    Sealed,
    refers_to,
    refers_together,
)


class DecpRecord(Base):
    """The published record behind a contract: what identifies it, and its text as received.

    `said` is what it last said of the contract, field by field: what differs from it since, a person changed.
    Contracts that are distinct under one identity have a `rank` each. `likeness` is the same for publications
    that differ by their number alone.
    """

    __tablename__ = "decp_records"
    __table_args__ = (UniqueConstraint("buyer", "reference", "cpv", "holders_hash", "rank"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    buyer: Mapped[str] = mapped_column(String(14))
    reference: Mapped[str] = mapped_column(String(64))
    cpv: Mapped[str] = mapped_column(String(10))
    holders_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    rank: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    likeness: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    notified_on: Mapped[Day | None]
    source: Mapped[Label | None]
    raw: Mapped[Data]
    said: Mapped[Data | None]
    contract_id: Mapped[Id] = mapped_column(refers_to("contracts.id"), index=True)


class DecpConflict(Base):
    """A field that DECP says otherwise now and that a person had changed: ours, theirs, what was decided."""

    __tablename__ = "decp_conflicts"
    __table_args__ = (
        refers_together(*OF_CONTRACT),
        Index("ix_decp_conflicts_contract", "contract_id", "field"),
        Index("ix_decp_conflicts_state", "state", "id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    owner_id: Mapped[Id]
    contract_id: Mapped[Id]
    field: Mapped[Code]
    ours: Mapped[Data]
    theirs: Mapped[Data]
    state: Mapped[Code]
    version: Mapped[int] = mapped_column(default=1)
    found_at: Mapped[Moment]
    decided_at: Mapped[Moment | None]


class DecpReview(Base):
    """A record that may be another contract than the one registered under its identity: somebody decides.

    `record` is the record as it was read; `new_contract_id` what became of it as a contract of its own.
    """

    __tablename__ = "decp_reviews"
    __table_args__ = (
        refers_together(*OF_CONTRACT),
        UniqueConstraint("owner_id", "contract_id", "fingerprint"),
        Index("ix_decp_reviews_state", "state", "id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    owner_id: Mapped[Id]
    contract_id: Mapped[Id]
    reason: Mapped[Code]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    record: Mapped[Data]
    source: Mapped[Label | None]
    state: Mapped[Code]
    new_contract_id: Mapped[Id | None]
    version: Mapped[int] = mapped_column(default=1)
    found_at: Mapped[Moment]
    decided_at: Mapped[Moment | None]


class ImportFile(Base):
    """A file handed over for import, kept until its job has read it.

    Its bytes are in `import_chunks`; `content` holds those of a file that an earlier version stored whole.
    """

    __tablename__ = "import_files"

    job_id: Mapped[Id] = mapped_column(refers_to("jobs.id"), primary_key=True)
    media_type: Mapped[Code]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    upload_id: Mapped[Id | None]


class ImportTable(Base):
    """How the table of an import was read: in which cell each field stands, and who said so.

    `copy_id` is under what its bytes are kept while somebody may take the file back, with its problems.
    """

    __tablename__ = "import_tables"

    job_id: Mapped[Id] = mapped_column(refers_to("jobs.id"), primary_key=True)
    kind: Mapped[Code]
    source: Mapped[Code]
    mapping_id: Mapped[Id | None]
    places: Mapped[Data]
    copy_id: Mapped[Id | None] = mapped_column(index=True)


class ImportMapping(Base):
    """Which column holds what in tables with the same titles, as somebody of an account once confirmed it."""

    __tablename__ = "import_mappings"
    __table_args__ = (UniqueConstraint("organisation_id", "role", "kind", "fingerprint"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    organisation_id: Mapped[Id] = mapped_column(refers_to("organisations.id"))
    role: Mapped[RoleCode]
    kind: Mapped[Code]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    columns: Mapped[Data]
    created_at: Mapped[Moment]


class ImportChunk(Base):
    """A piece of a file, written while it arrives, before any job knows of it.

    Sealed: a table may name people. `content` holds pieces that an earlier version stored as they came.
    """

    __tablename__ = "import_chunks"

    upload_id: Mapped[Id] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[Id]
    role: Mapped[RoleCode]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed: Mapped[Sealed | None]
    created_at: Mapped[Moment]


class ImportRow(Base):
    """What became of one record of a file, or of a line of a table, with its flaws."""

    __tablename__ = "import_rows"

    job_id: Mapped[Id] = mapped_column(refers_to("jobs.id"), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[Code]
    reference: Mapped[str | None] = mapped_column(String(64))
    contract_id: Mapped[Id | None]
    issues: Mapped[Items]
