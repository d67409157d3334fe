"""The OpenAPI document: what FastAPI generates, made true for this service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi

from app.schemas.fields import Output
from app.web import webhook_section
from app.web.example_values import PARAMETERS
from app.web.examples import Examples
from app.web.rates import PACED
from app.web.routing import Problem, answers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fastapi import FastAPI

    from app.settings import IssuerSettings

REF = "#/components/schemas/{model}"
JSON_TYPE = "application/json"
CREATED = ("201", "202")
TAGS = {
    "access": "Clés d'API, accès des comptes, et identité de l'appelant.",
    "assessments": "Éligibilité des personnes, pour le facilitateur : faits, preuves, raisons, décision.",
    "clauses": "La clause d'un contrat et ses versions datées.",
    "compliance": "Où en est un contrat ou un territoire, et pourquoi.",
    "contracts": "Contrats, lieux d'exécution, sous-traitants, clôture.",
    "disputes": "Contester une décision, et y répondre.",
    "estimates": "Calibrer une clause avant la consultation.",
    "events": "Fil des changements et piste d'audit.",
    "exports": "Fichiers à reprendre : tableurs, formats ouverts, documents.",
    "exploitation": "Pour qui exploite le service : état, mesures, sens des erreurs. Sans clé.",
    "hires": "Personnes mises à l'emploi sur un contrat.",
    "imports": "Fichiers remis, lus enregistrement par enregistrement.",
    "connectors": "Services extérieurs que le service appelle.",
    "jobs": "Travaux faits après la réponse.",
    "invoices": "Ce qui est facturé sur un contrat, et qu'un objectif peut suivre.",
    "delegations": "Qui déclare des heures à la place d'une entreprise.",
    "mandates": "Qui suit un contrat à la place de l'acheteur.",
    "organisations": "Organismes et leurs sièges.",
    "outcomes": "Ce que deviennent les personnes, à la sortie, à 6 et à 12 mois.",
    "participants": "Les personnes ; leur identité est chiffrée et chaque lecture motivée.",
    "privacy": "Ce qui est tenu des personnes et pourquoi : registre et notice. Sans clé.",
    "profiles": "Jeux de termes de clause : intégrés, et ceux des organismes, en versions datées.",
    "releases": "Chiffres publiés des territoires : calculés une fois, lisibles par tous.",
    "penalties": "Pénalités calculées et expliquées ; l'acheteur seul décide.",
    "rules": "Le droit servi comme donnée : paramètres, publics, preuves.",
    "statements": "Relevés mensuels d'heures et leur examen.",
    "territories": "Territoires de référence.",
    "webhooks": webhook_section.GUIDE,
}
CONNECT = "openIdConnect"
EXAMPLE_ISSUER = "https://idp.example"
ANOTHER_WAY = (
    "Jeton d'accès d'un fournisseur d'identité configuré ici (ProConnect par introspection, ou JWT). Qui a "
    "plusieurs rôles en choisit un par `Clauses-Role`, et l'organisme par `Clauses-Organisation` (SIRET)."
)
STRONG = "Version lue, à renvoyer dans `If-Match` pour modifier la ressource."
WEAK = "Empreinte du contenu calculé ; jamais requise."
LINK = "Page suivante (`rel=next`), quand il y en a une."
RETRY_AFTER = "Retry-After"
PACE = {
    "RateLimit-Limit": ("Requêtes permises par minute : à la clé ou, sans clé, à l'adresse.", "250"),
    "RateLimit-Remaining": ("Ce qu'il en reste.", "249"),
    "RateLimit-Reset": ("Quand il s'en libère une : secondes depuis 1970.", "1785484860"),
    RETRY_AFTER: ("Secondes à attendre avant de renvoyer la même requête.", "12"),
}
LOCATION = "Adresse de ce qui est créé."


def describe(app: FastAPI) -> dict[str, Any]:
    """The contract of the API, generated once and compared with the committed one by a test."""
    if app.openapi_schema:
        return app.openapi_schema
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version=app.openapi_version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        webhooks=app.webhooks.routes,
        tags=[{"name": name, "description": meaning} for name, meaning in TAGS.items()],
        license_info=app.license_info,
    )
    schemas = document["components"]["schemas"]
    # FastAPI's own shape of a 422 is never sent: every error is a problem.
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas.update(_problem_schemas())
    _complete(document)
    _pace(document)
    _secure(document, app.state.settings.issuers)
    webhook_section.complete(document)
    app.openapi_schema = document
    return document


def _secure(document: dict[str, Any], issuers: Sequence[IssuerSettings]) -> None:
    """Name the second way in: where a key is asked for, a token of an issuer does as well."""
    address = issuers[0].url.rstrip("/") if issuers else EXAMPLE_ISSUER
    document["components"]["securitySchemes"][CONNECT] = {
        "type": "openIdConnect",
        "description": ANOTHER_WAY,
        "openIdConnectUrl": f"{address}/.well-known/openid-configuration",
    }
    for path in document["paths"].values():
        for operation in path.values():
            if "security" in operation:
                operation["security"].append({CONNECT: []})


def _pace(document: dict[str, Any]) -> None:
    """Every operation of the API may be asked too often and says what is left; a body may come too slowly."""
    document["components"]["headers"] = {name: _header(*said) for name, said in PACE.items()}
    told = {name: {"$ref": f"#/components/headers/{name}"} for name in PACE}
    retry = told.pop(RETRY_AFTER)
    for path, operations in document["paths"].items():
        if not path.startswith(PACED):
            continue
        for method, operation in operations.items():
            given = answers(always=(429,) if method == "get" else (408, 429))
            given[429]["headers"] = {RETRY_AFTER: retry}
            operation["responses"] |= {str(status): answer for status, answer in given.items()}
            for status, answer in operation["responses"].items():
                # Refusals bear them as well; said of each, they would be most of the document.
                if status.startswith("2") or status == "429":
                    answer["headers"] = {**answer.get("headers", {}), **told}


def _problem_schemas() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template=REF)
    inner: dict[str, Any] = schema.pop("$defs")
    return {"Problem": schema, **inner}


def _complete(document: dict[str, Any]) -> None:
    """Add to every operation its examples, and the headers that its answers bear."""
    examples = Examples(document["components"]["schemas"])
    models = {model.__name__: model for model in _models(Output)}
    operations = [item for path in document["paths"].values() for item in path.values()]
    for operation in operations:
        if _is_generated(operation["responses"].get("422", {})):
            del operation["responses"]["422"]
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path":
                name = parameter["name"]
                parameter["example"] = PARAMETERS.get(
                    f"{operation['operationId']}.{name}", PARAMETERS.get(name)
                )
        for content in operation.get("requestBody", {}).get("content", {}).values():
            if "example" not in content:
                content["example"] = examples.of(content["schema"])
        for status, answer in operation["responses"].items():
            content = answer.get("content", {}).get(JSON_TYPE)
            if content is None or not content.get("schema"):
                continue
            content.setdefault("example", examples.of(content["schema"]))
            model = models.get(content["schema"].get("$ref", "").rpartition("/")[2])
            headers = _headers(model, status) if model else {}
            if headers:
                answer["headers"] = headers


def _is_generated(answer: dict[str, Any]) -> bool:
    # FastAPI adds its own 422 where none is declared: there, no value can be wrong.
    schema = answer.get("content", {}).get(JSON_TYPE, {}).get("schema", {})
    return bool(schema.get("$ref") == REF.format(model="HTTPValidationError"))


def _headers(model: type[Output], status: str) -> dict[str, Any]:
    """The headers of an answer: the same properties of its model decide when it is sent."""
    found = {}
    if "version" in model.model_fields:
        found["ETag"] = _header(STRONG, '"1-buyer-fr"')
    if getattr(model, "weak_etag", False):
        found["ETag"] = _header(WEAK, 'W/"9f86d081884c7d659a2feaa0c55ad015"')
    if status in CREATED and hasattr(model, "location"):
        found["Location"] = _header(LOCATION, None)
    if "next" in model.model_fields:
        found["Link"] = _header(LINK, None)
    return found


def _header(description: str, example: str | None) -> dict[str, Any]:
    header = {"description": description, "schema": {"type": "string"}}
    return header if example is None else {**header, "example": example}


def _models(above: type[Output]) -> Iterator[type[Output]]:
    for model in above.__subclasses__():
        yield model
        yield from _models(model)
