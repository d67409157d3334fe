"""The second wall, on PostgreSQL: what the database shows to a caller, whatever a query forgot to ask.

The first wall is the application's: every tenant read goes through a `visible_…` query, and SQLite has no
other. Here each table says in `WALLS` which of its rows the caller's transaction may see and write, or stands
in `OPEN` with the reason why everybody reads it. A new table is one line in one of the two; a test finds the
one that has none.

Two roles without login: `clauses_app` for whoever asks, behind the policies; `clauses_system` for the
service's own work and for what has to cross tenants (`ReadSession.across`). The policies read the caller from
settings of the transaction (`app.db.session`): without them nothing equals nothing, and no row is seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.db.guards import INSERT_ONLY

APP, SYSTEM = "clauses_app", "clauses_system"

# In brackets of their own these are read once per statement, not once per row. A setting that was local to an
# earlier transaction of the connection reads as '', not as null.
ORGANISATION = "(SELECT nullif(current_setting('clauses.organisation', true), '')::uuid)"
ROLE = "(SELECT current_setting('clauses.role_code', true))"
TODAY = "(SELECT nullif(current_setting('clauses.today', true), '')::date)"
PLATFORM = f"{ROLE} = 'admin'"
DECLARES = f"{ROLE} IN ('contractor', 'insertion_structure')"
# Rows of `contract_access a` that let the caller see a contract today, as `access_of` of the queries.
MINE = (
    f"a.organisation_id = {ORGANISATION} AND a.role = {ROLE} "
    f"AND a.since <= {TODAY} AND (a.until IS NULL OR a.until >= {TODAY})"
)
# The contract that the transaction looks at alone, as bounds: without one, every contract lies between them.
# With many contracts in sight, a statement about one would go through all of them, once for each table.
_ONLY = "coalesce(nullif(current_setting('clauses.contract', true), ''), '{}')::uuid"
LOOKED_AT = (
    f"a.contract_id BETWEEN (SELECT {_ONLY.format(UUID(int=0))}) "
    f"AND (SELECT {_ONLY.format(UUID(int=2**128 - 1))})"
)
# Whether the last thing said of any record of a person is that they object. On SQLite the queries say it so.
OBJECTS = (
    "EXISTS (SELECT 1 FROM participants mine JOIN participants r ON r.person_id = mine.person_id "
    "JOIN oppositions o ON o.participant_id = r.id WHERE mine.id = {person} AND o.decision = 'opposed' "
    "AND NOT EXISTS (SELECT 1 FROM oppositions later "
    "WHERE later.participant_id = o.participant_id AND later.number > o.number))"
)
# A hire `h` of somebody whom the caller referred and who does not object: its contract stays closed.
REFERRED = (
    f"{ROLE} = 'prescriber' AND h.prescriber_id = {ORGANISATION} AND NOT wall_objects(h.participant_id)"
)
# Of a person, to who may know who it is: those who declared them, and the reviewers of their hires.
DECLARED = (
    f"{DECLARES} AND EXISTS (SELECT FROM participant_access g WHERE g.participant_id = {{person}} "
    f"AND g.organisation_id = {ORGANISATION} AND g.role = {ROLE})"
)
REVIEWED = f"{ROLE} = 'facilitator' AND EXISTS (SELECT FROM hires h WHERE h.participant_id = {{person}})"
_OF_SEEN = "IN (SELECT {} FROM wall_seen() a)"
_PERSON = "EXISTS (SELECT FROM participants p WHERE p.id = {})"
OWNED = f"owner_id = {ORGANISATION} AND {ROLE} = 'buyer'"


@dataclass(frozen=True, slots=True)
class Wall:
    """Which rows of a table the caller sees (`using`) and may leave behind (`check`; as a rule the same).

    `reads`: rows that it sees besides and never changes nor deletes.
    """

    using: str
    check: str
    reads: str | None = None

    @classmethod
    def same(cls, condition: str) -> Wall:
        """Rows that may be written where they may be seen."""
        return cls(condition, condition)


def _seen(table: str, contract: str = "contract_id", owner: str | None = "owner_id") -> str:
    """Whether the caller sees the contract of the row: asked once per statement, then looked up by hash.

    By a function, so that the policy of `contract_access` is not planned again within each one that asks it.
    """
    if owner is None:
        return f"{table}.{contract} {_OF_SEEN.format('a.contract_id')}"
    return f"({table}.{owner}, {table}.{contract}) {_OF_SEEN.format('a.owner_id, a.contract_id')}"


def _owner_seen(table: str) -> str:
    """Whether the caller sees some contract of the row's owner."""
    return f"{table}.owner_id {_OF_SEEN.format('a.owner_id')}"


