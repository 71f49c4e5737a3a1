"""Addresses of tables that lie elsewhere: a database and a table of it, or a file that fsspec can reach.

    postgresql://host/db::schema.table      sqlite:///f.db::t      duckdb:///f.db::t      s3://bucket/t.parquet

An address may hold a password. `shown` is how it is printed anywhere: without user, password and options.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from privsynth.errors import UsageError

FILE_DATABASES = ("sqlite", "duckdb")
_DATABASES = ("postgresql", "mysql", "mariadb", "mssql", "oracle", "snowflake", "redshift", "bigquery", "cockroachdb")
_ALIASES = {"postgres": "postgresql"}
_DRIVERS = {"postgresql": "psycopg"}
_SCHEMAS = {"postgresql": "public", "sqlite": "main", "duckdb": "main"}
_PORTS = {"postgresql": "5432", "mysql": "3306", "mariadb": "3306"}
_LOCAL = ("file", "local")
_CONTAINERS = ("abfs", "abfss", "az", "wasb", "wasbs")  # container@account: not a user
_PLACES = ("host", "hostaddr", "port", "service")  # options that say where a database is; no other is printed
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_FLATTENED = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+):/(?!/)")
_NAME = r'(?:"(?:[^"]|"")+"|[^".:/@?\[\]]+)'
_TABLE = re.compile(rf"(?P<url>.*?)::(?:(?P<schema>{_NAME})\.)?(?P<table>{_NAME})", re.DOTALL)
_SERVER = re.compile(
    r"(?:[^:/@?#]*(?::[^@/?#]*)?@)?(?P<host>\[[0-9a-fA-F:.]+\]|[^:/@?#\[\]]*)(?::(?P<port>\d+))?/(?P<database>[^/@?#]*)"
    r"(?:\?(?P<query>[^#]*))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseTable:
    """A table of a database.

    Args:
        dialect: Such as "postgresql".
        url: For SQLAlchemy, with its driver; it may hold a password and is never printed.
        path: The file of SQLite or DuckDB, None for a server.
        schema: Of the table; None for the default of a database whose default has no known name.
        table: Its name as the database spells it.
        shown: How it is printed, and named in the ledger.
    """

    dialect: str
    url: str = field(repr=False)
    path: Path | None
    schema: str | None
    table: str
    shown: str


def is_url(table: Any) -> bool:
    """Return whether a table's name is an address and no path."""
    return isinstance(table, str) and "://" in table


def scheme_of(url: str) -> str:
    """Return the scheme of an address in lower case, without a driver: `postgresql` of `postgresql+psycopg://..`."""
    found = _URL.match(url)
    scheme = found["scheme"].lower().partition("+")[0] if found else ""
    return _ALIASES.get(scheme, scheme)


def is_database(url: str) -> bool:
    """Return whether an address is that of a database, and not of a file."""
    return scheme_of(url) in (*FILE_DATABASES, *_DATABASES)


def shown(table: Any) -> str:
    """Return how a table's name is printed: an address without user, password and options, a path as it is.

    Example:
        >>> shown("postgresql+psycopg://me:secret@Host:5432/care?sslmode=require::stays")
        'postgresql://host/care::public.stays'
        >>> shown("https://me:secret@host/t.csv?token=secret")
        'https://host/t.csv'
    """
    text = str(table)
    if not is_url(text):
        flat = _FLATTENED.match(text)
        return f"{flat['scheme']}:/..." if flat and not os.path.exists(text) else text
    try:
        return database_table(text).shown if is_database(text) else check_file_url(text)
    except UsageError:
        return f"{scheme_of(text)}://..."


def name_of(table: str | os.PathLike[str]) -> str:
    """Return a short name of a table: a file's without its folder, an address as it is printed."""
    return shown(table) if is_url(table) else Path(table).name


def dataset_of(url: str) -> str:
    """Return the name under which the budget of a table at an address is kept: as it is printed, files by their whole path."""
    if is_database(url):
        return database_table(url).shown
    local = local_path(url)
    return _shown_file(url) if local is None else str(local.resolve())


def refuse_flattened(path: os.PathLike[str]) -> None:
    """Refuse an address that was made a path, which has lost a slash.

    Raises:
        UsageError: it looks like one, and there is no such file.
    """
    if _FLATTENED.match(os.fspath(path)) and not os.path.exists(path):
        raise UsageError("An address (such as s3://..) was given as a path. Give it as text.")


def local_path(url: str) -> Path | None:
    """Return the path of a `file://` address, or None for other addresses.

    Raises:
        UsageError: it names another machine.
    """
    if scheme_of(url) not in _LOCAL:
        return None
    rest = url.partition("://")[2]
    host, slash, path = rest.partition("/")
    if host.lower() not in ("", "localhost") or not slash:
        raise UsageError(
            "A file:// address names a file of this machine: file:///folder/table.csv. Give its whole path."
        )
    return Path("/" + unquote(path))


