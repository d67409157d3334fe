"""Contacts: who answers for what, kept alive by confirmations, hand-overs and messages that came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.clock import day_of, new_id
from app.db.queries import contacts as queries
from app.db.queries import organisations
from app.db.queries.lists import one, page_of
from app.db.tables import Contact
from app.errors import FieldError, Forbidden, InvalidPayload, NotFound, StaleVersion, Text
from app.principal import SERVICE
from app.refusals.organisations import ContactEnded
from app.rules.contacts import ContactFunction, ContactState, contact_state, forgotten_since
from app.schemas.contacts import ContactOut, ContactPage
from app.schemas.labels import LABELS
from app.services import told_answers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from app.crypto import Keyring
    from app.db.tables import Organisation
    from app.schemas.contacts import BounceIn, ContactIn, ContactPatch, ContactWalk, HandOverIn
    from app.services.jobs import Running
    from app.services.work import Reader, Writer

TABLE = "contacts"
BATCH = 200
BEFORE_ITS_START = Text(
    "La relève commence au plus tôt le premier jour de qui elle remplace.",
    "A hand-over begins on the first day of who is replaced, at the earliest.",
)
IN_FUTURE = Text("Ce jour n'est pas encore venu.", "This day is still to come.")
RUNNING = (ContactState.REACHABLE, ContactState.TO_CONFIRM, ContactState.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to write to, who wants `reminders` or not. `escalated`: nobody else can be reached."""

    contact_id: UUID
    name: str
    email: str
    escalated: bool
    reminders: bool


def for_role(reader: Reader, organisation_id: UUID, function: ContactFunction) -> tuple[Recipient, ...]:
    """Return whom to write to about a function; empty when nobody is left.

    Who is reachable, else the management, else who was not confirmed for long; nobody whose messages come
    back. By what the caller may read: the service itself (jobs) reads all.
    """
    query = queries.visible_contacts(reader.principal, reader.today)
    query = queries.running(query, reader.today).where(Contact.organisation_id == organisation_id)
    wanted = (function, ContactFunction.MANAGEMENT)
    rows = reader.session.scalars(query.where(Contact.function.in_(wanted)).order_by(Contact.id)).all()
    rows = [row for row in rows if _may_read_address(reader, row)]
    own = [row for row in rows if row.function == function]
    chosen = _in(own, ContactState.REACHABLE, reader.today)
    if not chosen:
        managers = [row for row in rows if row.function == ContactFunction.MANAGEMENT]
        chosen = _in(managers, ContactState.REACHABLE, reader.today)
    chosen = chosen or _in(own, ContactState.TO_CONFIRM, reader.today)
    found = [(row, *_opened(reader.keyring, row)) for row in chosen]
    return tuple(
        Recipient(row.id, name, email, escalated=row.function != function, reminders=row.reminders)
        for row, name, email in found
        if name is not None and email is not None
    )


def mark_bounced(writer: Writer, contact_id: UUID, sent_on: date) -> bool:
    """Note that a message sent on a day came back; returns whether that says anything new.

    The address is then known not to hold for every function it answers for in that organisation. An address
    confirmed since, or a contact that is over, stays as it is. NotFound for what the caller does not see.
    """
    contact = _seen(writer, contact_id)
    _, address = _opened(writer.keyring, contact)
    query = queries.visible_contacts(writer.principal, writer.today)
    query = queries.running(query, writer.today).where(Contact.organisation_id == contact.organisation_id)
    rows = writer.session.scalars(query.order_by(Contact.id).with_for_update(of=Contact)).all()
    struck = [
        row
        for row in rows
        if row.bounced_on is None
        and row.confirmed_on <= sent_on
        and address is not None
        and _same_mailbox(_opened(writer.keyring, row)[1], address)
    ]
    if not struck:
        return False
    writer.record("contact.bounced")
    for row in struck:
        row.bounced_on = writer.today
        row.version += 1
        _tell(writer, row, "contact.bounced", "bounced_on")
    return True


