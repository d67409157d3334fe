"""The codes that the rules read and answer; their French labels are in `labels`."""

from __future__ import annotations

from enum import StrEnum


class Modality(StrEnum):
    """How a participant comes to work on the contract (domain §2)."""

    DIRECT_HIRE = "direct_hire"
    PLACEMENT = "placement"
    SUBCONTRACTING = "subcontracting"
    TRAINING = "training"


class ContractType(StrEnum):
    """The kind of employment contract of a hire (domain §2); the State's own French codes."""

    CDI = "cdi"
    CDD = "cdd"
    CDDI = "cddi"
    MISSION = "mission"
    APPRENTISSAGE = "apprentissage"
    PROFESSIONNALISATION = "professionnalisation"
    CDI_INCLUSION = "cdi_inclusion"
    CONTRAT_AIDE = "contrat_aide"
    STAGE = "stage"


class Every(StrEnum):
    """How often statements fall due."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


class ApprovalFrom(StrEnum):
    """The day from which an approval counts hours (domain §4)."""

    HIRE_START = "hire_start"
    DECISION_DATE = "decision_date"


class TargetKind(StrEnum):
    """The kinds of target that this version computes (domain §3)."""

    FIXED_HOURS = "fixed_hours"
    LABOUR_FORMULA = "labour_formula"


class RoundingMode(StrEnum):
    """Which way an exact number of hours goes to the step of a clause."""

    HALF_UP = "half_up"
    UP = "up"
    DOWN = "down"


class Level(StrEnum):
    """Level of diploma, in four bands (domain §6)."""

    NONE = "none"
    CAP_BEP = "cap_bep"
    BAC = "bac"
    BAC_PLUS = "bac_plus"


class Programme(StrEnum):
    """Programmes for young people that open `jeune_parcours`."""

    PACEA = "pacea"
    CEJ = "cej"
    SMA = "sma"
    SMV = "smv"
    EPIDE = "epide"
    E2C = "e2c"


class Structure(StrEnum):
    """Kinds of structure that employ or accompany a person; `none` means: known to be in none."""

    AI = "ai"
    ETTI = "etti"
    EI = "ei"
    ACI = "aci"
    EITI = "eiti"
    GEIQ = "geiq"
    EA = "ea"
    EATT = "eatt"
    ESAT = "esat"
    REGIE = "regie"
    NONE = "none"


class Outcome(StrEnum):
    """What a public answers about a person on a day."""

    MET = "met"
    UNPROVEN = "unproven"
    UNMET = "unmet"


class Decision(StrEnum):
    """Where the reviewer's decision on an assessment stands."""

    UNDECIDED = "undecided"
    NEEDS_PROOF = "needs_proof"
    APPROVED = "approved"
    REFUSED = "refused"


class ReviewState(StrEnum):
    """Where the reviewer's decision on a line stands."""

    NOT_REVIEWED = "not_reviewed"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    PART = "part"


class State(StrEnum):
    """The state of an hour in the ledger; the four always sum to what was declared."""

    PENDING = "pending"
    HELD = "held"
    REFUSED = "refused"
    COUNTED = "counted"


class HourKind(StrEnum):
    """What an hour was."""

    WORKED = "worked"
    TRAINING = "training"


class Rule(StrEnum):
    """What decides on an hour: the review, then the seven rules of domain §5 in their order."""

    REVIEW = "review"
    WINDOW = "window"
    ELIGIBILITY = "eligibility"
    DURATION = "duration"
    MODALITY = "modality"
    PLAUSIBILITY = "plausibility"
    SINGLE_COUNT = "single_count"
    TRAINING = "training"


class LineWarning(StrEnum):
    """What is implausible in a line: recorded all the same, judged at review."""

    HIRE_NOT_RUNNING = "hire_not_running"
    PARTLY_OUTSIDE_WINDOW = "partly_outside_window"
    ABOVE_WEEKLY_MAXIMUM = "above_weekly_maximum"
    ABOVE_USUAL_HOURS = "above_usual_hours"


class FactKind(StrEnum):
    """How a fact is written in JSON."""

    DATE = "date"
    BOOLEAN = "boolean"
    MONTHS = "months"
    LEVEL = "level"
    PROGRAMMES = "programmes"
    STRUCTURE = "structure"
    TEXT = "text"


class ClauseState(StrEnum):
    """Why a contract has no clause (domain §6)."""

    WAIVED = "waived"
    CLAUSE_MISSING = "clause_missing"
    TO_CHECK = "to_check"
    NO_CLAUSE = "no_clause"


class Status(StrEnum):
    """Compliance of an obligation (domain §6); the first four are those of a contract without clause."""

    WAIVED = "waived"
    CLAUSE_MISSING = "clause_missing"
    TO_CHECK = "to_check"
    NO_CLAUSE = "no_clause"
    CLOSED_MET = "closed_met"
    CLOSED_UNMET = "closed_unmet"
    NOT_STARTED = "not_started"
    MET = "met"
    LATE = "late"
    AT_RISK = "at_risk"
    ON_TRACK = "on_track"


class ConsultationKind(StrEnum):
    """What a consultation buys, for the European thresholds."""

    WORKS = "works"
    SUPPLIES = "supplies"
    SERVICES = "services"
    NETWORK = "network"
    CONCESSION = "concession"


class PenaltyKind(StrEnum):
    """What a penalty punishes (domain §7)."""

    MISSING_HOURS = "missing_hours"
    LATE_DOCUMENT = "late_document"
    EVENT = "event"


class PenaltyDays(StrEnum):
    """Which days of a delay count; the two French kinds of working day leave public holidays out."""

    CALENDAR = "calendar"
    OUVRES = "ouvres"
    OUVRABLES = "ouvrables"


class ValueOn(StrEnum):
    """The day whose value of a dated parameter a penalty takes."""

    FACT = "fact"
    WINDOW_START = "window_start"
    WINDOW_END = "window_end"


class PenaltyBlock(StrEnum):
    """Why a computed penalty cannot be decided yet."""

    DISPUTE_OPEN = "dispute_open"
    WINDOW_RUNNING = "window_running"
    NOTICE_MISSING = "notice_missing"
    NOTICE_NOT_RECEIVED = "notice_not_received"
    OBSERVATION_RUNNING = "observation_running"
    FIRM_AMOUNT_UNKNOWN = "firm_amount_unknown"


class PenaltyLimit(StrEnum):
    """Which limit of its term changed the amount of a penalty."""

    CAP = "cap"
    FLOOR = "floor"
