"""Batched matrix exponentials and their use on vectors at many times."""

from collections.abc import Callable
from itertools import pairwise

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
_PADE_BOUND = 5.371920351148152
# The Taylor polynomial of degree 18 in five products, and its scaling bound (Bader, Blanes and Casas 2019, DOI
# 10.3390/math7121174): with B = [1, A, A², A³, A⁶]·c, A₉ = B₁B₅ + B₄ and exp(A) = B₂ + (B₃ + A₉)A₉.
_TAYLOR = np.array(
    [
        [0.0, -1.00365581030144618291e-1, -8.02924648241156932449e-3, -8.92138498045729985177e-4, 0.0],
        [0.0, 3.97849749499645077844e-1, 1.36783778460411720168, 4.98289622525382669416e-1, -6.37898194594723280150e-4],
        [
            *(-1.09676396052962061844e1, 1.68015813878906206114, 5.71779846478865511061e-2),
            *(-6.98210122488052056106e-3, 3.34975017086070470649e-5),
        ],
        [
            *(-9.04316832390810593223e-2, -6.76404519071381882256e-2, 6.75961301770459654925e-2),
            *(2.95552570429315521194e-2, -1.39180257516060693404e-5),
        ],
        [0.0, 0.0, -9.23364619367118555360e-2, -1.69364939002081722752e-2, -1.40086798182036094347e-5],
    ]
)
_TAYLOR_BOUND = 1.090863719290036
_LARGE = 64.0
"""Norm above which the Padé approximant is taken: it needs fewer squarings, each of which doubles the rounding."""
_CACHE = 2**19
"""Bytes of the matrices that are worked on at a time: several such arrays stay in the cache of a core."""
_UNIFORM = 1e-12
_MOST_STEPS = 8
"""Different steps up to which each gets its exponential; more cost more than eigenvectors."""
_CONDITION = 100.0
"""Largest condition number of eigenvectors that are used: what rounding adds stays that of stepping."""
_LONGEST = 1e11
"""Largest |L|t of a state, whose trace is set right afterwards; the error is then about 1e-6."""


