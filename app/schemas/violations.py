"""What a schema refuses, in the API's own codes and words: wherever a payload comes from."""

from __future__ import annotations

from typing import Any

from app.errors import FieldProblem, Text

NO_OBJECT = ("not_an_object", Text("Un objet JSON est attendu.", "A JSON object is expected."))
NO_DATE = ("not_a_date", Text("Date attendue : AAAA-MM-JJ.", "Date expected: YYYY-MM-DD."))
NO_INSTANT = ("not_an_instant", Text("Instant attendu avec son fuseau.", "Instant with its zone expected."))
NO_NUMBER = ("not_an_integer", Text("Nombre entier attendu.", "Whole number expected."))
NO_UUID = ("not_a_uuid", Text("Identifiant (UUID) attendu.", "Identifier (UUID) expected."))
NO_BOOLEAN = ("not_a_boolean", Text("true ou false attendu.", "true or false expected."))
NO_CODE = ("unknown_code", Text("Code inconnu.", "Unknown code."))
TOO_LONG = ("too_long", Text("Trop long.", "Too long."))
TOO_SHORT = ("too_short", Text("Trop court, ou vide.", "Too short, or empty."))
TOO_LARGE = ("too_large", Text("Valeur trop grande.", "Value too large."))
TOO_SMALL = ("too_small", Text("Valeur trop petite.", "Value too small."))
UNREADABLE = ("json_invalid", Text("JSON illisible.", "Unreadable JSON."))

# Pydantic's error types as the API's own codes: one code for one meaning, whatever finds it.
CODES = {
    "missing": ("missing", Text("Champ obligatoire absent.", "Required field missing.")),
    "extra_forbidden": ("unknown_field", Text("Champ inconnu.", "Unknown field.")),
    "json_invalid": UNREADABLE,
    "string_too_long": TOO_LONG,
    "too_long": TOO_LONG,
    "string_too_short": TOO_SHORT,
    "too_short": TOO_SHORT,
    "enum": NO_CODE,
    "literal_error": NO_CODE,
    "string_pattern_mismatch": (
        "wrong_form",
        Text(
            "Forme inattendue : voir la documentation du champ.",
            "Unexpected form: see the field's documentation.",
        ),
    ),
    "string_type": ("not_a_text", Text("Texte attendu.", "Text expected.")),
    "bool_type": NO_BOOLEAN,
    "bool_parsing": NO_BOOLEAN,
    "int_type": NO_NUMBER,
    "int_parsing": NO_NUMBER,
    "int_parsing_size": NO_NUMBER,
    "int_from_float": NO_NUMBER,
    "list_type": ("not_a_list", Text("Liste attendue.", "List expected.")),
    "dict_type": NO_OBJECT,
    "model_type": NO_OBJECT,
    "model_attributes_type": NO_OBJECT,
    "date_type": NO_DATE,
    "date_parsing": NO_DATE,
    "date_from_datetime_parsing": NO_DATE,
    "datetime_type": NO_INSTANT,
    "datetime_parsing": NO_INSTANT,
    "datetime_from_date_parsing": NO_INSTANT,
    "timezone_aware": NO_INSTANT,
    "uuid_type": NO_UUID,
    "uuid_parsing": NO_UUID,
    "less_than": TOO_LARGE,
    "less_than_equal": TOO_LARGE,
    "greater_than": TOO_SMALL,
    "greater_than_equal": TOO_SMALL,
}
GENERAL = ("invalid", Text("Valeur d'une forme inattendue.", "Value of an unexpected shape."))


def meaning_of(violation: Any) -> tuple[str, Text]:  # noqa: ANN401 - an item of `ValidationError.errors()`
    """The code and sentence of one violation, without the value, the context and the types' own words."""
    domain = violation.get("ctx", {}).get("error")
    if isinstance(domain, FieldProblem):
        return domain.code, domain.detail
    return CODES.get(violation["type"], GENERAL)
