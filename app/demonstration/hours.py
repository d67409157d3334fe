"""Steps 5 to 11: people, proofs, statements, corrections, figures, and what outsiders see."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.demonstration import records
from app.demonstration.story import day_shown

if TYPE_CHECKING:
    from app.demonstration.client import Caller, Json
    from app.demonstration.story import Story

PURPOSE = "eligibility_review"
FIGURES = ("counted", "pending", "held", "refused", "declared")
PLACES = ("commune/57433", "epci/200039949", "department/57", "region/44", "country/FR")
PEOPLE: dict[str, Json] = {
    "rsa": {
        "participant": {
            "birth_name": "EXEMPLE",
            "first_names": "Alpha",
            "birth_date": "1985-03-02",
            "birth_place": "Exempleville",
            "sex": "female",
            "residence": {"place": "commune/57433"},
        },
        "starts_on": "2024-12-16",
        "claimed_publics": ["rsa"],
        "submitted_proofs": ["rsa"],
    },
    "young": {
        "participant": {
            "birth_name": "EXEMPLE",
            "first_names": "Bêta",
            "birth_date": "2003-07-14",
            "birth_place": "Exempleville",
            "level": "none",
            "residence": {"place": "commune/54395"},
        },
        "starts_on": "2025-01-06",
        "claimed_publics": ["jeune_sq"],
    },
    "none": {
        "participant": {
            "birth_name": "EXEMPLE",
            "first_names": "Gamma",
            "birth_date": "1990-11-30",
            "birth_place": "Exempleville",
            "residence": {"place": "commune/57433"},
        },
        "starts_on": "2025-01-06",
        "claimed_publics": [],
    },
}
WORK = {"modality": "direct_hire", "contract_type": "cdd", "weekly_hours": "35.00", "job": "F1503"}


def go_on(story: Story) -> None:
    """Tell the rest on the contract that has its clause."""
    path = f"/v1/contracts/{story.told['contract']['id']}"
    _hire(story, path)
    _assess(story)
    _declare(story, path)
    _review(story)
    _figures(story, path)
    _territories(story)
    _outsiders(story, path)


def _hire(story: Story, path: str) -> None:
    story.chapter("Le titulaire déclare trois mises à l'emploi")
    contractor = story.callers["contractor"]
    story.told["hires"] = {
        name: contractor.post(f"{path}/hires", {**WORK, **person}) for name, person in PEOPLE.items()
    }
    story.told["assessed"] = {name: _assessment(story, name) for name in PEOPLE}
    for name, hire in story.told["hires"].items():
        read = story.label("eligibility", hire["eligibility"]["status"])
        judged = story.label("outcomes", story.told["assessed"][name]["outcome"])
        story.note(f"{_first_name(name)} : le titulaire lit « {read} » ; le facilitateur « {judged} »")


def _first_name(name: str) -> str:
    first_names: str = PEOPLE[name]["participant"]["first_names"]
    return first_names


def _assessment(story: Story, name: str) -> Json:
    hire = story.told["hires"][name]
    return story.callers["facilitator"].get(f"/v1/hires/{hire['id']}/assessment", purpose=PURPOSE)


def _decide(story: Story, name: str, decision: str, reason: str | None) -> Json:
    found = _assessment(story, name)
    path = f"/v1/assessments/{found['id']}/decision"
    body = {"decision": decision, "reason": reason}
    return story.callers["facilitator"].put(path, body, version=found["version"])


def _prove(story: Story, name: str, kind: str) -> Json:
    hire, found = story.told["hires"][name], _assessment(story, name)
    proof = {"type": kind, "issued_on": "2024-12-02", "valid_until": "2025-12-31"}
    path = f"/v1/hires/{hire['id']}/assessment/proofs"
    return story.callers["facilitator"].post(path, proof, version=found["version"])


def _assess(story: Story) -> None:
    story.chapter("Le facilitateur voit une attestation, demande une preuve, refuse")
    story.told["proved"] = _prove(story, "rsa", "rsa")
    _decide(story, "rsa", "approved", None)
    _decide(story, "young", "needs_proof", "Attestation de non-scolarisation attendue.")
    _decide(story, "none", "refused", "Aucun public de la clause ne correspond.")
    story.told["eligibility"] = _eligibility(story)
    for name, seen in story.told["eligibility"].items():
        until = f" jusqu'au {day_shown(seen['eligible_until'])}" if seen["eligible_until"] else ""
        read = story.label("eligibility", seen["status"])
        story.note(f"{_first_name(name)} : le titulaire lit « {read} »{until}")


def _eligibility(story: Story) -> Json:
    contractor = story.callers["contractor"]
    return {
        name: contractor.get(f"/v1/hires/{hire['id']}")["eligibility"]
        for name, hire in story.told["hires"].items()
    }


def _line(story: Story, name: str, worked: str, overtime: str = "0") -> Json:
    return {"hire_id": story.told["hires"][name]["id"], "worked": worked, "overtime": overtime}


def _declare(story: Story, path: str) -> None:
    story.chapter("Le titulaire envoie ses relevés ; ce qui ne va pas est nommé")
    contractor, statements = story.callers["contractor"], f"{path}/statements"
    story.told["refusals"] = _wrong(story, contractor, statements)
    for name, problem in story.told["refusals"].items():
        story.note(f"{name} → {story.refusal(problem)}")
    story.told["after_refusals"] = contractor.walk(statements)
    january = [_line(story, "rsa", "300", "145"), _line(story, "young", "100"), _line(story, "none", "40")]
    sent: dict[str, Json] = {
        "2024-12": {"lines": [_line(story, "rsa", "70.00")]},
        "2025-01": {"lines": january},
        "2025-02": {"nothing_to_declare": True},
    }
    story.told["statements"] = {
        month: contractor.post(statements, {"month": month} | content) for month, content in sent.items()
    }
    again = {"month": "2024-12", "lines": [_line(story, "rsa", "70.00")]}
    story.told["again_refused"] = contractor.refused("POST", statements, again)
    for month, statement in story.told["statements"].items():
        hours = [line["declared"] for line in statement["lines"]]
        warned = sum(len(line["warnings"]) for line in statement["lines"])
        story.note(f"{month} : {', '.join(hours) or 'rien à déclarer'} ; {warned} avertissement(s)")


def _wrong(story: Story, contractor: Caller, path: str) -> Json:
    line = _line(story, "rsa", "10.00")
    foreign = {**line, "hire_id": "01900000-0000-7000-8000-000000000000"}
    wrong = {
        "avant la notification": {"month": "2024-11", "lines": [line]},
        "800 heures dans le mois": {"month": "2025-01", "lines": [{**line, "worked": "800"}]},
        "nombre négatif": {"month": "2025-01", "lines": [{**line, "worked": "-1"}]},
        "troisième décimale": {"month": "2025-01", "lines": [{**line, "worked": "1.005"}]},
        "personne d'un autre": {"month": "2025-01", "lines": [foreign]},
        "deux lignes pour une": {"month": "2025-01", "lines": [line, line]},
    }
    return {name: contractor.refused("POST", path, body) for name, body in wrong.items()}


def _review(story: Story) -> None:
    story.chapter("Le facilitateur examine ; le titulaire corrige par une nouvelle version")
    january = story.told["statements"]["2025-01"]
    december = story.told["statements"]["2024-12"]
    story.told["accepted"] = _verdicts(story, december, accept_all=True)
    verdicts = [
        {"hire_id": story.told["hires"]["rsa"]["id"], "verdict": "accepted"},
        _part(story, "young", "80.00", "20 h sans feuille de présence."),
        _part(story, "none", "30.00", "10 h sans feuille de présence."),
    ]
    story.told["reviewed"] = _verdicts(story, january, lines=verdicts)
    _say_lines(story, story.told["reviewed"])
    for kind in ("identity", "sworn_statement", "school_leaving"):
        _prove(story, "young", kind)
    _decide(story, "young", "approved", None)
    contractor = story.callers["contractor"]
    story.told["second_approved"] = contractor.get(f"/v1/statements/{january['id']}")
    story.note("preuve vue, deuxième personne approuvée :")
    _say_lines(story, story.told["second_approved"])
    story.told["before_correction"] = _settled_now(story)
    body = {"reason": "Deux heures de la dernière semaine oubliées.", "lines": [_line(story, "rsa", "72.00")]}
    path = f"/v1/statements/{december['id']}"
    version = contractor.get(path)["version"]
    story.told["corrected"] = contractor.post(f"{path}/versions", body, version=version)
    story.note("correction : la ligne changée attend de nouveau")
    _say_lines(story, story.told["corrected"])
    story.told["accepted_again"] = _verdicts(story, story.told["corrected"], accept_all=True)
    _say_lines(story, story.told["accepted_again"])


def _part(story: Story, name: str, hours: str, reason: str) -> Json:
    hire_id = story.told["hires"][name]["id"]
    return {"hire_id": hire_id, "verdict": "part", "hours": hours, "reason": reason}


def _verdicts(story: Story, statement: Json, **body: Any) -> Json:  # noqa: ANN401 - any field of a review
    facilitator = story.callers["facilitator"]
    path = f"/v1/statements/{statement['id']}"
    version = facilitator.get(path)["version"]
    return facilitator.post(f"{path}/review", body, version=version)


def _say_lines(story: Story, statement: Json) -> None:
    for line in statement["lines"]:
        shown = " + ".join(f"{line[state]} {label}" for state, label in STATES.items())
        story.note(f"{statement['month']} : {line['declared']} déclarées = {shown}")


STATES = {"pending": "en attente", "held": "retenues", "refused": "refusées", "counted": "comptées"}


def _settled_now(story: Story) -> str:
    """An instant at which everything so far is settled, and before which nothing else will be."""
    path = f"/v1/contracts/{story.told['contract']['id']}/compliance"
    buyer = story.callers["buyer"]
    while buyer.get(path)["provisional"]:
        time.sleep(0.05)
    instant = datetime.now(UTC)
    time.sleep(0.01)
    return instant.isoformat()


def _figures(story: Story, path: str) -> None:
    story.chapter("Où en est le contrat, et pourquoi")
    buyer, day = story.callers["buyer"], "2025-04-15"
    _settled_now(story)
    now = buyer.get(f"{path}/compliance", as_of=day)
    then = buyer.get(f"{path}/compliance", as_of=day, known_at=story.told["before_correction"])
    story.told["now"], story.told["then"] = now, then
    story.told["entries"] = {
        figure: buyer.walk(f"{path}/compliance/entries", figure=figure, as_of=day) for figure in FIGURES
    }
    for label, position in (("connu maintenant", now), ("connu avant la correction", then)):
        shown = {"dues": "required", "attendues": "expected"}
        shown |= {story.label("figures", figure).lower(): figure for figure in FIGURES}
        figures = ", ".join(f"{name} {position[figure]}" for name, figure in shown.items())
        story.note(f"au {day_shown(day)}, {label} : {figures} → {position['status']['label']}")
    today = buyer.get(f"{path}/compliance")
    story.told["today"] = today
    for action in today["next_actions"][:3]:
        story.note(f"à faire : {action['text']}")


def _territories(story: Story) -> None:
    story.chapter("Ce que cela fait pour les territoires")
    told: Json = {}
    names: dict[str, str] = {}
    for basis in ("execution", "residence", "buyer"):
        for place in PLACES:
            path = f"/v1/territories/{place}/compliance"
            query = {"from": "2024-12", "to": "2025-02", "basis": basis}
            # Where so few people live is for their facilitator alone.
            reader = story.callers["facilitator"] if basis == "residence" else story.admin
            answer = reader.get(path, **query)
            names[place] = answer["territory"]["name"]
            told[f"{basis} {place}"] = answer["figures"]
        texts = [_in_short(names[place], told[f"{basis} {place}"]) for place in (PLACES[0], PLACES[-1])]
        story.note(f"{story.label('bases', basis)} : {' ; '.join(texts)}")
    story.told["territories"] = told
    story.told["feed"] = _feed(story)
    story.note(f"fil des changements : {len(story.told['feed'])} événements, dans l'ordre")


def _in_short(name: str, figures: Json) -> str:
    return f"{name} {figures['hours']['counted']} h, {figures['participants']} personne(s)"


def _feed(story: Story) -> list[Json]:
    found: list[Json] = []
    after = 0
    while True:
        page = story.callers["buyer"].get("/v1/events", after=str(after), limit="200")
        found += page["items"]
        if page["next"] == after:
            return found
        after = page["next"]


def _outsiders(story: Story, path: str) -> None:
    story.chapter("Un autre acheteur, un autre titulaire, un facilitateur sans mandat, un observateur")
    outsiders = {
        "other_buyer": (records.OTHER_BUYER, "buyer"),
        "other_contractor": (records.OTHER_CONTRACTOR, "contractor"),
        "other_facilitator": (records.OTHER_FACILITATOR, "facilitator"),
        "observer": (records.OBSERVER, "observer"),
    }
    told: Json = {}
    for name, (siret, role) in outsiders.items():
        if siret not in story.told["buyers"]:
            story.describe(siret, None)
        caller = story.caller(name, siret, role)
        told[name] = {suffix: caller.refused("GET", f"{path}{suffix}")["status"] for suffix in SEEN}
        answers = sorted(set(told[name].values()))
        label = story.label("roles", role).lower()
        story.note(f"{records.NAMES.get(siret, siret)}, {label} : {' et '.join(map(str, answers))}")
    story.told["outsiders"] = told


SEEN = ("", "/clause", "/hires", "/statements", "/compliance", "/compliance/entries", "/mandates")
