"""Column types and the declarative base, the same on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    LargeBinary,
    MetaData,
    String,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An instant in UTC. SQLite has no zones: the value is stored naive, in UTC, and read back aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive instant: it would silently mean another moment elsewhere."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "An instant needs a time zone."
            raise ValueError(message)
        in_utc = value.astimezone(UTC)
        return in_utc if dialect.name == "postgresql" else in_utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the instant back aware, in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")

Id = Annotated[UUID, mapped_column(Uuid())]
Code = Annotated[str, mapped_column(String(64))]
Place = Annotated[str, mapped_column(String(32))]
Area = Annotated[str, mapped_column(String(48))]
RoleCode = Annotated[str, mapped_column(String(24))]
# What a key of the service made: the rotation finds these columns by their mark.
KEPT, SEALED, HASHED = "kept", "sealed", "hashed"
Sealed = Annotated[bytes, mapped_column(LargeBinary, info={KEPT: SEALED})]
KeyedHash = Annotated[bytes, mapped_column(LargeBinary, info={KEPT: HASHED})]
Label = Annotated[str, mapped_column(String(1000))]
Hundredths = Annotated[int, mapped_column(BigInteger)]
Day = Annotated[date, mapped_column(Date)]
Month = Annotated[date, mapped_column(Date)]
Moment = Annotated[datetime, mapped_column(Instant())]
Data = Annotated[dict[str, Any], mapped_column(Json)]
Items = Annotated[list[Any], mapped_column(Json)]


class Base(DeclarativeBase):
    """All tables. Relations are not mapped: queries join explicitly, so no read hides in an attribute."""

    metadata = MetaData(naming_convention=NAMING)


def refers_to(column: str) -> ForeignKey:
    """A foreign key checked at commit: one flush may then insert rows in any order."""
    return ForeignKey(column, deferrable=True, initially="DEFERRED")


def refers_together(columns: list[str], targets: list[str]) -> ForeignKeyConstraint:
    """The same over several columns: with the owner in it, a row can never point into another's data."""
    return ForeignKeyConstraint(columns, targets, deferrable=True, initially="DEFERRED")
