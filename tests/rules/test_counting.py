from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from app.rules.codes import Decision, HourKind, ReviewState, Rule, State
from app.rules.counting import (
    SINGLE_COUNT_REFERENCE,
    alone,
    count_month,
    plausibility,
    room_of,
    single_count,
    standings,
    training,
)
from app.rules.day_rules import by_days, duration, eligibility, modality, review, window
from app.rules.days import Span, days_of_month
from app.rules.held_texts import HOLDING, without_earlier_hours, without_figures_of_others
from app.rules.lines import Hours, Line, Period, Posting, Review
from app.rules.splits import REFERENCE as SPLIT_REFERENCE
from app.rules.splits import Room
from app.rules.texts import hours_text
from tests.rules.cases import load
from tests.rules.months import EPOCH, ident, line, terms, written

JANUARY = date(2025, 1, 1)


@pytest.mark.parametrize("case", load("counting") + load("counting_combined"))
def test_every_hour_goes_where_the_rules_say(case: dict[str, Any]) -> None:
    clause = terms(tuple(case.get("window", ("2024-01-01", "2026-12-31"))), **case.get("terms", {}))
    lines = [line(item, order, clause) for order, item in enumerate(case["lines"])]
    counted = count_month(lines, date.fromisoformat(case["month"]))
    assert [[written(item) for item in counted[one.key]] for one in lines] == case["expected"]
    for one in lines:
        assert sum(item.hours for item in counted[one.key]) == one.worked + one.training
        explained = [item for item in counted[one.key] if item.state is not State.COUNTED]
        assert all(item.rule and item.parameter and item.reference for item in explained)


def _line(**said: str) -> Line:
    return line({"worked": "90.00", **said}, 0, terms(("2024-12-12", "2025-09-11"), article="art. 4.2"))


def _why(posting: Posting) -> tuple[object, str | None, str | None]:
    return posting.rule, posting.parameter, posting.reference


def test_window_names_its_days_and_the_article() -> None:
    days = days_of_month(_line().hire, date(2024, 12, 1))
    kept, reason = window(_line(), days)
    assert (min(kept), max(kept), len(kept)) == (date(2024, 12, 12), date(2024, 12, 31), 20)
    assert (reason.rule, reason.parameter) == (Rule.WINDOW, "Du 12/12/2024 au 11/09/2025")
    assert reason.reference == "Clause, art. 4.2"


def test_eligibility_names_the_days_approved() -> None:
    days = days_of_month(_line().hire, JANUARY)
    kept, reason = eligibility(_line(eligible_from="2025-01-31"), days)
    assert kept == {date(2025, 1, 31)}
    assert (reason.rule, reason.parameter) == (Rule.ELIGIBILITY, "À partir du 31/01/2025")
    assert eligibility(_line(decision="refused"), days)[1].parameter == "Diagnostic refusé"


def test_eligibility_decided_after_the_hire_names_no_span_that_ends_before_it_begins() -> None:
    last = date(2025, 1, 20)
    decided = replace(_line(), hire=Span(JANUARY, last), eligible=Span(date(2025, 2, 3), last))
    kept, reason = eligibility(decided, days_of_month(decided.hire, JANUARY))
    assert (kept, reason.parameter) == (frozenset(), "À partir du 03/02/2025")


def test_hours_and_their_adjective_agree_from_two_on() -> None:
    told = [hours_text(value, "comptée") for value in (0, 100, 199, 200, 4600)]
    assert told == ["0 h comptée", "1 h comptée", "1,99 h comptée", "2 h comptées", "46 h comptées"]


def test_an_approval_of_one_day_names_it_twice() -> None:
    one = line({"worked": "7", "from": "2025-01-31", "to": "2025-01-31"}, 0, terms())
    assert eligibility(one, days_of_month(one.hire, JANUARY))[1].parameter == "Du 31/01/2025 au 31/01/2025"


