"""The models of qiskit-dynamics for NV qubits on a medium."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nvprotocol import operators
from nvprotocol.device import Device
from nvprotocol.errors import MissingExtraError
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.pulses.propagation.generator import DrivenGenerator

__all__ = ["lindblad_model", "non_hermitian_model"]

Mode: TypeAlias = Literal["lindblad", "kets", "matrices"]
"""Density matrices, stacked; kets under a Hamiltonian that is not Hermitian; Pauli coordinates."""


def require_dynamics() -> None:
    """Refuses to go on without qiskit-dynamics.

    Raises:
        MissingExtraError: If it is not installed; the message says what to install.
    """
    if find_spec("qiskit_dynamics") is None:
        raise MissingExtraError(
            'qiskit-dynamics is not installed: pip install "nvprotocol[pulse]" (holds Qiskit at 1.3)'
        )


def lindblad_model(device: Device) -> Any:
    """The `LindbladModel` of qiskit-dynamics in the frame that rotates at the mean splitting, without signals.

    Its Hamiltonian operators are the coherent couplings of the medium, then −σᵢᶻ/2 of each NV, then σᵢˣ/2, then σᵢʸ/2;
    their signals are a factor, the offsets Δᵢ from the mean, and the real and the imaginary part of the drive, in
    rad/µs. Its dissipator operators, with a factor as signal each, are the jump operators of the medium; the static
    ones those of intrinsic relaxation and dephasing.

    Args:
        device: The device.

    Raises:
        MissingExtraError: If qiskit-dynamics is not installed.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9)), intrinsic_t1_us=10.0)
        >>> model = nv.pulses.lindblad_model(device)
        >>> len(model.hamiltonian_operators), len(model.dissipator_operators), len(model.static_dissipators)
        (7, 2, 4)
    """
    require_dynamics()
    return build_model("lindblad", operators_of("lindblad", DrivenGenerator(device, "rwa", "full")), "numpy", False)


def non_hermitian_model(device: Device) -> Any:
    """The `GeneratorModel` of qiskit-dynamics for monitored evolution: −iH_eff on kets, without signals.

    H_eff = H − (i/2) Σ L†L is not Hermitian (Eqs. 12, 13). The operators are −i times those of `lindblad_model`, then
    the decay −½ Σ L†L of the medium; that of intrinsic relaxation is static.

    Args:
        device: The device.

    Raises:
        MissingExtraError: If qiskit-dynamics is not installed.

    Examples:
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9))
        >>> model = nv.pulses.non_hermitian_model(nv.Device(equation))
        >>> bool(np.allclose(model.operators[-1], -1j * equation.effective_hamiltonian))
        True
    """
    require_dynamics()
    return build_model("kets", operators_of("kets", DrivenGenerator(device, "rwa", "no_jump")), "numpy", False)


def mode_of(generator: DrivenGenerator) -> Mode:
    """How a generator is followed. Dephasing goes on where quantum jumps are not allowed, which kets do not know."""
    if generator.kind == "full":
        return "lindblad"
    dephasing = np.any(generator.medium.dephasing) or np.any(generator.intrinsic.dephasing)
    return "matrices" if dephasing else "kets"


def operators_of(mode: Mode, generator: DrivenGenerator) -> tuple[NDArray[np.complex128], ...]:
    """What a model is built from: operators with signals, static operators, and dissipators with signals."""
    if mode == "matrices":
        terms = generator.terms.astype(complex)
        return (terms, np.zeros_like(terms[:1]))
    coherent = _hamiltonians(generator)
    if mode == "lindblad":
        return (coherent, _jumps(generator.intrinsic), _jumps(generator.medium))
    fixed, tuned = (_decay(medium) for medium in (generator.intrinsic, generator.medium))
    return (np.array([*(-1j * coherent), tuned]), fixed[None])


def build_model(mode: Mode, parts: Sequence[Any], library: str, vectorized: bool = True) -> Any:
    """A model of what `operators_of` gives, on arrays of NumPy or, also while it traces, of JAX."""
    from qiskit_dynamics.models import GeneratorModel, LindbladModel

    if mode != "lindblad":
        return GeneratorModel(static_operator=parts[1][0], operators=parts[0], array_library=library)
    return LindbladModel(
        hamiltonian_operators=parts[0],
        static_dissipators=parts[1] if len(parts[1]) else None,
        dissipator_operators=parts[2] if len(parts[2]) else None,
        array_library=library,
        vectorized=vectorized,
        validate=False,
    )


def give_signals(mode: Mode, model: Any, parts: Sequence[Any], coefficients: Callable[[Any], Any]) -> None:
    """Gives a model its signals, from `DrivenGenerator.coefficients` as a function of a time."""
    from qiskit_dynamics import Signal

    def signal(k: int) -> Any:
        return Signal(lambda t: coefficients(t)[k])

    if mode == "lindblad":
        turning = [signal(2 + k) for k in range(len(parts[0]))]
        model.signals = (turning, [signal(1)] * len(parts[2]) or None)
    elif mode == "kets":
        model.signals = [*(signal(2 + k) for k in range(len(parts[0]) - 1)), signal(1)]
    else:
        model.signals = [signal(k) for k in range(len(parts[0]))]


def _hamiltonians(generator: DrivenGenerator) -> NDArray[np.complex128]:
    """The coherent couplings, −σᵢᶻ/2, σᵢˣ/2 and σᵢʸ/2, shape (1 + 3N, d, d)."""
    n = generator.n_qubits
    found = [MasterEquation(generator.couplings).hamiltonian]
    for sign, single in ((-0.5, operators.sigma_z), (0.5, operators.sigma_x), (0.5, operators.sigma_y)):
        found += [sign * single(k, n) for k in range(n)]
    return np.array(found)


def _jumps(medium: Medium) -> NDArray[np.complex128]:
    """The jump operators of a medium that are not zero, shape (K, d, d)."""
    found = MasterEquation(medium).jump_operators
    return found[np.any(found, axis=(-2, -1))]


def _decay(medium: Medium) -> NDArray[np.complex128]:
    found = _jumps(medium)
    return -0.5 * np.einsum("kba,kbc->ac", found.conj(), found)
