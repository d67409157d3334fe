import pytest

from app.exchange.places import PlaceLookups, lookups_of
from app.exchange.territories import TerritoryFile, read_territories


@pytest.fixture(scope="session")
def territory_file() -> TerritoryFile:
    return read_territories()


@pytest.fixture(scope="session")
def lookups(territory_file: TerritoryFile) -> PlaceLookups:
    return lookups_of(territory_file)
