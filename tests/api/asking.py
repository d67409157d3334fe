"""A valid request for every operation of the API, on the objects of a case.

What a request asks for is always there and always right (key, version, body): whatever is refused is refused
for who asks.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from httpx2 import Response
from sqlalchemy import func, select

from app.db.tables import (
    Assessment,
    Clause,
    Contact,
    Contract,
    DecpConflict,
    DecpReview,
    Delegation,
    Dispute,
    Hire,
    Mandate,
    Organisation,
    OwnProfile,
    Participant,
    PoolAnswer,
    Statement,
    Webhook,
)
from tests.api.builders import ISSUER
from tests.api.cases import (
    DURATION,
    EXPORT,
    MEETING,
    PENALISED,
    PLACE,
    PLATFORM,
    WHY,
    Case,
    Seat,
    hire_body,
    path_of,
    pool_body,
    profile_body,
    split_body,
)
from tests.api.registering import CONTRACT
from tests.contract.documents import Operation

Body = dict[str, Any]
NUMBERS = count(1)
WAIVER = {
    "ground": "no_link",
    "text": "Achat de licences",
    "decided_on": "2025-01-08",
    "decided_by": "Direction des achats",
}

# Which table keeps the version that `If-Match` names, and which part of the address finds the row.
VERSIONED: dict[str, tuple[Any, str, str]] = {
    **dict.fromkeys(
        ("change_contact", "confirm_contact", "hand_over_contact", "retire_contact"),
        (Contact, "id", "contact_id"),
    ),
    "put_organisation": (Organisation, "identifier", "siret"),
    "change_contract": (Contract, "id", "contract_id"),
    "close_contract": (Contract, "id", "contract_id"),
    "resolve_place": (Contract, "id", "contract_id"),
    "put_waiver": (Contract, "id", "contract_id"),
    "remove_waiver": (Contract, "id", "contract_id"),
    "put_social_conditions": (Contract, "id", "contract_id"),
    "remove_social_conditions": (Contract, "id", "contract_id"),
    "record_clause": (Clause, "contract_id", "contract_id"),
    "amend_clause": (Clause, "contract_id", "contract_id"),
    "draft_profile_version": (OwnProfile, "code", "profile_code"),
    "change_profile_draft": (OwnProfile, "code", "profile_code"),
    "publish_profile": (OwnProfile, "code", "profile_code"),
    "withdraw_profile": (OwnProfile, "code", "profile_code"),
    "change_mandate": (Mandate, "id", "mandate_id"),
    "withdraw_mandate": (Mandate, "id", "mandate_id"),
    "change_delegation": (Delegation, "id", "delegation_id"),
    "withdraw_delegation": (Delegation, "id", "delegation_id"),
    "correct_statement": (Statement, "id", "statement_id"),
    "approve_statement": (Statement, "id", "statement_id"),
    "review_statement": (Statement, "id", "statement_id"),
    "rectify_participant": (Participant, "id", "participant_id"),
    "put_residence": (Participant, "id", "participant_id"),
    "amend_hire": (Hire, "id", "hire_id"),
    "end_hire": (Hire, "id", "hire_id"),
    "record_facts": (Assessment, "hire_id", "hire_id"),
    "record_proof": (Assessment, "hire_id", "hire_id"),
    "decide_eligibility": (Assessment, "id", "assessment_id"),
    "decide_duration": (Assessment, "hire_id", "hire_id"),
    "cancel_duration_decision": (Assessment, "hire_id", "hire_id"),
    "decide_decp_conflict": (DecpConflict, "id", "conflict_id"),
    "decide_decp_review": (DecpReview, "id", "review_id"),
    "answer_dispute": (Dispute, "id", "dispute_id"),
    "withdraw_dispute": (Dispute, "id", "dispute_id"),
    "change_webhook": (Webhook, "id", "webhook_id"),
    "delete_webhook": (Webhook, "id", "webhook_id"),
}
QUERIES: dict[str, dict[str, str]] = {
    "list_territory_children": {"level": "commune"},
    "list_compliance_of_children": {"level": "commune"},
    "export_territories": {"level": "commune"},
    "read_consolidation": {"year": "2024"},
    "export_consolidation": {"year": "2024"},
    "list_release_cells": {"level": "country"},
    "read_statement_draft": {"month": "2025-01"},
    "list_compliance_entries": {"figure": "declared"},
    "import_file": {"kind": "decp"},
    "consult_assessment": {"purpose": WHY},
    "list_assessments": {"purpose": WHY},
    "consult_duration": {"purpose": WHY},
    "list_duration_decisions": {"purpose": WHY},
    "read_participant": {"purpose": WHY},
    "list_duplicates": {"purpose": WHY},
    "list_person_links": {"purpose": WHY},
    "list_oppositions": {"purpose": "rights_request"},
    "export_participant": {"purpose": "rights_request"},
    "export_participant_page": {"purpose": "rights_request"},
}
# Parts of addresses that belong to nobody.
PUBLIC_PARTS = {
    "level": "department",
    "code": "57",
    "since": "2025-01-01",
    "ordinal": "1",
    "moment": "exit",
    "edition": "1",
}
# Asked of the hire that is approved.
APPROVED = ("consult_duration", "list_duration_decisions", "decide_duration", "cancel_duration_decision")
# A split has the version 1 until it is answered.
UNANSWERED = ("accept_split", "refuse_split", "withdraw_split")
# Every answer on a contract is a version of its pool.
POOLED = ("agree_pool", "refuse_pool", "leave_pool")
CODES = {"read_public": "rsa", "read_problem": "not_found"}


@dataclass
class Asked:
    """A request: what `send` needs besides who sends it."""

    operation: Operation
    case: Case
    parts: dict[str, str] = field(default_factory=dict)
    body: Body | None = None

    @property
    def address(self) -> str:
        return self.operation.path.format(**self.parts)

    @property
    def headers(self) -> dict[str, str]:
        """A fresh key, and the version that stands now."""
        version = _version(self)
        matched = {"If-Match": f'"{version}"'} if version is not None else {}
        return {"Idempotency-Key": str(uuid4()), **matched}

    def send(self, credential: dict[str, str]) -> Response:
        """Send it as the caller who has this credential."""
        return self.case.service.client.request(
            self.operation.method,
            self.address,
            params=QUERIES.get(self.operation.id),
            json=self.body,
            headers={**credential, **self.headers},
        )


def ask(operation: Operation, case: Case, seat: Seat, **parts: str) -> Asked:
    """The operation on the objects of the case, as somebody on that seat would ask for it."""
    known = {**PUBLIC_PARTS, "siret": seat.siret, **case.ids}
    if operation.id in APPROVED:
        known |= {
            "hire_id": case.ids["approved_hire_id"],
            "decision_id": case.ids["duration_decision_id"],
        }
    known |= parts
    if operation.id in CODES:
        known["code"] = CODES[operation.id]
    if "{release_id}" in operation.path and "release_id" not in parts:
        known["release_id"] = _published(case)
    if operation.id == "draft_profile_version" and "profile_code" not in parts:
        # The other one is a draft still, and a profile has one draft at a time.
        known["profile_code"] = case.others["profile_code"][0]
    body = BODIES.get(operation.id)
    return Asked(operation, case, known, body(case, seat) if body else None)


def _published(case: Case) -> str:
    """A release that is there: they are everybody's, so no part of a case."""
    found = case.send("admin", "GET", "/v1/releases")["items"]
    release = found[0] if found else case.send("admin", "POST", "/v1/releases", _release(case, None))
    return str(release["id"])


