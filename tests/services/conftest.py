"""Books kept by the tests of a module, and the contract that they follow."""

from collections.abc import Iterator

import pytest

from tests.books import Books
from tests.services.one_contract import Story


@pytest.fixture(scope="module")
def books(module_database_url: str) -> Iterator[Books]:
    books = Books(module_database_url)
    yield books
    books.means.database.dispose()


@pytest.fixture
def story(books: Books) -> Story:
    return Story(books)
