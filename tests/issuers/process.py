"""An OpenID Connect issuer on this machine: `python -m tests.issuers.process`, ended by closing its input.

It serves several issuers, one per first part of the path, each with keys of its own; tests tell it under
`/control` what to sign, what to say of a token, and how to misbehave.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus

from joserfc.jwk import ECKey, KeyParameters, RSAKey
from joserfc.jws import JWSRegistry

SECRET = "secret of the resource server"
CLIENT = "clauses"
HUGE_BYTES = 300_000
SLOW_SECONDS = 1.0


@dataclass
class Issuer:
    """What one issuer publishes and knows."""

    keys: list[Any] = field(default_factory=list)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    behaviour: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    extra: dict[str, Any] = field(default_factory=dict)

    def rotate(self, kind: str) -> str:
        """A new key signs; the one before stays published, older ones do not."""
        name = f"key-{sum(self.counts.values())}-{len(self.keys)}-{os.urandom(3).hex()}"
        parameters: KeyParameters = {"kid": name, "use": "sig"}
        new = (
            RSAKey.generate_key(2048, parameters)
            if kind == "RSA"
            else ECKey.generate_key("P-256", parameters)
        )
        self.keys = [*self.keys[-1:], new]
        return name


ISSUERS: dict[str, Issuer] = {}
LOCK = threading.Lock()


def issuer_of(name: str) -> Issuer:
    with LOCK:
        if name not in ISSUERS:
            ISSUERS[name] = Issuer()
            ISSUERS[name].rotate("EC")
        return ISSUERS[name]


def signed(issuer: Issuer, asked: dict[str, Any]) -> str:
    """A token as asked: by the current key, a stranger's, the published key as a shared secret, or nobody.

    Written out here, because a library refuses to sign most of what must not pass.
    """
    how, key = asked.get("by", "current"), issuer.keys[-1]
    algorithm = {"none": "none", "shared": "HS256"}.get(how, "RS256" if key.key_type == "RSA" else "ES256")
    header = {"alg": algorithm, "kid": key.kid, "typ": "at+jwt", **asked.get("header", {})}
    header = {name: value for name, value in header.items() if value is not None}
    text = ".".join(_encoded(json.dumps(part).encode()) for part in (header, asked["claims"]))
    if how == "none":
        return f"{text}."
    if how == "shared":
        published = key.as_pem(private=False)
        return f"{text}.{_encoded(hmac.new(published, text.encode(), hashlib.sha256).digest())}"
    by = ECKey.generate_key("P-256") if how == "stranger" else key
    return f"{text}.{_encoded(JWSRegistry.algorithms[algorithm].sign(text.encode(), by))}"


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Handler(BaseHTTPRequestHandler):
    """`/<issuer>/…`, and `/control/<issuer>/…` for the tests."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("content-length", 0))))

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests read the counts."""

    def _serve(self, body: bytes) -> None:
        _, first, *rest = self.path.split("/")
        if first == "control":
            self._send(200, self._controlled(issuer_of(rest[0]), rest[1], json.loads(body or b"{}")))
            return
        issuer, what = issuer_of(first), "/".join(rest)
        issuer.counts[what] += 1
        if not self._misbehaves(issuer.behaviour.get(what)):
            self._answer(first, issuer, what, body)

    def _controlled(self, issuer: Issuer, what: str, asked: dict[str, Any]) -> dict[str, Any]:
        if what == "sign":
            return {"token": signed(issuer, asked)}
        if what == "rotate":
            return {"kid": issuer.rotate(asked.get("kind", "EC"))}
        if what == "knows":
            issuer.tokens[asked["token"]] = asked["claims"]
        if what == "behaves":
            issuer.behaviour = asked
        if what == "says":
            issuer.extra = asked
        return {"counts": dict(issuer.counts)}

    def _misbehaves(self, how: str | None) -> bool:
        if how == "slow":
            time.sleep(SLOW_SECONDS)
        elif how == "huge":
            self._send(200, {"keys": [], "filling": "x" * HUGE_BYTES})
        elif how == "redirect":
            self.send_response(302)
            self.send_header("Location", f"/moved{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif how == "error":
            self._send(500, {})
        elif how == "garbage":
            self._send(200, [1])
        elif how == "yes":
            self._send(200, {"active": True, "sub": "somebody"})
        elif how == "dropped":
            self.close_connection = True
        elif how == "drip":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            for _ in range(100):
                self.wfile.write(b" ")
                time.sleep(SLOW_SECONDS / 20)
        return how is not None

    def _answer(self, name: str, issuer: Issuer, what: str, body: bytes) -> None:
        base = f"http://{self.headers['host']}/{name}"
        form = {key: values[0] for key, values in parse_qs(body.decode()).items()}
        if what == ".well-known/openid-configuration":
            ends = {"jwks_uri": "jwks", "token_endpoint": "token", "introspection_endpoint": "introspect"}
            document = {"issuer": base, **{key: f"{base}/{end}" for key, end in ends.items()}}
            self._send(200, document | issuer.extra)
        elif what == "jwks":
            self._send(200, {"keys": [key.as_dict(private=False) for key in issuer.keys]})
        elif what == "token":
            client, _ = self._client(form)
            now = int(form["at"])
            claims: dict[str, Any] = {"iss": base, "sub": client, "client_id": client}
            claims |= {"aud": form["audience"], "iat": now, "exp": now + 300}
            self._send(200, {"access_token": signed(issuer, {"claims": claims}), "token_type": "Bearer"})
        elif what == "introspect":
            self._introspect(base, issuer, form)
        else:
            self._send(404, {})

    def _introspect(self, base: str, issuer: Issuer, form: dict[str, str]) -> None:
        if self._client(form) != (CLIENT, SECRET):
            self._send(401, {"error": "invalid_client"})
            return
        said = dict(issuer.tokens.get(form["token"], {"active": False}))
        if "introspection+jwt" not in self.headers["accept"]:
            self._send(200, said)
            return
        how = said.pop("_signed", {})
        claims = {"iss": base, "aud": CLIENT, "iat": 0, "token_introspection": said}
        asked = {
            "header": {"typ": "token-introspection+jwt"},
            "claims": claims,
            "by": how.get("by", "current"),
        }
        self._send_text(200, signed(issuer, asked), "application/token-introspection+jwt")

    def _client(self, form: dict[str, str]) -> tuple[str, str]:
        scheme, _, encoded = self.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            name, _, secret = base64.b64decode(encoded).decode().partition(":")
            return unquote_plus(name), unquote_plus(secret)
        return form.get("client_id", ""), form.get("client_secret", "")

    def _send(self, status: int, document: object) -> None:
        self._send_text(status, json.dumps(document), "application/json")

    def _send_text(self, status: int, text: str, kind: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    """Threads that never keep the process alive, and no word on callers who went away."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A caller who hangs up on a slow answer is what the tests are about."""


def main() -> None:
    """Serve on a free port, tell it on standard output, end with standard input."""
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
