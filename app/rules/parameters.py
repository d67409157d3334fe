"""Numbers of the law and of practice, dated and referenced: a new value is a new line, nothing is edited.

A day before the first value is an error; the last value continues, with the day it was last checked.
"""

from __future__ import annotations

from datetime import date

from app.rules.dated_values import GATHERED, Parameter
from app.rules.dated_values import by_act as _by_act
from app.rules.dated_values import series as _series
from app.rules.errors import UnknownCodeError
from app.rules.organisation_parameters import ORGANISATIONS

OPENFISCA_CHECKED = date(2026, 7, 31)


_AVE = "Alliance Villes Emploi, photographie 2021 : 1 ETP = 1 600 h"
_L3121_27 = "Code du travail, art. L3121-27"
_EU_CLASSIC = "Règlement délégué (UE) 2025/2152, pouvoirs adjudicateurs, JOUE du 23/10/2025"
_EU_NETWORK = "Règlement délégué (UE) 2025/2150, secteurs spéciaux, JOUE du 23/10/2025"
_EU_WORKS = "Règlements délégués (UE) 2025/2151 (concessions) et 2025/2152 (travaux), JOUE du 23/10/2025"
_DERIVED = "plafond mensuel de {} € fois 12, divisé par 1 607, arrondi à l'euro (art. D242-19)"
_PACE = "Méthode pace_of_due_months, usage supposé"
_NOTICE = "Usage supposé"
_DUE_DAY = "CCAP 21_BAM_048 : avant le 15 du mois suivant ; usage supposé pour les autres, terme de la clause"
_AGES = "Observatoire des clauses de La Réunion, 2025, tranches d'âge ; usage supposé pour les autres"

_SECRECY = (
    "Secret statistique des données fiscales sur les personnes : aucune case de moins de 11 unités (INSEE)"
)
_FIRM_SECRECY = "Secret statistique des entreprises : au moins trois par case, aucune au-delà de 85 % (INSEE)"
_BY_ANALOGY = "Par analogie avec le PASS IAE (suspension de 36 mois, cinq ans en tout) ; à confirmer"

