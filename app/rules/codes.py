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
    """The kinds of target (domain §3)."""

    FIXED_HOURS = "fixed_hours"
    LABOUR_FORMULA = "labour_formula"
    PER_INVOICED_AMOUNT = "per_invoiced_amount"
    STEP_TABLE = "step_table"
    SHARE_OF_HOURS = "share_of_hours"


class CountsFrom(StrEnum):
    """From which euro invoices oblige, once their total reaches the trigger (domain §3)."""

    FIRST_EURO = "first_euro"
    BEYOND_TRIGGER = "beyond_trigger"


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
    GARANTIE_JEUNES = "garantie_jeunes"


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


class DurationDecisionKind(StrEnum):
    """What a dated decision does to how long a person counts (domain §4)."""

    SUSPENSION = "suspension"
    PROLONGATION = "prolongation"
    CANCELLATION = "cancellation"


class ProofLevel(StrEnum):
    """How well an hour is proven: said, shown by a document that was seen, accepted (domain §5)."""

    DECLARED = "declared"
    SUPPORTED = "supported"
    ACCEPTED = "accepted"


class SupportingDocument(StrEnum):
    """What shows hours worked or taught; seen by the reviewer, never kept."""

    PAYSLIP = "payslip"
    ATTENDANCE_SHEET = "attendance_sheet"
    MISSION_STATEMENT = "mission_statement"
    TRAINING_CERTIFICATE = "training_certificate"
    EMPLOYER_CERTIFICATE = "employer_certificate"
    OTHER = "other"


class PoolState(StrEnum):
    """Where a contract stands in a pool: its buyer was asked, agreed or refused, or it left."""

    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    LEFT = "left"


class SplitState(StrEnum):
    """Where an agreement on held hours stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


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


class ForecastMethod(StrEnum):
    """How the hours at the end of the window are forecast (domain §6)."""

    PACE_OF_DUE_MONTHS = "pace_of_due_months"


class ConsultationKind(StrEnum):
    """What a consultation buys, for the European thresholds."""

    WORKS = "works"
    SUPPLIES = "supplies"
    SERVICES = "services"
    NETWORK = "network"
    CONCESSION = "concession"


class WaiverGround(StrEnum):
    """The grounds of article L2112-2-1 for leaving out a social condition."""

    IMMEDIATE_SOLUTION = "immediate_solution"
    NO_LINK = "no_link"
    COMPETITION = "competition"
    SHORT_WORKS = "short_works"


class WaiverFlaw(StrEnum):
    """The fact of a contract that a ground cannot stand beside."""

    NOT_WORKS = "not_works"
    NOT_SHORT = "not_short"


class OutcomeMoment(StrEnum):
    """When the situation after a hire is to be known (domain §2)."""

    EXIT = "exit"
    SIX_MONTHS = "6_months"
    TWELVE_MONTHS = "12_months"


class OutcomeCategory(StrEnum):
    """The class in which a situation after a hire counts."""

    LASTING = "lasting"
    TRANSITION = "transition"
    POSITIVE = "positive"
    OTHER = "other"
    NEUTRAL = "neutral"
    UNKNOWN = "unknown"


class OutcomeSituation(StrEnum):
    """The situation of a person after a hire."""

    CDI = "cdi"
    CDD_6_MONTHS = "cdd_6_months"
    MISSION_6_MONTHS = "mission_6_months"
    CIVIL_SERVICE = "civil_service"
    OWN_BUSINESS = "own_business"
    SAME_EMPLOYER = "same_employer"
    SHORT_CDD = "short_cdd"
    SHORT_MISSION = "short_mission"
    SUBSIDISED_JOB = "subsidised_job"
    TRAINING_COURSE = "training_course"
    INSERTION_JOB = "insertion_job"
    JOBSEEKER = "jobseeker"
    INACTIVE = "inactive"
    OTHER_SITUATION = "other_situation"
    RETIRED = "retired"
    MOVED_AWAY = "moved_away"
    PREVENTED = "prevented"
    UNREACHED = "unreached"


class Sex(StrEnum):
    """As civil status records it."""

    FEMALE = "female"
    MALE = "male"


class Detail(StrEnum):
    """How much of a sub-target's hours is shown to those who must not learn who fits it (domain §7)."""

    EXACT = "exact"
    GROUPED = "grouped"
    MASKED = "masked"


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
    TARGET_UNKNOWN = "target_unknown"


class PenaltyLimit(StrEnum):
    """Which limit of its term changed the amount of a penalty."""

    CAP = "cap"
    FLOOR = "floor"


class Indicator(StrEnum):
    """What a published cube tells of each territory (domain §6)."""

    ACTIVITY = "activity"
    SEX = "sex"
    AGE_BAND = "age_band"
    LEVEL = "level"
    MODALITY = "modality"
    CONTRACT_TYPE = "contract_type"
    OUTCOME = "outcome"
