"""The whole way once, against a real server and worker over HTTP, on both databases.

Every figure here is worked out by hand from the rules, in the comments beside it.
"""

import pytest

from app.clock import SystemClock
from app.crypto import Keyring
from app.db.session import Database
from app.demonstration import records
from app.demonstration.client import Json
from app.demonstration.telling import tell
from app.principal import Role
from app.services import setup
from app.services.verify import verify
from app.services.work import Means
from app.settings import Settings
from tests.e2e.processes import served

LEVELS = ("commune/57433", "epci/200039949", "department/57", "region/44", "country/FR")


@pytest.fixture(scope="module")
def told(module_database_url: str) -> Json:
    settings = Settings(database_url=module_database_url)
    database = Database(module_database_url)
    means = Means(database, SystemClock(), Keyring(settings.secret_keys.get_secret_value()))
    admin = setup.issue_key(means, records.PLATFORM, Role.ADMIN, "e2e")
    said: list[str] = []
    try:
        with served(module_database_url) as address:
            story = tell(address, admin, records.own_files(), said.append)
        story.told["verified"] = verify(database)
    finally:
        database.dispose()
    story.told["said"] = said
    return story.told


def hours(declared: str, pending: str, held: str, refused: str, counted: str) -> dict[str, str]:
    """Where the hours of a line stand."""
    return {"declared": declared, "pending": pending, "held": held, "refused": refused, "counted": counted}


def lines(statement: Json, hires: Json) -> dict[str, dict[str, str]]:
    """Where the hours of each person's line stand."""
    names = {hire["id"]: name for name, hire in hires.items()}
    states = ("declared", "pending", "held", "refused", "counted")
    return {names[line["hire_id"]]: {state: line[state] for state in states} for line in statement["lines"]}


class TestImport:
    def test_every_record_is_registered_once(self, told: Json) -> None:
        assert [item["import"]["outcomes"]["created"] for item in told["imports"]] == [4, 2]
        assert [item["import"]["outcomes"]["unchanged"] for item in told["again"]] == [4, 2]
        assert len(told["contracts"]) == 6
        assert len(told["buyers"]) == 5

    def test_every_flaw_is_reported_and_stops_nothing(self, told: Json) -> None:
        rows = [row for item in told["imports"] for row in item["rows"]]
        flaws = {row["reference"]: {issue["code"] for issue in row["issues"]} for row in rows}
        assert {"marked_unusable", "place_unresolved", "text_cleaned"} <= flaws["2024-DEMO"]
        assert "siret_invalid" in flaws["2024FOURN-1"]
        assert {row["outcome"] for row in rows} == {"created"}

    def test_the_social_contract_without_clause_is_flagged(self, told: Json) -> None:
        assert [contract["reference"] for contract in told["flagged"]] == ["24-EXEMPLE-2"]
        flagged = told["flagged"][0]
        assert flagged["firm_amount"] == "27364.00"
        assert flagged["duration_months"] == 9
        assert flagged["notified_on"] == "2024-12-12"
        assert flagged["clause_state"]["state"] == "clause_missing"

    def test_the_postal_code_is_kept_with_its_communes_and_resolved(self, told: Json) -> None:
        place = told["flagged"][0]["places"][0]
        assert (place["place"], place["published_code"]) == (None, "57280")
        assert len(place["candidates"]) == 4
        assert "commune/57433" in place["candidates"]
        assert told["contract"]["places"][0]["place"] == "commune/57433"


def test_the_estimate_explains_itself(told: Json) -> None:
    estimate = told["estimate"]
    # 27,364 × 0.5 × 0.1 ÷ 30 = 45.6066…; 46 ÷ 1600 = 0.02875; 46 ÷ 35 = 1.314…
    assert (estimate["exact"], estimate["hours"]) == ("45.61", "46.00")
    assert (estimate["fte"], estimate["weeks"]) == ("0.03", "1.31")
    assert "27 364 €" in estimate["formula"].replace("\u202f", " ").replace("\u00a0", " ")


