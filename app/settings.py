"""Configuration, from the environment (`CLAUSES_…`) only."""

from __future__ import annotations

import base64
import binascii
import stat
from pathlib import Path
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
    import_limit_bytes: int = Field(default=32 * MIB, ge=KIB)
    idempotency_hours: int = Field(default=48, ge=1, description="How long a stored answer is replayed.")
    log_level: Literal["debug", "info", "warning", "error"] = "info"

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
            message = "Set secret keys of your own in production: the built-in one is public."
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
