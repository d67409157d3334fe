"""What each code of the clauses says to people, in French, and where that is written; served by `GET /rules`.

`FOLLOW_UP_TEXTS` stands in a file of its own. Codes bear their labels in `labels`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.rules.codes import (
    ApprovalFrom,
    ContractType,
    CountsFrom,
    Every,
    Modality,
    PenaltyDays,
    PenaltyKind,
    RoundingMode,
    TargetKind,
    ValueOn,
)


@dataclass(frozen=True, slots=True)
class CodeText:
    """A code for people: its text, where that is written, whether no readable source confirms it."""

    code: str
    text_fr: str
    reference: str
    assumed: bool = False


PRACTICE = "Usage supposé, sans texte lu"
_TERM = "Terme de la clause ; usage supposé"
_CCAP = "CCAP 21_BAM_048"
_CCAP_WAYS = "CCAP 21_BAM_048, p. 8 et 9"
_CSF = "Modèle de clause sociale de formation, Éducation nationale, 2018"

MODALITIES = (
    CodeText(
        Modality.DIRECT_HIRE,
        "L'entreprise embauche elle-même la personne et nomme un tuteur. Une clause peut accepter cette "
        "modalité, jamais l'imposer.",
        _CCAP_WAYS,
    ),
    CodeText(
        Modality.PLACEMENT,
        "La personne est salariée d'une structure (ETTI, AI, GEIQ, EATT) qui la met à la disposition de "
        "l'entreprise. Une agence d'intérim ordinaire convient si la personne est d'un public de la clause.",
        f"{_CCAP_WAYS} ; réponse ministérielle publiée par lettreducadre.fr (n° 12820)",
    ),
    CodeText(
        Modality.SUBCONTRACTING,
        "Une structure d'insertion ou une entreprise adaptée exécute une part du marché, en rapport avec son "
        "objet, comme sous-traitante ou cotraitante. Le titulaire reste redevable des heures.",
        _CCAP_WAYS,
    ),
    CodeText(
        Modality.TRAINING,
        "Des heures de formation réalisent tout ou partie de l'objectif, là où la clause les accepte : "
        "formation qualifiante, ou stage d'élèves de la clause sociale de formation.",
        f"{_CSF} ; Creil Sud Oise, clauses d'insertion",
    ),
)
CONTRACT_TYPES = (
    CodeText(
        ContractType.CDI,
        "Contrat sans terme. Par défaut, ses heures comptent jusqu'à la fin de la période d'exécution, "
        "pendant 48 mois au plus depuis l'embauche.",
        "CCAP 21_BAM_048, p. 8",
    ),
    CodeText(
        ContractType.CDD,
        "Contrat à terme. La durée d'éligibilité de la personne continue d'un contrat à l'autre.",
        _CCAP_WAYS,
    ),
    CodeText(
        ContractType.CDDI,
        "Contrat à terme d'une structure d'insertion, renouvelable pendant 24 mois en tout, sauf dérogation.",
        "impact.fr, l'entreprise d'insertion",
    ),
    CodeText(
        ContractType.MISSION,
        "Contrat de travail temporaire : l'agence emploie la personne et facture sa mission à l'entreprise.",
        _CCAP_WAYS,
    ),
    CodeText(
        ContractType.APPRENTISSAGE,
        "Contrat en alternance qui mène un jeune à un diplôme. Les heures de cours sont des heures de "
        "formation, montrées à part.",
        _CCAP_WAYS,
    ),
    CodeText(
        ContractType.PROFESSIONNALISATION,
        "Contrat en alternance qui mène à une qualification reconnue par la branche. Les heures de cours "
        "sont des heures de formation, montrées à part.",
        _CCAP_WAYS,
    ),
    CodeText(
        ContractType.CDI_INCLUSION,
        "Contrat sans terme d'une structure d'insertion, pour les personnes de 57 ans et plus. Il ne suit "
        "pas la règle du CDI : sa durée d'éligibilité est celle de la clause.",
        "Code du travail, art. L5132-5-1, texte non lu",
        assumed=True,
    ),
    CodeText(
        ContractType.CONTRAT_AIDE,
        "Contrat dont l'État ou le département finance une part du salaire.",
        "Code du travail, art. L5134-19-1, texte non lu",
        assumed=True,
    ),
    CodeText(
        ContractType.STAGE,
        "Convention de stage, sans contrat de travail : l'élève reste sous statut scolaire.",
        _CSF,
    ),
)
TARGETS = (
    CodeText(
        TargetKind.FIXED_HOURS,
        "La clause écrit le nombre d'heures dues ; il n'est pas arrondi.",
        "Guide de l'OECP, 2018 : une clause s'écrit en heures de travail",
    ),
    CodeText(
        TargetKind.LABOUR_FORMULA,
        "Heures dues = montant HT × part de main-d'œuvre × taux d'insertion ÷ coût horaire chargé.",
        "MEF Sud 77, calcul des heures ; Maison de l'emploi Alès-Cévennes",
    ),
    CodeText(
        TargetKind.PER_INVOICED_AMOUNT,
        "Chaque tranche complète du montant facturé HT oblige, une fois le total arrivé au seuil. En "
        "dessous, rien n'est dû ; une facture annulée peut y faire revenir.",
        f"{_CCAP} : 1 h par 2 000 € facturés, dès 2 700 000 € HT",
    ),
    CodeText(
        TargetKind.STEP_TABLE,
        "Les heures sont celles du palier qui contient le montant de la période ferme, sans valeur "
        "intermédiaire ; sous le premier palier, rien n'est dû.",
        f"{_CSF}, guide et FAQ",
    ),
    CodeText(
        TargetKind.SHARE_OF_HOURS,
        "Une part des heures que tous travaillent sur le marché, telles que les relevés les déclarent.",
        "ANRU, charte nationale d'insertion ; Société du Grand Paris",
    ),
)
COUNTS_FROM = (
    CodeText(
        CountsFrom.FIRST_EURO,
        "Le seuil atteint, tout montant facturé oblige : 3 000 000 € par tranches de 2 000 € font 1 500 h.",
        f"{_CCAP}, l'une des deux lectures du texte",
        assumed=True,
    ),
    CodeText(
        CountsFrom.BEYOND_TRIGGER,
        "Seul oblige ce qui est facturé au-delà du seuil : 3 000 000 €, avec un seuil de 2 700 000 € et des "
        "tranches de 2 000 €, font 150 h.",
        f"{_CCAP}, l'une des deux lectures du texte",
        assumed=True,
    ),
)
ROUNDING = (
    CodeText(
        RoundingMode.HALF_UP,
        "L'objectif calculé va au pas le plus proche ; à mi-chemin, au pas du dessus. C'est le défaut.",
        _TERM,
        assumed=True,
    ),
    CodeText(RoundingMode.UP, "L'objectif calculé va au pas du dessus.", _TERM, assumed=True),
    CodeText(RoundingMode.DOWN, "L'objectif calculé va au pas du dessous.", _TERM, assumed=True),
)
REPORTING = (
    CodeText(
        Every.MONTH,
        "Le relevé de chaque mois est dû le mois suivant. C'est le rythme par défaut.",
        _TERM,
        assumed=True,
    ),
    CodeText(
        Every.QUARTER,
        "Les relevés d'un trimestre civil sont dus le mois qui le suit.",
        f"{_CCAP} : arrêtés aux 31/3, 30/6, 30/9 et 31/12",
    ),
    CodeText(
        Every.HALF_YEAR,
        "Ce qui porte sur un semestre civil est dû le mois qui le suit.",
        f"{_CCAP} : point d'avancement semestriel",
    ),
    CodeText(Every.YEAR, "Les relevés d'une année civile sont dus en janvier.", _TERM, assumed=True),
)
APPROVAL_COUNTS_FROM = (
    CodeText(
        ApprovalFrom.HIRE_START,
        "L'éligibilité approuvée vaut dès le premier jour de travail, même si elle est décidée plus tard.",
        _TERM,
        assumed=True,
    ),
    CodeText(
        ApprovalFrom.DECISION_DATE,
        "Les jours travaillés avant la décision ne comptent pas.",
        _TERM,
        assumed=True,
    ),
)
PENALTY_KINDS = (
    CodeText(
        PenaltyKind.MISSING_HOURS,
        "Pour chaque heure due et non comptée à la fin : un montant fixe, ou un coefficient appliqué à une "
        "valeur datée. L'acheteur seul décide de l'appliquer.",
        f"{_CCAP}, art. 8.2.2 : 200 € par heure ; {_CSF} : 4 plafonds horaires",
    ),
    CodeText(
        PenaltyKind.LATE_DOCUMENT,
        "Pour chaque jour de retard d'un document ou d'un relevé, après la mise en demeure si la clause en "
        "demande une. L'acheteur seul décide de l'appliquer.",
        f"{_CCAP}, art. 8.2.2 : 75 € par jour ; {_CSF} : 50 € par jour ouvré",
    ),
    CodeText(
        PenaltyKind.EVENT,
        "Pour chaque manquement relevé, comme une absence à la réunion prévue. L'acheteur seul décide de "
        "l'appliquer.",
        f"{_CSF} : 500 €",
    ),
)
PENALTY_DAYS = (
    CodeText(
        PenaltyDays.CALENDAR,
        "Tous les jours comptent, du lendemain du point de départ au jour de la remise, celui-ci inclus.",
        f"{_CCAP}, art. 8.2.2",
    ),
    CodeText(
        PenaltyDays.OUVRES,
        "Comptent les jours du lundi au vendredi, hors jours fériés du lieu d'exécution.",
        f"{_CSF} : jours de travail, lus comme jours ouvrés",
        assumed=True,
    ),
    CodeText(
        PenaltyDays.OUVRABLES,
        "Comptent les jours du lundi au samedi, hors jours fériés du lieu d'exécution.",
        _TERM,
        assumed=True,
    ),
)
VALUE_DAYS = (
    CodeText(
        ValueOn.FACT,
        "La valeur de référence est celle du jour où le manquement est constaté.",
        _TERM,
        assumed=True,
    ),
    CodeText(
        ValueOn.WINDOW_START,
        "La valeur de référence est celle du premier jour de la période d'exécution.",
        _TERM,
        assumed=True,
    ),
    CodeText(
        ValueOn.WINDOW_END,
        "La valeur de référence est celle du dernier jour de la période d'exécution.",
        f"{_CSF} ; jour supposé",
        assumed=True,
    ),
)

CLAUSE_TEXTS: Mapping[str, tuple[CodeText, ...]] = {
    "modalities": MODALITIES,
    "contract_types": CONTRACT_TYPES,
    "targets": TARGETS,
    "counts_from": COUNTS_FROM,
    "rounding": ROUNDING,
    "reporting": REPORTING,
    "approval_counts_from": APPROVAL_COUNTS_FROM,
    "penalty_kinds": PENALTY_KINDS,
    "penalty_days": PENALTY_DAYS,
    "value_days": VALUE_DAYS,
}
"""By the name of the list of codes."""
