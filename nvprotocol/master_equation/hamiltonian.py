"""H_S + H_eff as a matrix on the Hilbert space, and what of it is not of the medium: splittings and drive."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol import operators
from nvprotocol._checks import bounded_array, fail, show
from nvprotocol._typing import ArrayLike
from nvprotocol.medium.matrices import coupling_hamiltonian


def hamiltonian(
    blocks: dict[str, NDArray], splittings: NDArray[np.float64], drive: NDArray[np.complex128] | None
) -> NDArray[np.complex128]:
    """The couplings of a medium, −Σ Δ_k σ_kᶻ/2, and Σ (Re Ω_k σ_kˣ + Im Ω_k σ_kʸ)/2: shape (…, d, d)."""
    n = splittings.shape[-1]
    result = coupling_hamiltonian(blocks)
    for k in range(n):
        result = result - 0.5 * splittings[..., k, None, None] * operators.sigma_z(k, n)
        if drive is not None:
            along = drive[..., k, None, None]
            result = result + 0.5 * (along.real * operators.sigma_x(k, n) + along.imag * operators.sigma_y(k, n))
    return result


def drive_of_each(drive: ArrayLike, n_qubits: int) -> NDArray[np.complex128]:
    """The drive of each qubit, shape (…, N)."""
    given = bounded_array(drive, "drive").astype(complex)
    if given.ndim == 0:
        return np.full(n_qubits, given)
    if given.shape[-1] != n_qubits:
        fail("drive", f"be a number or have shape (…, {n_qubits}), one for each qubit", f"has shape {given.shape}")
    return given


def shift_of_each(by: ArrayLike, n_qubits: int) -> NDArray[np.float64]:
    """What adds to the splitting of each qubit, shape (…, N)."""
    given = bounded_array(by, "by", real=True)
    if not given.ndim or given.shape[-1] != n_qubits:
        fail("by", f"have shape (…, {n_qubits}), one for each qubit", f"has shape {given.shape}")
    return given


def setting_of(
    splittings: NDArray[np.float64], *, about_mean: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64] | float]:
    """Detuning and offset at which the splittings in the rotating frame are these, shape (…, N).

    Args:
        splittings: The splittings.
        about_mean: Whether the frame rotates at the mean of the detunings of other than two qubits.
    """
    if splittings.shape[-1] == 2:
        first, second = splittings[..., 0], splittings[..., 1]
        return (first - second) / 2, (first + second) / 2
    return splittings, splittings.mean(axis=-1) if about_mean else 0.0


def setting_text(
    detuning: NDArray[np.float64], drive: NDArray[np.complex128] | None, offset: NDArray[np.float64]
) -> str:
    """What is not of the medium, as a text."""
    shape = detuning.shape
    parts = [f"detuning of shape {shape}" if shape else f"δ = {detuning:g} rad/µs"]
    if drive is not None:
        parts.append(f"drive {', '.join(map(show, drive))} rad/µs" if drive.ndim == 1 else "drive")
    if np.any(offset):
        parts.append(f"offset {show(float(offset))} rad/µs" if offset.ndim == 0 else "offset")
    return ", ".join(parts)
