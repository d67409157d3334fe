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
from app.db.tables.disputes import Dispute, DisputeEnd
from app.db.tables.organisations import ApiKey, Organisation, StoredAnswer
from app.db.tables.participants import (
    Assessment,
    Hire,
    HireTraits,
    Identity,
    Participant,
    ParticipantAccess,
    Residence,
)
from app.db.tables.penalties import PenaltyCancellation, PenaltyDecision, PenaltyFact
from app.db.tables.statements import (
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
    "Dispute",
    "DisputeEnd",
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
    "PenaltyCancellation",
    "PenaltyDecision",
    "PenaltyFact",
    "PersonMonth",
    "PostalCode",
    "Residence",
    "Seal",
    "Statement",
    "StatementVersion",
    "StoredAnswer",
    "Territory",
    "TerritoryAlias",
    "Verdict",
    "Version",
]