def report_bounce(writer: Writer, siret: str, contact_id: UUID, request: BounceIn) -> ContactOut:
    """The same, asked for over the API by whoever may write to the contact, or by the platform."""
    sent_on = request.sent_on or writer.today
    contact, organisation = _of(writer, siret, contact_id)
    if sent_on > writer.today:
        raise InvalidPayload(errors=[FieldError("/sent_on", "future_day", IN_FUTURE)])
    if not writer.principal.is_admin and not _may_read_address(writer, contact):
        raise Forbidden
    mark_bounced(writer, contact_id, sent_on)
    return _shown(writer, contact, organisation)


def name_contact(writer: Writer, siret: str, request: ContactIn) -> ContactOut:
    """Say who answers for a function of one's own organisation."""
    organisation = _own(writer, siret)
    writer.record("contact.named")
    since = request.since or writer.today
    contact = _added(writer, organisation.id, request.function, request.name, request.email, since)
    contact.reminders = request.reminders
    return _shown(writer, contact, organisation)


def list_contacts(reader: Reader, siret: str, walk: ContactWalk) -> ContactPage:
    """All of one's own organisation; of another one on a contract in sight, those that run. NotFound else."""
    organisation = _met(reader, siret)
    query = queries.visible_contacts(reader.principal, reader.today)
    query = query.where(Contact.organisation_id == organisation.id)
    if walk.function is not None:
        query = query.where(Contact.function == walk.function)
    if walk.state is not None:
        query = queries.in_state(query, walk.state, reader.today)
    rows, following = page_of(reader.session, query, Contact.id, walk.after, walk.limit)
    return ContactPage(items=[_shown(reader, row, organisation) for row in rows], next=following)


def read_contact(reader: Reader, siret: str, contact_id: UUID) -> ContactOut:
    """One contact that the caller may see."""
    contact, organisation = _of(reader, siret, contact_id)
    return _shown(reader, contact, organisation)


def change_contact(
    writer: Writer, siret: str, contact_id: UUID, request: ContactPatch, version: int
) -> ContactOut:
    """Correct the name or the address, or whether reminders are wanted, which confirms them."""
    contact, organisation = _current(writer, siret, contact_id, version)
    sent = {name: value for name, value in request.model_dump().items() if value is not None}
    name, email = _opened(writer.keyring, contact)
    before = {"name": name, "email": email, "reminders": contact.reminders}
    changed = [field for field, value in sent.items() if before[field] != value]
    if changed:
        for field in changed:
            value = sent[field]
            sealed = value if field == "reminders" else _sealed(writer.keyring, contact.id, field, value)
            setattr(contact, field, sealed)
        writer.record("contact.updated")
        _vouch(writer, contact, "contact.updated", *changed)
    return _shown(writer, contact, organisation)


def confirm_contact(writer: Writer, siret: str, contact_id: UUID, version: int) -> ContactOut:
    """Say that they still answer, at this address; once a day is enough."""
    contact, organisation = _current(writer, siret, contact_id, version)
    if contact.confirmed_on < writer.today or contact.bounced_on is not None:
        writer.record("contact.confirmed")
        _vouch(writer, contact, "contact.confirmed")
    return _shown(writer, contact, organisation)


def hand_over(writer: Writer, siret: str, contact_id: UUID, request: HandOverIn, version: int) -> ContactOut:
    """Name and return who takes over from a day on; who is replaced answers until the day before."""
    contact, organisation = _current(writer, siret, contact_id, version)
    since = request.on or writer.today
    if since < contact.since:
        raise InvalidPayload(errors=[FieldError("/on", "before_start", BEFORE_ITS_START)])
    writer.record("contact.handed_over")
    function = ContactFunction(contact.function)
    successor = _added(writer, organisation.id, function, request.name, request.email, since)
    contact.until, contact.replaced_by_id = since - timedelta(days=1), successor.id
    contact.version += 1
    _tell(writer, contact, "contact.handed_over", "until", "replaced_by")
    return _shown(writer, successor, organisation)


