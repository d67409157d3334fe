"""What every test may ask for, and what none may do."""

import gc
import ipaddress
import socket
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from app.db import session
from tests import databases

# A busy machine draws slowly: that says nothing of what is tested.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

KEEPER = pytest.StashKey[databases.Keeper]()
BOTH = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgres", id="postgres", marks=pytest.mark.postgres),
]


# Modules stay, and so do the tests found in them: the collector would go through them again and again, a
# second each time. What tests leave is small: it is looked for after ten thousand objects, not seven hundred.
gc.disable()


# What takes ten seconds or waits for processes comes first: at the end nobody waits for the last of them.
LONG = (
    *("tests/e2e/", "tests/migrations/", "tests/deploy/test_image.py", "tests/deploy/test_start.py"),
    *("tests/services/test_ledger_sums.py", "tests/api/test_canary.py"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(10_000)
    gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    # The workers of a parallel run use the keeper of the process that started them.
    if not hasattr(config, "workerinput"):
        config.stash[KEEPER] = databases.Keeper()


def pytest_unconfigure(config: pytest.Config) -> None:
    if KEEPER in config.stash:
        config.stash[KEEPER].stop()


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """Address of the run's PostgreSQL server (its maintenance database: create your own, or see below)."""
    return databases.ask("postgres_url")


@pytest.fixture(scope="session")
def postgres_template() -> str:
    """Name of the migrated database on that server, with the reference territories. Never connect to it."""
    return databases.ask("postgres_template")


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    """Migrated SQLite file with the reference territories. Copy it, never open it."""
    return Path(databases.ask("sqlite_template"))


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database for one test, on each of the two kinds."""
    with databases.migrated_database(request.param) as url:
        yield url


@pytest.fixture(scope="module", params=BOTH)
def module_database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database for the tests of one module, which must not disturb each other."""
    with databases.migrated_database(request.param) as url:
        yield url


@pytest.fixture(params=BOTH)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables for one test, on each of the two kinds."""
    with databases.empty_database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def sqlite_url() -> Iterator[str]:
    """A migrated SQLite database for one test."""
    with databases.migrated_database("sqlite") as url:
        yield url


@pytest.fixture(params=[pytest.param("postgres", marks=pytest.mark.postgres)])
def postgres_database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated PostgreSQL database for one test."""
    with databases.migrated_database(request.param) as url:
        yield url


@pytest.fixture(autouse=True, scope="session")
def _keep_engines() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "make_engine", databases.engine_at)
        patch.setattr(session.Database, "dispose", databases.dispose)
        yield
    databases.close_all()


@pytest.fixture(autouse=True, scope="session")
def _stay_on_this_machine() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _local_only(getattr(socket.socket, name)))
        yield


def _local_only(connect: Callable[..., int | None]) -> Callable[..., int | None]:
    @wraps(connect)
    def guarded(self: socket.socket, address: tuple[str, int] | str) -> int | None:
        if self.family != socket.AF_UNIX and not _is_loopback(str(address[0])):
            # Not an exception that the code under test could take for a failing network.
            pytest.fail(f"A test tried to reach {address}")
        return connect(self, address)

    return guarded


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
