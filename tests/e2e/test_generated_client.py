"""A Python client generated from the committed document, used unedited against a server that runs."""

import importlib
import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from app.clock import SystemClock
from app.crypto import Keyring
from app.db.session import Database
from app.demonstration.records import BUYER
from app.principal import Role
from app.services import setup
from app.services.work import Means
from app.settings import DEVELOPMENT_SECRET
from tests.e2e.processes import served

ROOT = Path(__file__).parents[2]
PACKAGE = "clauses_client"
GENERATE_SECONDS = 120


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("generated")
    made = subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"),
            *("--path", str(ROOT / "openapi" / "openapi.json")),
            *("--config", str(ROOT / "openapi" / "client.yaml")),
            *("--meta", "none", "--output-path", str(folder / PACKAGE)),
        ],
        capture_output=True,
        timeout=GENERATE_SECONDS,
        check=False,
        encoding="utf-8",
    )
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]


def part(name: str) -> ModuleType:
    return importlib.import_module(f"{PACKAGE}.{name}")


@pytest.mark.usefixtures("generated")
def test_a_generated_client_registers_lists_and_is_refused(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    means = Means(database, SystemClock(), Keyring(DEVELOPMENT_SECRET))
    key = setup.issue_key(means, BUYER, Role.BUYER, "client")
    database.dispose()
    models: Any = part("models")
    new_client = part("client").AuthenticatedClient
    # What is imported is only found again here: nobody has to do it.
    with served(sqlite_url, worker=False) as address, new_client(base_url=address, token=key) as client:
        call(client, models)


def call(client: Any, models: Any) -> None:  # noqa: ANN401 - types that exist once they are generated
    before = part("api.organisations.read_organisation").sync(BUYER, client=client)
    named = part("api.organisations.put_organisation").sync(
        BUYER,
        client=client,
        body=models.OrganisationIn(name="Ville d'Exemple", seat=None),
        if_match=f'"{before.version}"',
    )
    assert (named.siret, named.name) == (BUYER, "Ville d'Exemple")

    register = part("api.contracts.register_contract").sync
    contract = models.ContractIn(object_="Halle d'exemple", reference="EX-1", firm_amount="27364.00")
    registered = register(client=client, body=contract, idempotency_key="client-1")
    again = register(client=client, body=contract, idempotency_key="client-1")
    assert (registered.reference, again.id) == ("EX-1", registered.id)

    page = part("api.contracts.list_contracts").sync(client=client, limit=10)
    assert [found.id for found in page.items] == [registered.id]

    # The same market once more under another key: a problem comes as one, with its code.
    refused = register(client=client, body=contract, idempotency_key="client-2")
    assert isinstance(refused, models.Problem)
    assert (refused.status, refused.code) == (httpx.codes.CONFLICT, "contract_exists")

    # A file goes as it is, under its own type; what becomes of it is found again.
    file = part("types").File(payload=io.BytesIO(b"id;acheteur.id;objet\nEX-2;%s;Halle\n" % BUYER.encode()))
    sent = part("api.imports.import_file").sync(
        client=client, body=file, kind=part("models").ImportFileKind.DECP, idempotency_key="client-3"
    )
    assert part("api.imports.read_import").sync(sent.id, client=client).id == sent.id

    # The same content as an object: the shape that DECP publish.
    empty = models.ImportFileJsonDecpFile.from_dict({"marches": {"marche": []}})
    sent = part("api.imports.import_file").sync(
        client=client, body=empty, kind=part("models").ImportFileKind.DECP, idempotency_key="client-4"
    )
    assert part("api.imports.read_import").sync(sent.id, client=client).id == sent.id