def test_duration_names_its_last_day() -> None:
    days = days_of_month(_line().hire, JANUARY)
    kept, reason = duration(_line(until="2025-01-01"), days)
    assert kept == {date(2025, 1, 1)}
    assert (reason.rule, reason.parameter) == (Rule.DURATION, "Jusqu'au 01/01/2025")
    kept, reason = duration(_line(), days)
    assert (kept, reason.parameter) == (days, "Sans limite")


def test_an_undecided_line_waits_for_its_assessment() -> None:
    undecided = replace(_line(), decision=Decision.UNDECIDED)
    (posting,) = count_month([undecided], JANUARY)[undecided.key]
    assert (posting.rule, posting.reference) == (Rule.ELIGIBILITY, "Diagnostic d'éligibilité")


def test_duration_says_how_many_days_are_suspended_and_not_which() -> None:
    suspended = [["2025-01-01", "2025-01-30"], ["2025-03-01", "2025-03-02"]]
    one = line({"worked": "90", "until": "2026-12-15", "suspended": suspended}, 0, terms())
    kept, reason = duration(one, days_of_month(one.hire, JANUARY))
    assert kept == {date(2025, 1, 31)}
    assert reason.parameter == "Jusqu'au 15/12/2026, hors 32 j suspendus"
    once = line({"worked": "90", "until": "2026-12-15", "suspended": suspended[:0]}, 0, terms())
    once = replace(once, suspended=(Span(date(2025, 1, 2), date(2025, 1, 2)),))
    assert duration(once, days_of_month(once.hire, JANUARY))[1].parameter.endswith(", hors 1 j suspendu")
    twice = line(
        {"worked": "90", "until": "2026-12-15", "suspended": [["2025-01-01", "2025-01-02"]]}, 0, terms()
    )
    assert duration(twice, days_of_month(twice.hire, JANUARY))[1].parameter.endswith(", hors 2 j suspendus")


def test_a_split_is_named_with_its_day_and_its_parts() -> None:
    parts = (("60", "95"), ("95", "60"))
    lines = [
        line({"worked": "100", "split": {"with": 1 - n, "hours": own, "other": other}}, n, terms())
        for n, (own, other) in enumerate(parts)
    ]
    counted = count_month(lines, JANUARY)
    assert [_why(counted[item.key][0]) for item in lines] == [
        (Rule.SINGLE_COUNT, f"Partage convenu le 12/02/2025 : {own} h des 155 h partagées", SPLIT_REFERENCE)
        for own, _ in parts
    ]


def test_held_hours_are_told_to_others_without_figures_of_another_claim() -> None:
    assert without_figures_of_others(Rule.PLAUSIBILITY, "Code du travail, art. L3121-20", JANUARY) == (
        "48 h par semaine, toutes déclarations de la personne"
    )
    assert without_figures_of_others(Rule.SINGLE_COUNT, "Règle du service", JANUARY) == (
        "Horaire et heures supplémentaires de la personne chez cet employeur, toutes déclarations"
    )
    assert without_earlier_hours("20 h au plus, dont 5 h déjà comptées") == "20 h au plus"
    assert without_earlier_hours("10 % de 50 h") == "10 % de 50 h"
    assert without_earlier_hours(None) is None
    for rule in HOLDING:
        agreed = without_figures_of_others(rule, SPLIT_REFERENCE, JANUARY)
        assert agreed == "Partage convenu entre deux déclarations de la personne"


def test_what_two_reviewers_may_share_is_what_the_order_gives_to_both() -> None:
    lines = [line({"worked": "100"}, n, terms()) for n in range(3)]
    first, second, third = (item.key for item in lines)
    assert room_of(lines, JANUARY, first, second) == Room(15500, 10000, 10000)
    assert room_of(lines, JANUARY, third, first) == Room(10000, 10000, 10000)
    assert room_of(lines, JANUARY, second, third) == Room(5500, 5500, 5500)
    stands = standings(lines, JANUARY)
    assert [(stands[key].asked, stands[key].taken) for key in (first, second, third)] == [
        (10000, 10000),
        (10000, 5500),
        (10000, 0),
    ]


