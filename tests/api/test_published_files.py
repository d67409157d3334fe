"""The published files that stand beside the project, where they do: imported, imported again, counted."""

from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from app.db.tables import Contract, DecpReview
from app.principal import Role
from tests.api.builders import Service, serving
from tests.api.taking_away import records, rewritten, sent_back, taken
from tests.api.test_imports import codes, imported, outcomes
from tests.published import needs_published, published

pytestmark = needs_published

# Per file: its media type, and what becomes of its records when it comes first.
FILES = {
    "2019_bercy_augmente_valides_extrait.csv": ("text/csv", {"created": 9}),
    "2022_bercy_augmente_valides_extrait.csv": ("text/csv", {"created": 9}),
    "2022_megalis_59920013600241-2024-07-09-01.json": ("application/json", {"created": 5}),
    # Counted by hand: two concessions bear no number (33, 34). Record 28 is 27 with letters of its object
    # lost: somebody has to say so. Record 32 is 30 published a day later, with another amendment.
    "v1_aife_2019-04.json": (
        "application/json",
        {"created": 41, "updated": 1, "conflict": 1, "rejected": 2},
    ),
    "v1_e-marchespublics_2019-04.json": ("application/json", {"created": 30}),
    "v1_pes_2019-04.json": ("application/json", {"created": 45}),
}
# What is noticed in each, by code. 29 of the fourth bear no day of notification: 26, and 3 concessions.
ISSUES = {
    "2019_bercy_augmente_valides_extrait.csv": {"place_unresolved": 4, "unusual_spelling": 4},
    "2022_bercy_augmente_valides_extrait.csv": {
        "field_missing": 20,
        "framework_is_itself": 1,
        "group_of_one": 1,
        "marked_unusable": 3,
        "number_out_of_range": 2,
        "place_unresolved": 3,
        "text_cleaned": 1,
    },
    "2022_megalis_59920013600241-2024-07-09-01.json": {"field_missing": 25, "subcontractor_is_holder": 5},
    "v1_aife_2019-04.json": {
        "amount_too_low": 3,
        "concession": 3,
        "cpv_padded": 1,
        "duplicate_identity": 2,
        "duplicate_suspected": 2,
        "field_missing": 44,
        "id_missing": 2,
        "identifier_invalid": 1,
        "notification_missing": 26,
        "other_content": 1,
        "place_unresolved": 1,
        "scheme_mismatch": 1,
        "scheme_spelling": 5,
        "siret_invalid": 5,
        "unknown_value": 2,
        "unusual_spelling": 7,
    },
    "v1_e-marchespublics_2019-04.json": {
        "place_unresolved": 14,
        "published_before_notification": 2,
        "unusual_spelling": 1,
    },
    "v1_pes_2019-04.json": {
        "amount_too_low": 2,
        "cpv_check_digit": 4,
        "date_unusual": 102,
        "duplicate_suspected": 5,
        "personal_identifier": 2,
        "place_unresolved": 18,
        "published_before_notification": 8,
        "unusual_spelling": 5,
    },
}


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as service:
        yield service


def test_every_file_and_every_file_again(service: Service) -> None:
    for name, (media, expected) in FILES.items():
        found = imported(service, published(name), media=media, filename=name)
        assert outcomes(found) == expected
        assert Counter(code for row in found["items"] for code in codes(row)) == ISSUES[name]
    for name, (media, expected) in FILES.items():
        again = {code: count for code, count in expected.items() if code in {"conflict", "rejected"}}
        again["unchanged"] = expected["created"] + expected.get("updated", 0)
        assert outcomes(imported(service, published(name), media=media, filename=name)) == again
    with service.means.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Contract)) == 139
        assert session.scalars(select(DecpReview.reason)).all() == ["other_content"]
    # Taken away, and sent back by the platform and by one of the buyers: nothing is anew.
    whole = taken(service)
    assert len(records(whole)) == 139
    sent_back(service, whole)
    sent_back(service, rewritten(whole))
    assert taken(service) == whole
    own = taken(service, "59920013600241", Role.BUYER)
    assert len(records(own)) == 5
    sent_back(service, own, "59920013600241", Role.BUYER)
