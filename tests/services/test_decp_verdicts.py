"""Whether two publications under one identity speak of the same contract, and which is the later."""

from dataclasses import replace

import pytest

from app.services.decp_said import Stand, Verdict, judged

KNOWN = Stand("a", "2024-12-12", "2024-12-31", 0, (100, 9))


@pytest.mark.parametrize(
    ("found", "apart", "beside"),
    [
        (replace(KNOWN, object="b"), Verdict.OTHER, Verdict.OTHER),
        (replace(KNOWN, notified_on="2024-12-13"), Verdict.OTHER, Verdict.OTHER),
        (replace(KNOWN, notified_on=None), Verdict.NEWER, Verdict.NEWER),
        (replace(KNOWN, published_on="2025-01-01"), Verdict.NEWER, Verdict.NEWER),
        (replace(KNOWN, published_on="2024-12-30"), Verdict.OLDER, Verdict.OLDER),
        (replace(KNOWN, published_on=None), Verdict.NEWER, Verdict.NEWER),
        (replace(KNOWN, weight=1), Verdict.NEWER, Verdict.NEWER),
        (replace(KNOWN, first=(200, 9)), Verdict.NEWER, Verdict.OTHER),
        (replace(KNOWN, first=(200, 9), published_on="2025-01-01"), Verdict.NEWER, Verdict.OTHER),
        (replace(KNOWN, first=(100, 8)), Verdict.NEWER, Verdict.OTHER),
        (replace(KNOWN, first=(100, 8), published_on="2025-01-01"), Verdict.NEWER, Verdict.NEWER),
    ],
)
def test_a_publication_beside_one_that_is_known(found: Stand, apart: Verdict, beside: Verdict) -> None:
    assert judged(KNOWN, found, beside=False) is apart
    assert judged(KNOWN, found, beside=True) is beside


def test_a_publication_that_tells_less_is_the_earlier() -> None:
    assert judged(replace(KNOWN, weight=2), KNOWN, beside=False) is Verdict.OLDER
