"""What each code of the follow-up says to people: states, forecast, proof, duration, outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.rules.code_texts import PRACTICE, CodeText
from app.rules.codes import (
    ClauseState,
    ConsultationKind,
    DurationDecisionKind,
    ForecastMethod,
    OutcomeCategory,
    OutcomeMoment,
    ProofLevel,
    Status,
)
from app.rules.outcomes import REFERENCE as OUTCOMES


@dataclass(frozen=True, slots=True)
class NamedText:
    """A rule that no code of the service names elsewhere: it says its own label."""

    code: str
    label_fr: str
    text_fr: str
    reference: str
    assumed: bool = False


_LAW = "Code de la commande publique, art. L2112-2-1"
_MINIMUM = "CCAP 21_BAM_048 et FAQ de la clause sociale de formation : les heures dues sont un minimum"
_TWO_CHECKS = "CCAP 21_BAM_048, p. 9 : contrôle de l'éligibilité, puis des heures"
_BY_ANALOGY = "Par analogie avec le PASS IAE ; usage supposé"

_WITHOUT_CLAUSE = (
    CodeText(
        Status.WAIVED,
        "Le contrat n'a pas de condition sociale ; l'acheteur a dit pourquoi, par un motif que la loi admet.",
        f"{_LAW}, texte de l'article non lu",
        assumed=True,
    ),
    CodeText(
        Status.CLAUSE_MISSING,
        "Une clause est annoncée, ou la loi demande une condition sociale au vu de la valeur estimée de tous "
        "les lots, et rien n'est enregistré.",
        f"{_LAW}, et seuils européens ; le cumul des lots est supposé",
        assumed=True,
    ),
    CodeText(
        Status.TO_CHECK,
        "Il manque une date ou un montant pour dire si une condition est due, ou combien d'heures le sont.",
        PRACTICE,
        assumed=True,
    ),
    CodeText(
        Status.NO_CLAUSE,
        "Aucune clause d'heures n'est due, ou une autre condition sociale la remplace.",
        f"{_LAW} : une condition sociale ou d'emploi, pas forcément des heures",
    ),
)
STATUSES = (
    *_WITHOUT_CLAUSE,
    CodeText(
        Status.CLOSED_MET,
        "Le suivi est clos ; les heures comptées et les sous-objectifs atteignent ce qui était dû.",
        _MINIMUM,
    ),
    CodeText(
        Status.CLOSED_UNMET,
        "Le suivi est clos ; il manque des heures, ou un sous-objectif n'est pas atteint.",
        _MINIMUM,
    ),
    CodeText(
        Status.NOT_STARTED,
        "Le jour précède la période d'exécution : rien n'est attendu.",
        "CCAP 21_BAM_048, p. 8 : de la notification à la livraison",
    ),
    CodeText(
        Status.MET,
        "Les heures comptées atteignent déjà celles qui seront dues à la fin, sous-objectifs compris.",
        _MINIMUM,
    ),
    CodeText(
        Status.LATE,
        "Les heures comptées ou en attente restent sous une part de celles attendues, 80 % par défaut, ou la "
        "période d'exécution s'est achevée sans que l'objectif soit atteint.",
        "Terme de la clause (late_threshold), usage supposé",
        assumed=True,
    ),
    CodeText(
        Status.AT_RISK,
        "Il y a moins d'heures qu'attendu sans être en retard, ou le rythme ne mène pas à l'objectif.",
        PRACTICE,
        assumed=True,
    ),
    CodeText(
        Status.ON_TRACK,
        "Les heures attendues ce jour-là sont là, et le rythme mène à l'objectif.",
        PRACTICE,
        assumed=True,
    ),
)
CLAUSE_STATES = tuple(item for item in STATUSES if item.code in set(ClauseState))
CLAUSE_RECORDED = NamedText(
    "clause",
    "Clause enregistrée",
    "Le contrat a une clause d'heures d'insertion ; son suivi dit où elle en est.",
    f"{_LAW}, et art. L2112-2 : les clauses fixent des conditions d'exécution liées à l'objet",
)
FORECAST_METHODS = (
    CodeText(
        ForecastMethod.PACE_OF_DUE_MONTHS,
        "Le rythme est la moyenne des trois derniers mois échus ; il est prolongé sur les mois qui restent. "
        "L'hypothèse basse en retient la moitié, la haute ajoute les heures prévues des contrats en cours. "
        "Avec moins de deux mois échus, rien n'est prévu.",
        "Méthode du service, usage supposé ; paramètres forecast_months et suivants",
        assumed=True,
    ),
)
PROOF_LEVELS = (
    CodeText(
        ProofLevel.DECLARED,
        "L'entreprise ou la structure l'affirme dans son relevé ; rien n'a été vu.",
        PRACTICE,
        assumed=True,
    ),
    CodeText(
        ProofLevel.SUPPORTED,
        "Un bulletin de paie, une feuille de présence ou un autre document a été vu ; il n'est pas conservé.",
        PRACTICE,
        assumed=True,
    ),
    CodeText(
        ProofLevel.ACCEPTED,
        "Le facilitateur l'a acceptée, en tout ou en partie ; les règles de décompte la jugent alors.",
        _TWO_CHECKS,
    ),
)
CONSULTATION_KINDS = tuple(
    CodeText(kind, text, f"{act}, JOUE du 23/10/2025")
    for kind, text, act in (
        (
            ConsultationKind.WORKS,
            "Marché de travaux : un seuil européen, le même pour tous les acheteurs.",
            "Règlement délégué (UE) 2025/2152",
        ),
        (
            ConsultationKind.SUPPLIES,
            "Marché de fournitures : le seuil européen dépend de l'acheteur, État ou autre.",
            "Règlement délégué (UE) 2025/2152",
        ),
        (
            ConsultationKind.SERVICES,
            "Marché de services : le seuil européen dépend de l'acheteur, État ou autre.",
            "Règlement délégué (UE) 2025/2152",
        ),
        (
            ConsultationKind.NETWORK,
            "Fournitures ou services d'une entité de réseau (eau, énergie, transports) : un seuil propre.",
            "Règlement délégué (UE) 2025/2150",
        ),
        (
            ConsultationKind.CONCESSION,
            "Contrat de concession : le seuil européen des travaux.",
            "Règlement délégué (UE) 2025/2151",
        ),
    )
)
DURATION_RULES = (
    NamedText(
        "duration_start",
        "Début de la durée d'éligibilité",
        "La durée court, par personne et par engagement, depuis la première mise à l'emploi approuvée, "
        "même avant la période d'exécution.",
        PRACTICE,
        assumed=True,
    ),
    NamedText(
        "months_by_contract_type",
        "Mois selon le type de contrat",
        "La clause fixe un nombre de mois, 24 par défaut, et peut en fixer un autre par type de contrat. Le "
        "dernier jour est la veille du jour de même date, n mois plus tard.",
        "Règle des 24 mois, non confirmée ; terme de la clause (eligibility_months)",
        assumed=True,
    ),
    NamedText(
        "cdi_to_window_end",
        "CDI : jusqu'à la fin de l'exécution, 48 mois au plus",
        "Les heures d'une personne embauchée en CDI comptent jusqu'à la fin de la période d'exécution, 48 "
        "mois au plus depuis l'embauche. Le CDI inclusion suit la règle générale.",
        "CCAP 21_BAM_048, p. 8 ; terme de la clause (cdi_months)",
    ),
)
DURATION_DECISIONS = (
    CodeText(
        DurationDecisionKind.SUSPENSION,
        "Les jours suspendus ne comptent pas et repoussent d'autant la fin de la durée.",
        _BY_ANALOGY,
        assumed=True,
    ),
    CodeText(
        DurationDecisionKind.PROLONGATION,
        "La fin de la durée est repoussée d'un nombre de mois, ou jusqu'à un jour.",
        _BY_ANALOGY,
        assumed=True,
    ),
    CodeText(
        DurationDecisionKind.CANCELLATION,
        "Une décision antérieure est annulée : la durée redevient ce qu'elle serait sans elle.",
        PRACTICE,
        assumed=True,
    ),
)
OUTCOME_MOMENTS = (
    CodeText(
        OutcomeMoment.EXIT,
        "Ce que fait la personne au dernier jour de sa mise à l'emploi.",
        OUTCOMES,
        assumed=True,
    ),
    CodeText(
        OutcomeMoment.SIX_MONTHS,
        "Ce que fait la personne six mois après, jour pour jour ou le dernier du mois.",
        PRACTICE,
        assumed=True,
    ),
    CodeText(
        OutcomeMoment.TWELVE_MONTHS,
        "Ce que fait la personne douze mois après, jour pour jour ou le dernier du mois.",
        PRACTICE,
        assumed=True,
    ),
)
OUTCOME_CATEGORIES = tuple(
    CodeText(code, text, OUTCOMES, assumed=True)
    for code, text in (
        (
            OutcomeCategory.LASTING,
            "CDI, contrat ou mission d'au moins six mois, fonction publique, à son compte, même employeur.",
        ),
        (OutcomeCategory.TRANSITION, "Contrat ou mission de moins de six mois, contrat aidé hors insertion."),
        (OutcomeCategory.POSITIVE, "Entrée en formation, ou emploi dans une structure d'insertion."),
        (OutcomeCategory.OTHER, "Recherche d'emploi, absence d'activité ou autre situation connue."),
        (
            OutcomeCategory.NEUTRAL,
            "Retraite, déménagement ou empêchement durable : la personne sort du calcul du taux.",
        ),
        (
            OutcomeCategory.UNKNOWN,
            "La personne n'a pas été jointe : elle sort du calcul du taux et abaisse le taux de réponse.",
        ),
    )
)
OUTCOME_RATES = (
    NamedText(
        "dynamic",
        "Taux de sorties dynamiques",
        "Emplois durables, emplois de transition et sorties positives, rapportés aux situations connues "
        "moins les sorties neutralisées. Sans situation connue, il n'y a pas de taux.",
        OUTCOMES,
        assumed=True,
    ),
    NamedText(
        "response",
        "Taux de réponse",
        "Situations connues, rapportées aux mises à l'emploi dont le moment est venu. Il se lit à côté du "
        "taux de sorties dynamiques : peu de réponses le rendent fragile.",
        PRACTICE,
        assumed=True,
    ),
)

FOLLOW_UP_TEXTS: Mapping[str, tuple[CodeText, ...]] = {
    "statuses": STATUSES,
    "forecast_methods": FORECAST_METHODS,
    "proof_levels": PROOF_LEVELS,
    "consultation_kinds": CONSULTATION_KINDS,
    "duration_decisions": DURATION_DECISIONS,
    "outcome_moments": OUTCOME_MOMENTS,
    "outcome_categories": OUTCOME_CATEGORIES,
}
"""By the name of the list of codes."""
NAMED_TEXTS: Mapping[str, tuple[NamedText, ...]] = {
    "duration_rules": DURATION_RULES,
    "outcome_rates": OUTCOME_RATES,
}