def retire_contact(writer: Writer, siret: str, contact_id: UUID, version: int, *, erase: bool) -> None:
    """End a contact without successor: its last day was yesterday. `erase`: forget who it was at once.

    One that is over already may still be erased.
    """
    contact, _ = _named(writer, siret, contact_id, version)
    ended = _state(contact, writer.today) is ContactState.ENDED
    known = contact.name is not None or contact.email is not None
    if ended and not (erase and known):
        return
    writer.record("contact.erased" if erase else "contact.retired")
    if not ended:
        contact.until = writer.today - timedelta(days=1)
    if erase:
        contact.name = contact.email = None
        # Any role of the organisation may have named them, and would be told again.
        with writer.session.across():
            answers = queries.answers_to(writer.session, contact.organisation_id)
            told_answers.empty(writer, answers, {str(contact.id)})
    contact.version += 1
    fields = ("name", "email", "until") if erase else ("until",)
    _tell(writer, contact, "contact.erased" if erase else "contact.retired", *fields)


def forget_former(running: Running) -> int:
    """Empty name and address of contacts that have been over for long enough; returns how many."""
    last_day = forgotten_since(day_of(running.means.clock.now()))
    forgotten = 0
    while True:
        running.breathe()
        with running.writing() as writer:
            rows = queries.former_contacts(writer.session, last_day, BATCH)
            if not rows:
                return forgotten
            writer.record("contact.erased")
            for row in rows:
                row.name = row.email = None
                row.version += 1
                _tell(writer, row, "contact.erased", "name", "email")
            forgotten += len(rows)


def _own(reader: Reader, siret: str) -> Organisation:
    """The caller's own organisation; NotFound for one it does not meet, Forbidden for another one."""
    organisation = _met(reader, siret)
    if organisation.id != reader.principal.organisation_id:
        raise Forbidden
    return organisation


def _met(reader: Reader, siret: str) -> Organisation:
    organisation = organisations.organisation_by_identifier(reader.session, siret)
    if organisation is None:
        raise NotFound
    principal = reader.principal
    known = principal.is_admin or organisation.id == principal.organisation_id
    if not known and not queries.meets(reader.session, principal, reader.today, organisation.id):
        raise NotFound
    return organisation


def _seen(reader: Reader, contact_id: UUID) -> Contact:
    query = queries.visible_contacts(reader.principal, reader.today)
    contact = one(reader.session, query.where(Contact.id == contact_id))
    if contact is None:
        raise NotFound
    return contact


def _of(reader: Reader, siret: str, contact_id: UUID) -> tuple[Contact, Organisation]:
    organisation = organisations.organisation_by_identifier(reader.session, siret)
    contact = _seen(reader, contact_id)
    if organisation is None or contact.organisation_id != organisation.id:
        raise NotFound
    return contact, organisation


def _named(writer: Writer, siret: str, contact_id: UUID, version: int) -> tuple[Contact, Organisation]:
    contact, organisation = _of(writer, siret, contact_id)
    if organisation.id != writer.principal.organisation_id:
        raise Forbidden
    writer.session.refresh(contact, with_for_update=True)
    if version != contact.version:
        raise StaleVersion
    return contact, organisation


def _current(writer: Writer, siret: str, contact_id: UUID, version: int) -> tuple[Contact, Organisation]:
    contact, organisation = _named(writer, siret, contact_id, version)
    if _state(contact, writer.today) is ContactState.ENDED:
        raise ContactEnded
    return contact, organisation


