"""What the command line says beside its results: stages, notes, warnings and errors, on stderr.

On a terminal it is text for people. Elsewhere each message is a line of JSON with `time` (UTC), `level` (info, warning, error),
`event` and `message`. `--log-format` chooses, and `--quiet` leaves out what is neither a warning nor an error. The library itself
writes nothing: it tells the `progress` that it was given, and warns through `warnings`.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime

import click

FORMATS = ("auto", "plain", "json")
FORMAT_VARIABLE = "PRIVSYNTH_LOG_FORMAT"
EVENTS = ("stage", "step", "note", "settings", "void", "warning", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """How messages are written.

    Args:
        form: "plain", "json", or "auto": plain on a terminal.
        quiet: Leave out what is neither a warning nor an error.
    """

    form: str = "auto"
    quiet: bool = False

    @property
    def as_json(self) -> bool:
        """Whether messages are lines of JSON."""
        return self.form == "json" or (self.form == "auto" and not sys.stderr.isatty())

    def write(self, level: str, event: str, message: str, plain: str) -> None:
        """Write one message, addresses without what may be secret; a stderr that takes nothing is no reason to stop."""
        if self.quiet and level == "info":
            return
        message, plain = without_secrets(message), without_secrets(plain)
        if self.as_json:
            now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            plain = json.dumps({"time": now, "level": level, "event": event, "message": message})
        with suppress(OSError):
            click.echo(plain, err=True)


_USER = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+:/{1,2})[^\s`'\"]*@")
_OPTIONS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+:/{1,2}[^\s`'\"?]*)\?[^\s`'\"]*")


def without_secrets(text: str) -> str:
    """Return a message without the user, the password and the options of addresses that somebody gave, in place of a path too.

    Example:
        >>> without_secrets("There is no model at `s3:/key:secret@bucket/m?token=secret`.")
        'There is no model at `s3:/bucket/m`.'
    """
    return _OPTIONS.sub(r"\1", _USER.sub(r"\1", text)) if ":/" in text else text


_log: ContextVar[Log] = ContextVar("privsynth.log")


def current() -> Log:
    """Return how messages are written now: as the command line said, else as the environment does."""
    found = _log.get(None)
    if found is not None:
        return found
    form = os.environ.get(FORMAT_VARIABLE, "auto").lower()
    return Log(form=form if form in FORMATS else "auto")


@contextmanager
def for_one_command() -> Iterator[None]:
    """Forget at the end what `begin` chose."""
    token = _log.set(current())
    try:
        yield
    finally:
        _log.reset(token)


def begin(log: Log) -> None:
    """Write in this way from now on."""
    _log.set(log)


def stage(text: str) -> None:
    """Say what is done now."""
    current().write("info", "stage", text, f"  {text}" if text.endswith(".") else f"  {text} ...")


def step(text: str) -> None:
    """Say how far a long stage is."""
    current().write("info", "step", text, f"  {text}")


def note(text: str, *, event: str = "note") -> None:
    """Say what is worth knowing."""
    current().write("info", event, text, text)


def void(sentence: str) -> None:
    """Say that no guarantee holds; --quiet does not silence it."""
    current().write("warning", "void", sentence, sentence)


def warning(text: str) -> None:
    """Say what should be looked at; --quiet does not silence it."""
    current().write("warning", "warning", text, f"privsynth: warning: {text}")


def error(text: str) -> None:
    """Say why a command did not do what it was asked for, or what is left to do then."""
    current().write("error", "error", text, f"privsynth: {text}")
