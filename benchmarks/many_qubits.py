"""Up to twenty qubits on one medium: kets, density matrices, trajectories and steady states, beside SciPy and QuTiP.

The medium is a chain with A_km = a cos(k d) e^(−d/2λ), a = 1, with q = 0 for kets and 0.1 otherwise, and the states
are |↑↓↑↓…⟩ but where it says otherwise. Each row is a process of its own with one thread, which tells its processor
time, the first call counted, and how much more memory than after the imports it has had at most. QuTiP takes the same
medium by its jump operators. All rivals agree with ours before a time is told.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/many_qubits.py [--largest 20] [--output FILE]
"""

# pyright: reportMissingImports=false
# QuTiP is in the dependency groups `test` and `benchmark`, which other environments do without.

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse.linalg
from _report import Report, made_with, parser
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array, kron

import nvprotocol as nv

TRAJECTORIES, OF_QUTIP = 2000, 200
STATISTICAL = 3.0
"""Standard errors within which means agree."""

LINEAR: Any = scipy.sparse.linalg


def equation(n: int, q: float) -> nv.MasterEquation:
    apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    shared = np.exp(-apart / 2) * np.cos(apart / 2)
    return nv.MasterEquation(nv.Medium(relaxation=shared, excitation=q * shared))


def label(n: int) -> str:
    return "ud" * (n // 2) + "u" * (n % 2)


def up(n: int) -> NDArray[np.float64]:
    """The mean of σᶻ over qubits, a diagonal."""
    return np.array([1 - 2 * k.bit_count() / n for k in range(2**n)])


# Ours. Each returns numbers that a rival must give, too.


def kets(n: int) -> list[float]:
    found = equation(n, 0.0).no_jump_kets(label(n), 1.0)
    return [float(found.probability[0]), float(np.abs(found.kets[0]) ** 2 @ up(n))]


def evolve(n: int, initial: str) -> list[float]:
    return [float(np.real(equation(n, 0.1).evolve(initial, 1.0)[0].diagonal()) @ up(n))]


def monitored(n: int) -> list[float]:
    return [float(equation(n, 0.1).monitored(label(n), 1.0, period=0.1).probability[0])]


def steady(n: int) -> list[float]:
    return [float(np.real(equation(n, 0.1).steady_state().diagonal()) @ up(n))]


def trajectories(n: int, initial: str) -> list[float]:
    watched = {"z": csr_array(np.diag(up(n)))}
    found = equation(n, 0.0).trajectories(initial, np.linspace(0, 1, 11), watched, number=TRAJECTORIES, seed=1)
    return [float(found.mean["z"][-1]), float(found.standard_error["z"][-1])]


def one_excitation(n: int) -> list[float]:
    return [float(nv.master_equation.single_excitation(equation(n, 0.0)).decay_rates[0])]


# Rivals.


def singles(n: int) -> list[csr_array]:
    """σ⁺ on each site, sparse."""
    lower = csr_array([[0.0, 1.0], [0.0, 0.0]])
    return [csr_array(kron(kron(np.eye(2 ** (n - 1 - k)), lower), np.eye(2**k))) for k in range(n)]


def jumps(n: int, q: float) -> list[csr_array]:
    rates, vectors = np.linalg.eigh(equation(n, 0.0).medium.relaxation)
    found = []
    for rate, vector in zip(rates, vectors.T, strict=True):
        mode: Any = sum(v * one for v, one in zip(vector, singles(n), strict=True))
        found += [np.sqrt(2 * rate) * mode] + ([np.sqrt(2 * q * rate) * mode.conj().T] if q else [])
    return [csr_array(one) for one in found]


def kets_by_scipy(n: int) -> list[float]:
    """`expm_multiply` on the whole space."""
    decay: Any = sum(one.conj().T @ one for one in jumps(n, 0.0)) * -0.5
    ket = LINEAR.expm_multiply(csc_array(decay), nv.operators.state(label(n)))
    weights = np.abs(ket) ** 2
    return [float(weights.sum()), float(weights @ up(n) / weights.sum())]


def qutip_parts(n: int, q: float) -> tuple[Any, list[Any], Any, Any]:
    import qutip

    dims = [[2] * n, [2] * n]
    operators = [qutip.Qobj(one.tocsr(), dims=dims) for one in map(scipy.sparse.csr_matrix, jumps(n, q))]
    z = qutip.Qobj(scipy.sparse.csr_matrix(np.diag(up(n))), dims=dims)
    return qutip.Qobj(scipy.sparse.csr_matrix((2**n, 2**n)), dims=dims), operators, z, dims


def ket_of_qutip(initial: str, dims: Any) -> Any:
    import qutip

    return qutip.Qobj(nv.operators.state(initial)[:, None], dims=[dims[0], [1] * len(dims[0])])


def evolve_by_qutip(n: int, initial: str) -> list[float]:
    import qutip

    hamiltonian, operators, z, dims = qutip_parts(n, 0.1)
    options = {"progress_bar": "", "atol": 1e-10, "rtol": 1e-9, "nsteps": 100_000}
    solved = qutip.mesolve(hamiltonian, ket_of_qutip(initial, dims), [0, 1], operators, e_ops=[z], options=options)
    return [float(np.asarray(solved.expect[0])[-1])]


def trajectories_by_qutip(n: int, initial: str) -> list[float]:
    import qutip

    hamiltonian, operators, z, dims = qutip_parts(n, 0.0)
    options = {"progress_bar": "", "keep_runs_results": False}
    start, times = ket_of_qutip(initial, dims), np.linspace(0, 1, 11)
    solved = qutip.mcsolve(hamiltonian, start, times, operators, e_ops=[z], ntraj=OF_QUTIP, options=options, seeds=1)
    return [float(solved.expect[0][-1]), float(solved.std_expect[0][-1] / np.sqrt(OF_QUTIP))]


def steady_by_qutip(n: int) -> list[float]:
    import qutip

    hamiltonian, operators, z, _ = qutip_parts(n, 0.1)
    state: Any = qutip.steadystate(hamiltonian, operators, sparse=True)
    return [float(np.real((z * state).tr()))]


class Case(NamedTuple):
    """A row: what is done, per how many, what it may take, and who else does it."""

    work: Callable[..., list[float]]
    arguments: tuple[Any, ...]
    per: int = 1
    goal: str = ""
    rival: str = ""
    tolerance: float = 1e-7
    size: int = 0


CASES = {
    "kets without jumps, N = 8": Case(kets, (8,), goal="5 ms"),
    "SciPy expm_multiply, whole space, N = 8": Case(kets_by_scipy, (8,), rival="kets without jumps, N = 8"),
    "kets without jumps, N = 12": Case(kets, (12,), goal="50 ms"),
    "SciPy expm_multiply, whole space, N = 12": Case(kets_by_scipy, (12,), rival="kets without jumps, N = 12"),
    "kets without jumps, N = 16": Case(kets, (16,), goal="2 s"),
    "kets without jumps, N = 18": Case(kets, (18,), size=18),
    "kets without jumps, N = 20": Case(kets, (20,), size=20),
    "evolve, N = 6": Case(evolve, (6, label(6))),
    "QuTiP mesolve, N = 6": Case(evolve_by_qutip, (6, label(6)), rival="evolve, N = 6"),
    "evolve, N = 8": Case(evolve, (8, label(8)), goal="2 s, 150 MB"),
    "evolve, N = 8, ++++----": Case(evolve, (8, "++++----"), goal="10 s"),
    "evolve, N = 10": Case(evolve, (10, label(10)), goal="60 s, 2 GB"),
    "monitored, 10 checks, N = 7": Case(monitored, (7,)),
    "monitored, 10 checks, N = 8": Case(monitored, (8,)),
    "a trajectory, N = 8": Case(trajectories, (8, label(8)), per=TRAJECTORIES, goal="1/5 of QuTiP"),
    "QuTiP mcsolve, a trajectory, N = 8": Case(
        trajectories_by_qutip, (8, label(8)), per=OF_QUTIP, rival="a trajectory, N = 8", tolerance=0.0
    ),
    "a trajectory, N = 8, ++++----": Case(trajectories, (8, "++++----"), per=TRAJECTORIES),
    "a trajectory, N = 10": Case(trajectories, (10, label(10)), per=TRAJECTORIES),
    "steady state, N = 5": Case(steady, (5,)),
    "QuTiP steadystate, N = 5": Case(steady_by_qutip, (5,), rival="steady state, N = 5"),
    "steady state, N = 7": Case(steady, (7,), goal="10 s"),
    "decay rates of one excitation, N = 1000": Case(one_excitation, (1000,)),
}


def measured(name: str) -> dict[str, Any]:
    """One row, in this process."""
    import scipy.sparse.csgraph  # noqa: F401  what is imported at first use does not count as work

    case = CASES[name]
    if "qutip" in case.work.__name__:
        import qutip  # noqa: F401
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    result = case.work(*case.arguments)
    spent = (time.process_time() - began) / case.per
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return {"s": spent, "MB": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / unit, "result": result}


def shown(seconds: float) -> str:
    return f"{1e3 * seconds:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def agreement(case: Case, own: list[float], other: list[float]) -> str:
    """How far the answers are apart; they must not be."""
    if not case.tolerance:
        apart = abs(own[0] - other[0]) / np.hypot(own[1], other[1])
        assert apart < STATISTICAL, f"{case} is {apart} standard errors apart"
        return f"{apart:.1f} standard errors"
    apart = float(np.abs(np.subtract(own, other)).max())
    assert apart < case.tolerance, f"{case} is {apart} apart"
    return f"{apart:.0e}"


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measured(sys.argv[2])))
        return
    options = parser(__doc__, largest=20).parse_args()
    report = Report(options.output)
    report(f"t = 1/a, one thread, processor time ({made_with('numpy', 'scipy', 'qutip')})", "")
    report(f"{'what':42}{'time':>10}{'memory':>10}  {'goal':14}{'ours is faster by':20}apart")
    found: dict[str, dict[str, Any]] = {}
    for name, case in CASES.items():
        if case.size > options.largest:
            continue
        command = [sys.executable, __file__, "--one", name]
        found[name] = one = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        ratio = f"{one['s'] / found[case.rival]['s']:.1f}" if case.rival else ""
        apart = agreement(case, found[case.rival]["result"], one["result"]) if case.rival else ""
        report(f"{name:42}{shown(one['s']):>10}{one['MB']:>7.0f} MB  {case.goal:14}{ratio:20}{apart}".rstrip())


if __name__ == "__main__":
    main()
