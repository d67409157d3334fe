"""What the service does by itself: counting again, and what falls due with the days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.clock import day_of
from app.db.queries import contracts as contract_queries
from app.db.queries import jobs as queries
from app.db.queries.lists import one
from app.db.queries.organisations import purge_answers
from app.db.tables import Delegation, Mandate
from app.rules.version import RULES_VERSION
from app.services import clause_states, contracts, jobs, ledger, person_recounts, uploads
from app.services.sight import held_contract

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.services.jobs import Running
    from app.services.work import Means

RECOUNT, ROLL_OVER, TELL_SPLIT = "recount", "roll_over", "tell_split"
RECHECK, RECHECK_ALL = clause_states.RECHECK, "recheck_all"
RECOUNT_PERSON = person_recounts.RECOUNT_PERSON
BATCH = 100
# What is given from a day to a day, and the event that tells of its end.
ENDED: Mapping[type[Mandate | Delegation], str] = {
    Mandate: "mandate.ended",
    Delegation: "delegation.ended",
}


def recount(running: Running) -> dict[str, Any]:
    """Count the lines of one contract again: hours freed or taken on another contract may move its own."""
    contract_id = UUID(running.payload["contract_id"])
    with running.writing() as writer:
        ledger.recount_contract(writer, held_contract(writer, contract_id))
        changed = writer.change is not None
        if changed:
            writer.touch("contract", contract_id, "hours")
            writer.announce("lines.recounted", "contract", contract_id)
    return {"changed": changed}


def recount_person(running: Running) -> dict[str, Any]:
    """Count one person again on one contract, once a facilitator joined or parted their records."""
    contract_id, participant_id = (UUID(running.payload[name]) for name in ("contract_id", "participant_id"))
    with running.writing() as writer:
        contract = held_contract(writer, contract_id)
        changed = person_recounts.recount(writer, contract, participant_id)
        if changed:
            person_recounts.tell(writer, contract)
    return {"changed": changed}


def tell_split(running: Running) -> dict[str, Any]:
    """Tell the other side of a split what became of it: a change of its own contract."""
    payload = running.payload
    contract_id = UUID(payload["contract_id"])
    with running.writing() as writer:
        held_contract(writer, contract_id)
        writer.record(payload["event"], contract_id=contract_id)
        writer.touch("split", UUID(payload["split_id"]), "state")
        declarant_id = UUID(payload["declarant_id"])
        writer.announce(payload["event"], "split", UUID(payload["split_id"]), declarant_id=declarant_id)
    return {}


def plan_roll_over(means: Means, answers_hours: int) -> bool:
    """Queue the day's roll-over once for all workers; stored answers older than these hours are purged."""
    today = day_of(means.clock.now()).isoformat()
    # Under these rules: a new version of them judges again on its first day.
    jobs.plan(means, RECHECK_ALL, f"{today} {RULES_VERSION}", {})
    return jobs.plan(means, ROLL_OVER, today, {"answers_hours": answers_hours})


def recheck(running: Running) -> dict[str, Any]:
    """Judge the clause state of one contract again: another lot of its consultation told something."""
    with running.writing() as writer:
        changed = contracts.recheck(writer, held_contract(writer, UUID(running.payload["contract_id"])))
    return {"changed": changed}


def recheck_all(running: Running) -> dict[str, Any]:
    """Judge every contract without clause again, as today's parameters and all lots make it.

    What an earlier version of the service wrote gets its state here, without a change: the state is the one
    already shown. A state that changes is left to a job of its own, and is a change like any other.
    """
    judged, queued, after = 0, 0, None
    while True:
        running.breathe()
        with running.writing() as writer:
            batch = contract_queries.held_without_clause(writer.session, after, BATCH)
            for contract_id in clause_states.judge_kept(writer, batch):
                clause_states.queue_recheck(writer, contract_id)
                queued += 1
            judged += len(batch)
            running.progress(writer.session, judged, judged)
        if len(batch) < BATCH:
            return {"judged": judged, "to_recheck": queued}
        after = batch[-1].id


def roll_over(running: Running) -> dict[str, Any]:
    """Do what the new day brings: forget old stored answers and files of no import, tell what ended.

    The status of a contract is computed when it is read: no figure waits for this.
    """
    before = running.means.clock.now() - timedelta(hours=running.payload["answers_hours"])
    with running.means.database.write() as session:
        purged = purge_answers(session, before)
    swept = uploads.sweep(running.means)
    mandates, delegations = (_tell_ends(running, table) for table in (Mandate, Delegation))
    return {
        "answers_purged": purged,
        "files_swept": swept,
        "mandates_ended": mandates,
        "delegations_ended": delegations,
    }


def _tell_ends(running: Running, table: type[Mandate | Delegation]) -> int:
    """Tell of those that ended since yesterday, and how many."""
    told = 0
    while ended := _ended(running, table):
        for item in ended:
            running.breathe()
            told += _tell_end(running, item)
    return told


def _ended(running: Running, table: type[Mandate | Delegation]) -> Sequence[Mandate | Delegation]:
    today = day_of(running.means.clock.now())
    with running.means.database.read() as session:
        return session.scalars(queries.ended_untold(table, ENDED[table], today).limit(BATCH)).all()


def _tell_end(running: Running, item: Mandate | Delegation) -> bool:
    table = type(item)
    event = ENDED[table]
    subject = event.partition(".")[0]
    with running.writing() as writer:
        held_contract(writer, item.contract_id)
        # Asked again now that nobody else can change the contract: it may have been prolonged, or told.
        still = queries.ended_untold(table, event, writer.today).where(table.id == item.id)
        if one(writer.session, still) is None:
            return False
        writer.record(event, contract_id=item.contract_id)
        writer.touch(subject, item.id)
        # The structure has left the contract; of its firms, who gave it is told.
        giver = item.delegator_id if isinstance(item, Delegation) else None
        writer.announce(event, subject, item.id, declarant_id=giver)
        return True
