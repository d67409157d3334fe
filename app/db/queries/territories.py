"""Reference territories: search, parents, children, and loading an edition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, case, delete, exists, func, insert, or_, select

from app.db.tables import PostalCode, Territory, TerritoryAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.db.session import ReadSession, WriteSession

LEVELS = ("country", "region", "department", "epci", "ept", "commune")
CHUNK = 2_000


def exists_place(session: ReadSession, place: str) -> bool:
    """True for a territory of the loaded edition."""
    return bool(session.scalar(select(exists().where(Territory.place == place))))


def territory(session: ReadSession, place: str) -> Territory | None:
    """One territory."""
    return session.get(Territory, place)


def parents(session: ReadSession, of: Territory) -> list[Territory]:
    """The territories that contain this one whole, narrowest first."""
    codes = {level: getattr(of, level) for level in LEVELS}
    places = [f"{level}/{code}" for level, code in codes.items() if code is not None]
    found = session.scalars(select(Territory).where(Territory.place.in_(places), Territory.place != of.place))
    return sorted(found, key=lambda row: LEVELS.index(row.level), reverse=True)


def inside(level: str, code: str) -> Select[str]:
    """The places that lie inside a territory, itself included."""
    return select(Territory.place).where(getattr(Territory, level) == code)


def departments_inside(session: ReadSession, place: str) -> list[str]:
    """The codes of the departments on whose ground a territory lies."""
    level, _, code = place.partition("/")
    query = select(Territory.department).where(
        getattr(Territory, level) == code, Territory.department.is_not(None)
    )
    return [code for code in session.scalars(query.distinct().order_by(Territory.department)) if code]


def children(of: Territory, level: str) -> Select[Territory]:
    """The territories of a level inside this one."""
    inside_of = getattr(Territory, of.level) == of.code
    query = select(Territory).where(inside_of, Territory.level == level, Territory.place != of.place)
    return query.order_by(Territory.place)


def search(
    *, name: str | None, postal_code: str | None, code: str | None, level: str | None
) -> Select[Territory]:
    """Territories by normalised name (beginning of it or of a word in it), postal code, code, level."""
    query = select(Territory)
    if name is not None:
        words = name.replace("\\", "").replace("%", "").replace("_", " ")
        query = query.where(
            or_(Territory.search_name.like(f"{words}%"), Territory.search_name.like(f"% {words}%"))
        )
        begins = case(
            (Territory.search_name == words, 0), (Territory.search_name.like(f"{words}%"), 1), else_=2
        )
        query = query.order_by(begins, func.coalesce(Territory.population, 0).desc())
    if postal_code is not None:
        query = query.where(
            Territory.place.in_(select(PostalCode.place).where(PostalCode.postal_code == postal_code))
        )
    if code is not None:
        query = query.where(Territory.code == code)
    if level is not None:
        query = query.where(Territory.level == level)
    return query.order_by(Territory.place)


def postal_codes_of(session: ReadSession, place: str) -> list[str]:
    """The postal codes of a commune."""
    query = select(PostalCode.postal_code).where(PostalCode.place == place).order_by(PostalCode.postal_code)
    return list(session.scalars(query))


def communes_of_postal_code(session: ReadSession, postal_code: str) -> list[str]:
    """The codes of the communes that a postal code serves."""
    query = select(PostalCode.place).where(PostalCode.postal_code == postal_code).order_by(PostalCode.place)
    return [place.removeprefix("commune/") for place in session.scalars(query)]


def communes_of_alias(session: ReadSession, code: str) -> list[str]:
    """The codes of the present communes on the ground of a former or delegated one."""
    query = select(TerritoryAlias.place).where(TerritoryAlias.code == code).order_by(TerritoryAlias.place)
    return [place.removeprefix("commune/") for place in session.scalars(query)]


def loaded_edition(session: ReadSession) -> str | None:
    """The edition of the territories in the database, None when there are none."""
    return session.scalar(select(Territory.edition).limit(1))


def replace_edition(
    session: WriteSession,
    territories: Sequence[dict[str, Any]],
    postal_codes: Sequence[dict[str, Any]],
    aliases: Sequence[dict[str, Any]],
) -> None:
    """Put one whole edition in place of another."""
    for table, rows in ((Territory, territories), (PostalCode, postal_codes), (TerritoryAlias, aliases)):
        session.execute(delete(table))
        for first in range(0, len(rows), CHUNK):
            session.execute(insert(table), list(rows[first : first + CHUNK]))
