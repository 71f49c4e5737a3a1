"""Who is protected, how much may be spent, and what was proven."""

from __future__ import annotations

from typing import Generic, NoReturn, TypeVar

T = TypeVar("T")


class Private(Generic[T]):
    """Private data in transit: it can be handed on and, in a few modules, revealed; nothing else.

    It has no length, no iteration, no equality, no truth value and cannot be copied or serialised, so that no
    control flow and no message can depend on it by accident.

    Example:
        >>> Private([1, 2, 3])
        <private>
    """

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """Return the data. Only table, engines, noise, scan, quality, audit and ctgan may call this (a test counts)."""
        return self._value

    def __repr__(self) -> str:
        return "<private>"

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("Private data has no length, truth value, equality, iteration or serial form.")

    __len__ = __iter__ = __bool__ = __getitem__ = __contains__ = _refuse
    __eq__ = __ne__ = __hash__ = _refuse  # type: ignore[assignment]
    __reduce__ = __reduce_ex__ = __copy__ = __deepcopy__ = _refuse  # type: ignore[assignment]
