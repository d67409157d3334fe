"""Configuration, from the environment (`CLAUSES_…`) only."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import stat
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# Known to everybody who reads this file: production mode refuses it.
DEVELOPMENT_SECRET = "dev:ZGV2ZWxvcG1lbnQta2V5LW5vdC1mb3ItcHJvZHVjdGk="  # noqa: S105 - public on purpose, see above

KIB = 1024
MIB = 1024 * KIB


LOOPBACK = ("localhost", "127.0.0.1", "::1")
# What a token may say of somebody; the platform's own role is granted here, never claimed elsewhere.
ClaimedRole = Literal["buyer", "contractor", "facilitator", "insertion_structure", "prescriber", "observer"]


def is_safe_address(url: str, *, loopback: bool) -> bool:
    """HTTPS with a host; `loopback`: plain HTTP to this machine too, for development and tests."""
    parts = urlsplit(url)
    if parts.username is not None or parts.fragment:
        return False
    if parts.scheme == "http":
        return loopback and parts.hostname in LOOPBACK
    return parts.scheme == "https" and bool(parts.hostname)


class IssuerSettings(BaseModel):
    """An OpenID Connect issuer whose access tokens are taken; everything else is read from its discovery.

    `jwt`: tokens are verified here, by its published keys, for `audience`. `introspection`: tokens are opaque
    and asked about (RFC 7662) under `client_id` and `client_secret`, ProConnect's way for resource servers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str = Field(description="Exactly the `iss` of its tokens.")
    mode: Literal["jwt", "introspection"] = "jwt"
    audience: str | None = Field(default=None, description="The `aud` of tokens made for this service.")
    client_id: str | None = None
    client_secret: SecretStr | None = None
    clients: frozenset[str] = Field(
        default=frozenset(),
        description="Applications whose tokens are taken (`client_id` or `azp`); empty: any of the issuer's.",
    )
    organisation_claim: str | None = Field(
        default="siret",
        description="Which claim says for which SIRET a person acts; null: the membership does.",
    )
    role_claim: str | None = Field(
        default=None, description="Which claim says the role of a person; null: the memberships do."
    )
    claimed_roles: frozenset[ClaimedRole] = Field(
        default=frozenset(), description="The roles that the claim may give."
    )
    signed_introspection: bool = Field(default=False, description="Take signed answers only (RFC 9701).")
    cache_seconds: Annotated[int, Field(ge=0, le=60)] = 30

    @model_validator(mode="after")
    def _refuse_half_an_issuer(self) -> IssuerSettings:
        if not is_safe_address(self.url, loopback=True):
            message = "An issuer is an https address (plain http on this machine only)."
            raise ValueError(message)
        if self.mode == "jwt" and not self.audience:
            message = "An issuer of JWTs needs an audience: tokens made for others would pass."
            raise ValueError(message)
        if self.mode == "introspection" and not (self.client_id and self.client_secret):
            message = "Introspection needs client_id and client_secret."
            raise ValueError(message)
        if self.role_claim and not (self.claimed_roles and self.organisation_claim):
            message = "A role claim needs claimed_roles and organisation_claim."
            raise ValueError(message)
        return self


