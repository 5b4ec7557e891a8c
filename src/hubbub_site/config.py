"""The operator's settings, from flags, then the environment, then `hubbub.toml` in the data directory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BeforeValidator, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

DATA_DEFAULT = Path("hubbub-data")


def split_words(value: Any) -> Any:
    return value.replace(",", " ").split() if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split_words)]


class Config(BaseSettings):
    """Every setting of the product. The description of a field is its documentation in docs/self-hosting.md."""

    model_config = SettingsConfigDict(
        env_prefix="HUBBUB_", env_ignore_empty=True, extra="forbid", frozen=True
    )

    data: Path = Field(DATA_DEFAULT, description="Directory of the database, the secret key and the lock.")
    host: str = Field("127.0.0.1", description="Address to listen on; `0.0.0.0` or `::` for every interface.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8000, description="Port to listen on.")
    workers: Annotated[int, Field(ge=1, le=256)] = Field(
        1, description="Server processes. More than one needs `REDIS_URL`."
    )
    allowed_hosts: Words = Field(
        (),
        description="Host names of the site, in addition to localhost and this machine's own.",
    )
    origins: Words = Field(
        (),
        description="Full origins, such as `https://chat.example.org`, from which browsers may send forms and "
        "open sockets. Their host names are allowed hosts too. Links in mails lead to the first one; "
        "without any, no mail is sent.",
    )
    https: bool | None = Field(
        None,
        description="Browsers use https only: secure cookies, HSTS. Unset: yes if every origin is https.",
    )
    trusted_proxies: Words = Field(
        ("127.0.0.1", "::1"),
        description="Addresses of reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are trusted.",
    )
    secret_key: str = Field(
        "",
        description="Signs cookies and links. Unset: generated at the first start, stored in `secret-key`.",
    )
    database_url: str = Field(
        "",
        validation_alias=AliasChoices("hubbub_database_url", "database_url"),
        description="`postgres://user:password@host/name`. Unset: SQLite, in `hubbub.sqlite3`.",
    )
    redis_url: str = Field(
        "",
        validation_alias=AliasChoices("hubbub_redis_url", "redis_url"),
        description="`redis://host:6379/0`; carries messages between server processes. Several with commas between, or "
        "`sentinel://host:26379,host2:26379/mymaster`: see *More than one process*.",
    )
    email_url: str = Field(
        "",
        description="Outgoing mail: `smtp://user:password@host:587` (STARTTLS), `smtps://…:465` (TLS) or "
        "`smtp+plain://localhost:25` (no encryption). Unset: no mail is sent.",
    )
    email_from: str = Field("Hubbub <hubbub@localhost>", description="Sender of that mail.")
    invitations: Literal["admins", "members"] = Field(
        "admins", description="People who may make invitation links: owners and admins, or every member."
    )
    audit_days: Annotated[int, Field(ge=31)] = Field(
        365, description="Days for which the audit log is kept, 31 or more."
    )
    rate_limits: bool = Field(
        True,
        description="`off` lifts rates, daily quotas and connection counts (never sizes), for load tests.",
    )
    fetch_internal: Words = Field(
        (),
        description="Hosts of your own network, as `host` or `host:port`, that the server may fetch from although "
        "their addresses are private. All others must be on the public internet.",
    )
    language: str = Field("en", description="Language of the server's texts, as a code such as `en` or `ar`.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Lowest level that is logged."
    )

    @property
    def database(self) -> Path:
        """Where SQLite keeps its file."""
        return self.data / "hubbub.sqlite3"

    @property
    def secure(self) -> bool:
        if self.https is not None:
            return self.https
        return bool(self.origins) and all(origin.startswith("https://") for origin in self.origins)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=toml_file())


class Misconfigured(Exception):
    """One sentence that says which setting is wrong and why."""


def load() -> Config:
    """The configuration of this process. Flags are in the environment already, so that workers inherit them."""
    if (named := os.environ.get("HUBBUB_CONFIG")) and not Path(named).is_file():
        raise Misconfigured(f"There is no configuration file {named}.")
    try:
        return Config()
    except ValidationError as error:
        raise Misconfigured(_sentence(error)) from None
    except ValueError as error:
        raise Misconfigured(f"{toml_file()} cannot be read: {error}") from None


def toml_file() -> Path:
    """The file named by HUBBUB_CONFIG, or `hubbub.toml` in the data directory."""
    if named := os.environ.get("HUBBUB_CONFIG"):
        return Path(named)
    return Path(os.environ.get("HUBBUB_DATA") or DATA_DEFAULT) / "hubbub.toml"


def _sentence(error: ValidationError) -> str:
    parts = []
    for problem in error.errors():
        name = str(problem["loc"][0]).removeprefix("hubbub_") if problem["loc"] else "?"
        if problem["type"] == "extra_forbidden":
            parts.append(f"{toml_file()} has a setting that Hubbub does not know: {name}")
        else:
            parts.append(f"HUBBUB_{name.upper()} (or {name} in hubbub.toml) is wrong: {problem['msg']}")
    return "; ".join(parts) + "."
