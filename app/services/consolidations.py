"""The consolidation of a year (domain §6): the figures of a territory, and what its hours are made of.

The totals are those of the live figures, read the same way. What a buyer does not read of a hire it is not
told in numbers either: it knows the hours of its contract one by one, and asking every day would tell of
each newcomer. Those indicators are the facilitator's, and everybody's once they are published.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from app.db.queries import assessments
from app.db.queries import consolidations as queries
from app.principal import Role
from app.rules.codes import Outcome
from app.rules.hours import half_up
from app.rules.labels import LABELS
from app.rules.masking import told_apart
from app.rules.parameters import parameter
from app.rules.publics import PUBLICS
from app.rules.trades import CPV_DIVISIONS
from app.schemas.consolidations import (
    BreakdownOut,
    CategoryOut,
    ConsolidatedBy,
    ConsolidationOut,
    WithheldOut,
)
from app.schemas.fields import decimal_text
from app.schemas.figures import Basis, PeriodQuery
from app.schemas.labels import LABELS as SERVED
from app.services import eligibility, figures, outcome_figures
from app.services.compliance import shown_rate
from app.services.sight import SEES_BALANCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from app.db.queries.figures import Asked
    from app.schemas.consolidations import ConsolidationQuery
    from app.schemas.figures import FiguresOut
    from app.services.work import Reader

NOT_KNOWN = "Non renseigné"
TOGETHER = "Catégories trop petites, ensemble"
ALL = frozenset(SEES_BALANCE)
# Firms read the quantities alone, as in the bilan of a contract.
PEOPLE = frozenset({Role.ADMIN, Role.BUYER, Role.FACILITATOR})
FACILITATORS = frozenset({Role.FACILITATOR})
FOR_FACILITATORS = "Réservé au facilitateur ; publié pour tous dans les publications (`GET /v1/releases`)."
FOR_PEOPLE = "Une entreprise lit les quantités seules."
BY_RESIDENCE = "Par résidence, le détail est réservé au facilitateur."


@dataclass(frozen=True, slots=True)
class _Indicator:
    """How a hire is classed, what the classes are called, and in which roles that is told."""

    code: ConsolidatedBy
    of: Callable[[Any], str | None]
    labels: Mapping[str, str]
    told_to: frozenset[Role]


QPV = {"yes": "Résidence en quartier prioritaire", "no": "Résidence hors quartier prioritaire"}
INDICATORS = (
    _Indicator(ConsolidatedBy.SEX, lambda row: row.sex, LABELS["sexes"], PEOPLE),
    _Indicator(ConsolidatedBy.AGE_BAND, lambda row: row.age_band, LABELS["age_bands"], FACILITATORS),
    _Indicator(ConsolidatedBy.LEVEL, lambda row: row.level, LABELS["diploma_levels"], FACILITATORS),
    _Indicator(
        ConsolidatedBy.QPV_RESIDENCE,
        lambda row: None if row.qpv is None else "yes" if row.qpv else "no",
        QPV,
        FACILITATORS,
    ),
    _Indicator(ConsolidatedBy.MODALITY, lambda row: row.modality, LABELS["modalities"], PEOPLE),
    _Indicator(ConsolidatedBy.CONTRACT_TYPE, lambda row: row.contract_type, LABELS["contract_types"], PEOPLE),
    _Indicator(ConsolidatedBy.CPV_DIVISION, lambda row: row.cpv[:2] if row.cpv else None, CPV_DIVISIONS, ALL),
    _Indicator(ConsolidatedBy.STRUCTURE, lambda row: row.structure, LABELS["structures"], PEOPLE),
    _Indicator(
        ConsolidatedBy.PRESCRIBER, lambda row: row.prescriber_kind, SERVED["prescribers"], FACILITATORS
    ),
)


@dataclass(slots=True)
class _Mass:
    """What a category is made of; hours in hundredths."""

    people: set[object] = field(default_factory=set)
    hires: set[object] = field(default_factory=set)
    contracts: set[object] = field(default_factory=set)
    hours: int = 0

    def add(self, row: Any) -> None:  # noqa: ANN401  # a row of `queries.counted_hires`
        self.people.add(row.person_id)
        self.hires.add(row.hire_id)
        self.contracts.add(row.contract_id)
        self.hours += row.hours


def consolidate(reader: Reader, level: str, code: str, asked: ConsolidationQuery) -> ConsolidationOut:
    """Every indicator of a year; refused as the figures of the territory are."""
    question = question_of(reader, asked)
    ground = figures.ground_of(reader, level, code, figures.FINEST)
    role = reader.principal.role
    masked = asked.basis is Basis.RESIDENCE and role is not Role.FACILITATOR
    # One buyer's beside all buyers' would tell where the few people of another one live.
    told = None if masked and asked.buyer else figures.told_inside(reader, question, ground)
    detailed = told is not None and not masked
    rows = queries.counted_hires(reader.session, question, ground.parent) if detailed else ()
    return ConsolidationOut(
        **figures.common(reader, question, ground),
        year=asked.year,
        buyer=asked.buyer,
        figures=told,
        **_of_figures(reader, told),
        hires=len({row.hire_id for row in rows}) if detailed and role in PEOPLE else None,
        hires_started=len({row.hire_id for row in rows if row.starts_on.year == asked.year})
        if detailed and role in PEOPLE
        else None,
        breakdowns=_breakdowns(reader, rows) if detailed else [],
        withheld=_withheld(role, detailed=detailed),
        outcomes=outcome_figures.moments_inside(reader, question, ground.parent),
    )


def question_of(reader: Reader, asked: ConsolidationQuery) -> Asked:
    """Who asks what about the months of the year; Forbidden for roles that see no balance."""
    months = {"from": f"{asked.year}-01", "to": f"{asked.year}-12", "basis": asked.basis}
    return replace(figures.question_of(reader, PeriodQuery.model_validate(months)), buyer=asked.buyer)


def _of_figures(reader: Reader, told: FiguresOut | None) -> dict[str, Any]:
    if told is None:
        return dict.fromkeys(("secured", "balance", "rate", "full_time_equivalents"))
    counted, required = told.hours.counted, told.required
    whole_year = parameter("fte_hours").at(reader.today).value
    return {
        "secured": counted + told.hours.pending,
        "balance": None if required is None else counted - required,
        "rate": shown_rate(Fraction(counted, required)) if required else None,
        "full_time_equivalents": decimal_text(half_up(Fraction(counted) / Fraction(whole_year))),
    }


def _breakdowns(reader: Reader, rows: Sequence[Any]) -> list[BreakdownOut]:
    role = reader.principal.role
    found = [_breakdown(role, indicator, rows) for indicator in INDICATORS if role in indicator.told_to]
    if role is Role.FACILITATOR:
        found.append(_publics(reader, rows))
    order = list(ConsolidatedBy)
    return sorted(found, key=lambda item: order.index(item.code))


def _breakdown(role: Role, indicator: _Indicator, rows: Iterable[Any]) -> BreakdownOut:
    masses: defaultdict[str | None, _Mass] = defaultdict(_Mass)
    for row in rows:
        masses[indicator.of(row)].add(row)
    known = sorted((code for code in masses if code is not None), key=_in_order(indicator.labels))
    items = [_category(role, code, indicator.labels.get(code, code), masses[code]) for code in known]
    if None in masses:
        items.append(_category(role, None, NOT_KNOWN, masses[None]))
    return BreakdownOut(
        code=indicator.code, label=SERVED["consolidated_by"][indicator.code], sums=True, items=items
    )


def _in_order(labels: Mapping[str, str]) -> Callable[[str], tuple[int, str]]:
    order = {code: number for number, code in enumerate(labels)}
    return lambda code: (order.get(code, len(order)), code)


def _category(role: Role, code: str | None, label: str, mass: _Mass) -> CategoryOut:
    counts = role in PEOPLE
    return CategoryOut(
        code=code,
        label=label,
        people=len(mass.people) if counts else None,
        hires=len(mass.hires) if counts else None,
        contracts=len(mass.contracts),
        hours=mass.hours,
    )


def _publics(reader: Reader, rows: Sequence[Any]) -> BreakdownOut:
    """By the publics that each approval was taken on, told apart where enough people are of one.

    Why one person is eligible is read with a purpose and leaves a trace: no few people are told here.
    """
    met = _publics_met(reader, {row.hire_id for row in rows})
    masses: defaultdict[str, _Mass] = defaultdict(_Mass)
    rest = _Mass()
    for row in rows:
        for code in met.get(row.hire_id, ()):
            masses[code].add(row)
    fewest = int(parameter("fewest_people").at(reader.today).value)
    unplaced = {row.person_id for row in rows if not met.get(row.hire_id)}
    told = told_apart({code: frozenset(mass.people) for code, mass in masses.items()}, unplaced, fewest)
    for row in rows:
        if not told.intersection(met.get(row.hire_id, ())):
            rest.add(row)
    labels = {code: public.label_fr for code, public in PUBLICS.items()}
    role = reader.principal.role
    items = [
        _category(role, code, labels.get(code, code), masses[code])
        for code in sorted(told, key=_in_order(labels))
    ]
    if rest.people:
        items.append(_category(role, None, TOGETHER, rest))
    by = ConsolidatedBy.PUBLIC
    return BreakdownOut(code=by, label=SERVED["consolidated_by"][by], sums=False, items=items)


def _publics_met(reader: Reader, hire_ids: set[Any]) -> dict[Any, frozenset[str]]:
    found: dict[Any, frozenset[str]] = {}
    ordered = sorted(hire_ids)
    for start in range(0, len(ordered), 500):
        for hire_id, assessment in assessments.assessments_of(
            reader.session, ordered[start : start + 500]
        ).items():
            answer = eligibility.decided_on(reader, assessment)
            found[hire_id] = frozenset(
                public["code"] for public in answer if public["outcome"] == Outcome.MET
            )
    return found


def _withheld(role: Role, *, detailed: bool) -> list[WithheldOut]:
    if not detailed:
        reasons = dict.fromkeys(ConsolidatedBy, BY_RESIDENCE)
    else:
        reasons = {
            indicator.code: FOR_PEOPLE
            if role not in PEOPLE and indicator.told_to is PEOPLE
            else FOR_FACILITATORS
            for indicator in INDICATORS
            if role not in indicator.told_to
        }
        if role is not Role.FACILITATOR:
            reasons[ConsolidatedBy.PUBLIC] = FOR_FACILITATORS
    return [
        WithheldOut(code=code, label=SERVED["consolidated_by"][code], reason=reasons[code])
        for code in ConsolidatedBy
        if code in reasons
    ]
