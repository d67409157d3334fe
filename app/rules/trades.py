"""Trades as people name them: the domains of ROME and the divisions of the CPV."""

from __future__ import annotations

from collections.abc import Mapping

ROME_DOMAINS: Mapping[str, str] = {
    "A": "Agriculture, pêche, espaces naturels et espaces verts, soins aux animaux",
    "B": "Arts et façonnage d'ouvrages d'art",
    "C": "Banque, assurance, immobilier",
    "D": "Commerce, vente et grande distribution",
    "E": "Communication, média et multimédia",
    "F": "Construction, bâtiment et travaux publics",
    "G": "Hôtellerie, restauration, tourisme, loisirs et animation",
    "H": "Industrie",
    "I": "Installation et maintenance",
    "J": "Santé",
    "K": "Services à la personne et à la collectivité",
    "L": "Spectacle",
    "M": "Support à l'entreprise",
    "N": "Transport et logistique",
}
CPV_DIVISIONS: Mapping[str, str] = {
    "03": "Produits agricoles, de l'élevage, de la pêche et de la sylviculture",
    "09": "Produits pétroliers, combustibles, électricité et autres énergies",
    "14": "Produits d'exploitation des mines, métaux de base",
    "15": "Produits alimentaires, boissons, tabac",
    "16": "Machines agricoles",
    "18": "Vêtements, articles chaussants, bagages et accessoires",
    "19": "Produits en cuir, textiles, matières plastiques et caoutchouc",
    "22": "Imprimés et produits connexes",
    "24": "Produits chimiques",
    "30": "Machines de bureau et matériel informatique",
    "31": "Machines et équipements électriques, éclairage",
    "32": "Équipements de radio, de télévision et de télécommunications",
    "33": "Équipements médicaux et produits de soin",
    "34": "Équipements de transport",
    "35": "Équipements de sécurité, de police et de défense",
    "37": "Instruments de musique, articles de sport, jeux et jouets",
    "38": "Équipements de laboratoire, d'optique et de précision",
    "39": "Meubles, aménagements, électroménager et produits de nettoyage",
    "41": "Eau captée et épurée",
    "42": "Machines industrielles",
    "43": "Machines pour l'exploitation minière et la construction",
    "44": "Structures et matériaux de construction",
    "45": "Travaux de construction",
    "48": "Logiciels et systèmes d'information",
    "50": "Services de réparation et d'entretien",
    "51": "Services d'installation",
    "55": "Services d'hôtellerie, de restauration et de commerce de détail",
    "60": "Services de transport",
    "63": "Services annexes de transport, agences de voyages",
    "64": "Services de poste et de télécommunications",
    "65": "Services publics d'eau et d'énergie",
    "66": "Services financiers et d'assurance",
    "70": "Services immobiliers",
    "71": "Services d'architecture, d'ingénierie et d'inspection",
    "72": "Services informatiques",
    "73": "Services de recherche et développement",
    "75": "Services d'administration publique, de défense et de sécurité sociale",
    "76": "Services liés à l'industrie du pétrole et du gaz",
    "77": "Services agricoles, sylvicoles, horticoles",
    "79": "Services aux entreprises",
    "80": "Services d'enseignement et de formation",
    "85": "Services sociaux et de santé",
    "90": "Services d'assainissement, de propreté et d'environnement",
    "92": "Services récréatifs, culturels et sportifs",
    "98": "Autres services à la collectivité et à la personne",
}
UNKNOWN = "Métier inconnu"


def trade_label(code: str | None) -> str:
    """Return the name of a trade: the domain of a ROME code, the division of a CPV."""
    if code is None:
        return UNKNOWN
    return ROME_DOMAINS.get(code[:1]) or CPV_DIVISIONS.get(code, UNKNOWN)
