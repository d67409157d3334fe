"""What the penalty terms of a clause come to on a day: every line explained, nothing applied (domain §7).

Exact fractions of cents inside; each penalty is rounded once, half-up, to the cent, then bounded by its term.
Public holidays come in as data: those of the place of execution.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from app.rules.codes import PenaltyBlock, PenaltyKind, PenaltyLimit, ValueOn
from app.rules.days import ONE_DAY
from app.rules.hours import HUNDREDTHS, half_up
from app.rules.parameters import parameter
from app.rules.penalty_days import COUNTED, days_counted, left_out
from app.rules.penalty_terms import Cap, FixedAmount, IndexedAmount, PenaltyTerm
from app.rules.texts import TIMES, agreed, decimal_text, french, french_day, hours_text, hundredths_text


@dataclass(frozen=True, slots=True)
class Notice:
    """A formal notice (mise en demeure): sent, and received once its day is known."""

    sent_on: date
    received_on: date | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A document expected on a day (and received, or not yet), or an event of that day.

    `key` names it among all facts of the contract; `notices` are those about it. `stops_on` is the last day
    of its delay, where it cannot be handed in any more afterwards.
    """

    key: str
    label: str
    on: date
    received_on: date | None = None
    notices: tuple[Notice, ...] = ()
    stops_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known on a day. Hours in hundredths, money in cents; facts and notices by code of term.

    `start` and `end` are those of the clause's window. `target_known`: the hours required can be computed.
    `notices` are those about missing hours; `holidays` the public holidays of the place of execution.
    """

    as_of: date
    start: date
    end: date
    closed: bool
    required: int
    counted: int
    pending: int
    target_known: bool = True
    firm_amount: int | None = None
    notices: Mapping[str, tuple[Notice, ...]] = field(default_factory=dict)
    facts: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class PenaltyInput:
    """A value that an amount was computed from; `on` is its day and `reference` where it is written."""

    code: str
    label_fr: str
    value: str
    unit: str
    on: date | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Why something cannot be decided yet, in French."""

    code: PenaltyBlock
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyLine:
    """One penalty: what was found, how it was computed, what bounds it and what blocks it; cents."""

    key: str
    term: PenaltyTerm
    text: str
    inputs: tuple[PenaltyInput, ...]
    formula: str
    computed: int
    limit: PenaltyLimit | None
    amount: int
    blocks: tuple[Block, ...]

    @property
    def applicable(self) -> int:
        """What can be decided today."""
        return 0 if self.blocks else self.amount


