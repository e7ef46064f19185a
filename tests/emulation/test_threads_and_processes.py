"""Circuits are emulated alike one after the other, in threads, and in forked and spawned processes."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from emulated_alike import emulated

MANY = 16
FORKED = f"""
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from emulated_alike import emulated

serial = [emulated(seed) for seed in range({MANY})]
with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
    assert list(pool.map(emulated, range({MANY}))) == serial
"""


def threads() -> Executor:
    return ThreadPoolExecutor(8)


def spawned() -> Executor:
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


@pytest.mark.slow
@pytest.mark.parametrize("executor", [threads, spawned])
def test_emulation_is_the_same_everywhere(executor: Callable[[], Executor]) -> None:
    serial = [emulated(seed) for seed in range(MANY)]
    with executor() as pool:
        assert list(pool.map(emulated, range(MANY))) == serial


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_emulation_is_the_same_in_forked_processes() -> None:
    # In a program of its own: a process that has JAX, as that of the tests may, is not to be forked.
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent / "oracles")}
    ended = subprocess.run(
        [sys.executable, "-c", FORKED], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == 0, ended.stderr