def expm(matrices: NDArray) -> NDArray:
    """Exponential of each matrix of a (…, n, n) batch, by scaling and squaring of a polynomial or Padé approximant.

    Thousands of small matrices at once, a cache full of them at a time; each matrix has its own scaling.
    """
    n = matrices.shape[-1]
    flat = matrices.reshape(-1, n, n)
    result = np.empty(flat.shape, dtype=np.result_type(matrices, float))
    size = max(_CACHE // max(n * n * result.itemsize, 1), 1)
    for start in range(0, len(flat), size):
        part = slice(start, start + size)
        _exponentials(flat[part], result[part])
    return result.reshape(matrices.shape)


def rounding_growth(norm: NDArray[np.float64]) -> NDArray[np.float64]:
    """By how much squaring multiplies the rounding error of an exponential, from the norm |A| of its matrix."""
    return np.maximum(1.0, norm / np.where(norm > _LARGE, _PADE_BOUND, _TAYLOR_BOUND))


def merged(values: NDArray[np.float64], rounding: float) -> NDArray[np.float64]:
    """The values with those that differ by rounding made equal, to the smallest of them."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    begins = np.r_[True, np.diff(ranked) > rounding][: ranked.size]
    result = np.empty_like(ranked)
    result[order] = ranked[np.maximum.accumulate(np.where(begins, np.arange(ranked.size), 0))]
    return result


def _exponentials(matrices: NDArray, result: NDArray) -> None:
    """Writes the exponentials of some matrices, shape (m, n, n)."""
    norm = np.abs(matrices).sum(axis=-2).max(axis=-1)
    large = norm > _LARGE
    for chosen, approximant, bound in ((~large, _taylor18, _TAYLOR_BOUND), (large, _pade13, _PADE_BOUND)):
        if np.all(chosen):
            result[...] = _squared(matrices, norm, approximant, bound)
        elif np.any(chosen):
            result[chosen] = _squared(matrices[chosen], norm[chosen], approximant, bound)


def _squared(
    matrices: NDArray, norm: NDArray[np.float64], approximant: Callable[[NDArray], NDArray], bound: float
) -> NDArray:
    """exp(A) = exp(A/2ˢ) squared s times."""
    with np.errstate(divide="ignore"):
        squarings = np.maximum(0, np.ceil(np.log2(norm / bound))).astype(int)
    result = approximant(matrices * np.exp2(-squarings.astype(float))[..., None, None])
    for done in range(int(squarings.max(initial=0))):
        todo = squarings > done
        if np.all(todo):
            result = result @ result
        else:
            result[todo] = result[todo] @ result[todo]
    return result


def _taylor18(a: NDArray) -> NDArray:
    n = a.shape[-1]
    powers = np.empty((5, *a.shape), dtype=a.dtype)
    powers[0], powers[1] = np.eye(n), a
    np.matmul(a, a, out=powers[2])
    np.matmul(powers[2], a, out=powers[3])
    np.matmul(powers[3], powers[3], out=powers[4])
    first, second, third, fourth, fifth = (_TAYLOR @ powers.reshape(5, -1)).reshape(powers.shape)  # B₁ to B₅
    ninth = first @ fifth
    ninth += fourth
    third += ninth
    second += third @ ninth
    return second


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

    Equal steps, equal to rounding, are taken by doubling, so that 101 times cost one exponential and seven products.
    Many different ones go by the eigenvectors of L, where those are well conditioned (not near an exceptional point);
    else each step costs an exponential.

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
    runs = _equal_steps(times)
    if len({length for _, _, length in runs}) > _MOST_STEPS:
        _fill_by_eigenvectors(generator, initial, times, runs, result)
    else:
        _fill_by_runs(generator, initial, times, runs, result)
    return result


def refuse_endless(generator: NDArray, time: float, name: str, longest: float = 1e7) -> None:
    """The rounding error of exp(Lt) grows as |L|t; a number that it has taken over must not be returned."""
    rate = float(np.abs(generator).sum(axis=-2).max(initial=0.0))
    if not rate * time <= longest:
        most = longest / rate
        excess = "" if show(most) != show(time) else f", {time / most - 1:.1e} more"
        must = f"be at most {show(most)} µs for these rates (`steady_state` gives the limit)"
        fail(name, must, f"{show(time)}{excess} is asked for")


def _equal_steps(times: NDArray[np.float64]) -> list[tuple[int, int, float]]:
    """Runs of equal steps: first and last index, and the step; runs of one length, to rounding, get the same step."""
    steps, rounding = np.diff(times), _UNIFORM * times[-1]
    (changes,) = np.nonzero(np.abs(np.diff(steps)) > rounding)
    ends = [0, *(changes + 1).tolist(), steps.size]
    runs: list[tuple[int, int, float]] = []
    known: dict[int, float] = {}
    for first, last in pairwise(ends):
        if first == last:
            continue
        if np.ptp(steps[first:last]) > rounding:  # steps that grow by less than rounding each, but grow
            runs += [(k, k + 1, float(steps[k])) for k in range(first, last)]
            continue
        length = float(times[last] - times[first]) / (last - first)
        place = round(length / rounding) if rounding else 0
        near = next((known[one] for one in (place, place - 1, place + 1) if one in known), None)
        if near is not None and abs(near - length) * (last - first) <= rounding:
            length = near
        known.setdefault(place, length)
        runs.append((first, last, length))
    return runs


def _fill_by_runs(
    generator: NDArray,
    initial: NDArray,
    times: NDArray[np.float64],
    runs: list[tuple[int, int, float]],
    result: NDArray,
) -> None:
    result[..., :1] = initial[..., None] if times[0] == 0 else expm(generator * times[0]) @ initial[..., None]
    propagators: dict[float, NDArray] = {}
    for first, last, length in runs:
        if length not in propagators:
            propagators[length] = expm(generator * length)
        _fill_by_doubling(propagators[length], result[..., first : last + 1])


def _fill_by_doubling(step: NDArray, result: NDArray) -> None:
    known, total = 1, result.shape[-1]
    while known < total:
        new = min(known, total - known)
        np.matmul(step, result[..., :new], out=result[..., known : known + new])
        known += new
        if known < total:
            step = step @ step


def _fill_by_eigenvectors(
    generator: NDArray,
    initial: NDArray,
    times: NDArray[np.float64],
    runs: list[tuple[int, int, float]],
    result: NDArray,
) -> None:
    values, vectors = np.linalg.eig(generator)
    inverse, usable = _inverses(vectors)
    modes = (inverse @ initial[..., None]) * np.exp(values[..., None] * times)
    found = vectors @ modes
    result[...] = found if np.iscomplexobj(result) else np.real(found)
    if not np.all(usable):
        # the others step by step: matrices that are near an exceptional point
        shape = result.shape[:-2]
        left = ~np.broadcast_to(usable, shape)
        stepped = np.empty((int(left.sum()), *result.shape[-2:]), dtype=result.dtype)
        generators = np.broadcast_to(generator, (*shape, *generator.shape[-2:]))[left]
        vectors = np.broadcast_to(initial, (*shape, initial.shape[-1]))[left]
        _fill_by_runs(generators, vectors, times, runs, stepped)
        result[left] = stepped


def _inverses(vectors: NDArray) -> tuple[NDArray, NDArray[np.bool_]]:
    """Inverses of matrices of eigenvectors, and which of them can be trusted; 0 in place of the others."""
    size = np.sqrt(vectors.shape[-1])  # of V: eigenvectors have length 1
    try:
        inverse = np.linalg.inv(vectors)
    except np.linalg.LinAlgError:  # at least one of them is singular
        singular = np.linalg.svd(vectors, compute_uv=False)[..., -1] * _CONDITION < size
        inverse = np.linalg.inv(np.where(singular[..., None, None], np.eye(vectors.shape[-1]), vectors))
        inverse = np.where(singular[..., None, None], np.inf, inverse)
    usable = np.linalg.norm(inverse, axis=(-2, -1)) * size < _CONDITION
    return np.where(usable[..., None, None], inverse, 0.0), usable


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
