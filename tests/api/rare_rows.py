"""What a case rarely comes to, so that every table behind the second wall holds rows of it.

Told over HTTP where an operation writes them; what a worker or the platform leaves is written row by row.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.clock import new_id
from app.db.tables import (
    ConnectorPulse,
    Contract,
    DecpRecord,
    ImportRow,
    Organisation,
    Release,
    ReleaseCell,
    ReleaseContract,
    Reminder,
)
from app.principal import SERVICE
from app.services.decp_registering import identity_of
from app.services.work import writing
from tests.api.builders import ISSUER
from tests.api.cases import MEETING, PLACE, WHY, Case, hire_body, path_of, profile_body, split_body
from tests.api.registering import CLAUSE, contract_body
from tests.exchange.decp_samples import as_json, contract_of, read, sound

Body = dict[str, Any]
ASKING: Body = {
    **CLAUSE,
    "holder_approval": {"days": 5},
    "subtargets": [{"label": "Allocataires du RSA", "publics": ["rsa"], "hours": "8.00"}],
}
SHEET = {"type": "payslip", "seen_on": "2025-01-09"}


def tell_the_rare(case: Case, year: int) -> None:
    """Add to a case what it lacks; the release is of that year, as there is one of each."""
    path = _asking_contract(case)
    _leave_for_a_job(case, path)
    _have_approved(case, path)
    _end_what_runs(case)
    _invoke_rights(case)
    _write_rows(case, year)


def leave_unsettled(case: Case) -> None:
    """A change that nobody settles any more."""
    body = {"number": f"CANARIFAC{case.team.name}-9", "invoiced_on": "2025-01-09", "amount": "1.00"}
    case.send("buyer", "POST", f"{path_of(case)}/invoices", body)


def _asking_contract(case: Case) -> str:
    """A contract whose clause asks for more: the holder's approval, and some people rather than others."""
    team = case.team
    body = contract_body(holders=[{"siret": team.holder}], places=[{"place": PLACE}])
    body["reference"] = f"CANARIREF{team.name}-{body['reference']}"
    contract_id = case.send("buyer", "POST", "/v1/contracts", body)["id"]
    case.others.setdefault("contract_id", []).append(contract_id)
    path = f"/v1/contracts/{contract_id}"
    case.send("buyer", "PUT", f"{path}/clause", ASKING)
    case.send("buyer", "POST", f"{path}/subcontracts", {"siret": team.subcontractor, "since": "2024-12-12"})
    mandate = {"siret": team.facilitator, "since": "2024-12-12"}
    case.others["mandate_id"].append(case.send("buyer", "POST", f"{path}/mandates", mandate)["id"])
    return path


def _hired(case: Case, seat: str, path: str, **fields: object) -> Body:
    hire = case.send(seat, "POST", f"{path}/hires", hire_body(case, **fields))
    case.others["hire_id"].append(hire["id"])
    case.others["participant_id"].append(hire["participant_id"])
    return hire


def _leave_for_a_job(case: Case, path: str) -> None:
    """Somebody who was approved, left, and said where to."""
    hire = _hired(case, "holder", path, prescriber=case.team.prescriber)["id"]
    assessed = f"/v1/hires/{hire}/assessment"
    found = case.send("facilitator", "GET", f"{assessed}?purpose={WHY}")
    proof = {"type": case.team.reasons["proof"], "issued_on": "2024-12-03"}
    found = case.send("facilitator", "POST", f"{assessed}/proofs", proof, found["version"])
    decided = f"/v1/assessments/{found['id']}/decision"
    case.send("facilitator", "PUT", decided, {"decision": "approved"}, found["version"])
    end = {"ended_on": "2025-01-09", "reason": "end_of_contract"}
    version = case.send("holder", "GET", f"/v1/hires/{hire}")["version"]
    case.send("holder", "POST", f"/v1/hires/{hire}/end", end, version)
    case.send("prescriber", "PUT", f"/v1/hires/{hire}/outcomes/exit", {"situation": "cdi"})


def _have_approved(case: Case, path: str) -> None:
    """A month of the subcontractor that its holder approved, with a payslip that was seen."""
    hire = _hired(case, "subcontractor", path)["id"]
    month = {"month": "2024-12", "lines": [{"hire_id": hire, "worked": "20.00"}]}
    statement = case.send("subcontractor", "POST", f"{path}/statements", month)
    case.others["statement_id"].append(statement["id"])
    asked = f"/v1/statements/{statement['id']}"
    case.send("holder", "POST", f"{asked}/approval", {"decision": "approved"}, statement["version"])
    verdicts = {"lines": [{"hire_id": hire, "verdict": "accepted", "documents": [SHEET]}]}
    version = case.send("facilitator", "GET", asked)["version"]
    case.send("facilitator", "POST", f"{asked}/review", verdicts, version)


