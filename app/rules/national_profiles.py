"""The profiles of national texts: CCAG 2021, CSF 2018, NPNRU.

What the readable part of a source does not confirm is marked assumed, choice by choice and term by term.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.rules.codes import ContractType, Modality
from app.rules.penalty_terms import CSF_PENALTIES
from app.rules.profile_parts import GENERAL, Profile, all_chosen, chosen
from app.rules.ready_targets import CSF_2018, NPNRU_URBAN_MANAGEMENT, NPNRU_WORKS
from app.rules.terms import Durations

_CCAG_READ = "CCAG 2021, art. 16.1.1.1 (code-commande-publique.com/ccag-tic-2021-article-16)"
_CCAG_SUPPOSED = "CCAG 2021, art. 16.1.1 et suivants, texte non lisible"
_CSF = "Modèle de clause sociale de formation, Éducation nationale, 2018"
_ANRU = (
    "ANRU, charte nationale d'insertion : au moins 5 % des heures travaillées (travaux),"
    " 10 % (gestion urbaine) (ash.tm.fr/hebdo/2906)"
)
_ANRU_RESIDENCE = "ANRU, charte nationale d'insertion : habitants des quartiers prioritaires"

CCAG = Profile(
    code="ccag-2021",
    version=1,
    label_fr="CCAG 2021 : clause d'insertion sociale",
    since=date(2021, 4, 1),
    until=None,
    reference=_CCAG_READ,
    assumed_terms=("/conditions/durations", "/conditions/late_threshold", "/conditions/reporting"),
    conditions=replace(
        GENERAL,
        publics=(
            # The readable part names four structures: the self-employed of an EITI are not among them.
            chosen("iae", _CCAG_READ, structures=("ai", "etti", "ei", "aci")),
            *all_chosen(("adapte", "regie"), _CCAG_READ),
            *all_chosen(
                (
                    "deld",
                    "rsa",
                    "ass",
                    "aah",
                    "allocation_insertion",
                    "invalidite",
                    "th",
                    "jeune_sq",
                    "jeune_diplome",
                    "senior",
                    "qpv",
                    "geiq",
                    "justice",
                    "refugie",
                    "avis_motive",
                ),
                _CCAG_SUPPOSED,
                assumed=True,
            ),
            # EPIDE and E2C were read (d); the other programmes, and the one that CEJ replaced, are supposed.
            chosen(
                "jeune_parcours",
                f"{_CCAG_READ}, d : EPIDE, E2C ; {_CCAG_SUPPOSED}",
                assumed=True,
                programmes=("pacea", "cej", "garantie_jeunes", "sma", "smv", "epide", "e2c"),
            ),
        ),
    ),
)

CSF = Profile(
    code="csf-2018",
    version=1,
    label_fr="Clause sociale de formation sous statut scolaire (Éducation nationale, 2018)",
    # The days of its table of hours, and what is supposed of them, said once.
    since=CSF_2018.since,
    until=CSF_2018.until,
    reference=_CSF,
    ready_targets=(CSF_2018.code,),
    assumed_terms=(
        *CSF_2018.assumed_terms,
        "/conditions/durations",
        "/conditions/late_threshold",
        "/conditions/reporting",
        "/conditions/penalties",
    ),
    conditions=replace(
        GENERAL,
        publics=(chosen("csf", _CSF),),
        modalities=(Modality.TRAINING,),
        contract_types=(ContractType.STAGE,),
        durations=Durations(GENERAL.durations.months),
        penalties=CSF_PENALTIES,
    ),
)

NPNRU = Profile(
    code="npnru",
    version=1,
    label_fr="Renouvellement urbain (NPNRU) : habitants des quartiers prioritaires",
    since=NPNRU_WORKS.since,
    until=NPNRU_WORKS.until,
    reference=_ANRU,
    ready_targets=(NPNRU_WORKS.code, NPNRU_URBAN_MANAGEMENT.code),
    assumed_terms=(
        *NPNRU_WORKS.assumed_terms,
        "/conditions/durations",
        "/conditions/late_threshold",
        "/conditions/reporting",
    ),
    # Residence is what the readable source counts; whether it asks for more is not known.
    conditions=replace(
        GENERAL,
        publics=(chosen("qpv", _ANRU_RESIDENCE, assumed=True, requires_jobseeker=False),),
    ),
)
