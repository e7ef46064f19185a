"""Where the chunks of a long run are computed: here, by processes of this machine, or by a Dask cluster."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass

import click

_RETRIES = 3


@dataclass(frozen=True)
class Workers:
    """What the command line asks for.

    Attributes:
        number: Number of processes on this machine; None for this process.
        dask: Address of a Dask scheduler; None for none.
    """

    number: int | None = None
    dask: str | None = None

    def __post_init__(self) -> None:
        if self.number is not None and self.dask is not None:
            raise click.UsageError("Workers are processes of this machine or of a cluster: --workers or --dask.")


@contextmanager
def executor_of(workers: Workers, preload: Sequence[str]) -> Iterator[Executor | None]:
    """Gives what computes chunks, None for this process.

    Args:
        workers: What the command line asks for.
        preload: Modules that the workers need.

    Raises:
        MissingExtraError: If Dask is asked for and is not installed.
        ExecutorError: If no scheduler answers at the address.
    """
    if workers.dask is not None:
        with _dask(workers.dask) as executor:
            yield executor
    elif workers.number is not None:
        from nvprotocol.runs import WorkerPool

        with WorkerPool(workers.number, preload) as executor:
            yield executor
    else:
        yield None


@contextmanager
def _dask(address: str) -> Iterator[Executor]:
    from nvprotocol.errors import ExecutorError, MissingExtraError

    try:
        from distributed import Client
    except ImportError:
        raise MissingExtraError(
            "Running on a Dask cluster needs Dask: install it with `pip install nvprotocol[cluster]`."
        ) from None
    try:
        client = Client(address)
    except (OSError, ValueError) as error:
        said = " ".join(str(error).split())
        raise ExecutorError(f"No Dask scheduler answers at {address}: {said}") from None
    with client, client.get_executor(retries=_RETRIES) as executor:
        yield executor
