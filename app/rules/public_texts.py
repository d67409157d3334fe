"""What each public says to people, in French: who is in it, what a clause may set; see `GET /rules`.

`{months}` and the like stand for the default of that parameter of the public: no number is written twice.
"""

from __future__ import annotations

from app.rules.publics import LONG_BEFORE, Public, values_of
from app.rules.texts import french_day

PUBLIC_TEXTS = {
    "deld": (
        "Personne inscrite comme demandeuse d'emploi depuis {months} mois au moins, durée que la clause"
        " peut changer. La clause peut aussi demander moins d'un nombre de mois travaillés sur les "
        "douze derniers."
    ),
    "rsa": (
        "Personne qui reçoit le revenu de solidarité active. Ses ayants droit n'en sont que si la "
        "clause le dit."
    ),
    "ass": "Personne qui reçoit l'allocation de solidarité spécifique.",
    "aah": "Personne qui reçoit l'allocation aux adultes handicapés.",
    "allocation_insertion": (
        "Personne qui reçoit l'allocation d'insertion, que nomment encore d'anciennes clauses."
    ),
    "veuvage": "Personne qui reçoit l'allocation de veuvage.",
    "invalidite": "Personne qui reçoit une pension ou une allocation d'invalidité.",
    "th": "Personne bénéficiaire de l'obligation d'emploi des travailleurs handicapés.",
    "jeune_sq": (
        "Personne de moins de {age_below} ans, sans CAP ni BEP, qui n'étudie plus depuis {months} mois "
        "au moins. La clause peut changer l'âge et la durée, et exiger l'inscription comme demandeur "
        "d'emploi."
    ),
    "jeune_diplome": (
        "Personne de moins de {age_below} ans, qui a au moins un CAP ou un BEP, n'étudie plus depuis "
        "{months} mois au moins et est sans activité depuis autant. La clause peut changer l'âge et la "
        "durée, ne pas demander l'inactivité, ou exiger l'inscription comme demandeur d'emploi."
    ),
    "jeune_parcours": (
        "Jeune qui suit l'un des parcours que la clause accepte : PACEA, contrat d'engagement jeune, "
        "service militaire adapté ou volontaire, EPIDE, école de la deuxième chance."
    ),
    "senior": "Demandeur d'emploi qui a atteint {age} ans, âge que la clause peut changer.",
    "qpv": (
        "Demandeur d'emploi qui habite un quartier prioritaire de la politique de la ville. La clause "
        "peut accepter aussi qui n'est pas demandeur d'emploi, et limiter l'âge du justificatif de "
        "domicile."
    ),
    "iae": (
        "Personne salariée ou mise à disposition par une structure d'insertion par l'activité "
        "économique : AI, ETTI, EI, ACI ou EITI. La clause peut n'en accepter que certaines."
    ),
    "geiq": "Personne salariée d'un groupement d'employeurs pour l'insertion et la qualification.",
    "adapte": (
        "Personne salariée d'une entreprise adaptée, de travail temporaire ou non, ou usagère d'un "
        "ESAT. La clause peut n'accepter que certaines de ces structures."
    ),
    "regie": "Personne salariée d'une régie de quartier ou de territoire agréée.",
    "justice": "Personne sous main de justice, employée en prison ou au dehors.",
    "refugie": "Personne réfugiée, ou qui bénéficie de la protection subsidiaire.",
    "csf": (
        "Jeune de {age_from} ans ou plus et de moins de {age_below} ans, en formation sous statut "
        "scolaire, accueilli en stage pour la clause sociale de formation."
    ),
    "avis_motive": (
        "Autre personne, sur l'avis motivé d'un organisme. La clause peut nommer les organismes dont "
        "elle accepte l'avis ; sinon tous le sont."
    ),
    "detld": (
        "Personne inscrite comme demandeuse d'emploi depuis {months} mois au moins, durée que la clause"
        " peut changer."
    ),
    "pi": "Personne qui élève seule un enfant ou plusieurs.",
    "ase": "Personne qui sort de l'aide sociale à l'enfance.",
    "sans_hebergement": "Personne sans hébergement, ou hébergée faute de logement.",
    "fle": "Personne dont le niveau de français est inférieur à A1.",
    "frr": "Personne qui habite une commune classée en zone France ruralités revitalisation.",
}


def public_text(item: Public) -> str:
    """Return who a public is, with its default parameters, and the days between which the notion exists."""
    told = PUBLIC_TEXTS[item.code].format(**values_of(item, {}))
    return " ".join(part for part in (told, _since(item), _until(item)) if part)


def _since(item: Public) -> str:
    return "" if item.since == LONG_BEFORE else f"Notion en vigueur depuis le {french_day(item.since)}."


def _until(item: Public) -> str:
    return "" if item.until is None else f"Dernier jour de la notion : {french_day(item.until)}."
