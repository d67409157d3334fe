"""One published record at a time: registered, already known, followed, in conflict or kept out, and why."""

from __future__ import annotations

import contextlib
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DataError, IntegrityError

from app.db.queries import decp as queries
from app.db.queries.organisations import organisation_by_id
from app.db.tables import DecpRecord, ImportRow
from app.exchange.decp.issues import IssueCode, Severity
from app.exchange.decp.vocabulary import CLAIM
from app.schemas.imports import ImportOutcome
from app.services import decp_registering, decp_returns, decp_reviews, decp_said, decp_updates
from app.services.decp_registering import identity_of
from app.services.decp_returns import Return
from app.services.decp_said import LONGEST_IDENTIFIER, POINTERS, Stand, Verdict
from app.services.organisations import SIRET
from app.services.sight import held_contract

if TYPE_CHECKING:
    from uuid import UUID

    from app.db.session import ReadSession
    from app.db.tables import Contract
    from app.exchange.decp.records import DecpContract, DecpRow
    from app.services.jobs import Running
    from app.services.work import Reader, Writer

TRIES = 3
# Rows that are looked at together before any of them is written.
TOGETHER = 100
# What is found while registering, beside what reading the file found.
SENTENCES = {
    "other_content": (
        "Un enregistrement de même identité décrit un autre contrat ; il est à examiner, rien n'est remplacé."
    ),
    "registered_otherwise": (
        "Un contrat de même acheteur et de même numéro a été enregistré autrement ; il est à examiner, rien "
        "n'est remplacé."
    ),
    "returned_otherwise": (
        "L'enregistrement porte l'identifiant d'un contrat dont il n'a pas le numéro, l'objet, le CPV, la "
        "notification ou les titulaires ; il est à examiner, rien n'est remplacé."
    ),
    "claim_unknown": (
        "L'identifiant de suivi n'est celui d'aucun contrat de cet acheteur ; il n'en est pas tenu compte."
    ),
    "identifier_masked": (
        "Un identifiant est masqué dans ce fichier : l'acheteur peut en reprendre un où il ne l'est pas."
    ),
    "field_conflict": "Cette donnée a été changée depuis par une personne ; elle est gardée, à choisir.",
    "older_publication": "Une publication plus récente de ce marché est connue ; celle-ci n'y change rien.",
    "published_otherwise": "Le même marché semble déjà inscrit sous un autre numéro.",
    "other_buyer": "Le marché est celui d'un autre acheteur : seul celui-ci ou la plateforme l'importe.",
    "place_unresolved": (
        "Le lieu d'exécution n'a pu être rattaché à un seul territoire ; il reste à choisir."
    ),
    "identifier_too_long": "Un identifiant est trop long pour être repris.",
    "not_storable": "L'enregistrement contient une donnée que le service ne sait pas conserver.",
}
Identity = tuple[Any, ...]
# Where a record says which contract it is of.
POINTER = f"/acheteur/{CLAIM}"


def _issue(code: str, severity: Severity, pointer: str) -> dict[str, str]:
    return {"code": code, "severity": severity.value, "pointer": pointer, "detail": SENTENCES[code]}


