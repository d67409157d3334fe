"""What can be wrong in a DECP file, said once and without ever quoting what was received."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error keeps the record out; a warning comes with an imported record."""

    ERROR = "error"
    WARNING = "warning"


class IssueCode(StrEnum):
    """Every flaw the reader names."""

    FILE_EMPTY = "file_empty"
    FILE_DAMAGED = "file_damaged"
    ENCODING_GUESSED = "encoding_guessed"
    ENVELOPE_UNUSUAL = "envelope_unusual"
    NO_RECORD = "no_record"
    SHAPE_UNKNOWN = "shape_unknown"
    SHAPE_XML = "shape_xml"
    SHAPE_ARCHIVE = "shape_archive"

    RECORD_EMPTY = "record_empty"
    RECORD_UNREADABLE = "record_unreadable"
    BUYER_MISSING = "buyer_missing"
    BUYER_UNUSABLE = "buyer_unusable"
    ID_MISSING = "id_missing"
    ID_TOO_LONG = "id_too_long"
    NOTIFICATION_MISSING = "notification_missing"
    NOTIFICATION_UNREADABLE = "notification_unreadable"

    CONCESSION = "concession"
    ROW_SHAPE = "row_shape"
    KEY_REPEATED = "key_repeated"
    MISSING = "field_missing"
    NOT_COMMUNICATED = "not_communicated"
    MARKED_UNUSABLE = "marked_unusable"
    UNKNOWN_VALUE = "unknown_value"
    UNUSUAL_SPELLING = "unusual_spelling"
    UNREADABLE = "unreadable"
    TEXT_CLEANED = "text_cleaned"
    TEXT_TOO_LONG = "text_too_long"
    ID_FORMAT = "id_format"
    NUMBER_UNREADABLE = "number_unreadable"
    NUMBER_OUT_OF_RANGE = "number_out_of_range"
    DATE_UNREADABLE = "date_unreadable"
    DATE_UNUSUAL = "date_unusual"
    DATE_IN_FUTURE = "date_in_future"
    PUBLISHED_BEFORE_NOTIFICATION = "published_before_notification"
    MODIFIED_BEFORE_NOTIFICATION = "modified_before_notification"
    AMOUNT_ROUNDED = "amount_rounded"
    AMOUNT_TOO_LOW = "amount_too_low"
    AMOUNT_IMPLAUSIBLE = "amount_implausible"
    DURATION_IMPLAUSIBLE = "duration_implausible"
    CPV_PADDED = "cpv_padded"
    CPV_CHECK_DIGIT = "cpv_check_digit"
    CPV_UNREADABLE = "cpv_unreadable"
    SIRET_INVALID = "siret_invalid"
    IDENTIFIER_INVALID = "identifier_invalid"
    IDENTIFIER_UNREADABLE = "identifier_unreadable"
    SCHEME_SPELLING = "scheme_spelling"
    SCHEME_MISSING = "scheme_missing"
    SCHEME_UNKNOWN = "scheme_unknown"
    SCHEME_MISMATCH = "scheme_mismatch"
    SCHEME_WITHDRAWN = "scheme_withdrawn"
    PERSONAL_IDENTIFIER = "personal_identifier"
    HOLDER_DUPLICATE = "holder_duplicate"
    BUYER_IS_HOLDER = "buyer_is_holder"
    SUBCONTRACTOR_IS_HOLDER = "subcontractor_is_holder"
    GROUP_OF_ONE = "group_of_one"
    FRAMEWORK_IS_ITSELF = "framework_is_itself"
    SOCIAL_CONTRADICTION = "social_contradiction"
    ENVIRONMENTAL_CONTRADICTION = "environmental_contradiction"
    SUSPECTED_TEST = "suspected_test"
    DUPLICATE_RECORD = "duplicate_record"
    DUPLICATE_IDENTITY = "duplicate_identity"
    DUPLICATE_SUSPECTED = "duplicate_suspected"


