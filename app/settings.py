"""Configuration, from the environment (`CLAUSES_…`) only."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# Known to everybody who reads this file: production mode refuses it.
DEVELOPMENT_SECRET = "dev:ZGV2ZWxvcG1lbnQta2V5LW5vdC1mb3ItcHJvZHVjdGk="  # noqa: S105 - public on purpose, see above

KIB = 1024
MIB = 1024 * KIB


class Settings(BaseSettings):
    """Everything an operator may set. Units are in the names or the descriptions."""

    model_config = SettingsConfigDict(env_prefix="CLAUSES_", extra="ignore")

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
    pool_size: int = Field(default=10, ge=1, description="Connections kept per process (PostgreSQL).")
    pool_timeout_seconds: float = Field(default=30, gt=0)
    body_limit_bytes: int = Field(default=256 * KIB, ge=KIB)
    import_limit_bytes: int = Field(default=32 * MIB, ge=KIB)
    idempotency_hours: int = Field(default=48, ge=1, description="How long a stored answer is replayed.")
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _refuse_development_secret(self) -> Settings:
        if self.environment == "production" and self.secret_keys.get_secret_value() == DEVELOPMENT_SECRET:
            message = "CLAUSES_SECRET_KEYS must be set in production: the built-in key is public."
            raise ValueError(message)
        return self