def test_room_with_another_employer_is_bounded_by_its_usual_hours() -> None:
    one = line({"worked": "150", "employer": "X"}, 0, terms())
    other = line({"worked": "100", "employer": "Y", "weekly": "20"}, 1, terms())
    # 212.57 for both; 20 × 31 ÷ 7 = 88.57 with the second employer.
    assert room_of([one, other], JANUARY, one.key, other.key) == Room(21257, 15000, 8857)
    waiting = replace(other, review=Review())
    assert room_of([one, waiting], JANUARY, one.key, other.key) == Room(15000, 15000, 0)


def test_room_with_another_employer_is_what_is_left_under_its_own_hours() -> None:
    # 20 × 31 ÷ 7 = 88.57, and 10 h of overtime: nothing more fits with X; 145 h are left with Y.
    one = line({"worked": "110", "employer": "X", "weekly": "20", "overtime": "10"}, 0, terms())
    other = line({"worked": "10", "employer": "Y"}, 1, terms())
    assert room_of([one, other], JANUARY, one.key, other.key) == Room(10857, 9857, 1000)
    # Of 212.57 the first takes 150, the second 62.57, the third none: nobody gets more than the two have.
    lines = [line({"worked": f"{150 - 50 * (n > 0)}", "employer": "XYZ"[n]}, n, terms()) for n in range(3)]
    assert room_of(lines, JANUARY, lines[1].key, lines[2].key) == Room(6257, 6257, 6257)


def test_a_split_frees_hours_with_its_employer_for_the_next_one() -> None:
    # Reached: 140 with X, 2 and 58 with Y, 12.57 of 50 with X, where 155 − 152.57 = 2.43 h are left.
    said = (
        {"worked": "140", "employer": "X", "split": {"with": 1, "hours": "135", "other": "2"}},
        {"worked": "2", "employer": "Y", "split": {"with": 0, "hours": "2", "other": "135"}},
        {"worked": "58", "employer": "Y", "split": {"with": 3, "hours": "20", "other": "50"}},
        {"worked": "50", "employer": "X", "split": {"with": 2, "hours": "50", "other": "20"}},
    )
    lines = [line(item, n, terms()) for n, item in enumerate(said)]
    counted = count_month(lines, JANUARY)
    # The first gives back 5: 12.57 + 2.43 + 5 = 20 for the last.
    assert [sum(item.hours for item in counted[one.key] if item.state is State.COUNTED) for one in lines] == [
        13500,
        200,
        2000,
        2000,
    ]


def test_review_names_what_was_accepted() -> None:
    claim = alone(_line(review="part", accepted="50.50"), JANUARY)
    assert _why(claim.decided[0]) == (Rule.REVIEW, "50,50 h acceptées", "Examen du relevé")


def test_modality_names_what_is_not_accepted() -> None:
    clause = terms(modalities=["placement"], contract_types=["cdi"])
    claim = alone(line({"worked": "10"}, 0, clause), JANUARY)
    assert _why(claim.decided[0]) == (
        Rule.MODALITY,
        "Embauche directe, CDD",
        "Clause, modalités et types de contrat",
    )


def test_plausibility_names_the_legal_maximum() -> None:
    claims = plausibility((alone(_line(worked="300"), JANUARY),), JANUARY)
    reference = "Code du travail, art. L3121-20"
    assert _why(claims[0].decided[0]) == (Rule.PLAUSIBILITY, "48 h × 31 j ÷ 7 = 212,57 h", reference)


def test_single_count_names_the_usual_hours_and_the_overtime() -> None:
    claims = single_count((alone(_line(worked="200", overtime="5"), JANUARY),), JANUARY)
    parameter = "155 h usuelles + 5 h supplémentaires = 160 h"
    assert _why(claims[0].decided[0]) == (Rule.SINGLE_COUNT, parameter, SINGLE_COUNT_REFERENCE)


