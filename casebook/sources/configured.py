"""Reads the remote sources from a TOML file. The file names secrets by their environment variables only."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from casebook import toml_file
from casebook.bounds import BadInput
from casebook.domain.case.coverage import VariantFamily
from casebook.domain.vocabulary import Source
from casebook.errors import UnreadableFile, WrongUsage
from casebook.policies import source_families
from casebook.sources.http import HttpSource, Patience
from casebook.sources.pacing import Throttle
from casebook.sources.sql import Mapped, SqlSource
from casebook.storage.case.extracts import PERSON_CELLS, RECORD_CELLS

_DATES = {VariantFamily.DAY_MONTH_SWAPPED, VariantFamily.DATE_SLIP, VariantFamily.YEAR_NEAR, VariantFamily.DATE_UNKNOWN}
# a search by surname finds the person whatever else differs
_BY_SURNAME = {
    VariantFamily.AS_GIVEN,
    VariantFamily.SWAPPED_NAMES,
    VariantFamily.NICKNAME,
    VariantFamily.MIDDLE_NAME,
    *_DATES,
}


class ConfigurationPart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Http(ConfigurationPart):
    kind: Literal["http"]
    url: str
    token_env: str | None = Field(default=None, description="The environment variable that holds the bearer token.")
    ca_file: Path | None = Field(
        default=None, description="Certificate authority of the source, beside the usual ones."
    )
    rate_per_second: float = Field(default=5, gt=0)
    timeout_seconds: float = Field(default=5, gt=0, le=60)
    tries: int = Field(default=3, ge=1, le=10)
    families: list[VariantFamily] | None = Field(
        default=None,
        description="The identity variants that one search covers. If empty, those of the policy, usually none.",
    )

    @field_validator("url")
    @classmethod
    def _protected(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}):
            return url
        raise ValueError("Only https is allowed, except on this machine.")


class SqlTable(ConfigurationPart):
    table: str
    columns: dict[str, str] = Field(description="cell of persons.csv or records.csv -> column")
    table_schema: str | None = Field(default=None, alias="schema")


class Sql(ConfigurationPart):
    kind: Literal["sql"]
    url_env: str = Field(description="The environment variable that holds SQLAlchemy's address of the database.")
    persons: SqlTable
    records: SqlTable
    families: list[VariantFamily] | None = None


_FILE: TypeAdapter[dict[Source, Http | Sql]] = TypeAdapter(
    dict[Source, Annotated[Http | Sql, Field(discriminator="kind")]]
)
Admit = Callable[[str], None]
Remote = HttpSource | SqlSource


def read(path: Path, *, admit: Admit | None = None) -> dict[Source, Remote]:
    """Read every source of the file. A file with an error is refused as a whole; the message says where."""
    try:
        sections = _FILE.validate_python(toml_file.read(path))
    except BadInput as fault:
        raise UnreadableFile(f"The file of record sources {fault}", fault.code) from None
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        raise UnreadableFile(
            f"The file of record sources has an error at {place}: {error.errors()[0]['msg']}"
        ) from None
    if Source.DVDS_REGISTER in sections:
        raise UnreadableFile(
            "dvds_register is this casebook itself. Load an older register as an extract; it cannot be a remote source."
        )
    return {source: _made(source, settings, admit) for source, settings in sections.items()}


def _made(source: Source, said: Http | Sql, admit: Admit | None) -> Remote:
    if isinstance(said, Sql):
        return SqlSource(
            source=source,
            families=frozenset(_sql_families(said)) if said.families is None else frozenset(said.families),
            url=_secret(said.url_env),
            persons=_mapped(source, said.persons, PERSON_CELLS, needed={"person_id", "forename", "surname"}),
            records=_mapped(source, said.records, RECORD_CELLS, needed={"record_id", "person_id", "kind"}),
        )
    remote = HttpSource(
        source=source,
        families=source_families.manual(source) if said.families is None else frozenset(said.families),
        url=said.url,
        token=_secret(said.token_env) if said.token_env else "",
        ca_file=str(said.ca_file) if said.ca_file else None,
        patience=Patience(seconds=said.timeout_seconds, tries=said.tries),
        throttle=Throttle(per_second=said.rate_per_second),
    )
    if admit is not None:
        remote.admit = admit
    return remote


def _sql_families(said: Sql) -> set[VariantFamily]:
    has = set(said.persons.columns)
    families = set(_BY_SURNAME)
    if "postcode" in has:
        families.add(VariantFamily.ADDRESS)
    if {"pnc_id", "cro"} <= has:
        families.add(VariantFamily.IDENTIFIER)
    return families


def _mapped(source: Source, said: SqlTable, cells: tuple[str, ...], *, needed: set[str]) -> Mapped:
    unknown, missing = set(said.columns) - set(cells), needed - set(said.columns)
    if unknown or missing:
        named = ", ".join(sorted(unknown or missing))
        raise UnreadableFile(f"columns of {source} that {'are no cells' if unknown else 'are missing'}: {named}")
    return Mapped(table=said.table, columns=said.columns, schema=said.table_schema)


def _secret(name: str) -> str:
    if not (value := os.environ.get(name)):
        raise WrongUsage(f"The file of record sources names the environment variable {name}, which is not set.")
    return value
