"""Something else under a module's name, for one thread alone: attacks let a generator use what they need in place of its own.

A release that another thread makes meanwhile must not notice: an attacker's gradient, or a twin's that has no clip, would be a leak there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_CHANGING = threading.Lock()


class Switch:
    """Stands under a name of a module: calls what this thread uses instead, in other threads what was there.

    Args:
        usual: What was there.
    """

    __slots__ = ("_here", "users", "usual")

    def __init__(self, usual: Callable[..., Any]) -> None:
        self.usual, self.users = usual, 0
        self._here = threading.local()

    @property
    def substitutes(self) -> list[Callable[..., Any]]:
        """What this thread uses instead, the newest last."""
        mine: list[Callable[..., Any]] = self._here.__dict__.setdefault("substitutes", [])
        return mine

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Call what counts here and now."""
        return [self.usual, *self.substitutes][-1](*args, **named)


@contextmanager
def instead_of(module: ModuleType, name: str, value: Callable[..., Any]) -> Iterator[None]:
    """Let a module call something else under a name, as long as this lasts and in this thread alone."""
    with _CHANGING:
        found = getattr(module, name)
        switch = found if isinstance(found, Switch) else Switch(found)
        switch.users += 1
        setattr(module, name, switch)
    switch.substitutes.append(value)
    try:
        yield
    finally:
        switch.substitutes.pop()
        with _CHANGING:
            switch.users -= 1
            if not switch.users:
                setattr(module, name, switch.usual)
