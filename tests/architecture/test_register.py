"""No personal column and no personal field without its line in the register: they cannot drift apart."""

import importlib
import pkgutil
from collections import Counter
from datetime import date
from typing import Any

import pytest

import app.schemas
from app.db.types import KEPT, SEALED, Base
from app.schemas.fields import Input, Output
from app.services import privacy
from app.services.register import REGISTER, TECHNICAL, everything

for found in pkgutil.walk_packages(app.schemas.__path__, "app.schemas."):
    importlib.import_module(found.name)

# Tables in which a row is about one person, besides those with sealed columns.
ABOUT_PEOPLE = {
    *("participants", "identities", "residences", "hires", "hire_traits", "outcomes", "outcome_details"),
    *("kept_traits", "assessments", "duration_decisions", "person_links", "oppositions", "erasures", "lines"),
}
# Computed from other columns for the sums, or which organisations stand around the row.
OF_SUMS = {
    *("lines.warnings", "lines.withdrawn", "lines.verdict", "lines.accepted", "lines.reviewed_at"),
    *("lines.reviewed_by", "lines.documents", "lines.pending", "lines.held", "lines.refused"),
    *("lines.counted",),
}
# What is received of people, in whole: every field of these has its line.
RECEIVED = {
    *("IdentityIn", "ParticipantIn", "ParticipantPatch", "ParticipantSearch", "ResidenceIn"),
    *("FirstResidenceIn", "HireIn", "HirePatch", "HireEnd", "FactsPatch", "ProofIn", "DecisionIn"),
    *("DurationDecisionIn", "DurationCancellationIn", "OutcomeIn", "MergeIn", "SeparationIn"),
    *("OppositionIn", "ErasureIn", "LineIn", "LineReview", "DisputeAnswerIn"),
    *("ContactIn", "ContactPatch", "HandOverIn"),
}
# Named like what is personal, wherever a schema has it.
PERSONAL_NAMES = {
    *("birth_name", "first_names", "birth_date", "birth_place", "france_travail_number", "pass_iae_number"),
    *("informed_on", "residences", "residence", "qpv", "qpv_edition", "claimed_publics", "submitted_proofs"),
}
# Which hire or person a payload is about; the facts themselves have their line as a whole.
NOT_OF_PEOPLE = {"HireIn.participant_id"}
# What signs messages to a machine: nobody's data.
OF_MACHINES = {"webhooks.secret", "webhooks.old_secret"}
# What a clause asks of people, a trial on facts of nobody, and where hours count: nobody's data.
OF_CLAUSES = ("CriteriaOut.", "SubtargetIn.", "SubtargetOut.", "TrialIn.", "TriedFacts.", "EntryPlaces.")
# Read back from what has its line: facts judged, and the same file handed over.
READ_BACK = ("AssessmentOut.", "FactsIn.", "FactsPatch.", "_Facts.", "IdentityIn.")


def models(above: type[Any]) -> list[type[Any]]:
    return [inner for model in above.__subclasses__() for inner in (model, *models(model))]


def covered(kind: str) -> list[str]:
    return [name for item in REGISTER for name in getattr(item, kind)]


def test_every_personal_column_has_its_line() -> None:
    lines = set(covered("columns"))
    missing = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.info.get(KEPT) == SEALED or (table.name in ABOUT_PEOPLE and column.name not in TECHNICAL)
    }
    assert missing - lines - OF_SUMS - OF_MACHINES == set()


def test_every_line_is_about_columns_that_exist() -> None:
    columns = {
        f"{table.name}.{column.name}" for table in Base.metadata.sorted_tables for column in table.columns
    }
    assert set(covered("columns")) - columns == set()
    twice = [name for name, count in Counter(covered("columns")).items() if count > 1]
    assert twice == []


def test_every_personal_field_received_or_sent_has_its_line() -> None:
    lines = set(covered("fields"))
    missing = set()
    for model in (*models(Input), *models(Output)):
        for name in model.model_fields:
            field = f"{model.__name__}.{name}"
            if model.__name__ in RECEIVED or name in PERSONAL_NAMES:
                missing.add(field)
    missing = {field for field in missing if not field.startswith((*READ_BACK, *OF_CLAUSES))} - NOT_OF_PEOPLE
    assert missing - lines == set()


def test_every_line_is_about_fields_that_exist() -> None:
    fields = {f"{model.__name__}.{name}" for model in models(Input) for name in model.model_fields}
    fields |= {f"{model.__name__}.{name}" for model in models(Output) for name in model.model_fields}
    assert set(covered("fields")) - fields == set()


@pytest.mark.parametrize("item", everything(), ids=lambda item: item.label[:20])
def test_every_line_says_everything(item: Any) -> None:  # noqa: ANN401 - a line
    assert all([item.label, item.purpose, item.basis, item.recipients, item.retention, item.source])


@pytest.mark.parametrize("name", ["register", "notice"])
def test_both_documents_say_every_line_in_both_forms(name: str) -> None:
    text = getattr(privacy, name)(date(2026, 1, 1))
    for written in (text.markdown(), text.html()):
        for item in everything():
            assert item.label.replace("'", "&#x27;") in written or item.label in written
        assert "24 mois" in written
    assert '<html lang="fr">' in text.html()