def _added(
    writer: Writer, organisation_id: UUID, function: ContactFunction, name: str, email: str, since: date
) -> Contact:
    contact_id = new_id()
    contact = Contact(
        id=contact_id,
        organisation_id=organisation_id,
        function=function,
        name=_sealed(writer.keyring, contact_id, "name", name),
        email=_sealed(writer.keyring, contact_id, "email", email),
        since=since,
        until=None,
        confirmed_on=writer.today,
        bounced_on=None,
        reminders=True,
        replaced_by_id=None,
        version=1,
        created_at=writer.now,
    )
    writer.session.add(contact)
    _tell(writer, contact, "contact.named", "function", "name", "email", "since")
    return contact


def _vouch(writer: Writer, contact: Contact, event: str, *fields: str) -> None:
    contact.confirmed_on, contact.bounced_on = writer.today, None
    contact.version += 1
    _tell(writer, contact, event, "confirmed_on", *fields)


def _tell(writer: Writer, contact: Contact, event: str, *fields: str) -> None:
    writer.touch("contact", contact.id, *fields)
    writer.announce(event, "contact", contact.id, own=True)


def _sealed(keyring: Keyring, contact_id: UUID, column: str, value: str) -> bytes:
    return keyring.encrypt(value.encode(), table=TABLE, column=column, row=contact_id)


def _open(keyring: Keyring, contact_id: UUID, column: str, value: bytes) -> str:
    return keyring.decrypt(value, table=TABLE, column=column, row=contact_id).decode()


def _opened(keyring: Keyring, contact: Contact) -> tuple[str | None, str | None]:
    """Name and address in clear; None once they are forgotten."""
    stored = (("name", contact.name), ("email", contact.email))
    name, email = (
        None if value is None else _open(keyring, contact.id, column, value) for column, value in stored
    )
    return name, email


def _same_mailbox(one: str | None, other: str) -> bool:
    return one is not None and one.casefold() == other.casefold()


def _state(contact: Contact, day: date) -> ContactState:
    return contact_state(
        since=contact.since,
        until=contact.until,
        confirmed_on=contact.confirmed_on,
        bounced_on=contact.bounced_on,
        day=day,
    )


def _in(rows: Sequence[Contact], state: ContactState, day: date) -> list[Contact]:
    return [row for row in rows if _state(row, day) is state]


def _may_read_address(reader: Reader, contact: Contact) -> bool:
    """One's own, or of whom one works with, but for the management: that is the service's to ask."""
    principal = reader.principal
    if principal == SERVICE or contact.organisation_id == principal.organisation_id:
        return True
    return not principal.is_admin and contact.function != ContactFunction.MANAGEMENT


def _escalation(reader: Reader, contact: Contact, state: ContactState) -> list[UUID]:
    if state not in (ContactState.TO_CONFIRM, ContactState.UNREACHABLE):
        return []
    query = queries.in_state(
        queries.visible_contacts(reader.principal, reader.today), ContactState.REACHABLE, reader.today
    ).where(
        Contact.organisation_id == contact.organisation_id,
        Contact.function == ContactFunction.MANAGEMENT,
        Contact.id != contact.id,
    )
    return [row.id for row in reader.session.scalars(query.order_by(Contact.id))]


def _shown(reader: Reader, contact: Contact, organisation: Organisation) -> ContactOut:
    state = _state(contact, reader.today)
    name, email = _opened(reader.keyring, contact) if _may_read_address(reader, contact) else (None, None)
    return ContactOut(
        id=contact.id,
        siret=organisation.identifier,
        function=ContactFunction(contact.function),
        function_label=LABELS["contact_functions"][contact.function],
        name=name,
        email=email,
        since=contact.since,
        until=contact.until,
        confirmed_on=contact.confirmed_on,
        bounced_on=contact.bounced_on,
        reminders=contact.reminders,
        state=state,
        state_label=LABELS["contact_states"][state],
        replaced_by=contact.replaced_by_id,
        escalation=_escalation(reader, contact, state),
        version=contact.version,
        created_at=contact.created_at,
    )
