"""What a long table of hours costs: `python -m tests.bench.tables [--rows 100000] [--mode all] [--whole]`.

A firm's CSV, ordered by person as payrolls are, so that the lines of a statement stand far apart. It is sent
over HTTP to a service with one worker on SQLite; the worker is killed once midway, and the next one goes on.
Then every line must be there, once, with its hours.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from sqlalchemy import func, select

from app.clock import SystemClock, new_id
from app.crypto import Keyring
from app.db import migrate
from app.db.session import Database
from app.db.tables import Line, Statement
from app.principal import Role
from app.rules.days import add_months, month_start
from app.services import setup
from app.services.work import Means
from app.settings import DEVELOPMENT_SECRET
from tests.api.builders import CONTRACTOR, TERMS, Service, add_contract, add_hire
from tests.bench.handing import get, peak_of, processes_below, say, send
from tests.bench.processes import served

MONTHS, HIRES = 50, 100
# Hundredths: an hour more per month, so that no line is like another of its person.
FIRST_HOURS = 10_00


def main() -> None:
    """Sow, write the file, import it, kill its worker, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument(
        "--strangers", type=int, default=0, help="so many rows more, of hires that nobody declared"
    )
    parser.add_argument("--mode", choices=("valid", "all"), default="valid")
    parser.add_argument("--whole", action="store_true", help="let the worker live")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        migrate.upgrade(url)
        means = Means(Database(url), SystemClock(), Keyring(DEVELOPMENT_SECRET))
        months = _months()
        hires = _sow(means, months[0], asked.rows // MONTHS)
        path = Path(folder) / "heures.csv"
        rows = _write(path, hires, months, asked.strangers)
        size = path.stat().st_size / 10**6
        say(f"{rows} rows of {rows // HIRES} statements, {asked.strangers} of nobody, {size:.0f} MB")
        key = setup.issue_key(means, CONTRACTOR, Role.CONTRACTOR, "bench")
        _import(url, key, path, rows, mode=asked.mode, kill=not asked.whole)
        _check(means, rows, len(hires))
        means.database.dispose()


def _months() -> list[date]:
    last = add_months(month_start(datetime.now(UTC).date()), -1)
    return [add_months(last, -back) for back in range(MONTHS)][::-1]


def _sow(means: Means, first: date, count: int) -> list[UUID]:
    service = cast("Service", _Sown(means))
    window = {"start": first.isoformat(), "end": add_months(first, MONTHS + 12).isoformat()}
    terms: dict[str, Any] = {**TERMS, "window": window}
    found: list[UUID] = []
    while len(found) < count:
        contract_id = add_contract(service, terms=terms)
        found += [add_hire(service, contract_id, starts_on=first).hire_id for _ in range(HIRES)]
    return found


class _Sown:
    """What the builders need of a service."""

    def __init__(self, means: Means) -> None:
        self.means = means


def _write(path: Path, hires: list[UUID], months: list[date], strangers: int) -> int:
    each = strangers // (len(hires) * len(months))
    with path.open("w", encoding="cp1252") as file:
        file.write("Matricule;Salarié;Embauche;Mois;Heures effectuées\n")
        for number, hire in enumerate(hires):
            for place, month in enumerate(months):
                whole, rest = divmod(FIRST_HOURS + place * 100, 100)
                file.write(f"{number};Exemple élève;{hire};{month:%m/%Y};{whole},{rest:02d}\n")
                for _ in range(each):
                    file.write(f"{number};Exemple élève;{new_id()};{month:%m/%Y};{whole},{rest:02d}\n")
    return len(hires) * len(months)


def _import(url: str, key: str, path: Path, rows: int, *, mode: str, kill: bool) -> None:
    with served(url, 5) as port:
        start = time.monotonic()
        made = send(port, key, path, "text/csv", f"kind=hours&mode={mode}")
        sent = time.monotonic()
        found, peak, killed, told = made, 0.0, False, -1
        while found["state"] in {"waiting", "running"}:
            time.sleep(1)
            found = get(port, key, f"/v1/imports/{made['id']}")
            workers = [pid for pid, name in processes_below(os.getpid()).items() if "work" in name]
            peak = max([peak, *(peak_of(pid) for pid in workers)])
            tenth = 10 * found["done"] // max(1, found["total"])
            if tenth > told:
                told = tenth
                say(f"{found['done']} of {found['total']} after {time.monotonic() - sent:.0f} s")
            if kill and not killed and found["done"] > rows * 0.4:
                os.kill(workers[0], signal.SIGKILL)
                killed = True
                say(f"worker killed at {found['done']} rows: its lease of 30 s has to be over")
        seconds = time.monotonic() - sent
        rate = found["total"] / seconds
        say(f"sent in {sent - start:.1f} s, imported in {seconds:.0f} s, {rate:.0f} rows/s")
        say(f"{found['state']}: " + ", ".join(f"{c} {n}" for c, n in found["outcomes"].items() if n))
        say(f"peak of the worker: {peak:.0f} MB")
        if found["outcomes"]["created"] != rows:
            sys.exit("not every row was declared")


def _check(means: Means, rows: int, hires: int) -> None:
    """Every line is there, once, with its hours."""
    with means.database.read() as session:
        lines, worked = session.execute(select(func.count(), func.sum(Line.worked))).one()
        statements = session.scalar(select(func.count()).select_from(Statement))
    expected = hires * sum(FIRST_HOURS + place * 100 for place in range(MONTHS))
    if (lines, worked, statements) != (rows, expected, rows // HIRES):
        sys.exit(f"lost or doubled: {lines} lines, {worked} hundredths, {statements} statements")
    say("nothing lost, nothing doubled")


if __name__ == "__main__":
    main()
