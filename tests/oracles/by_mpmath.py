"""Master equations in 60 digits and more, from the paper's formulas once again: the reference where rounding matters.

Only the floating-point numbers of a medium are taken from the package; every product and sum of them is mpmath's.
States are in Qiskit's order, superoperators act on column-stacked matrices.
"""

from typing import Any, TypeAlias

import mpmath
import numpy as np
from mpmath import mp
from numpy.typing import NDArray

import nvprotocol as nv

DIGITS = 90

Matrix: TypeAlias = Any
"""mpmath's matrices, of which it declares no type."""


def exactly(array: NDArray) -> Matrix:
    """The numbers of an array of one or two axes, as they are."""
    array = np.asarray(array)
    rows = array.reshape(-1, 1) if array.ndim == 1 else array
    return mpmath.matrix([[mp.mpc(complex(entry)) for entry in row] for row in rows])


def kron(a: Matrix, b: Matrix) -> Matrix:
    result = mpmath.zeros(a.rows * b.rows, a.cols * b.cols)
    for i in range(a.rows):
        for j in range(a.cols):
            if a[i, j]:
                for k in range(b.rows):
                    for m in range(b.cols):
                        result[i * b.rows + k, j * b.cols + m] = a[i, j] * b[k, m]
    return result


def hamiltonian(equation: nv.MasterEquation) -> Matrix:
    """H_S + H_eff (Eqs. 1 and S38), the splittings as they were given."""
    n, medium = equation.n_qubits, equation.medium
    delta = equation.detuning
    splittings = [delta, -delta] if n == 2 else np.broadcast_to(delta, (n,))
    z = [exactly(nv.operators.sigma_z(k, n)) for k in range(n)]
    result = mpmath.zeros(2**n)
    for k in range(n):
        result -= mp.mpf(float(splittings[k])) / 2 * z[k]
        for m in range(n):
            if k != m:
                hop = exactly(nv.operators.sigma_plus(k, n) @ nv.operators.sigma_minus(m, n))
                result += 2 * mp.mpc(complex(medium.flip_flop[k, m])) * hop
                result += mp.mpf(float(medium.ising[k, m])) / 2 * (z[k] * z[m])
    return result


def effective_hamiltonian(equation: nv.MasterEquation) -> Matrix:
    """H − i Σ h_km O_m†O_k over relaxation and excitation (Eq. 12); dephasing is left out."""
    result = hamiltonian(equation)
    for h, operators in _bath(equation):
        for k, left in enumerate(operators):
            for m, right in enumerate(operators):
                result -= mp.mpc(0, 1) * h[k, m] * (right.H * left)
    return result


def generator(equation: nv.MasterEquation, jumps: bool = True) -> Matrix:
    """The generator as the double sum of Eq. 3; without `jumps` those of relaxation and excitation are left out."""
    n = equation.n_qubits
    one, H = mpmath.eye(2**n), hamiltonian(equation)
    result = mp.mpc(0, -1) * (kron(one, H) - kron(H.T, one))
    dephasing = exactly(equation.medium.dephasing), [exactly(nv.operators.sigma_z(k, n)) for k in range(n)]
    for h, operators in [*_bath(equation), dephasing]:
        sandwich = jumps or operators is dephasing[1]
        for k, left in enumerate(operators):
            for m, right in enumerate(operators):
                both = right.H * left
                result -= h[k, m] * (kron(one, both) + kron(both.T, one))
                if sandwich:
                    result += 2 * h[k, m] * kron(right.conjugate(), left)
    return result


def _bath(equation: nv.MasterEquation) -> list[tuple[Matrix, list[Matrix]]]:
    n, medium = equation.n_qubits, equation.medium
    kinds = [(medium.excitation, nv.operators.sigma_minus), (medium.relaxation, nv.operators.sigma_plus)]
    return [(exactly(block), [exactly(single(k, n)) for k in range(n)]) for block, single in kinds]


def stacked(rho: Matrix) -> Matrix:
    """The columns of a matrix on top of each other."""
    return mpmath.matrix([rho[i, j] for j in range(rho.cols) for i in range(rho.rows)])


def unstacked(vector: Matrix) -> Matrix:
    d = round(np.sqrt(vector.rows))
    return mpmath.matrix([[vector[j * d + i] for j in range(d)] for i in range(d)])


def to_numpy(matrix: Matrix) -> NDArray[np.complex128]:
    return np.array([[complex(matrix[i, j]) for j in range(matrix.cols)] for i in range(matrix.rows)])


def null_space(matrix: Matrix, small: Any) -> Matrix:
    """Columns that span it, by Gaussian elimination with full pivoting; pivots below `small` count as zero."""
    m, n = matrix.copy(), matrix.cols
    order, rank = list(range(n)), 0
    while rank < n:
        best, row, column = max((abs(m[i, j]), i, j) for i in range(rank, n) for j in range(rank, n))
        if best <= small:
            break
        for j in range(n):
            m[rank, j], m[row, j] = m[row, j], m[rank, j]
        for i in range(n):
            m[i, rank], m[i, column] = m[i, column], m[i, rank]
        order[rank], order[column] = order[column], order[rank]
        for i in range(n):
            if i != rank and m[i, rank]:
                factor = m[i, rank] / m[rank, rank]
                for j in range(rank, n):
                    m[i, j] -= factor * m[rank, j]
        rank += 1
    result = mpmath.zeros(n, n - rank)
    for free in range(n - rank):
        result[order[rank + free], free] = 1
        for i in range(rank):
            result[order[i], free] = -m[i, rank + free] / m[i, i]
    return result


