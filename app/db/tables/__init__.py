"""All tables, by domain word. Importing this package fills `Base.metadata`."""

from app.db.tables.changes import Change, ChangeObject, Event, Job, OpenChange, Seal, Version
from app.db.tables.contracts import (
    Clause,
    Contract,
    ContractAccess,
    ContractParty,
    ContractPlace,
    DecpRecord,
    ImportFile,
    ImportRow,
    Mandate,
)
from app.db.tables.organisations import ApiKey, Organisation, StoredAnswer
from app.db.tables.participants import (
    Assessment,
    DurationDecision,
    Hire,
    HireTraits,
    Identity,
    Participant,
    ParticipantAccess,
    Residence,
)
from app.db.tables.splits import Split, SplitAnswer
from app.db.tables.statements import (
    DocumentsSeen,
    Entry,
    Line,
    ObligationMonth,
    PersonMonth,
    Statement,
    StatementVersion,
    Verdict,
)
from app.db.tables.territories import PostalCode, Territory, TerritoryAlias
from app.db.types import Base

__all__ = [
    "ApiKey",
    "Assessment",
    "Base",
    "Change",
    "ChangeObject",
    "Clause",
    "Contract",
    "ContractAccess",
    "ContractParty",
    "ContractPlace",
    "DecpRecord",
    "DocumentsSeen",
    "DurationDecision",
    "Entry",
    "Event",
    "Hire",
    "HireTraits",
    "Identity",
    "ImportFile",
    "ImportRow",
    "Job",
    "Line",
    "Mandate",
    "ObligationMonth",
    "OpenChange",
    "Organisation",
    "Participant",
    "ParticipantAccess",
    "PersonMonth",
    "PostalCode",
    "Residence",
    "Seal",
    "Split",
    "SplitAnswer",
    "Statement",
    "StatementVersion",
    "StoredAnswer",
    "Territory",
    "TerritoryAlias",
    "Verdict",
    "Version",
]
