"""The project file `privsynth.toml`: options of the command line that a project always gives.

A section for each command (`[fit]`, `[ledger.open]`), and `[defaults]` for what several share. A name is that of the option,
with `_` or `-`. The command line beats the environment, which beats the file. The library never reads it: it takes arguments.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlsplit

import click

from privsynth.errors import UsageError

FILE_NAME = "privsynth.toml"
PATH_VARIABLE = "PRIVSYNTH_CONFIG"
DEFAULTS = "defaults"
GLOBAL = ("quiet", "log_format")
SHARED = ("ledger", "dataset", "encoding", "schema", "unit", "max_rows", "hipaa_safe_harbor", "as_of")
TYPED_ONLY = (
    "help", "dry_run", "allow_data_dependent_schema", "not_private", "replace", "resume_from", "mix", "mix_share", "given",
)  # fmt: skip
_APART = ("certify",)  # its tables are toys: what is said of yours does not concern it
_SECRETS = ("password", "passwd", "pwd", "sslpassword", "secret", "token", "sig", "x-amz-signature")
_KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text in quotes",
    list: "a list of texts",
}


def key_of(option: click.Option) -> str:
    """Return the name of an option in the file: its longest one on the command line, with `_`."""
    return max(option.opts, key=len).lstrip("-").replace("-", "_")


def options_of(command: click.Command) -> dict[str, click.Option]:
    """Return the options that may stand in the file, by name: not those that must be said each time."""
    found = {key_of(option): option for option in command.params if isinstance(option, click.Option)}
    allowed = {name: option for name, option in found.items() if name not in TYPED_ONLY and option.nargs == 1}
    return {name: option for name, option in allowed.items() if name not in GLOBAL and "--help" not in option.opts}


def commands_of(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield each command with its path; of a group, those in it."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands_of(command, (*before, name))
        else:
            yield (*before, name), command


def shared_options(group: click.Group) -> dict[str, click.Option]:
    """Return the options that may stand under `[defaults]`: those of commands that mean the same by them."""
    found = {name: option for option in group.params if isinstance(option, click.Option) for name in [key_of(option)]}
    shared = {name: found[name] for name in GLOBAL if name in found}
    for path, command in commands_of(group):
        if path[0] not in _APART:
            shared.update({name: option for name, option in options_of(command).items() if name in SHARED})
    return shared


def find(named: str | None) -> Path | None:
    """Return the project file: the one that was named, else the one of the working folder, or None.

    Raises:
        UsageError: there is no file of that name.
    """
    path = Path(named).expanduser() if named else Path(FILE_NAME)
    if path.exists():
        return path
    if named:
        raise UsageError(f"There is no project file {path}. Check the path that --config or {PATH_VARIABLE} gives.")
    return None


def read(path: Path, group: click.Group) -> dict[str, Any]:
    """Read a project file and hold it against the commands.

    Args:
        path: The file.
        group: The command line.

    Returns:
        click's `default_map` of the group: values by parameter, nested by command; relative paths start at the file.

    Raises:
        UsageError: the file is not TOML, or has a section, a name, a type or a password that it must not have.
    """
    return _Reader(path=path).defaults(_parsed(path), group)


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{path} could not be read ({error.strerror}). Check the file and its rights.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text. Convert it.") from None
    except tomllib.TOMLDecodeError as error:
        place = str(error).rpartition("(")[2].rstrip(")") or "somewhere"  # what stands before it may quote the file
        raise UsageError(
            f"{path} is not TOML ({place}). Write `[section]` and `name = value`, texts in quotes."
        ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Checks what a project file says.

    Args:
        path: The file.
    """

    path: Path

    def defaults(self, document: Mapping[str, Any], group: click.Group) -> dict[str, Any]:
        """Return the `default_map` of the command line."""
        shared = shared_options(group)
        given = self.values((DEFAULTS,), self.section((DEFAULTS,), document.get(DEFAULTS, {})), shared)
        own = {name: section for name, section in document.items() if name != DEFAULTS}
        common = {name: value for name, value in given.items() if name not in GLOBAL}
        found = self.of_group((), own, group, common)
        return found | {str(shared[name].name): given[name] for name in GLOBAL if name in given}

    def of_group(
        self, path: tuple[str, ...], sections: Mapping[str, Any], group: click.Group, shared: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the defaults of the commands of a group, those that all share included."""
        for name, section in sections.items():
            if name not in group.commands:
                self.section((*path, name), section)
                places = [*group.commands, DEFAULTS] if not path else group.commands
                self.wrong(f"[{'.'.join((*path, name))}]", "is no command", name, places)
        found = {}
        for name, command in group.commands.items():
            place = (*path, name)
            section = self.section(place, sections.get(name, {}))
            common = {} if name in _APART else shared
            if isinstance(command, click.Group):
                found[name] = self.of_group(place, section, command, common)
                continue
            options = options_of(command)
            values = {key: value for key, value in common.items() if key in options} | self.values(
                place, section, options
            )
            found[name] = {str(options[key].name): value for key, value in values.items()}
        return found

    def section(self, path: tuple[str, ...], found: Any) -> Mapping[str, Any]:
        """Return a section, which must be one."""
        if not isinstance(found, dict):
            name = path[-1]
            self.refuse(
                f"`{name}` stands outside of a section", "Put it under the section of its command, such as `[fit]`"
            )
        return found

    def values(
        self, path: tuple[str, ...], section: Mapping[str, Any], options: Mapping[str, click.Option]
    ) -> dict[str, Any]:
        """Return the checked values of a section by the name of their option."""
        found: dict[str, Any] = {}
        for written, value in section.items():
            name, place = written.replace("-", "_"), f"`{'.'.join((*path, written))}`"
            if name in TYPED_ONLY:
                self.refuse(f"{place} must be said each time", f"Give --{name.replace('_', '-')} on the command line")
            if name not in options:
                said = (
                    "is no option that commands share" if path == (DEFAULTS,) else f"is no option of `{' '.join(path)}`"
                )
                self.wrong(place, said, name, options)
            if name in found:
                self.refuse(f"{place} is given twice, with `_` and with `-`", "Remove one")
            found[name] = self.value(place, value, options[name])
        return found

    def value(self, place: str, value: Any, option: click.Option) -> Any:
        """Return one value as its option takes it; paths start at the file."""
        wanted = type_of(option)
        if not (isinstance(value, wanted) or (wanted is float and isinstance(value, int))) or (
            isinstance(value, bool) and wanted is not bool
        ):
            self.refuse(f"{place} is not {_KINDS[wanted]}", f"Write {_example(option)}")
        if isinstance(value, list):
            if not all(isinstance(item, str) for item in value):
                self.refuse(f"{place} is not {_KINDS[list]}", f"Write {_example(option)}")
            return [self.text(place, item, option) for item in value]
        return self.text(place, value, option) if isinstance(value, str) else value

    def text(self, place: str, value: str, option: click.Option) -> str:
        """Return a text: one of those that the option knows, a path that starts at the file, or any."""
        if _has_secret(value):
            self.refuse(
                f"{place} has a password",
                "Take it out, and keep it where the driver looks for it: ~/.pgpass or PGPASSWORD for PostgreSQL, the "
                "environment for others",
            )
        if isinstance(option.type, click.Choice) and value not in option.type.choices:
            self.wrong(place, f"is not one of {', '.join(map(str, option.type.choices))}", value, option.type.choices)
        if not isinstance(option.type, click.Path) or value == "-" or "://" in value:
            return value
        path = Path(value).expanduser()
        return str(path if path.is_absolute() else self.path.parent / path)

    def wrong(self, place: str, said: str, name: str, known: Iterable[Any]) -> NoReturn:
        """Refuse a name, and tell the nearest one."""
        near = difflib.get_close_matches(name, [str(each) for each in known], 1, 0.5)
        self.refuse(f"{place} {said}", f"Did you mean `{near[0]}`?" if near else f"Known: {', '.join(map(str, known))}")

    def refuse(self, what: str, advice: str) -> NoReturn:
        raise UsageError(f"{self.path}: {what}. {advice}{'' if advice.endswith('?') else '.'}")


def type_of(option: click.Option) -> type:
    """Return what TOML has to hold for an option."""
    if option.multiple:
        return list
    if option.is_flag:
        return bool
    if isinstance(option.type, click.types.IntParamType):
        return int
    return float if isinstance(option.type, click.types.FloatParamType) else str


def _example(option: click.Option) -> str:
    shown = {bool: "true", int: "4", float: "1.5", str: '"text"', list: '["one", "two"]'}[type_of(option)]
    return f"`{key_of(option)} = {shown}`"


def _has_secret(value: str) -> bool:
    if "://" not in value:
        return False
    try:
        parts = urlsplit(value)
        return bool(parts.password) or any(name.lower() in _SECRETS for name, _ in parse_qsl(parts.query))
    except ValueError:
        return "@" in value


def from_file(context: click.Context) -> dict[str, Any]:
    """Return the values of a command that come from the project file, by the name of their option."""
    options = {key_of(option): option for option in context.command.params if isinstance(option, click.Option)}
    return {
        name: context.params.get(str(option.name), context.lookup_default(str(option.name)))
        for name, option in options.items()
        if context.get_parameter_source(str(option.name)) is click.core.ParameterSource.DEFAULT_MAP
    }


def file_schema(group: click.Group) -> dict[str, Any]:
    """Return the JSON Schema of the project file, for editors.

    Args:
        group: The command line.
    """
    known: dict[str, Any] = {DEFAULTS: _section("What several commands share.", shared_options(group))}
    for path, command in commands_of(group):
        place = known
        for name in path[:-1]:
            place = place.setdefault(name, {"type": "object", "additionalProperties": False, "properties": {}})[
                "properties"
            ]
        place[path[-1]] = _section(command.get_short_help_str(limit=200), options_of(command))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://privsynth.invalid/schemas/project.schema.json",
        "title": FILE_NAME,
        "description": "Options of the command line that a project always gives. Names may be written with `-` too.",
        "type": "object",
        "additionalProperties": False,
        "properties": known,
    }


def _section(title: str, options: Mapping[str, click.Option]) -> dict[str, Any]:
    values = {name: _value(option) for name, option in sorted(options.items())}
    dashed = {name.replace("_", "-"): value for name, value in values.items() if "_" in name}
    return {"description": title, "type": "object", "additionalProperties": False, "properties": values | dashed}


def _value(option: click.Option) -> dict[str, Any]:
    text: dict[str, Any] = {"type": "string"}
    if isinstance(option.type, click.Choice):
        text["enum"] = [str(choice) for choice in option.type.choices]
    forms = {bool: {"type": "boolean"}, int: {"type": "integer"}, float: {"type": "number"}, str: text}
    kind = type_of(option)
    return {"description": option.help, **({"type": "array", "items": text} if kind is list else forms[kind])}
