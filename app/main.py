"""The HTTP application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.api import (
    access,
    addresses,
    assessments,
    clauses,
    compliance,
    connectors,
    consolidations,
    contacts,
    contracts,
    decp,
    delegations,
    disputes,
    durations,
    estimates,
    events,
    export_jobs,
    exports,
    figures,
    health,
    hires,
    import_mappings,
    imports,
    invoices,
    jobs,
    mandates,
    memberships,
    needs,
    organisations,
    outcomes,
    participants,
    penalties,
    persons,
    pools,
    privacy,
    profiles,
    releases,
    reminders,
    rights,
    rules,
    splits,
    statements,
    territories,
    webhooks,
    work_queue,
)
from app.clock import SystemClock
from app.crypto import Keyring
from app.db.session import Database
from app.exchange.connector import opened
from app.exchange.mail import mailer_of
from app.exchange.outgoing import Outgoing
from app.issuers.identifying import Issuers
from app.services.work import Means
from app.settings import Settings
from app.web import browsers, contract, docs, problems, progress, rates, webhook_section
from app.web.flushing import lifespan
from app.web.limits import BodyLimit, Bound
from app.web.logs import configure_logging
from app.web.observing import Observing
from app.web.routing import name_of

if TYPE_CHECKING:
    from app.clock import Clock

DESCRIPTION = """\
Suivi des **clauses sociales d'insertion** des marchés publics : heures dues, déclarées, acceptées,
expliquées. Chaque appel porte une clé d'API ou un jeton (`Authorization: Bearer …`) qui agit au nom d'un
organisme dans un rôle ; un objet d'autrui est introuvable (404). Qui a plusieurs rôles en choisit un par
l'en-tête `Clauses-Role`. Toute erreur est un `application/problem+json`.
"""


def create_app(settings: Settings | None = None, *, clock: Clock | None = None) -> FastAPI:
    """The application over one database; `clock` lets tests hold the time."""
    settings = settings or Settings()
    configure_logging(settings.log_level)
    app = FastAPI(
        title="Clauses sociales",
        version="0.1.0",
        summary="Les heures d'insertion des marchés publics, exactes et expliquées.",
        description=DESCRIPTION,
        license_info={"name": "MIT", "identifier": "MIT"},
        # One address per resource: a redirect would lose the body and the key of a POST.
        redirect_slashes=False,
        # Its spans and logs would carry addresses and exception messages.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=name_of,
    )
    database = Database(
        settings.database_url, pool_size=settings.pool_size, pool_timeout=settings.pool_timeout_seconds
    )
    keyring = Keyring(settings.secret_keys.get_secret_value())
    clock = clock or SystemClock()
    app.state.means = Means(
        database,
        clock,
        keyring,
        Issuers(settings.issuers, clock),
        outgoing=Outgoing(allow_private=settings.allow_private_addresses),
        connectors=opened(settings.connector_urls, clock),
        mailer=mailer_of(settings, clock),
    )
    app.state.settings = settings
    for module in (
        # Asked for most: a request tries the routes in this order.
        compliance,
        contracts,
        statements,
        health,
        access,
        memberships,
        organisations,
        contacts,
        territories,
        addresses,
        clauses,
        mandates,
        delegations,
        estimates,
        work_queue,
        reminders,
        penalties,
        disputes,
        figures,
        consolidations,
        needs,
        releases,
        # Before the imports: its fixed addresses stand beside their ids.
        decp,
        imports,
        import_mappings,
        invoices,
        jobs,
        # Its fixed addresses stand beside the ids of those made by a job.
        exports,
        export_jobs,
        connectors,
        events,
        webhooks,
        rules,
        # Before the people: its fixed addresses stand beside their ids.
        persons,
        profiles,
        participants,
        rights,
        privacy,
        hires,
        outcomes,
        assessments,
        durations,
        splits,
        pools,
    ):
        # Included, each route would be made anew at a first request, and looked for twice at every one.
        app.router.routes.extend(module.router.routes)
    docs.install(app)
    problems.install(app)
    app.state.rates = rates.Rates(settings)
    app.state.streams = progress.Streams(settings.streams_per_key, settings.stream_seconds)
    _surround(app, settings)

    def openapi() -> dict[str, Any]:
        # Nobody calls these: they are made for who reads of them.
        if not app.webhooks.routes:
            webhook_section.install(app)
        return contract.describe(app)

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents
    return app


def _surround(app: FastAPI, settings: Settings) -> None:
    """Lay the middlewares from the inside out: each one also sees what those before it refuse."""
    app.add_middleware(
        BodyLimit,
        usual=Bound(settings.body_limit_bytes, settings.body_seconds),
        imports=Bound(settings.import_limit_bytes, settings.import_seconds),
    )
    app.add_middleware(rates.Pacing)
    browsers.let_origins_in(app, settings.cors_origins)
    app.add_middleware(Observing)
    app.add_middleware(browsers.Warned, production=settings.environment == "production")
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
