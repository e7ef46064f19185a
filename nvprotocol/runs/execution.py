"""The chunks of a work that are not there yet, computed here or on an executor."""

from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, as_completed
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from nvprotocol._checks import fail, function, instance
from nvprotocol._checks import path as as_path
from nvprotocol.errors import ExecutorError
from nvprotocol.runs.store import ChunkStore
from nvprotocol.runs.work import Arrays, Work
from nvprotocol.runs.worker_pool import WorkerPool


class Progress(NamedTuple):
    """How far a work is.

    Attributes:
        done: Number of points that are done, those found included.
        found: Number of points that were in the store at the beginning.
        total: Number of all points.

    Examples:
        >>> from nvprotocol.runs import Progress
        >>> str(Progress(done=30, found=10, total=40))
        '30 of 40 points, 10 of them found'
    """

    done: int
    found: int
    total: int

    def __str__(self) -> str:
        found = f", {self.found} of them found" if self.found else ""
        return f"{self.done} of {self.total} points{found}"


def execute(
    work: Work,
    executor: Executor | None = None,
    store: str | Path | ChunkStore | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> list[Arrays]:
    """Computes what is missing of a work.

    Args:
        work: The work.
        executor: Where chunks are computed, here in this process by default. A `WorkerPool` whose workers die is made
            anew, three times; any other executor is the caller's to keep alive.
        store: Folder of chunks: those that are there are not computed again, those that are not are put there.
        progress: Called with a `Progress`, at the beginning, after every chunk, and at an interruption.

    Returns:
        The arrays of every chunk, in order.

    Raises:
        ArgumentError: If an argument is not as described.
        StoreError: If the store is one of other work.
        OutputError: If the store cannot be written.
        ExecutorError: If the executor breaks or is shut down, or a worker has another version of this package; chunks
            that have been stored stay.

    Examples:
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> from nvprotocol.runs import Work, execute
        >>> squares = Work("squares", {"up to": 3}, (1, 1, 1), lambda k: {"square": np.array([k**2])})
        >>> with ThreadPoolExecutor(2) as threads:
        ...     [int(chunk["square"][0]) for chunk in execute(squares, threads)]
        [0, 1, 4]
    """
    done = _Done(work, _checked(work, executor, store, progress), progress)
    with done.recounted_when_interrupted():
        done.load()
        while missing := done.missing:
            if executor is None:
                for number in missing:
                    done.keep(number, work.compute(number))
            else:
                _spread(work, missing, executor, done.keep)
    return [done.arrays[number] for number in range(len(work.sizes))]


class _Done:
    """The chunks that are done, kept in a store where there is one, and the word of it."""

    def __init__(self, work: Work, store: ChunkStore | None, progress: Callable[[Progress], object] | None) -> None:
        self.arrays: dict[int, Arrays] = {}
        self._work, self._store, self._progress = work, store, progress
        self._points = self._found = 0

    @property
    def missing(self) -> list[int]:
        return [number for number in range(len(self._work.sizes)) if number not in self.arrays]

    def load(self) -> None:
        """Takes what is in the store."""
        if self._store is not None:
            there = ((number, self._store.load(number)) for number in self.missing)
            self.arrays = {number: arrays for number, arrays in there if arrays is not None}
        self._points = self._found = sum(self._work.sizes[number] for number in self.arrays)
        self._tell()

    def keep(self, number: int, arrays: Arrays) -> None:
        """Takes a chunk that has been computed."""
        if self._store is not None:
            self._store.save(number, arrays)
        self.arrays[number] = arrays
        self._points += self._work.sizes[number]
        self._tell()

    @contextmanager
    def recounted_when_interrupted(self) -> Iterator[None]:
        """Looks what is in the store where an interrupt came, perhaps, between a chunk and the word of it."""
        try:
            yield
        except (KeyboardInterrupt, SystemExit):
            if self._store is not None:
                self._points = self._store.points
                self._tell()
            raise

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(Progress(self._points, self._found, sum(self._work.sizes)))


def _checked(work: object, executor: object, store: object, progress: object) -> ChunkStore | None:
    """The store, once all arguments are known to be what they should be."""
    work = instance(work, "work", Work)
    if progress is not None:
        function(progress, "progress")
    if executor is not None and not isinstance(executor, Executor):
        fail("executor", "be a concurrent.futures.Executor, or None", f"is of type {type(executor).__name__}")
    if isinstance(store, ChunkStore) and store.work.key != work.key:
        fail("store", "be that of the work", f"is that of other {store.work.kind}")
    if store is None or isinstance(store, ChunkStore):
        return store
    return ChunkStore(as_path(store, "store", of="a folder"), work)


def _spread(work: Work, missing: list[int], executor: Executor, keep: Callable[[int, Arrays], None]) -> None:
    """Computes chunks on an executor; comes back early where it broke and is made anew."""
    futures: dict[Future[Arrays], int] = {}
    try:
        for number in missing:
            futures[_submitted(executor, work, number)] = number
        for future in as_completed(futures):
            keep(futures[future], future.result())
            del futures[future]  # and with it the arrays, where they are in a store
    except Exception as error:
        _keep_the_rest(futures, keep)
        if not _is_of(executor, error):
            raise
        if not (isinstance(executor, WorkerPool) and executor.renew()):
            raise ExecutorError(_said_of(executor, error)) from error
    finally:
        for future in futures:
            future.cancel()


class _NotTakenError(Exception):
    """An executor takes no call any more, with what it raises as the cause."""


def _submitted(executor: Executor, work: Work, number: int) -> Future[Arrays]:
    try:
        return executor.submit(_computed, work.compute, number, version("nvprotocol"))
    except (BrokenExecutor, ExecutorError):
        raise
    except RuntimeError as reason:  # it has been shut down, of which there is no class
        raise _NotTakenError from reason


def _computed(compute: Callable[[int], Arrays], number: int, wanted: str) -> Arrays:
    """A chunk, computed by the version of this package that asks for it."""
    own = version("nvprotocol")
    if own != wanted:
        raise ExecutorError(f"The workers must have nvprotocol {wanted}, as here, but one has {own}.")
    return compute(number)


def _keep_the_rest(futures: dict[Future[Arrays], int], keep: Callable[[int, Arrays], None]) -> None:
    """Keeps what was ready, and not yet taken, when something failed."""
    for future, number in list(futures.items()):
        if future.done() and not future.cancelled() and future.exception() is None:
            keep(number, future.result())
            del futures[future]


def _is_of(executor: Executor, error: Exception) -> bool:
    """Whether it is the executor that failed, and not the work: Dask and MPI have errors of their own for that."""
    if isinstance(error, BrokenExecutor | CancelledError | _NotTakenError):
        return True
    package, own = (type(one).__module__.partition(".")[0] for one in (executor, error))
    return package == own and package not in ("concurrent", "nvprotocol")


def _said_of(executor: Executor, reason: BaseException) -> str:
    name = type(executor).__name__
    how = (
        "has lost its workers"
        if isinstance(reason, BrokenExecutor)
        else f"ended with {type(reason.__cause__ or reason).__name__}"
    )
    if isinstance(executor, WorkerPool):
        return (
            "The workers have died again and again: for lack of memory, perhaps, or because a script starts them "
            'outside of `if __name__ == "__main__":`.'
        )
    return f"Argument `executor` must stay alive until all is computed, but the {name} {how}."
