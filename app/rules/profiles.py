"""Built-in profiles: reusable, dated, referenced terms that fill what a clause does not say.

What the readable part of a source does not confirm is marked assumed, choice by choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.rules.codes import ContractType, Modality
from app.rules.errors import UnknownCodeError
from app.rules.parameters import parameter
from app.rules.publics import public, values_of
from app.rules.terms import Conditions, Durations, PublicChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A named set of conditions, the days on which a clause may take it, and its source.

    `assumed`: no readable source confirmed the conditions; each public says for itself.
    """

    code: str
    version: int
    label_fr: str
    since: date
    until: date | None
    reference: str
    assumed: bool
    conditions: Conditions


_CCAG = "CCAG 2021, art. 16.1.1.1 (code-commande-publique.com/ccag-tic-2021-article-16)"
_CCAG_SUPPOSED = "CCAG 2021, art. 16.1.1 et suivants, texte non lisible"
_CCAG_SINCE = date(2021, 4, 1)

_CCAG_READ = ("iae", "adapte", "regie")
_CCAG_ASSUMED = (
    "deld",
    "rsa",
    "ass",
    "aah",
    "allocation_insertion",
    "invalidite",
    "th",
    "jeune_sq",
    "jeune_diplome",
    "jeune_parcours",
    "senior",
    "qpv",
    "geiq",
    "justice",
    "refugie",
    "avis_motive",
)


def _general_conditions() -> Conditions:
    """Return what a clause without profile is given: every modality and contract type, but no public."""
    return Conditions(
        publics=(),
        modalities=tuple(Modality),
        contract_types=tuple(ContractType),
        durations=Durations(
            months=int(parameter("eligibility_months").at(_CCAG_SINCE).value),
            to_window_end=((ContractType.CDI, int(parameter("cdi_months").at(_CCAG_SINCE).value)),),
        ),
        late_threshold=parameter("late_threshold").at(_CCAG_SINCE).value,
    )


def _chosen(code: str, reference: str, *, assumed: bool) -> PublicChoice:
    """Return a public with the parameter values of the catalogue."""
    return PublicChoice(code, tuple(values_of(public(code), {}).items()), reference, assumed)


def _ccag_conditions() -> Conditions:
    general = _general_conditions()
    read = tuple(_chosen(code, _CCAG, assumed=False) for code in _CCAG_READ)
    supposed = tuple(_chosen(code, _CCAG_SUPPOSED, assumed=True) for code in _CCAG_ASSUMED)
    return Conditions(
        publics=read + supposed,
        modalities=general.modalities,
        contract_types=general.contract_types,
        durations=general.durations,
        late_threshold=general.late_threshold,
    )


GENERAL = _general_conditions()

_ALL = (
    Profile(
        code="ccag-2021",
        version=1,
        label_fr="CCAG 2021 : clause d'insertion sociale",
        since=_CCAG_SINCE,
        until=None,
        reference=_CCAG,
        assumed=True,
        conditions=_ccag_conditions(),
    ),
)

PROFILES: Mapping[str, Profile] = {item.code: item for item in _ALL}


def profile(code: str) -> Profile:
    """Return a built-in profile; UnknownCodeError when there is none of that code."""
    if code not in PROFILES:
        message = "Ce profil n'existe pas."
        raise UnknownCodeError(message)
    return PROFILES[code]
