"""Large runs: work in chunks, on any executor, in a store that outlives every interruption."""

from nvprotocol.runs.execution import Progress, execute
from nvprotocol.runs.folder import result_folder
from nvprotocol.runs.store import ChunkStore
from nvprotocol.runs.work import Work, points_each
from nvprotocol.runs.worker_pool import WorkerPool

__all__ = ["ChunkStore", "Progress", "Work", "WorkerPool", "execute", "points_each", "result_folder"]
