import pytest

from app.exchange.territories import TerritoryFile, read_territories


@pytest.fixture(scope="session")
def territory_file() -> TerritoryFile:
    return read_territories()
