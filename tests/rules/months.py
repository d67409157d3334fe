"""Build the lines of one person's month from a case."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from app.rules.codes import ContractType, Decision, Modality, ReviewState, Rule
from app.rules.days import Span
from app.rules.lines import Line, Period, Posting, Review, Split
from app.rules.terms import Terms
from app.rules.terms_json import terms_from_json
from app.rules.texts import hundredths_text

EPOCH = datetime(2025, 2, 1, tzinfo=UTC)


def ident(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, name)


def hours(text: str) -> int:
    whole, _, rest = text.partition(".")
    return int(whole) * 100 + int((rest + "00")[:2])


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def terms(window: tuple[str, str] = ("2024-01-01", "2026-12-31"), **said: object) -> Terms:
    document = {
        "profile": "ccag-2021",
        "target": {"kind": "fixed_hours", "hours": "1000"},
        "window": {"start": window[0], "end": window[1]},
    }
    return terms_from_json({**document, **said})


def _period(case: dict[str, str]) -> Period:
    first, last = date.fromisoformat(case["first"]), date.fromisoformat(case["last"])
    return Period(first, last, hours(case["worked"]), hours(case.get("training", "0")))


def line(case: dict[str, Any], order: int, clause: Terms) -> Line:
    hire = Span(date.fromisoformat(case.get("from", "2024-01-01")), day(case.get("to")))
    decision = Decision(case.get("decision", "approved"))
    eligible = Span(day(case.get("eligible_from")) or hire.first, hire.last)
    return Line(
        key=ident(f"line {order}"),
        obligation=ident(case.get("obligation", "obligation")),
        employer=ident(case.get("employer", "employer")),
        first_recorded_at=EPOCH + timedelta(minutes=order),
        terms=clause,
        hire=hire,
        weekly_hours=hours(case.get("weekly", "35")),
        modality=Modality(case.get("modality", "direct_hire")),
        contract_type=ContractType(case.get("contract_type", "cdd")),
        worked=hours(case["worked"]),
        training=hours(case.get("training", "0")),
        overtime=hours(case.get("overtime", "0")),
        periods=tuple(_period(item) for item in case.get("periods", [])),
        review=Review(
            ReviewState(case.get("review", "accepted")),
            hours(case["accepted"]) if "accepted" in case else None,
        ),
        decision=decision,
        eligible=eligible if decision is Decision.APPROVED else None,
        eligible_until=day(case.get("until")),
        suspended=tuple(
            Span(date.fromisoformat(first), date.fromisoformat(last))
            for first, last in case.get("suspended", [])
        ),
        training_before=hours(case.get("training_before", "0")),
        split=_split(case["split"]) if "split" in case else None,
    )


def _split(case: dict[str, Any]) -> Split:
    other, rule = ident(f"line {case['with']}"), Rule(case.get("rule", "single_count"))
    return Split(other, hours(case["hours"]), hours(case["other"]), date(2025, 2, 12), rule)


def written(posting: Posting) -> str:
    words = (hundredths_text(posting.hours), posting.kind, posting.state, posting.rule)
    return " ".join(str(word) for word in words if word is not None)
