"""Speed as ratios to a floor measured in the same run: `python -m tests.bench`."""

import argparse
import itertools
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles

import psycopg

from app.clock import SystemClock
from app.crypto import Keyring
from app.db.session import Database
from app.rules.days import add_months, month_start
from app.services.verify import verify
from app.services.work import Means
from app.settings import DEVELOPMENT_SECRET
from tests import databases
from tests.bench import floor, processes
from tests.bench.load import Answer, Times, Work, drive, request
from tests.bench.seeding import WORKED, Seed, sow
from tests.database_keeper import libpq, prepare

CLIENTS = 16
ROUNDS = 3
LINES = 5
SETTLE_SECONDS = 30
PAGE = 100
READS = 4  # of the pairs, the first ones


@dataclass
class Pair:
    """One kind of work beside its floor; `supply` says how many requests there are, if that is bounded."""

    name: str
    goal: float
    subject: Work
    floor: Work
    supply: Callable[[], int] | None = None
    alone: tuple[Times, Times] = field(default_factory=lambda: (Times(), Times()))
    together: tuple[Times, Times] = field(default_factory=lambda: (Times(), Times()))
    ratios: list[float] = field(default_factory=list)

    def measure(self, seconds: float) -> None:
        """Floor and subject by turns, alone and together, so that noise hits both."""
        most = None if self.supply is None else self.supply() // (ROUNDS + 1)
        few = None if most is None else most // 8
        for work in (self.floor, self.subject):
            drive(work, clients=CLIENTS, seconds=seconds / 4, most=few)
        for _ in range(ROUNDS):
            sides = ((self.floor, None, None), (self.subject, few, most))
            for times, (work, bound, _) in zip(self.alone, sides, strict=True):
                times.add(drive(work, clients=1, seconds=seconds / 2, most=bound))
            found = [drive(work, clients=CLIENTS, seconds=seconds, most=bound) for work, _, bound in sides]
            for times, round_ in zip(self.together, found, strict=True):
                times.add(round_)
            self.ratios.append(found[1].per_second / found[0].per_second)

    def told(self) -> str:
        (floor_alone, alone), (floor_together, together) = self.alone, self.together
        ratio = together.per_second / floor_together.per_second
        return (
            f"{self.name:34} {together.per_second:7.0f} {floor_together.per_second:7.0f}"
            f"  {ratio:5.2f} ({min(self.ratios):.2f} to {max(self.ratios):.2f})  {self.goal:5.2f}"
            f"  {alone.p50_ms:7.1f} {alone.p50_ms / floor_alone.p50_ms:5.1f}"
            f"  {together.p50_ms:7.1f} {together.p50_ms / floor_together.p50_ms:5.1f}"
            f"  {'reached' if ratio >= self.goal else 'missed'}"
        )


def main() -> None:
    """Seed, serve, measure, print, clean up."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--contracts", type=int, default=1_000)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=2, help="of a round at 16 clients")
    asked = parser.parse_args()
    keeper = databases.Keeper()
    try:
        with (
            tempfile.TemporaryDirectory() as directory,
            databases.empty_database("postgres", Path(directory)) as url,
        ):
            _bench(url, asked.contracts, asked.lines, asked.seconds)
    finally:
        keeper.stop()


def _bench(url: str, contracts: int, lines: int, seconds: float) -> None:
    begun = time.perf_counter()
    prepare(url)
    means = Means(Database(url), SystemClock(), Keyring(DEVELOPMENT_SECRET))
    seed = sow(means, url, contracts=contracts, lines=lines)
    durable = _prepare_server(url)
    _say(f"{contracts} contracts, {lines} lines written in {time.perf_counter() - begun:.0f} s; {durable}.")
    with processes.served(url, CLIENTS) as port, processes.floor(libpq(url)) as floor_port:
        pairs = _pairs(seed, port, floor_port)
        for pair in pairs[:READS]:
            pair.measure(seconds)
        since = means.clock.now()
        for pair in pairs[READS:]:
            pair.measure(seconds)
        settled = _settling(url, since)
    _say(
        f"{'':34} {'per second at 16':>15}  {'ratio to the floor':>20}  {'goal':>5}"
        f"  {'p50 alone':>13}  {'p50 at 16':>13}\n"
        f"{'':34} {'here':>7} {'floor':>7}  {'(of three rounds)':>20}  {'':5}"
        f"  {'ms':>7} {'ratio':>5}  {'ms':>7} {'ratio':>5}"
    )
    for pair in pairs:
        _say(pair.told())
    _say(settled)
    found = verify(means.database)
    means.database.dispose()
    _say(
        "Afterwards every sum equals its entries and every seal its change."
        if found.holds
        else f"BROKEN: {found}"
    )
    if not found.holds:
        sys.exit(1)


def _prepare_server(url: str) -> str:
    """The floor's table; and commits that wait for the disk, which a server for tests forgoes."""
    with psycopg.connect(libpq(url), autocommit=True) as connection:
        connection.execute(floor.TABLE)
        if "host=/" in databases.ask("postgres_url") or "host=%2F" in databases.ask("postgres_url"):
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = on")
            connection.execute("SELECT pg_reload_conf()")
        time.sleep(0.5)
    with psycopg.connect(libpq(url)) as connection:
        row = connection.execute(
            "SELECT current_setting('server_version'), current_setting('fsync')"
        ).fetchone()
    assert row is not None
    return f"PostgreSQL {row[0]}, fsync {row[1]}"