def steady_state(equation: nv.MasterEquation, rho: NDArray) -> tuple[NDArray[np.complex128], int]:
    """The part of ρ in the null space of the generator, and the dimension of that."""
    with mp.workdps(DIGITS):
        full = generator(equation)
        small = mp.mpf(10) ** (-DIGITS * 3 // 4) * max(abs(entry) for entry in full)
        right, left = null_space(full, small), null_space(full.H, small)
        weights = mp.lu_solve(left.H * right, left.H * stacked(exactly(rho)))
        limit = unstacked(right * weights)
        trace = sum(limit[k, k] for k in range(limit.rows))
        return to_numpy(limit / trace), right.cols


def oscillates(equation: nv.MasterEquation, rho: NDArray) -> bool:
    """Whether ρ has a part that turns for ever: more than 1e-10 on an eigenvalue that is imaginary and not zero."""
    with mp.workdps(60):
        full = generator(equation)
        values, vectors = mp.eig(full)
        size = max(abs(value) for value in values)
        shares = mp.lu_solve(vectors, stacked(exactly(rho)))
        return any(
            abs(value.real) < size * mp.mpf(10) ** -25 and abs(value) > size * mp.mpf(10) ** -20 and abs(share) > 1e-10
            for value, share in zip(values, shares, strict=True)
        )


class Condition:
    """A condition on evolution: ρ → M(ρ) on the elements that keep σᶻ = 0 coherence, and its effect E.

    P = tr(E ρ), and M(ρ) are worked out from a factor W of ρ = W W†, which may be changed.
    """

    def __init__(self, final: Matrix, rows: NDArray, columns: NDArray, d: int) -> None:
        """Takes a superoperator from and to the elements (i, j) with so many rows and columns."""
        self.final, self.rows, self.columns, self.d = final, rows, columns, d

    def kept(self, W: Matrix) -> Matrix:
        rho = W * W.H
        vector = mpmath.matrix([rho[int(i), int(j)] for i, j in zip(self.rows, self.columns, strict=True)])
        result = mpmath.zeros(self.d)
        image = self.final * vector
        for k, (i, j) in enumerate(zip(self.rows, self.columns, strict=True)):
            result[int(i), int(j)] = image[k]
        return result / trace(rho)

    def probability(self, W: Matrix) -> Any:
        return trace(self.kept(W)).real

    def largest(self, inside: NDArray) -> Any:
        """The largest diagonal entry of E among the given basis states."""
        diagonal = [k for k, (i, j) in enumerate(zip(self.rows, self.columns, strict=True)) if i == j]
        entries = [sum(self.final[m, k].real for m in diagonal) for k in diagonal]
        return max(entries[int(i)] for i in inside)


def trace(matrix: Matrix) -> Any:
    return sum((matrix[k, k] for k in range(matrix.rows)), mp.mpf(0))


def neutral(n_qubits: int) -> tuple[NDArray, NDArray]:
    """The elements ρ_ij with as many excitations in i as in j."""
    count = np.array([index.bit_count() for index in range(2**n_qubits)])
    rows, columns = np.nonzero(count[:, None] == count[None, :])
    return rows, columns


def _superoperator(equation: nv.MasterEquation, time: float, *, jumps: bool) -> Matrix:
    rows, columns = neutral(equation.n_qubits)
    place = columns * 2**equation.n_qubits + rows
    full = generator(equation, jumps=jumps)
    part = mpmath.matrix([[full[int(i), int(j)] for j in place] for i in place])
    return mpmath.expm(part * mp.mpf(time), method="taylor")


def no_jump(equation: nv.MasterEquation, time: float) -> Condition:
    """Without dephasing as e^(−iHt) ⊗ conj, with it as the exponential of the generator without the other jumps."""
    rows, columns = neutral(equation.n_qubits)
    if np.any(equation.medium.dephasing):
        return Condition(_superoperator(equation, time, jumps=False), rows, columns, 2**equation.n_qubits)
    U = mpmath.expm(mp.mpc(0, -1) * effective_hamiltonian(equation) * mp.mpf(time), method="taylor")
    final = mpmath.matrix(
        [
            [U[int(i), int(k)] * mp.conj(U[int(j), int(m)]) for k, m in zip(rows, columns, strict=True)]
            for i, j in zip(rows, columns, strict=True)
        ]
    )
    return Condition(final, rows, columns, 2**equation.n_qubits)


def after_checks(equation: nv.MasterEquation, checks: int, period: float) -> Condition:
    """Right after so many checks."""
    n = equation.n_qubits
    rows, columns = neutral(n)
    step = _superoperator(equation, period, jumps=True)
    for k, i in enumerate(rows):
        if int(i).bit_count() != n // 2:
            for m in range(step.cols):
                step[k, m] = mp.mpf(0)
    return Condition(step**checks, rows, columns, 2**n)


def one_ulp_away(W: NDArray[np.complex128], rng: np.random.Generator) -> NDArray[np.complex128]:
    """Every real and imaginary part that is not zero moved by one unit in the last place."""
    parts = np.stack([W.real, W.imag])
    moved = np.nextafter(parts, np.where(rng.random(parts.shape) < 0.5, -np.inf, np.inf))
    parts = np.where(parts != 0, moved, 0.0)
    return parts[0] + 1j * parts[1]
