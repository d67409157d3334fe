"""The catalogue of publics (domain §4): each a record with dates, parameters, proofs and a reference.

To add one, follow « Add a public » in CONTRIBUTING.md.

Clauses are kept with the parameters that they had: the default of a parameter added later must say what held
before it existed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from app.rules import criteria
from app.rules.criteria import Criterion
from app.rules.errors import UnknownCodeError
from app.rules.proofs import Need
from app.rules.terms import ParameterValue

LONG_BEFORE = date(2000, 1, 1)
"""Stands for the first day of notions that are older than any contract followed here."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter of a public: its default and its bounds (whole numbers) or accepted codes (lists).

    `accepted` None on a list: any text.
    """

    code: str
    label_fr: str
    default: ParameterValue
    minimum: int = 0
    maximum: int = 0
    accepted: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """A category of people: criterion, parameters, what must be proven, dates of the notion, reference.

    The dates are general knowledge; `assumed`: no readable source confirmed the definition or its end;
    `custom_only`: in no built-in profile.
    """

    code: str
    label_fr: str
    criterion: Criterion
    needs: tuple[Need, ...]
    reference: str
    since: date = LONG_BEFORE
    until: date | None = None
    settings: tuple[Setting, ...] = ()
    assumed: bool = False
    custom_only: bool = False

    def in_force(self, on: date) -> bool:
        """Tell whether the notion exists on a day."""
        return self.since <= on and (self.until is None or on <= self.until)


_LISTS = "CCAP 21_BAM_048, clausesociale34.fr, cie84.org"
_GEIQ = "Critères IAE et GEIQ des Emplois de l'inclusion (gip-inclusion/les-emplois)"
_CCAG = "CCAG 2021, art. 16.1.1.1 (texte TIC)"

_PROOF_MONTHS = Setting(
    "proof_months",
    "Âge maximal des justificatifs au début de la mise à l'emploi, en mois (0 : sans limite)",
    0,
    0,
    60,
)
_ADDRESS_MONTHS = Setting(
    "address_proof_months",
    "Âge maximal du justificatif de domicile au début de la mise à l'emploi, en mois (0 : sans limite)",
    0,
    0,
    60,
)
_ALSO_JOBSEEKER = Setting("requires_jobseeker", "Demandeur d'emploi exigé", default=False)
_AGE_BELOW = Setting("age_below", "Avant cet anniversaire", 26, 16, 30)
_SIX_MONTHS = Setting("months", "Mois depuis la fin des études", 6, 0, 36)


def _months(default: int) -> tuple[Setting, ...]:
    return (
        Setting("months", "Mois d'inscription", default, 1, 60),
        Setting("worked_below_months", "Mois travaillés sur 12, au-dessous de (0 : sans limite)", 0, 0, 12),
    )


def _structures(*codes: str) -> tuple[Setting, ...]:
    return (Setting("structures", "Types de structure", codes, accepted=codes),)


_JOBSEEKER = Need(("france_travail", "registration_summary"))
_JOBSEEKER_IF_ASKED = Need(_JOBSEEKER.any_of, only_if="requires_jobseeker")
_LEVEL = Need(("diploma", "sworn_statement"))
_IDENTITY = Need(("identity",))
_INACTIVE_IF_ASKED = Need(
    ("france_travail", "work_certificates", "sworn_statement"), only_if="requires_inactivity"
)
_OUT_OF_SCHOOL = Need(("school_leaving", "sworn_statement"))

_LISTED = (
    Public(
        code="deld",
        label_fr="Demandeur d'emploi de longue durée",
        criterion=criteria.registered,
        needs=(_JOBSEEKER,),
        settings=_months(12),
        reference=_LISTS,
    ),
    Public(
        code="rsa",
        label_fr="Allocataire du RSA",
        criterion=criteria.rsa,
        needs=(Need(("rsa",)),),
        settings=(Setting("dependants", "Ayants droit compris", default=False),),
        reference=_LISTS,
        since=date(2009, 6, 1),
    ),
    Public(
        code="ass",
        label_fr="Allocataire de l'ASS",
        criterion=criteria.stated("ass", "Allocataire de l'allocation de solidarité spécifique"),
        needs=(Need(("ass",)),),
        reference=_LISTS,
    ),
    Public(
        code="aah",
        label_fr="Allocataire de l'AAH",
        criterion=criteria.stated("aah", "Allocataire de l'allocation aux adultes handicapés"),
        needs=(Need(("aah",)),),
        reference=_LISTS,
    ),
    Public(
        code="allocation_insertion",
        label_fr="Allocataire de l'allocation d'insertion",
        criterion=criteria.stated("allocation_insertion", "Allocataire de l'allocation d'insertion"),
        needs=(Need(("benefit",)),),
        reference="clausesociale34.fr, cie84.org (AI)",
        until=date(2017, 8, 31),
        assumed=True,
    ),
    Public(
        code="veuvage",
        label_fr="Allocataire de l'allocation de veuvage",
        criterion=criteria.stated("veuvage", "Allocataire de l'allocation de veuvage"),
        needs=(Need(("benefit",)),),
        reference="CCAP 21_BAM_048, p. 7",
    ),
    Public(
        code="invalidite",
        label_fr="Titulaire d'une pension ou allocation d'invalidité",
        criterion=criteria.stated("invalidite", "Titulaire d'une pension ou allocation d'invalidité"),
        needs=(Need(("benefit",)),),
        reference=_LISTS,
    ),
    Public(
        code="th",
        label_fr="Travailleur handicapé",
        criterion=criteria.stated("disabled_worker", "Bénéficiaire de l'obligation d'emploi (L5212-13)"),
        needs=(Need(("disability",)),),
        reference="Code du travail, art. L5212-13",
        since=date(2008, 5, 1),
    ),
    Public(
        code="jeune_sq",
        label_fr="Jeune sans qualification",
        criterion=criteria.young_unqualified,
        needs=(_IDENTITY, _LEVEL, _OUT_OF_SCHOOL, _JOBSEEKER_IF_ASKED),
        settings=(_AGE_BELOW, _SIX_MONTHS, _ALSO_JOBSEEKER),
        reference="CCAP 21_BAM_048, p. 7 ; clausesociale34.fr",
    ),
    Public(
        code="jeune_diplome",
        label_fr="Jeune diplômé sans activité",
        criterion=criteria.young_graduate,
        needs=(_IDENTITY, Need(("diploma",)), _INACTIVE_IF_ASKED, _JOBSEEKER_IF_ASKED),
        settings=(
            _AGE_BELOW,
            _SIX_MONTHS,
            Setting("requires_inactivity", "Sans activité depuis autant de mois", default=True),
            _ALSO_JOBSEEKER,
        ),
        reference="clausesociale34.fr ; cie84.org",
    ),
    Public(
        code="jeune_parcours",
        label_fr="Jeune en parcours (PACEA, CEJ, SMA, SMV, EPIDE, E2C)",
        criterion=criteria.young_programme,
        needs=(Need(("programme",)),),
        settings=(
            Setting(
                "programmes",
                "Parcours acceptés",
                ("pacea", "cej", "sma", "smv", "epide", "e2c"),
                accepted=("pacea", "cej", "sma", "smv", "epide", "e2c", "garantie_jeunes"),
            ),
        ),
        reference=f"{_CCAG} d : EPIDE, E2C ; CCAP 21_BAM_048, p. 7",
    ),
    Public(
        code="senior",
        label_fr="Demandeur d'emploi senior",
        criterion=criteria.senior,
        needs=(_IDENTITY, _JOBSEEKER),
        settings=(Setting("age", "Âge atteint", 50, 45, 62),),
        reference="CCAP 21_BAM_048, p. 7 ; clausesociale34.fr",
    ),
    Public(
        code="qpv",
        label_fr="Habitant d'un quartier prioritaire éloigné de l'emploi",
        criterion=criteria.qpv,
        needs=(Need(("address",), age="address_proof_months"), _JOBSEEKER_IF_ASKED),
        settings=(replace(_ALSO_JOBSEEKER, default=True), _ADDRESS_MONTHS),
        reference="CCAP 21_BAM_048, p. 7 ; clausesociale34.fr",
        since=date(2015, 1, 1),
    ),
    Public(
        code="iae",
        label_fr="Personne en insertion par l'activité économique",
        criterion=criteria.in_structures("Salarié ou mis à disposition par une structure d'insertion"),
        needs=(Need(("structure",)),),
        settings=_structures("ai", "etti", "ei", "aci", "eiti"),
        reference=f"{_CCAG} b",
    ),
    Public(
        code="geiq",
        label_fr="Salarié d'un GEIQ",
        criterion=criteria.in_structures("Salarié d'un groupement d'employeurs pour l'insertion"),
        needs=(Need(("structure",)),),
        settings=_structures("geiq"),
        reference="CCAP 21_BAM_048, p. 8 ; clausesociale34.fr",
    ),
    Public(
        code="adapte",
        label_fr="Salarié ou usager du secteur adapté et protégé",
        criterion=criteria.in_structures("Salarié d'une entreprise adaptée ou usager d'un ESAT"),
        needs=(Need(("structure",)),),
        settings=_structures("ea", "eatt", "esat"),
        reference=f"{_CCAG} a",
    ),
    Public(
        code="regie",
        label_fr="Salarié d'une régie de quartier ou de territoire",
        criterion=criteria.in_structures("Salarié d'une structure agréée"),
        needs=(Need(("structure",)),),
        settings=_structures("regie"),
        reference=f"{_CCAG} c",
    ),
    Public(
        code="justice",
        label_fr="Personne sous main de justice",
        criterion=criteria.stated("justice", "Sous main de justice, employée en prison ou au dehors"),
        needs=(Need(("justice",)),),
        reference="CCAP 21_BAM_048, p. 8",
    ),
    Public(
        code="refugie",
        label_fr="Réfugié ou bénéficiaire de la protection subsidiaire",
        criterion=criteria.stated("refugee", "Réfugié ou bénéficiaire de la protection subsidiaire"),
        needs=(Need(("residence_permit",)),),
        reference="CCAP 21_BAM_048, p. 8",
    ),
    Public(
        code="csf",
        label_fr="Jeune en formation sous statut scolaire (CSF)",
        criterion=criteria.school,
        needs=(_IDENTITY, Need(("internship_agreement",))),
        settings=(Setting("age_from", "Depuis cet anniversaire", 16, 14, 18), _AGE_BELOW),
        reference="Modèle de clause sociale de formation, Éducation nationale, 2018",
        since=date(2018, 1, 1),
    ),
    Public(
        code="avis_motive",
        label_fr="Autre personne, sur avis motivé",
        criterion=criteria.reasoned_opinion,
        needs=(Need(("reasoned_opinion",)),),
        settings=(Setting("bodies", "Organismes acceptés (vide : tous)", ()),),
        reference="CCAP 21_BAM_048, p. 8 ; cie84.org",
    ),
    Public(
        code="detld",
        label_fr="Demandeur d'emploi de très longue durée",
        criterion=criteria.registered,
        needs=(_JOBSEEKER,),
        settings=_months(24),
        reference=_GEIQ,
        custom_only=True,
    ),
    Public(
        code="pi",
        label_fr="Parent isolé",
        criterion=criteria.stated("lone_parent", "Parent isolé"),
        needs=(Need(("family_benefit",)),),
        reference=_GEIQ,
        custom_only=True,
    ),
    Public(
        code="ase",
        label_fr="Sortant de l'aide sociale à l'enfance",
        criterion=criteria.stated("former_ase", "Sortant de l'aide sociale à l'enfance"),
        needs=(Need(("ase",)),),
        reference=_GEIQ,
        custom_only=True,
    ),
    Public(
        code="sans_hebergement",
        label_fr="Personne sans hébergement ou hébergée",
        criterion=criteria.stated("homeless", "Sans hébergement, ou hébergé"),
        needs=(Need(("housing",)),),
        reference=_GEIQ,
        custom_only=True,
    ),
    Public(
        code="fle",
        label_fr="Personne en apprentissage du français",
        criterion=criteria.stated("french_below_a1", "Niveau de français inférieur à A1"),
        needs=(Need(("language",)),),
        reference=_GEIQ,
        custom_only=True,
    ),
    Public(
        code="frr",
        label_fr="Habitant d'une zone France ruralités revitalisation",
        criterion=criteria.stated("frr", "Habite une zone France ruralités revitalisation"),
        needs=(Need(("address",)),),
        reference=_GEIQ,
        since=date(2024, 7, 1),
        assumed=True,
        custom_only=True,
    ),
)

CATALOGUE = tuple(replace(item, settings=(*item.settings, _PROOF_MONTHS)) for item in _LISTED)
"""Nothing readable says how old a proof may be: every public leaves it to the clause, by default no limit."""

PUBLICS: Mapping[str, Public] = {item.code: item for item in CATALOGUE}


def public(code: str) -> Public:
    """Return a public of the catalogue; UnknownCodeError when there is none of that code."""
    if code not in PUBLICS:
        message = "Ce public n'existe pas."
        raise UnknownCodeError(message)
    return PUBLICS[code]


def values_of(kind: Public, chosen: Mapping[str, ParameterValue]) -> dict[str, ParameterValue]:
    """Return the parameter values of a public: those chosen, else the defaults."""
    return {item.code: chosen.get(item.code, item.default) for item in kind.settings}
