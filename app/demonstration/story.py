"""The whole way once: a published contract, its clause, hires, hours, compliance, and who sees none of it."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from app.demonstration import records
from app.demonstration.client import Caller, Json, Unexpected
from app.exchange.decp.identifiers import is_siret
from app.rules.texts import french_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import httpx

    from app.demonstration.records import File

IMPORT_SECONDS = 60.0
PAUSE_SECONDS = 0.1
LOT = "commune/57433"
# The days told are those of a contract that was notified then and lasts so long.
NOTIFIED, MONTHS = "2024-12-12", 9


@dataclass
class Story:
    """One telling: where, by whom, and everything that was answered on the way (`told`)."""

    http: httpx.Client
    admin: Caller
    say: Callable[[str], None]
    told: dict[str, Any] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)
    step: int = 0
    labels: dict[str, dict[str, str]] = field(default_factory=dict)

    def label(self, names: str, code: str) -> str:
        """The French label of a code, as the service gives it with the rules."""
        if not self.labels:
            lists = self.admin.get("/v1/rules")["codes"]
            self.labels = {key: {item["code"]: item["label"] for item in lists[key]} for key in lists}
        return self.labels[names][code]

    def chapter(self, title: str) -> None:
        """Begin the next step."""
        self.step += 1
        self.say(f"\n{self.step}. {title}")

    def note(self, text: str) -> None:
        """Say one fact of the step."""
        self.say(f"   {text}")

    def caller(self, name: str, siret: str, role: str) -> Caller:
        """Give an organisation a key in a role; known afterwards under the name."""
        body = {"siret": siret, "role": role, "label": "démonstration"}
        made = self.admin.post("/v1/api-keys", body)
        self.callers[name] = Caller(self.http, made["key"])
        return self.callers[name]

    def describe(self, siret: str, seat: str | None) -> None:
        """Have the platform say who an organisation is, known already or not."""
        path = f"/v1/organisations/{siret}"
        known = self.admin.find(path)
        body = {"name": records.NAMES.get(siret, f"Organisme {siret}"), "seat": seat}
        self.admin.put(path, body, version=known["version"] if known else None)

    def refusal(self, problem: Json) -> str:
        """A problem in one line."""
        found = problem["errors"][0]["detail"] if problem["errors"] else problem["detail"]
        return f"refusé ({problem['status']}) : {found}"


def day_shown(day: str) -> str:
    """An ISO day as a French reader writes it."""
    return french_day(date.fromisoformat(day))


def begin(story: Story, files: Iterable[File]) -> None:
    """Steps 1 to 4: from the published record to a clause, a mandate and the parties' keys."""
    contract = _import(story, list(files))
    _estimate(story, contract)
    contract = _clause(story, contract)
    _parties(story, contract)


def _import(story: Story, files: list[File]) -> Json:
    story.chapter("La plateforme importe les données essentielles publiées")
    story.told["imports"] = [_import_file(story, file) for file in files]
    contracts = story.admin.walk("/v1/contracts")
    buyers = sorted({contract["buyer"]["identifier"] for contract in contracts})
    story.note(f"{len(contracts)} marchés de {len(buyers)} acheteurs")
    # A wrong key is a warning of the import, and no address of an organisation.
    for siret in filter(is_siret, buyers):
        _seat(story, siret, next(item for item in contracts if item["buyer"]["identifier"] == siret))
    again = [_import_file(story, file) for file in files]
    story.told["again"] = again
    unchanged = sum(result["import"]["outcomes"]["unchanged"] for result in again)
    story.note(f"Réimporter ne change rien : {unchanged} inchangés")
    reviews = len(story.admin.walk("/v1/imports/reviews", state="open"))
    conflicts = len(story.admin.walk("/v1/imports/conflicts", state="open"))
    story.note(f"À décider : {reviews} enregistrements à examiner, {conflicts} écarts")
    story.told["contracts"] = story.admin.walk("/v1/contracts")
    story.told["buyers"] = buyers
    flagged = story.admin.walk("/v1/contracts", clause_state="clause_missing")
    story.told["flagged"] = flagged
    followed = next(filter(_can_be_followed, flagged), None)
    return _resolve(story, followed or _own_contract(story))


def _can_be_followed(contract: Json) -> bool:
    """Whether every step is possible on it."""
    parties = (contract["buyer"]["identifier"], *(holder["identifier"] for holder in contract["holders"][:1]))
    placed = any(place["place"] or place["candidates"] for place in contract["places"][:1])
    lasts = (contract["notified_on"], contract["duration_months"]) == (NOTIFIED, MONTHS)
    return (
        lasts
        and placed
        and len(parties) > 1
        and all(map(is_siret, parties))
        and bool(contract["firm_amount"])
    )


def _own_contract(story: Story) -> Json:
    story.note(
        f"Aucun de ces marchés n'est à clause sociale, notifié le {day_shown(NOTIFIED)} pour {MONTHS} mois :"
        " la suite est celle d'un marché fictif"
    )
    for file in records.own_files():
        _import_file(story, file)
    flagged = story.admin.walk("/v1/contracts", clause_state="clause_missing")
    contract = next(item for item in flagged if item["reference"] == records.ROWS[0]["id"])
    _seat(story, records.BUYER, contract)
    return contract


