"""Published figures of territories: computed once, insert-only, nobody's and everybody's."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.contracts import OF_CONTRACT
from app.db.types import Base, Code, Hundredths, Id, Items, Moment, refers_to, refers_together


class Release(Base):
    """The figures of one calendar year, or of one quarter of it (0: the year), as known at a position.

    `withheld`: the grounds down to the department that this release hides, parts without a territory of their
    own included; they stay hidden in what follows of the year. Never served.
    """

    __tablename__ = "releases"
    __table_args__ = (UniqueConstraint("year", "quarter"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    year: Mapped[int]
    quarter: Mapped[int]
    basis: Mapped[Code]
    position: Mapped[int]
    known_at: Mapped[Moment | None]
    territory_edition: Mapped[Code | None]
    people: Mapped[int]
    firms: Mapped[int]
    # Hundredths of the hours.
    largest_share: Mapped[int]
    withheld: Mapped[Items]
    created_at: Mapped[Moment]
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"))


class ReleaseCell(Base):
    """One territory under one indicator; figures are null where they are hidden. No row: nobody worked there.

    `columns`: by group of categories, its people and hours.
    """

    __tablename__ = "release_cells"
    __table_args__ = (Index("ix_release_cells_place", "level", "code"),)

    release_id: Mapped[UUID] = mapped_column(refers_to("releases.id"), primary_key=True)
    indicator: Mapped[Code] = mapped_column(primary_key=True)
    level: Mapped[Code] = mapped_column(primary_key=True)
    code: Mapped[Code] = mapped_column(primary_key=True)
    hidden: Mapped[bool]
    people: Mapped[int | None]
    hours: Mapped[Hundredths | None]
    contracts: Mapped[int | None]
    columns: Mapped[Items]


class ReleaseContract(Base):
    """The hours of one contract in the year of a release, where they may be told. No row: they may not be."""

    __tablename__ = "release_contracts"
    __table_args__ = (refers_together(*OF_CONTRACT), Index("ix_release_contracts_contract", "contract_id"))

    release_id: Mapped[UUID] = mapped_column(refers_to("releases.id"), primary_key=True)
    contract_id: Mapped[Id] = mapped_column(primary_key=True)
    owner_id: Mapped[Id]
    hours: Mapped[Hundredths]
