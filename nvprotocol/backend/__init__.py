"""Qiskit's face: a device as a backend, transpiler passes, channels and tomography circuits as Qiskit's objects."""

from nvprotocol.backend.backend import NVBackend
from nvprotocol.backend.conversion import to_kraus, to_superop
from nvprotocol.backend.noise import labelled_delay, noise_model
from nvprotocol.backend.passes import FollowKept, TimeAsMedium, follow_kept, time_as_medium
from nvprotocol.compiler.kept_branch import KeptBranch
from nvprotocol.compiler.tomography import tomography_circuits, tomography_counts

__all__ = [
    "FollowKept",
    "KeptBranch",
    "NVBackend",
    "TimeAsMedium",
    "follow_kept",
    "labelled_delay",
    "noise_model",
    "time_as_medium",
    "to_kraus",
    "to_superop",
    "tomography_circuits",
    "tomography_counts",
]
