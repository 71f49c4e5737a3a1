"""The exceptions that privsynth raises on purpose, and the exit code that each one means.

    PrivsynthError (1)
    ├── UsageError (2)       an argument or option is wrong
    ├── SchemaError (3)      a table or a schema is wrong
    ├── BudgetError (4)      the privacy budget does not allow it
    ├── ArtifactError (5)    a model or release folder is damaged or foreign
    ├── LeakFound (6)        a gate of ``--fail-on`` failed
    └── ResourceError (7)    disk, memory or time ran out

A message has three parts: what, where, what to do. It never carries a cell of a private table.
"""

from __future__ import annotations

from typing import ClassVar


class PrivsynthError(Exception):
    """Root of all errors that privsynth raises on purpose.

    Args:
        message: What is wrong, where, and what to do; one or more sentences without any cell.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UsageError(PrivsynthError):
    """An argument or an option is wrong."""

    exit_code = 2


class SchemaError(PrivsynthError):
    """A table or a schema is wrong."""

    exit_code = 3


class BudgetError(PrivsynthError):
    """The privacy budget does not allow what was asked.

    Args:
        message: As for every error.
        requested: What was asked for, in words, or None.
        remaining: What is left, in words, or None.
    """

    exit_code = 4

    def __init__(self, message: str, *, requested: str | None = None, remaining: str | None = None) -> None:
        super().__init__(message)
        self.requested = requested
        self.remaining = remaining


class ArtifactError(PrivsynthError):
    """A model or a release folder is damaged, truncated or not ours."""

    exit_code = 5


class LeakFound(PrivsynthError):  # noqa: N818 - it is a verdict, not a mistake
    """A gate of ``--fail-on`` failed."""

    exit_code = 6


class ResourceError(PrivsynthError):
    """Disk, memory or time ran out."""

    exit_code = 7
