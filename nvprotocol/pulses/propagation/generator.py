"""The generator of the driven master equation as a sum of fixed matrices with coefficients that depend on time.

In the frame that rotates at the mean splitting ω, in which the medium's terms are what they are without a drive,

    H(t) = H_medium(t) − Σ Δ_i(t) σᵢᶻ/2 + Σ ½ (E_i(t) |↓⟩⟨↑| + h.c.)ᵢ,

with E the drive, counter-rotating terms left out (rotating-wave approximation, RWA); with them E + E* e^(2iωt) stands
in its place. On the coordinates tr(P_k ρ)/√d of Pauli matrices P_k the generator is real.
"""

from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nvprotocol import operators
from nvprotocol._checks import fail, instance, show
from nvprotocol.device import Device
from nvprotocol.master_equation import MasterEquation
from nvprotocol.master_equation.generator import block_generator, liouvillian, parameters, symmetry_of_parameters
from nvprotocol.master_equation.symmetry import Kind, Sector, elements, sectors
from nvprotocol.master_equation.terms import ParameterLayout
from nvprotocol.medium import Medium
from nvprotocol.pulses.propagation.timeline import Segment

Frame: TypeAlias = Literal["rwa", "rotating", "lab"]
"""Rotating frame with the RWA, the same without it, or the laboratory, in which the splittings themselves turn."""

_QUBIT_LIMIT = 4


