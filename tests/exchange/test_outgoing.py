"""An address that a user gave never leads into one's own network; the loopback server here would tell."""

import datetime as dt
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.exchange.outgoing import (
    MOST_BYTES,
    NoAnswerError,
    Outgoing,
    RefusedAddressError,
    is_public,
    seconds_asked,
)

NAME = "hooks.example"
PUBLIC = "93.184.215.14"


@dataclass
class Heard:
    """What reached the loopback server."""

    port: int = 0
    hosts: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)


def certified(folder: Path) -> Path:
    """A certificate for the name, which is its own authority, and its key in one file."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)]),
    )
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certified(tmp_path_factory.mktemp("outgoing"))


@pytest.fixture
def heard(certificate: Path) -> Iterator[Heard]:
    found = Heard()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.hosts.append(self.headers["Host"])
            found.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/drip":
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                with suppress(OSError):
                    while not found.done.wait(0.02):
                        self.wfile.write(b"X-More: 1\r\n")
                return
            if self.path == "/elsewhere":
                self.send_response(307)
                self.send_header("Location", f"https://{NAME}:{found.port}/hook")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            body = b"x" * (MOST_BYTES + 1) if self.path == "/long" else b"thanks"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    def note(_: object, name: str | None, __: object) -> None:
        found.names.append(name)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = note
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    found.done.set()
    server.shutdown()
    thread.join()
    server.server_close()


def loopback(host: str, port: int) -> Sequence[str]:
    del host, port
    return ["127.0.0.1"]


def trusting(certificate: Path, *, allow_private: bool) -> Outgoing:
    context = ssl.create_default_context(cafile=str(certificate))
    return Outgoing(allow_private=allow_private, resolve=loopback, verify=context)


def test_a_name_of_ones_own_network_is_not_called(heard: Heard, certificate: Path) -> None:
    with pytest.raises(RefusedAddressError, match="not_public"):
        trusting(certificate, allow_private=False).send("POST", f"https://{NAME}:{heard.port}/hook")
    assert heard.names == heard.hosts == []


def test_development_calls_it_by_its_name(heard: Heard, certificate: Path) -> None:
    outgoing = trusting(certificate, allow_private=True)
    answer = outgoing.send("POST", f"https://{NAME}:{heard.port}/hook", content=b"{}")
    assert (answer.status, answer.body) == (200, b"thanks")
    assert (heard.names, heard.hosts, heard.bodies) == ([NAME], [f"{NAME}:{heard.port}"], [b"{}"])


def test_the_certificate_is_that_of_the_name(heard: Heard, certificate: Path) -> None:
    outgoing = trusting(certificate, allow_private=True)
    with pytest.raises(NoAnswerError, match="connection"):
        outgoing.send("POST", f"https://other.example:{heard.port}/hook")
    assert heard.hosts == []


def test_a_redirect_is_told_and_not_followed(heard: Heard, certificate: Path) -> None:
    outgoing = trusting(certificate, allow_private=True)
    assert outgoing.send("POST", f"https://{NAME}:{heard.port}/elsewhere").status == 307
    assert len(heard.hosts) == 1


def test_a_long_answer_is_cut_off(heard: Heard, certificate: Path) -> None:
    with pytest.raises(NoAnswerError, match="too_large"):
        trusting(certificate, allow_private=True).send("POST", f"https://{NAME}:{heard.port}/long")


def test_an_answer_that_drips_has_its_time(heard: Heard, certificate: Path) -> None:
    context = ssl.create_default_context(cafile=str(certificate))
    outgoing = Outgoing(allow_private=True, resolve=loopback, verify=context, whole_seconds=0.3)
    with pytest.raises(NoAnswerError, match="timeout"):
        outgoing.send("POST", f"https://{NAME}:{heard.port}/drip")


class Called:
    """Stands in for the network: notes where each connection would go."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(204, stream=httpx.ByteStream(b""))


