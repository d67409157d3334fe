"""What a reading of DECP gives: plain contracts, and what was wrong with each."""

from dataclasses import dataclass, field
from datetime import date

from app.exchange.decp.issues import Issue, Severity

SOCIAL_CLAUSE = "Clause sociale"
FRAMEWORK = "Accord-cadre"


@dataclass(frozen=True, slots=True)
class Identifier:
    """An organisation as DECP identifies it.

    ``scheme`` is SIRET, TVA, TAHITI, RIDET, FRWF, IREP, HORS-UE, UE or OTHER; ``value`` is compact
    (no space, upper case) and left out of the representation because it may hold a name
    (``personal``); ``valid`` says whether it satisfies the rule of its scheme.
    """

    scheme: str
    value: str = field(repr=False)
    valid: bool
    personal: bool


@dataclass(frozen=True, slots=True)
class SubcontractAct:
    """A subcontract declared at award or later (amount in cents excluding tax)."""

    act_id: int | None
    subcontractor: Identifier | None
    duration_months: int | None
    notified_on: date | None
    published_on: date | None
    amount: int | None
    price_variation: str | None


@dataclass(frozen=True, slots=True)
class SubcontractModification:
    """A later change of a subcontract's duration or amount (cents)."""

    act_id: int | None
    notified_on: date | None
    published_on: date | None
    duration_months: int | None
    amount: int | None


@dataclass(frozen=True, slots=True)
class Modification:
    """An amendment: only what it changes is present; ``holders`` is the whole new list."""

    number: int | None
    notified_on: date | None
    published_on: date | None
    amount: int | None
    duration_months: int | None
    holders: tuple[Identifier, ...]


@dataclass(frozen=True, slots=True)
class DecpContract:
    """One ``marche`` or ``contrat-concession``, in the terms of the 2022 format.

    ``amount`` in cents excluding tax, ``cpv`` of 8 digits, lists and labels in the spelling of the
    official schema, ``raw_json`` what was received (canonical JSON) and ``fingerprint`` its sha256. Of a
    ``concession`` the signature stands for the notification, ``amount`` is its whole value and
    ``started_on`` the first day of execution. Everything that does not identify the contract may be missing.

    The last fields are read to be written again, and decide nothing: rates and origins are decimals from 0
    to 1 as text, ``subsidy`` cents, ``execution`` canonical JSON. ``claimed_id`` is the contract of this
    service that the record says it is of, as the service's own exports do: it may be anybody's; ``unedited``
    whether the record still is as such an export wrote it.
    """

    source_index: int
    external_id: str
    buyer: Identifier
    nature: str | None
    object: str
    cpv: str | None
    procedure: str | None
    ccag: str | None
    techniques: tuple[str, ...]
    modalities: tuple[str, ...]
    framework_id: str | None
    place_code: str | None
    place_type: str | None
    duration_months: int | None
    concession: bool
    notified_on: date | None
    started_on: date | None
    published_on: date | None
    amount: int | None
    offers_received: int | None
    innovative: bool | None
    advance: bool | None
    subcontracting_declared: bool | None
    holders: tuple[Identifier, ...]
    group_kind: str | None
    subcontract_acts: tuple[SubcontractAct, ...]
    subcontract_modifications: tuple[SubcontractModification, ...]
    modifications: tuple[Modification, ...]
    social_considerations: tuple[str, ...]
    environmental_considerations: tuple[str, ...]
    suspected_test: bool
    fingerprint: str
    raw_json: str = field(repr=False)
    price_types: tuple[str, ...] = ()
    price_form: str | None = None
    advance_rate: str | None = None
    union_origin: str | None = None
    french_origin: str | None = None
    subsidy: int | None = None
    execution: str | None = None
    claimed_id: str | None = None
    unedited: bool = False

    @property
    def has_social_clause(self) -> bool:
        """Whether the buyer published that the contract bears a social clause."""
        return SOCIAL_CLAUSE in self.social_considerations

    @property
    def is_framework(self) -> bool:
        """Whether the amount is the maximum of a framework agreement rather than a firm one."""
        return FRAMEWORK in self.techniques or self.nature == FRAMEWORK


@dataclass(frozen=True, slots=True)
class DecpRow:
    """What one record of the file gave; ``source_index`` is None for what concerns the file.

    ``record`` is present if and only if no issue is an error.
    """

    source_index: int | None
    record: DecpContract | None
    issues: tuple[Issue, ...]
    fingerprint: str | None = None
    raw_json: str | None = field(default=None, repr=False)

    @property
    def failed(self) -> bool:
        """Whether an error keeps the record, or a part of the file, from being imported."""
        return any(issue.severity is Severity.ERROR for issue in self.issues)
