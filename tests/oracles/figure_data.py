"""Data of figures, worked out once for all tests that look at them."""

from functools import cache

from xarray import Dataset

from nvprotocol.paper.figures import load

SHOTS = 400


@cache
def data_of(name: str) -> Dataset:
    return load(name).compute(SHOTS, seed=11)