def of_contract(table: str, *, check: str | None = None) -> Wall:
    """Rows with `owner_id` and `contract_id`: those of the contracts that the caller sees."""
    using = f"{PLATFORM} OR ({OWNED}) OR {_seen(table)}"
    return Wall(using, f"({using}) AND {check}" if check else using)


def under(table: str, parent: str, key: str) -> Wall:
    """Rows with `owner_id` and the id of a walled parent: those whose parent is seen.

    The parent may be written by the same flush, after them: writing asks for an owner in sight, and the
    foreign key over both columns keeps the row inside that owner's data.
    """
    parent_seen = (
        f"EXISTS (SELECT FROM {parent} p WHERE p.owner_id = {table}.owner_id AND p.id = {table}.{key})"
    )
    return Wall(
        f"{PLATFORM} OR ({OWNED}) OR {parent_seen}", f"{PLATFORM} OR ({OWNED}) OR {_owner_seen(table)}"
    )


def _sent(table: str) -> str:
    """Whether the row is of a hire of somebody whom the caller referred."""
    found = f"h.owner_id = {table}.owner_id AND h.id = {table}.hire_id AND {REFERRED}"
    return f"EXISTS (SELECT FROM hires h WHERE {found})"


def of_person(table: str) -> Wall:
    """Rows with `participant_id`: those of the records that the caller sees."""
    return Wall.same(_PERSON.format(f"{table}.participant_id"))


def of_job(table: str) -> Wall:
    """Rows with `job_id`: those of the jobs that the caller sees."""
    return Wall.same(f"EXISTS (SELECT FROM jobs j WHERE j.id = {table}.job_id)")


_ACCOUNT = f"organisation_id = {ORGANISATION} AND role = {ROLE}"
_OWN_CHANGE = (
    "EXISTS (SELECT FROM changes c WHERE c.id = {table}.change_id "
    f"AND c.organisation_id = {ORGANISATION} AND c.role = {ROLE})"
)
_OF_CHANGE = "EXISTS (SELECT FROM changes c WHERE c.id = {table}.change_id)"
_MANDATED = (
    f"{ROLE} = 'buyer' AND EXISTS (SELECT FROM mandates m WHERE m.owner_id = {ORGANISATION} "
    "AND m.organisation_id = profiles.owner_id AND m.role = 'facilitator' "
    f"AND m.since <= {TODAY} AND (m.until IS NULL OR m.until >= {TODAY}))"
)
_PROFILE = "EXISTS (SELECT FROM profiles p WHERE p.owner_id = {table}.owner_id AND p.id = {table}.profile_id)"
_OWN_PROFILE = f"owner_id = {ORGANISATION} AND {ROLE} IN ('buyer', 'facilitator')"
_SPLIT_SEEN = f"{_seen('splits')} OR {_seen('splits', 'other_contract_id', 'other_owner_id')}"
_RUNS = f"since <= {TODAY} AND (until IS NULL OR until >= {TODAY})"
# Whether the organisation of the row stands on a contract that the caller sees.
_MET = (
    f"SELECT FROM contract_access a JOIN contract_access o ON o.owner_id = a.owner_id "
    f"AND o.contract_id = a.contract_id WHERE {MINE} AND o.organisation_id = contacts.organisation_id "
    f"AND o.since <= {TODAY} AND (o.until IS NULL OR o.until >= {TODAY})"
)
_DELEGATED = f"({ROLE} = 'insertion_structure' AND delegate_id = {ORGANISATION})"
_HOLDS = f"holder_id = {ORGANISATION} AND {ROLE} = 'contractor'"
_ABOUT_REFERRED = (
    f"(subject_type = 'hire' AND EXISTS (SELECT FROM hires h WHERE h.id = events.subject_id AND {REFERRED}))"
)
_CONTRACTS = (
    *("contract_parties", "contract_places", "mandates", "clauses", "disputes", "invoices"),
    *("kept_traits", "assessments", "duration_decisions", "penalty_facts", "penalty_decisions"),
    *("statements", "lines", "entries", "obligation_months", "person_months", "standings"),
)