_C = IssueCode
_ERRORS = {
    _C.FILE_EMPTY: "Le fichier est vide.",
    _C.FILE_DAMAGED: "Le fichier est endommagé : seuls les enregistrements lisibles ont été lus.",
    _C.SHAPE_UNKNOWN: "Le fichier n'est ni un JSON DECP (format 2022 ou 2019), ni un CSV « augmenté ».",
    _C.SHAPE_XML: "Le fichier est un XML, qui n'est pas lu : fournissez le JSON ou le CSV.",
    _C.SHAPE_ARCHIVE: (
        "Le fichier est une archive ou un format binaire : fournissez le JSON ou le CSV qu'il contient."
    ),
    _C.RECORD_EMPTY: "L'enregistrement est vide.",
    _C.RECORD_UNREADABLE: "L'enregistrement est illisible.",
    _C.BUYER_MISSING: "L'identifiant de l'acheteur manque.",
    _C.BUYER_UNUSABLE: "L'identifiant de l'acheteur n'est pas un SIRET (14 chiffres, non tous nuls).",
    _C.ID_MISSING: "Le numéro interne du marché manque.",
    _C.ID_TOO_LONG: "Le numéro interne du marché est trop long pour être repris.",
}
_WARNINGS = {
    _C.ENCODING_GUESSED: "Le fichier n'est pas en UTF-8 : son encodage a été supposé.",
    _C.ENVELOPE_UNUSUAL: "Les enregistrements ne sont pas dans l'enveloppe de leur format.",
    _C.NO_RECORD: "Le fichier ne contient aucun enregistrement.",
    _C.NOTIFICATION_MISSING: "La date de notification manque ; le marché est inscrit sans elle.",
    _C.NOTIFICATION_UNREADABLE: (
        "La date de notification est illisible ou impossible ; le marché est inscrit sans elle."
    ),
    _C.CONCESSION: (
        "Contrat de concession : inscrit avec sa date de signature ; sa valeur globale n'est pas un montant "
        "de marché et n'est pas reprise comme tel."
    ),
    _C.ROW_SHAPE: "La ligne n'a pas autant de cellules que l'en-tête.",
    _C.KEY_REPEATED: "Une même clé figure plusieurs fois ; ce qui a été lu des unes et des autres est gardé.",
    _C.MISSING: "Cette donnée obligatoire manque.",
    _C.NOT_COMMUNICATED: "Cette donnée est indiquée comme non communiquée.",
    _C.MARKED_UNUSABLE: "Cette donnée est signalée comme inexploitable par la source ; elle a été reprise.",
    _C.UNKNOWN_VALUE: "Cette valeur n'est pas dans la liste du format ; elle n'a pas été reprise.",
    _C.UNUSUAL_SPELLING: "Cette valeur a été reconnue malgré son écriture.",
    _C.UNREADABLE: "Cette donnée est illisible ; elle n'a pas été reprise.",
    _C.TEXT_CLEANED: "Le texte contenait des codes ou caractères parasites, qui ont été retirés.",
    _C.TEXT_TOO_LONG: "Le texte dépasse la longueur admise ; il a pu être coupé.",
    _C.ID_FORMAT: "Le numéro ne respecte pas le format (16 caractères au plus, sans caractère spécial).",
    _C.NUMBER_UNREADABLE: "Ce nombre est illisible ; il n'a pas été repris.",
    _C.NUMBER_OUT_OF_RANGE: "Ce nombre est hors des limites admises ; il n'a pas été repris.",
    _C.DATE_UNREADABLE: "Cette date est illisible ou impossible ; elle n'a pas été reprise.",
    _C.DATE_UNUSUAL: "Cette date a été reconnue malgré son écriture.",
    _C.DATE_IN_FUTURE: "Cette date est dans l'avenir.",
    _C.PUBLISHED_BEFORE_NOTIFICATION: "La publication est antérieure à la notification.",
    _C.MODIFIED_BEFORE_NOTIFICATION: "La modification est antérieure à la notification du marché.",
    _C.AMOUNT_ROUNDED: "Le montant a plus de deux décimales ; il a été arrondi au centime.",
    _C.AMOUNT_TOO_LOW: "Le montant est inférieur à 1 €.",
    _C.AMOUNT_IMPLAUSIBLE: "Le montant est peu vraisemblable.",
    _C.DURATION_IMPLAUSIBLE: "La durée est peu vraisemblable.",
    _C.CPV_PADDED: "Le code CPV n'avait pas 8 chiffres ; il a été complété par des zéros.",
    _C.CPV_CHECK_DIGIT: "La clé du code CPV ne correspond pas au code.",
    _C.CPV_UNREADABLE: "Le code CPV est illisible ; il n'a pas été repris.",
    _C.SIRET_INVALID: "Le SIRET n'est pas valide ; il a été repris tel quel.",
    _C.IDENTIFIER_INVALID: "L'identifiant ne respecte pas la forme de son type ; il a été repris tel quel.",
    _C.IDENTIFIER_UNREADABLE: "L'identifiant est illisible ; il n'a pas été repris.",
    _C.SCHEME_SPELLING: "Le type d'identifiant a été reconnu malgré son écriture.",
    _C.SCHEME_MISSING: "Le type d'identifiant manque ; il a été déduit de la forme de l'identifiant.",
    _C.SCHEME_UNKNOWN: "Le type d'identifiant est inconnu.",
    _C.SCHEME_MISMATCH: "L'identifiant est un SIRET déclaré sous un autre type.",
    _C.SCHEME_WITHDRAWN: "Le type d'identifiant UE n'existe plus dans le format.",
    _C.PERSONAL_IDENTIFIER: "L'identifiant peut contenir le nom d'une personne ; il est protégé comme tel.",
    _C.HOLDER_DUPLICATE: "Le même titulaire figure plusieurs fois ; il a été repris une fois.",
    _C.BUYER_IS_HOLDER: "L'acheteur et un titulaire sont la même entité.",
    _C.SUBCONTRACTOR_IS_HOLDER: "Un sous-traitant déclaré est aussi titulaire du marché.",
    _C.GROUP_OF_ONE: "Un groupement est déclaré avec un seul titulaire.",
    _C.FRAMEWORK_IS_ITSELF: "L'accord-cadre indiqué est le marché lui-même.",
    _C.SOCIAL_CONTRADICTION: (
        "Une considération sociale et l'absence de considération sont déclarées ensemble."
    ),
    _C.ENVIRONMENTAL_CONTRADICTION: (
        "Une considération environnementale et l'absence de considération sont déclarées ensemble."
    ),
    _C.SUSPECTED_TEST: "L'objet ressemble à une publication d'essai.",
    _C.DUPLICATE_RECORD: "Un enregistrement identique figure déjà dans le fichier.",
    _C.DUPLICATE_IDENTITY: (
        "Un enregistrement de mêmes acheteur, numéro, CPV et titulaires, au contenu différent, "
        "figure déjà dans le fichier."
    ),
    _C.DUPLICATE_SUSPECTED: (
        "Un enregistrement de mêmes acheteur, objet, titulaires, montant et notification figure déjà "
        "dans le fichier sous un autre numéro."
    ),
}


