"""How a request becomes a use case: authenticate, run, serialise, commit, and only then answer.

The whole way runs in one worker thread and one session, so that a pool smaller than the number of threads
only makes requests wait their turn. Idempotency lives here alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from app.clock import day_of
from app.db.queries import organisations as queries
from app.db.queries.contracts import visible_contracts
from app.db.queries.hires import visible_hires
from app.db.queries.lists import one
from app.db.queries.participants import visible_participants
from app.db.queries.statements import visible_statements
from app.db.session import NOBODY
from app.db.tables import Contract, Hire, Participant, Statement
from app.errors import (
    FieldError,
    Forbidden,
    IdempotencyInProgress,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    InvalidPayload,
    NotFound,
    Text,
    Unauthenticated,
)
from app.principal import Scope
from app.services import credentials
from app.services.sent_files import SentFile
from app.services.work import Means, Reader, Writer
from app.web.browsers import PAGE_POLICY
from app.web.etags import expected_version, strong_etag, weak_etag
from app.web.languages import language_of

if TYPE_CHECKING:
    from app.db.session import ReadSession
    from app.db.tables import StoredAnswer
    from app.principal import Principal

Result = TypeVar("Result")
JSON_TYPE = "application/json"
KEY_CHARACTERS = 255
# What creating operations stand under, by the name in their address: how it is seen, and its id.
REACHED: dict[str, tuple[Callable[..., Any], Any]] = {
    "contract_id": (visible_contracts, Contract.id),
    "hire_id": (visible_hires, Hire.id),
    "statement_id": (visible_statements, Statement.id),
    "participant_id": (visible_participants, Participant.id),
}

ROLE_HEADER, ORGANISATION_HEADER = "Clauses-Role", "Clauses-Organisation"

bearer = HTTPBearer(
    scheme_name="bearer", auto_error=False, description="Clé d'API : `Authorization: Bearer csi_…`."
)


class Call:
    """One request, with the means to answer it. Built without I/O; its methods run in the worker thread."""

    def __init__(self, request: Request, authorization: HTTPAuthorizationCredentials | None) -> None:
        """Keep what the methods need."""
        self.request = request
        self.means: Means = request.app.state.means
        self.request_id: str = request.state.request_id
        self._token = authorization.credentials if authorization else None
        self._credential: credentials.Credential | None = None
        self._counted = False

    def read(self, use_case: Callable[[Reader], Any], *, contract_id: UUID | None = None) -> Response:
        """Answer 200 with what the use case returns; nothing is written.

        `contract_id`: the only contract that the answer depends on. PostgreSQL then shows what somebody sees
        who sees no other, and looks for the right to that one instead of going through all of the caller's.
        """
        self._identify()
        with self.means.database.read(NOBODY) as session:
            principal = self._authenticate(session, Scope.READ, contract_id)
            reader = Reader(session, principal, self.means, self.request_id)
            return self._answer(use_case(reader), principal)

    def look(self, use_case: Callable[[Reader], Result]) -> tuple[Principal, Result]:
        """Who asks, and what the use case returns: for an answer that goes on after it."""
        self._identify()
        with self.means.database.read(NOBODY) as session:
            principal = self._authenticate(session, Scope.READ)
            return principal, use_case(Reader(session, principal, self.means, self.request_id))

    def stream(
        self, use_case: Callable[[Callable[[], Any]], Iterable[str]], media_type: str, name: str
    ) -> Response:
        """Answer 200 with a file made while it is sent; the use case opens a session whenever it reads."""
        self._identify()
        with self.means.database.read(NOBODY) as session:
            principal = self._authenticate(session, Scope.READ)
        lines = use_case(partial(self._reading_on, principal))
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(lines, 200, headers, media_type=media_type)

    def give(self, use_case: Callable[[Callable[[], Any]], SentFile]) -> Response:
        """Answer 200 with a file of which the use case says what it is and gives the bytes in order."""
        self._identify()
        with self.means.database.read(NOBODY) as session:
            principal = self._authenticate(session, Scope.READ)
        found = use_case(partial(self._reading_on, principal))
        disposition = f'attachment; filename="{found.name}"'
        headers = {"Cache-Control": "no-store", "Content-Disposition": disposition}
        if found.size is not None:
            headers["Content-Length"] = str(found.size)
        return StreamingResponse(found.pieces, 200, headers, media_type=found.media_type)

    def file(self, use_case: Callable[[Reader], bytes], media_type: str, name: str) -> Response:
        """Answer 200 with a file that the use case makes as a whole, so that it can still be refused."""
        self._identify()
        with self.means.database.read(NOBODY) as session:
            principal = self._authenticate(session, Scope.READ)
            content = use_case(Reader(session, principal, self.means, self.request_id))
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, 200, headers, media_type=media_type)

    def admit(self) -> Principal:
        """Who asks, before a body is taken in that may be long; what then stores it asks again."""
        self._identify()
        with self.means.database.read(NOBODY) as session:
            return self._authenticate(session, Scope.WRITE)

    def change(self, use_case: Callable[[Writer, int], Any], *, status: int = 200) -> Response:
        """Run a use case on the version named by `If-Match`; commit, then answer."""
        return self._write(lambda writer: use_case(writer, self.expected_version()), status)

    def put(self, use_case: Callable[[Writer, int | None], tuple[Any, bool]]) -> Response:
        """Create or replace under a natural key: 201 without, 200 with the version it replaces."""

        def run(writer: Writer) -> tuple[Any, int]:
            named = "if-match" in self.request.headers
            result, created = use_case(writer, self.expected_version() if named else None)
            return result, 201 if created else 200

        return self._write(run, None)

    def consult(self, use_case: Callable[[Writer], Any]) -> Response:
        """Answer 200 with what the use case returns, and keep the trace that it was read."""
        return self._write(use_case, 200, Scope.READ)

    def do(self, use_case: Callable[[Writer], Any], *, status: int = 200) -> Response:
        """Run a use case that is harmless to repeat by its nature, for example a revocation."""
        return self._write(use_case, status)

    def expected_version(self) -> int:
        """The version named by `If-Match`, for a creating use case on a versioned resource."""
        return expected_version(self.request)

    def create(
        self,
        use_case: Callable[[Writer], Any],
        *,
        body: BaseModel | bytes | None,
        status: int = 201,
        again: Callable[[Writer], object] | None = None,
    ) -> Response:
        """Run a creating use case once per `Idempotency-Key`; a repetition gets the first answer.

        `again` stands before a repetition: an answer that holds a secret is for who might have asked for it.
        """
        self._identify()
        with self.means.database.write(NOBODY) as session:
            principal = self._authenticate(session, Scope.WRITE)
            key = _idempotency_key(self.request)
            request = self._told(body)
            if not queries.claim_key(session, principal, key):
                raise IdempotencyInProgress(headers={"Retry-After": "1"})
            writer = Writer(session, principal, self.means, self.request_id)
            stored = queries.stored_answer(session, principal, key)
            if stored is not None:
                if again is not None:
                    again(writer)
                self._check_still_seen(session, principal)
                return self._replay(stored, request)
            response = self._answer(use_case(writer), principal, status)
            queries.keep_answer(session, **self._kept(response, principal, key, request))
            writer.close()
        return response

    def _write(
        self, use_case: Callable[[Writer], Any], status: int | None, needed: Scope = Scope.WRITE
    ) -> Response:
        self._identify()
        with self.means.database.write(NOBODY) as session:
            principal = self._authenticate(session, needed)
            writer = Writer(session, principal, self.means, self.request_id)
            result = use_case(writer)
            if status is None:
                result, status = result
            response = self._answer(result, principal, status)
            writer.close()
        return response

    @contextmanager
    def _reading_on(self, principal: Principal) -> Iterator[Reader]:
        """A session for a part of a long answer; Forbidden once the credential holds for somebody else.

        Whoever takes its time gets no more after the credential or the membership has ended.
        """
        with self.means.database.read(NOBODY) as session:
            found = self._authenticate(session, Scope.READ)
            if (found.organisation_id, found.role) != (principal.organisation_id, principal.role):
                raise Forbidden
            yield Reader(session, found, self.means, self.request_id)

    def _identify(self) -> None:
        """Read the credential before any session is open: the issuer of a token may have to be asked."""
        if self._token is None:
            raise Unauthenticated
        self._credential = credentials.read_credential(self._token, self.means)

    def _authenticate(
        self, session: ReadSession, needed: Scope, contract_id: UUID | None = None
    ) -> Principal:
        if self._credential is None:
            raise Unauthenticated
        headers = self.request.headers
        wanted = credentials.Wanted(headers.get(ROLE_HEADER), headers.get(ORGANISATION_HEADER))
        principal = credentials.principal_of(session, self._credential, self.means, wanted, contract_id)
        self.request.state.principal = principal
        if not self._counted:
            self.request.app.state.rates.take_of(principal, self.request)
            self._counted = True
        if needed not in principal.scopes:
            raise Forbidden
        return principal

    def _answer(self, result: BaseModel | str | None, principal: Principal, status: int = 200) -> Response:
        language = language_of(self.request)
        headers = {"Content-Language": language, "Vary": "Accept-Language", "Cache-Control": "no-store"}
        if result is None:
            return Response(status_code=204, headers=headers)
        if isinstance(result, str):
            return HTMLResponse(result, status, {**headers, "Content-Security-Policy": PAGE_POLICY})
        version = getattr(result, "version", None)
        if isinstance(version, int):
            headers["ETag"] = strong_etag(version, principal.role, language)
        location = getattr(result, "location", None)
        if isinstance(location, str) and status in {201, 202}:
            headers["Location"] = location
        following = getattr(result, "next", None)
        if following is not None:
            address = self.request.url.include_query_params(after=str(following))
            headers["Link"] = f'<{address.path}?{address.query}>; rel="next"'
        content = result.model_dump_json(context={"language": language}).encode()
        if getattr(result, "weak_etag", False):
            headers["ETag"] = weak_etag(content)
        return Response(content, status, headers, media_type=JSON_TYPE)

    def _told(self, body: BaseModel | bytes | None) -> bytes:
        """All that makes a request the same as another: its address and its body."""
        content = body.model_dump_json().encode() if isinstance(body, BaseModel) else body or b""
        address = f"{self.request.method} {self.request.url.path}?{self.request.url.query}\n".encode()
        return address + content

    def _kept(self, response: Response, principal: Principal, key: str, request: bytes) -> dict[str, Any]:
        # An answer may hold an identity or a new secret: it is kept sealed, and opens only in its place.
        place = f"{principal.organisation_id}|{principal.role}|{key}"
        sealed = self.means.keyring.encrypt(
            bytes(response.body), table="stored_answers", column="body", row=place
        )
        kept = {name: value for name, value in response.headers.items() if name != "content-length"}
        return {
            "organisation_id": principal.organisation_id,
            "role": principal.role.value,
            "key": key,
            "fingerprint": self.means.keyring.request_hash(request),
            "status": response.status_code,
            "headers": kept,
            "body": sealed,
            "created_at": self.means.clock.now(),
        }

    def _check_still_seen(self, session: ReadSession, principal: Principal) -> None:
        # Access may have ended since: what was answered then is not told again.
        today = day_of(self.means.clock.now())
        for name, (visible, key) in REACHED.items():
            reached = self.request.path_params.get(name)
            if reached is None:
                continue
            if one(session, visible(principal, today).where(key == UUID(str(reached)))) is None:
                raise NotFound

    def _replay(self, stored: StoredAnswer, request: bytes) -> Response:
        if not self.means.keyring.is_request(stored.fingerprint, request):
            raise IdempotencyKeyReused
        place = f"{stored.organisation_id}|{stored.role}|{stored.key}"
        body = self.means.keyring.decrypt(stored.body, table="stored_answers", column="body", row=place)
        if not body:
            # Emptied, because the person it told of was erased. Running again would record them again.
            raise NotFound
        headers = {**stored.headers, "Idempotent-Replayed": "true"}
        return Response(body, stored.status, headers)


def _idempotency_key(request: Request) -> str:
    header = request.headers.get("idempotency-key")
    if header is None or not header.strip():
        raise IdempotencyKeyMissing
    key = header.strip()
    # The draft writes the key as a quoted string; most clients send it bare. Both mean the same key.
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not 0 < len(key) <= KEY_CHARACTERS or not key.isprintable():
        detail = Text("Clé de 1 à 255 caractères imprimables.", "Key of 1 to 255 printable characters.")
        raise InvalidPayload(errors=[FieldError("/header/Idempotency-Key", "invalid_key", detail)])
    return key


async def call_of(
    request: Request, authorization: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Call:
    """The request as a `Call`; asynchronous so that it takes no thread."""
    return Call(request, authorization)


Calling = Annotated[Call, Depends(call_of)]