WALLS: dict[str, Wall] = {
    **{table: of_contract(table) for table in _CONTRACTS},
    "contracts": Wall.same(f"{PLATFORM} OR ({OWNED}) OR {_seen('contracts', 'id')}"),
    # Its own rows first: a policy that asks its own table would ask for ever, and a function costs more.
    # Every other policy has this one planned within: here reading settings per row costs less than planning.
    "contract_access": Wall(
        f"({_ACCOUNT}) OR {PLATFORM} OR ({OWNED}) OR wall_sees(owner_id, contract_id)".replace(
            "(SELECT ", "("
        ),
        f"{PLATFORM} OR ({OWNED}) OR wall_sees(owner_id, contract_id)",
    ),
    # A foreign key is checked past every policy: only who may know a person hires them.
    "hires": Wall(
        of_contract("hires").using,
        of_contract("hires", check="wall_may_hire(participant_id)").check,
        reads=REFERRED.replace("h.", "hires."),
    ),
    # Who referred somebody says what became of them.
    "outcomes": Wall.same(f"{of_contract('outcomes').using} OR {_sent('outcomes')}"),
    "statement_versions": under("statement_versions", "statements", "statement_id"),
    "statement_approvals": under("statement_approvals", "statements", "statement_id"),
    "verdicts": under("verdicts", "lines", "line_id"),
    "documents_seen": under("documents_seen", "lines", "line_id"),
    "hire_traits": under("hire_traits", "hires", "hire_id"),
    # A buyer counts them, and reads no single one.
    "outcome_details": Wall(
        f"EXISTS (SELECT FROM hires o WHERE o.owner_id = outcome_details.owner_id "
        f"AND o.id = outcome_details.hire_id "
        f"AND ({ROLE} = 'facilitator' OR ({DECLARES} AND o.declarant_id = {ORGANISATION}))) "
        f"OR {_sent('outcome_details')}",
        f"{under('outcome_details', 'hires', 'hire_id').check} OR {_sent('outcome_details')}",
    ),
    "penalty_cancellations": under("penalty_cancellations", "penalty_facts", "fact_id"),
    "dispute_ends": under("dispute_ends", "disputes", "dispute_id"),
    "versions": Wall(
        f"{PLATFORM} OR owner_id = {ORGANISATION} OR {_OF_CHANGE.format(table='versions')}",
        f"{PLATFORM} OR owner_id = {ORGANISATION} OR {_owner_seen('versions')}",
    ),
    "decp_records": Wall.same(
        f"{PLATFORM} OR {_seen('decp_records', owner=None)} OR ({ROLE} = 'buyer' AND EXISTS "
        f"(SELECT FROM organisations o WHERE o.id = {ORGANISATION} AND o.identifier = decp_records.buyer))"
    ),
    # What a buyer decides of its own publications.
    "decp_conflicts": Wall.same(f"{PLATFORM} OR ({OWNED})"),
    "decp_reviews": Wall.same(f"{PLATFORM} OR ({OWNED})"),
    # What was given to a structure is its own; a firm gives what is its own; the owner replaces firms.
    "delegations": Wall(
        f"({of_contract('delegations').using}) AND ({ROLE} <> 'insertion_structure' OR {_DELEGATED})",
        f"{PLATFORM} OR ({OWNED}) OR {_DELEGATED} "
        f"OR ({ROLE} = 'contractor' AND delegator_id = {ORGANISATION})",
    ),
    # Between two contracts: seen from either, proposed from the first.
    "splits": Wall(f"{PLATFORM} OR {_SPLIT_SEEN}", f"{PLATFORM} OR {_seen('splits')}"),
    "split_answers": Wall.same(
        f"{PLATFORM} OR EXISTS (SELECT FROM splits s WHERE s.id = split_answers.split_id)"
    ),
    # Between buyers: the holder's, and of each buyer whose contract is named; of the contracts, each its own.
    "pools": Wall(
        f"{PLATFORM} OR ({_HOLDS}) OR EXISTS (SELECT FROM pool_answers p WHERE p.pool_id = pools.id)", _HOLDS
    ),
    "pool_answers": of_contract("pool_answers"),
    # People: the record and where it lives with the hires in sight, who it is for fewer.
    "participants": Wall(
        f"{PLATFORM} OR (declarant_id = {ORGANISATION} AND {DECLARES}) "
        "OR EXISTS (SELECT FROM hires h WHERE h.participant_id = participants.id)",
        f"(declarant_id = {ORGANISATION} AND {DECLARES}) "
        "OR EXISTS (SELECT FROM hires h WHERE h.participant_id = participants.id)",
    ),
    "residences": of_person("residences"),
    "identities": Wall(
        DECLARED.format(person="identities.participant_id"),
        f"{DECLARES} AND EXISTS (SELECT FROM participants p "
        f"WHERE p.id = identities.participant_id AND p.declarant_id = {ORGANISATION})",
        reads="EXISTS (SELECT FROM hires h WHERE h.participant_id = identities.participant_id "
        f"AND ({ROLE} = 'facilitator' OR ({REFERRED})))",
    ),
    "participant_access": Wall(
        _ACCOUNT,
        f"{_ACCOUNT} AND EXISTS (SELECT FROM participants p "
        f"WHERE p.id = participant_access.participant_id AND p.declarant_id = {ORGANISATION})",
    ),
    "person_links": Wall.same(
        f"{ROLE} = 'facilitator' AND {_PERSON.format('person_links.first_id')} "
        f"AND {_PERSON.format('person_links.second_id')}"
    ),
    "oppositions": Wall.same(
        f"({DECLARED.format(person='oppositions.participant_id')}) "
        f"OR ({REVIEWED.format(person='oppositions.participant_id')})"
    ),
    "erasures": of_person("erasures"),
    # Changes: one's own, those of contracts in sight, and those that an event in sight tells of.
    "changes": Wall(
        f"{PLATFORM} OR organisation_id = {ORGANISATION} OR {_seen('changes', owner=None)} OR wall_told(id)",
        _ACCOUNT,
    ),
    # The change comes in the same flush, in any order; the names of the fields it sets show nobody's data.
    "change_objects": Wall(_OF_CHANGE.format(table="change_objects"), "true"),
    "events": Wall(
        f"{PLATFORM} OR {_seen('events', owner=None)} "
        f"OR (contract_id IS NULL AND {_OWN_CHANGE.format(table='events')}) OR {_ABOUT_REFERRED}",
        f"{PLATFORM} OR contract_id IS NULL OR {_seen('events', owner=None)} OR {_ABOUT_REFERRED}",
    ),
    "open_changes": Wall(
        # A change of a person is filed under no contract, and makes the figures of one provisional still.
        f"{PLATFORM} OR {_seen('open_changes', owner=None)} OR {_OWN_CHANGE.format(table='open_changes')} "
        "OR wall_told(change_id)",
        _OWN_CHANGE.format(table="open_changes"),
    ),
    # Accounts: of one organisation in one role. Pieces of a file are written before there is a job.
    **dict.fromkeys(
        ("api_keys", "memberships", "jobs", "import_chunks"),
        Wall.same(f"{PLATFORM} OR ({_ACCOUNT})"),
    ),
    "stored_answers": Wall.same(_ACCOUNT),
    # What territories add up to for one viewer is that viewer's; how it is folded is the service's.
    **dict.fromkeys(
        ("territory_months", "territory_returns"),
        Wall.same(f"({_ACCOUNT}) OR ({PLATFORM} AND role = 'admin')"),
    ),
    **dict.fromkeys(("folded_contracts", "folded_viewers"), Wall.same(PLATFORM)),
    # Whoever moves hours notes it, on contracts out of their sight too: a merge moves those of others.
    "unfolded_changes": Wall(
        f"{PLATFORM} OR {_seen('unfolded_changes', owner=None)}", _OWN_CHANGE.format(table="unfolded_changes")
    ),
    # Titles of columns as somebody typed them: nobody else's to read, not the platform's either.
    "import_mappings": Wall.same(_ACCOUNT),
    # The platform too sees its own alone: an endpoint is told what its organisation reads.
    "webhooks": Wall.same(_ACCOUNT),
    "webhook_deliveries": Wall.same(
        "EXISTS (SELECT FROM webhooks w WHERE w.id = webhook_deliveries.webhook_id)"
    ),
    "connector_pulses": Wall.same(PLATFORM),
    # Read by the organisation in any role, written by the service.
    "reminders": Wall.same(f"organisation_id = {ORGANISATION}"),
    "import_files": of_job("import_files"),
    # A file is for who asked for it, the platform included.
    "export_files": Wall.same(_ACCOUNT),
    "export_pieces": Wall.same("EXISTS (SELECT FROM export_files f WHERE f.job_id = export_pieces.job_id)"),
    "import_rows": of_job("import_rows"),
    "import_tables": of_job("import_tables"),
    # Contacts: one's own, and those that run of who stands on a contract in sight.
    "contacts": Wall.same(f"{PLATFORM} OR organisation_id = {ORGANISATION} OR ({_RUNS} AND EXISTS ({_MET}))"),
    # Profiles: one's own, of the facilitators one mandated, of the buyers whose contracts are in sight.
    "profiles": Wall(
        f"({_OWN_PROFILE}) OR ({_MANDATED}) "
        f"OR ({ROLE} IN ('admin', 'buyer', 'facilitator') AND ({PLATFORM} OR {_owner_seen('profiles')}))",
        _OWN_PROFILE,
    ),
    "profile_versions": Wall(_PROFILE.format(table="profile_versions"), _OWN_PROFILE),
    "profile_withdrawals": Wall(_PROFILE.format(table="profile_withdrawals"), _OWN_PROFILE),
    # Published to whoever asks, by the platform.
    "releases": Wall(f"{ORGANISATION} IS NOT NULL", PLATFORM),
    "release_cells": Wall(f"{ORGANISATION} IS NOT NULL", PLATFORM),
    # Whose contract it is, only those are told who see it: the file is published by them.
    "release_contracts": Wall(of_contract("release_contracts").using, PLATFORM),
}

