"""Errors of the domain: each is a class with a stable `code`, a status and texts in French and English.

They become `application/problem+json` (RFC 9457) in `app.web.problems`. A text never repeats what was
submitted: a wrong value may be a name, typed into the wrong field.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence for people, in the two languages of the API."""

    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong at one place of the payload; `pointer` is a JSON pointer into it."""

    pointer: str
    code: str
    detail: Text


class DomainError(Exception):
    """A refusal with a reason. Subclasses set the class variables; instances may say more."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[Text]

    def __init__(
        self,
        detail: Text | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        """Say what to do (`detail`; by default `app.web.advice`), where (`errors`) and in which headers."""
        super().__init__(self.code)
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = headers or {}


class Unauthenticated(DomainError):
    """No credential, or one that does not hold."""

    status, code = 401, "unauthenticated"
    title = Text(
        "Clé d'API ou jeton absent, inconnu, expiré ou révoqué.",
        "API key or token missing, unknown, expired or revoked.",
    )


class Forbidden(DomainError):
    """Seen, but not for this role."""

    status, code = 403, "forbidden"
    title = Text("Votre rôle ne permet pas cette opération.", "Your role does not allow this operation.")


class NoMembership(DomainError):
    """The token holds, but nobody granted its bearer a role for the organisation it names."""

    status, code = 403, "no_membership"
    title = Text(
        "Aucun accès n'est accordé à ce compte pour cet organisme.",
        "No access is granted to this account for this organisation.",
    )


class RoleNotHeld(DomainError):
    """`Clauses-Role` or `Clauses-Organisation` asks for what the credential does not hold."""

    status, code = 403, "role_not_held"
    title = Text("Ce rôle n'est pas le vôtre.", "This role is not yours.")


class RoleNotChosen(DomainError):
    """Several roles are held: rights never add up, so one is to be chosen."""

    status, code = 403, "role_not_chosen"
    title = Text("Plusieurs rôles : choisissez-en un.", "Several roles: choose one.")


class NotReviewer(DomainError):
    """The caller sees the contract, but another organisation decides on it."""

    status, code = 403, "not_reviewer"
    title = Text(
        "Seul le facilitateur mandaté décide ; pendant un mandat, l'acheteur lit sans décider.",
        "Only the mandated facilitator decides; while a mandate runs, the buyer reads without deciding.",
    )


class NotFound(DomainError):
    """Unknown, or not the caller's: the two are never told apart."""

    status, code = 404, "not_found"
    title = Text("Ressource introuvable.", "Resource not found.")


class MethodNotAllowed(DomainError):
    """The path exists, not with this verb."""

    status, code = 405, "method_not_allowed"
    title = Text("Méthode non permise sur cette adresse.", "Method not allowed at this address.")


class PayloadTooLarge(DomainError):
    """The body passes the limit of the operation."""

    status, code = 413, "payload_too_large"
    title = Text("Corps de requête trop volumineux.", "Request body too large.")


class BodyTooSlow(DomainError):
    """The body did not arrive in the time it may take."""

    status, code = 408, "body_too_slow"
    title = Text("Corps de requête trop lent à arriver.", "Request body too slow to arrive.")


class RateLimited(DomainError):
    """Too many requests, or too many refused credentials from one address, within a minute."""

    status, code = 429, "rate_limited"
    title = Text("Trop de requêtes en une minute.", "Too many requests within a minute.")


class InvalidPayload(DomainError):
    """The shape of the payload or of a parameter is wrong; `errors` says where."""

    status, code = 422, "invalid_payload"
    title = Text("Données mal formées.", "Malformed data.")


class UnsupportedMediaType(DomainError):
    """A body in a format that the operation does not read."""

    status, code = 415, "unsupported_media_type"
    title = Text("Format de corps non pris en charge.", "Body format not supported.")


class IdempotencyKeyMissing(DomainError):
    """A creating POST without its key."""

    status, code = 400, "idempotency_key_missing"
    title = Text("En-tête Idempotency-Key requis.", "Idempotency-Key header required.")


class IdempotencyKeyReused(DomainError):
    """The same key with another request."""

    status, code = 422, "idempotency_key_reused"
    title = Text(
        "Cette Idempotency-Key a déjà servi pour une autre requête.",
        "This Idempotency-Key was already used for another request.",
    )


class IdempotencyInProgress(DomainError):
    """The first request with this key has not answered yet."""

    status, code = 409, "idempotency_in_progress"
    title = Text(
        "La première requête portant cette clé est encore en cours.",
        "The first request with this key is still running.",
    )


class PreconditionRequired(DomainError):
    """A change without `If-Match`."""

    status, code = 428, "precondition_required"
    title = Text("En-tête If-Match requis.", "If-Match header required.")


class StaleVersion(DomainError):
    """`If-Match` names a version that is no longer the current one."""

    status, code = 412, "stale_version"
    title = Text("La ressource a changé depuis votre lecture.", "The resource has changed since you read it.")


class InternalError(DomainError):
    """A fault of the service; a commit whose answer was lost may have been recorded."""

    status, code = 500, "internal_error"
    title = Text("Erreur interne.", "Internal error.")


class Unavailable(DomainError):
    """The database does not answer; the same request may be sent again."""

    status, code = 503, "unavailable"
    title = Text("Service momentanément indisponible.", "Service temporarily unavailable.")


class IssuerUnavailable(DomainError):
    """The issuer of the token cannot be asked; whether the token holds is unknown, so it opens nothing."""

    status, code = 503, "issuer_unavailable"
    title = Text(
        "Le fournisseur d'identité ne répond pas.",
        "The identity provider does not answer.",
    )


class KeyEnded(DomainError):
    """A revoked or expired key has no successor."""

    status, code = 409, "key_ended"
    title = Text("Cette clé est révoquée ou expirée.", "This key is revoked or expired.")


class RotationUnderWay(DomainError):
    """Two keys of the lineage live: the one that is replaced, and its successor."""

    status, code = 409, "rotation_under_way"
    title = Text("Deux clés de cette lignée sont déjà en vie.", "Two keys of this lineage already live.")


class MembershipExists(DomainError):
    """The account has this role for this organisation at that time."""

    status, code = 409, "membership_exists"
    title = Text("Cet accès est déjà accordé.", "This access is already granted.")


class JobAbandoned(DomainError):
    """The work ended several times without finishing and is not tried again."""

    status, code = 500, "job_abandoned"
    title = Text(
        "Le travail s'est interrompu plusieurs fois ; il n'est plus repris.",
        "The work broke off several times; it is not taken up again.",
    )


class JobEnded(DomainError):
    """Work that has ended, one way or another, is not cancelled."""

    status, code = 409, "job_ended"
    title = Text("Ce travail est déjà terminé.", "This work has already ended.")


class TooManyStreams(DomainError):
    """A key, or a membership, follows so many works at once at most."""

    status, code = 429, "too_many_streams"
    title = Text("Trop de suivis ouverts à la fois.", "Too many works followed at once.")


def unknown_reference(pointer: str) -> InvalidPayload:
    """The same answer for an object that does not exist and for another organisation's."""
    detail = Text("Objet inconnu ou hors de votre périmètre.", "Unknown object, or outside what you can see.")
    return InvalidPayload(errors=[FieldError(pointer, "unknown_reference", detail)])


class FieldProblem(ValueError):
    """Raised by a schema's validator to give its own code and sentence at the field."""

    def __init__(self, code: str, detail: Text) -> None:
        """`code` is stable, `detail` is for people."""
        super().__init__(code)
        self.code = code
        self.detail = detail
