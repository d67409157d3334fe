"""Whole cases, told over HTTP: a contract with everybody who may stand around it and everything in it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from httpx2 import Response

from app.db.tables import ExportFile, ExportPiece, Job
from app.principal import Role
from app.services.changes import settle
from tests.api.builders import Service
from tests.api.handing_over import keep_file
from tests.api.publishing import publish
from tests.api.registering import CLAUSE, contract_body

PLATFORM = "90000000100017"
STRANGER = "91000000900019"
WHY = "eligibility_review"
PLACE = "commune/57433"
DURATION = {"kind": "prolongation", "months": 1}
# The clause with a penalty for each missed meeting, whoever was warned.
PENALISED = {
    **CLAUSE,
    "penalties": [{"code": "meeting", "kind": "event", "amount": {"euros": "500"}, "notice": False}],
}
EXPORT = {"kind": "contracts", "reference": "CANARIREF"}
MEETING = {"kind": "event", "on": "2025-01-08", "term": "meeting", "label": "Réunion de suivi"}


@dataclass(frozen=True)
class Seat:
    """Where a caller stands towards a case: its organisation, in a role."""

    name: str
    siret: str
    role: Role


@dataclass(frozen=True)
class Team:
    """The organisations around one case, and the words that nobody else's answers may hold."""

    name: str
    buyer: str
    holder: str
    subcontractor: str
    facilitator: str
    structure: str
    prescriber: str
    observer: str
    birth_date: str

    @property
    def seats(self) -> dict[str, Seat]:
        roles = {
            "admin": (PLATFORM, Role.ADMIN),
            "buyer": (self.buyer, Role.BUYER),
            "holder": (self.holder, Role.CONTRACTOR),
            "subcontractor": (self.subcontractor, Role.CONTRACTOR),
            "facilitator": (self.facilitator, Role.FACILITATOR),
            "staff": (self.buyer, Role.FACILITATOR),
            "structure": (self.structure, Role.INSERTION_STRUCTURE),
            "prescriber": (self.prescriber, Role.PRESCRIBER),
            "observer": (self.observer, Role.OBSERVER),
        }
        return {name: Seat(name, siret, role) for name, (siret, role) in roles.items()}

    @property
    def person(self) -> dict[str, str]:
        """The four fields that say who somebody is; each is a word of its own."""
        return {
            "birth_name": f"CANARINOM{self.name}",
            "first_names": f"Canariprenom{self.name}",
            "birth_date": self.birth_date,
            "birth_place": f"Canariville{self.name}",
        }

    @property
    def identity(self) -> dict[str, str]:
        """Everything that identifies somebody."""
        numbers = {
            "france_travail_number": f"CANARIFT{self.name}",
            "pass_iae_number": f"CANARIPASS{self.name}",
        }
        return {**self.person, **numbers}

    @property
    def contact(self) -> dict[str, str]:
        """Who answers for the follow-up at the buyer."""
        name = f"Canaricontact{self.name}"
        return {"function": "follow_up", "name": name, "email": f"{name.lower()}@exemple.fr"}

    @property
    def reasons(self) -> dict[str, str]:
        """Why somebody is eligible, or not: words, dates and codes that stand for nothing else."""
        return {
            "opinion_body": f"Canarimission{self.name}",
            "decision": f"Canarimotif{self.name}",
            "left_studies_on": self.birth_date.replace("19", "20", 1),
            "claim": "refugie",
            "proof": "residence_permit",
            "prescriber": "cap_emploi",
            "outcome": "unproven",
        }


# Nothing else happens on the birthdays, nor a century later, when studies end.
TEAM_A = Team(
    *("A", "10000000900017", "20000000800017", "30000000700017", "40000000600017"),
    *("50000000500016", "60000000400017", "70000000300017", "1987-09-23"),
)
TEAM_B = Team(
    *("B", "11000000700010", "21000000600010", "31000000500010", "41000000400011"),
    *("51000000300010", "61000000200010", "71000000100010", "1986-08-21"),
)


