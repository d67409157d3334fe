"""The examples of the contract: what an answer looks like, assembled field by field from its schema.

An example given by a model stands first; then the value that `example_values` gives to the field; then what
the type alone says.
"""

from __future__ import annotations

from typing import Any

from app.web.example_values import BY_MODEL, BY_NAME

Schema = dict[str, Any]

# What the type alone cannot say; a test lets none of these be sent out.
UNTOLD = "…"


class Examples:
    """Examples for the schemas of one document."""

    def __init__(self, components: dict[str, Schema]) -> None:
        """`components` are the document's schemas by name."""
        self._components = components

    def of(self, schema: Schema, owner: str = "", name: str = "") -> Any:  # noqa: ANN401 - any JSON
        """An example that fits the schema of a field `name` of the model `owner`, or of a whole model."""
        if f"{owner}.{name}" in BY_MODEL:
            return BY_MODEL[f"{owner}.{name}"]
        if "examples" in schema:
            return schema["examples"][0]
        if "$ref" in schema:
            return self._of_model(schema["$ref"].rpartition("/")[2], name)
        return self._of_plain(schema, owner, name)

    def _of_model(self, model: str, name: str) -> Any:  # noqa: ANN401 - any JSON
        schema = self._components[model]
        if "properties" not in schema:
            return self.of(schema, "", name)
        if "examples" in schema:
            return schema["examples"][0]
        required = schema.get("required", [])
        return {
            field: self.of(inner, model, field)
            for field, inner in schema["properties"].items()
            if field in required or "examples" in inner or f"{model}.{field}" in BY_MODEL
        }

    def _of_plain(self, schema: Schema, owner: str, name: str) -> Any:  # noqa: ANN401 - any JSON
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return BY_NAME[name] if BY_NAME.get(name) in schema["enum"] else schema["enum"][0]
        told = name in BY_NAME and self._is_leaf(schema)
        if told:
            return BY_NAME[name]
        if "anyOf" in schema:
            return self.of(schema["anyOf"][0], owner, name)
        if schema.get("type") == "array":
            return [self.of(schema["items"], owner, name)]
        return {"boolean": True, "integer": 1, "object": {}}.get(schema.get("type", ""), UNTOLD)

    def _is_leaf(self, schema: Schema) -> bool:
        """False for what holds a model, whose own fields say more than a name."""
        inner = [*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]
        return not any("$ref" in item or not self._is_leaf(item) for item in inner)