def _import_file(story: Story, file: File) -> Json:
    queued = story.admin.send(f"/v1/imports?kind=decp&filename={file.name}", file.content, file.media_type)
    done = story.admin.get(f"/v1/imports/{queued['id']}")
    deadline = time.monotonic() + IMPORT_SECONDS
    while done["state"] not in {"done", "failed"} and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)
        before, done = done, story.admin.get(f"/v1/imports/{queued['id']}")
        # A large file takes its time: only one that gets no further is given up.
        if done["done"] != before["done"]:
            deadline = time.monotonic() + IMPORT_SECONDS
    if done["state"] != "done":
        raise Unexpected(f"import {done['state']}")
    rows = story.admin.walk(f"/v1/imports/{queued['id']}/rows")
    counts = [(story.label("import_outcomes", code), count) for code, count in done["outcomes"].items()]
    story.note(f"{file.name} : {', '.join(f'{label} × {count}' for label, count in counts if count)}")
    for row in rows:
        if row["issues"] and row["outcome"] == "created":
            story.note(f"  {row['reference']} : {_flaws(row['issues'])}")
    return {"import": done, "rows": rows}


def _flaws(issues: list[Json]) -> str:
    """What is wrong with a record, each kind of flaw once."""
    counted = Counter(issue["detail"].removesuffix(".") for issue in issues)
    return " ; ".join(f"{text} × {count}" if count > 1 else text for text, count in counted.items())


def _seat(story: Story, siret: str, contract: Json) -> None:
    place: Json = next(iter(contract["places"]), {"place": None, "candidates": []})
    chosen = place["place"] or next(iter(place["candidates"]), None)
    if chosen is not None and not chosen.startswith("commune/"):
        inside = story.admin.get(f"/v1/territories/{chosen}/children", level="commune")
        chosen = next((item["place"] for item in inside["items"]), None)
    if LOT in place["candidates"]:
        chosen = LOT
    story.describe(siret, chosen)


def _resolve(story: Story, contract: Json) -> Json:
    place = contract["places"][0]
    story.note(f"{contract['reference']} : {contract['object']}, {contract['firm_amount']} € HT")
    story.note(f"signalé « {contract['clause_state']['label']} »")
    if place["place"] is None:
        chosen = LOT if LOT in place["candidates"] else place["candidates"][0]
        story.note(
            f"lieu {place['published_code']} : {len(place['candidates'])} communes ; choisi : {chosen}"
        )
        path = f"/v1/contracts/{contract['id']}/places/{place['ordinal']}"
        contract = story.admin.put(path, {"place": chosen}, version=contract["version"])
    story.told["contract"] = contract
    return contract


def _estimate(story: Story, contract: Json) -> None:
    story.chapter("L'acheteur calibre la clause avant de l'écrire")
    estimate = story.admin.post("/v1/estimates", {"target": target_of(contract), "on": NOTIFIED})
    story.told["estimate"] = estimate
    story.note(estimate["formula"])
    story.note(f"{estimate['hours']} h, soit {estimate['fte']} ETP ou {estimate['weeks']} semaines")


def target_of(contract: Json) -> Json:
    """Half labour, one tenth of it for insertion, 30 € an hour."""
    return {
        "kind": "labour_formula",
        "amount": contract["firm_amount"],
        "labour_share": "0.5",
        "insertion_rate": "0.1",
        "hourly_cost": "30.00",
    }


def _clause(story: Story, contract: Json) -> Json:
    story.chapter("L'acheteur enregistre la clause")
    siret = contract["buyer"]["identifier"]
    buyer = story.caller("buyer", siret, "buyer")
    path = f"/v1/contracts/{contract['id']}"
    terms = {
        "profile": "ccag-2021",
        "article": "CCAP, article 7",
        "target": target_of(contract),
        "window": {"start": NOTIFIED, "end": "2025-09-11"},
        "reporting": {"every": "month", "due_day": 15},
    }
    story.told["clause"] = buyer.put(f"{path}/clause", terms)
    contract = buyer.get(path)
    story.told["with_clause"] = contract
    story.note(f"état de la clause : {contract['clause_state']['label']}")
    story.told["expected"] = {}
    for day in ("2024-12-11", "2025-04-10", "2025-04-15"):
        position = buyer.get(f"{path}/compliance", as_of=day)
        story.told["expected"][day] = position
        label = position["status"]["label"]
        story.note(f"au {day_shown(day)} : attendu {position['expected']} h, {label}")
    return contract


def _parties(story: Story, contract: Json) -> None:
    story.chapter("L'acheteur mandate un facilitateur ; le titulaire reçoit sa clé")
    described = (records.FACILITATOR, "commune/57463"), (records.OTHER_FACILITATOR, "commune/54395")
    for siret, seat in described:
        story.describe(siret, seat)
    mandate = {"siret": records.FACILITATOR, "role": "facilitator", "since": NOTIFIED}
    path = f"/v1/contracts/{contract['id']}/mandates"
    story.told["mandate"] = story.callers["buyer"].post(path, mandate)
    story.caller("facilitator", records.FACILITATOR, "facilitator")
    holder = contract["holders"][0]
    story.caller("contractor", holder["identifier"], "contractor")
    story.caller("own_facilitator", contract["buyer"]["identifier"], "facilitator")
    story.note(f"mandat du facilitateur depuis le {day_shown(mandate['since'])}")
    story.note(f"titulaire : {holder['scheme']} {holder['identifier']}")
