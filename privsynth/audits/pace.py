"""How long an audit may take, and whom it tells how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

Tell = Callable[[str], None]
Item = TypeVar("Item")


def quiet(_: str) -> None:
    """Report no progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A time budget that runs from when this was made.

    Args:
        seconds: The budget, or None for as long as it takes.
        tell: Told what happens, never with a number that depends on a cell.
        started: By the monotonic clock.
    """

    seconds: float | None = None
    tell: Tell = quiet
    started: float = field(default_factory=time.monotonic)

    @property
    def left_seconds(self) -> float:
        """What is left of the budget, at least 0; infinite without one."""
        return float("inf") if self.seconds is None else max(0.0, self.seconds - (time.monotonic() - self.started))

    def watched(self, items: Iterable[Item], text: str, count: int) -> Iterator[Item]:
        """Yield items, telling the text, and every tenth of them when there are ten or more.

        Args:
            items: Whatever is worked through.
            text: What is being done.
            count: How many items there are.
        """
        self.tell(text)
        tenth = 0
        for done, item in enumerate(items):
            if count >= 10 and done * 10 // count > tenth:
                tenth = done * 10 // count
                self.tell(f"{text}: {10 * tenth}%")
            yield item