def test_training_names_the_share_and_the_cap() -> None:
    clause = terms(training_share="0.25", training_cap="20")
    claims = training(
        (alone(line({"worked": "50", "training": "50", "training_before": "5"}, 0, clause), JANUARY),)
    )
    reference = "Clause, heures de formation"
    assert [_why(item) for item in claims[0].decided] == [
        (Rule.TRAINING, "25 % de 100 h", reference),
        (Rule.TRAINING, "20 h au plus, dont 5 h déjà comptées", reference),
    ]


def test_rules_leave_alone_what_they_do_not_concern() -> None:
    claim = alone(_line(), JANUARY)
    assert claim.decided == ()
    for passed in (review(claim), by_days(claim, JANUARY), modality(claim)):
        assert passed == claim
    for (passed,) in (plausibility((claim,), JANUARY), single_count((claim,), JANUARY), training((claim,))):
        assert passed == claim


def test_the_order_of_first_recording_decides_not_the_order_given() -> None:
    first, second = (line({"worked": "100"}, order, terms()) for order in (0, 1))
    assert count_month([second, first], JANUARY) == count_month([first, second], JANUARY)
    corrected = replace(first, first_recorded_at=EPOCH + timedelta(days=1))
    assert count_month([corrected, second], JANUARY)[second.key] == (
        Posting(State.COUNTED, HourKind.WORKED, 10000),
    )


def test_equal_instants_are_told_apart_by_the_key() -> None:
    lines = [replace(line({"worked": "100"}, n, terms()), first_recorded_at=EPOCH) for n in (0, 1)]
    first = min(lines, key=lambda item: item.key)
    assert [written(item) for item in count_month(lines, JANUARY)[first.key]] == ["100.00 worked counted"]


def test_periods_must_sum_to_the_line() -> None:
    with pytest.raises(ValueError, match=r"^Les périodes d'une ligne ont la somme de la ligne\.$"):
        replace(_line(), periods=(Period(date(2025, 1, 1), date(2025, 1, 2), 8999),))


@pytest.mark.parametrize("accepted", [-1, 9001])
def test_an_accepted_part_is_within_the_line(accepted: int) -> None:
    with pytest.raises(ValueError, match=r"^Une acceptation partielle va de zéro aux heures déclarées\.$"):
        replace(_line(), review=Review(ReviewState.PART, accepted))


def test_only_worked_hours_need_saying() -> None:
    said = replace(_line(), worked=100)
    least = Line(
        key=said.key,
        obligation=said.obligation,
        employer=said.employer,
        first_recorded_at=EPOCH,
        terms=said.terms,
        hire=said.hire,
        weekly_hours=3500,
        modality=said.modality,
        contract_type=said.contract_type,
        worked=100,
    )
    assert least.declared == Hours(100)
    assert (least.overtime, least.training_before, Hours(100).total) == (0, 0, 100)
    assert Period(JANUARY, JANUARY, 100).training == 0
    assert [written(item) for item in count_month([least], JANUARY)[least.key]] == [
        "1.00 worked pending review"
    ]


def test_an_approval_covers_days() -> None:
    with pytest.raises(ValueError, match=r"^Une approbation couvre des jours\.$"):
        replace(_line(), eligible=None)


def test_days_approved_before_a_refusal_do_not_count() -> None:
    refused = replace(_line(), decision=Decision.REFUSED)
    assert [written(item) for item in count_month([refused], JANUARY)[refused.key]] == [
        "90.00 worked refused eligibility"
    ]


def test_a_part_without_hours_accepts_nothing() -> None:
    counted = count_month([replace(_line(), review=Review(ReviewState.PART))], JANUARY)
    assert [written(item) for item in counted[ident("line 0")]] == ["90.00 worked refused review"]
