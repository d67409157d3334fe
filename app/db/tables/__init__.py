"""All tables, by domain word. Importing this package fills `Base.metadata`."""

from app.db.tables.changes import Change, ChangeObject, Event, Job, OpenChange, Seal, Version
from app.db.tables.connectors import ConnectorPulse
from app.db.tables.contacts import Contact
from app.db.tables.contracts import (
    Clause,
    Contract,
    ContractAccess,
    ContractParty,
    ContractPlace,
    Mandate,
)
from app.db.tables.delegations import Delegation
from app.db.tables.disputes import Dispute, DisputeEnd
from app.db.tables.exports import ExportFile, ExportPiece
from app.db.tables.imports import (
    DecpConflict,
    DecpRecord,
    DecpReview,
    ImportChunk,
    ImportFile,
    ImportMapping,
    ImportRow,
    ImportTable,
)
from app.db.tables.invoices import Invoice
from app.db.tables.memberships import Membership
from app.db.tables.organisations import ApiKey, Organisation, StoredAnswer
from app.db.tables.participants import (
    Assessment,
    DurationDecision,
    Erasure,
    Hire,
    HireOutcome,
    HireTraits,
    Identity,
    KeptTraits,
    Opposition,
    OutcomeDetail,
    Participant,
    ParticipantAccess,
    PersonLink,
    Residence,
)
from app.db.tables.penalties import PenaltyCancellation, PenaltyDecision, PenaltyFact
from app.db.tables.pools import Pool, PoolAnswer
from app.db.tables.profiles import OwnProfile, ProfileVersion, ProfileWithdrawal
from app.db.tables.quarters import QuarterEdition
from app.db.tables.releases import Release, ReleaseCell, ReleaseContract
from app.db.tables.reminders import Reminder
from app.db.tables.rollups import (
    ContractStanding,
    FoldedContract,
    FoldedViewer,
    TerritoryMonth,
    TerritoryReturn,
    UnfoldedChange,
)
from app.db.tables.splits import Split, SplitAnswer
from app.db.tables.statements import (
    DocumentsSeen,
    Entry,
    Line,
    ObligationMonth,
    PersonMonth,
    Statement,
    StatementApproval,
    StatementVersion,
    Verdict,
)
from app.db.tables.territories import PostalCode, Territory, TerritoryAlias
from app.db.tables.webhooks import Webhook, WebhookDelivery
from app.db.types import Base

__all__ = [
    "ApiKey",
    "Assessment",
    "Base",
    "Change",
    "ChangeObject",
    "Clause",
    "ConnectorPulse",
    "Contact",
    "Contract",
    "ContractAccess",
    "ContractParty",
    "ContractPlace",
    "ContractStanding",
    "DecpConflict",
    "DecpRecord",
    "DecpReview",
    "Delegation",
    "Dispute",
    "DisputeEnd",
    "DocumentsSeen",
    "DurationDecision",
    "Entry",
    "Erasure",
    "Event",
    "ExportFile",
    "ExportPiece",
    "FoldedContract",
    "FoldedViewer",
    "Hire",
    "HireOutcome",
    "HireTraits",
    "Identity",
    "ImportChunk",
    "ImportFile",
    "ImportMapping",
    "ImportRow",
    "ImportTable",
    "Invoice",
    "Job",
    "KeptTraits",
    "Line",
    "Mandate",
    "Membership",
    "ObligationMonth",
    "OpenChange",
    "Opposition",
    "Organisation",
    "OutcomeDetail",
    "OwnProfile",
    "Participant",
    "ParticipantAccess",
    "PenaltyCancellation",
    "PenaltyDecision",
    "PenaltyFact",
    "PersonLink",
    "PersonMonth",
    "Pool",
    "PoolAnswer",
    "PostalCode",
    "ProfileVersion",
    "ProfileWithdrawal",
    "QuarterEdition",
    "Release",
    "ReleaseCell",
    "ReleaseContract",
    "Reminder",
    "Residence",
    "Seal",
    "Split",
    "SplitAnswer",
    "Statement",
    "StatementApproval",
    "StatementVersion",
    "StoredAnswer",
    "Territory",
    "TerritoryAlias",
    "TerritoryMonth",
    "TerritoryReturn",
    "UnfoldedChange",
    "Verdict",
    "Version",
    "Webhook",
    "WebhookDelivery",
]
