"""Qiskit and Aer: circuits in which time passes on a medium, as a backend, by kept branch, shot by shot, or exactly."""

from nvprotocol.backend.backend import NVBackend
from nvprotocol.backend.conversion import to_kraus, to_superop
from nvprotocol.backend.kept_branch import FollowKept, KeptBranch, follow_kept
from nvprotocol.backend.noise import labelled_delay, noise_model
from nvprotocol.backend.time_as_medium import TimeAsMedium, time_as_medium
from nvprotocol.backend.tomography_counts import tomography_circuits, tomography_counts

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
