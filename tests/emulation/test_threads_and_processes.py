"""Circuits are emulated alike one after the other, in threads, and in forked and spawned processes."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from emulated_alike import emulated

MANY = 16


def threads() -> Executor:
    return ThreadPoolExecutor(8)


def forked() -> Executor:
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork"))


def spawned() -> Executor:
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded, use of fork:DeprecationWarning")
@pytest.mark.parametrize("executor", [threads, forked, spawned])
def test_emulation_is_the_same_everywhere(executor: Callable[[], Executor]) -> None:
    serial = [emulated(seed) for seed in range(MANY)]
    with executor() as pool:
        assert list(pool.map(emulated, range(MANY))) == serial
