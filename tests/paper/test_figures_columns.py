"""Every column of the figures' data, worked out a second time: closed forms by hand and dense generators."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from figure_data import SHOTS, data_of
from numpy.typing import NDArray
from scipy.linalg import expm
from scipy.stats import beta, binom
from squeezed import squeezed
from systems import System, pair, reversed_qubits, stacked, unstacked
from xarray import Dataset

import nvprotocol as nv
from nvprotocol.closed_form import short_period_exceptional_detuning
from nvprotocol.master_equation import exceptional_detuning, poissonian_concurrence
from nvprotocol.paper.figures import NAMES
from nvprotocol.paper.figures.initial_state import random_kets
from nvprotocol.paper.figures.robustness import random_hamiltonians

pytestmark = pytest.mark.xdist_group("figures")  # the data of each are worked out once
SEED = 11
"""That of `figure_data`."""
SINGLET = np.array([0, 1, -1, 0]) / np.sqrt(2)
Expected = dict[str, Any]


def steady(q: Any) -> Any:
    return (1 - q) ** 2 / (2 * (1 + q + q**2))


def followed(system: System, times: Any, initial: str = "ud", *, jumps: float = 1.0) -> tuple[NDArray, NDArray]:
    """Concurrence and trace from a product state under a dense generator, at each of the times; the shape of these."""
    start = stacked(nv.operators.density_matrix(initial))
    at = np.asarray(times, dtype=float)
    states = np.array([unstacked(expm(system.generator(jumps) * time) @ start) for time in at.ravel()])
    trace = np.trace(states, axis1=-2, axis2=-1).real
    return nv.concurrence(states / trace[:, None, None]).reshape(at.shape), trace.reshape(at.shape)


def kept(system: System, times: Any) -> tuple[NDArray, NDArray]:
    """The same under monitoring at T = 0, where nothing comes back: without jumps."""
    return followed(system, times, jumps=0.0)


def stack(parts: Any) -> tuple[NDArray, NDArray]:
    first, second = zip(*parts, strict=True)
    return np.stack(first), np.stack(second)


def fig1(_: Dataset) -> Expected:
    down = np.array([[0, 0, 0, 0], [3.6, 0, 0, 0], [0.4, 0, 0, 0], [0, 3.6, 0.4, 0]])  # uu, T0, S, dd: 2(a ± |A|)
    return {"rate": down + 0.3 * np.array([[0, 3.6, 0.4, 0], [0, 0, 0, 3.6], [0, 0, 0, 0.4], [0, 0, 0, 0]])}


def fig2(data: Dataset) -> Expected:
    times = data.time.to_numpy()[::100]
    curves = [followed(pair(A=1.0, delta=float(delta)), times)[0] for delta in data.delta]
    points = [followed(pair(A=1.0, delta=float(delta)), data.sampled.sel(delta=delta))[0] for delta in data.delta]
    return {"concurrence[time]": (100, curves), "exact": points, "pulsed_kept": 1.0}


def fig3(data: Dataset) -> Expected:
    systems = [pair(a=2.0, A=2.0, delta=float(delta)) for delta in data.delta]
    curves, probability = stack(kept(one, data.time.to_numpy()[::80]) for one in systems)
    exact, kept_exact = stack(kept(one, at) for one, at in zip(systems, data.sampled.to_numpy(), strict=True))
    _, pulsed_kept = stack(kept(one, at) for one, at in zip(systems, data.pulsed_at.to_numpy(), strict=True))
    eta, tried = np.maximum(data.ratio, 1), np.maximum(data.tried, 1)
    return {
        "concurrence[time]": (80, curves),
        "kept[time]": (80, probability),
        "largest": 2 * eta / (1 + eta**2),
        "largest_as_printed": np.sqrt(2 - eta**-2) / eta,
        "largest_searched": 2 * tried / (1 + tried**2),
        "exact": exact,
        "kept_exact": kept_exact,
        "pulsed_kept~": (0.03, pulsed_kept),  # relaxation at 4/µs during a pulse of 20 ns, some of it
    }


def warm(data: Dataset, scanned: str) -> Expected:
    values = data[scanned].to_numpy()
    systems = [
        pair(a=30.0, A=one, q=0.1) if scanned == "A" else pair(a=10.0, A=10.0, q=0.1, delta=one) for one in values
    ]
    times = data.time.to_numpy()[::100]
    exact = [followed(one, at)[0] for one, at in zip(systems, data.sampled.to_numpy(), strict=True)]
    return {
        "concurrence[time]": (100, [followed(one, times)[0] for one in systems]),
        "exact": exact,
        "pulsed_kept": 1.0,
    }


def figS5(data: Dataset) -> Expected:
    A, A_tilde = np.meshgrid(data.A, data.A_tilde, indexing="ij")
    expected = np.where(A_tilde <= A, steady(A_tilde / A), np.nan)
    tried = data.tried.to_numpy()
    return {
        "concurrence": expected,
        "closed_form": expected,
        "along_q": steady(data.q.to_numpy()),
        "exact": [followed(pair(A=1.0, q=q), 20.0)[0] for q in tried],
    }


def finite_rate(data: Dataset) -> Expected:
    equations = [
        nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=q), delta)
        for q, delta in zip(data.case_q.to_numpy(), data.case_delta.to_numpy(), strict=True)
    ]
    periods, short, gamma = (
        data.period.to_numpy()[::40],
        data.short_period.to_numpy()[::30],
        0.9 * (1 + data.q.to_numpy()),
    )
    ratio = data.ratio.to_numpy()
    block = np.array([10, 6, 9, 5])

    def checked(delta: Any, period: float, q: float = 0.5) -> NDArray:
        """One check to the next in the sector σᶻ = 0, by the dense exponential; (…, 4, 4)."""
        at = np.atleast_1d(delta)
        return np.array([expm(pair(A=0.9, q=q, delta=one).generator() * period)[np.ix_(block, block)] for one in at])

    def end(maps: NDArray) -> NDArray:
        values, vectors = np.linalg.eig(maps)
        first = np.argmax(np.abs(values), axis=-1)
        vector = np.take_along_axis(vectors, first[:, None, None], axis=-1)[..., 0]
        return 2 * np.abs(vector[:, 1] / (vector[:, 0] + vector[:, 3]))

    def at_last(case: int, period: float) -> tuple[Any, Any]:
        """After so many checks that what passes has fallen to 1/200: concurrence, and probability."""
        (step,) = checked(float(data.case_delta[case]), period, float(data.case_q[case]))
        slow, fast = np.sort(np.log(np.abs(np.linalg.eigvals(step))) / period)[:-3:-1]
        number = max(2, int(np.ceil(np.log(200) / (slow - fast) / period)))
        first, coherence, _, second = np.linalg.matrix_power(step, number)[:, 0]
        return 2 * np.abs(coherence) / (first + second).real, (first + second).real

    exact, share = stack(stack(at_last(case, float(p)) for p in data.tried) for case in range(3))
    lasting = [
        [float(nv.concurrence(one.monitored("ud", np.ceil(300 / p) * p, p).states[0])) for p in periods]
        for one in equations
    ]
    some = ratio[::80] * 0.9 * 1.5
    law = np.array([[short_period_exceptional_detuning(1.0, 0.9, q, p) for p in short] for q in data.q.to_numpy()])
    growth = np.log(np.abs(np.linalg.eigvals(checked(some, 0.1)))) / 0.1 + 3.0  # 2(a + ã) = 3
    return {
        "lasting[period]": (40, lasting),
        "lasting_random_looks[period]": (40, [poissonian_concurrence(equations[2], 1 / p) for p in periods]),
        "against_detuning[ratio]": (80, [end(checked(some, float(p))) for p in data.kink_period]),
        "rates[ratio]": (80, -np.sort(-growth, axis=-1)),
        "exceptional[short_period]": (
            30,
            [
                [exceptional_detuning(1.0, 0.9, q, p) / g for p in short]
                for q, g in zip(data.q.to_numpy(), gamma, strict=True)
            ],
        ),
        "exceptional_law[short_period]": (30, np.where(law > 0, law / gamma[:, None], np.nan)),
        "exact": exact,
        "kept_exact": share,
    }


def no_emitted_magnon(data: Dataset) -> Expected:
    def heralded(t: Any, ratio: Any, eta: Any) -> tuple[Any, Any]:
        quiet, coherence = np.exp(-2 * t) * np.cosh(2 * ratio * t), np.exp(-2 * t) * np.sinh(2 * ratio * t)
        share = quiet + (1 - eta) * (1 - quiet)
        return coherence / share, share

    eta, scanned = data.efficiency.to_numpy()[:, None], data.scanned.to_numpy()
    exact, share = heralded(data.sampled.to_numpy(), 1.0, eta)
    times = np.geomspace(1e-3, 300, 4001)[:, None]
    largest = [heralded(times, ratio, scanned)[0].max(axis=0) for ratio in data.ratio.to_numpy()]
    return {
        "concurrence": heralded(data.time.to_numpy(), 1.0, eta)[0],
        "largest~": (1e-4, largest),  # from a grid of times, both
        "limit": 1 / (2 - scanned),
        "exact": exact,
        "kept_exact": share,
    }


def coherent_coupling(data: Dataset) -> Expected:
    ratio = data.ratio.to_numpy()
    lasting = []
    for J in data.J.to_numpy():
        h = np.array([[[-delta, 2 * J - 1j], [2 * J - 1j, delta]] for delta in ratio])
        values, vectors = np.linalg.eig(h)
        first = np.argmax(np.imag(values), axis=-1)
        vector = np.take_along_axis(vectors, first[:, None, None], axis=-1)[..., 0]
        lasting.append(2 * np.abs(vector[:, 0] * vector[:, 1]))
    systems = [pair(A=1.0, J=J, delta=1.5) for J in data.dynamic_J.to_numpy()]
    exact, share = stack(kept(one, at) for one, at in zip(systems, data.sampled.to_numpy(), strict=True))
    dm, dm_share = stack(kept(pair(A=1.0, dm=one), 5.0) for one in data.tried.to_numpy())
    return {
        "lasting": lasting,
        "concurrence[time]": (50, [kept(one, data.time.to_numpy()[::50])[0] for one in systems]),
        "lasting_dm": np.sqrt(1 - 4 * data.dm.to_numpy() ** 2),
        "exact": exact,
        "kept_exact": share,
        "dm_exact": dm,
        "dm_kept_exact": dm_share,
    }


def robustness(data: Dataset) -> Expected:
    def of_ensemble(spread: float, t: NDArray) -> NDArray:
        """C and P of kept runs, C of all δ alike, spread that is left, from amplitudes by hand at a = |A| = 1."""
        delta = np.linspace(-9, 9, 1501) * spread
        weight = np.exp(-((delta / spread) ** 2) / 2)
        weight = (weight / weight.sum())[:, None]
        kappa = np.sqrt(1 - delta[:, None] ** 2 + 0j)
        sine = np.where(kappa == 0, t, np.sinh(kappa * t) / np.where(kappa == 0, 1, kappa))
        stays, passes = np.exp(-t) * (np.cosh(kappa * t) + 1j * delta[:, None] * sine), -np.exp(-t) * sine
        probability = np.abs(stays) ** 2 + np.abs(passes) ** 2
        coherence = stays * passes.conj()
        share = (weight * probability).sum(axis=0)
        c, even = (2 * np.abs((weight * one).sum(axis=0)) for one in (coherence, coherence / probability))
        return np.array(
            [c / share, share, even, np.sqrt((weight * probability * delta[:, None] ** 2).sum(axis=0) / share)]
        )

    spreads, times, looks = data.spread.to_numpy(), data.time.to_numpy(), data.look.to_numpy()
    columns = np.array([of_ensemble(one, times) for one in spreads])
    perturbations = random_hamiltonians(100, np.random.default_rng(SEED))[::50]
    quiet, one = pair(A=1.0).generator(), np.eye(4)
    infidelity = np.empty((data.strength.size, 2))
    for k, strength in enumerate(data.strength.to_numpy()):
        for n, v in enumerate(strength * perturbations):
            step = expm((quiet - 1j * (np.kron(one, v) - np.kron(v.T, one))) * 0.05)
            project = np.diag(stacked(np.outer([0, 1, 1, 0], [0, 1, 1, 0])))
            checks = np.linalg.matrix_power(project @ step @ project, 4000)
            rho = unstacked(checks @ stacked(np.outer(SINGLET, SINGLET)))
            infidelity[k, n] = 1 - (SINGLET @ rho @ SINGLET / np.trace(rho)).real
    drawn = [of_ensemble(one, looks)[0] for one in spreads]
    return {
        "infidelity[sample]": (50, infidelity),
        "law": data.strength.to_numpy() ** 2 / 4,
        "kept_ensemble~": (1e-6, columns[:, 0]),
        "kept~": (1e-6, columns[:, 1]),
        "even_ensemble~": (3e-5, columns[:, 2]),
        "filtered~": (1e-6, columns[:, 3]),
        "exact~": (0.03, drawn),  # 24 detunings, one from each 24th of the distribution
    }


def reservoirs(data: Dataset) -> Expected:
    q = np.exp(-(1 - data.mu.to_numpy()) / data.kT.to_numpy()[:, None])
    tried_q = np.exp(-(1 - data.tried_mu.to_numpy()) / data.kT.to_numpy()[:, None])

    def opposed(heating: float) -> System:
        system = pair(A=-1.0)
        absorbed = np.full((2, 2), heating, dtype=complex)
        return System(system.equation, system.hamiltonian, {**system.blocks, "-": absorbed})

    def end(heating: float) -> float:
        values, vectors = np.linalg.eig(opposed(heating).generator())
        rho = reversed_qubits(unstacked(vectors[:, np.argmin(np.abs(values))]))
        return float(nv.concurrence(rho / np.trace(rho)))

    return {
        "concurrence": steady(q),
        "coupling": (1 + q) / (1 - q),
        "competing[ratio]": (20, [end(one) for one in data.ratio.to_numpy()[::20]]),
        "exact": [[followed(pair(A=1.0, q=one), 20.0)[0] for one in row] for row in tried_q],
        "competing_exact": [
            [followed(opposed(u), 3 / u, initial=str(start))[0] for u in data.tried_ratio.to_numpy()]
            for start in data.start.to_numpy()
        ],
    }


def dephasing_and_echo(data: Dataset) -> Expected:
    g, tried = data.g.to_numpy()[::20], data.tried_g.to_numpy()
    after = np.log(200) / (2 * np.hypot(2, tried))
    dephased, share = stack(kept(pair(A=1.0, d=rate / 4), t) for rate, t in zip(tried, after, strict=True))
    spacing, t = data.spacing.to_numpy()[:, None], data.time.to_numpy()
    strength = np.arcsinh(np.sin(np.sqrt(24) * spacing) / np.sqrt(24)) / spacing
    flips, alone = np.kron(np.eye(4)[::-1], np.eye(4)[::-1]), []
    for each in data.alone_spacing.to_numpy():
        row = []
        for time in data.alone_time.to_numpy()[::80]:
            number = int((time + 1e-9) // each)
            step = flips @ expm(pair(A=1.0).generator() * each)
            rest = expm(pair(A=1.0).generator() * max(time - number * each, 0.0))
            start = stacked(nv.operators.density_matrix("ud"))
            row.append(nv.concurrence(unstacked(rest @ np.linalg.matrix_power(step, number) @ start)))
        alone.append(row)
    sector = pair(A=1.0, delta=5.0).generator(0.0)
    echoed_share = []
    for each, times in zip(data.spacing.to_numpy(), data.sampled.to_numpy(), strict=True):
        step = flips @ expm(sector * each)
        powers = [np.linalg.matrix_power(step, round(time / each)) for time in times]
        start = stacked(nv.operators.density_matrix("ud"))
        echoed_share.append([np.trace(unstacked(one @ start)).real for one in powers])
    return {
        "dephased[g]": (20, [kept(pair(A=1.0, d=rate / 4), 60.0)[0] for rate in g]),
        "free[time]": (100, kept(pair(A=1.0, delta=5.0), t[::100])[0]),
        "recovered": np.tanh(2 * strength * t),
        "alone[alone_time]": (80, alone),
        "dephased_exact": dephased,
        "dephased_kept_exact": share,
        "echoed_exact": np.tanh(2 * strength * data.sampled.to_numpy()),
        "echoed_kept_exact": echoed_share,
    }


def bell_rate(data: Dataset) -> Expected:
    A = data.A.to_numpy()[:, None]

    def time(F: Any) -> Any:
        return np.log(F / (1 - F)) / (4 * A)

    def probability(F: Any) -> Any:
        return ((1 - F) / F) ** ((1 - A) / (2 * A)) / (2 * F)

    F, tried = data.F.to_numpy(), data.tried.to_numpy()
    some = np.maximum(F, 0.5 + 1e-9)  # at 1/2 itself no time is needed
    return {
        "kept": probability(F),
        "time": time(F),
        "rate": probability(some) / (time(some) + data.overhead.to_numpy()[:, None, None]),
        "exact": np.broadcast_to(2 * tried - 1, (len(A), tried.size)),
        "kept_exact": probability(tried),
    }


def sudden_death(data: Dataset) -> Expected:
    systems = [pair(A=0.95, q=q) for q in data.q.to_numpy()]
    ends: Expected = {}
    scanned = data.scanned_q.to_numpy()
    for name, axis in (("end", "A"), ("end_detuned", "delta")):
        for k, value in enumerate(data[axis].to_numpy()):
            for n in range(0, scanned.size, 18):
                found = float(data[name][k, n])
                symbols = {"A": value} if axis == "A" else {"A": 1.0, "delta": value}
                alive = symbols["A"] > 2 * np.sqrt(scanned[n]) / (1 + scanned[n])
                assert np.isfinite(found) == alive
                if alive:
                    before, after = followed(pair(q=scanned[n], **symbols), [0.999 * found, 1.001 * found])[0]
                    assert before > 0 == after
        ends[name] = data[name]  # just compared
    exact = [followed(one, at)[0] for one, at in zip(systems, data.sampled.to_numpy(), strict=True)]
    times = data.time.to_numpy()[::200]
    return ends | {"concurrence[time]": (200, [followed(one, times)[0] for one in systems]), "exact": exact}


def initial_state(data: Dataset) -> Expected:
    rng = np.random.default_rng(SEED)
    kets = np.concatenate([random_kets(60, rng, product=kind) for kind in (True, False)])
    tangle = np.abs(kets[:, 0] * kets[:, 3] - kets[:, 1] * kets[:, 2])  # C/2
    weight = np.abs(kets @ SINGLET) ** 2

    def end(q: Any, p: Any) -> Any:
        """The singlet stays, the triplets become thermal: C = 2 max(|ρ₁₂| − √(ρ₀₀ρ₃₃), 0)."""
        triplet = (1 - p) / (1 + q + q**2)
        return np.maximum(np.abs(p - q * triplet) - 2 * q * triplet, 0)

    q, p, scanned = data.q.to_numpy()[:, None], data.p_S.to_numpy(), data.scanned_q.to_numpy()
    starts = [np.abs(nv.operators.state(str(one)) @ SINGLET) ** 2 for one in data.start.to_numpy()]
    return {
        "steady": end(scanned, p[:, None]),
        "threshold": 3 * scanned / (1 + 4 * scanned + scanned**2),
        "concurrence": end(q, p),
        "random_weight": weight,
        "random_product": tangle < 1e-12,
        "random_concurrence": end(q, weight),
        "start_weight": starts,
        "exact~": (1e-4, end(q, np.array(starts))),  # after t = 20/a
    }


def double_sum(h: NDArray, hamiltonian: NDArray) -> NDArray:
    """The generator of Eqs. 2 and 3 on column-stacked matrices, in Qiskit's order."""
    n, one = len(h) // 3, np.eye(len(hamiltonian))
    kinds = (nv.operators.sigma_minus, nv.operators.sigma_plus, nv.operators.sigma_z)
    operators = [kind(k, n) for kind in kinds for k in range(n)]
    result = -1j * (np.kron(one, hamiltonian) - np.kron(hamiltonian.T, one))
    for k, left in enumerate(operators):
        for m, right in enumerate(operators):
            both = right.conj().T @ left
            term = 2 * np.kron(right.conj(), left) - np.kron(one, both) - np.kron(both.T, one)
            result = result + h[k, m] * term
    return result