class DrivenGenerator:
    """The generator of a device's qubits under drive.

    Args:
        device: The device.
        frame: The frame, and whether counter-rotating terms are left out.
        kind: Whether jumps of relaxation and excitation are part of it.

    Attributes:
        medium: The rates of the device's medium.
        couplings: Its coherent couplings.
        intrinsic: What relaxes and dephases the qubits besides the medium.
        symmetry: What the generator conserves without pulses.
        static_drive: The drive in rad/µs that is always on, shape (N,).
        carrier: The mean splitting in rad/µs.
    """

    def __init__(self, device: Device, frame: Frame, kind: Kind) -> None:
        n = self.n_qubits = instance(device, "device", Device).n_qubits
        if n > _QUBIT_LIMIT:
            fail("device", f"have at most {_QUBIT_LIMIT} NV qubits for pulses", f"has {n}")
        self.frame: Frame = frame
        self.kind: Kind = kind
        self.carrier = 2000 * np.pi * device.frequency_ghz
        medium = device.equation.medium
        couplings = {"flip_flop": medium.flip_flop, "ising": medium.ising}
        none = np.zeros_like(medium.relaxation)
        rates = {name: block for name, block in medium.blocks.items() if name not in couplings}
        self.medium, self.couplings = Medium(**rates), Medium(relaxation=none, **couplings)
        self.intrinsic = device.with_equation(MasterEquation(Medium(relaxation=none))).dynamics.medium
        parts = (self.intrinsic, self.medium, self.couplings)
        self.symmetry = device.equation.symmetry
        if self.symmetry != "U(1)" and frame != "rwa":
            must = 'be "rwa" for a device with a static drive or a medium that is not axial'
            fail("frame", must, f"is {show(frame)}")
        if self.symmetry == "none" and kind == "no_jump" and medium.symmetry == "none":
            fail("no_jump", "be False for a medium with blocks between σᶻ and σ±", "is True")
        static = device.equation.drive
        self.static_drive: NDArray[np.complex128] = np.zeros(n, dtype=complex) if static is None else static
        none_driven = None if self.symmetry == "U(1)" else np.zeros(n, dtype=complex)
        self._parts = np.array([parameters(part, np.zeros(()), none_driven) for part in parts])

    def values(self, segment: Segment) -> NDArray[np.float64]:
        """The real parameters of the generator in a segment in which nothing changes, shape (P,)."""
        values = self._parts[0] + segment.scales.after @ self._parts[1:]
        values[-self.n_qubits :] = segment.offsets.after
        layout = ParameterLayout.of(values, self.n_qubits)
        if layout.general:
            values[layout.driven] = np.concatenate([self.static_drive.real, self.static_drive.imag])
        return values

    @property
    def terms(self) -> NDArray[np.float64]:
        """The matrices: intrinsic, rates, couplings, then for each NV its splitting, and E = 1 and E = i."""
        return _terms(self._parts.tobytes(), self.n_qubits, self.kind)

    def coefficients(self, segment: Segment, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """What multiplies the matrices at times in µs, shape (3 + 3N, T)."""
        drive = segment.drive(times) + self.static_drive[:, None]
        offsets = segment.offsets.at(times)
        if self.frame != "rwa" and segment.tones:
            turn = np.exp(1j * self.carrier * times)
            field = 2 * np.real(drive * np.conj(turn))
            drive = field * turn if self.frame == "rotating" else field + 0j
        if self.frame == "lab":
            offsets = offsets + self.carrier
        fixed = np.ones((1, times.size))
        return np.concatenate([fixed, segment.scales.at(times), offsets, np.real(drive), np.imag(drive)])

    def at(self, segment: Segment, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """The generator at times in µs, shape (T, d², d²)."""
        return np.tensordot(self.coefficients(segment, times).T, self.terms, axes=1)

    def idle(self, segment: Segment) -> NDArray[np.float64]:
        """The generator in the rotating frame of a segment in which nothing changes, shape (d², d²)."""
        return to_pauli(_superoperator(self.values(segment), self.n_qubits, self.kind))

    def rate(self, segment: Segment) -> float:
        """How fast anything turns in a segment, in rad/µs: the scale of a first step."""
        times = np.linspace(segment.start, segment.end, 33)
        rates = np.abs(self.coefficients(segment, times)[1:]).max(axis=1)
        spin_rates = np.abs(self.terms[1:3]).sum(axis=-1).max(axis=-1) * rates[:2]
        turning = 2 * self.carrier if self.frame != "rwa" else 0.0
        return float(spin_rates.sum() + rates[2:].max() + turning + segment.drive_rate)

    def to_lab(self, time: float) -> NDArray[np.float64]:
        """The passage from the rotating frame to that of the laboratory at a time in µs, on Pauli coordinates."""
        z = sum(operators.sigma_z(k, self.n_qubits).diagonal().real for k in range(self.n_qubits))
        phases = np.exp(0.5j * self.carrier * time * np.asarray(z))
        basis = pauli_columns(self.n_qubits)
        turned = operators.vec(np.outer(phases, phases.conj()))
        return (basis.conj().T @ (turned[:, None] * basis)).real


@lru_cache(maxsize=8)
def pauli_columns(n_qubits: int) -> NDArray[np.complex128]:
    """The column-stacked matrices of `operators.pauli_basis` as columns: a unitary matrix, shape (d², d²)."""
    return np.ascontiguousarray(operators.vec(operators.pauli_basis(n_qubits)).T)


def to_pauli(superoperator: NDArray) -> NDArray[np.float64]:
    """A matrix on column-stacked density matrices as one on Pauli coordinates."""
    basis = pauli_columns((superoperator.shape[-1].bit_length() - 1) // 2)
    return (basis.conj().T @ superoperator @ basis).real


def from_pauli(matrix: NDArray[np.float64]) -> NDArray[np.complex128]:
    """A matrix on Pauli coordinates as one on column-stacked density matrices."""
    basis = pauli_columns((matrix.shape[-1].bit_length() - 1) // 2)
    return basis @ matrix @ basis.conj().T


@lru_cache(maxsize=16)
def _terms(parts: bytes, n_qubits: int, kind: Kind) -> NDArray[np.float64]:
    values = np.frombuffer(parts).reshape(3, -1)
    splittings = np.zeros((n_qubits, values.shape[1]))
    splittings[:, -n_qubits:] = np.eye(n_qubits)
    found = [to_pauli(_superoperator(row, n_qubits, kind)) for row in (*values, *splittings)]
    for single in (operators.sigma_x, operators.sigma_y):
        found += [to_pauli(operators.hamiltonian_superoperator(single(k, n_qubits) / 2)) for k in range(n_qubits)]
    terms = np.array(found)
    terms.flags.writeable = False
    return terms


def _superoperator(values: NDArray[np.float64], n_qubits: int, kind: Kind) -> NDArray[np.complex128]:
    """The generator of a medium without drive on column-stacked density matrices, shape (d², d²)."""
    if kind == "full":
        return liouvillian(values, n_qubits)
    d = 2**n_qubits
    result = np.zeros((d * d, d * d), dtype=complex)
    counts, symmetry = range(n_qubits + 1), symmetry_of_parameters(values, n_qubits)
    all_sectors: list[Sector] = [(k, m) for k in counts for m in counts]
    if symmetry != "U(1)":
        all_sectors = sectors(n_qubits, kind, symmetry)
    for sector in all_sectors:
        rows, columns = elements(n_qubits, sector)
        place = columns * d + rows
        result[place[:, None], place] = block_generator(values, n_qubits, sector, kind)
    return result
