"""Looking an address up: candidates to choose from, no decision."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from app.errors import FieldProblem, Text
from app.schemas.fields import Day, Input, Output

if TYPE_CHECKING:
    from collections.abc import Mapping


NOTHING_TO_SEARCH = Text("Donnez une adresse ou un code postal.", "Give an address or a postal code.")


Address = Annotated[str, StringConstraints(min_length=3, max_length=200, pattern=r"^[^\W_]")]


class AddressOf(StrEnum):
    """Whose address it is, which says where it may be sent."""

    PERSON = "person"
    ORGANISATION = "organisation"
    WORKS = "works"


class AddressSearch(Input):
    """An address, or a postal code alone, to look up. Nothing of it is kept."""

    model_config = ConfigDict(
        # Letters are what asking the geocoder takes for letters: marks that are written over one are none.
        regex_engine="python-re",
        json_schema_extra={
            "examples": [{"of": "works", "address": "1 rue de l'Exemple", "postal_code": "57000"}]
        },
    )

    of: AddressOf
    address: Address | None = Field(
        default=None,
        description="Numéro, voie et commune ; commence par une lettre ou un chiffre. Absente : les communes "
        "du code postal.",
    )
    postal_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")] | None = None
    on: Day | None = Field(default=None, description="Jour du zonage des QPV ; aujourd'hui si absent.")

    @model_validator(mode="after")
    def _something(self) -> AddressSearch:
        if self.address is None and self.postal_code is None:
            raise FieldProblem("nothing_to_search", NOTHING_TO_SEARCH)
        return self


class QuarterFound(Output):
    """A priority quarter that holds the address: proposed, for somebody to check and to record."""

    qpv: str = Field(examples=["QN05713M"])
    label: str


class AddressCandidate(Output):
    """A commune that the address may lie in."""

    place: str = Field(examples=["commune/57463"])
    name: str
    score: int = Field(description="Ressemblance selon le géocodeur, de 0 à 100.", examples=[94])
    precise: bool = Field(description="Trouvée au numéro ; sinon nul quartier n'est cherché.")
    quarters: list[QuarterFound] | None = Field(
        description="Quartiers prioritaires qui contiennent l'adresse, proposés ; null : non cherchés."
    )


class AddressFound(Output):
    """What the geocoder and the loaded quarters say."""

    candidates: list[AddressCandidate]
    qpv_edition: str | None = Field(description="Millésime du zonage consulté ; null si aucun n'est chargé.")
    qpv_since: date | None


ADDRESS_LABELS: Mapping[str, Mapping[str, str]] = {
    "addresses_of": {
        AddressOf.PERSON: "Personne",
        AddressOf.ORGANISATION: "Organisme",
        AddressOf.WORKS: "Lieu d'exécution",
    },
}