@dataclass
class Case:
    """A contract of a team with everything in it; `ids` by the names they have in addresses."""

    service: Service
    team: Team
    contract: dict[str, Any]
    ids: dict[str, str] = field(default_factory=dict)
    others: dict[str, list[str]] = field(default_factory=dict)

    def send(
        self, seat: str, method: str, path: str, body: object = None, version: int | None = None
    ) -> dict[str, Any]:
        """Something that is allowed."""
        answer = self.answer(seat, method, path, body, version)
        assert answer.is_success, (seat, method, path, answer.text)
        found: dict[str, Any] = answer.json()
        return found

    def answer(
        self, seat: str, method: str, path: str, body: object = None, version: int | None = None
    ) -> Response:
        caller = self.team.seats[seat]
        if method == "POST" and version is None:
            return self.service.post(path, caller.siret, caller.role, body)
        return self.service.send(method, path, caller.siret, caller.role, body, version)

    @property
    def secrets(self) -> list[str]:
        """What stands in no answer to anybody outside the case."""
        found = [*self.ids.values(), *(value for values in self.others.values() for value in values)]
        words = [word for word in self.team.reasons.values() if self.team.name in word]
        words += [self.team.contact["name"], self.team.contact["email"]]
        return [*found, str(self.contract["reference"]), *self.team.identity.values(), *words]


def begin(service: Service, team: Team) -> None:
    """Name the organisations of a team and seat them."""
    for seat in team.seats.values():
        admin = service.headers(PLATFORM, Role.ADMIN)
        body = {"name": f"{seat.name} {team.name}", "seat": PLACE}
        service.client.put(f"/v1/organisations/{seat.siret}", json=body, headers=admin)


def tell(service: Service, team: Team) -> Case:
    """A new case of the team, with one of everything."""
    reference = f"CANARIREF{team.name}"
    body = contract_body(holders=[{"siret": team.holder}], places=[{"place": PLACE}])
    body["reference"] = f"{reference}-{body['reference']}"
    seats = team.seats
    answer = service.post("/v1/contracts", seats["buyer"].siret, Role.BUYER, body)
    assert answer.status_code == 201, answer.text
    case = Case(service, team, answer.json())
    case.ids["contract_id"] = case.contract["id"]
    _set_up(case)
    _draw_up(case)
    _put_to_work(case)
    _declare(case)
    _approve(case)
    _hold(case)
    _penalise(case)
    _pool(case)
    case.ids |= publish(service, case.ids["contract_id"], team.buyer)
    while settle(service.means):
        pass
    return case


def path_of(case: Case) -> str:
    return f"/v1/contracts/{case.ids['contract_id']}"


def hire_body(case: Case, **changes: object) -> dict[str, Any]:
    """Somebody whose every personal field is a canary."""
    team = case.team
    return {
        "participant": {**team.identity, "residence": {"place": PLACE}},
        "modality": "direct_hire",
        "contract_type": "cdd",
        "starts_on": "2024-12-16",
        "weekly_hours": "35.00",
        "prescriber_kind": team.reasons["prescriber"],
        "claimed_publics": [team.reasons["claim"]],
        "submitted_proofs": [team.reasons["proof"]],
        "facts": {
            "refugee": True,
            "opinion_body": team.reasons["opinion_body"],
            "left_studies_on": team.reasons["left_studies_on"],
        },
        **changes,
    }


def _set_up(case: Case) -> None:
    path, team = path_of(case), case.team
    case.send("buyer", "PUT", f"{path}/clause", PENALISED)
    case.send("buyer", "POST", f"{path}/subcontracts", {"siret": team.subcontractor, "since": "2024-12-12"})
    mandate = {"siret": team.facilitator, "since": "2024-12-12"}
    case.ids["mandate_id"] = case.send("buyer", "POST", f"{path}/mandates", mandate)["id"]
    served = {"siret": team.structure, "role": "insertion_structure", "since": "2024-12-12"}
    case.others["mandate_id"] = [case.send("buyer", "POST", f"{path}/mandates", served)["id"]]
    delegated = {"siret": team.structure, "since": "2025-06-01"}
    case.ids["delegation_id"] = case.send("holder", "POST", f"{path}/delegations", delegated)["id"]
    invoice = {"number": f"CANARIFAC{team.name}-1", "invoiced_on": "2025-01-02", "amount": "12500.00"}
    case.ids["invoice_id"] = case.send("buyer", "POST", f"{path}/invoices", invoice)["id"]
    webhook = {"url": "https://hooks.example/clauses", "label": "Suivi"}
    case.ids["webhook_id"] = case.send("buyer", "POST", "/v1/webhooks", webhook)["id"]
    tried = case.send("buyer", "POST", f"/v1/webhooks/{case.ids['webhook_id']}/test")
    case.ids["delivery_id"] = tried["id"]
    file = {"marches": {"marche": [{"id": f"{case.contract['reference']}-I"}]}}
    job = case.send("buyer", "POST", "/v1/imports?kind=decp", file)["id"]
    case.ids["import_id"] = case.ids["job_id"] = job
    case.ids["mapping_id"] = str(keep_file(case.service, UUID(job)))
    case.ids["export_id"] = _made(case, case.send("buyer", "POST", "/v1/exports", EXPORT)["id"])
    contact = case.send("buyer", "POST", f"/v1/organisations/{team.buyer}/contacts", team.contact)
    case.ids["contact_id"] = contact["id"]


