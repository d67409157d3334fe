"""Files made for somebody by a job, piece by piece, and kept for a while."""

from __future__ import annotations

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.db.types import Base, Code, Data, Id, Label, Moment, RoleCode, refers_to


class ExportFile(Base):
    """A file under way or made: how far its rows are read (`cursor`, null once all are), how long it stays.

    `rows` and `pieces` say how much is kept already; `kept_until` is null while the file is not whole.
    """

    __tablename__ = "export_files"

    job_id: Mapped[Id] = mapped_column(refers_to("jobs.id"), primary_key=True)
    organisation_id: Mapped[Id]
    role: Mapped[RoleCode]
    name: Mapped[Label]
    cursor: Mapped[Data | None]
    rows: Mapped[int]
    pieces: Mapped[int]
    kept_until: Mapped[Moment | None]


class ExportPiece(Base):
    """A piece of a file; of a workbook, first its rows, which go once it is whole (`part`)."""

    __tablename__ = "export_pieces"

    job_id: Mapped[Id] = mapped_column(refers_to("export_files.job_id"), primary_key=True)
    part: Mapped[Code] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
