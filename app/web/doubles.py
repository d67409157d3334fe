"""JSON objects that say a name twice: readers differ in which of both they take, so that none is taken."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.errors import FieldError, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Pairs = list[tuple[str, Any]]

# What begins the message of such a document; the place of the name follows.
TWICE_AT = "name given twice at "
TWICE = Text("Ce nom est donné deux fois dans le même objet.", "This name is given twice in the same object.")


class Doubles:
    """The objects of one document, looked at while it is read."""

    def __init__(self) -> None:
        """None found yet."""
        self._found: list[tuple[dict[str, Any], str]] = []

    def made_of(self, pairs: Pairs) -> dict[str, Any]:
        """The object of these pairs (`object_pairs_hook`)."""
        found = dict(pairs)
        if len(found) < len(pairs):
            names: set[str] = set()
            for name, _ in pairs:
                if name in names:
                    self._found.append((found, name))
                names.add(name)
        return found

    def refuse(self, document: object) -> None:
        """JSONDecodeError, with the place, where an object of the document says a name twice."""
        if self._found:
            # The last one found is part of the document: what a repetition replaced was read before.
            raise json.JSONDecodeError(TWICE_AT + _place(document, *self._found[-1]), "", 0)


def duplicate(found: Sequence[Any]) -> FieldError | None:
    """The refusal among what was found wrong with a body, if it is this one."""
    message = found[0].get("ctx", {}).get("error") if found else None
    if not isinstance(message, str) or not message.startswith(TWICE_AT):
        return None
    return FieldError(message.removeprefix(TWICE_AT), "duplicate_name", TWICE)


def _place(document: object, wanted: dict[str, Any], name: str) -> str:
    """Where a name of an object stands in a document, as a JSON pointer (RFC 6901)."""
    # One way at a time: a pointer to each value would be many times the document.
    way: list[tuple[str | int, Iterator[tuple[str | int, Any]]]] = [("", iter([("", document)]))]
    while True:
        key, value = next(way[-1][1], (None, None))
        if key is None:
            way.pop()
        elif value is wanted:
            # Behind the document itself, which stands under no name.
            return "".join(f"/{_part(part)}" for part in [*(part for part, _ in way[1:]), key, name][1:])
        elif isinstance(value, dict | list):
            way.append((key, iter(value.items() if isinstance(value, dict) else enumerate(value))))


def _part(name: str | int) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")