SENTENCES = {code.value: sentence for code, sentence in {**_ERRORS, **_WARNINGS}.items()}


@dataclass(frozen=True, slots=True)
class Issue:
    """One flaw: where (JSON pointer inside the record, names of the 2022 format) and in French, what.

    ``pointer`` is empty for the whole record or file. Neither field quotes a received value.
    """

    code: IssueCode
    severity: Severity
    pointer: str
    detail: str


def issue(code: IssueCode, pointer: str = "") -> Issue:
    """Give the issue with the severity and the sentence that belong to its code."""
    if code in _ERRORS:
        return Issue(code, Severity.ERROR, pointer, _ERRORS[code])
    return Issue(code, Severity.WARNING, pointer, _WARNINGS[code])


class Findings:
    """The issues found so far in one record, each once."""

    def __init__(self) -> None:
        self._found: dict[tuple[IssueCode, str], Issue] = {}

    def add(self, code: IssueCode, pointer: str = "") -> None:
        """Record a flaw; the same flaw at the same place is recorded once."""
        self._found.setdefault((code, pointer), issue(code, pointer))

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What was found, in the order of reading."""
        return tuple(self._found.values())

    @property
    def failed(self) -> bool:
        """Whether one of them is an error."""
        return any(found.severity is Severity.ERROR for found in self._found.values())
