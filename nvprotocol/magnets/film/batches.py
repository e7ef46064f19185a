"""Frequencies one by one, and of the arrays that broadcast with them the parts that go with each."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def padded(array: NDArray, batch: int) -> NDArray:
    """The array with axes of length 1 in front, so that it has `batch` of them and its own last one."""
    return array.reshape((1,) * (batch + 1 - array.ndim) + array.shape)


def keys(shape: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
    """For every frequency, where its results go; axes along which the frequency does not change are taken whole."""
    for index in np.ndindex(shape):
        yield tuple(slice(at, at + 1) if size > 1 else slice(None) for at, size in zip(index, shape, strict=True))


def part(array: NDArray, key: tuple[slice, ...]) -> NDArray:
    """The part of an array that goes with a key; along axes of length 1 it has but one."""
    sizes = array.shape[: len(key)]
    return array[tuple(one if size > 1 else slice(None) for one, size in zip(key, sizes, strict=True))]