def null_state(generator: NDArray) -> NDArray:
    values, vectors = np.linalg.eig(generator)
    rho = unstacked(vectors[:, np.argmin(np.abs(values))])
    return rho / np.trace(rho)


def beyond_the_pair(data: Dataset) -> Expected:
    z = nv.operators.sigma_z(0) + nv.operators.sigma_z(1)

    def reservoir(r: float, offset: float = 0.0, **how: float) -> NDArray:
        return double_sum(squeezed(r, **how).matrix, -0.5 * offset * z)

    def ends(generator: NDArray) -> float:
        return float(nv.concurrence(null_state(generator)))

    def later(generator: NDArray) -> float:
        start = stacked(nv.operators.density_matrix("uu"))
        return float(nv.concurrence(unstacked(expm(generator * 120.0) @ start)))

    w = np.exp(2j * np.pi / 3)
    target = np.zeros(8, dtype=complex)
    target[[1, 2, 4]] = np.array([1, w.conjugate(), w]) / np.sqrt(3)

    def driven(loss: str, size: float) -> NDArray:
        others = 1 - np.eye(3)
        coupling, q, J = (1 - size if loss == "coupling" else 1.0), size * (loss == "q"), size * (loss == "J")
        relaxation, h = np.eye(3) + coupling * others, np.zeros((9, 9))
        h[:3, :3], h[3:6, 3:6] = q * relaxation, relaxation
        x, y = ([single(k, 3) for k in range(3)] for single in (nv.operators.sigma_x, nv.operators.sigma_y))
        pairs = [(0, 1), (0, 2), (1, 2)]
        exchange: NDArray = np.sum([J * (x[k] @ x[m] + y[k] @ y[m]) for k, m in pairs], axis=0)
        drive = [0.3 * (1 + np.exp(2j * np.pi * k / 3)) for k in range(3)]
        turning = [(one.real * x[k] + one.imag * y[k]) / 2 for k, one in enumerate(drive)]
        return double_sum(h, exchange + np.sum(turning, axis=0))

    def fidelity(rho: NDArray) -> float:
        return float(np.vdot(target, rho @ target).real)

    spoiled: dict[str, dict[str, float]] = {"ideal": {}, "n = 0.05": {"n": 0.05}, "f = 0.95": {"f": 0.95}}
    assert [str(kind) for kind in data.kind.to_numpy()] == list(spoiled)
    start = stacked(np.diag([1.0] + [0.0] * 7).astype(complex))
    losses, sizes, tried = map(str, data.loss.to_numpy()), data["size"].to_numpy()[::20], data.tried_size.to_numpy()
    generators = {loss: [driven(loss, one) for one in tried] for loss in map(str, data.loss.to_numpy())}
    return {
        "concurrence[r]": (
            15,
            [[ends(reservoir(r, **how)) for r in data.r.to_numpy()[::15]] for how in spoiled.values()],
        ),
        "off[offset]": (20, [ends(reservoir(0.8, one)) for one in data.offset.to_numpy()[::20]]),
        "fidelity[size]": (20, [[fidelity(null_state(driven(loss, one))) for one in sizes] for loss in losses]),
        "on_aer": [[fidelity(unstacked(expm(one * 600.0) @ start)) for one in row] for row in generators.values()],
        "exact": [[later(reservoir(r, **how)) for r in data.tried_r.to_numpy()] for how in spoiled.values()],
        "off_exact": [later(reservoir(0.8, one)) for one in data.tried_offset.to_numpy()],
    }