def test_a_name_that_changes_its_answer_gains_nothing() -> None:
    answers, called = [[PUBLIC], ["127.0.0.1"]], Called()
    outgoing = Outgoing(resolve=lambda *_: answers.pop(0), transport=httpx.MockTransport(called))
    assert outgoing.send("POST", f"https://{NAME}/hook").status == 204
    [request] = called.requests
    assert str(request.url) == f"https://{PUBLIC}/hook"
    assert request.headers["Host"] == NAME
    assert request.extensions["sni_hostname"] == NAME
    # Asked once: the second answer is still there. The next call meets it and goes nowhere.
    assert answers == [["127.0.0.1"]]
    with pytest.raises(RefusedAddressError, match="not_public"):
        outgoing.send("POST", f"https://{NAME}/hook")
    assert len(called.requests) == 1


def test_one_inner_address_among_public_ones_is_enough() -> None:
    outgoing = Outgoing(resolve=lambda *_: [PUBLIC, "10.0.0.8"], transport=httpx.MockTransport(Called()))
    with pytest.raises(RefusedAddressError, match="not_public"):
        outgoing.send("POST", f"https://{NAME}/hook")


def test_no_proxy_of_the_environment_is_used(
    monkeypatch: pytest.MonkeyPatch, heard: Heard, certificate: Path
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert (
        trusting(certificate, allow_private=True).send("POST", f"https://{NAME}:{heard.port}/").status == 200
    )


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://hooks.example/", "not_https"),
        ("ftp://hooks.example/", "not_https"),
        ("file:///etc/passwd", "not_an_address"),
        ("https://user:word@hooks.example/", "not_an_address"),
        ("https://hooks.example/#part", "not_an_address"),
        ("https:///hook", "not_an_address"),
        ("https://" + "a" * 3000, "not_an_address"),
        ("https://xn--/hook", "not_an_address"),
        ("https://hooks.example:0/", "not_an_address"),
        ("https://hooks.example:-1/", "not_an_address"),
        ("https://hooks.example:65536/", "not_an_address"),
        ("https://hooks.example:99999999999999999999/", "not_an_address"),
        ("https://127.0.0.1/", "not_public"),
        ("https://[::1]/", "not_public"),
        ("https://[::ffff:10.0.0.1]/", "not_public"),
        ("https://169.254.169.254/latest/meta-data/", "not_public"),
    ],
)
def test_what_can_never_be_called_is_refused_when_it_is_given(url: str, reason: str) -> None:
    with pytest.raises(RefusedAddressError, match=reason):
        Outgoing().check(url)


def test_a_name_nobody_knows_is_told() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError(host, port)

    with pytest.raises(NoAnswerError, match="unknown_name"):
        Outgoing(resolve=unknown).send("POST", f"https://{NAME}/")
    Outgoing().check(f"https://{NAME}:8443/hook?a=1")


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - an address that is refused
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.192",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "not an address",
    ],
)
def test_inner_addresses_in_all_their_forms(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_addresses_of_the_internet(address: str) -> None:
    assert is_public(address)


def test_what_a_service_asks_to_wait_is_read_whatever_it_wrote() -> None:
    now = dt.datetime(2025, 1, 10, 9, tzinfo=dt.UTC)
    assert seconds_asked("120", now) == 120
    assert seconds_asked("Fri, 10 Jan 2025 09:05:00 GMT", now) == 300
    assert seconds_asked("Fri, 10 Jan 2025 08:00:00 GMT", now) == 0
    numbers_too_long = (
        "Fri, 10 Jan 2025 09:05:00 +99999999999999999999",
        "Fri, 10 Jan 99999999999999999999 09:05:00 GMT",
        "Fri, 10 Jan 2025 99999999999999999999:05:00 GMT",
    )
    assert [seconds_asked(text, now) for text in (None, "", "soon", "-5", *numbers_too_long)] == [None] * 7
