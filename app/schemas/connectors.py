"""Connectors: the services that the operator lets this one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from app.schemas.fields import Instant, Output

if TYPE_CHECKING:
    from collections.abc import Mapping

ConnectorName = Literal["directory", "geocoder", "residences", "communes", "mail"]
CONNECTORS: tuple[ConnectorName, ...] = ("directory", "geocoder", "residences", "communes", "mail")


class ConnectorOut(Output):
    """One connector, as the worker that called it last noted it."""

    name: ConnectorName = Field(examples=["directory"])
    on: bool = Field(description="Une adresse ou un serveur est réglé.", examples=[True])
    state: Literal["asking", "resting", "trying"] | None = Field(
        description="`asking` : appelé ; `resting` : en repos après des échecs ; `trying` : à l'essai ; "
        "nul : jamais appelé, ou éteint.",
        examples=["asking"],
    )
    last_success_at: Instant | None
    last_failure_at: Instant | None
    last_failure: str | None = Field(description="Code du dernier échec.", examples=["timeout"])
    noted_at: Instant | None = Field(description="Quand cela a été relevé.")


class ConnectorList(Output):
    """All connectors."""

    items: list[ConnectorOut]


CONNECTOR_LABELS: Mapping[str, Mapping[str, str]] = {
    "official_states": {
        "open": "En activité",
        "closed": "Fermé",
        "not_listed": "Absent de l'annuaire",
    },
    "connectors": {
        "directory": "Annuaire des entreprises",
        "geocoder": "Géocodeur national",
        "residences": "Géocodeur propre, pour les personnes",
        "communes": "API Géo",
        "mail": "Serveur de courriel",
    },
    "connector_states": {
        "asking": "Appelé",
        "resting": "En repos après des échecs",
        "trying": "À l'essai après un repos",
    },
    "connector_failures": {
        "timeout": "Pas de réponse à temps",
        "connection": "Connexion impossible",
        "unknown_name": "Nom inconnu",
        "too_large": "Réponse trop longue",
        "not_an_address": "Adresse illisible",
        "not_https": "Adresse sans https",
        "rate_limited": "Trop de demandes",
        "unavailable": "Service indisponible",
        "refused": "Demande refusée",
        "malformed": "Réponse illisible",
        "no_tls": "Chiffrement absent ou refusé",
        "certificate": "Certificat refusé",
        "credentials": "Identifiants refusés",
    },
}
