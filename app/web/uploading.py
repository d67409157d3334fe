"""A file that is the body of a request: stored while it arrives, by somebody known and allowed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from app.errors import InvalidPayload
from app.services.uploads import PIECE, Upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from app.principal import Principal
    from app.services.work import Writer
    from app.web.commands import Call


async def create_from_file(
    call: Call,
    request: Request,
    *,
    check: Callable[[Principal], None],
    use_case: Callable[[Writer, Upload], object],
) -> Response:
    """Answer 202 with what the use case makes of the body, which it takes over by saying that it is `kept`.

    `check` refuses before anything is stored. Whatever goes wrong afterwards, nothing stays of the file.
    """
    principal = await run_in_threadpool(call.admit)
    check(principal)
    upload = Upload(call.means, principal)
    try:
        await _receive(request, upload)
        return await run_in_threadpool(
            call.create, lambda writer: use_case(writer, upload), body=upload.digest, status=202
        )
    except BaseException:
        upload.kept = False
        raise
    finally:
        if not upload.kept:
            await run_in_threadpool(upload.drop)


async def _receive(request: Request, upload: Upload) -> None:
    waiting = bytearray()
    try:
        async for piece in request.stream():
            waiting += piece
            if len(waiting) >= PIECE:
                await run_in_threadpool(upload.write, bytes(waiting))
                waiting.clear()
    except ClientDisconnect:
        # Half a file reads like a whole one. Nobody hears this answer; the log and the metrics do.
        raise InvalidPayload from None
    if waiting:
        await run_in_threadpool(upload.write, bytes(waiting))
