"""Any executor gives what the serial run gives; what breaks or is ended costs nothing that is stored."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chunked import counted, deadly, failing, squares

from nvprotocol.errors import ArgumentError, ExecutorError, OutputError
from nvprotocol.runs import ChunkStore, Progress, WorkerPool, execute

EXPECTED = np.arange(60) ** 2


def joined(chunks: list) -> np.ndarray:
    return np.concatenate([chunk["square"] for chunk in chunks])


def computed(folder: Path) -> list[int]:
    return sorted(int(path.name.partition("-")[0]) for path in folder.iterdir() if not path.name.startswith("dead"))


class FromBehind(Executor):
    """Computes all chunks in one go, the last first."""

    def __init__(self) -> None:
        self.futures: list[tuple[Future, Any, tuple]] = []

    def submit(self, fn: Any, /, *args: Any, **_: Any) -> Future:
        future: Future = Future()
        self.futures.append((future, fn, args))
        if len(self.futures) == 6:
            for one, function, given in reversed(self.futures):
                one.set_result(function(*given))
        return future


@pytest.mark.parametrize("told", [KeyboardInterrupt, SystemExit])
def test_what_is_kept_is_counted_at_an_interrupt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: type[BaseException]
) -> None:
    """Which may come between a chunk and the word of it, or while those of before are read."""
    save, load, heard = ChunkStore.save, ChunkStore.load, []

    def saved_and_told(self: ChunkStore, number: int, arrays: Any) -> None:
        save(self, number, arrays)
        if number == 2:
            raise told

    def told_while_loading(self: ChunkStore, number: int) -> Any:
        if number == 1:
            raise told
        return load(self, number)

    for name, function in (("save", saved_and_told), ("load", told_while_loading)):
        monkeypatch.setattr(ChunkStore, name, function)
        with pytest.raises(told):
            execute(squares(), None, tmp_path / "store", heard.append)
        assert heard[-1].done == 30


def test_every_executor_gives_the_same(tmp_path: Path) -> None:
    assert joined(execute(squares())).tolist() == EXPECTED.tolist()
    with ThreadPoolExecutor(3) as threads, WorkerPool(2) as workers:
        pools = [threads, workers, FromBehind()]
        assert all(joined(execute(squares(), pool)).tolist() == EXPECTED.tolist() for pool in pools)


def test_what_is_stored_is_not_computed_again(tmp_path: Path) -> None:
    (tmp_path / "calls").mkdir()
    work, store = counted(tmp_path / "calls"), tmp_path / "store"
    chunks = ChunkStore(store, work)
    for number in (1, 4):
        chunks.save(number, squares().compute(number))
    said: list[Progress] = []
    assert joined(execute(work, store=store, progress=said.append)).tolist() == EXPECTED.tolist()
    assert computed(tmp_path / "calls") == [0, 2, 3, 5]
    assert said == [Progress(done, 20, 60) for done in (20, 30, 40, 50, 60)]
    assert joined(execute(work, store=store)).tolist() == EXPECTED.tolist()
    assert computed(tmp_path / "calls") == [0, 2, 3, 5]
    damaged = store / "chunk-000002.npz"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    assert joined(execute(work, store=store)).tolist() == EXPECTED.tolist()
    assert computed(tmp_path / "calls") == [0, 2, 2, 3, 5]


def test_workers_that_die_are_replaced(tmp_path: Path) -> None:
    work = deadly(tmp_path, deaths=3)
    with WorkerPool(2) as workers:
        assert joined(execute(work, workers, tmp_path / "store")).tolist() == EXPECTED.tolist()


def test_workers_that_always_die_are_given_up(tmp_path: Path) -> None:
    work = deadly(tmp_path, deaths=4)
    with WorkerPool(1) as workers, pytest.raises(ExecutorError, match=r"^The workers have died again and again"):
        execute(work, workers, tmp_path / "store")
    assert {0, 1, 2} <= set(_stored(tmp_path / "store"))
    assert joined(execute(work, store=tmp_path / "store")).tolist() == EXPECTED.tolist()


def _stored(store: Path) -> list[int]:
    return sorted(int(path.stem.removeprefix("chunk-")) for path in store.glob("*.npz"))


def test_an_executor_of_the_caller_that_breaks_is_one_line(tmp_path: Path) -> None:
    work = deadly(tmp_path, deaths=1)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        with pytest.raises(ExecutorError) as raised:
            execute(work, pool, tmp_path / "store")
        must = "Argument `executor` must stay alive until all is computed"
        assert str(raised.value) == f"{must}, but the ProcessPoolExecutor has lost its workers."
        with pytest.raises(ExecutorError, match="has lost its workers"):
            execute(work, pool, tmp_path / "store")
    assert set(_stored(tmp_path / "store")) >= {0, 1, 2}
    assert joined(execute(work, store=tmp_path / "store")).tolist() == EXPECTED.tolist()


def test_an_executor_that_is_shut_down_is_one_line() -> None:
    threads = ThreadPoolExecutor(1)
    threads.shutdown()
    with pytest.raises(ExecutorError, match=r"but the ThreadPoolExecutor ended with RuntimeError\.$"):
        execute(squares(), threads)


def test_workers_of_another_version_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = iter(["1.0"] * 6 + ["2.0"] * 6)
    monkeypatch.setattr("nvprotocol.runs.execution.version", lambda _: next(versions))
    said = r"^The workers must have nvprotocol 1\.0, as here, but one has 2\.0\.$"
    executor = FromBehind()
    with pytest.raises(ExecutorError, match=said):
        execute(squares(), executor)


@pytest.mark.parametrize("where", ["here", "threads", "workers"])
def test_an_error_of_the_work_is_its_own(tmp_path: Path, where: str) -> None:
    (tmp_path / "calls").mkdir()
    work, store = failing(tmp_path / "calls"), tmp_path / "store"
    with ThreadPoolExecutor(1) as threads, WorkerPool(1) as workers:
        executor = {"here": None, "threads": threads, "workers": workers}[where]
        with pytest.raises(ZeroDivisionError, match="of the work"):
            execute(work, executor, store)
    assert set(_stored(store)) >= {0, 1, 2}


def test_a_store_that_is_full_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OutputError("The store is full.")

    monkeypatch.setattr(ChunkStore, "save", full)
    with ThreadPoolExecutor(1) as threads, pytest.raises(OutputError, match="full"):
        execute(squares(), threads, tmp_path / "store")


@pytest.mark.parametrize("number", [0, -1, 1.5, None, True])
def test_a_number_of_workers(number: Any) -> None:
    with pytest.raises(ArgumentError, match=r"^Argument `workers` must"):
        WorkerPool(number)


def test_the_environment_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with WorkerPool(1) as workers:
        assert workers.submit(os.getenv, "OMP_NUM_THREADS").result() == "1"
    assert (os.getenv("OMP_NUM_THREADS"), os.getenv("MKL_NUM_THREADS")) == ("5", None)


PROGRAM = """
import signal
import sys
from pathlib import Path
from chunked import slow
from nvprotocol.runs import WorkerPool, execute

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a job in the background does without
    with WorkerPool(2) as workers:
        execute(slow(Path(sys.argv[1])), workers)
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_no_worker_outlives_its_master(tmp_path: Path, end: signal.Signals) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "calls").mkdir()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent / "oracles")}
    command = [sys.executable, str(tmp_path / "program.py"), str(tmp_path / "calls")]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as master:
        workers = _workers(tmp_path / "calls")
        assert len(workers) == 2
        began = time.monotonic()
        master.send_signal(end)
        master.wait(timeout=30)
        while any(map(_is_alive, workers)) and time.monotonic() < began + 30:
            time.sleep(0.05)
        assert not any(map(_is_alive, workers))


def _workers(folder: Path) -> list[int]:
    deadline = time.monotonic() + 60
    while len(list(folder.iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    return [int(path.name.removeprefix("worker-")) for path in folder.iterdir()]


def _is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
