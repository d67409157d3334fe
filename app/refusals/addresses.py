"""Refusals about looking addresses up."""

from __future__ import annotations

from app.errors import DomainError, Text


class GeocoderOff(DomainError):
    """The operator named no geocoder that this address may be sent to."""

    status, code = 409, "geocoder_off"
    title = Text(
        "Aucun géocodeur n'est réglé pour cette sorte d'adresse.",
        "No geocoder is set for this kind of address.",
    )


class GeocoderSilent(DomainError):
    """The geocoder gave no usable answer, or enough is being asked of it."""

    status, code = 503, "geocoder_silent"
    title = Text("Le géocodeur ne répond pas.", "The geocoder does not answer.")
