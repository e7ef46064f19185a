"""What follows from the fields of a device."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._typing import ArrayLike
from nvprotocol.master_equation import MasterEquation
from nvprotocol.master_equation.generator import parameters
from nvprotocol.medium import Medium


def with_intrinsic(
    equation: MasterEquation, intrinsic_t1_us: ArrayLike | None, intrinsic_t2_us: ArrayLike | None
) -> MasterEquation:
    """The equation with intrinsic relaxation and dephasing in its medium; itself where there are none.

    Phonons at kT ≫ ħω relax and excite alike: a = ã = 1/(4·T1) by Eq. S17. What 1/T2 has beyond 1/(2·T1) is pure
    dephasing, d = (1/T2 − 1/(2·T1))/4 by Eq. S18.
    """
    if intrinsic_t1_us is None and intrinsic_t2_us is None:
        return equation
    relaxing = np.zeros(()) if intrinsic_t1_us is None else 1 / np.asarray(intrinsic_t1_us)
    decohering = relaxing / 2 if intrinsic_t2_us is None else 1 / np.asarray(intrinsic_t2_us)
    pure = np.maximum(
        decohering - relaxing / 2, 0.0
    )  # below 0 by rounding, or where T2 is infinite: T1 alone limits it
    identity = np.eye(equation.n_qubits)
    local = identity * relaxing / 4
    return MasterEquation(
        equation.medium + Medium(relaxation=local, excitation=local, dephasing=identity * pure / 4),
        equation.detuning,
    )


def splittings_ghz(equation: MasterEquation, mean_ghz: float) -> NDArray[np.float64]:
    """The mean splitting plus the offset Δ_i/2π of each qubit from it, in GHz, shape (N,)."""
    offsets = parameters(equation.medium, equation.detuning)[-equation.n_qubits :]
    return mean_ghz + offsets / (2 * np.pi * 1000)
