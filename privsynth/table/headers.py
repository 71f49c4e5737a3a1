"""Column names: each column has one of its own, or is given one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from privsynth.errors import SchemaError

Naming = Callable[[Sequence[str], str], list[str]]


def check_names(names: Sequence[str], where: str) -> None:
    """Refuse empty and duplicate column names.

    Raises:
        SchemaError: with the positions, counted from 1.
    """
    seen: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        if not name.strip():
            raise SchemaError(f"Column {position} of {where} has an empty name. Give every column a name of its own.")
        if "\x00" in name:
            raise SchemaError(f"The name of column {position} of {where} has a NUL byte. Rename it.")
        if name.casefold() in seen:
            raise SchemaError(
                f"Columns {seen[name.casefold()]} and {position} of {where} have the same name `{name}` "
                "(upper and lower case count as the same). Rename one."
            )
        seen[name.casefold()] = position


def checked_names(names: Sequence[str], where: str) -> list[str]:
    """Return the names as they are, when each column has one of its own.

    Raises:
        SchemaError: as `check_names`.
    """
    check_names(names, where)
    return list(names)


def repaired_names(names: Sequence[str], _: str) -> list[str]:
    """Return a name of its own for every column: `unnamed` for none, `x (2)` for the second `x`.

    Example:
        >>> repaired_names(["", "x", "X", ""], "t.csv")
        ['unnamed', 'x', 'X (2)', 'unnamed (2)']
    """
    seen: dict[str, int] = {}
    found = []
    for name in names:
        wanted = name.replace("\x00", "") if name.strip("\x00").strip() else "unnamed"
        repaired = wanted
        while repaired.casefold() in seen:
            seen[wanted.casefold()] += 1
            repaired = f"{wanted} ({seen[wanted.casefold()]})"
        seen[repaired.casefold()] = 1
        found.append(repaired)
    return found