class Settings(BaseSettings):
    """Everything an operator may set. Units are in the names or the descriptions."""

    # A setting that is wrong is named, not shown: it may hold a secret.
    model_config = SettingsConfigDict(env_prefix="CLAUSES_", extra="ignore", hide_input_in_errors=True)

    environment: Literal["development", "production"] = "development"
    database_url: str = Field(
        default="sqlite:///var/clauses.sqlite3",
        description="SQLAlchemy address; `sqlite:///file` or `postgresql://user:password@host/name`.",
    )
    owner_database_url: str = Field(
        default="",
        description="The same database by the login that owns its tables, for `migrate`; empty: the same.",
    )
    secret_keys: SecretStr = Field(
        default=SecretStr(DEVELOPMENT_SECRET),
        description="`id:base64` of 32 random bytes, comma-separated; the first encrypts, all decrypt.",
    )
    secret_keys_file: Path | None = Field(
        default=None,
        description="A file with the same, one key per line or with commas; nobody else's to read.",
    )
    pool_size: int = Field(default=10, ge=1, description="Connections kept per process (PostgreSQL).")
    pool_timeout_seconds: float = Field(default=30, gt=0)
    body_limit_bytes: int = Field(default=256 * KIB, ge=KIB)
    # Contracts of a workbook or a package, which are made as a whole; a CSV is sent as it is read.
    export_rows: int = Field(default=2_000, ge=1, le=100_000)
    export_days: int = Field(
        default=7, ge=1, le=60, description="How long the file of an export made by a job is kept."
    )
    import_limit_bytes: int = Field(default=512 * MIB, ge=KIB)
    import_file_days: int = Field(
        default=7,
        ge=1,
        le=60,
        description="How long a table with problems is kept to be given back.",
    )
    ocid_prefix: str = Field(
        default="ocds-000000",
        pattern=r"^ocds-[a-z0-9]{6}$",
        description="Given to a publisher by the Open Contracting Partnership; the default is nobody's.",
    )
    body_seconds: float = Field(
        default=20, gt=0, description="How long a body may take to arrive; above: 408."
    )
    import_seconds: float = Field(default=600, gt=0, description="The same for files to import.")
    requests_per_minute: int = Field(default=250, ge=0, description="Per key or membership; 0: no limit.")
    documents_per_minute: int = Field(default=50, ge=0, description="The same for exports and imports.")
    address_requests_per_minute: int = Field(default=1000, ge=0, description="Per address; 0: no limit.")
    failures_per_minute: int = Field(
        default=20, ge=0, description="Refused keys and tokens per address; 0: no limit."
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="Addresses or networks whose `X-Forwarded-For` is believed, as a JSON list."
    )
    allow_private_addresses: bool = Field(
        default=False, description="Development only: call addresses of one's own network, by http too."
    )
    webhook_threads: int = Field(
        default=4, ge=0, le=64, description="Webhooks that one worker serves at once; 0: none."
    )
    webhook_pause_days: int = Field(
        default=5, ge=1, le=60, description="Days of failures alone after which a webhook is paused."
    )
    webhook_log_days: int = Field(default=30, ge=1, le=365, description="How long ended deliveries are kept.")
    streams_per_key: int = Field(
        default=5, ge=1, description="Works that one key or membership follows at once, per process."
    )
    stream_seconds: float = Field(
        default=300, ge=0, description="After which a stream ends, and its reader shows its key again."
    )
    stop_seconds: int = Field(
        default=8,
        ge=0,
        description="How long a server that is asked to stop lets what is under way end; then it is cut.",
    )
    cors_origins: tuple[str, ...] = Field(
        default=(), description="Origins whose pages may call the API from a browser, as a JSON list."
    )
    idempotency_hours: int = Field(default=48, ge=1, description="How long a stored answer is replayed.")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    directory_url: str = Field(
        default="", description="Address of recherche-entreprises, or of what answers as it does; empty: off."
    )
    geocoder_url: str = Field(
        default="", description="Address of the national geocoder, up to `/search` excluded; empty: off."
    )
    residences_url: str = Field(
        default="",
        description="Address of a geocoder of one's own, which alone is told where people live; empty: off.",
    )
    communes_url: str = Field(default="", description="Address of API Géo; empty: off.")
    organisation_refresh_days: int = Field(
        default=30, ge=1, description="After how many days the directory is asked again of an organisation."
    )
    publish_from_year: int | None = Field(
        default=None, ge=2000, le=2100, description="First year whose releases are published; none: by hand."
    )
    smtp_host: str = Field(default="", description="Mail server that reminders go through; empty: off.")
    smtp_port: int = Field(default=587, ge=1, le=65_535)
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="`starttls` (port 587), `tls` from the first byte (465), or `none`, without password.",
    )
    smtp_user: str = Field(default="", pattern=r"^[ -~]*$")
    smtp_password: SecretStr = SecretStr("")
    mail_from: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)?$",
        description="Whom reminders come from.",
    )
    public_url: str = Field(default="", description="The web address of the API, which reminders point at.")
    issuers: tuple[IssuerSettings, ...] = Field(
        default=(), description="OpenID Connect issuers, as a JSON list; at most one by introspection."
    )

    @model_validator(mode="after")
    def _read_keys(self) -> Settings:
        if self.secret_keys_file is not None:
            if "secret_keys" in self.model_fields_set:
                message = "Set CLAUSES_SECRET_KEYS or CLAUSES_SECRET_KEYS_FILE, not both."
                raise ValueError(message)
            self._refuse_open_file(self.secret_keys_file)
            read = SecretStr(self.secret_keys_file.read_text(encoding="utf-8"))
            # Not by assignment, after which the keys would pass for set beside the file.
            self.__dict__["secret_keys"] = read
        public = _masters(DEVELOPMENT_SECRET)
        # Wherever it stands and whatever its id: what it opened once, everybody can open.
        if self.environment == "production" and public & _masters(self.secret_keys.get_secret_value()):
            message = "Set CLAUSES_SECRET_KEYS (or …_FILE) in production: the built-in key is public."
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _refuse_doubtful_neighbours(self) -> Settings:
        if self.environment == "production" and self.allow_private_addresses:
            message = "CLAUSES_ALLOW_PRIVATE_ADDRESSES is for development only."
            raise ValueError(message)
        for proxy in self.trusted_proxies:
            try:
                network = ipaddress.ip_network(proxy)
            except ValueError:
                network = None
            # Trusting everybody lets each caller choose its own address.
            if network is None or network.prefixlen == 0:
                message = (
                    "CLAUSES_TRUSTED_PROXIES holds something else than addresses and networks of proxies."
                )
                raise ValueError(message)
        for origin in self.cors_origins:
            parts = urlsplit(origin)
            if parts.path or parts.query or not is_safe_address(origin, loopback=True):
                message = "CLAUSES_CORS_ORIGINS holds something else than https origins (https://host)."
                raise ValueError(message)
        return self

    @property
    def connector_urls(self) -> dict[str, str]:
        """The address of every service that may be called, empty for those that are off."""
        names = ("directory", "geocoder", "residences", "communes")
        return {name: getattr(self, f"{name}_url") for name in names}

    @model_validator(mode="after")
    def _refuse_doubtful_connectors(self) -> Settings:
        for name, url in self.connector_urls.items():
            if url and not is_safe_address(url, loopback=self.environment == "development"):
                message = f"CLAUSES_{name.upper()}_URL is no https address."
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _refuse_half_a_mail_server(self) -> Settings:
        if not self.smtp_host:
            return self
        if not (self.mail_from and self.public_url):
            message = "CLAUSES_SMTP_HOST needs CLAUSES_MAIL_FROM and CLAUSES_PUBLIC_URL."
            raise ValueError(message)
        if not is_safe_address(self.public_url, loopback=self.environment == "development"):
            message = "CLAUSES_PUBLIC_URL is no https address."
            raise ValueError(message)
        password = self.smtp_password.get_secret_value()
        if bool(self.smtp_user) != bool(password) or not password.isascii():
            message = "CLAUSES_SMTP_USER and CLAUSES_SMTP_PASSWORD go together, in ASCII."
            raise ValueError(message)
        if self.environment == "production" and password and self.smtp_security == "none":
            message = "CLAUSES_SMTP_SECURITY=none would send the password in clear."
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _refuse_doubtful_issuers(self) -> Settings:
        if len({issuer.url for issuer in self.issuers}) < len(self.issuers):
            message = "CLAUSES_ISSUERS names an issuer twice."
            raise ValueError(message)
        # An opaque token names no issuer: with two of them, one would be shown the tokens of the other.
        if sum(issuer.mode == "introspection" for issuer in self.issuers) > 1:
            message = "CLAUSES_ISSUERS holds more than one issuer by introspection."
            raise ValueError(message)
        if self.environment == "production" and any(
            issuer.url.startswith("http:") for issuer in self.issuers
        ):
            message = "CLAUSES_ISSUERS holds an issuer without https."
            raise ValueError(message)
        return self

    def _refuse_open_file(self, path: Path) -> None:
        others = stat.S_IRWXO | stat.S_IWGRP
        if self.environment == "production" and path.stat().st_mode & others:
            message = f"{path} may be read or changed by others: chmod o-rwx,g-w."
            raise ValueError(message)


def _masters(secret_keys: str) -> set[bytes]:
    """The keys themselves; whoever uses them refuses those that are malformed."""
    found = set()
    for entry in secret_keys.replace("\n", ",").split(","):
        try:
            found.add(base64.b64decode(entry.partition(":")[2].strip()))
        except binascii.Error:
            continue
    return found