class TestClause:
    def test_it_clears_the_flag(self, told: Json) -> None:
        assert told["with_clause"]["clause_state"]["state"] == "clause"
        assert told["clause"]["number"] == 1

    def test_expected_follows_the_statements_due(self, told: Json) -> None:
        # 46 × 79 ÷ 274 = 13.262…; 46 × 110 ÷ 274 = 18.467…; nothing is due before the start.
        expected = {day: item["expected"] for day, item in told["expected"].items()}
        assert expected == {"2024-12-11": "0.00", "2025-04-10": "13.26", "2025-04-15": "18.47"}
        statuses = {day: item["status"]["code"] for day, item in told["expected"].items()}
        assert statuses == {"2024-12-11": "not_started", "2025-04-10": "late", "2025-04-15": "late"}


class TestEligibility:
    def test_three_people_are_recorded_with_every_reason(self, told: Json) -> None:
        outcomes = {name: item["outcome"] for name, item in told["assessed"].items()}
        assert outcomes == {"rsa": "unproven", "young": "unproven", "none": "unmet"}
        for assessment in told["assessed"].values():
            assert len(assessment["publics"]) > 10
            assert all(public["reference"] for public in assessment["publics"])
            assert all(public["reasons"] for public in assessment["publics"])
        young = {public["code"]: public for public in told["assessed"]["young"]["publics"]}["jeune_sq"]
        assert young["parameters"]

    def test_the_contractor_reads_no_reason(self, told: Json) -> None:
        first = {name: hire["eligibility"]["status"] for name, hire in told["hires"].items()}
        assert first == {"rsa": "waiting", "young": "waiting", "none": "not_eligible"}
        for hire in told["hires"].values():
            assert not {"claimed_publics", "submitted_proofs", "facts"} & hire.keys()
            assert hire["review"] is None

    def test_a_proof_seen_and_a_decision_change_what_is_read(self, told: Json) -> None:
        assert told["proved"]["outcome"] == "met"
        # 2024-12-16 + 24 months − 1 day.
        assert told["eligibility"] == {
            "rsa": {"status": "eligible", "eligible_until": "2026-12-15"},
            "young": {"status": "waiting", "eligible_until": None},
            "none": {"status": "not_eligible", "eligible_until": None},
        }


class TestStatements:
    def test_what_is_wrong_is_named_and_nothing_is_half_written(self, told: Json) -> None:
        refusals = {
            name: (problem["status"], (problem["errors"] or [problem])[0]["code"])
            for name, problem in told["refusals"].items()
        }
        assert refusals == {
            "avant la notification": (409, "month_outside_window"),
            "800 heures dans le mois": (422, "too_many_hours"),
            "nombre négatif": (422, "negative"),
            "troisième décimale": (422, "too_many_decimals"),
            "personne d'un autre": (422, "unknown_reference"),
            "deux lignes pour une": (422, "line_twice"),
        }
        assert told["after_refusals"] == []
        assert told["again_refused"]["code"] == "statement_exists"

    def test_the_implausible_is_recorded_with_a_warning(self, told: Json) -> None:
        january = told["statements"]["2025-01"]["lines"]
        rsa = next(line for line in january if line["declared"] == "300.00")
        assert {warning["code"] for warning in rsa["warnings"]} == {"above_weekly_maximum"}
        assert told["statements"]["2025-02"]["nothing_to_declare"] is True

    def test_each_hour_stands_where_the_rules_put_it(self, told: Json) -> None:
        hires = told["hires"]
        reviewed = lines(told["reviewed"], hires)
        # 48 h × 31 ÷ 7 = 212.57; 300 − 212.57 = 87.43 held. The second person still lacks a proof: the
        # whole line waits. The third is refused: 10 by the review, 30 by eligibility.
        assert reviewed == {
            "rsa": hours("300.00", "0.00", "87.43", "0.00", "212.57"),
            "young": hours("100.00", "100.00", "0.00", "0.00", "0.00"),
            "none": hours("40.00", "0.00", "0.00", "40.00", "0.00"),
        }
        # Approved, the second person's accepted part counts and its cut is refused.
        assert lines(told["second_approved"], hires)["young"] == hours(
            "100.00", "0.00", "0.00", "20.00", "80.00"
        )
        third = next(line for line in told["reviewed"]["lines"] if line["declared"] == "40.00")
        assert {(item["rule"], item["hours"]) for item in third["postings"]} == {
            ("review", "10.00"),
            ("eligibility", "30.00"),
        }

    def test_a_correction_waits_again_then_counts(self, told: Json) -> None:
        hires = told["hires"]
        waiting = hours("72.00", "72.00", "0.00", "0.00", "0.00")
        assert lines(told["corrected"], hires)["rsa"] == waiting
        assert lines(told["accepted_again"], hires)["rsa"] == {
            **waiting,
            "pending": "0.00",
            "counted": "72.00",
        }