# Read by all, written by the service alone unless said otherwise.
OPEN: dict[str, str] = {
    "territories": "published by the national institute of statistics",
    "postal_codes": "published by the post",
    "quarter_editions": "published by the State",
    "territory_aliases": "published by the national institute of statistics",
    "seals": "numbers, instants and hashes: they show nothing of what was changed",
    "alembic_version": "the number of the schema",
}

# Who an organisation is everybody may look up and name; what is said of it is its own.
ORGANISATIONS = "organisations"
_RIGHTS = {ORGANISATIONS: "SELECT, INSERT, UPDATE", **dict.fromkeys(INSERT_ONLY, "SELECT, INSERT")}
_ALL = "SELECT, INSERT, UPDATE, DELETE"


def table_statements(table: str) -> list[str]:
    """Everything that stands around one table: its grants, its policies, and that they hold for its owner."""
    rights = "SELECT" if table in OPEN else _RIGHTS.get(table, _ALL)
    grants = [
        f"REVOKE ALL ON {table} FROM {APP}, {SYSTEM}",
        f"GRANT {rights} ON {table} TO {APP}",
        f"GRANT {_ALL} ON {table} TO {SYSTEM}",
    ]
    if table in OPEN:
        return grants
    return [
        *grants,
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        *_policies(table),
        # Who is only a member of the role, without having taken it, sees nothing by it.
        f"CREATE POLICY wall_service ON {table} TO {SYSTEM} USING ((SELECT current_user) = '{SYSTEM}')",
        # A migration moves rows; its owner sees none by accident.
        (
            f"CREATE POLICY wall_migration ON {table} TO CURRENT_USER "
            "USING ((SELECT current_setting('clauses.migrating', true)) = 'on')"
        ),
    ]


def _policies(table: str) -> list[str]:
    if table == ORGANISATIONS:
        own = f"{PLATFORM} OR id = {ORGANISATION}"
        return [
            f"CREATE POLICY wall_reading ON {table} FOR SELECT TO {APP} USING (true)",
            f"CREATE POLICY wall_naming ON {table} FOR INSERT TO {APP} WITH CHECK (true)",
            f"CREATE POLICY wall_caller ON {table} FOR UPDATE TO {APP} USING ({own}) WITH CHECK ({own})",
        ]
    wall = WALLS[table]
    policy = f"CREATE POLICY wall_caller ON {table} TO {APP} USING ({wall.using}) WITH CHECK ({wall.check})"
    if wall.reads is None:
        return [policy]
    return [policy, f"CREATE POLICY wall_reading ON {table} FOR SELECT TO {APP} USING ({wall.reads})"]


def walled() -> set[str]:
    """The tables with policies."""
    return {*WALLS, ORGANISATIONS}
