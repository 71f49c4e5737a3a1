"""What a released model's arrays are held against before anything is drawn from them: nobody vouches for the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.errors import ArtifactError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
JITTER = 1e-9
_MOST_ROWS = 2.0**53
_NEAR = 1e-6


@contextmanager
def fitting_arrays() -> Iterator[None]:
    """Turn what an array that does not fit may raise into an error of the artifact.

    Raises:
        ArtifactError: an array is missing or does not fit the schema.
    """
    try:
        yield
    except (KeyError, IndexError, ValueError, TypeError, OverflowError, MemoryError, np.linalg.LinAlgError) as error:
        raise ArtifactError(
            f"The model's arrays do not fit its schema ({type(error).__name__}). Fit or copy it again."
        ) from None


def require(condition: bool) -> None:
    """Raise ValueError unless a condition holds."""
    if not condition:
        raise ValueError("an array does not fit")


def whole(array: npt.NDArray[Any], *, below: int, axes: int = 1) -> Ints:
    """Return an array as int64 if it holds whole numbers from 0 to `below` - 1 along so many axes.

    Raises:
        ValueError: it does not.
    """
    require(array.dtype.kind in "iu" and array.ndim == axes)
    require(array.size == 0 or (int(array.min()) >= 0 and int(array.max()) < below))
    return array.astype(np.int64)


def rows(array: npt.NDArray[Any], *, axes: int = 1) -> Floats:
    """Return an array as float64 if it can be estimated numbers of rows.

    Raises:
        ValueError: a number is negative, not finite or too large, or the array has other axes.
    """
    require(array.dtype.kind in "fiu" and array.ndim == axes)
    found = array.astype(np.float64)
    require(bool((found >= 0).all()) and bool((found <= _MOST_ROWS).all()))  # neither holds of NaN
    return found


def every_number(array: Ints, numbers: int) -> None:
    """Raise ValueError unless each number from 0 to `numbers` - 1 occurs in an array, and no other."""
    require(0 < numbers <= len(array))
    require(int(array.min()) >= 0 and int(array.max()) < numbers and bool((np.bincount(array) > 0).all()))
    require(int(array.max()) == numbers - 1)


def permutation(array: npt.NDArray[Any], numbers: int) -> Ints:
    """Return an array as int64 if it is an order of 0 to `numbers` - 1.

    Raises:
        ValueError: it is none.
    """
    found = whole(array, below=numbers)
    require(len(found) == numbers and bool((np.sort(found) == np.arange(numbers)).all()))
    return found


def starts_of(array: npt.NDArray[Any], size: int, groups: int) -> Ints:
    """Return an array as int64 if it cuts `size` codes into `groups` - 1 stretches.

    Raises:
        ValueError: it does not.
    """
    found = whole(array, below=size + 1)
    require(len(found) == groups >= 2 and int(found[0]) == 0 and int(found[-1]) == size)
    require(bool((np.diff(found) > 0).all()))
    return found


def correlations(array: npt.NDArray[Any], shape: tuple[int, int, int]) -> Floats:
    """Return an array as float64 if it holds correlation matrices that rows can be drawn from.

    Raises:
        ValueError: a matrix is not symmetric, its diagonal is not one, or it is not positive.
    """
    require(array.dtype.kind == "f" and array.shape == shape)
    found = array.astype(np.float64)
    require(bool((np.abs(found) <= 1 + _NEAR).all()))
    for matrix in found:
        require(bool((np.abs(matrix - matrix.T) <= _NEAR).all()) and bool((np.abs(np.diag(matrix) - 1) <= _NEAR).all()))
        np.linalg.cholesky(matrix + JITTER * np.eye(len(matrix)))
    return found