class TestCompliance:
    def test_the_figures_of_the_day(self, told: Json) -> None:
        # 72 + 212.57 + 80 = 364.57 counted; 20 + 40 = 60 refused; 72 + 300 + 100 + 40 = 512 declared.
        now = told["now"]
        figures = {name: now[name] for name in ("required", "expected", "declared", "pending", "held")}
        assert figures == {
            "required": "46.00",
            "expected": "18.47",
            "declared": "512.00",
            "pending": "0.00",
            "held": "87.43",
        }
        assert (now["refused"], now["counted"], now["secured"]) == ("60.00", "364.57", "364.57")
        assert (now["balance"], now["rate"]) == ("318.57", "7.9254")
        assert now["measured_on"] == "2025-03-31"
        assert now["status"]["code"] == "met"

    def test_entries_sum_to_each_figure(self, told: Json) -> None:
        for figure, entries in told["entries"].items():
            cents = sum(int(entry["hours"].replace(".", "")) for entry in entries)
            assert cents == int(told["now"][figure].replace(".", "")), figure

    def test_what_was_known_before_the_correction_comes_back(self, told: Json) -> None:
        then, now = told["then"], told["now"]
        changed = {name for name in then if then[name] != now[name]}
        assert (then["declared"], then["counted"]) == ("510.00", "362.57")
        assert changed <= {
            *("declared", "counted", "secured", "balance", "rate", "in_days", "in_weeks"),
            *("known_at", "next_actions", "forecast", "reporting"),
        }

    def test_what_is_left_to_do_is_said(self, told: Json) -> None:
        missing = [
            item["month"] for item in told["today"]["next_actions"] if item["code"] == "missing_statement"
        ]
        # Statements were sent for December to February; the window ends on 11 September.
        assert missing == [f"2025-{month:02d}" for month in range(3, 10)]
        held = [item["hours"] for item in told["today"]["next_actions"] if item["code"] == "hours_held"]
        assert held == ["87.43"]


@pytest.mark.parametrize(
    ("basis", "counted", "people"),
    [
        ("execution", ["364.57"] * 5, [2] * 5),
        # The second person lives in Nancy: another department, the same region.
        ("residence", ["284.57"] * 3 + ["364.57"] * 2, [1] * 3 + [2] * 2),
        ("buyer", ["364.57"] * 5, [2] * 5),
    ],
)
def test_territories_add_up_at_every_level(
    told: Json, basis: str, counted: list[str], people: list[int]
) -> None:
    found = [told["territories"][f"{basis} {place}"] for place in LEVELS]
    assert [item["hours"]["counted"] for item in found] == counted
    assert [item["participants"] for item in found] == people


def test_the_feed_shows_every_step_once_and_in_order(told: Json) -> None:
    feed = told["feed"]
    positions = [event["position"] for event in feed]
    assert positions == sorted(positions)
    assert len({event["id"] for event in feed}) == len(feed)
    steps = [event["type"] for event in feed]
    counts = {step: steps.count(step) for step in set(steps)}
    assert counts == {
        "contract.registered": 1,
        "contract.place_resolved": 1,
        "clause.recorded": 1,
        # The contract now has its clause.
        "contract.updated": 1,
        "mandate.given": 1,
        "hire.declared": 3,
        # What was recorded of somebody's eligibility is for the facilitator alone; what was decided is not.
        "assessment.decided": 4,
        "statement.submitted": 3,
        "statement.reviewed": 3,
        "statement.corrected": 1,
    }
    order = ["contract.registered", "contract.place_resolved", "clause.recorded", "mandate.given"]
    assert [step for step in steps if step in order] == order
    assert steps.index("statement.corrected") > steps.index("statement.reviewed")


def test_outsiders_see_none_of_it(told: Json) -> None:
    assert len(told["outsiders"]) == 4
    for seen in told["outsiders"].values():
        assert set(seen.values()) == {404}


def test_the_books_are_right_at_the_end(told: Json) -> None:
    assert told["verified"].holds
    assert told["verified"].sealed > 20


def test_every_step_is_said(told: Json) -> None:
    steps = [line for line in told["said"] if line.startswith("\n")]
    assert len(steps) == 11
