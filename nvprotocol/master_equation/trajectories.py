"""Quantum jumps: means over trajectories of kets, for more qubits than density matrices allow, and what jumped when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import Seed, fail, mapping, numeric_array, show, text
from nvprotocol._read_only import holds_read_only
from nvprotocol.master_equation import jump_krylov, krylov
from nvprotocol.master_equation.coefficients import Coefficients
from nvprotocol.master_equation.jump_draws import Draws, entropy
from nvprotocol.master_equation.jump_ladder import LARGEST, Ladder, Walkers
from nvprotocol.master_equation.ket_space import KetSpace
from nvprotocol.resources import require_memory

_AT_ONCE = 2**19
"""Amplitudes of the trajectories that go on together."""

_SPARSE = 0.25
"""Share of entries that are not zero below which a product without the others is faster."""

_HERMITIAN = 1e-12

_MOST_JUMPS = 1e5
"""Of a trajectory, on average."""

_RECORD = 1000
"""Bytes of the record of a trajectory with a few jumps."""

Measured = Callable[[NDArray[np.complex128]], NDArray[np.float64]]


@holds_read_only
class Clicks(NamedTuple):
    """The jumps of one trajectory.

    Attributes:
        jumps: Their places in `MasterEquation.jump_operators`, in the order in which they happen.
        times: When, in µs.

    Examples:
        >>> equation = nv.MasterEquation(nv.Medium(relaxation=np.diag([1.0, 2.0])))
        >>> clicks = equation.trajectories("dd", 50.0, {}, number=2, seed=1).records[0]
        >>> sorted(clicks.jumps.tolist())  # 0 and 1 are excitation; relaxation, the fastest first
        [2, 3]
    """

    jumps: NDArray[np.intp]
    times: NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
@holds_read_only
class Trajectories:
    """Means over quantum-jump trajectories, with their standard errors, and the jumps of each.

    Attributes:
        times: In µs, shape (T,).
        mean: Of each observable, shape (T,).
        standard_error: Of each mean, shape (T,).
        records: The jumps of each trajectory and their times.
        metadata: "method", "ladder of propagators" or "Krylov"; "dimension", that of the largest sector; "seed", which
            as `seed` gives the same trajectories again; "number" of trajectories.

    Examples:
        >>> equation = nv.MasterEquation(nv.Medium(relaxation=np.ones((3, 3))))
        >>> up = np.diag([3.0 - k.bit_count() for k in range(8)])
        >>> found = equation.trajectories("ddu", [0.0, 1.0], {"qubits up": up}, number=100, seed=1)
        >>> found.mean["qubits up"].shape, len(found.records)
        ((2,), 100)
    """

    times: NDArray[np.float64]
    mean: dict[str, NDArray[np.float64]]
    standard_error: dict[str, NDArray[np.float64]]
    records: tuple[Clicks, ...]
    metadata: dict[str, Any]

    def __str__(self) -> str:
        number, jumps = len(self.records), sum(one.jumps.size for one in self.records)
        how = f"{self.metadata['method']}, dimension {self.metadata['dimension']}, seed {self.metadata['seed']}"
        lines = [f"{number} trajectories with {jumps / number:.3g} jumps on average, up to {show(self.times[-1])} µs"]
        lines += [
            f"  {name} = {show(values[-1])} ± {self.standard_error[name][-1]:.2g} in the end"
            for name, values in self.mean.items()
        ]
        return "\n".join([*lines, f"  ({how})"])

    __repr__ = __str__


def trajectories(
    values: NDArray[np.float64],
    factor: NDArray[np.complex128],
    times: NDArray[np.float64],
    observables: Mapping[str, Any],
    number: int,
    seed: Seed,
) -> Trajectories:
    """Follows trajectories, a part of them at a time.

    Args:
        values: Parameters of the generator, shape (P,).
        factor: W with ρ = W W†, shape (2ᴺ, R); each trajectory starts in one of its columns.
        times: Non-decreasing times in µs, shape (T,).
        observables: Hermitian matrices, or functions of kets, by name.
        number: How many trajectories, at least 2.
        seed: For all of them.
    """
    if values.ndim > 1 or factor.ndim > 2:
        fail("medium", "be one, with one detuning, drive and initial state, for trajectories", "there is a batch")
    require_memory(_RECORD * number, "number", f"{number} records of clicks")
    d, source = len(factor), entropy(seed)
    measured = {name: _measured(one, f'observables["{name}"]', d) for name, one in _named(observables).items()}
    space = KetSpace(Coefficients.of(values, d.bit_length() - 1))
    _require_few_jumps(space.of, float(times[-1]))
    dimension = max(map(space.size, space.sectors))
    by_ladder = dimension <= LARGEST and times[-1] > 0
    at_once = max(_AT_ONCE // d, 1) if by_ladder else 1
    _require(space, dimension, at_once, times.size, by_ladder=by_ladder)
    run = _by_ladder(space, times) if by_ladder else _by_krylov(space, times)
    sums, records = _Sums(measured, times.size), []
    for start in range(0, number, at_once):
        draws = Draws(source, range(start, min(start + at_once, number)))
        records += run(_starts(factor, draws, min(at_once, number - start)), draws, sums)
    method = "ladder of propagators" if by_ladder else "Krylov"
    metadata = {"method": method, "dimension": dimension, "seed": source, "number": number}
    return Trajectories(times, *sums.results(number), tuple(map(_clicks, records)), metadata)


_Record = list[tuple[int, float]]


class _Sums:
    """Means and sums of squared deviations, kept up to date part by part."""

    def __init__(self, measured: dict[str, Measured], times: int) -> None:
        self._measured = measured
        self._count = np.zeros(times)
        self._mean = {name: np.zeros(times) for name in measured}
        self._squares = {name: np.zeros(times) for name in measured}

    def add(self, time: int, kets: NDArray[np.complex128]) -> None:
        """Normalised kets (M, d) at one time."""
        before, new = self._count[time], len(kets)
        self._count[time] += new
        for name, measure in self._measured.items():
            values = np.asarray(measure(kets))
            if values.shape != (new,) or values.dtype.kind not in "fiu":
                must = f"return one real number for each of {new} kets"
                fail(f'observables["{name}"]', must, f"has returned {values.dtype} of shape {values.shape}")
            mean = values.mean()
            apart = mean - self._mean[name][time]
            self._mean[name][time] += apart * new / (before + new)
            self._squares[name][time] += np.sum((values - mean) ** 2) + apart**2 * before * new / (before + new)

    def results(self, number: int) -> tuple[dict[str, NDArray], dict[str, NDArray]]:
        errors = {name: np.sqrt(squares / (number * (number - 1))) for name, squares in self._squares.items()}
        return self._mean, errors


def _by_ladder(space: KetSpace, times: NDArray[np.float64]) -> Callable[..., list[_Record]]:
    spans = np.diff(times, prepend=0.0)
    ladder = Ladder(space, float(spans.max()))

    def run(kets: NDArray[np.complex128], draws: Draws, sums: _Sums) -> list[_Record]:
        walkers = Walkers(ladder, kets, draws)
        for k, span in enumerate(spans):
            if span:
                walkers.go_on(float(span))
            sums.add(k, walkers.kets())
        return walkers.records

    return run


def _by_krylov(space: KetSpace, times: NDArray[np.float64]) -> Callable[..., list[_Record]]:
    only = np.zeros(1, dtype=np.intp)

    def run(kets: NDArray[np.complex128], draws: Draws, sums: _Sums) -> list[_Record]:
        def draw() -> float:
            return float(draws.take(only)[0])

        return [jump_krylov.followed(space, kets[0], times, draw, lambda k, ket: sums.add(k, ket[None]))]

    return run


def _require_few_jumps(of: Coefficients, time: float) -> None:
    """Refuses times in which there are too many jumps; with relaxation alone there are N at most."""
    rates = [2 * float(np.trace(block).real) for block in (of.relaxation, of.excitation, of.dephasing)]
    lasting = not of.conserved or rates[2] > 0 or min(rates[:2]) > 0
    if lasting and sum(rates) * time > _MOST_JUMPS:
        longest = show(_MOST_JUMPS / sum(rates))
        fail(
            "times",
            f"be at most {longest} µs, for up to {_MOST_JUMPS:g} jumps a trajectory",
            f"{show(time)} is asked for",
        )


def _starts(factor: NDArray[np.complex128], draws: Draws, number: int) -> NDArray[np.complex128]:
    """The kets in which trajectories start, drawn where ρ is a mixture."""
    weights = np.sum(np.abs(factor) ** 2, axis=0)
    if weights.size == 1:
        return np.repeat(factor.T / np.sqrt(weights[0]), number, axis=0)
    drawn = draws.take(np.arange(number))
    summed = np.cumsum(weights / weights.sum())
    chosen = np.minimum((summed[:, None] <= drawn).sum(axis=0), weights.size - 1)
    return (factor / np.sqrt(np.where(weights > 0, weights, 1.0))).T[chosen]


def _named(observables: object) -> Mapping[str, Any]:
    found = mapping(observables, "observables", "matrices or functions by name")  # pyright: ignore[reportArgumentType]
    for name in found:
        text(name, "observables", of="have texts as keys")
    return found


def _measured(observable: Any, name: str, d: int) -> Measured:
    """What a ket gives for an observable: ⟨ψ|O|ψ⟩, or a function as it is."""
    from scipy.sparse import csr_array, issparse

    if callable(observable):
        return cast("Measured", observable)
    matrix: Any = csr_array(observable) if issparse(observable) else numeric_array(observable, name)
    if matrix.shape != (d, d):
        fail(name, f"be a function of kets or have shape {(d, d)}", f"has shape {matrix.shape}")
    apart = abs(matrix - matrix.conj().T).max()
    if apart > _HERMITIAN * max(abs(matrix).max(), 1e-300):
        fail(name, "be Hermitian", f"differs from its adjoint by {show(float(apart))}")
    filled = matrix.nnz if issparse(matrix) else np.count_nonzero(matrix)
    if filled < _SPARSE * d * d:
        matrix = csr_array(matrix)
    transposed = matrix.T
    return lambda kets: np.einsum("md,md->m", kets.conj(), kets @ transposed).real


def _clicks(record: _Record) -> Clicks:
    jumps, times = zip(*record, strict=True) if record else ((), ())
    return Clicks(np.array(jumps, dtype=np.intp), np.array(times, dtype=float))


def _require(space: KetSpace, dimension: int, at_once: int, times: int, *, by_ladder: bool) -> None:
    d, n = 2**space.n_qubits, space.n_qubits
    if by_ladder:
        need = 16.0 * (30 * sum(space.size(one) ** 2 for one in space.sectors) + at_once * d * (14 + 2 * n))
        require_memory(need, "medium", f"propagators of up to {dimension} × {dimension} and {at_once} kets at a time")
    else:
        need = 16.0 * (dimension * (krylov.LARGEST + 10 + 4 * n + 2 * n**2) + 6 * d) + 8.0 * times
        require_memory(need, "medium", f"Krylov spaces of {dimension} amplitudes and their jump operators")
