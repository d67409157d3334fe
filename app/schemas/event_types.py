"""What the feed and webhooks may tell: every type of event, and the type of object it names.

The one list behind filters of webhooks and the document's `webhooks` section; the French label of each stands
in `labels.LABELS["changes"]`.
"""

from __future__ import annotations

from collections.abc import Mapping

CONTRACT, PARTICIPANT, HIRE, PROFILE = "contract", "participant", "hire", "profile"
SPLIT, POOL, STATEMENT, DISPUTE, IMPORT = "split", "pool", "statement", "dispute", "import"

# By type, the `subject_type` of the event.
EVENT_TYPES: Mapping[str, str] = {
    **{f"contract.{done}": CONTRACT for done in ("registered", "updated", "place_resolved", "closed")},
    "clause.recorded": "clause",
    "clause.amended": "clause",
    "invoice.recorded": "invoice",
    "invoice.reversed": "invoice",
    **{f"mandate.{done}": "mandate" for done in ("given", "updated", "ended")},
    **{f"delegation.{done}": "delegation" for done in ("given", "updated", "ended")},
    **{
        f"contact.{done}": "contact"
        for done in ("named", "updated", "confirmed", "handed_over", "bounced", "retired", "erased")
    },
    **{f"profile.{done}": PROFILE for done in ("created", "drafted", "published", "withdrawn")},
    **{
        f"participant.{done}": PARTICIPANT
        for done in ("created", "updated", "opposed", "opposition_lifted", "erased")
    },
    **{f"participants.{done}": PARTICIPANT for done in ("merged", "separated")},
    **{f"hire.{done}": HIRE for done in ("declared", "updated", "ended")},
    "outcome.recorded": HIRE,
    "assessment.recorded": HIRE,
    "assessment.decided": HIRE,
    "duration.decided": HIRE,
    **{f"split.{done}": SPLIT for done in ("proposed", "accepted", "refused", "withdrawn", "lapsed")},
    **{f"pool.{done}": POOL for done in ("requested", "agreed", "refused", "left")},
    **{f"statement.{done}": STATEMENT for done in ("submitted", "corrected", "reviewed")},
    "lines.recounted": CONTRACT,
    "penalty.fact_recorded": "penalty_fact",
    "penalty.fact_cancelled": "penalty_fact",
    "penalty.decided": "penalty_decision",
    **{f"dispute.{done}": DISPUTE for done in ("opened", "answered", "withdrawn")},
    "import.queued": IMPORT,
    "import.finished": IMPORT,
    "webhook.paused": "webhook",
}
# What a webhook is sent when its organisation asks for a try: no event of the feed.
TEST_TYPE = "webhook.test"
# Every word before the dot, as filters may name all of its events at once.
WORDS = frozenset(name.partition(".")[0] for name in EVENT_TYPES)


def is_filter(text: str) -> bool:
    """Whether a filter names a type of event, or all of one word (`hire.*`)."""
    word, _, rest = text.partition(".")
    return text in EVENT_TYPES or (rest == "*" and word in WORDS)


def passes(event_type: str, filters: list[str]) -> bool:
    """Whether an event of this type is told through these filters; no filter lets all through."""
    word = event_type.partition(".")[0]
    return not filters or event_type in filters or f"{word}.*" in filters
