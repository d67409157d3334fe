"""The closed lists of the 2022 format (schema 2.0.4, with the values that v1 still sends)."""

from app.exchange.folding import fold_words

NATURES = (
    "Marché",
    "Marché de partenariat",
    "Marché de défense ou de sécurité",
    "Accord-cadre",
    "Marché subséquent",
)
CONCESSION_NATURES = (
    "Concession de travaux",
    "Concession de service",
    "Concession de service public",
    "Délégation de service public",
)
PROCEDURES = (
    "Procédure adaptée",
    "Appel d'offres ouvert",
    "Appel d'offres restreint",
    "Procédure avec négociation",
    "Marché passé sans publicité ni mise en concurrence préalable",
    "Dialogue compétitif",
)
CONCESSION_PROCEDURES = (
    "Procédure négociée ouverte",
    "Procédure non négociée ouverte",
    "Procédure négociée restreinte",
    "Procédure non négociée restreinte",
)
# Some publishers name the procedure of a concession as that of a contract.
PROCEDURES_OF_CONCESSIONS = (*CONCESSION_PROCEDURES, *PROCEDURES)
# What the 2019 format calls otherwise.
_PROCEDURES_OF_2019 = {
    "Procédure concurrentielle avec négociation": "Procédure avec négociation",
    "Procédure négociée avec mise en concurrence préalable": "Procédure avec négociation",
    "Marché négocié sans publicité ni mise en concurrence préalable": PROCEDURES[4],
    "Procédure négociée sans publicité ni mise en concurrence préalable": PROCEDURES[4],
}
CCAGS = (
    "Travaux",
    "Maitrise d'œuvre",
    "Fournitures courantes et services",
    "Marchés industriels",
    "Prestations intellectuelles",
    "Techniques de l'information et de la communication",
    "Pas de CCAG",
)
TECHNIQUES = (
    "Accord-cadre",
    "Concours",
    "Système de qualification",
    "Système d'acquisition dynamique",
    "Catalogue électronique",
    "Enchère électronique",
    "Sans objet",
)
MODALITIES = ("Tranches", "Bons de commande", "Marchés subséquents", "Sans objet")
GROUP_KINDS = ("Conjoint", "Solidaire", "Pas de groupement")
PLACE_TYPES = (
    "Code postal",
    "Code commune",
    "Code arrondissement",
    "Code canton",
    "Code département",
    "Code région",
    "Code pays",
)
COUNTRY_TYPE = "Code pays"
NO_SOCIAL = "Pas de considération sociale"
SOCIAL = ("Clause sociale", "Critère social", "Marché réservé", "Concession réservée", NO_SOCIAL)
NO_ENVIRONMENTAL = "Pas de considération environnementale"
ENVIRONMENTAL = ("Clause environnementale", "Critère environnemental", NO_ENVIRONMENTAL)
PRICE_TYPES = ("Définitif ferme", "Définitif actualisable", "Définitif révisable", "Provisoire")
PRICE_FORMS = ("Unitaire", "Forfaitaire", "Mixte")
PRICE_VARIATIONS = ("Ferme", "Actualisable", "Révisable")

# Under this name, in the object of the buyer, the service's own exports say which of its contracts a record
# is: the schema takes any member inside this object, and none of others' beside those of a record.
CLAIM = "idContratSuivi"
# Beside it, the first digits of the fingerprint of all the rest: whether somebody edited the record since.
MARK = "empreinteSuivi"

# Everything that the schema requires and that the reader does not already ask for by name.
REQUIRED = (
    "nature",
    "objet",
    "codeCPV",
    "techniques",
    "modalitesExecution",
    "marcheInnovant",
    "ccag",
    "offresRecues",
    "attributionAvance",
    "typeGroupementOperateurs",
    "procedure",
    "dureeMois",
    "datePublicationDonnees",
    "montant",
    "typesPrix",
    "formePrix",
    "sousTraitanceDeclaree",
    "titulaires",
    "considerationsSociales",
    "considerationsEnvironnementales",
)

# The same of the 2019 format, and of concessions in either.
REQUIRED_IN_2019 = (
    *("nature", "objet", "codeCPV", "procedure", "dureeMois", "datePublicationDonnees", "montant"),
    *("formePrix", "titulaires"),
)
REQUIRED_OF_CONCESSIONS = (
    *("nature", "objet", "procedure", "dureeMois", "dateDebutExecution", "datePublicationDonnees"),
    *("valeurGlobale", "montantSubventionPublique", "concessionnaires"),
)

REQUIRED_OF_ACTS = (
    "id",
    "sousTraitant",
    "dureeMois",
    "dateNotification",
    "datePublicationDonnees",
    "montant",
    "variationPrix",
)

# Divisions of the common procurement vocabulary (Règlement (CE) no 213/2008), to tell a lost
# leading zero from lost trailing ones.
CPV_DIVISIONS = frozenset(
    f"{division:02}"
    for division in (
        *(3, 9, 14, 15, 16, 18, 19, 22, 24, 30, 31, 32, 33, 34, 35, 37, 38, 39, 41, 42, 43, 44, 45, 48),
        *(50, 51, 55, 60, 63, 64, 65, 66, 70, 71, 72, 73, 75, 76, 77, 79, 80, 85, 90, 92, 98),
    )
)


def recognise(text: str, values: tuple[str, ...]) -> str | None:
    """Give the value of the list that the text spells, whatever accents, case and punctuation."""
    folded = fold_words(text).replace(" ", "")
    return _FOLDED[values].get(folded)


def _fold(values: tuple[str, ...]) -> dict[str, str]:
    return {fold_words(value).replace(" ", ""): value for value in values}


_FOLDED: dict[tuple[str, ...], dict[str, str]] = {
    values: _fold(values)
    for values in (
        NATURES,
        CONCESSION_NATURES,
        PROCEDURES,
        PROCEDURES_OF_CONCESSIONS,
        CCAGS,
        TECHNIQUES,
        MODALITIES,
        GROUP_KINDS,
        PLACE_TYPES,
        SOCIAL,
        ENVIRONMENTAL,
        PRICE_TYPES,
        PRICE_FORMS,
        PRICE_VARIATIONS,
    )
}
for _named in (PROCEDURES, PROCEDURES_OF_CONCESSIONS):
    _FOLDED[_named] |= {
        fold_words(name).replace(" ", ""): value for name, value in _PROCEDURES_OF_2019.items()
    }
