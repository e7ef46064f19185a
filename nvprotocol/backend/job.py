"""A job that is done when it is handed out."""

from uuid import uuid4

from qiskit.providers import BackendV2, JobStatus, JobV1
from qiskit.result import Result


class CompletedJob(JobV1):
    """A job whose result is there already."""

    def __init__(self, backend: BackendV2, result: Result) -> None:
        super().__init__(backend, str(uuid4()))
        self._result = result

    def submit(self) -> None:
        """Does nothing: the work is done."""

    def result(self) -> Result:
        """The result."""
        return self._result

    def status(self) -> JobStatus:
        """Done."""
        return JobStatus.DONE
