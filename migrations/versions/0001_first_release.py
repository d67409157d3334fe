"""Everything the first release stores.

Revision: 0001, the first.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_changes_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index("ix_changes_organisation", ["organisation_id", "id"], unique=False)

    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("run_after", INSTANT, nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("result", JSON, nullable=False),
        sa.Column("problem", sa.String(length=64), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index("ix_jobs_due", ["state", "run_after"], unique=False)

    op.create_table(
        "obligation_months",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("obligation_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("execution", sa.String(length=32), nullable=False),
        sa.Column("buyer_seat", sa.String(length=32), nullable=False),
        sa.Column("facilitator_seat", sa.String(length=32), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "owner_id",
            "obligation_id",
            "month",
            "execution",
            "buyer_seat",
            "facilitator_seat",
            name=op.f("pk_obligation_months"),
        ),
    )
    with op.batch_alter_table("obligation_months", schema=None) as batch_op:
        batch_op.create_index("ix_obligation_months_contract", ["contract_id"], unique=False)

    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scheme", sa.String(length=16), nullable=False),
        sa.Column("identifier", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=1000), nullable=True),
        sa.Column("seat", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("scheme", "identifier", name=op.f("uq_organisations_scheme_identifier")),
    )
    op.create_table(
        "person_months",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("obligation_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("execution", sa.String(length=32), nullable=False),
        sa.Column("residence", sa.String(length=32), nullable=False),
        sa.Column("buyer_seat", sa.String(length=32), nullable=False),
        sa.Column("facilitator_seat", sa.String(length=32), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "owner_id",
            "obligation_id",
            "participant_id",
            "month",
            "execution",
            "residence",
            "buyer_seat",
            "facilitator_seat",
            name=op.f("pk_person_months"),
        ),
    )
    with op.batch_alter_table("person_months", schema=None) as batch_op:
        batch_op.create_index("ix_person_months_contract", ["contract_id"], unique=False)

    op.create_table(
        "postal_codes",
        sa.Column("postal_code", sa.String(length=5), nullable=False),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("postal_code", "place", name=op.f("pk_postal_codes")),
    )
    op.create_table(
        "territories",
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=1000), nullable=False),
        sa.Column("search_name", sa.String(length=1000), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("commune", sa.String(length=16), nullable=True),
        sa.Column("epci", sa.String(length=16), nullable=True),
        sa.Column("ept", sa.String(length=16), nullable=True),
        sa.Column("department", sa.String(length=16), nullable=True),
        sa.Column("region", sa.String(length=16), nullable=True),
        sa.Column("country", sa.String(length=16), nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("edition", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_territories")),
    )
    with op.batch_alter_table("territories", schema=None) as batch_op:
        batch_op.create_index("ix_territories_code", ["code"], unique=False)
        batch_op.create_index("ix_territories_department", ["department"], unique=False)
        batch_op.create_index("ix_territories_epci", ["epci"], unique=False)
        batch_op.create_index("ix_territories_ept", ["ept"], unique=False)
        batch_op.create_index("ix_territories_search_name", ["search_name"], unique=False)

    op.create_table(
        "territory_aliases",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("code", "place", name=op.f("pk_territory_aliases")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_api_keys_organisation_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("public_id", name=op.f("uq_api_keys_public_id")),
    )
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_keys_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "change_objects",
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("object_type", sa.String(length=64), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["changes.id"],
            name=op.f("fk_change_objects_change_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("change_id", "ordinal", name=op.f("pk_change_objects")),
    )
    op.create_table(
        "contracts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("object", sa.String(length=1000), nullable=False),
        sa.Column("lot", sa.String(length=64), nullable=True),
        sa.Column("nature", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=True),
        sa.Column("cpv", sa.String(length=10), nullable=True),
        sa.Column("procedure", sa.String(length=1000), nullable=True),
        sa.Column("ccag", sa.String(length=1000), nullable=True),
        sa.Column("firm_amount", sa.BigInteger(), nullable=True),
        sa.Column("maximum_amount", sa.BigInteger(), nullable=True),
        sa.Column("framework_reference", sa.String(length=64), nullable=True),
        sa.Column("consultation", JSON, nullable=False),
        sa.Column("social_conditions", JSON, nullable=False),
        sa.Column("waiver", JSON, nullable=True),
        sa.Column("decp_social", JSON, nullable=False),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("duration_months", sa.Integer(), nullable=True),
        sa.Column("firm_end_on", sa.Date(), nullable=True),
        sa.Column("maximum_end_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("suspensions", JSON, nullable=False),
        sa.Column("clause_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["organisations.id"],
            name=op.f("fk_contracts_owner_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
        sa.UniqueConstraint("owner_id", "id", name=op.f("uq_contracts_owner_id_id")),
    )
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.create_index("ix_contracts_reference", ["owner_id", "reference"], unique=False)

    op.create_table(
        "events",
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("subject_type", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("declarant_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["changes.id"],
            name=op.f("fk_events_change_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("change_id", "ordinal", name=op.f("pk_events")),
    )
    op.create_table(
        "import_files",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["jobs.id"],
            name=op.f("fk_import_files_job_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_import_files")),
    )
    op.create_table(
        "import_rows",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("issues", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=op.f("fk_import_rows_job_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("job_id", "index", name=op.f("pk_import_rows")),
    )
    op.create_table(
        "open_changes",
        sa.Column("sequence", SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["changes.id"],
            name=op.f("fk_open_changes_change_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_open_changes")),
        sa.UniqueConstraint("change_id", name=op.f("uq_open_changes_change_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("open_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_open_changes_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "participants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("declarant_id", sa.Uuid(), nullable=False),
        sa.Column("sex", sa.String(length=64), nullable=True),
        sa.Column("level", sa.String(length=64), nullable=True),
        sa.Column("informed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["declarant_id"],
            ["organisations.id"],
            name=op.f("fk_participants_declarant_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
    )
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participants_declarant_id"), ["declarant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_participants_person_id"), ["person_id"], unique=False)

    op.create_table(
        "seals",
        sa.Column("position", SEQUENCE, autoincrement=False, nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_at", INSTANT, nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["changes.id"],
            name=op.f("fk_seals_change_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_seals")),
        sa.UniqueConstraint("change_id", name=op.f("uq_seals_change_id")),
    )
    with op.batch_alter_table("seals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seals_sealed_at"), ["sealed_at"], unique=False)

    op.create_table(
        "stored_answers",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", JSON, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_stored_answers_organisation_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("organisation_id", "role", "key", name=op.f("pk_stored_answers")),
    )
    with op.batch_alter_table("stored_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_answers_created_at"), ["created_at"], unique=False)

    op.create_table(
        "versions",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject_type", sa.String(length=64), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("snapshot", JSON, nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["changes.id"],
            name=op.f("fk_versions_change_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "subject_id", "number", name=op.f("pk_versions")),
    )
    with op.batch_alter_table("versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_versions_change_id"), ["change_id"], unique=False)

    op.create_table(
        "clauses",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("obligation_id", sa.Uuid(), nullable=False),
        sa.Column("profile", sa.String(length=64), nullable=False),
        sa.Column("article", sa.String(length=1000), nullable=True),
        sa.Column("terms", JSON, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "contract_id"],
            ["contracts.owner_id", "contracts.id"],
            name=op.f("fk_clauses_owner_id_contract_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_clauses")),
        sa.UniqueConstraint("owner_id", "contract_id", name=op.f("uq_clauses_owner_id_contract_id")),
    )
    with op.batch_alter_table("clauses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clauses_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_clauses_obligation_id"), ["obligation_id"], unique=False)

    op.create_table(
        "contract_access",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id", "contract_id"],
            ["contracts.owner_id", "contracts.id"],
            name=op.f("fk_contract_access_owner_id_contract_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint(
            "owner_id",
            "contract_id",
            "organisation_id",
            "role",
            "cause",
            "cause_id",
            name=op.f("pk_contract_access"),
        ),
    )
    with op.batch_alter_table("contract_access", schema=None) as batch_op:
        batch_op.create_index(
            "ix_contract_access_viewer", ["organisation_id", "role", "contract_id"], unique=False
        )

    op.create_table(
        "contract_parties",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_contract_parties_organisation_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "contract_id"],
            ["contracts.owner_id", "contracts.id"],
            name=op.f("fk_contract_parties_owner_id_contract_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint(
            "owner_id", "contract_id", "organisation_id", "kind", name=op.f("pk_contract_parties")
        ),
    )
    op.create_table(
        "contract_places",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=32), nullable=True),
        sa.Column("published_code", sa.String(length=32), nullable=True),
        sa.Column("published_type", sa.String(length=32), nullable=True),
        sa.Column("candidates", JSON, nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("share_assumed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "contract_id"],
            ["contracts.owner_id", "contracts.id"],
            name=op.f("fk_contract_places_owner_id_contract_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "contract_id", "ordinal", name=op.f("pk_contract_places")),
    )
    with op.batch_alter_table("contract_places", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_places_place"), ["place"], unique=False)

    op.create_table(
        "decp_records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("buyer", sa.String(length=14), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("cpv", sa.String(length=10), nullable=False),
        sa.Column("holders_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=1000), nullable=True),
        sa.Column("raw", JSON, nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_decp_records_contract_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decp_records")),
        sa.UniqueConstraint(
            "buyer",
            "reference",
            "cpv",
            "holders_hash",
            name=op.f("uq_decp_records_buyer_reference_cpv_holders_hash"),
        ),
    )
    with op.batch_alter_table("decp_records", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decp_records_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "entries",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("obligation_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("hire_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=True),
        sa.Column("parameter", sa.String(length=1000), nullable=True),
        sa.Column("reference", sa.String(length=1000), nullable=True),
        sa.Column("execution", sa.String(length=32), nullable=True),
        sa.Column("residence", sa.String(length=32), nullable=True),
        sa.Column("buyer_seat", sa.String(length=32), nullable=True),
        sa.Column("facilitator_seat", sa.String(length=32), nullable=True),
        sa.Column("modality", sa.String(length=64), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("declarant_id", sa.Uuid(), nullable=False),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["changes.id"],
            name=op.f("fk_entries_change_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "contract_id"],
            ["contracts.owner_id", "contracts.id"],
            name=op.f("fk_entries_owner_id_contract_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_entries")),
    )
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entries_change_id"), ["change_id"], unique=False)
        batch_op.create_index("ix_entries_line", ["line_id"], unique=False)
        batch_op.create_index("ix_entries_obligation", ["obligation_id", "month"], unique=False)

    op.create_table(
        "hires",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("clause_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("declarant_id", sa.Uuid(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("modality", sa.String(length=64), nullable=False),
        sa.Column("contract_type", sa.String(length=64), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("planned_end_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=64), nullable=True),
        sa.Column("weekly_hours", sa.BigInteger(), nullable=False),
        sa.Column("planned_hours", sa.BigInteger(), nullable=True),
        sa.Column("job", sa.String(length=8), nullable=True),
        sa.Column("workplace", sa.String(length=32), nullable=True),
        sa.Column("prescriber_kind", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "contract_id"],
            ["contracts.owner_id", "contracts.id"],
            name=op.f("fk_hires_owner_id_contract_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_hires_participant_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_hires")),
    )
    with op.batch_alter_table("hires", schema=None) as batch_op:
        batch_op.create_index("ix_hires_contract", ["contract_id", "id"], unique=False)
        batch_op.create_index("ix_hires_id", ["id"], unique=False)
        batch_op.create_index("ix_hires_participant", ["participant_id"], unique=False)

    op.create_table(
        "identities",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("birth_name", sa.LargeBinary(), nullable=False),
        sa.Column("first_names", sa.LargeBinary(), nullable=False),
        sa.Column("birth_date", sa.LargeBinary(), nullable=False),
        sa.Column("birth_place", sa.LargeBinary(), nullable=True),
        sa.Column("france_travail_number", sa.LargeBinary(), nullable=True),
        sa.Column("pass_iae_number", sa.LargeBinary(), nullable=True),
        sa.Column("matching_hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_identities_participant_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_identities")),
    )
    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identities_matching_hash"), ["matching_hash"], unique=False)

    op.create_table(
        "mandates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_mandates_organisation_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "contract_id"],
            ["contracts.owner_id", "contracts.id"],
            name=op.f("fk_mandates_owner_id_contract_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandates")),
    )
    with op.batch_alter_table("mandates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mandates_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "participant_access",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_participant_access_participant_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint(
            "participant_id", "organisation_id", "role", name=op.f("pk_participant_access")
        ),
    )
    with op.batch_alter_table("participant_access", schema=None) as batch_op:
        batch_op.create_index("ix_participant_access_viewer", ["organisation_id", "role"], unique=False)

    op.create_table(
        "residences",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column("qpv", sa.String(length=16), nullable=True),
        sa.Column("qpv_edition", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_residences_participant_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("participant_id", "since", name=op.f("pk_residences")),
    )
    op.create_table(
        "statements",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("declarant_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("nothing_to_declare", sa.Boolean(), nullable=False),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "contract_id"],
            ["contracts.owner_id", "contracts.id"],
            name=op.f("fk_statements_owner_id_contract_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_statements")),
        sa.UniqueConstraint(
            "owner_id",
            "contract_id",
            "declarant_id",
            "month",
            name=op.f("uq_statements_owner_id_contract_id_declarant_id_month"),
        ),
    )
    with op.batch_alter_table("statements", schema=None) as batch_op:
        batch_op.create_index("ix_statements_contract", ["contract_id", "id"], unique=False)
        batch_op.create_index("ix_statements_id", ["id"], unique=False)

    op.create_table(
        "assessments",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("hire_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False),
        sa.Column("reasons", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("rules_version", sa.String(length=64), nullable=False),
        sa.Column("clause_version", sa.Integer(), nullable=False),
        sa.Column("assessed_at", INSTANT, nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=True),
        sa.Column("decision_reason", sa.LargeBinary(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("counts_from", sa.Date(), nullable=True),
        sa.Column("eligible_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "hire_id"],
            ["hires.owner_id", "hires.id"],
            name=op.f("fk_assessments_owner_id_hire_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_assessments")),
    )
    with op.batch_alter_table("assessments", schema=None) as batch_op:
        batch_op.create_index("ix_assessments_contract", ["contract_id"], unique=False)
        batch_op.create_index("ix_assessments_hire", ["hire_id"], unique=True)
        batch_op.create_index("ix_assessments_id", ["id"], unique=False)
        batch_op.create_index("ix_assessments_participant", ["participant_id"], unique=False)

    op.create_table(
        "hire_traits",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("hire_id", sa.Uuid(), nullable=False),
        sa.Column("sex", sa.String(length=64), nullable=True),
        sa.Column("age_band", sa.String(length=64), nullable=True),
        sa.Column("level", sa.String(length=64), nullable=True),
        sa.Column("qpv", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id", "hire_id"],
            ["hires.owner_id", "hires.id"],
            name=op.f("fk_hire_traits_owner_id_hire_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "hire_id", name=op.f("pk_hire_traits")),
    )
    op.create_table(
        "lines",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("obligation_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("hire_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("declarant_id", sa.Uuid(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("worked", sa.BigInteger(), nullable=False),
        sa.Column("training", sa.BigInteger(), nullable=False),
        sa.Column("overtime", sa.BigInteger(), nullable=False),
        sa.Column("sub_periods", JSON, nullable=False),
        sa.Column("warnings", JSON, nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(length=64), nullable=True),
        sa.Column("accepted", sa.BigInteger(), nullable=True),
        sa.Column("verdict_reason", sa.String(length=1000), nullable=True),
        sa.Column("reviewed_at", INSTANT, nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "contract_id"],
            ["contracts.owner_id", "contracts.id"],
            name=op.f("fk_lines_owner_id_contract_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "hire_id"],
            ["hires.owner_id", "hires.id"],
            name=op.f("fk_lines_owner_id_hire_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_lines")),
        sa.UniqueConstraint("owner_id", "hire_id", "month", name=op.f("uq_lines_owner_id_hire_id_month")),
    )
    with op.batch_alter_table("lines", schema=None) as batch_op:
        batch_op.create_index("ix_lines_contract", ["contract_id", "month"], unique=False)
        batch_op.create_index("ix_lines_participant", ["participant_id", "month"], unique=False)
        batch_op.create_index("ix_lines_statement", ["statement_id"], unique=False)

    op.create_table(
        "statement_versions",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("nothing_to_declare", sa.Boolean(), nullable=False),
        sa.Column("total_hours_worked", sa.BigInteger(), nullable=True),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["changes.id"],
            name=op.f("fk_statement_versions_change_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "statement_id"],
            ["statements.owner_id", "statements.id"],
            name=op.f("fk_statement_versions_owner_id_statement_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "statement_id", "number", name=op.f("pk_statement_versions")),
    )
    op.create_table(
        "verdicts",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(length=64), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["changes.id"],
            name=op.f("fk_verdicts_change_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "line_id"],
            ["lines.owner_id", "lines.id"],
            name=op.f("fk_verdicts_owner_id_line_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "line_id", "change_id", name=op.f("pk_verdicts")),
    )


def downgrade() -> None:
    op.drop_table("verdicts")
    op.drop_table("statement_versions")
    with op.batch_alter_table("lines", schema=None) as batch_op:
        batch_op.drop_index("ix_lines_statement")
        batch_op.drop_index("ix_lines_participant")
        batch_op.drop_index("ix_lines_contract")

    op.drop_table("lines")
    op.drop_table("hire_traits")
    with op.batch_alter_table("assessments", schema=None) as batch_op:
        batch_op.drop_index("ix_assessments_participant")
        batch_op.drop_index("ix_assessments_id")
        batch_op.drop_index("ix_assessments_hire")
        batch_op.drop_index("ix_assessments_contract")

    op.drop_table("assessments")
    with op.batch_alter_table("statements", schema=None) as batch_op:
        batch_op.drop_index("ix_statements_id")
        batch_op.drop_index("ix_statements_contract")

    op.drop_table("statements")
    op.drop_table("residences")
    with op.batch_alter_table("participant_access", schema=None) as batch_op:
        batch_op.drop_index("ix_participant_access_viewer")

    op.drop_table("participant_access")
    with op.batch_alter_table("mandates", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mandates_contract_id"))

    op.drop_table("mandates")
    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_identities_matching_hash"))

    op.drop_table("identities")
    with op.batch_alter_table("hires", schema=None) as batch_op:
        batch_op.drop_index("ix_hires_participant")
        batch_op.drop_index("ix_hires_id")
        batch_op.drop_index("ix_hires_contract")

    op.drop_table("hires")
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_index("ix_entries_obligation")
        batch_op.drop_index("ix_entries_line")
        batch_op.drop_index(batch_op.f("ix_entries_change_id"))

    op.drop_table("entries")
    with op.batch_alter_table("decp_records", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decp_records_contract_id"))

    op.drop_table("decp_records")
    with op.batch_alter_table("contract_places", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_places_place"))

    op.drop_table("contract_places")
    op.drop_table("contract_parties")
    with op.batch_alter_table("contract_access", schema=None) as batch_op:
        batch_op.drop_index("ix_contract_access_viewer")

    op.drop_table("contract_access")
    with op.batch_alter_table("clauses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_clauses_obligation_id"))
        batch_op.drop_index(batch_op.f("ix_clauses_contract_id"))

    op.drop_table("clauses")
    with op.batch_alter_table("versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_versions_change_id"))

    op.drop_table("versions")
    with op.batch_alter_table("stored_answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_answers_created_at"))

    op.drop_table("stored_answers")
    with op.batch_alter_table("seals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seals_sealed_at"))

    op.drop_table("seals")
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_participants_person_id"))
        batch_op.drop_index(batch_op.f("ix_participants_declarant_id"))

    op.drop_table("participants")
    with op.batch_alter_table("open_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_open_changes_contract_id"))

    op.drop_table("open_changes")
    op.drop_table("import_rows")
    op.drop_table("import_files")
    op.drop_table("events")
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.drop_index("ix_contracts_reference")

    op.drop_table("contracts")
    op.drop_table("change_objects")
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_keys_organisation_id"))

    op.drop_table("api_keys")
    op.drop_table("territory_aliases")
    with op.batch_alter_table("territories", schema=None) as batch_op:
        batch_op.drop_index("ix_territories_search_name")
        batch_op.drop_index("ix_territories_ept")
        batch_op.drop_index("ix_territories_epci")
        batch_op.drop_index("ix_territories_department")
        batch_op.drop_index("ix_territories_code")

    op.drop_table("territories")
    op.drop_table("postal_codes")
    with op.batch_alter_table("person_months", schema=None) as batch_op:
        batch_op.drop_index("ix_person_months_contract")

    op.drop_table("person_months")
    op.drop_table("organisations")
    with op.batch_alter_table("obligation_months", schema=None) as batch_op:
        batch_op.drop_index("ix_obligation_months_contract")

    op.drop_table("obligation_months")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index("ix_jobs_due")

    op.drop_table("jobs")
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.drop_index("ix_changes_organisation")
        batch_op.drop_index(batch_op.f("ix_changes_contract_id"))

    op.drop_table("changes")
