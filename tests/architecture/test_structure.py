"""Each law of the structure holds in the project, and catches the one who breaks it."""

import pytest

from tests.architecture import laws
from tests.architecture.source import Module, modules

TABLES = {name for module in modules("app/db/tables") for name in laws.tables_declared_in(module)}

APPLICATION = {
    "commit": laws.commits_in_one_place,
    "sql": laws.speaks_sql_in_the_database_layer,
    "tenants": laws.reads_tenants_through_queries(TABLES),
    "names": laws.bears_the_word_of_a_subject,
    "length": laws.has_one_subject,
    "exceptions": laws.explains_its_exceptions,
}
TESTS = {name: APPLICATION[name] for name in ("exceptions", "length", "names")}

OFFENCES = [
    ("commit", "app/services/hires.py", "session.commit()"),
    ("commit", "app/services/hires.py", "finish = session.commit"),
    ("commit", "app/db/queries/hires.py", "connection.exec_driver_sql('commit;')"),
    ("sql", "app/services/hires.py", "from sqlalchemy import select"),
    ("sql", "app/api/hires.py", "from sqlalchemy.sql import text"),
    ("sql", "app/web/pages.py", "import sqlalchemy"),
    ("tenants", "app/services/hires.py", "session.get(Contract, key)"),
    ("tenants", "app/db/sums.py", "select(Contract.id)"),
    ("tenants", "app/db/sums.py", "select(func.count(tables.Contract.id))"),
    ("tenants", "app/worker.py", "select(Territory).join(Contract)"),
    ("names", "app/services/utils.py", ""),
    ("names", "app/common/hires.py", ""),
    ("names", "app/web/hire_manager.py", ""),
    ("length", "app/services/hires.py", "pass\n" * 401),
    ("exceptions", "app/services/hires.py", "x = 1  # noqa"),
    ("exceptions", "app/services/hires.py", "x = 1  # noqa: E501"),
    ("exceptions", "app/services/hires.py", "x = 1  # type: ignore[misc]"),
]
INNOCENT = [
    ("commit", "app/db/session.py", "session.commit()"),
    ("commit", "app/services/hires.py", "reason = 'commit to it'"),
    ("sql", "app/db/queries/hires.py", "from sqlalchemy import select"),
    ("sql", "app/web/problems.py", "from sqlalchemy.exc import OperationalError"),
    ("tenants", "app/db/queries/hires.py", "select(Contract)"),
    ("tenants", "app/services/territories.py", "session.get(Territory, key)"),
    ("tenants", "app/services/hires.py", "session.add(Contract(id=key))"),
    ("names", "app/services/hires.py", ""),
    ("length", "app/services/hires.py", "pass\n" * 400),
    ("exceptions", "app/services/hires.py", "x = 1  # noqa: E501, S101  # one address, not to be cut"),
    ("exceptions", "app/services/hires.py", "x = 1  # type: ignore[misc] - their stubs are wrong"),
    ("exceptions", "app/services/hires.py", "x = '# noqa'"),
]


def test_tables_are_found() -> None:
    assert laws.SHARED_TABLES | {"Contract", "Participant"} <= TABLES


@pytest.mark.parametrize("name", APPLICATION)
def test_the_application_keeps_the_law(name: str) -> None:
    assert [broken for module in modules("app") for broken in APPLICATION[name](module)] == []


@pytest.mark.parametrize("name", TESTS)
def test_the_tests_keep_the_law(name: str) -> None:
    assert [broken for module in modules("tests", "scripts") for broken in TESTS[name](module)] == []


@pytest.mark.parametrize(("name", "path", "text"), OFFENCES)
def test_an_offence_is_seen(name: str, path: str, text: str) -> None:
    assert list(APPLICATION[name](Module(path, text))) != []


@pytest.mark.parametrize(("name", "path", "text"), INNOCENT)
def test_the_innocent_passes(name: str, path: str, text: str) -> None:
    assert list(APPLICATION[name](Module(path, text))) == []
