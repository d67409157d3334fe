"""The client that most tests of the API ask with: the application in this process, without a socket."""

import httpx2
from fastapi import FastAPI
from fastapi.testclient import TestClient


class Client(TestClient):
    """A test client that crosses into the application's thread once per request, not eight times.

    Answers are read whole. Errors of the application are answers, as they are to its users.
    """

    def __init__(self, app: FastAPI, peer: tuple[str, int] = ("testclient", 50000)) -> None:
        super().__init__(app, raise_server_exceptions=False, client=peer)
        self._transport = _Whole(self, httpx2.ASGITransport(app, raise_app_exceptions=False, client=peer))


class _Whole(httpx2.BaseTransport):
    def __init__(self, client: Client, inner: httpx2.ASGITransport) -> None:
        self._client, self._inner = client, inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        assert self._client.portal is not None
        request.read()
        return self._client.portal.call(self._ask, request)

    async def _ask(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._inner.handle_async_request(request)
        return httpx2.Response(answer.status_code, headers=answer.headers, content=await answer.aread())