COLUMNS: dict[str, Callable[[Dataset], Expected]] = {
    "fig1": fig1,
    "fig2": fig2,
    "fig3": fig3,
    "figS4a": lambda data: warm(data, "A"),
    "figS4b": lambda data: warm(data, "delta"),
    "figS5": figS5,
    "finite_rate": finite_rate,
    "no_emitted_magnon": no_emitted_magnon,
    "coherent_coupling": coherent_coupling,
    "robustness": robustness,
    "reservoirs": reservoirs,
    "dephasing_and_echo": dephasing_and_echo,
    "bell_rate": bell_rate,
    "sudden_death": sudden_death,
    "initial_state": initial_state,
    "beyond_the_pair": beyond_the_pair,
}
"""What the columns of a figure must be: `name` whole, `name[dimension]` with a step, `name~` to an accuracy."""
DRAWN = ("emulated", "low", "high", "chi_squared", "degrees_of_freedom")
"""What is random, or follows from it; `kept_…` is compared below, and these in `test_figures_paper`."""
PLACES = ("sampled", "pulsed_at")
"""Times at which the other columns are taken."""


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_column_is_what_it_is_called(name: str) -> None:
    data = data_of(name)
    found = COLUMNS[name](data)
    compared = set()
    for key, expected in found.items():
        column, _, dimension = key.rstrip("]~").partition("[")
        step, accuracy = (expected[0], 1e-6) if dimension else (1, expected[0] if key.endswith("~") else 1e-6)
        values = expected[1] if dimension or key.endswith("~") else expected
        taken = data[column][{dimension: slice(None, None, step)}] if dimension else data[column]
        np.testing.assert_allclose(taken, np.broadcast_to(values, taken.shape), rtol=0, atol=accuracy, err_msg=key)
        compared.add(column)
    assert {one for one in map(str, data.data_vars) if not drawn(one)} - set(PLACES) - {"pulsed"} == compared - {
        "kept_x"
    }