def _made(case: Case, export_id: str) -> str:
    """The file of an export, as its job would leave it."""
    with case.service.means.database.write() as session:
        job = session.get_one(Job, UUID(export_id))
        job.state = "done"
        of = {"organisation_id": job.organisation_id, "role": job.role}
        until = case.service.means.clock.now() + timedelta(days=7)
        session.add(
            ExportFile(
                job_id=job.id, name="contrats.csv", cursor=None, rows=0, pieces=1, kept_until=until, **of
            )
        )
        session.add(ExportPiece(job_id=job.id, part="file", ordinal=0, content=b"vide"))
    return export_id


def profile_body(code: str, **changes: object) -> dict[str, Any]:
    """A profile that says what the list of Hérault says."""
    body = {
        "code": code,
        "label": "Clause type",
        "reference": "Délibération d'exemple",
        "based_on": "herault",
    }
    return {**body, **changes}


def _draw_up(case: Case) -> None:
    """A profile in draft, and one published."""
    codes = [f"canariprofil{case.team.name.lower()}-{case.contract['id'][-12:]}-{name}" for name in "xy"]
    for code in codes:
        case.send("buyer", "POST", "/v1/profiles", profile_body(code))
    published = {"since": "2025-01-01"}
    case.send("buyer", "POST", f"/v1/profiles/{codes[1]}/versions/1/publish", published, 1)
    case.ids["profile_code"], case.others["profile_code"] = codes[0], codes[1:]


def _put_to_work(case: Case) -> None:
    path = path_of(case)
    hire = case.send("holder", "POST", f"{path}/hires", hire_body(case, prescriber=case.team.prescriber))
    case.ids |= {"hire_id": hire["id"], "participant_id": hire["participant_id"]}
    case.others["hire_id"], case.others["participant_id"] = [], []
    for seat in ("subcontractor", "structure"):
        other = case.send(seat, "POST", f"{path}/hires", hire_body(case))
        case.others["hire_id"].append(other["id"])
        case.others["participant_id"].append(other["participant_id"])
    assessed = f"/v1/hires/{hire['id']}/assessment"
    found = case.send("facilitator", "GET", f"{assessed}?purpose={WHY}")
    proof = {"type": "rsa", "issued_on": "2024-12-03"}
    found = case.send("facilitator", "POST", f"{assessed}/proofs", proof, found["version"])
    decision = {"decision": "refused", "reason": case.team.reasons["decision"]}
    decided = f"/v1/assessments/{found['id']}/decision"
    found = case.send("facilitator", "PUT", decided, decision, found["version"])
    case.ids["assessment_id"] = found["id"]
    assessed = f"/v1/hires/{case.others['hire_id'][1]}/assessment"
    found = case.send("facilitator", "GET", f"{assessed}?purpose={WHY}")
    decided = f"/v1/assessments/{found['id']}/decision"
    case.send("facilitator", "PUT", decided, decision, found["version"])


def _declare(case: Case) -> None:
    path = f"{path_of(case)}/statements"
    body = {"month": "2024-12", "lines": [{"hire_id": case.ids["hire_id"], "worked": "70.00"}]}
    statement = case.send("holder", "POST", path, body)
    case.ids["statement_id"] = statement["id"]
    verdict = {"hire_id": case.ids["hire_id"], "verdict": "part", "hours": "60.00", "reason": "10 h de trop"}
    review = f"/v1/statements/{statement['id']}/review"
    case.send("facilitator", "POST", review, {"lines": [verdict]}, statement["version"])
    body = {"month": "2024-12", "lines": [{"hire_id": case.others["hire_id"][0], "worked": "10.00"}]}
    other = case.send("subcontractor", "POST", path, body)
    case.others["statement_id"] = [other["id"]]
    verdict = {
        "hire_id": case.others["hire_id"][0],
        "verdict": "part",
        "hours": "9.00",
        "reason": "1 h de trop",
    }
    review = f"/v1/statements/{other['id']}/review"
    case.send("facilitator", "POST", review, {"lines": [verdict]}, other["version"])
    end = {"ended_on": "2025-01-09", "reason": "end_of_contract"}
    case.send("holder", "POST", f"/v1/hires/{case.ids['hire_id']}/end", end, 1)