def database_table(text: str) -> DatabaseTable:
    """Read the address of a database's table.

    Raises:
        UsageError: it has no table or no database, or cannot be read without doubt; the message holds none of it.
    """
    scheme = scheme_of(text)
    split = _TABLE.fullmatch(text)
    if split is None:
        raise UsageError(
            f"The address {scheme}://... names no table. Add it after two colons: ::table or ::schema.table; a name with a dot, "
            'a colon or a slash in double quotes: ::"a.b".'
        )
    schema = _SCHEMAS.get(scheme) if split["schema"] is None else _unquoted(split["schema"])
    made = _in_file if scheme in FILE_DATABASES else _on_server
    return made(scheme, split["url"], schema, _unquoted(split["table"]))


def _in_file(dialect: str, url: str, schema: str | None, table: str) -> DatabaseTable:
    rest = url.partition("://")[2]
    if not rest.startswith("/") or len(rest) < 2 or "?" in rest:
        raise UsageError(
            f"The address {dialect}://... names no file. Write {dialect}:///folder/file.db::table, with four slashes for a whole "
            "path and without options."
        )
    path = Path(rest[1:])
    # Upper and lower case are the same to both, so they are one table of one budget.
    name = _dotted(schema, table).casefold()
    return DatabaseTable(
        dialect=dialect, url=url, path=path, schema=schema, table=table, shown=f"{dialect}:///{path.resolve()}::{name}"
    )


def _on_server(dialect: str, url: str, schema: str | None, table: str) -> DatabaseTable:
    scheme, _, rest = url.partition("://")
    parts = _SERVER.fullmatch(rest)
    if parts is None:
        raise UsageError(
            f"The address {dialect}://... cannot be read. In a user or a password write @ as %40, : as %3A, / as %2F, ? as %3F, "
            "# as %23 and % as %25, or leave the password to the environment."
        )
    if not parts["database"]:
        raise UsageError(f"The address {dialect}://... names no database. Write {dialect}://host/database::table.")
    driver = scheme.partition("+")[2] or _DRIVERS.get(dialect)
    port = "" if parts["port"] in (None, _PORTS.get(dialect)) else f":{parts['port']}"
    place = f"{parts['host'].lower()}{port}/{parts['database']}{_where(parts['query'] or '')}"
    return DatabaseTable(
        dialect=dialect,
        url=f"{dialect}+{driver}://{rest}" if driver else f"{dialect}://{rest}",
        path=None,
        schema=schema,
        table=table,
        shown=f"{dialect}://{place}::{_dotted(schema, table)}",
    )


def _where(query: str) -> str:
    """Return the options of a database's address that say where it is."""
    said = sorted(each for each in query.split("&") if each.partition("=")[0].lower() in _PLACES)
    return "?" + "&".join(said) if said else ""


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _dotted(schema: str | None, table: str) -> str:
    plain = [
        name if re.fullmatch(_NAME, name) and '"' not in name else _quoted(name) for name in (schema, table) if name
    ]
    return ".".join(plain)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _shown_file(url: str) -> str:
    """Return a file's address without user, password and options.

    Raises:
        UsageError: where the password ends cannot be said without doubt.
    """
    scheme, rest = scheme_of(url), url.partition("://")[2]
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    before, at, host = authority.rpartition("@")
    beyond = rest[len(authority) :].partition("?")[0]
    if "@" in before or (":" in authority and "@" in beyond) or re.search(r":(?!\d*$)", _without_brackets(host)):
        raise UsageError(
            f"The address {scheme}://... cannot be read. In a user or a password write @ as %40, : as %3A, / as %2F, ? as %3F and "
            "# as %23; in a path write @ as %40."
        )
    kept = authority if at and scheme in _CONTAINERS and ":" not in before else host
    path = beyond.partition("#")[0] if scheme in ("http", "https") else beyond
    return f"{scheme}://{kept}{path}"


def _without_brackets(host: str) -> str:
    return re.sub(r"\[[0-9a-fA-F:.]+\]", "", host)


def check_file_url(url: str) -> str:
    """Return how a file's address is printed, when it is one that can be taken.

    Raises:
        UsageError: it is a chain of addresses, or cannot be read without doubt.
    """
    if "::" in _without_brackets(url) or _URL.match(url) is None:
        raise UsageError(
            f"The address {scheme_of(url)}://... is a chain (`::`) or that of a database that is not known. A chain would leave "
            "copies of the table. Give the address of one file."
        )
    return _shown_file(url)
