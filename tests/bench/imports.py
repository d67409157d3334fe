"""What a long import costs: `python -m tests.bench.imports [--megabytes 500] [--own 1000] [--csv]`.

A national file in which one buyer finds its own contracts: generated, read, then sent over HTTP to a service
with one worker on SQLite. Memory is the most that each process ever held, as the system counted it.
"""

import argparse
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from app.clock import SystemClock
from app.crypto import Keyring
from app.db import migrate
from app.db.session import Database
from app.exchange.decp.reading import read_decp
from app.principal import Role
from app.services import setup
from app.services.work import Means
from app.settings import DEVELOPMENT_SECRET
from tests.bench.handing import get, peaks_below, say, send
from tests.bench.processes import served
from tests.exchange.decp_samples import BUYER, SOUND_CELLS, sound

MEGABYTE = 10**6
OTHER_BUYER = "33333333300007"


def main() -> None:
    """Generate, read, import, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--own", type=int, default=1000, help="one record in so many is the buyer's")
    parser.add_argument("--csv", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("national.csv" if asked.csv else "national.json")
        records = _generate(path, asked.megabytes * MEGABYTE, asked.own)
        say(f"{path.name}: {path.stat().st_size / MEGABYTE:.0f} MB, {records} records")
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            say(pool.apply(_read, (str(path),)))
        _import(path, Path(folder) / "bench.sqlite3")


def _generate(path: Path, size: int, own: int) -> int:
    number = 0
    with path.open("w", encoding="utf-8") as file:
        lines = _csv_lines(own) if path.suffix == ".csv" else _json_lines(own)
        for line in lines:
            number += 1
            file.write(line)
            if file.tell() >= size:
                break
        if path.suffix == ".json":
            file.write("]}}")
    # The first piece opens the envelope, or names the columns.
    return number - 1


def _record(number: int, own: int) -> dict[str, Any]:
    buyer = BUYER if number % own == 0 else OTHER_BUYER
    text = f"Aménagement d'un espace public d'exemple et création de cheminements - Lot {number} : voirie"
    return {"id": f"EX-{number:08d}", "acheteur": {"id": buyer}, "objet": text}


def _json_lines(own: int) -> Iterator[str]:
    yield '{"marches": {"marche": ['
    number = 0
    while True:
        text = json.dumps(sound(**_record(number, own)), ensure_ascii=False, indent=1)
        yield f"{',' if number else ''}\n{text}"
        number += 1


def _csv_lines(own: int) -> Iterator[str]:
    yield ";".join(SOUND_CELLS) + "\n"
    number = 0
    while True:
        record = _record(number, own)
        cells = SOUND_CELLS | {"id": record["id"], "objet": record["objet"]}
        yield ";".join((cells | {"acheteur.id": record["acheteur"]["id"]}).values()) + "\n"
        number += 1


def _read(path: str) -> str:
    """Read the file in a process of its own and say what it took."""
    before = _peak_of_self()
    start = time.monotonic()
    with Path(path).open("rb") as file:
        rows = sum(1 for _ in read_decp(file, today=date(2026, 11, 1), filename=path))
    seconds = time.monotonic() - start
    rate = os.path.getsize(path) / MEGABYTE / seconds  # noqa: PTH202 - a plain size
    return (
        f"read: {rows} rows in {seconds:.0f} s, {rows / seconds:.0f} rows/s, {rate:.1f} MB/s, "
        f"peak {_peak_of_self():.0f} MB (of which {before:.0f} MB before)"
    )


def _peak_of_self() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _import(path: Path, database: Path) -> None:
    url = f"sqlite:///{database}"
    migrate.upgrade(url)
    means = Means(Database(url), SystemClock(), Keyring(DEVELOPMENT_SECRET))
    key = setup.issue_key(means, BUYER, Role.BUYER, "bench")
    with served(url, 5) as port:
        start = time.monotonic()
        media = "text/csv" if path.suffix == ".csv" else "application/json"
        made = send(port, key, path, media, "kind=decp")
        sent = time.monotonic() - start
        say(f"sent: {sent:.0f} s, {path.stat().st_size / MEGABYTE / sent:.0f} MB/s")
        found = made
        while found["state"] in {"waiting", "running"}:
            time.sleep(2)
            found = get(port, key, f"/v1/imports/{made['id']}")
            if sys.stdout.isatty():
                sys.stdout.write(f"\r{found['done']} of {found['total']} ")
                sys.stdout.flush()
        seconds = time.monotonic() - start - sent
        rate = found["done"] / seconds
        say(f"imported: {found['done']} records in {seconds:.0f} s, {rate:.0f} records/s, {found['state']}")
        say(", ".join(f"{code} {count}" for code, count in found["outcomes"].items() if count))
        for process, peak in peaks_below(os.getpid()).items():
            say(f"peak of {process}: {peak:.0f} MB")
    means.database.dispose()


if __name__ == "__main__":
    main()
