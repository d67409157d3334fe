"""One published record (DECP) at a time: registered, already known, in conflict or kept out, and why."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DataError, IntegrityError

from app.clock import new_id
from app.db.queries import imports as queries
from app.db.queries.organisations import organisation_by_id
from app.db.tables import DecpRecord, ImportRow
from app.exchange.decp.issues import Severity
from app.rules.codes import ConsultationKind
from app.schemas.imports import ImportOutcome
from app.services.contracts import ContractDraft, add_contract
from app.services.organisations import SIRET, known_organisation
from app.services.parties import HolderDraft
from app.services.places import published_place

if TYPE_CHECKING:
    from uuid import UUID

    from app.exchange.decp.records import DecpContract, DecpRow
    from app.services.jobs import Running
    from app.services.work import Reader, Writer

# Widths of the columns that are narrower than what a file may hold.
LONGEST_IDENTIFIER, LONGEST_PLACE = 40, 32
TRIES = 3
# Rows that are looked at together before any of them is written.
TOGETHER = 100
# What is found while registering, beside what reading the file found.
SENTENCES = {
    "other_content": (
        "Un enregistrement de même identité est déjà inscrit avec un autre contenu ; rien n'est remplacé."
    ),
    "registered_otherwise": (
        "Un contrat de même acheteur et de même numéro a été enregistré autrement ; rien n'est remplacé."
    ),
    "other_buyer": "Le marché est celui d'un autre acheteur : seul celui-ci ou la plateforme l'importe.",
    "place_unresolved": (
        "Le lieu d'exécution n'a pu être rattaché à un seul territoire ; il reste à choisir."
    ),
    "identifier_too_long": "Un identifiant est trop long pour être repris.",
    "not_storable": "L'enregistrement contient une donnée que le service ne sait pas conserver.",
}


def _issue(code: str, severity: Severity, pointer: str) -> dict[str, str]:
    return {"code": code, "severity": severity.value, "pointer": pointer, "detail": SENTENCES[code]}


@dataclass(frozen=True, slots=True)
class Found:
    """What is said of one record."""

    outcome: ImportOutcome
    contract_id: UUID | None = None
    issues: tuple[dict[str, str], ...] = ()


class _Undo(Exception):
    """Ends the transaction of a dry run once it has shown what would happen."""


@dataclass(slots=True)
class Task:
    """One import under way. `source` names the file; `total` counts its records.

    Rows are written in the order of the file: those that change nothing many at a time, each of the others in
    a transaction of its own.
    """

    running: Running
    source: str | None
    total: int
    dry_run: bool
    # What a dry run would have registered by now, by identity: the database does not remember it.
    planned: dict[tuple[Any, ...], str] = field(default_factory=dict)
    _read: list[tuple[int, DecpRow]] = field(default_factory=list)
    _settled: list[tuple[int, DecpRow, Found]] = field(default_factory=list)
    _done: int = 0
    _own: str | None = None

    def take(self, index: int, row: DecpRow) -> None:
        """Do this row soon, after those before it; LeaseLost when another worker has the job."""
        self._read.append((index, row))
        if len(self._read) >= TOGETHER:
            self.finish()

    def finish(self) -> None:
        """Do every row that was taken."""
        with self.running.reading() as reader:
            found = [self._without_change(reader, row) for _, row in self._read]
        for (index, row), known in zip(self._read, found, strict=True):
            if known is not None:
                self._settled.append((index, row, known))
                continue
            self.running.breathe()
            self._write_settled()
            self._take_alone(index, row)
        self._read.clear()
        self.running.breathe()
        self._write_settled()

    def _without_change(self, reader: Reader, row: DecpRow) -> Found | None:
        """What is to be said of a row that changes nothing; None when that is not sure."""
        record = row.record
        if row.source_index is None:
            return Found(ImportOutcome.REJECTED if row.failed else ImportOutcome.NOTED)
        if record is None:
            return Found(ImportOutcome.REJECTED)
        if not self._may_import(reader, record):
            issue = _issue("other_buyer", Severity.ERROR, "/acheteur/id")
            return Found(ImportOutcome.OTHER_BUYER, None, (issue,))
        if any(len(holder.value) > LONGEST_IDENTIFIER for holder in record.holders):
            return _rejected("identifier_too_long", "/titulaires")
        stored = queries.published(reader.session, **_identity(record))
        if stored is not None and stored.fingerprint.hex() == record.fingerprint:
            return Found(ImportOutcome.UNCHANGED, stored.contract_id)
        return None

    def _may_import(self, reader: Reader, record: DecpContract) -> bool:
        if reader.principal.is_admin:
            return True
        if self._own is None:
            own = organisation_by_id(reader.session, reader.principal.organisation_id)
            self._own = own.identifier if own is not None and own.scheme == SIRET else ""
        return self._own == record.buyer.value

    def _write_settled(self) -> None:
        if not self._settled:
            return
        with self.running.writing() as writer:
            # First, so that two workers on one job wait for each other here.
            self._progress(writer, self._settled[-1][0])
            for index, row, found in self._settled:
                self._note(writer, index, row, found)
        self._settled.clear()

    def _progress(self, writer: Writer, index: int) -> None:
        # What is told of the whole file comes when all is done, or before anything is.
        done = index + 1 if index >= 0 else self._done
        self._done = done
        self.running.progress(writer.session, done, self.total)

    def _take_alone(self, index: int, row: DecpRow) -> None:
        """Do one row and write its result, in one transaction."""
        for tries_left in reversed(range(TRIES)):
            try:
                if self.dry_run:
                    self._report(index, row, self._tried(row))
                else:
                    self._do(index, row)
            except IntegrityError:
                # Another import registered the same record or firm meanwhile: now it can be seen.
                if not tries_left:
                    raise
            except DataError:
                self._report(index, row, _rejected("not_storable"))
                return
            else:
                return

    def _do(self, index: int, row: DecpRow) -> None:
        with self.running.writing() as writer:
            self._progress(writer, index)
            self._note(writer, index, row, self._found(writer, row))

    def _tried(self, row: DecpRow) -> Found:
        found = Found(ImportOutcome.REJECTED)
        with contextlib.suppress(_Undo), self.running.writing() as writer:
            found = self._found(writer, row)
            writer.session.flush()
            raise _Undo
        if found.outcome is not ImportOutcome.CREATED or row.record is None:
            return found
        self.planned[tuple(_identity(row.record).values())] = row.record.fingerprint
        return replace(found, contract_id=None)

    def _report(self, index: int, row: DecpRow, found: Found) -> None:
        with self.running.writing() as writer:
            self._progress(writer, index)
            self._note(writer, index, row, found)

    def _note(self, writer: Writer, index: int, row: DecpRow, found: Found) -> None:
        issues = [asdict(item) for item in row.issues]
        writer.session.add(
            ImportRow(
                job_id=self.running.job_id,
                index=index,
                outcome=found.outcome,
                reference=row.record.external_id if row.record else None,
                contract_id=found.contract_id,
                issues=[*issues, *found.issues],
            )
        )

    def _found(self, writer: Writer, row: DecpRow) -> Found:
        settled = self._without_change(writer, row)
        if settled is not None or row.record is None:
            return settled or Found(ImportOutcome.REJECTED)
        return self._known(writer, row.record) or self._registered(writer, row.record)

    def _known(self, writer: Writer, record: DecpContract) -> Found | None:
        identity = _identity(record)
        planned = self.planned.get(tuple(identity.values()))
        stored = queries.published(writer.session, **identity)
        if planned is None and stored is None:
            return _by_hand(writer, record)
        fingerprint = stored.fingerprint.hex() if stored else planned
        contract_id = stored.contract_id if stored else None
        if fingerprint == record.fingerprint:
            return Found(ImportOutcome.UNCHANGED, contract_id)
        issue = _issue("other_content", Severity.ERROR, "")
        return Found(ImportOutcome.CONFLICT, contract_id, (issue,))

    def _registered(self, writer: Writer, record: DecpContract) -> Found:
        contract_id = new_id()
        writer.record("contract.registered", contract_id=contract_id)
        buyer = known_organisation(writer, record.buyer.value)
        holders = tuple(
            HolderDraft(known_organisation(writer, holder.value, scheme=holder.scheme))
            for holder in record.holders
        )
        place = published_place(writer.session, _place_code(record), record.place_type)
        firm, maximum = _amounts(record)
        draft = ContractDraft(
            id=contract_id,
            buyer=buyer,
            reference=record.external_id,
            object=record.object,
            nature=record.nature,
            cpv=record.cpv,
            procedure=record.procedure,
            ccag=record.ccag,
            firm_amount=firm,
            maximum_amount=maximum,
            # What kind of consultation it was decides which threshold obliges it.
            consultation={"kind": ConsultationKind.CONCESSION.value} if record.concession else {},
            started_on=record.started_on,
            framework_reference=record.framework_id,
            notified_on=record.notified_on,
            duration_months=record.duration_months,
            decp_social=record.social_considerations,
            holders=holders,
            places=() if place.published_code is None else (place,),
        )
        add_contract(writer, draft)
        writer.session.add(
            DecpRecord(
                id=new_id(),
                **_identity(record),
                fingerprint=bytes.fromhex(record.fingerprint),
                notified_on=record.notified_on,
                source=self.source,
                # The text itself: as a document its numbers and escapes would not come back as they were.
                raw={"text": record.raw_json},
                contract_id=contract_id,
            )
        )
        unresolved = _issue("place_unresolved", Severity.WARNING, "/lieuExecution")
        return Found(ImportOutcome.CREATED, contract_id, () if place.place else (unresolved,))


def _by_hand(writer: Writer, record: DecpContract) -> Found | None:
    contract_id = queries.registered_by_hand(writer.session, record.buyer.value, record.external_id)
    if contract_id is None:
        return None
    issue = _issue("registered_otherwise", Severity.ERROR, "/id")
    return Found(ImportOutcome.CONFLICT, contract_id, (issue,))


def _rejected(code: str, pointer: str = "") -> Found:
    return Found(ImportOutcome.REJECTED, None, (_issue(code, Severity.ERROR, pointer),))


def _amounts(record: DecpContract) -> tuple[int | None, int | None]:
    """Firm and maximum amount. The whole value of a concession is turnover, no amount paid: it is neither."""
    if record.concession:
        return None, None
    return (None, record.amount) if record.is_framework else (record.amount, None)


def _place_code(record: DecpContract) -> str | None:
    return record.place_code[:LONGEST_PLACE] if record.place_code else None


def _identity(record: DecpContract) -> dict[str, Any]:
    """What makes two records the same contract: the columns of `decp_records` that are unique together."""
    holders = sorted(f"{holder.scheme}:{holder.value}" for holder in record.holders)
    return {
        "buyer": record.buyer.value,
        "reference": record.external_id,
        "cpv": record.cpv or "",
        "holders_hash": hashlib.sha256("\n".join(holders).encode()).digest(),
    }