@dataclass(frozen=True, slots=True)
class PenaltyStatement:
    """Every penalty of a contract on a day; `blocks` hold for all of them."""

    lines: tuple[PenaltyLine, ...]
    blocks: tuple[Block, ...]

    @property
    def total(self) -> int:
        """The sum of the amounts, blocked ones included."""
        return sum(line.amount for line in self.lines)

    @property
    def applicable(self) -> int:
        """What can be decided today."""
        return 0 if self.blocks else sum(line.applicable for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A line before its amount: a quantity (exact), its unit in formulas, and what was found on the way."""

    key: str
    text: str
    quantity: Fraction
    shown: str
    per: str
    day: date
    inputs: tuple[PenaltyInput, ...]
    blocks: tuple[Block, ...] = ()


def penalties(terms: tuple[PenaltyTerm, ...], situation: Situation) -> PenaltyStatement:
    """Compute the penalties of a clause on a day, in the order of its terms and of their facts.

    NoValueYetError when a dated parameter has no value on the day that its term names.
    """
    lines = tuple(
        _line(term, draft, situation) for term in terms for draft in _DRAFTS[term.kind](term, situation)
    )
    disputed = Block(PenaltyBlock.DISPUTE_OPEN, "Une contestation est ouverte sur ce contrat.")
    return PenaltyStatement(lines, (disputed,) if situation.disputed else ())


def _missing_hours(term: PenaltyTerm, situation: Situation) -> tuple[_Draft, ...]:
    """Hours required less hours counted, never below zero; decided once the window is over."""
    missing = max(0, situation.required - situation.counted)
    blocks, since = _notice_blocks(term, situation.notices.get(term.code, ()), situation)
    if situation.as_of <= situation.end and not situation.closed:
        text = f"La période d'exécution court jusqu'au {french_day(situation.end)}."
        blocks = (Block(PenaltyBlock.WINDOW_RUNNING, text), *blocks)
    blocks += _observed(term, since or situation.end, situation.as_of)
    if not situation.target_known:
        return (_unknown_hours(term, situation, since, blocks),)
    due, done = hours_text(situation.required, "due"), hours_text(situation.counted, "comptée")
    return (
        _Draft(
            key=term.code,
            text=f"{due}, {done} : {hours_text(missing, 'manquante')}",
            quantity=Fraction(missing, HUNDREDTHS),
            shown=f"{french(missing)} h",
            per="€/h",
            day=situation.end,
            inputs=(
                PenaltyInput("required", "Heures dues", hundredths_text(situation.required), "h"),
                *_hour_inputs(situation),
                PenaltyInput("missing", "Heures manquantes", hundredths_text(missing), "h"),
                *_notice_inputs(since),
            ),
            blocks=blocks,
        ),
    )


def _unknown_hours(
    term: PenaltyTerm, situation: Situation, since: date | None, blocks: tuple[Block, ...]
) -> _Draft:
    """The hours of a target that nobody can compute yet: no amount, and nothing to decide."""
    text = "L'objectif dépend du montant ferme du contrat, qui n'est pas enregistré."
    return _Draft(
        key=term.code,
        text=f"Heures dues inconnues, {hours_text(situation.counted, 'comptée')}",
        quantity=Fraction(0),
        shown="Heures manquantes inconnues",
        per="€/h",
        day=situation.end,
        inputs=(*_hour_inputs(situation), *_notice_inputs(since)),
        blocks=(Block(PenaltyBlock.TARGET_UNKNOWN, text), *blocks),
    )


def _hour_inputs(situation: Situation) -> tuple[PenaltyInput, ...]:
    return (
        PenaltyInput("counted", "Heures comptées", hundredths_text(situation.counted), "h"),
        PenaltyInput("pending", "Heures en attente d'examen", hundredths_text(situation.pending), "h"),
    )


def _late_documents(term: PenaltyTerm, situation: Situation) -> tuple[_Draft, ...]:
    """One draft per document that was due before the day and had not come in by its due date."""
    late = []
    for item in situation.facts.get(term.code, ()):
        received = _by(item.received_on, situation.as_of)
        if item.on < _last_day(item, received, situation.as_of):
            late.append(_late_document(term, item, received, situation))
    return tuple(late)


def _last_day(item: Fact, received: date | None, as_of: date) -> date:
    """The last day of a delay: that of its receipt, else the day asked; never after it has stopped."""
    return min(received or as_of, item.stops_on or date.max)


def _late_document(term: PenaltyTerm, item: Fact, received: date | None, situation: Situation) -> _Draft:
    blocks, noticed = _notice_blocks(term, item.notices, situation)
    last = _last_day(item, received, situation.as_of)
    stopped = received is None and last == item.stops_on
    count, days = 0, []
    if not blocks:
        since = max(item.on, noticed or item.on)
        first = since + ONE_DAY * (1 + term.observation_days)
        count = days_counted(first, last, term.days, situation.holidays)
        blocks = _observed(term, since, situation.as_of)
        days = [("counted_from", "Compté du", first), ("counted_to", "au", last)] if first <= last else []
        holidays = left_out(first, last, term.days, situation.holidays)
        days += [("holiday", "Jour férié exclu", day) for day in holidays]
    came = f"reçu le {french_day(received)}" if received else f"pas reçu au {french_day(last)}"
    if stopped:
        came += ", fin du délai pour le remettre"
    return _Draft(
        key=item.key,
        text=f"« {item.label} », attendu le {french_day(item.on)}, {came}",
        quantity=Fraction(count),
        shown=f"{count} {agreed(count, 2, 'jour', COUNTED[term.days])}",
        per="€",
        day=item.on,
        inputs=(
            PenaltyInput("due_on", "Attendu le", item.on.isoformat(), "day"),
            *_notice_inputs(noticed),
            *((PenaltyInput("received_on", "Reçu le", received.isoformat(), "day"),) if received else ()),
            *(PenaltyInput(code, label, day.isoformat(), "day") for code, label, day in days),
            PenaltyInput("days", "Jours comptés", str(count), "days"),
        ),
        # Once the document is there, or cannot come any more, no later notice can make its delay punishable.
        blocks=() if received or stopped else blocks,
    )


def _events(term: PenaltyTerm, situation: Situation) -> tuple[_Draft, ...]:
    """One draft per event of the day or before."""
    found = []
    for item in situation.facts.get(term.code, ()):
        if item.on > situation.as_of:
            continue
        blocks, noticed = _notice_blocks(term, item.notices, situation)
        blocks += _observed(term, max(item.on, noticed or item.on), situation.as_of)
        found.append(
            _Draft(
                key=item.key,
                text=f"« {item.label} », le {french_day(item.on)}",
                quantity=Fraction(1),
                shown="1",
                per="€",
                day=item.on,
                inputs=(PenaltyInput("on", "Jour", item.on.isoformat(), "day"), *_notice_inputs(noticed)),
                blocks=blocks,
            )
        )
    return tuple(found)


_DRAFTS: dict[PenaltyKind, Callable[[PenaltyTerm, Situation], tuple[_Draft, ...]]] = {
    PenaltyKind.MISSING_HOURS: _missing_hours,
    PenaltyKind.LATE_DOCUMENT: _late_documents,
    PenaltyKind.EVENT: _events,
}


def _notice_blocks(
    term: PenaltyTerm, notices: tuple[Notice, ...], situation: Situation
) -> tuple[tuple[Block, ...], date | None]:
    """What is missing of the formal notice that the term asks for, and the day it was first received."""
    if not term.notice:
        return (), None
    sent = sorted(item.sent_on for item in notices if item.sent_on <= situation.as_of)
    received = [day for item in notices if (day := _by(item.received_on, situation.as_of))]
    if received:
        return (), min(received)
    if not sent:
        return (Block(PenaltyBlock.NOTICE_MISSING, "Aucune mise en demeure n'a été envoyée."),), None
    text = f"La mise en demeure envoyée le {french_day(sent[-1])} n'a pas de date de réception."
    return (Block(PenaltyBlock.NOTICE_NOT_RECEIVED, text),), None


def _observed(term: PenaltyTerm, since: date, as_of: date) -> tuple[Block, ...]:
    """The block of the days after `since` in which nothing is penalised, while they last."""
    last = since + ONE_DAY * term.observation_days
    if term.observation_days == 0 or as_of > last:
        return ()
    text = f"La période d'observation court jusqu'au {french_day(last)}."
    return (Block(PenaltyBlock.OBSERVATION_RUNNING, text),)


def _notice_inputs(received: date | None) -> tuple[PenaltyInput, ...]:
    if received is None:
        return ()
    label = "Mise en demeure reçue le"
    return (PenaltyInput("notice_received_on", label, received.isoformat(), "day"),)


def _line(term: PenaltyTerm, draft: _Draft, situation: Situation) -> PenaltyLine:
    rate, written, priced = _rate(term, draft, situation)
    computed = half_up(draft.quantity * rate)
    amount, limit, blocks = _bounded(term, computed, situation.firm_amount)
    return PenaltyLine(
        key=draft.key,
        term=term,
        text=draft.text,
        inputs=(*draft.inputs, *priced),
        formula=f"{draft.shown} {TIMES} {written} {draft.per} = {french(computed)} €",
        computed=computed,
        limit=limit,
        amount=amount,
        blocks=draft.blocks + blocks,
    )


def _rate(
    term: PenaltyTerm, draft: _Draft, situation: Situation
) -> tuple[Fraction, str, tuple[PenaltyInput, ...]]:
    """Exact cents per unit, as the formula writes them, and the values that they come from."""
    amount, unit = term.amount, "EUR/h" if term.kind is PenaltyKind.MISSING_HOURS else "EUR"
    if isinstance(amount, FixedAmount):
        priced = PenaltyInput("amount", "Montant", hundredths_text(amount.cents), unit, None, term.reference)
        return Fraction(amount.cents), french(amount.cents), (priced,)
    on = _value_day(amount, draft, situation)
    index = parameter(amount.parameter)
    value = index.at(on)
    coefficient = decimal_text(amount.coefficient)
    cents = value.value * HUNDREDTHS
    written = f"{coefficient.replace('.', ',')} {TIMES} {decimal_text(value.value).replace('.', ',')}"
    return (
        amount.coefficient * cents,
        written,
        (
            PenaltyInput("coefficient", "Coefficient", coefficient, "", None, term.reference),
            PenaltyInput(
                index.code, index.label_fr, decimal_text(value.value), index.unit, on, value.reference
            ),
        ),
    )


def _value_day(amount: IndexedAmount, draft: _Draft, situation: Situation) -> date:
    if amount.value_on is ValueOn.WINDOW_START:
        return situation.start
    return situation.end if amount.value_on is ValueOn.WINDOW_END else draft.day


def _bounded(
    term: PenaltyTerm, computed: int, firm_amount: int | None
) -> tuple[int, PenaltyLimit | None, tuple[Block, ...]]:
    """The amount between floor and cap; nothing stays nothing, and the cap goes before the floor."""
    amount, limit = computed, None
    if term.floor is not None and 0 < computed < term.floor:
        amount, limit = term.floor, PenaltyLimit.FLOOR
    if term.cap is None:
        return amount, limit, ()
    if term.cap.share is not None and firm_amount is None:
        text = "Le plafond dépend du montant ferme du contrat, qui n'est pas enregistré."
        return amount, limit, (Block(PenaltyBlock.FIRM_AMOUNT_UNKNOWN, text),)
    most = _cap_of(term.cap, firm_amount or 0)
    return (most, PenaltyLimit.CAP, ()) if amount > most else (amount, limit, ())


def _cap_of(cap: Cap, firm_amount: int) -> int:
    """The lower of the caps given; a share of the firm amount is cut to the cent, never above it."""
    share = None if cap.share is None else int(firm_amount * cap.share)
    return min(most for most in (cap.amount, share) if most is not None)


def _by(day: date | None, as_of: date) -> date | None:
    return day if day is not None and day <= as_of else None
