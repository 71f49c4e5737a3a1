"""The group of all commands: the project file, and what is said of a command before it starts."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click
from click.core import ParameterSource

from privsynth import log, settings

# What is typed displaces what the project file says.
_RIVALS = {
    "declare": "schema",
    "schema": "declare",
    "model": "schema",
    "not_private": "epsilon",
    "focus": "no_focus",
    "no_focus": "focus",
}


# In this order people meet them; others come after.
_STORY = (
    "demo", "run", "scan", "schema", "check", "fit", "sample", "curate", "mock", "evaluate", "audit", "certify", "ledger",
    "card", "verify",
)  # fmt: skip


class Verbs(click.Group):
    """Commands that take options from the project file, and `--quiet` after their name too."""

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command, and what every command does first."""
        for each in _leaves(cmd):
            each.params.append(_quiet_after())
            if each.callback is not None:
                each.callback = _announced(each.callback)
        super().add_command(cmd, name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order in which people meet them."""
        known = super().list_commands(ctx)
        return sorted(known, key=lambda name: (_STORY.index(name) if name in _STORY else len(_STORY), name))


def global_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give the group its options: the project file, and how messages are written."""
    for option in (
        click.option("-q", "--quiet", is_flag=True, help="Say nothing on stderr but warnings and errors."),
        click.option(
            "--log-format",
            type=click.Choice(log.FORMATS),
            default="auto",
            show_default=True,
            envvar=log.FORMAT_VARIABLE,
            help="Of messages on stderr; auto: plain on a terminal, else JSON lines.",
        ),
        click.option(
            "--config",
            type=click.Path(),
            metavar="F",
            is_eager=True,
            expose_value=False,
            envvar=settings.PATH_VARIABLE,
            callback=_configured,
            help=f"Project file  [default: {settings.FILE_NAME} of the working folder]",
        ),
    ):
        command = option(command)
    return command


def _configured(context: click.Context, _: click.Parameter, named: str | None) -> None:
    """Let the project file give the defaults, and help show them."""
    if context.resilient_parsing:
        return
    path = settings.find(named)
    if path is None:
        return
    group = context.command
    assert isinstance(group, click.Group)  # noqa: S101 - for the type checker
    context.default_map = settings.read(path, group)
    context.meta[settings.FILE_NAME] = path
    context.show_default = True


def _leaves(command: click.Command) -> list[click.Command]:
    if isinstance(command, click.Group):
        return [leaf for each in command.commands.values() for leaf in _leaves(each)]
    return [command]


def _quiet_after() -> click.Option:
    return click.Option(
        ["-q", "--quiet"],
        is_flag=True,
        hidden=True,
        expose_value=False,
        callback=_quieted,
        help="As before the command.",
    )


def _quieted(_: click.Context, __: click.Parameter, value: bool) -> None:
    if value:
        now = log.current()
        log.begin(log.Log(form=now.form, quiet=True))


def _announced(run: Callable[..., Any]) -> Callable[..., Any]:
    """Return a command that first says which values it takes from the project file; the command line's rivals displace them."""

    @functools.wraps(run)
    def command(*args: Any, **given: Any) -> Any:
        context = click.get_current_context()
        taken = settings.from_file(context)
        for typed, displaced in _RIVALS.items():
            if displaced in taken and context.get_parameter_source(typed) is ParameterSource.COMMANDLINE:
                del taken[displaced]
                if displaced in given and displaced != "focus":  # its own callback knows both
                    given[displaced] = None
        if taken:
            _announce(context, taken)
        return run(*args, **given)

    return command


def _announce(context: click.Context, taken: dict[str, Any]) -> None:
    """Say which values come from the project file, which cannot silence that itself: only a --quiet that was typed does."""
    values = ", ".join(f"{name} {_shown(value)}" for name, value in taken.items())
    text = f"{context.meta[settings.FILE_NAME]}: {values}"
    now = log.current()
    sources = (each.get_parameter_source("quiet") for each in (context, context.find_root()))
    typed = ParameterSource.COMMANDLINE in sources
    text = "".join(each if each.isprintable() else "\ufffd" for each in text)  # nothing for a terminal to obey
    replace(now, quiet=typed).write("info", "settings", text, text)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
