"""What each counting rule says, in French, in the order in which they apply; served by `GET /rules`."""

from __future__ import annotations

from dataclasses import dataclass

from app.rules.codes import Rule


@dataclass(frozen=True, slots=True)
class RuleText:
    """A counting rule for people: its text, where it comes from, whether a readable source confirms it."""

    rule: Rule
    text_fr: str
    reference: str
    assumed: bool = False


COUNTING_RULES = (
    RuleText(Rule.REVIEW, "Ce que l'examen du relevé retranche est refusé.", "Examen du relevé"),
    RuleText(
        Rule.WINDOW,
        "Comptent les jours dans la période d'exécution ; un mois partiel compte au prorata des jours.",
        "CCAP 21_BAM_048, p. 8 : de la notification à la livraison",
    ),
    RuleText(
        Rule.ELIGIBILITY,
        "Comptent les jours que couvre un diagnostic approuvé, au prorata des jours.",
        "CCAP 21_BAM_048, p. 9",
    ),
    RuleText(
        Rule.DURATION,
        "Comptent les jours jusqu'à la fin de la durée d'éligibilité de la personne sur l'engagement. Des "
        "décisions la prolongent ou la suspendent : un jour suspendu ne compte pas et repousse la fin.",
        "Terme de la clause",
        assumed=True,
    ),
    RuleText(
        Rule.MODALITY,
        "La modalité et le type de contrat sont acceptés par la clause.",
        "CCAP 21_BAM_048, p. 8 et 9",
    ),
    RuleText(
        Rule.PLAUSIBILITY,
        "Les heures du mois d'une personne, partout, restent dans le maximum légal ; l'excédent est retenu "
        "sur la déclaration la plus récente.",
        "Code du travail, art. L3121-20",
        assumed=True,
    ),
    RuleText(
        Rule.SINGLE_COUNT,
        "Les heures du mois d'une personne chez un employeur ne dépassent pas son horaire et ses heures "
        "supplémentaires ; la première déclaration passe d'abord, l'excédent est retenu. Un partage convenu "
        "répartit autrement ce que l'ordre donne à deux déclarations.",
        "Règle du service, supposée : une heure ne compte qu'une fois",
        assumed=True,
    ),
    RuleText(
        Rule.TRAINING,
        "Les heures de formation restent dans la part et le plafond que fixe la clause.",
        "Terme de la clause",
        assumed=True,
    ),
)