def _version(asked: Asked) -> int | None:
    if asked.operation.id in UNANSWERED:
        return 1
    if asked.operation.id in POOLED:
        with asked.case.service.means.database.read() as session:
            answers = select(func.count()).where(PoolAnswer.pool_id == UUID(asked.parts["pool_id"]))
            return session.scalar(answers) or 1
    if asked.operation.id not in VERSIONED:
        return None
    table, column, part = VERSIONED[asked.operation.id]
    with asked.case.service.means.database.read() as session:
        found = session.scalar(
            select(table.version).where(getattr(table, column) == _typed(table, column, asked.parts[part]))
        )
    return found if found is not None else 1


def _typed(table: Any, column: str, value: str) -> Any:  # noqa: ANN401 - the type of a column read by name
    return table.__table__.columns[column].type.python_type(value)


def _release(_: Case, __: Seat | None) -> Body:
    # Each its own quarter of the years before the case.
    number = next(NUMBERS) % 96
    return {"year": 2000 + number // 4, "quarter": 1 + number % 4}


def _contract(case: Case, seat: Seat) -> Body:
    body = {**CONTRACT, "reference": f"M-{next(NUMBERS)}", "holders": [{"siret": case.team.holder}]}
    return {**body, "buyer": case.team.buyer} if seat.siret == PLATFORM else body


def _mandate(case: Case, _: Seat) -> Body:
    # A year of its own for each, so that they follow one another.
    year = 2030 + next(NUMBERS) % 60
    days = {"since": f"{year}-01-01", "until": f"{year}-12-31"}
    return {"siret": case.team.prescriber, "role": "insertion_structure", **days}


def _membership(_: Case, seat: Seat) -> Body:
    account = {"issuer": ISSUER, "subject": f"somebody-{next(NUMBERS)}", "label": "Essai"}
    return {"siret": seat.siret, "role": seat.role, **account}


def _subcontract(_: Case, __: Seat) -> Body:
    return {"scheme": "TVA", "identifier": f"FR{next(NUMBERS)}", "since": "2025-01-02"}


def _lines(case: Case, _: Seat) -> Body:
    lines = [{"hire_id": case.ids["hire_id"], "worked": "71.00"}]
    return {"reason": "Une heure oubliée", "lines": lines}


def _end_dispute(case: Case) -> None:
    """No penalty is decided while a dispute is open."""
    case.send("holder", "POST", f"/v1/disputes/{case.ids['dispute_id']}/withdraw", None, 1)


def _dispute(case: Case, seat: Seat) -> Body:
    if seat.name == "structure":
        return {"kind": "assessment", "hire_id": case.others["hire_id"][1], "text": "Le titre est valable."}
    if seat.name == "subcontractor":
        statement, hire = case.others["statement_id"][0], case.others["hire_id"][0]
        return {"kind": "line", "statement_id": statement, "hire_id": hire, "text": "Dix heures, pas neuf."}
    return {"kind": "penalty", "decision_id": case.ids["decision_id"], "text": "Nous y étions."}


def _verdicts(case: Case, _: Seat) -> Body:
    return {"lines": [{"hire_id": case.ids["hire_id"], "verdict": "accepted"}]}


def _other_record(case: Case, reason: str) -> Body:
    # The subcontractor's record of the same person.
    return {"participant_id": case.others["participant_id"][0], "reason": reason}


def _end_split(case: Case) -> None:
    """One proposal at a time between two lines: the one that the case began with makes room."""
    case.send("facilitator", "POST", f"{path_of(case)}/splits/{case.ids['split_id']}/withdraw", {}, 1)


def _agree_pool(case: Case) -> None:
    """A buyer leaves what it agreed to."""
    path = f"/v1/pools/{case.ids['pool_id']}/contracts/{case.ids['contract_id']}/agree"
    case.send("buyer", "POST", path, {}, 2)


def _new_pool(case: Case, seat: Seat) -> Body:
    return (
        pool_body(case) if seat.name == "holder" else {"contracts": [case.ids["contract_id"], str(uuid4())]}
    )


# What a case must have behind it before these can be done.
PREPARED: dict[str, Callable[[Case], None]] = {
    "propose_split": _end_split,
    "decide_penalties": _end_dispute,
    "leave_pool": _agree_pool,
}
BODIES: dict[str, Any] = {
    "propose_split": lambda case, _: split_body(case),
    "request_pool": _new_pool,
    "agree_pool": lambda _, __: {},
    "refuse_pool": lambda _, __: {"reason": "Chacun pour soi"},
    "leave_pool": lambda _, __: {"reason": "Chacun pour soi"},
    "publish_release": _release,
    "accept_split": lambda _, __: {"reason": "Convenu"},
    "refuse_split": lambda _, __: {},
    "withdraw_split": lambda _, __: {},
    "decide_duration": lambda case, _: {**DURATION, "reason": case.team.reasons["decision"]},
    "cancel_duration_decision": lambda case, _: {"reason": case.team.reasons["decision"]},
    "create_api_key": lambda _, seat: {"siret": seat.siret, "role": seat.role, "label": "Essai"},
    "rotate_api_key": lambda _, __: {},
    "grant_membership": _membership,
    "create_webhook": lambda _, __: {"url": "https://hooks.example/clauses", "label": "Essai"},
    "change_webhook": lambda _, __: {"paused": True},
    "rotate_webhook_secret": lambda _, __: {},
    "replay_webhook": lambda _, __: {"after": 0},
    "name_contact": lambda _, __: {"function": "statements", "name": "Essai", "email": "essai@exemple.fr"},
    "change_contact": lambda _, __: {"email": "autre@exemple.fr"},
    "hand_over_contact": lambda _, __: {"name": "Relève", "email": "releve@exemple.fr"},
    "report_contact_bounce": lambda _, __: {},
    "put_organisation": lambda _, __: {"name": "Organisme d'exemple", "seat": PLACE},
    "register_contract": _contract,
    "change_contract": lambda _, __: {"lot": "3"},
    "close_contract": lambda _, __: {"closed_on": "2025-01-09"},
    "put_waiver": lambda _, __: WAIVER,
    "put_social_conditions": lambda _, __: {"items": [{"kind": "training", "text": "Deux apprentis"}]},
    "put_outcome": lambda _, __: {"situation": "cdi"},
    "resolve_place": lambda _, __: {"place": PLACE},
    "declare_subcontractor": _subcontract,
    "record_clause": lambda _, __: PENALISED,
    "amend_clause": lambda _, __: {"effective_on": "2025-03-01", "reason": "Avenant 1", "article": "9"},
    "give_delegation": lambda case, _: {"siret": case.team.prescriber},
    "change_delegation": lambda _, __: {"until": "2025-12-31"},
    "give_mandate": _mandate,
    "change_mandate": lambda _, __: {"until": "2025-12-31"},
    "record_invoice": lambda _, __: {"invoiced_on": "2025-01-08", "amount": "100.00"},
    "reverse_invoice": lambda _, __: {"amount": "0.01", "reason": "Avoir"},
    "search_addresses": lambda _, __: {"of": "person", "address": "1 rue de l'Exemple, Metz"},
    "estimate_hours": lambda _, __: {"target": {"kind": "fixed_hours", "hours": "46"}},
    "submit_statement": lambda _, __: {"month": "2025-01", "nothing_to_declare": True},
    "correct_statement": _lines,
    "approve_statement": lambda _, __: {"decision": "approved"},
    "review_statement": _verdicts,
    "record_penalty_fact": lambda _, __: MEETING,
    "cancel_penalty_fact": lambda _, __: {"reason": "Saisi deux fois."},
    "decide_penalties": lambda _, __: {"outcome": "apply", "computed": "500.00"},
    "open_dispute": _dispute,
    "answer_dispute": lambda _, __: {"outcome": "rejected", "text": "La fiche ne le montre pas."},
    "decide_decp_conflict": lambda _, __: {"decision": "take"},
    "decide_decp_review": lambda _, __: {"decision": "same"},
    "import_file": lambda _, __: {"marches": {"marche": []}},
    "request_export": lambda _, __: EXPORT,
    "try_assessment": lambda _, __: {"profile": "ccag-2021", "on": "2025-01-06", "facts": {"rsa": True}},
    "create_profile": lambda _, __: profile_body(f"essai-{next(NUMBERS)}"),
    "draft_profile_version": lambda _, __: {"label": "Clause type, suite"},
    "change_profile_draft": lambda _, __: {"label": "Clause type, corrigée"},
    "publish_profile": lambda _, __: {"since": "2025-02-01"},
    "create_participant": lambda case, _: case.team.identity,
    "search_participants": lambda case, _: {**case.team.person, "purpose": "duplicate_check"},
    "rectify_participant": lambda case, _: {"birth_name": case.team.identity["birth_name"]},
    "put_residence": lambda _, __: {"place": PLACE},
    "merge_participants": lambda case, _: _other_record(case, "same_identity"),
    "separate_participants": lambda case, _: _other_record(case, "namesake"),
    "record_opposition": lambda _, __: {
        "decision": "opposed",
        "ground": "particular_situation",
        "received_on": "2025-01-08",
    },
    "erase_participant": lambda _, __: {"ground": "person_request"},
    "declare_hire": lambda case, _: hire_body(case),
    "amend_hire": lambda _, __: {"weekly_hours": "28.00"},
    "end_hire": lambda _, __: {"ended_on": "2025-01-31", "reason": "end_of_contract"},
    "record_facts": lambda _, __: {"facts": {"jobseeker": True}},
    "record_proof": lambda _, __: {"type": "rsa", "issued_on": "2024-12-04"},
    "decide_eligibility": lambda _, __: {"decision": "needs_proof"},
}
