"""Reference territories of one edition of the national division; loaded, never edited by users."""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.types import Base, Code, Label, Place


class Territory(Base):
    """One commune, EPCI, EPT, department, region or the country, with the codes that contain it.

    `place` is "level/code". Each ancestor column holds the code at that level (its own included), so
    that "everything inside department 57" is one equality.
    """

    __tablename__ = "territories"
    __table_args__ = (
        Index("ix_territories_search_name", "search_name"),
        Index("ix_territories_department", "department"),
        Index("ix_territories_epci", "epci"),
        Index("ix_territories_ept", "ept"),
        Index("ix_territories_code", "code"),
    )

    place: Mapped[Place] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(16))
    name: Mapped[Label]
    search_name: Mapped[Label]
    kind: Mapped[str] = mapped_column(String(32))
    commune: Mapped[str | None] = mapped_column(String(16))
    epci: Mapped[str | None] = mapped_column(String(16))
    ept: Mapped[str | None] = mapped_column(String(16))
    department: Mapped[str | None] = mapped_column(String(16))
    region: Mapped[str | None] = mapped_column(String(16))
    country: Mapped[str] = mapped_column(String(16))
    population: Mapped[int | None]
    edition: Mapped[Code]


class PostalCode(Base):
    """A postal code of a commune; most codes cover several communes."""

    __tablename__ = "postal_codes"

    postal_code: Mapped[str] = mapped_column(String(5), primary_key=True)
    place: Mapped[Place] = mapped_column(primary_key=True)


class TerritoryAlias(Base):
    """A former or delegated commune's code and a present commune that holds its ground."""

    __tablename__ = "territory_aliases"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    place: Mapped[Place] = mapped_column(primary_key=True)
