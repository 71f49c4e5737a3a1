"""Settings of the whole program, used by threads that know nothing of each other.

What BLAS, torch and `warnings` are told holds for every thread. Two threads that each set a value and put the old one back
would undo each other's in the middle, or leave it behind. Here the first that needs a setting puts it in place, and the last
one puts back what was there before.
"""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cache
from typing import Any


class Shared:
    """A setting that holds while any thread needs it.

    Args:
        make: Returns a context in which it holds; it may be left by another thread than entered it.

    Example:
        >>> @contextmanager
        ... def make():
        ...     print("on")
        ...     yield
        ...     print("off")
        >>> setting = Shared(make)
        >>> with setting.held(), setting.held():
        ...     print("both")
        on
        both
        off
    """

    def __init__(self, make: Callable[[], AbstractContextManager[Any]]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._users = 0
        self._kept = ExitStack()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the setting while the block runs."""
        with self._lock:
            if self._users == 0:
                self._kept.enter_context(self._make())
            self._users += 1
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if self._users == 0:
                    self._kept.close()


@cache
def _pools() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextmanager
def _ignoring() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _limited() -> Iterator[None]:
    limit = _pools().limit(limits=1, user_api="blas")
    try:
        yield
    finally:
        _take_over()
        limit.restore_original_limits()
        _take_over()


def _take_over() -> None:
    """Let any thread set the number: later versions of threadpoolctl (3.8) listen to the first that did alone."""
    from threadpoolctl import OpenBLASController

    release = getattr(OpenBLASController, "clear_controlling_thread", None)
    if release is not None:
        release(force=True)


_ONE_THREAD = Shared(_limited)
_MUTED = Shared(_ignoring)


def one_thread() -> AbstractContextManager[None]:
    """Return a context in which BLAS uses one thread.

    Its products here are small, and two threads on busy cores are slower. They also add up in another order, so that the same
    seed would not give the same rows.
    """
    return _ONE_THREAD.held()


def muted() -> AbstractContextManager[None]:
    """Return a context in which warnings are ignored: those of other packages may quote cells."""
    apart = getattr(sys.flags, "context_aware_warnings", False)  # Pythons whose threads have filters of their own
    return _ignoring() if apart else _MUTED.held()
