"""The built-in profiles: reusable, dated, referenced terms that fill what a clause does not say."""

from __future__ import annotations

from collections.abc import Mapping

from app.rules.errors import UnknownCodeError
from app.rules.local_profiles import HERAULT, PARIS, VAUCLUSE
from app.rules.national_profiles import CCAG, CSF, NPNRU
from app.rules.profile_parts import GENERAL, Profile

__all__ = ("GENERAL", "PROFILES", "Profile", "profile")

PROFILES: Mapping[str, Profile] = {item.code: item for item in (CCAG, PARIS, HERAULT, VAUCLUSE, CSF, NPNRU)}


def profile(code: str) -> Profile:
    """Return a built-in profile; UnknownCodeError when there is none of that code."""
    if code not in PROFILES:
        message = "Ce profil n'existe pas."
        raise UnknownCodeError(message)
    return PROFILES[code]