def _approve(case: Case) -> None:
    """Somebody of the structure with two approved hires, and a decision on how long they count."""
    first = case.others["hire_id"][1]
    known = {**hire_body(case), "participant_id": case.others["participant_id"][1]}
    del known["participant"]
    second = case.send("structure", "POST", f"{path_of(case)}/hires", known)["id"]
    for hire_id in (first, second):
        assessed = f"/v1/hires/{hire_id}/assessment"
        found = case.send("facilitator", "GET", f"{assessed}?purpose={WHY}")
        proof = {"type": case.team.reasons["proof"], "issued_on": "2024-12-03"}
        found = case.send("facilitator", "POST", f"{assessed}/proofs", proof, found["version"])
        decided = f"/v1/assessments/{found['id']}/decision"
        found = case.send("facilitator", "PUT", decided, {"decision": "approved"}, found["version"])
    case.ids |= {"approved_hire_id": first, "second_hire_id": second}
    found = case.send("facilitator", "GET", f"/v1/hires/{first}/duration?purpose={WHY}")
    caller = case.team.seats["facilitator"]
    headers = {**case.service.headers(caller.siret, caller.role), "Idempotency-Key": str(uuid4())}
    answer = case.service.client.post(
        f"/v1/hires/{first}/duration-decisions",
        json={**DURATION, "reason": case.team.reasons["decision"]},
        headers={**headers, "If-Match": f'"{found["version"]}"'},
    )
    assert answer.status_code == 201, answer.text
    case.ids["duration_decision_id"] = answer.json()["decisions"][0]["id"]


def _hold(case: Case) -> None:
    """More hours than one employer's month holds, and a proposal to share them."""
    lines = [
        {"hire_id": case.ids[name], "worked": "60.00"} for name in ("approved_hire_id", "second_hire_id")
    ]
    body = {"month": "2024-12", "lines": lines}
    statement = case.send("structure", "POST", f"{path_of(case)}/statements", body)
    review = f"/v1/statements/{statement['id']}/review"
    case.send("facilitator", "POST", review, {"accept_all": True}, statement["version"])
    case.others["statement_id"].append(statement["id"])
    case.ids["split_id"] = case.send("facilitator", "POST", f"{path_of(case)}/splits", split_body(case))["id"]


def split_body(case: Case) -> dict[str, Any]:
    """16 days at 35 h hold 80 hours of the 120: half for each."""
    held = case.send("facilitator", "GET", f"{path_of(case)}/held-hours")["items"][0]
    return {
        "line_id": held["line_id"],
        "claim": held["others"][0]["claim"],
        "hours": "40.00",
        "other_hours": "40.00",
    }


def _penalise(case: Case) -> None:
    """Two missed meetings, one of them decided on; then a line of the holder disputed."""
    path = f"{path_of(case)}/penalties"
    decided, _ = (case.send("buyer", "POST", f"{path}/facts", MEETING)["id"] for _ in range(2))
    case.ids["fact_id"] = decided
    body = {"outcome": "apply", "computed": "500.00", "lines": [decided]}
    case.ids["decision_id"] = case.send("buyer", "POST", f"{path}/decisions", body)["id"]
    where = {"statement_id": case.ids["statement_id"], "hire_id": case.ids["hire_id"]}
    dispute = {"kind": "line", **where, "text": "Les dix heures figurent sur la fiche."}
    case.ids["dispute_id"] = case.send("holder", "POST", f"{path_of(case)}/disputes", dispute)["id"]


def pool_body(case: Case) -> dict[str, Any]:
    """Two more contracts of the buyer and the holder, for a pool of their own."""
    return {"contracts": [_another(case), _another(case)]}


def _another(case: Case) -> str:
    body = contract_body(holders=[{"siret": case.team.holder}])
    body["reference"] = f"CANARIREF{case.team.name}-{body['reference']}"
    contract_id = str(case.send("buyer", "POST", "/v1/contracts", body)["id"])
    case.send("buyer", "PUT", f"/v1/contracts/{contract_id}/clause", CLAUSE)
    return contract_id


def _pool(case: Case) -> None:
    """A pool with another contract, asked for and not answered yet."""
    case.others["contract_id"] = [_another(case)]
    contracts = [case.ids["contract_id"], *case.others["contract_id"]]
    case.ids["pool_id"] = case.send("holder", "POST", "/v1/pools", {"contracts": contracts})["id"]