def drawn(column: str) -> bool:
    """Whether a column is random."""
    return column.endswith(DRAWN) or column.endswith(("kept_emulated", "kept_low", "kept_high"))


@pytest.mark.parametrize("name", NAMES)
def test_shares_of_kept_runs_are_binomial_and_so_are_their_intervals(name: str) -> None:
    data, runs = data_of(name), 5 * SHOTS
    for column in [one for one in map(str, data.data_vars) if one.endswith("kept_emulated")]:
        share, low, high, exact = (
            data[column.replace("kept_emulated", f"kept_{end}")].to_numpy()
            for end in ("emulated", "low", "high", "exact")
        )
        number = np.rint(share * runs)
        np.testing.assert_allclose(share, number / runs, rtol=1e-12)
        np.testing.assert_allclose(low, np.where(number > 0, beta.ppf(0.025, number, runs - number + 1), 0), atol=1e-9)
        np.testing.assert_allclose(
            high, np.where(number < runs, beta.ppf(0.975, number + 1, runs - number), 1), atol=1e-9
        )
        # One in 10⁹ on either side, of some 200 points.
        assert np.all(binom.cdf(number, runs, np.minimum(exact, 1)) > 1e-9)
        assert np.all(binom.sf(number - 1, runs, np.minimum(exact, 1)) > 1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_estimates_lie_within_their_intervals(name: str) -> None:
    data = data_of(name)
    for column in [one for one in map(str, data.data_vars) if one.endswith("emulated") and "kept" not in one]:
        value, low, high = (data[column.replace("emulated", end)].to_numpy() for end in ("emulated", "low", "high"))
        there = np.isfinite(value)
        assert there.mean() > 0.9
        assert np.all(
            (low[there] >= 0) & (low[there] <= value[there]) & (value[there] <= high[there]) & (high[there] <= 1)
        )
