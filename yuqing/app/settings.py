"""Settings: the only place that reads the environment; an unknown YUQING_ variable is an error."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from yuqing.domain.errors import ConfigError

PREFIX = "YUQING_"
ENV_FILE = "yuqing.env"


class Settings(BaseSettings):
    """Where things are. Every field can be set as YUQING_<FIELD>, or in `yuqing.env` in the
    working directory (the environment wins). The URLs choose embedded or distributed."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=ENV_FILE, extra="forbid")

    data_dir: Path = Field(Path("var"), description="folder of the embedded files and secrets")
    sources_dir: Path = Field(Path("config/sources"), description="folder of source YAML files")
    jurisdictions: Path = Field(
        Path("config/jurisdictions"), description="folder of jurisdiction YAML"
    )
    debunks: Path = Field(
        Path("config/debunks"), description="folder of official refutations, YAML or JSON lines"
    )
    classifier_model: Path | None = Field(
        None, description="folder of models that yuqing train wrote; the shipped ones if unset"
    )
    bus_url: str = Field("", description="sqlite:///FILE or kafka://HOST:PORT[,HOST:PORT][/prefix]")
    index_url: str = Field(
        "", description="sqlite:///FILE or http://USER:PASSWORD@HOST:9200[/name]"
    )
    tickets_url: str = Field("", description="SQLAlchemy URL of the ticket store")
    state_url: str = Field("", description="SQLAlchemy URL of the stages' own state")
    host: str = Field("127.0.0.1", description="address the API and console listen on")
    port: int = Field(8080, ge=0, le=65535)
    public_url: str = Field("", description="address of the console as people reach it")
    probe_port: int | None = Field(None, description="port of /healthz, /readyz, /metrics")
    probe_host: str = "127.0.0.1"
    secret: SecretStr | None = Field(None, description="signs sessions; made if absent")
    secrets_key: SecretStr | None = Field(
        None, description="seals secrets at rest; newest first, former ones after it, by spaces"
    )
    session_hours: float = Field(12, gt=0, le=24 * 7, description="a sign-in ends after this")
    session_idle_minutes: float = Field(120, gt=0, description="or when unused for this long")
    oidc_issuer: str = Field("", description="OpenID Connect provider; empty: none")
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    oidc_claim: str = Field("preferred_username", description="of the ID token: the login here")
    heartbeat_urls: SecretStr | None = Field(
        None, description="apprise URLs, apart by spaces, told when a part stops and is back"
    )
    crawl_contact: str = Field("", description="mail or URL told to crawled sites")
    clock: str = Field("", description="empty for real time; START@EPOCHxSPEED runs fast")
    log_level: str = "INFO"
    bus_partitions: int = Field(4, gt=0, description="of new topics; bounds a stage's instances")
    bus_high_water: int = Field(200_000, gt=0, description="lag at which publishers wait")
    bus_retention_hours: int = Field(24 * 14, gt=0)
    index_retention_months: int = Field(24, gt=0)
    group_window_days: int = Field(45, gt=0, description="how long an event takes new posts")
    review_below: float = Field(
        0.6, ge=0, le=1, description="confidence below which a verdict waits for a person"
    )
    drift_reference: Path | None = Field(
        None, description="shares to compare with instead of those shipped with the model"
    )
    demo_seconds: float | None = Field(None, gt=0, description="the demo ends by itself after this")
    grafana_url: str = ""
    grafana_token: SecretStr | None = None
    prometheus_url: str = "http://prometheus:9090"

    def bus(self) -> str:
        """The URL of the bus."""
        return self.bus_url or self._file("bus")

    def index(self) -> str:
        """The URL of the index."""
        return self.index_url or self._file("index")

    def tickets(self) -> str:
        """The URL of the ticket store."""
        return self.tickets_url or self._file("tickets")

    def state(self) -> str:
        """The URL of the stages' own state."""
        return self.state_url or self._file("state")

    def console_url(self) -> str:
        """Where people open the console."""
        return self.public_url or f"http://{self.host}:{self.port}"

    def heartbeat(self) -> list[str]:
        """Who is told when a part of the service stops: apprise URLs."""
        return self.heartbeat_urls.get_secret_value().split() if self.heartbeat_urls else []

    def secrets_keys(self) -> list[str]:
        """What seals secrets at rest, the newest first; none: one is made for embedded files."""
        return self.secrets_key.get_secret_value().split() if self.secrets_key else []

    def _file(self, name: str) -> str:
        return f"sqlite:///{self.data_dir.absolute() / name}.db"


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in force. Raises ConfigError naming the variable and the remedy."""
    _refuse_unknown(os.environ if environment is None else environment)
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = PREFIX + str(first["loc"][0]).upper().removeprefix(PREFIX)
        if first["type"] == "extra_forbidden":
            raise _unknown(ENV_FILE, field) from error
        raise ConfigError(
            f"environment or {ENV_FILE}",
            field,
            str(first["msg"]),
            "See docs/operations.md for what each setting takes.",
        ) from error


def named(name: str) -> str | None:
    """What the environment holds under a name that a file refers to (`env:NAME`)."""
    return os.environ.get(name)


def child_environment(settings: Settings) -> dict[str, str]:
    """The environment that makes a child process read these same settings."""
    ours = {
        PREFIX + name.upper(): _plain(value)
        for name, value in settings
        if value is not None and name != "demo_seconds"
    }
    rest = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return rest | ours


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in _known():
            raise _unknown("environment", name)


def _unknown(where: str, name: str) -> ConfigError:
    near = difflib.get_close_matches(name, _known(), n=1)
    remedy = f"Did you mean {near[0]}?" if near else "Remove it."
    return ConfigError(where, name, "no such setting", remedy)


def _known() -> set[str]:
    return {PREFIX + name.upper() for name in Settings.model_fields}
