"""Refusals of profiles and their versions."""

from __future__ import annotations

from app.errors import DomainError, Text


class ProfileExists(DomainError):
    """The code is that of another profile of the organisation, or of a built-in one."""

    status, code = 409, "profile_exists"
    title = Text("Un profil porte déjà ce code.", "A profile already bears this code.")


class DraftExists(DomainError):
    """A profile has one draft at a time: versions follow one another."""

    status, code = 409, "draft_exists"
    title = Text("Ce profil a déjà un brouillon.", "This profile already has a draft.")


class ProfilePublished(DomainError):
    """What is published is never edited."""

    status, code = 409, "profile_published"
    title = Text("Cette version de profil est publiée.", "This version of the profile is published.")


class PublicationTooEarly(DomainError):
    """A version supersedes the one before it from a day to come: what was in force stays so."""

    status, code = 409, "publication_too_early"
    title = Text(
        "Cette version remplacerait la précédente trop tôt.",
        "This version would supersede the one before it too early.",
    )
