"""What an installation sets from outside: addresses, secrets and the profile it works under.

Values come from the environment (prefix `KALENDS_`, but `DATABASE_URL` and `REDIS_URL` as everybody spells them) and
from a `.env` file. Nothing here changes while a process runs.
"""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import limits
from pydantic import AfterValidator, AliasChoices, Field, FilePath, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

OFF = "off"


def _rate(text: str) -> str:
    """A limit like `6000/minute` or `100/second`, or `off`."""
    if text != OFF:
        limits.parse(text)  # raises ValueError
    return text


def _rates(text: str) -> str:
    """Several of them, like `10/minute;30/hour`, or `off`."""
    if text != OFF:
        limits.parse_many(text)  # raises ValueError
    return text


Rate = Annotated[str, AfterValidator(_rate)]
Rates = Annotated[str, AfterValidator(_rates)]


class Settings(BaseSettings):
    """The settings of one installation; every process reads the same ones."""

    model_config = SettingsConfigDict(env_prefix="KALENDS_", env_file=".env", extra="ignore", populate_by_name=True)

    environment: Literal["production", "sandbox"] = "sandbox"
    database_url: SecretStr = Field(
        SecretStr("postgresql://localhost/kalends"),
        validation_alias=AliasChoices("DATABASE_URL", "KALENDS_DATABASE_URL"),
    )
    migration_database_url: SecretStr | None = None
    database_pool_size: int = Field(20, ge=2, le=500)
    replica_database_url: SecretStr | None = None
    replica_lag_seconds: float = Field(5, ge=1, le=600)
    compiled_executor: bool = True
    trusted_documents: FilePath | None = None
    only_trusted_documents: bool = False
    metrics_token: SecretStr | None = None
    redis_url: SecretStr = Field(
        SecretStr("redis://localhost:6379/0"), validation_alias=AliasChoices("REDIS_URL", "KALENDS_REDIS_URL")
    )
    secret_key: SecretStr = SecretStr("")
    profile: str = "CN_2016"
    public_url: str = "http://127.0.0.1:8000"
    personas_file: Path | None = None
    cors_origins: list[str] = []
    access_token_minutes: int = Field(10, ge=1, le=60)
    refresh_token_days: int = Field(30, ge=1, le=365)
    bank_url: str = "http://127.0.0.1:8010"
    bank_api_key: SecretStr = SecretStr("")
    identity_url: str = "http://127.0.0.1:8010"
    webhook_secret: SecretStr = SecretStr("")
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 8025
    mail_sender: str = "Kalends <no-reply@kalends.example>"
    log_level: str = "INFO"
    trusted_proxies: str = "127.0.0.1"
    rate_limit_account: Rate = "12000/minute"
    rate_limit_token: Rate = "12000/minute"  # noqa: S105 - of a token, not a token
    rate_limit_address: Rate = "6000/minute"
    rate_limit_login: Rates = "10/minute;30/hour;100/day"
    rate_limit_login_address: Rates = "100/hour;500/day"
    rate_limit_mail: Rates = "60/hour;200/day"

    @model_validator(mode="after")
    def _secrets_are_set(self) -> "Settings":
        """A server without a secret would sign tokens that anybody can sign."""
        for name in ("secret_key", "webhook_secret", "bank_api_key"):
            if self.environment == "production" and len(getattr(self, name).get_secret_value()) < 32:
                raise ValueError(f"KALENDS_{name.upper()} must have at least 32 characters in production")
        return self

    @model_validator(mode="after")
    def _trusted_documents_are_known(self) -> "Settings":
        if self.only_trusted_documents and self.trusted_documents is None:
            raise ValueError("KALENDS_ONLY_TRUSTED_DOCUMENTS needs KALENDS_TRUSTED_DOCUMENTS, the manifest's file")
        return self

    @property
    def is_sandbox(self) -> bool:
        """A sandbox has a movable business clock and test providers; production refuses both."""
        return self.environment == "sandbox"


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
