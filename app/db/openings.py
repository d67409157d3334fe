"""What the policies of the second wall ask past themselves: functions by the rights of the system role."""

from __future__ import annotations

from dataclasses import dataclass

from app.db.walls import APP, LOOKED_AT, MINE, OBJECTS, ORGANISATION, PLATFORM, REFERRED, SYSTEM


@dataclass(frozen=True, slots=True)
class Opening:
    """A function that answers past the policies, by the rights of the system role; its question is fixed."""

    name: str
    arguments: str
    returns: str
    body: str
    # Whether policies hang on it: its columns then stay as they are.
    held: bool = False

    @property
    def signature(self) -> str:
        """Name and types, as `DROP FUNCTION` wants them."""
        return f"{self.name}({self.arguments})"

    def statements(self) -> list[str]:
        """Lay it, whatever stood there. It belongs to the system role: the owner is behind the wall too."""
        # The columns of a table that is given back cannot be replaced.
        replaced = self.returns.startswith("TABLE") and not self.held
        gone = [f"DROP FUNCTION IF EXISTS {self.signature}"] if replaced else []
        return [
            *gone,
            (
                f"CREATE OR REPLACE FUNCTION {self.signature} RETURNS {self.returns} "
                f"LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $${self.body}$$"
            ),
            f"ALTER FUNCTION {self.signature} OWNER TO {SYSTEM}",
            f"REVOKE ALL ON FUNCTION {self.signature} FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION {self.signature} TO {APP}, {SYSTEM}",
        ]


OPENINGS = (
    # An objection told to one organisation holds for all of a person's records, whoever sees them.
    Opening("wall_objects", "uuid", "boolean", f"SELECT {OBJECTS.format(person='$1')}"),
    Opening(
        "wall_sees",
        "uuid, uuid",
        "boolean",
        "SELECT EXISTS (SELECT FROM contract_access a "  # noqa: S608 - texts of this file
        f"WHERE a.owner_id = $1 AND a.contract_id = $2 AND {MINE})",
    ),
    # The contracts that the caller sees by its accesses, or the one that it looks at: what most policies ask.
    Opening(
        "wall_seen",
        "",
        "TABLE (owner_id uuid, contract_id uuid)",
        f"SELECT a.owner_id, a.contract_id FROM contract_access a WHERE {MINE} AND {LOOKED_AT}",  # noqa: S608 - texts of this file
        held=True,
    ),
    Opening(
        "wall_may_hire",
        "uuid",
        "boolean",
        f"SELECT {PLATFORM} OR EXISTS (SELECT FROM participants p WHERE p.id = $1 "  # noqa: S608 - texts of this file
        f"AND p.declarant_id = {ORGANISATION}) OR EXISTS (SELECT FROM hires h JOIN contract_access a ON "
        f"a.owner_id = h.owner_id AND a.contract_id = h.contract_id WHERE h.participant_id = $1 AND {MINE})",
    ),
    Opening(
        "wall_told",
        "uuid",
        "boolean",
        "SELECT EXISTS (SELECT FROM events e "  # noqa: S608 - texts of this file
        "JOIN contract_access a ON a.contract_id = e.contract_id "
        f"WHERE e.change_id = $1 AND {MINE}) OR EXISTS (SELECT FROM events e JOIN hires h "
        f"ON h.id = e.subject_id WHERE e.change_id = $1 AND e.subject_type = 'hire' AND {REFERRED})",
    ),
    # Before anybody is known: the key that a credential names, whatever its state. The caller judges it.
    Opening(
        "wall_key",
        "varchar",
        "TABLE (id uuid, secret_hash bytea, organisation_id uuid, role varchar, scopes jsonb, "
        "expires_at timestamptz, revoked_at timestamptz)",
        "SELECT k.id, k.secret_hash, k.organisation_id, k.role, k.scopes, k.expires_at, k.revoked_at "
        "FROM api_keys k WHERE k.public_id = $1",
    ),
)
