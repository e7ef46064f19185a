"""Worker processes on this machine that end with the one that they work for, however that ends."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing.connection import Connection, wait
from typing import Any

from nvprotocol._checks import texts, whole_number

_RENEWALS, _MOST = 3, 1024
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class WorkerPool(Executor):
    """A pool of worker processes: `concurrent.futures.ProcessPoolExecutor` with three habits of a good guest.

    Workers end at once when the process that they work for has ended, also by SIGKILL, or gives up. They are forked
    from a clean process that has imported what they need (`forkserver`; where that does not exist, each imports it). A
    pool whose workers die is made anew by `renew`.

    Each worker has one thread. A script that makes such a pool does so under `if __name__ == "__main__":`, as for all
    processes of Python that are not forked.

    Args:
        workers: Number of processes.
        preload: Modules that the workers need.

    Raises:
        ArgumentError: If `workers` is no whole number from 1 to 1024.

    Examples:
        >>> from nvprotocol.runs import WorkerPool
        >>> with WorkerPool(2) as pool:
        ...     sorted(pool.map(abs, [-1, 2, -3]))
        [1, 2, 3]
    """

    def __init__(self, workers: int, preload: Sequence[str] = ()) -> None:
        self.workers = whole_number(workers, "workers", minimum=1, maximum=_MOST)
        preload = texts(preload, "preload")
        methods = multiprocessing.get_all_start_methods()
        self._context: Any = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
        if preload and hasattr(self._context, "set_forkserver_preload"):
            self._context.set_forkserver_preload([*preload])
        self._left = _RENEWALS
        self._environment = {name: os.environ.get(name) for name in _ONE_THREAD}
        os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))  # which workers take over as they start
        self._start()

    def _start(self) -> None:
        guard, self._alive = self._context.Pipe(duplex=False)
        self._pool = ProcessPoolExecutor(
            self.workers, mp_context=self._context, initializer=_serve_while, initargs=(guard,)
        )
        self._guard = guard  # open until the workers have theirs

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hands a call to a worker."""
        return self._pool.submit(fn, *args, **kwargs)

    def renew(self) -> bool:
        """Makes the pool anew after workers have died, at most three times.

        Returns:
            Whether there is a new one.
        """
        if not self._left:
            return False
        self._left -= 1
        self._end()
        self._start()
        return True

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Ends the workers; what they are at is waited for, unless `cancel_futures` gives it up, too."""
        if not cancel_futures:
            self._pool.shutdown(wait=wait)
        self._end()
        for name, value in self._environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    def __exit__(self, kind: object, *_: object) -> None:
        # an interrupt, or any error, does not wait for a result that nobody will take
        self.shutdown(wait=True, cancel_futures=kind is not None)

    def _end(self) -> None:
        self._alive.close()  # which each worker watches
        self._guard.close()
        self._pool.shutdown(wait=True, cancel_futures=True)


def _serve_while(alive: Connection) -> None:
    """Sets up a worker: it ends when the other end of a pipe is closed, as it is by whatever ends its process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C tells the process that the worker serves
    parent = multiprocessing.parent_process()
    ends = [alive] if parent is None else [alive, parent.sentinel]

    def watch() -> None:
        wait(ends)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
