"""Priority quarters (QPV) as the operator loads them: one file per edition of the list."""

from __future__ import annotations

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.types import Base, Day, Moment


class QuarterEdition(Base):
    """The published outlines of one edition, as they came: all processes read the same.

    `digest` (SHA-256, hexadecimal) tells a process whether what it keeps in memory is still what stands here.
    """

    __tablename__ = "quarter_editions"

    edition: Mapped[str] = mapped_column(String(16), primary_key=True)
    since: Mapped[Day]
    quarters: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    loaded_at: Mapped[Moment]
