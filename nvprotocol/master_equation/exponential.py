"""Batched matrix exponentials and their use on vectors at many times."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, show

DENSE_LIMIT = 300
"""Dimension above which exp(Lt)x is formed without exp(Lt)."""

# Coefficients of the [13/13] Padé approximant and its scaling bound (Higham 2005, DOI 10.1137/04061101X).
_PADE = (
    *(64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0),
    *(10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0),
)
NORM_BOUND = 5.371920351148152
_UNIFORM = 1e-12
_LONGEST = 1e11
"""Largest |L|t of a state, whose trace is set right afterwards; the error is then about 1e-6."""


def expm(matrices: NDArray) -> NDArray:
    """Exponential of each matrix of a (…, n, n) batch, by scaling and squaring of a Padé approximant.

    Five times faster on thousands of 6 × 6 matrices than a loop over them; each matrix has its own scaling.
    """
    norm = np.abs(matrices).sum(axis=-2).max(axis=-1)
    with np.errstate(divide="ignore"):
        squarings = np.maximum(0, np.ceil(np.log2(norm / NORM_BOUND))).astype(int)
    a = matrices * np.exp2(-squarings.astype(float))[..., None, None]
    result = _pade13(a)
    for done in range(int(squarings.max(initial=0))):
        todo = squarings > done
        if np.all(todo):
            result = result @ result
        else:
            result[todo] = result[todo] @ result[todo]
    return result


def _pade13(a: NDArray) -> NDArray:
    one = np.eye(a.shape[-1])
    a2 = a @ a
    a4 = a2 @ a2
    a6 = a4 @ a2
    b = _PADE
    odd = a @ (a6 @ (b[13] * a6 + b[11] * a4 + b[9] * a2) + b[7] * a6 + b[5] * a4 + b[3] * a2 + b[1] * one)
    even = a6 @ (b[12] * a6 + b[10] * a4 + b[8] * a2) + b[6] * a6 + b[4] * a4 + b[2] * a2 + b[0] * one
    return np.linalg.solve(even - odd, even + odd)


def propagate(generator: NDArray, initial: NDArray, times: NDArray[np.float64]) -> NDArray:
    """exp(Lt)x at every time.

    Equal steps are taken by doubling, so that 101 times cost one exponential and seven products; other times cost one
    exponential for each distinct step.

    Args:
        generator: L, shape (…, n, n).
        initial: x, shape (…, n), batch axes broadcast against those of L.
        times: Non-decreasing times, shape (T,).

    Returns:
        Vectors of shape (…, n, T).
    """
    refuse_endless(generator, float(times[-1]), "times", _LONGEST)
    if generator.shape[-1] > DENSE_LIMIT:
        return _propagate_sparsely(generator, initial, times)
    batch = np.broadcast_shapes(generator.shape[:-2], initial.shape[:-1])
    shape = (*batch, times.size, initial.shape[-1])  # the vector of one time lies in one piece
    result = np.swapaxes(np.empty(shape, dtype=np.result_type(generator, initial)), -1, -2)
    start = initial[..., None] if times[0] == 0 else expm(generator * times[0]) @ initial[..., None]
    result[..., :1] = start
    steps = np.diff(times)
    if steps.size and np.ptp(steps) <= _UNIFORM * times[-1]:
        _fill_by_doubling(expm(generator * (times[-1] - times[0]) / steps.size), result)
    else:
        _fill_by_stepping(generator, steps, result)
    return result


def refuse_endless(generator: NDArray, time: float, name: str, longest: float = 1e7) -> None:
    """The rounding error of exp(Lt) grows as |L|t; a number that it has taken over must not be returned."""
    rate = float(np.abs(generator).sum(axis=-2).max(initial=0.0))
    if not rate * time <= longest:
        most = longest / rate
        excess = "" if show(most) != show(time) else f", {time / most - 1:.1e} more"
        must = f"be at most {show(most)} µs for these rates (`steady_state` gives the limit)"
        fail(name, must, f"{show(time)}{excess} is asked for")


def _fill_by_doubling(step: NDArray, result: NDArray) -> None:
    known, total = 1, result.shape[-1]
    while known < total:
        new = min(known, total - known)
        np.matmul(step, result[..., :new], out=result[..., known : known + new])
        known += new
        if known < total:
            step = step @ step


def _fill_by_stepping(generator: NDArray, steps: NDArray[np.float64], result: NDArray) -> None:
    length, propagator = None, None
    for k, step in enumerate(steps):
        if propagator is None or step != length:
            length, propagator = step, expm(generator * step)
        result[..., k + 1 : k + 2] = propagator @ result[..., k : k + 1]


def _propagate_sparsely(generator: NDArray, initial: NDArray, times: NDArray[np.float64]) -> NDArray:
    from scipy.sparse import csr_array
    from scipy.sparse.linalg import expm_multiply

    batch = np.broadcast_shapes(generator.shape[:-2], initial.shape[:-1])
    n = initial.shape[-1]
    generators = np.broadcast_to(generator, (*batch, n, n)).reshape(-1, n, n)
    vectors = np.broadcast_to(initial, (*batch, n)).reshape(-1, n)
    result = np.empty((len(vectors), n, times.size), dtype=np.result_type(generator, initial))
    for out, matrix, vector in zip(result, generators, vectors, strict=True):
        sparse = csr_array(matrix)
        for k, step in enumerate(np.diff(times, prepend=0.0)):
            vector = expm_multiply(sparse * step, vector) if step else vector
            out[:, k] = vector
    return result.reshape(*batch, n, times.size)