_ALL = (
    Parameter(
        code="fte_hours",
        label_fr="Heures d'un équivalent temps plein",
        unit="h",
        values=_series(_AVE, ("2000-01-01", "1600")),
        assumed=False,
        checked_on=GATHERED,
    ),
    Parameter(
        code="weekly_hours",
        label_fr="Durée légale hebdomadaire",
        unit="h/week",
        values=_series(_L3121_27, ("2000-01-01", "35")),
        assumed=False,
        checked_on=GATHERED,
    ),
    Parameter(
        code="day_hours",
        label_fr="Heures d'une journée affichée",
        unit="h",
        values=_series("Convention d'affichage : 35 h sur 5 jours", ("2000-01-01", "7")),
        assumed=False,
        checked_on=GATHERED,
    ),
    Parameter(
        code="longest_suspension",
        label_fr="Suspension de la durée d'éligibilité, au plus par décision",
        unit="months",
        values=_series(_BY_ANALOGY, ("2000-01-01", "36")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="longest_prolongation",
        label_fr="Prolongation de la durée d'éligibilité, au plus par décision",
        unit="months",
        values=_series(_BY_ANALOGY, ("2000-01-01", "36")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="weekly_maximum",
        label_fr="Durée maximale de travail au cours d'une même semaine",
        unit="h/week",
        values=_series("Code du travail, art. L3121-20", ("2000-01-01", "48")),
        assumed=False,
        checked_on=GATHERED,
    ),
    Parameter(
        code="late_threshold",
        label_fr="Part des heures attendues sous laquelle une clause est en retard",
        unit="share",
        values=_series("Usage supposé ; terme de la clause", ("2000-01-01", "0.8")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="reporting_due_day",
        label_fr="Jour du mois suivant la période où le relevé est dû, par défaut",
        unit="day_of_month",
        values=_series(_DUE_DAY, ("2000-01-01", "15")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="forecast_months",
        label_fr="Derniers mois échus dont le rythme fait la prévision",
        unit="months",
        values=_series(_PACE, ("2000-01-01", "3")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="forecast_least_months",
        label_fr="Mois échus sans lesquels rien n'est prévu",
        unit="months",
        values=_series(_PACE, ("2000-01-01", "2")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="forecast_low_share",
        label_fr="Part du rythme que retient la prévision basse",
        unit="share",
        values=_series(_PACE, ("2000-01-01", "0.5")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="eligibility_notice_days",
        label_fr="Jours d'avance auxquels une fin d'éligibilité est annoncée",
        unit="days",
        values=_series(_NOTICE, ("2000-01-01", "30")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="window_notice_days",
        label_fr="Jours d'avance auxquels la fin de l'exécution est annoncée s'il manque des heures",
        unit="days",
        values=_series(_NOTICE, ("2000-01-01", "60")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="eligibility_months",
        label_fr="Durée d'éligibilité par défaut",
        unit="months",
        values=_series("Règle des 24 mois, non confirmée ; terme de la clause", ("2000-01-01", "24")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="cdi_months",
        label_fr="Durée maximale d'éligibilité d'un CDI",
        unit="months",
        values=_series("CCAP 21_BAM_048, p. 8 (EPEC Paris) ; terme de la clause", ("2000-01-01", "48")),
        assumed=False,
        checked_on=GATHERED,
    ),
    Parameter(
        code="dispute_days",
        label_fr="Délai de contestation d'une décision",
        unit="days",
        values=_series("Usage supposé", ("2000-01-01", "30")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="social_condition_required",
        label_fr="Condition sociale ou d'emploi obligatoire au-dessus des seuils européens",
        unit="yes",
        values=_series("Code de la commande publique, art. L2112-2-1", ("2026-08-22", "1")),
        assumed=False,
        checked_on=GATHERED,
    ),
    Parameter(
        code="threshold_state",
        label_fr="Seuil européen, fournitures et services de l'État (HT)",
        unit="EUR",
        values=_series(_EU_CLASSIC, ("2026-01-01", "140000")),
        assumed=False,
        checked_on=GATHERED,
    ),
    Parameter(
        code="threshold_other",
        label_fr="Seuil européen, fournitures et services des autres acheteurs (HT)",
        unit="EUR",
        values=_series(_EU_CLASSIC, ("2026-01-01", "216000")),
        assumed=False,
        checked_on=GATHERED,
    ),
    Parameter(
        code="threshold_network",
        label_fr="Seuil européen, fournitures et services des entités de réseau (HT)",
        unit="EUR",
        values=_series(_EU_NETWORK, ("2026-01-01", "432000")),
        assumed=False,
        checked_on=GATHERED,
    ),
    Parameter(
        code="threshold_works",
        label_fr="Seuil européen, travaux et concessions (HT)",
        unit="EUR",
        values=_series(_EU_WORKS, ("2026-01-01", "5404000")),
        assumed=False,
        checked_on=GATHERED,
    ),
    Parameter(
        code="short_works_months",
        label_fr="Durée à partir de laquelle un marché de travaux n'est plus de courte durée",
        unit="months",
        values=_series("Code de la commande publique, art. L2112-2-1", ("2026-08-22", "6")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="smallest_group",
        label_fr="Nombre de mises à l'emploi sous lequel un acheteur ne lit pas leurs sorties",
        unit="people",
        values=_series("Seuil minimal des chiffres diffusés, repris par prudence", ("2000-01-01", "5")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="published_firms",
        label_fr="Entreprises sous lesquelles une case publiée est masquée",
        unit="count",
        values=_series(_FIRM_SECRECY, ("2000-01-01", "3")),
        assumed=False,
        checked_on=GATHERED,
    ),
    Parameter(
        code="published_largest_share",
        label_fr="Part des heures d'une case publiée qu'une entreprise ne dépasse pas",
        unit="share",
        values=_series(_FIRM_SECRECY, ("2000-01-01", "0.85")),
        assumed=False,
        checked_on=GATHERED,
    ),
    Parameter(
        code="publication_delay",
        label_fr="Jours après la fin d'une période avant d'en publier les chiffres",
        unit="days",
        values=_series("Usage supposé", ("2000-01-01", "45")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="hourly_ceiling",
        label_fr="Plafond horaire de la sécurité sociale",
        unit="EUR/h",
        values=_by_act(
            ("2009-01-01", "21", "Décret 2008-1394 du 19/12/2008"),
            ("2010-01-01", "22", "Arrêté du 18/11/2009"),
            ("2012-01-01", "23", "Arrêté du 30/12/2011"),
            ("2015-01-01", "24", "Arrêté du 26/12/2014"),
            ("2018-01-01", "25", "Arrêté du 05/12/2017"),
            ("2020-01-01", "26", "Arrêté du 02/12/2019"),
            ("2023-01-01", "27", "Arrêté du 09/12/2022"),
            ("2024-01-01", "29", "Arrêté du 19/12/2023"),
            ("2025-01-01", "29", f"OpenFisca-France : {_DERIVED.format('3 925')}"),
            ("2026-01-01", "30", f"Arrêté du 22/12/2025 : {_DERIVED.format('4 005')}"),
        ),
        assumed=False,
        checked_on=OPENFISCA_CHECKED,
    ),
    Parameter(
        code="minimum_wage",
        label_fr="Salaire minimum horaire brut",
        unit="EUR/h",
        values=_by_act(
            ("2024-11-01", "11.88", "Décret 2024-951 du 23/10/2024"),
            ("2026-01-01", "12.02", "Décret 2025-1228 du 17/12/2025"),
            ("2026-06-01", "12.31", "Arrêté du 22/05/2026"),
        ),
        assumed=False,
        checked_on=OPENFISCA_CHECKED,
    ),
    *(
        Parameter(
            code=f"age_band_{band}",
            label_fr=f"Âge auquel commence la tranche d'âge {label}",
            unit="years",
            values=_series(_AGES, ("2000-01-01", age)),
            assumed=True,
            checked_on=GATHERED,
        )
        for band, label, age in (
            ("26_to_40", "de 26 à 40 ans", "26"),
            ("41_to_50", "de 41 à 50 ans", "41"),
            ("51_and_over", "de 51 ans et plus", "51"),
        )
    ),
    Parameter(
        code="identity_months",
        label_fr="Conservation d'une identité après le dernier contact avec la personne",
        unit="months",
        values=_series(
            "CNIL, délibération 2023-095 du 14/09/2023 : base active 2 ans après le dernier contact",
            ("2000-01-01", "24"),
        ),
        assumed=False,
        checked_on=GATHERED,
    ),
    Parameter(
        code="trace_months",
        label_fr="Après l'effacement, conservation du sexe et du métier de ce qui reste",
        unit="months",
        values=_series("Aucun texte lu ; la durée d'un marché et de ses suites", ("2000-01-01", "36")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="log_months",
        label_fr="Conservation de qui a agi et par quelle requête, dans la piste d'audit",
        unit="months",
        values=_series(
            "CNIL, délibération 2021-122 du 14/10/2021 : journaux de 6 mois à 1 an ; la borne haute",
            ("2000-01-01", "12"),
        ),
        assumed=False,
        checked_on=GATHERED,
    ),
    Parameter(
        code="fewest_people",
        label_fr="Personnes en dessous desquelles un chiffre qui les décrit n'est pas montré",
        unit="people",
        values=_series(_SECRECY, ("2000-01-01", "11")),
        assumed=True,
        checked_on=GATHERED,
    ),
    *ORGANISATIONS,
)

PARAMETERS = {item.code: item for item in _ALL}


def parameter(code: str) -> Parameter:
    """Return a parameter of the law; UnknownCodeError when there is none of that code."""
    if code not in PARAMETERS:
        message = "Ce paramètre n'existe pas."
        raise UnknownCodeError(message)
    return PARAMETERS[code]
