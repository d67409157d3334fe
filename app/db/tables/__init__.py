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
from app.db.tables.invoices import Invoice
from app.db.tables.organisations import ApiKey, Organisation, StoredAnswer
from app.db.tables.participants import (
    Assessment,
    Hire,
    HireOutcome,
    HireTraits,
    Identity,
    KeptTraits,
    OutcomeDetail,
    Participant,
    ParticipantAccess,
    PersonLink,
    Residence,
)
from app.db.tables.profiles import OwnProfile, ProfileVersion, ProfileWithdrawal
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
    "Entry",
    "Event",
    "Hire",
    "HireOutcome",
    "HireTraits",
    "Identity",
    "ImportFile",
    "ImportRow",
    "Invoice",
    "Job",
    "KeptTraits",
    "Line",
    "Mandate",
    "ObligationMonth",
    "OpenChange",
    "Organisation",
    "OutcomeDetail",
    "OwnProfile",
    "Participant",
    "ParticipantAccess",
    "PersonLink",
    "PersonMonth",
    "PostalCode",
    "ProfileVersion",
    "ProfileWithdrawal",
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
