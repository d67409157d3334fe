"""The profiles of three local lists: Paris (EPEC), Hérault and Vaucluse, compared line by line in the tests.

Only what a list says is in its profile; a line of a list that was cut off is there as assumed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.rules.codes import Every, Modality
from app.rules.penalty_terms import PARIS_EPEC_PENALTIES
from app.rules.profile_parts import GENERAL, Profile, all_chosen, chosen
from app.rules.ready_targets import PARIS_BEYOND_TRIGGER, PARIS_FIRST_EURO
from app.rules.terms import Document, Reporting

_PARIS = "CCAP 21_BAM_048, p. 7-8 (Services du Premier ministre, EPEC Paris)"
_HERAULT = "clausesociale34.fr, les publics et les modalités d'embauche"
_HERAULT_CUT = "clausesociale34.fr, fin de la liste non lisible"
_VAUCLUSE = "cie84.org, les publics concernés"
_THREE_MODALITIES = (Modality.DIRECT_HIRE, Modality.PLACEMENT, Modality.SUBCONTRACTING)
_FOUR_STRUCTURES = ("ai", "etti", "ei", "aci")

PARIS = Profile(
    code="paris-epec-2021",
    version=1,
    label_fr="Paris (EPEC), 2021",
    since=PARIS_FIRST_EURO.since,
    until=PARIS_FIRST_EURO.until,
    reference="CCAP 21_BAM_048 (Services du Premier ministre), clause suivie par l'EPEC",
    ready_targets=(PARIS_FIRST_EURO.code, PARIS_BEYOND_TRIGGER.code),
    assumed_terms=(
        "/since",
        "/conditions/contract_types",
        "/conditions/durations/months",
        "/conditions/late_threshold",
        "/conditions/reporting/documents",
    ),
    conditions=replace(
        GENERAL,
        publics=(
            chosen("deld", _PARIS, months=12),
            chosen("senior", _PARIS),
            chosen("rsa", _PARIS, dependants=True),
            *all_chosen(("aah", "ass", "veuvage", "invalidite", "th", "jeune_sq"), _PARIS),
            chosen(
                "jeune_parcours",
                _PARIS,
                programmes=("pacea", "garantie_jeunes", "sma", "smv", "epide", "e2c"),
            ),
            chosen("qpv", _PARIS),
            chosen("iae", _PARIS, structures=_FOUR_STRUCTURES),
            *all_chosen(("regie", "geiq", "justice", "refugie"), _PARIS),
            chosen("avis_motive", _PARIS, bodies=("EPEC",)),
        ),
        modalities=_THREE_MODALITIES,
        # A statement is missing from its due day on: there before the 15th is due on the 15th.
        reporting=Reporting(
            Every.QUARTER,
            due_day=15,
            documents=(Document("progress", "Point d'avancement semestriel", Every.HALF_YEAR, due_day=15),),
        ),
        penalties=PARIS_EPEC_PENALTIES,
    ),
)

HERAULT = Profile(
    code="herault",
    version=1,
    label_fr="Hérault",
    since=date(2015, 1, 1),
    until=None,
    reference=_HERAULT,
    assumed_terms=(
        "/since",
        "/conditions/contract_types",
        "/conditions/durations",
        "/conditions/late_threshold",
        "/conditions/reporting",
    ),
    conditions=replace(
        GENERAL,
        publics=(
            chosen("deld", _HERAULT, months=12, worked_below_months=6),
            *all_chosen(
                (
                    "senior",
                    "rsa",
                    "ass",
                    "allocation_insertion",
                    "aah",
                    "invalidite",
                    "th",
                    "jeune_sq",
                    "jeune_diplome",
                    "qpv",
                ),
                _HERAULT,
            ),
            chosen("iae", _HERAULT, structures=_FOUR_STRUCTURES),
            chosen("geiq", _HERAULT),
            *all_chosen(("justice", "refugie", "avis_motive"), _HERAULT_CUT, assumed=True),
        ),
        modalities=_THREE_MODALITIES,
    ),
)

VAUCLUSE = Profile(
    code="vaucluse",
    version=1,
    label_fr="Vaucluse",
    since=date(2015, 1, 1),
    until=None,
    reference=_VAUCLUSE,
    assumed_terms=(
        "/since",
        "/conditions/contract_types",
        "/conditions/durations",
        "/conditions/late_threshold",
        "/conditions/reporting",
    ),
    conditions=replace(
        GENERAL,
        publics=(
            chosen("deld", _VAUCLUSE, months=12),
            *all_chosen(("rsa", "ass", "allocation_insertion", "aah", "invalidite", "th"), _VAUCLUSE),
            # With or without a diploma: out of school for six months, and looking for work.
            chosen("jeune_sq", _VAUCLUSE, requires_jobseeker=True),
            chosen("jeune_diplome", _VAUCLUSE, requires_jobseeker=True, requires_inactivity=False),
            chosen("jeune_parcours", _VAUCLUSE, programmes=("epide", "e2c")),
            # The structures of L5132-4 are all those of the catalogue.
            chosen("iae", f"{_VAUCLUSE} (L5132-4)"),
            chosen(
                "avis_motive",
                _VAUCLUSE,
                bodies=("Pôle emploi", "France Travail", "Maison de l'emploi", "Mission locale", "MDPH"),
            ),
        ),
        modalities=_THREE_MODALITIES,
    ),
)