@dataclass(frozen=True, slots=True)
class Found:
    """What is said of one record."""

    outcome: ImportOutcome
    contract_id: UUID | None = None
    issues: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """A contract known under an identity; `row` is None for one that a dry run would have registered."""

    fingerprints: frozenset[str]
    stand: Stand | None
    row: DecpRecord | None = None

    @property
    def contract_id(self) -> UUID | None:
        """The contract, if there is one."""
        return self.row.contract_id if self.row else None

    @classmethod
    def of(cls, row: DecpRecord) -> _Known:
        """What is stored; the stand is unknown of what an earlier version imported."""
        said = row.said or {"known": []}
        stand = decp_said.stand_said(row.said) if row.said else None
        return cls(frozenset({row.fingerprint.hex(), *said["known"]}), stand, row)


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
    # What a dry run would have done by now, by identity: the database does not remember it.
    planned: dict[Identity, list[_Known]] = field(default_factory=dict)
    _read: list[tuple[int, DecpRow]] = field(default_factory=list)
    _settled: list[tuple[int, DecpRow, Found]] = field(default_factory=list)
    _done: int = 0
    _own: str | None = None
    # By fingerprint, the contracts of the rows at hand that are as an export of them was.
    _unedited: dict[str, UUID] = field(default_factory=dict)

    def take(self, index: int, row: DecpRow) -> None:
        """Do this row soon, after those before it; LeaseLost when another worker has the job."""
        self._read.append((index, row))
        if len(self._read) >= TOGETHER:
            self.finish()

    def finish(self) -> None:
        """Do every row that was taken."""
        with self.running.reading() as reader:
            records = [row.record for _, row in self._read if row.record is not None]
            self._unedited = decp_returns.unedited(reader, records)
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
        return self._unchanged(reader, record)

    def _unchanged(self, reader: Reader, record: DecpContract) -> Found | None:
        if record.fingerprint in self._unedited:
            return Found(ImportOutcome.UNCHANGED, self._unedited[record.fingerprint])
        for known in self._known(reader.session, record):
            if record.fingerprint in known.fingerprints:
                return Found(ImportOutcome.UNCHANGED, known.contract_id)
        (contract,) = decp_returns.claimed(reader, [record])
        if contract is not None and decp_returns.judged(reader.session, contract, record) is Return.SAME:
            return Found(ImportOutcome.UNCHANGED, contract.id)
        return None

    def _may_import(self, reader: Reader, record: DecpContract) -> bool:
        if reader.principal.is_admin:
            return True
        if self._own is None:
            own = organisation_by_id(reader.session, reader.principal.organisation_id)
            self._own = own.identifier if own is not None and own.scheme == SIRET else ""
        return self._own == record.buyer.value

    def _known(self, session: ReadSession, record: DecpContract) -> list[_Known]:
        """The contracts known under the identity of a record, as a dry run would have left them."""
        identity = identity_of(record)
        planned = self.planned.get(tuple(identity.values()))
        return planned or [_Known.of(row) for row in queries.published(session, **identity)]

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
        self._done = index + 1 if index >= 0 else self._done
        self.running.progress(writer.session, self._done, self.total)

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
        plans = {ImportOutcome.CREATED, ImportOutcome.UPDATED}
        if row.record is None or found.outcome not in plans:
            return found
        if row.record.claimed_id is not None and found.outcome is ImportOutcome.UPDATED:
            # It is known by what it claims, not by what identifies it.
            return found
        self._plan(row.record)
        return replace(found, contract_id=None) if found.outcome is ImportOutcome.CREATED else found

    def _plan(self, record: DecpContract) -> None:
        """Remember a record that a dry run took: under its identity it is what is known from now on."""
        with self.running.reading() as reader:
            before = self._known(reader.session, record)
        stand = decp_said.stand_of(record)
        follows = next((item for item in before if item.stand is None or _same(item.stand, stand)), None)
        known = frozenset({record.fingerprint, *(follows.fingerprints if follows else ())})
        after = _Known(known, stand, follows.row if follows else None)
        self.planned[tuple(identity_of(record).values())] = [*(k for k in before if k is not follows), after]

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
        if row.record.claimed_id is None:
            return self._published(writer, row, row.record)
        (contract,) = decp_returns.claimed(writer, [row.record])
        if contract is not None:
            return self._returned(writer, row.record, held_contract(writer, contract.id))
        if decp_returns.has_masks(row.record):
            return _rejected("identifier_masked")
        found = self._published(writer, row, row.record)
        return replace(found, issues=(*found.issues, _issue("claim_unknown", Severity.WARNING, POINTER)))

    def _published(self, writer: Writer, row: DecpRow, record: DecpContract) -> Found:
        """A record by what identifies it, as any publication."""
        known = self._known(writer.session, record)
        if known:
            return self._followed(writer, row, record, known)
        return self._by_hand(writer, record) or self._registered(writer, row)

    def _returned(self, writer: Writer, record: DecpContract, contract: Contract) -> Found:
        """A record of one of our own files: nothing new, edited, or of another contract than it says."""
        # Whatever was read before the contract was held may be otherwise by now.
        writer.session.flush()
        writer.session.expire_all()
        judged = decp_returns.judged(writer.session, contract, record)
        if judged is Return.SAME:
            return Found(ImportOutcome.UNCHANGED, contract.id)
        if judged is Return.MASKED:
            return replace(_rejected("identifier_masked"), contract_id=contract.id)
        if judged is Return.OTHER:
            return self._to_review(writer, record, contract.id, decp_reviews.RETURNED)
        if judged is Return.OLDER:
            issue = _issue("older_publication", Severity.WARNING, "")
            return Found(ImportOutcome.UNCHANGED, contract.id, (issue,))
        return _changes(contract.id, *decp_returns.follow(writer, contract, record, self.source))

    def _followed(self, writer: Writer, row: DecpRow, record: DecpContract, known: list[_Known]) -> Found:
        """Whatever is known under the identity: a later publication, an earlier one, or another contract."""
        beside = any(issue.code is IssueCode.DUPLICATE_IDENTITY for issue in row.issues)
        stand = decp_said.stand_of(record)
        for item in known:
            judged = decp_said.judged(item.stand, stand, beside=beside) if item.stand else Verdict.NEWER
            if judged is Verdict.OLDER:
                issue = _issue("older_publication", Severity.WARNING, "")
                return Found(ImportOutcome.UNCHANGED, item.contract_id, (issue,))
            if judged is Verdict.NEWER:
                return self._updated(writer, row, record, item.row)
        return self._to_review(writer, record, known[0].contract_id, "other_content")

    def _updated(self, writer: Writer, row: DecpRow, record: DecpContract, known: DecpRecord | None) -> Found:
        if known is None:
            return Found(ImportOutcome.UPDATED)
        before = known.fingerprint
        contract = held_contract(writer, known.contract_id)
        writer.session.refresh(known)
        if known.fingerprint != before:
            # Another import told of it first: which of the two is the later is judged again.
            return self._found(writer, row)
        return _changes(contract.id, *decp_updates.follow(writer, contract, known, record, self.source))

    def _by_hand(self, writer: Writer, record: DecpContract) -> Found | None:
        contract = queries.registered_by_hand(writer.session, record.buyer.value, record.external_id)
        if contract is None:
            return None
        return self._to_review(writer, record, contract.id, "registered_otherwise")

    def _to_review(
        self, writer: Writer, record: DecpContract, contract_id: UUID | None, reason: str
    ) -> Found:
        if contract_id is not None:
            decp_reviews.ask(writer, held_contract(writer, contract_id), record, reason, self.source)
        pointer = {"registered_otherwise": "/id", decp_reviews.RETURNED: POINTER}.get(reason, "")
        return Found(ImportOutcome.CONFLICT, contract_id, (_issue(reason, Severity.ERROR, pointer),))

    def _registered(self, writer: Writer, row: DecpRow) -> Found:
        if row.record is None:
            return Found(ImportOutcome.REJECTED)
        contract, placed = decp_registering.register(writer, row.record, self.source)
        issues = []
        if not placed:
            issues.append(_issue("place_unresolved", Severity.WARNING, "/lieuExecution"))
        told = any(issue.code is IssueCode.DUPLICATE_SUSPECTED for issue in row.issues)
        likeness = decp_said.likeness_of(row.record)
        if not told and queries.is_published_otherwise(writer.session, likeness, row.record.external_id):
            issues.append(_issue("published_otherwise", Severity.WARNING, "/id"))
        return Found(ImportOutcome.CREATED, contract.id, tuple(issues))


def _changes(contract_id: UUID, changed: list[str], conflicts: list[str]) -> Found:
    """What is said of a record that was followed: which fields moved, which are to be decided."""
    if not conflicts:
        return Found(ImportOutcome.UPDATED if changed else ImportOutcome.UNCHANGED, contract_id)
    issues = (_issue("field_conflict", Severity.WARNING, POINTERS[name]) for name in conflicts)
    return Found(ImportOutcome.CONFLICT, contract_id, tuple(issues))


def _same(known: Stand, found: Stand) -> bool:
    return decp_said.judged(known, found, beside=False) is not Verdict.OTHER


def _rejected(code: str, pointer: str = "") -> Found:
    return Found(ImportOutcome.REJECTED, None, (_issue(code, Severity.ERROR, pointer),))
