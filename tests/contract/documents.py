"""The document of the API, as the tests of this folder read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.main import create_app
from app.settings import Settings

Json = dict[str, Any]
JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    method: str
    path: str
    said: Json

    @property
    def id(self) -> str:
        return str(self.said["operationId"])

    @property
    def answers(self) -> Json:
        """Its 2xx answers, by status."""
        return {status: answer for status, answer in self.said["responses"].items() if status[0] == "2"}

    @property
    def refusals(self) -> Json:
        return {status: answer for status, answer in self.said["responses"].items() if status[0] in "45"}

    @property
    def bodies(self) -> Json:
        """What its request body may be, by media type."""
        found: Json = self.said.get("requestBody", {}).get("content", {})
        return found

    def parameter(self, name: str) -> Json | None:
        found = [item for item in self.said.get("parameters", []) if item["name"] == name]
        return found[0] if found else None


@cache
def document() -> Json:
    """Generated once; the database it names is never opened."""
    found: Json = create_app(Settings(database_url="sqlite:///unused.sqlite3")).openapi()
    return found


def operations() -> Iterator[Operation]:
    for path, methods in document()["paths"].items():
        for method, said in methods.items():
            yield Operation(method.upper(), path, said)


def model_of(content: Json) -> tuple[str, Json]:
    """Name and schema of the model that a body or an answer holds; no name for a schema of its own."""
    name = content["schema"].get("$ref", "").rpartition("/")[2]
    return name, document()["components"]["schemas"].get(name, content["schema"])