def _end_what_runs(case: Case) -> None:
    """A fact cancelled, a dispute and a split answered, a profile withdrawn; one of each stays."""
    path = path_of(case)
    fact = case.send("buyer", "POST", f"{path}/penalties/facts", MEETING)["id"]
    cancelled = {"reason": "Saisi deux fois."}
    case.send("buyer", "POST", f"{path}/penalties/facts/{fact}/cancel", cancelled)
    where = {"statement_id": case.others["statement_id"][0], "hire_id": case.others["hire_id"][0]}
    dispute = {"kind": "line", **where, "text": "Dix heures, pas neuf."}
    dispute_id = case.send("subcontractor", "POST", f"{path}/disputes", dispute)["id"]
    answered = {"outcome": "rejected", "text": "La fiche ne le montre pas."}
    case.send("facilitator", "POST", f"/v1/disputes/{dispute_id}/answer", answered, 1)
    case.send("facilitator", "POST", f"{path}/splits/{case.ids['split_id']}/withdraw", {}, 1)
    case.ids["split_id"] = case.send("facilitator", "POST", f"{path}/splits", split_body(case))["id"]
    code = f"canariprofil{case.team.name.lower()}-{case.contract['id'][-12:]}-z"
    case.send("buyer", "POST", "/v1/profiles", profile_body(code))
    case.send("buyer", "POST", f"/v1/profiles/{code}/versions/1/publish", {"since": "2025-01-01"}, 1)
    answer = case.answer("buyer", "DELETE", f"/v1/profiles/{code}/versions/1", None, 2)
    assert answer.status_code == 204, answer.text
    case.others["profile_code"].append(code)


def _invoke_rights(case: Case) -> None:
    """Somebody who objects, somebody who is erased, two who are not one; a member of the buyer's."""
    first, second = case.others["participant_id"][-2:]
    opposed = {"decision": "opposed", "ground": "particular_situation", "received_on": "2025-01-08"}
    case.send("holder", "POST", f"/v1/participants/{first}/oppositions", opposed)
    apart = {"participant_id": second, "reason": "namesake"}
    case.send("facilitator", "POST", f"/v1/participants/{first}/separate", apart)
    gone = case.send("holder", "POST", "/v1/participants", case.team.identity)["id"]
    case.send("holder", "POST", f"/v1/participants/{gone}/erase", {"ground": "person_request"})
    case.others["participant_id"].append(gone)
    buyer = case.team.seats["buyer"]
    account = {"issuer": ISSUER, "subject": f"canaricompte{case.team.name}", "label": "Essai"}
    case.send("buyer", "POST", "/v1/memberships", {"siret": buyer.siret, "role": buyer.role, **account})


def _write_rows(case: Case, year: int) -> None:
    """What a worker leaves of an import, of a connector and of a reminder, and what is published."""
    contract_id = UUID(case.ids["contract_id"])
    with writing(case.service.means, SERVICE, "builder") as writer:
        writer.record("release.published")
        writer.session.flush()
        reference = writer.session.get_one(Contract, contract_id).reference
        (row,) = read(as_json(sound(id=reference, acheteur={"id": case.team.buyer})))
        record = contract_of(row)
        published = DecpRecord(
            id=new_id(),
            **identity_of(record),
            fingerprint=bytes.fromhex(record.fingerprint),
            raw={"text": record.raw_json},
            contract_id=contract_id,
        )
        told = ImportRow(
            job_id=UUID(case.ids["job_id"]),
            index=0,
            outcome="created",
            reference=reference,
            contract_id=contract_id,
            issues=[],
        )
        state = ConnectorPulse(name=f"essai-{year}", state="closed", noted_at=writer.now)
        release = Release(
            id=new_id(),
            year=year,
            quarter=0,
            basis="execution",
            position=1,
            people=11,
            firms=3,
            largest_share=50,
            withheld=[],
            created_at=writer.now,
            change_id=writer.change_id,
        )
        writer.session.add_all((published, told, state, release))
        writer.session.flush()
        holder = writer.session.scalars(
            select(Organisation.id).where(Organisation.identifier == case.team.holder)
        ).one()
        reminder = Reminder(
            id=new_id(),
            organisation_id=holder,
            role="contractor",
            subject="statements",
            day=writer.today,
            state="sent",
            tries=1,
            contracts=1,
            actions=1,
            contacts=[],
            escalated=False,
            created_at=writer.now,
        )
        owner = writer.session.get_one(Contract, contract_id).owner_id
        hours = ReleaseContract(release_id=release.id, contract_id=contract_id, owner_id=owner, hours=100)
        cell = ReleaseCell(
            release_id=release.id,
            indicator="activity",
            level="country",
            code="FR",
            hidden=True,
            columns=[],
        )
        writer.session.add_all((cell, hours, reminder))
