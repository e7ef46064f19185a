"""Steady states of many qubits: one sparse factorisation of σ − 𝓖 in each block with elements, and products with it.

R = σ(σ − 𝓖)⁻¹ keeps the trace and whatever 𝓖 leaves as it is, and takes away by σ/|σ − λ| what decays. Rⁿρ therefore
ends where exp(𝓖t)ρ does, if that ends anywhere; a few eigenvalues of R tell how many steady states there are.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol.errors import NotUniqueError, PrecisionError
from nvprotocol.master_equation.blocked import Blocked, touched
from nvprotocol.master_equation.coefficients import Coefficients
from nvprotocol.master_equation.ket_space import KetSpace
from nvprotocol.master_equation.krylov import propagate
from nvprotocol.master_equation.rounding import span_of
from nvprotocol.resources import require_memory

MOST_DENSE = 5
"""Number of qubits up to which a singular-value decomposition of the block is formed."""

MANY = "The steady state is not unique (dark states); give an `initial` state."
TOO_LARGE = "The steady state of so many qubits with rates and frequencies this far apart is beyond floating point."

_SHIFT = 1e-4
"""σ, in units of the norm of the generator: its inverse is right to about 1e-12."""

_ZERO, _SLOWEST = 1e-12, 2e-6
"""Shares of that norm: below the one an eigenvalue is zero, below the other its decay is lost in rounding."""

_MOST_TIMES = 500
_SAME, _ROUNDING = 1e-15, 1e-10
"""Changes, relative to the state, from which it is the limit: in any case, and where they fall no more."""

_EIGENVALUES = 4
_SETTLED = 1e-6

_SPAN = 1e6
"""Ratio of the largest to the smallest parameter up to which what looks like zero is zero."""

_BYTES = 24.0
"""Bytes of an entry of a factorisation, of which there are about as many as of the square of its size."""


def steady_by_shift(
    values: NDArray[np.float64], n_qubits: int, rho: NDArray[np.complex128] | None
) -> NDArray[np.complex128]:
    """The limit of exp(𝓖t)ρ, shape (…, d, d); without ρ the only steady state.

    Args:
        values: Parameters of the generator 𝓖, shape (…, P).
        n_qubits: Number of qubits N.
        rho: Initial states, shape (…, d, d), or None.

    Raises:
        NotUniqueError: If there are several and no initial state, or the state never settles.
        PrecisionError: If a decay is too slow to be told from none.
    """
    d = 2**n_qubits
    batch = values.shape[:-1] if rho is None else np.broadcast_shapes(values.shape[:-1], rho.shape[:-2])
    rows = np.broadcast_to(values, (*batch, values.shape[-1]))
    starts = None if rho is None else np.broadcast_to(rho, (*batch, d, d))
    result: NDArray[np.complex128] = np.zeros((*batch, d, d), dtype=complex)
    for place in np.ndindex(batch):
        space = KetSpace(Coefficients.of(rows[place], n_qubits))
        result[place] = _steady(space, rows[place], None if starts is None else starts[place])
    return result


def require_factorisation(size: int) -> None:
    """Room for the factorisation of a block of so many elements.

    Raises:
        TooLargeError: If there is none.
    """
    require_memory(_BYTES * size**2, "medium", f"factors of a generator on {size} elements of density matrices")


class _Resolvent:
    """R of one block."""

    def __init__(self, blocked: Blocked) -> None:
        from scipy.sparse import csc_array, eye_array
        from scipy.sparse.linalg import splu

        matrix = blocked.matrix()
        self.blocked = blocked
        self.norm = float(abs(matrix).sum(axis=0).max()) or 1.0  # of no medium at all
        self.shift = _SHIFT * self.norm
        factors = splu(csc_array(self.shift * eye_array(blocked.size) - matrix))
        self.apply = lambda vector: self.shift * factors.solve(np.asarray(vector, dtype=complex))

    def slowest(self) -> NDArray[np.complex128]:
        """Some eigenvalues of 𝓖, the smallest first."""
        import scipy.sparse.linalg

        linalg: Any = scipy.sparse.linalg
        size = self.blocked.size
        operator = linalg.LinearOperator((size, size), matvec=self.apply, dtype=complex)
        start = np.random.default_rng(0).normal(size=size)  # the same every time
        found = linalg.eigs(operator, _EIGENVALUES, which="LM", v0=start, return_eigenvectors=False)
        values = self.shift - self.shift / found
        return values[np.argsort(np.abs(values))]

    def limit(self, vector: NDArray[np.complex128]) -> tuple[NDArray[np.complex128], float]:
        """Rⁿx for n → ∞, and the rate at which the last of what decays does."""
        size = max(float(np.abs(vector).max()), 1e-300)
        change, share = np.inf, 0.0
        for _ in range(_MOST_TIMES):
            new = self.apply(vector)
            last, change = change, float(np.abs(new - vector).max()) / size
            vector = new
            if change <= _SAME or (change <= _ROUNDING and change >= last):
                return vector, self.shift * (1 / share - 1) if 0 < share < 1 else self.norm
            if _ROUNDING < change < last < np.inf:
                share = change / last
        raise PrecisionError(TOO_LARGE)


def _steady(space: KetSpace, values: NDArray[np.float64], rho: NDArray[np.complex128] | None) -> NDArray[np.complex128]:
    d = 2**space.n_qubits
    whole = _Resolvent(Blocked(space, 0))
    slow = np.abs(whole.slowest())
    several = slow[1] <= _ZERO * whole.norm
    if several and span_of(values) > _SPAN:
        raise PrecisionError(TOO_LARGE)
    if np.any((slow > _ZERO * whole.norm) & (slow < _SLOWEST * whole.norm)):
        raise PrecisionError(TOO_LARGE)
    if several and rho is None:
        raise NotUniqueError(MANY)
    result: NDArray[np.complex128] = np.zeros((1, d, d), dtype=complex)
    if not several:  # then whatever it starts from ends there
        found, _ = whole.limit(whole.blocked.elements(np.eye(d, dtype=complex) / d))
        whole.blocked.write(found[None], result)
    else:
        assert rho is not None
        for charge in touched(space, rho):
            resolvent = whole if charge == 0 else _Resolvent(Blocked(space, charge))
            start = resolvent.blocked.elements(rho)
            found, rate = resolvent.limit(start)
            _require_rest(resolvent, start - found, rate)
            resolvent.blocked.write(found[None], result)
    state = (result[0] + result[0].conj().T) / 2
    return state / np.trace(state).real


def _require_rest(resolvent: _Resolvent, rest: NDArray[np.complex128], rate: float) -> None:
    """Refuses a remainder that does not decay: one that oscillates."""
    blocked, size = resolvent.blocked, float(np.linalg.norm(rest))
    if size <= _SETTLED:
        return
    for length in (20.0, 400.0):
        time = np.array([length / rate])
        left = propagate(blocked.apply, rest, time, real=blocked.hermitian, tolerance=1e-9)[0][0]
        if np.linalg.norm(left) <= _SETTLED * size:
            return
    raise NotUniqueError("There is no steady state from this `initial` state: it oscillates undamped.")
