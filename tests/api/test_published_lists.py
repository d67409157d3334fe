"""The lists that the API offers are those that the published data speak."""

from typing import get_args

from app.exchange.decp import vocabulary
from app.schemas.contracts import Ccag, Nature, Procedure
from app.schemas.places import PlaceType


def test_the_api_offers_the_published_lists() -> None:
    assert get_args(Nature) == vocabulary.NATURES
    assert get_args(Procedure) == vocabulary.PROCEDURES
    assert get_args(Ccag) == vocabulary.CCAGS
    assert get_args(PlaceType) == vocabulary.PLACE_TYPES