def _pairs(seed: Seed, port: int, floor_port: int) -> list[Pair]:
    ids = [found.contract_id for found in seed.contracts]
    reads = Work(floor_port, (request("GET", f"/rows/{found}") for found in itertools.cycle(ids)), 200)
    rows = ({"contract_id": str(found), "hours": 1} for found in itertools.cycle(ids))
    writes = Work(floor_port, (request("POST", "/rows", body=row) for row in rows), 201)
    key = seed.facilitator_key
    paths = (f"/v1/contracts/{found}/compliance" for found in itertools.cycle(ids))
    last = month_start(SystemClock().now().date())
    department = (
        f"/v1/territories/department/57/compliance?from={add_months(last, -11):%Y-%m}&to={last:%Y-%m}"
    )
    sent: list[str] = []
    submissions = Work(port, _statements(seed), 201, lambda answer: sent.append(_location(answer)))
    reviews = Work(port, _reviews(sent, key), 200)
    free = len(seed.contracts) * seed.free_months
    page = f"/v1/contracts?limit={PAGE}"
    return [
        Pair(
            "compliance of a contract",
            0.6,
            Work(port, (request("GET", path, key=key) for path in paths), 200),
            reads,
        ),
        Pair(
            "compliance of a department, 12 m.",
            0.5,
            Work(port, itertools.repeat(request("GET", department, key=key)), 200),
            reads,
        ),
        *(
            Pair(
                name,
                0.4,
                Work(port, itertools.repeat(request("GET", f"{page}{sort}", key=key)), 200),
                Work(floor_port, itertools.repeat(request("GET", f"/rows?limit={PAGE}")), 200),
            )
            for name, sort in ((f"list of {PAGE} contracts", ""), (f"the {PAGE} most at risk", "&sort=risk"))
        ),
        Pair("submit a statement of 5 lines", 0.35, submissions, writes, lambda: free),
        Pair("review a statement of 5 lines", 0.25, reviews, writes, lambda: len(sent)),
    ]


def _statements(seed: Seed) -> Iterator[bytes]:
    # Contracts of one department first, each in turn: sixteen clients write to sixteen of its contracts.
    ordered = seed.of_department + [found for found in seed.contracts if found not in seed.of_department]
    for months in range(seed.free_months):
        month = add_months(seed.first_free, months)
        for contract in ordered:
            body = {
                "month": f"{month:%Y-%m}",
                "lines": [
                    {"hire_id": str(hire), "worked": f"{WORKED / 100:.2f}"} for hire in contract.hires[:LINES]
                ],
            }
            yield request(
                "POST",
                f"/v1/contracts/{contract.contract_id}/statements",
                key=contract.firm_key,
                body=body,
                headers={"Idempotency-Key": str(uuid.uuid4())},
            )


def _location(answer: Answer) -> str:
    return answer.headers["location"]


def _reviews(sent: list[str], key: str) -> Iterator[bytes]:
    for path in sent:
        yield request(
            "POST",
            f"{path}/review",
            key=key,
            body={"accept_all": True},
            headers={"If-Match": '"1-facilitator-fr"'},
        )


def _settling(url: str, since: object) -> str:
    """How long a change waited for its position: from the instant it was made to that of its seal."""
    with psycopg.connect(libpq(url), autocommit=True) as connection:
        begun = time.monotonic()
        while connection.execute("SELECT 1 FROM open_changes LIMIT 1").fetchone():
            if time.monotonic() - begun > SETTLE_SECONDS:
                return f"settle: not done {SETTLE_SECONDS} s after the last write"
            time.sleep(0.05)
        rest = time.monotonic() - begun
        query = "SELECT sealed_at - at FROM seals JOIN changes ON changes.id = change_id WHERE at >= %s"
        waits: list[timedelta] = [row[0] for row in connection.execute(query, [since]).fetchall()]
    seconds = [wait.total_seconds() for wait in waits]
    return (
        f"settle lag with up to 16 writers, {len(seconds)} changes: median {median(seconds):.2f} s,"
        f" p99 {quantiles(seconds, n=100)[98]:.2f} s, worst {max(seconds):.2f} s; all settled {rest:.2f} s"
        f" after the last write (goal: under 1 s)"
    )


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
