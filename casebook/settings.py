"""All settings, in one class. A command reads them with `load` and passes them down as an argument."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from casebook.errors import HomeUnusable, WrongUsage


class Settings(BaseSettings):
    """Each field is an environment variable: `CASEBOOK_` and the field's name in capitals."""

    model_config = SettingsConfigDict(
        env_prefix="CASEBOOK_", env_ignore_empty=True, frozen=True, hide_input_in_errors=True, populate_by_name=True
    )

    home: Path = Field(description="The directory that holds everything of one casebook.")
    database_url: SecretStr | None = Field(
        default=None, description="Address of your own PostgreSQL server. Without it an embedded server is started."
    )
    owner_database_url: SecretStr | None = Field(
        default=None,
        description="For your own server: address of the owner of the tables, if CASEBOOK_DATABASE_URL is another role. "
        "Only the first command of a release needs it.",
    )
    worker_database_url: SecretStr | None = Field(
        default=None,
        description="For your own server: address of the role of the worker. Default: CASEBOOK_DATABASE_URL.",
    )
    prefect_database_url: SecretStr | None = Field(
        default=None,
        validation_alias="PREFECT_API_DATABASE_CONNECTION_URL",
        description="Address of Prefect's database on your own server. This is Prefect's own variable.",
    )
    sources_file: Path | None = Field(
        default=None,
        validation_alias="CASEBOOK_SOURCES",
        description="A TOML file of the record sources outside the casebook. Default: `sources.toml` in the home, if it is there.",
    )
    token: SecretStr | None = Field(default=None, description="Token of the member of staff named by --as.")
    staff_access: Literal["machine", "service"] = Field(
        default="machine",
        description="How staff work. `machine`: with --as on the machine that holds the home, for demonstrations and tests. "
        "`service`: not there, so that nobody who runs the machine acts as staff with one command.",
    )
    notify_urls: SecretStr | None = Field(
        default=None,
        description="Where escalations are sent: Apprise addresses with spaces between, as URL for all or ROLE=URL for one role.",
    )
    seal_place: SecretStr | None = Field(
        default=None,
        description="Where a copy of each seal of the ledger goes at once: a directory of another machine (an absolute "
        "path), or an https:// address that takes one POST for each.",
    )
    desk_name: str = Field(
        default="Casebook", max_length=60, description="The name of the force, as the desk's pages show it."
    )
    desk_colour: str = Field(
        default="#3b3561", pattern="^#[0-9a-fA-F]{6}$", description="The colour of the desk's header, such as #3b3561."
    )
    desk_contact: str = Field(
        default="", max_length=200, description="Whom staff ask for help, on every page of the desk."
    )
    service_url: str | None = Field(
        default=None,
        pattern="^https?://",
        description="The address of the desk, through which --as works from a machine that does not hold the home.",
    )
    metrics_port: int | None = Field(
        default=None,
        gt=0,
        lt=1 << 16,
        description="Port on 127.0.0.1 of the metrics endpoint for Prometheus. Default: the port after that of `up`.",
    )
    server_user: str | None = Field(
        default=None,
        description="For root: the system user that runs the embedded server. Default: postgres, or else nobody.",
    )
    clusters: Path = Field(
        default=Path("/var/lib/casebook-clusters"),
        description="For root: the directory for the embedded server's data if its user cannot reach the home.",
    )

    @property
    def sources(self) -> Path | None:
        """The file of record sources, if there is one."""
        own = self.home / "sources.toml"
        try:
            return self.sources_file or (own if own.is_file() else None)
        except OSError as error:  # somebody else's directory, a name that is too long
            raise HomeUnusable(f"the home {self.home} cannot be used: {error.strerror}") from None


def load(home: Path | None = None) -> Settings:
    """Read the environment. `home`, if given, is used instead of `CASEBOOK_HOME`."""
    try:
        return Settings.model_validate({}) if home is None else Settings(home=home)
    except ValidationError as error:
        named = ", ".join(f"CASEBOOK_{place[0]!s}".upper() for place in (part["loc"] for part in error.errors()))
        raise WrongUsage(f"these settings are missing or cannot be understood: {named}") from None
